//! Finding lots and lanes (R5).

use crate::problem::Holder;
use lanedesk_domain::{
    ids::{LaneId, LotId},
    lane::LaneDirection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A lot by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LotRef {
    /// Its id.
    pub id: LotId,
    /// Its name.
    pub name: String,
}

/// Who works a lane now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Held {
    /// Who.
    pub holder: Holder,
    /// Since when.
    pub since: Timestamp,
}

/// A lane in a search answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LaneHit {
    /// Its id.
    pub id: LaneId,
    /// Its name within the lot.
    pub name: String,
    /// Its short code, as painted at the gate.
    pub code: String,
    /// Which ways it lets vehicles pass.
    pub direction: LaneDirection,
    /// Its lot.
    pub lot: LotRef,
    /// Whether a robot stands there.
    pub has_robot: bool,
    /// Who works it now, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// `GET /api/search`: best first, only what the person may see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SearchHits {
    /// Lots whose name, code or pinyin fits.
    pub lots: Vec<LotRef>,
    /// Lanes that fit by themselves or through their lot.
    pub lanes: Vec<LaneHit>,
}
