//! The arm, as a device that can move it offers it.

use crate::{DeviceError, Permit};
use async_trait::async_trait;
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction};

/// Raises and lowers one arm and says where it is.
#[async_trait]
pub trait Barrier: Send + Sync {
    /// Sends one order. `Ok` means the device said yes, not that the arm moved.
    ///
    /// `permit` is asked immediately before every request that can move the arm. The order is never sent twice:
    /// where the answer is missing the result is [`DeviceError::Unanswered`] and the arm may have moved.
    async fn order(&self, action: BarrierAction, permit: &dyn Permit) -> Result<(), DeviceError>;

    /// Where the arm is; `unknown` where the device says that no signal is wired.
    async fn state(&self) -> Result<BarrierState, DeviceError>;
}
