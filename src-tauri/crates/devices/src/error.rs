//! What can go wrong between us and a device, told apart by what it means for an order.

use crate::StaleOrder;
use lanedesk_domain::order::OrderResult;

/// Why a device did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The device answered no. Its own words are kept for people.
    #[error("the device refused: {words}")]
    Refused {
        /// What the device said.
        words: String,
    },
    /// The device does not know this request.
    #[error("the device does not support this: {words}")]
    NotSupported {
        /// What the device said.
        words: String,
    },
    /// User name or password is wrong.
    #[error("the device does not accept the user name or password")]
    Unauthorised {
        /// Tries left before it locks the account, where it says so.
        tries_left: Option<u32>,
    },
    /// The device locked the account for our address.
    #[error("the device locked the account for {seconds} s")]
    LockedOut {
        /// How long still, counted when this was made.
        seconds: u64,
    },
    /// The permit ended before the request; nothing was sent.
    #[error("nothing was sent: {0}")]
    Stale(#[from] StaleOrder),
    /// No connection could be made; nothing reached the device.
    #[error("the device could not be reached: {0}")]
    NotSent(&'static str),
    /// Its name leads to where no device may be; nothing was sent.
    #[error("the device's address is outside the networks that devices may have")]
    Outside,
    /// It wants the password in the clear, which its row does not allow; it was not told.
    #[error("the device wants the password in the clear (Basic), and rtsp_basic does not allow it")]
    ClearPassword,
    /// The request was sent, or may have been, and no whole answer came: the arm may have moved.
    #[error("the device did not answer: {0}")]
    Unanswered(&'static str),
    /// An answer came that cannot be understood: the arm may have moved.
    #[error("the device's answer cannot be understood: {0}")]
    BadAnswer(&'static str),
}

impl DeviceError {
    /// What an order that ended so has become.
    pub const fn order_result(&self) -> OrderResult {
        match self {
            Self::Refused { .. }
            | Self::NotSupported { .. }
            | Self::Unauthorised { .. }
            | Self::LockedOut { .. }
            | Self::ClearPassword => OrderResult::Refused,
            Self::Stale(_) | Self::NotSent(_) | Self::Outside => OrderResult::Failed,
            Self::Unanswered(_) | Self::BadAnswer(_) => OrderResult::Unknown,
        }
    }

    /// Whether the device was reached at all, for the health of a device.
    pub const fn reached(&self) -> bool {
        !matches!(self, Self::NotSent(_) | Self::Unanswered(_) | Self::Outside)
    }
}
