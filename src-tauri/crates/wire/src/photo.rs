//! ID photos: proof of an abnormal release (R23, R24, R36).

use crate::problem::Holder;
use lanedesk_domain::{ids::PhotoId, time::Timestamp};
use serde::{Deserialize, Serialize};

words_enum! {
    /// Which camera took it.
    PhotoSource { DeviceCamera, SystemCamera, LaneCamera }
}

/// A photo the hub has kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Photo {
    /// Its id; sent with the release.
    pub id: PhotoId,
    /// Of the kept JPEG, hex.
    pub sha256: String,
    /// In pixels, at most 2048.
    pub width: u32,
    /// In pixels, at most 2048.
    pub height: u32,
    /// When the shutter went.
    pub taken_at: Timestamp,
    /// Which camera took it.
    pub source: PhotoSource,
}

words_enum! {
    /// Whether a photo can still be looked at: kept, held beyond its time, deleted when its time had come, or not as it was
    /// when it came in.
    PhotoState { Kept, Held, Deleted, Damaged }
}

/// Why a photo is kept beyond its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PhotoHold {
    /// The reason given.
    pub why: String,
    /// Who holds it.
    pub by: Holder,
    /// Since when.
    pub since: Timestamp,
}

/// A photo of an opening, as its record stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Evidence {
    /// Its id.
    pub id: PhotoId,
    /// When the shutter went.
    pub taken_at: Timestamp,
    /// Which camera took it.
    pub source: PhotoSource,
    /// Who took it.
    pub by: Holder,
    /// Whether it can still be looked at.
    pub state: PhotoState,
    /// Until when it is kept, or was; it stays longer while it is held.
    pub until: Timestamp,
    /// Why it is held; absent where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<PhotoHold>,
}

/// `POST /api/cases/{case}/photos/from-lane`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PhotoFromLane {
    /// The holder's fence.
    pub fence: lanedesk_domain::ids::Fence,
}

/// `POST /api/photos/{id}/hold`: keeps a photo beyond its retention, or lets it go again (R36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct HoldPhoto {
    /// Kept from now on, or no longer.
    pub hold: bool,
    /// Why; required.
    pub reason: String,
}
