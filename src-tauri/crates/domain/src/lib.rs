//! Lanedesk's rules without I/O: no async, no clock reads, no database.
//!
//! Every rule that two programs must agree on lives here, so that the desk can show what the hub will decide.
//! Numbers such as `R17` refer to the product's numbered requirements.

#[macro_use]
mod words;

pub mod assessment;
pub mod barrier;
pub mod call;
pub mod control;
pub mod debt;
pub mod ids;
pub mod lane;
pub mod lease;
pub mod money;
pub mod offers;
pub mod opening;
pub mod order;
pub mod pass;
pub mod person;
pub mod phone;
pub mod photo;
pub mod plate;
pub mod release;
pub mod rise;
pub mod robot;
pub mod rules;
pub mod seat;
pub mod stay;
pub mod tariff;
pub mod time;
pub mod warning;
pub mod zone;
