//! Seats: who sits where, and how one's own stands (R2, R4). Sitting down and leaving stand with the session.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_wire::seat::{Seat, SeatChoice};
use tauri::State;

/// Every seat, with who sits there.
#[tauri::command]
#[specta::specta]
pub async fn seats(desk: State<'_, Desk>) -> Answer<Vec<Seat>> {
    let asked = desk.ask(|hub: Hub| async move { hub.seats().await });
    Ok(asked.await?.items)
}

/// Says that one's seat takes calls, or not for now.
#[tauri::command]
#[specta::specta]
pub async fn seat_state(desk: State<'_, Desk>, state: SeatChoice) -> Answer<()> {
    desk.ask(|hub| async move { hub.set_seat_state(state).await }).await
}
