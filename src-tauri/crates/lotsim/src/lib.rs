//! A simulated parking lot that speaks the makers' real protocols over sockets, with fault switches and a journal.
//!
//! ```no_run
//! # async fn show() -> Result<(), lotsim::StartError> {
//! use lotsim::{Config, Fault, LaneConfig, Lotsim, Vehicle};
//! let sim = Lotsim::start(Config::of([LaneConfig::quick("E01")])).await?;
//! let lane = sim.lane("E01");
//! lane.arrive(Vehicle::new("粤B12345").read_as("粤B1Z345"));
//! println!("a Hikvision device listens at {}", lane.url());
//! lane.fault(Fault::ReplyLost);
//! // … an order is sent to the device …
//! assert!(lane.wait_open().await, "the bar moved although the reply was lost");
//! assert_eq!(sim.journal().len(), 1);
//! # Ok(()) }
//! ```
//!
//! Movement is never asserted from a device's reply, only from the [`Journal`].

mod arm;
mod config;
pub mod control;
pub mod demo;
mod event;
mod fault;
pub mod film;
mod isapi;
mod journal;
mod lane;
mod life;
mod robot;
mod rtsp;
pub mod scene;
pub mod script;
mod sim;
mod vehicle;

pub use config::{BadConfig, Config, LaneConfig, PastRead};
pub use fault::{BadFault, Fault};
pub use journal::{Cause, Command, Journal, Movement, Outcome, WrongTry};
pub use lane::{Lane, LaneFacts};
pub use robot::{DriverError, Integration, Robot, RobotConfig, RobotFault, RobotNow};
pub use sim::{Lotsim, StartError};
pub use vehicle::{PlateColor, Vehicle};
