//! Seats: who sits where, and how one's own stands (R2, R4).

use crate::{CallError, Hub};
use lanedesk_wire::{
    list::Page,
    seat::{Seat, SeatChoice, SetSeatState},
};
use reqwest::Method;

impl Hub {
    /// Every seat, with who sits there.
    pub async fn seats(&self) -> Result<Page<Seat>, CallError> {
        self.get("/api/seats").await
    }

    /// Says that one's seat takes calls, or not for now.
    pub async fn set_seat_state(&self, state: SeatChoice) -> Result<(), CallError> {
        let body = SetSeatState { state };
        self.tell(Method::PUT, "/api/seat/state", Some(&body)).await
    }
}
