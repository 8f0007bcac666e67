//! The signed head of the audit chains.

use super::Answer;
use crate::desk::Desk;
use lanedesk_wire::audit::AuditHead;
use tauri::State;

/// Has the hub sign where its chains end now; written down outside, it proves later tampering.
#[tauri::command]
#[specta::specta]
pub async fn audit_head(desk: State<'_, Desk>) -> Answer<AuditHead> {
    desk.ask(|hub| async move { hub.audit_head().await }).await
}
