//! How it stands with a camera's picture, as everybody who watches it is told.

use lanedesk_devices::{DeviceError, LiveError};
use lanedesk_wire::live::{LiveFormat, LiveState, LiveWhy};
use std::time::Duration;

/// The present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveStatus {
    /// The state.
    pub state: LiveState,
    /// Why it does not play.
    pub why: Option<LiveWhy>,
    /// What plays.
    pub format: Option<LiveFormat>,
}

impl LiveStatus {
    pub(super) const STARTING: Self = Self { state: LiveState::Starting, why: None, format: None };

    pub(super) const fn playing(format: LiveFormat) -> Self {
        Self { state: LiveState::Playing, why: None, format: Some(format) }
    }

    pub(super) const fn reconnecting(why: LiveWhy) -> Self {
        Self { state: LiveState::Reconnecting, why: Some(why), format: None }
    }

    /// Not playing, and why; tried again by itself.
    pub const fn failed(why: LiveWhy) -> Self {
        Self { state: LiveState::Failed, why: Some(why), format: None }
    }
}

/// What an error means for whoever watches.
pub(super) fn why(error: &LiveError) -> LiveWhy {
    match error {
        LiveError::Codec(_) => LiveWhy::Codec,
        LiveError::NoVideo => LiveWhy::NotSupported,
        LiveError::TooLarge => LiveWhy::TooLarge,
        LiveError::Unreadable => LiveWhy::Unreadable,
        LiveError::Device(error) => match error {
            DeviceError::Unauthorised { .. } => LiveWhy::WrongPassword,
            DeviceError::LockedOut { .. } => LiveWhy::LockedOut,
            DeviceError::NotSent(_) | DeviceError::Outside | DeviceError::Stale(_) => LiveWhy::Unreachable,
            DeviceError::Unanswered(_) => LiveWhy::Silent,
            DeviceError::NotSupported { .. } | DeviceError::Refused { .. } | DeviceError::ClearPassword => {
                LiveWhy::NotSupported
            }
            DeviceError::BadAnswer(_) => LiveWhy::Unreadable,
        },
    }
}

/// How long to wait before the camera is asked again. What a person has to put right is asked for seldom; changed
/// settings end the wait. The driver itself asks a camera that refused our password far more seldom than this.
pub(super) fn pause(why: LiveWhy, failures: u32) -> Duration {
    let doubled = Duration::from_millis(250) * 2_u32.pow(failures.min(5));
    match why {
        LiveWhy::WrongPassword | LiveWhy::LockedOut => Duration::from_secs(30),
        LiveWhy::Codec | LiveWhy::NotSupported | LiveWhy::NoCamera | LiveWhy::TooMany => Duration::from_secs(10),
        LiveWhy::Unreadable | LiveWhy::TooLarge => doubled.max(Duration::from_secs(1)),
        LiveWhy::Unreachable | LiveWhy::Silent | LiveWhy::NoKeyFrame => doubled.min(Duration::from_secs(4)),
    }
}
