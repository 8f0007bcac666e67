//! Cash taken at the gate (R39).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::{Hub, WorkFilter};
use lanedesk_domain::{ids::CaseId, money::Fen};
use lanedesk_wire::{
    cash::{Cash, CashTotal},
    list::Page,
};
use tauri::State;

/// Records cash taken in the case at hand 「代收现金」. Pressed again after no answer came, it counts once.
#[tauri::command]
#[specta::specta]
pub async fn take_cash(desk: State<'_, Desk>, case_id: CaseId, amount_fen: Fen) -> Answer<Cash> {
    desk.take_cash(case_id, amount_fen).await
}

/// Cash taken, newest first.
#[tauri::command]
#[specta::specta]
pub async fn cash(desk: State<'_, Desk>, filter: WorkFilter) -> Answer<Page<Cash>> {
    desk.ask(|hub| async move { hub.cash(&filter).await }).await
}

/// Cash by person and shift, newest shift first.
#[tauri::command]
#[specta::specta]
pub async fn cash_totals(desk: State<'_, Desk>, filter: WorkFilter) -> Answer<Vec<CashTotal>> {
    let asked = desk.ask(|hub: Hub| async move { hub.cash_totals(&filter).await });
    Ok(asked.await?.items)
}
