//! Working a case. Every step carries the holder's fence.

use crate::{CallError, Hub};
use lanedesk_domain::{
    ids::{CaseId, Fence, StayId},
    lane::Direction,
};
use lanedesk_wire::{
    case::{ChooseVehicle, CloseCase, CorrectPlate, FindPhone, HandOver, MarkPassed, SetDirection},
    lane::View,
};
use reqwest::Method;
use serde::Serialize;

/// A fence and nothing else.
#[derive(Serialize)]
struct FenceOnly {
    fence: Fence,
}

impl Hub {
    /// The case's page.
    pub async fn view_case(&self, case: &CaseId) -> Result<View, CallError> {
        self.get(&format!("/api/cases/{case}")).await
    }

    /// Ends the case and frees the lane (R8).
    pub async fn close_case(&self, case: &CaseId, close: &CloseCase) -> Result<(), CallError> {
        let path = format!("/api/cases/{case}/close");
        self.tell(Method::POST, &path, Some(close)).await
    }

    /// Hands the case to another person (R12).
    pub async fn hand_over(&self, case: &CaseId, to: &HandOver) -> Result<(), CallError> {
        let path = format!("/api/cases/{case}/hand-over");
        self.tell(Method::POST, &path, Some(to)).await
    }

    /// Types the right plate.
    pub async fn correct_plate(&self, case: &CaseId, fence: Fence, plate: String) -> Result<View, CallError> {
        self.step(case, "plate", &CorrectPlate { fence, plate }).await
    }

    /// Looks the vehicle up by the driver's phone.
    pub async fn find_phone(&self, case: &CaseId, fence: Fence, phone: String) -> Result<View, CallError> {
        self.step(case, "phone", &FindPhone { fence, phone }).await
    }

    /// Chooses among the look-alikes.
    pub async fn choose_vehicle(&self, case: &CaseId, fence: Fence, candidate: StayId) -> Result<View, CallError> {
        let body = ChooseVehicle { fence, candidate };
        self.step(case, "vehicle", &body).await
    }

    /// Says which way the vehicle goes (R42).
    pub async fn set_direction(&self, case: &CaseId, fence: Fence, direction: Direction) -> Result<View, CallError> {
        let body = SetDirection { fence, direction };
        self.step(case, "direction", &body).await
    }

    /// Says that the vehicle went through (R37).
    pub async fn mark_passed(&self, case: &CaseId, fence: Fence) -> Result<View, CallError> {
        self.step(case, "passed", &MarkPassed { fence }).await
    }

    /// Takes a fresh still and reads its plate.
    pub async fn refresh_picture(&self, case: &CaseId, fence: Fence) -> Result<View, CallError> {
        self.step(case, "picture", &FenceOnly { fence }).await
    }

    async fn step(&self, case: &CaseId, what: &str, body: &(impl Serialize + Sync)) -> Result<View, CallError> {
        self.post(&format!("/api/cases/{case}/{what}"), body).await
    }
}
