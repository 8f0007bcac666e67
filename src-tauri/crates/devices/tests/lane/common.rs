//! A lane of a simulated site and a driver connected to it.

use lanedesk_devices::hikvision::{Hikvision, HikvisionSettings, Timeouts};
use lotsim::{Config, Lane, LaneConfig, Lotsim, demo};
use std::time::Duration;

/// Time-outs short enough for tests and long enough for a busy computer.
pub(crate) fn short() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(2),
        order: Duration::from_millis(700),
        status: Duration::from_millis(700),
        still: Duration::from_secs(4),
        silence: Duration::from_millis(900),
        pictures: Duration::from_millis(300),
        backoff_first: Duration::from_millis(20),
        backoff_most: Duration::from_millis(100),
    }
}

/// A driver for a lane, with the settings changed as needed.
pub(crate) fn driver_with(lane: &Lane, change: impl FnOnce(&mut HikvisionSettings)) -> Hikvision {
    let mut settings = HikvisionSettings::new(&lane.url(), demo::USERNAME, demo::PASSWORD);
    settings.timeouts = short();
    change(&mut settings);
    Hikvision::new(settings).expect("a simulated device can be used")
}

pub(crate) fn driver(lane: &Lane) -> Hikvision {
    driver_with(lane, |_| {})
}

/// A site of one lane.
pub(crate) async fn site_with(change: impl FnOnce(&mut LaneConfig)) -> (Lotsim, Lane) {
    let mut lane = LaneConfig::quick("E01");
    change(&mut lane);
    let sim = Lotsim::start(Config::of([lane])).await.expect("a simulated device can be used");
    let lane = sim.lane("E01");
    (sim, lane)
}

pub(crate) async fn site() -> (Lotsim, Lane) {
    site_with(|_| {}).await
}
