//! Whether the hub works.

use serde::{Deserialize, Serialize};

/// How many devices answer.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    specta::Type,
    utoipa::ToSchema,
)]
pub struct DeviceCount {
    /// Reached at the last try.
    pub online: u32,
    /// Not reached at the last try.
    pub offline: u32,
}

/// `GET /api/health`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Health {
    /// Whether the hub can do its work: the database answers.
    pub ok: bool,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Whatever the devices do, the hub is healthy.
    pub devices: DeviceCount,
}
