//! Barriers that rise without us (R40): following one arm, and what may have raised it.

use crate::{
    barrier::BarrierState,
    ids::OrderId,
    order::OrderResult,
    time::{MINUTE_MS, Timestamp},
};

/// An order given this long before the arm was last seen down may still have moved it: its deadline and the travel, ms.
const SLOW_ORDER_MS: i64 = 45_000;
/// Two clocks may differ by this much, ms.
const CLOCKS_MS: i64 = 5_000;
/// A camera tells of a passage up to this long after the arm was seen up, ms.
const CAMERA_LATE_MS: i64 = 15_000;
/// Where nobody knows when the arm was down, whatever happened within this time may have raised it, ms.
const UNSEEN_MS: i64 = 12 * 60 * MINUTE_MS;

/// An arm seen to be up after it was down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArmRise {
    /// First seen up.
    pub at: Timestamp,
    /// Last seen down; none: not since it is watched.
    pub down_at: Option<Timestamp>,
}

/// Follows one arm and tells each rise once.
#[derive(Debug, Clone, Default)]
pub struct Arm {
    down_at: Option<Timestamp>,
    up: bool,
}

impl Arm {
    /// Takes what the arm was seen to be. An arm that turns round on its way down, or that cannot be asked for a while,
    /// has not risen anew: only one that was down can rise.
    pub fn saw(&mut self, state: BarrierState, at: Timestamp) -> Option<ArmRise> {
        match state {
            BarrierState::Closed => {
                self.down_at = Some(at);
                self.up = false;
                None
            }
            BarrierState::Open | BarrierState::Opening if !self.up => {
                self.up = true;
                let down_at = self.down_at;
                Some(ArmRise { at, down_at })
            }
            _ => None,
        }
    }
}

/// An order to open, as far as it can have raised an arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// When the person pressed.
    pub made_at: Timestamp,
    /// What became of it.
    pub result: OrderResult,
}

/// What raised an arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// An order of ours.
    Order(OrderId),
    /// The camera by itself.
    Camera,
}

impl ArmRise {
    /// The moments between which an order of ours can have raised it.
    pub fn orders_between(&self) -> (Timestamp, Timestamp) {
        (self.since(SLOW_ORDER_MS), self.at.plus_ms(CLOCKS_MS))
    }

    /// The moments between which a passage the camera opened for can have raised it.
    pub fn passages_between(&self) -> (Timestamp, Timestamp) {
        (self.since(CLOCKS_MS), self.at.plus_ms(CAMERA_LATE_MS))
    }

    fn since(&self, before_ms: i64) -> Timestamp {
        self.down_at.map_or(self.at.plus_ms(-UNSEEN_MS), |down| down.plus_ms(-before_ms))
    }

    /// What raised the arm, from the orders and automatic passages of those moments. An order raises an arm once: one
    /// that explained an earlier rise (`used`) explains no other. An `unknown` order is matched first.
    pub fn cause(&self, orders: &[Order], used: &[OrderId], passages: &[Timestamp]) -> Option<Cause> {
        let within = |(from, to): (Timestamp, Timestamp), at: Timestamp| from <= at && at <= to;
        let mut fits: Vec<&Order> = orders
            .iter()
            .filter(|order| {
                within(self.orders_between(), order.made_at)
                    && order.result.may_have_moved()
                    && !used.contains(&order.id)
            })
            .collect();
        fits.sort_by_key(|order| (order.result != OrderResult::Unknown, order.made_at));
        let order = fits.first().map(|order| Cause::Order(order.id));
        let camera = passages.iter().any(|at| within(self.passages_between(), *at)).then_some(Cause::Camera);
        order.or(camera)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_800_000_000_000).plus_seconds(seconds)
    }

    #[test]
    fn each_rise_is_told_once_and_only_after_the_arm_was_down() {
        use BarrierState::{Closed, Closing, Open, Opening, Unknown};
        let mut arm = Arm::default();
        assert_eq!(arm.saw(Unknown, at(0)), None);
        let first = arm.saw(Open, at(1));
        assert_eq!(first, Some(ArmRise { at: at(1), down_at: None }), "up when the hub began");
        assert_eq!(arm.saw(Open, at(3)), None, "once");
        assert_eq!(arm.saw(Unknown, at(5)), None);
        assert_eq!(arm.saw(Open, at(7)), None, "a lost device is no fall");
        assert_eq!(arm.saw(Closing, at(8)), None);
        assert_eq!(arm.saw(Opening, at(9)), None, "it turned round on its way");
        assert_eq!(arm.saw(Closed, at(11)), None);
        assert_eq!(arm.saw(Closed, at(13)), None);
        let next = arm.saw(Opening, at(15));
        assert_eq!(next, Some(ArmRise { at: at(15), down_at: Some(at(13)) }));
        assert_eq!(arm.saw(Open, at(17)), None);
    }

    const RISEN: fn() -> ArmRise = || ArmRise { at: at(100), down_at: Some(at(98)) };

    fn order(made: i64, result: OrderResult) -> Order {
        Order { id: OrderId::new(), made_at: at(made), result }
    }

    #[test]
    fn our_order_explains_a_rise_once_and_an_unknown_one_first() {
        let (opened, unknown) = (order(97, OrderResult::Opened), order(80, OrderResult::Unknown));
        let both = [opened, unknown];
        let risen = RISEN();
        assert_eq!(risen.cause(&both, &[], &[]), Some(Cause::Order(unknown.id)), "R40");
        assert_eq!(risen.cause(&both, &[unknown.id], &[]), Some(Cause::Order(opened.id)));
        assert_eq!(risen.cause(&both, &[unknown.id, opened.id], &[]), None);
        for result in [OrderResult::Running, OrderResult::Accepted] {
            assert!(risen.cause(&[order(99, result)], &[], &[]).is_some());
        }
        for result in [OrderResult::Refused, OrderResult::Failed] {
            assert_eq!(risen.cause(&[order(99, result)], &[], &[]), None, "{result}");
        }
        assert_eq!(risen.cause(&[order(40, OrderResult::Opened)], &[], &[]), None, "long over");
    }

    #[test]
    fn the_camera_s_own_opening_explains_a_rise_also_when_told_late() {
        let risen = RISEN();
        assert_eq!(risen.cause(&[], &[], &[at(96)]), Some(Cause::Camera));
        assert_eq!(risen.cause(&[], &[], &[at(112)]), Some(Cause::Camera));
        assert_eq!(risen.cause(&[], &[], &[at(80), at(130)]), None);
        assert_eq!(risen.cause(&[], &[], &[]), None, "a hand or a remote control");
    }

    #[test]
    fn where_nobody_knows_when_it_was_down_the_whole_shift_counts() {
        let risen = ArmRise { at: at(100_000), down_at: None };
        let order = order(100_000 - 3_600 * 11, OrderResult::Opened);
        assert!(risen.cause(&[order], &[], &[]).is_some());
    }
}
