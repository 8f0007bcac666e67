//! Use cases: what happens in which order. Rules are in `domain`, rows in `store`.

pub mod barrier;
pub mod board;
pub mod case;
pub mod device;
#[cfg(test)]
pub(crate) mod fixture;
pub mod health;
pub mod lease;
pub mod opening;
pub mod payment;
pub mod picture;
pub mod read;
pub mod record;
pub mod search;
pub mod seat;
pub mod session;
pub mod site;
pub mod stay;
pub mod vehicle;
pub mod view;
