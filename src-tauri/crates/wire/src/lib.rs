//! Shapes and error codes that cross the network and into TypeScript. No rules live here.
//!
//! Times are RFC 3339 text, money is integer 分, ids are strings. Fields that may be absent are left out, not null,
//! except where a null has a meaning of its own, which is then said.

#[macro_use]
mod words;

pub mod account;
pub mod approval;
pub mod audit;
pub mod barrier;
pub mod board;
pub mod call;
pub mod case;
pub mod cash;
pub mod debt;
pub mod endpoint;
pub mod filter;
pub mod health;
pub mod history;
pub mod lane;
pub mod list;
pub mod live;
pub mod maintenance;
pub mod morning;
pub mod opening;
pub mod payment;
pub mod photo;
pub mod problem;
pub mod record;
pub mod release;
pub mod report;
pub mod rise;
pub mod robot;
pub mod robot_link;
pub mod search;
pub mod seat;
pub mod session;
pub mod site;
pub mod statistics;
pub mod stream;
pub mod warning;
