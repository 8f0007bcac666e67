//! A supervisor's leave for a release.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::ApprovalId;
use lanedesk_wire::approval::{AnswerApproval, Approval};
use tauri::State;

/// What waits for this person's word.
#[tauri::command]
#[specta::specta]
pub async fn approvals(desk: State<'_, Desk>) -> Answer<Vec<Approval>> {
    let asked = desk.ask(|hub: Hub| async move { hub.approvals().await });
    Ok(asked.await?.items)
}

/// Allows or denies.
#[tauri::command]
#[specta::specta]
pub async fn answer_approval(desk: State<'_, Desk>, id: ApprovalId, answer: AnswerApproval) -> Answer<Approval> {
    desk.ask(|hub| async move { hub.answer_approval(&id, &answer).await }).await
}
