//! Use cases: what happens in which order. Rules are in `domain`, rows in `store`.

pub mod account;
pub mod approval;
pub mod audit;
pub mod barrier;
pub mod board;
pub mod case;
pub mod debt;
pub mod device;
pub mod environment;
pub mod evidence;
pub mod export;
pub mod factor;
#[cfg(test)]
pub(crate) mod fixture;
pub mod health;
pub mod lease;
pub mod opening;
pub mod payment;
pub mod photo;
pub mod picture;
pub mod read;
pub mod record;
pub mod release;
pub mod report;
pub mod right;
pub mod rise;
pub mod robot;
pub mod search;
pub mod seat;
pub mod session;
pub mod site;
pub mod statistics;
pub mod stay;
pub mod vehicle;
pub mod view;
pub mod warning;
