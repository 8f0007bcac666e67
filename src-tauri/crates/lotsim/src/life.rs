//! What happens by itself: vehicles drive through an open bar, the box lowers it behind them, the next one comes.

use crate::{Cause, Lane};
use lanedesk_domain::barrier::BarrierState;
use std::time::Duration;
use tokio::time::sleep;

/// How long a vehicle waits before an open bar where only the camera's own opening lets it drive.
const AUTOMATIC_DRIVES_AFTER_MS: u64 = 800;

impl Lane {
    /// Lets the vehicle of this arrival drive on after its driver's moment, if the bar is up and drivers act here.
    pub(crate) fn drive_if_open(&self, arrival: u64) {
        let config = self.config();
        let automatic = config.automatic.then_some(AUTOMATIC_DRIVES_AFTER_MS);
        let Some(after) = config.drives_after_ms.or(automatic) else {
            return;
        };
        if self.bar() != BarrierState::Open {
            return;
        }
        let lane = self.clone();
        tokio::spawn(async move {
            sleep(Duration::from_millis(after)).await;
            if lane.arrivals() == arrival {
                lane.drive_through();
            }
        });
    }

    /// The bar falls behind the vehicle; the next one comes.
    pub(crate) fn after_passage(&self) {
        if let Some(after) = self.config().falls_after_ms {
            let lane = self.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(after)).await;
                if lane.vehicle().is_none() {
                    lane.drive_bar(false, Cause::Box);
                }
            });
        }
        if let Some(next) = self.next_waiting() {
            let lane = self.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(lane.config().next_after_ms)).await;
                if lane.vehicle().is_none() {
                    lane.arrive(next);
                }
            });
        }
    }
}
