//! `/api/seat`, `/api/seats`

use super::handler::handlers;
use crate::ops::seat;
use lanedesk_wire::{
    list::Page,
    seat::{Seat, SetSeatState},
    session::{BindSeat, Person},
};

handlers! { routes:
    /// Sit down at a seat.
    put "/api/seat" "seat" Seat bind(hub, actor) {wanted: BindSeat}
        -> 200 Person, 403 "only agents have seats", 409 "`seat_taken`, with `holder`"
        = seat::bind(hub, actor, wanted.number);
    /// Leave the seat.
    delete "/api/seat" "seat" Seat free(hub, actor) -> 204 = seat::free(hub, actor);
    /// Take calls again, or none for now.
    put "/api/seat/state" "seat" Seat set_state(hub, actor) {state: SetSeatState}
        -> 200 Seat, 409 "`seat_required`" = seat::set_state(hub, actor, &state);
    /// Every seat and how it stands.
    get "/api/seats" "seat" SeeQueue seats(hub, actor)
        -> 200 Page<Seat>, 403 "only agents and supervisors see seats" = seat::seats(hub);
}
