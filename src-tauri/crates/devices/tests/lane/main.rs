//! The driver at a simulated lane, over real sockets.

mod clear;
mod common;
mod live;
mod nonsense;
mod orders;
mod pictures;
mod push;
