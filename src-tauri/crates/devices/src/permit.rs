//! Leave to move something, looked at again at the last moment (invariant 3).

use async_trait::async_trait;

/// The order may no longer be sent: its lease is lost or its deadline is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaleOrder {
    /// Another holds the lane now, or nobody.
    #[error("the lease is lost")]
    LeaseLost,
    /// The order is older than its deadline.
    #[error("the order is too old")]
    TooLate,
    /// Whether it may be sent could not be looked up; then it may not.
    #[error("the lease could not be looked up")]
    NotKnown,
}

/// Says whether an order may still be sent. A driver asks before each request that can move the arm,
/// digest retries included.
#[async_trait]
pub trait Permit: Send + Sync {
    /// Looks at fence and deadline now.
    async fn check(&self) -> Result<(), StaleOrder>;
}

/// Leave that never ends, for tests and measurements.
#[derive(Debug, Clone, Copy, Default)]
pub struct EndlessPermit;

#[async_trait]
impl Permit for EndlessPermit {
    async fn check(&self) -> Result<(), StaleOrder> {
        Ok(())
    }
}
