//! Looking at a lane and taking it.

use crate::{CallError, Hub};
use lanedesk_domain::ids::LaneId;
use lanedesk_wire::{
    case::{Claimed, TakeOver},
    lane::{LaneStill, View},
    list::Page,
};
use reqwest::Method;

impl Hub {
    /// The lane as it is, without locking it.
    pub async fn view_lane(&self, lane: &LaneId) -> Result<View, CallError> {
        self.get(&format!("/api/lanes/{lane}")).await
    }

    /// The lane's last minute in stills, oldest first.
    pub async fn lane_stills(&self, lane: &LaneId) -> Result<Vec<LaneStill>, CallError> {
        let page: Page<LaneStill> = self.get(&format!("/api/lanes/{lane}/stills")).await?;
        Ok(page.items)
    }

    /// Takes the lane for this person, or renews it (R6, R10).
    pub async fn claim(&self, lane: &LaneId) -> Result<Claimed, CallError> {
        self.post(&format!("/api/lanes/{lane}/claim"), &EMPTY).await
    }

    /// A supervisor takes a held lane (R12).
    pub async fn take_over(&self, lane: &LaneId, reason: String) -> Result<Claimed, CallError> {
        let body = TakeOver { reason };
        self.post(&format!("/api/lanes/{lane}/take-over"), &body).await
    }

    /// Asks the holder for the lane (R12).
    pub async fn ask_for_lane(&self, lane: &LaneId) -> Result<(), CallError> {
        let path = format!("/api/lanes/{lane}/ask");
        self.tell(Method::POST, &path, Some(&EMPTY)).await
    }
}

/// A body that says nothing.
#[derive(serde::Serialize)]
pub(crate) struct Empty {}
pub(crate) const EMPTY: Empty = Empty {};
