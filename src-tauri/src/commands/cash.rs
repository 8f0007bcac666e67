//! Cash taken at the gate (R39).

use super::Answer;
use crate::desk::Desk;
use lanedesk_domain::{ids::CaseId, money::Fen};
use lanedesk_wire::cash::Cash;
use tauri::State;

/// Records cash taken in the case at hand 「代收现金」. Pressed again after no answer came, it counts once.
#[tauri::command]
#[specta::specta]
pub async fn take_cash(desk: State<'_, Desk>, case_id: CaseId, amount_fen: Fen) -> Answer<Cash> {
    desk.take_cash(case_id, amount_fen).await
}
