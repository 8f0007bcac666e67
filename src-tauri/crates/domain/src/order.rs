//! Orders to devices: sent twice they act once, late they are dead (R26).

use crate::time::Timestamp;

words! {
    /// What a barrier is told to do.
    pub enum BarrierAction {
        /// Rise.
        Open = "open",
        /// Come down.
        Close = "close",
    }
}

words! {
    /// What became of an order.
    pub enum OrderResult {
        /// Committed, not yet answered by the device.
        Running = "running",
        /// The device said yes; movement is not confirmed.
        Accepted = "accepted",
        /// The arm was seen up.
        Opened = "opened",
        /// The arm was seen down.
        Closed = "closed",
        /// The device said no.
        Refused = "refused",
        /// Nothing was sent, or the device could not be reached before anything was sent.
        Failed = "failed",
        /// Sent and unanswered: it may have moved. Never repeated by the program.
        Unknown = "unknown",
    }
}

impl OrderResult {
    /// Whether the order still waits for an answer; its case is not closed meanwhile (R20).
    pub const fn is_in_flight(self) -> bool {
        matches!(self, Self::Running)
    }

    /// Whether the arm may have moved.
    pub const fn may_have_moved(self) -> bool {
        !matches!(self, Self::Refused | Self::Failed)
    }

    /// Whether a record may change from this to `next`: results only become more certain.
    ///
    /// A running order may become anything; one accepted or unknown may still be seen to have moved as it was told.
    pub const fn may_become(self, next: Self, action: BarrierAction) -> bool {
        let seen = match action {
            BarrierAction::Open => matches!(next, Self::Opened),
            BarrierAction::Close => matches!(next, Self::Closed),
        };
        match self {
            Self::Running => seen || matches!(next, Self::Accepted | Self::Refused | Self::Failed | Self::Unknown),
            Self::Accepted | Self::Unknown => seen,
            Self::Opened | Self::Closed | Self::Refused | Self::Failed => false,
        }
    }
}

/// The moment up to which an order pressed at `made_at` may reach a device.
pub fn deadline(made_at: Timestamp, order_deadline_s: u32) -> Timestamp {
    made_at.plus_seconds(i64::from(order_deadline_s))
}

/// Whether an order is dead. One that claims to come from the future by more than its own deadline is dead too: its
/// desk's clock is wrong, and it might rise late.
pub fn is_late(made_at: Timestamp, now: Timestamp, order_deadline_s: u32) -> bool {
    now > deadline(made_at, order_deadline_s) || made_at > deadline(now, order_deadline_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_dies_after_its_deadline_and_not_before() {
        let made = Timestamp(1_000_000);
        assert!(!is_late(made, made, 10));
        assert!(!is_late(made, made.plus_seconds(10), 10));
        assert!(is_late(made, made.plus_seconds(10).plus_ms(1), 10), "R26");
    }

    #[test]
    fn an_order_from_the_future_is_as_dead_as_a_late_one() {
        let now = Timestamp(1_000_000);
        assert!(!is_late(now.plus_seconds(2), now, 10), "a desk's clock may run a little ahead");
        assert!(is_late(now.plus_seconds(11), now, 10));
    }

    #[test]
    fn results_only_become_more_certain() {
        use BarrierAction::{Close, Open};
        use OrderResult as R;
        for action in [Open, Close] {
            for from in R::ALL {
                assert!(!from.may_become(R::Running, action), "nothing runs again");
                for to in R::ALL {
                    if from.may_become(*to, action) {
                        assert!(!to.may_become(*from, action), "{from} and {to} cannot alternate");
                    }
                }
            }
        }
        assert!(R::Unknown.may_become(R::Opened, Open), "R40: an unknown one is matched first");
        assert!(!R::Unknown.may_become(R::Closed, Open));
        assert!(!R::Refused.may_become(R::Opened, Open), "a rise after a refusal is not ours");
    }
}
