//! The bar: where it is while it travels, and what its limit switches say.

use lanedesk_domain::barrier::BarrierState;
use std::time::Duration;
use tokio::time::Instant;

/// One bar. 0 is down, 1 is up.
#[derive(Debug, Clone)]
pub(crate) struct Arm {
    travel: Duration,
    /// Where the last movement began, and when.
    from: f32,
    since: Instant,
    up: bool,
    /// The limit reached last: what a device without a signal between the limits keeps saying.
    last_limit: BarrierState,
}

impl Arm {
    pub(crate) fn closed(travel: Duration) -> Self {
        Self { travel, from: 0.0, since: Instant::now(), up: false, last_limit: BarrierState::Closed }
    }

    /// Position from 0 (down) to 1 (up).
    pub(crate) fn position(&self) -> f32 {
        let travel = self.travel.as_secs_f32();
        let moved = if travel > 0.0 { self.since.elapsed().as_secs_f32() / travel } else { 1.0 };
        let goal = if self.up { self.from + moved } else { self.from - moved };
        goal.clamp(0.0, 1.0)
    }

    /// Where it is.
    pub(crate) fn state(&self) -> BarrierState {
        let position = self.position();
        match self.up {
            true if position >= 1.0 => BarrierState::Open,
            true => BarrierState::Opening,
            false if position <= 0.0 => BarrierState::Closed,
            false => BarrierState::Closing,
        }
    }

    /// What the device says: the limit reached last.
    pub(crate) fn reported(&mut self) -> BarrierState {
        if let state @ (BarrierState::Open | BarrierState::Closed) = self.state() {
            self.last_limit = state;
        }
        self.last_limit
    }

    /// Begins to move. `None` where it is there already or on its way; else how long it will take.
    pub(crate) fn drive(&mut self, up: bool) -> Option<Duration> {
        self.reported();
        if self.up == up {
            return None;
        }
        self.from = self.position();
        self.since = Instant::now();
        self.up = up;
        let way = if up { 1.0 - self.from } else { self.from };
        Some(self.travel.mul_f32(way))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_travels_turns_round_and_keeps_reporting_the_last_limit() {
        let mut arm = Arm::closed(Duration::from_secs(1));
        assert_eq!(arm.drive(true), Some(Duration::from_secs(1)));
        assert_eq!(arm.drive(true), None);
        tokio::time::advance(Duration::from_millis(600)).await;
        assert_eq!((arm.state(), arm.reported()), (BarrierState::Opening, BarrierState::Closed));
        let back = arm.drive(false).unwrap();
        assert!(back > Duration::from_millis(590) && back < Duration::from_millis(610));
        tokio::time::advance(Duration::from_millis(700)).await;
        assert_eq!(arm.state(), BarrierState::Closed);
        arm.drive(true);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(arm.reported(), BarrierState::Open);
    }
}
