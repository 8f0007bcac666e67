//! Whether the hub works.

use lanedesk_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How many devices answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
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
    /// When a proxy on the hub's own machine was last noticed that is not declared (`--trusted-proxy`): everybody behind
    /// it counts as one address. Absent: none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undeclared_proxy_at: Option<Timestamp>,
}
