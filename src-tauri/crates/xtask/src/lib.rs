//! What `cargo xtask` and the tests both need: programs that end with their starter, a screen where there is none,
//! a database of one's own, free ports.

pub mod checker;
pub mod display;
pub mod frame;
pub mod house;
pub mod interrupt;
pub mod lot;
pub mod packages;
pub mod port;
pub mod postgres;
pub mod running;
