//! One device and what it can do.

use crate::{Barrier, LiveCamera, PlateCamera, StillCamera};

/// A configured device. A capability it lacks is absent, so that a caller finds out before it asks.
pub trait Device: Send + Sync {
    /// The driver's name as it stands in site files.
    fn driver(&self) -> &'static str;
    /// The arm it moves.
    fn barrier(&self) -> Option<&dyn Barrier> {
        None
    }
    /// The plate reader it has.
    fn plate_camera(&self) -> Option<&dyn PlateCamera> {
        None
    }
    /// The picture it gives.
    fn still_camera(&self) -> Option<&dyn StillCamera> {
        None
    }
    /// The moving picture it shows.
    fn live_camera(&self) -> Option<&dyn LiveCamera> {
        None
    }
    /// Where its live picture is, without user name and password.
    fn rtsp_url(&self) -> Option<String> {
        None
    }
}
