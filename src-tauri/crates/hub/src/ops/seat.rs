//! Sitting down at a telephone position, how it stands, and leaving it (R2, R4, R30).

mod here;
mod watch;

pub use here::{DeskPresence, Desks};
pub use watch::{begin, once, run};

use super::session::present;
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Audience, Audit, LockRows, SeatRow, StoreError, Tx},
};
use lanedesk_domain::{
    ids::PersonId,
    seat::{SeatChoice, SeatState},
    time::Timestamp,
};
use lanedesk_wire::{
    list::Page,
    seat::{Seat, SetSeatState},
    session::Person,
    stream::Told,
};
use serde_json::json;

/// Sits an agent down; the seat they sat at before is free.
pub async fn bind(hub: &Hub, actor: &Actor, number: String) -> Result<Person> {
    let (person, now) = (actor.id.clone(), hub.clock().now());
    hub.write_at(LockRows::person(&actor.id), async move |tx, hub| sit_down(tx, hub, &number, &person, now).await)
        .await?;
    // Whoever gets this far has their account in order.
    present(hub, actor, false).await
}

async fn sit_down(tx: &mut Tx<'_>, hub: &Hub, number: &str, person: &PersonId, now: Timestamp) -> Result<()> {
    let no_such_seat = Error::Invalid { field: "number", why: "no_such_seat" };
    let seat = tx.seat(number, now).await?.ok_or(no_such_seat)?;
    match seat.person {
        // Nothing to tell: how the seat stands follows from what they do.
        Some(other) if other.id == *person => return Ok(()),
        Some(other) => return Err(Error::SeatTaken(other)),
        None => {}
    }
    if let Some(former) = tx.seat_of(person).await? {
        leave(tx, &former, person, now).await?;
    }
    // Somebody may sit down in the same moment: then this is run again and finds them.
    let bound = tx.bind_seat(number, person, now).await;
    let lost = || StoreError::Conflict("the seat was taken in the same moment".to_owned());
    match bound {
        Ok(true) => {}
        Ok(false) | Err(StoreError::NotUnique(_)) => return Err(lost().into()),
        Err(error) => return Err(error.into()),
    }
    if hub.desks().listens_to(person) {
        let people = serde_json::json!([person]).to_string();
        tx.seats_heard(hub.id(), &people, now).await?;
    }
    tx.audit(audit("seat.bind", number, person, now)).await?;
    tell_of(tx, hub, number, now).await
}

/// Frees the seat a person sits at. A call that comes to it just now finds them there or gone, not half.
async fn leave(tx: &mut Tx<'_>, number: &str, person: &PersonId, now: Timestamp) -> Result<()> {
    tx.need_person(person)?;
    tx.free_seat(person).await?;
    tx.audit(audit("seat.free", number, person, now)).await?;
    let empty = Seat { number: number.to_owned(), person: None, state: None, since: None };
    tell(tx, empty, now).await
}

/// Whoever logs out everywhere has left their seat too.
pub(super) async fn leave_with_last_session(tx: &mut Tx<'_>, person: &PersonId, now: Timestamp) -> Result<()> {
    if tx.has_session(person).await? {
        return Ok(());
    }
    match tx.seat_of(person).await? {
        Some(number) => leave(tx, &number, person, now).await,
        None => Ok(()),
    }
}

/// Frees the agent's seat, if they sit at one.
pub async fn free(hub: &Hub, actor: &Actor) -> Result<()> {
    release(hub, actor.id.clone()).await
}

/// The same for somebody whose desk has been gone for too long, or who may sit at none any more.
pub(super) async fn release(hub: &Hub, person: PersonId) -> Result<()> {
    let now = hub.clock().now();
    hub.store()
        .write_at(LockRows::person(&person), async move |tx| match tx.seat_of(&person).await? {
            Some(number) => leave(tx, &number, &person, now).await,
            None => Ok(()),
        })
        .await
}

/// An agent takes calls again, or none for now.
pub async fn set_state(hub: &Hub, actor: &Actor, set: &SetSeatState) -> Result<Seat> {
    let (person, away) = (actor.id.clone(), set.state == SeatChoice::Away);
    hub.write(async move |tx, hub| {
        let now = hub.clock().now();
        let number = tx.seat_of(&person).await?.ok_or(Error::SeatRequired)?;
        tx.seat_away(&person, away, now).await?;
        let action = if away { "seat.away" } else { "seat.back" };
        tx.audit(audit(action, &number, &person, now)).await?;
        let row = tx.seat(&number, now).await?.ok_or(Error::NotFound)?;
        stands(tx, hub, &row, now).await?;
        Ok(row.shown(after_call_ms(hub), now))
    })
    .await
}

/// Every seat, who sits there and how it stands, for those who see the queue.
pub async fn seats(hub: &Hub) -> Result<Page<Seat>> {
    let now = hub.clock().now();
    let rows = hub.store().read().await?.conn().seats(now).await?;
    let after_call = after_call_ms(hub);
    Ok(Page { items: rows.iter().map(|row| row.shown(after_call, now)).collect(), next: None })
}

fn after_call_ms(hub: &Hub) -> i64 {
    i64::from(hub.rules().after_call_seconds) * 1_000
}

async fn tell_of(tx: &mut Tx<'_>, hub: &Hub, number: &str, now: Timestamp) -> Result<()> {
    let row = tx.seat(number, now).await?.ok_or(Error::NotFound)?;
    tell(tx, row.shown(after_call_ms(hub), now), now).await
}

async fn tell(tx: &mut Tx<'_>, seat: Seat, now: Timestamp) -> Result<()> {
    let seat = Box::new(seat);
    Ok(tx.tell_all(now, &[(Audience::All, Told::Seat { seat })]).await?)
}

/// Tells how a seat stands where it stands otherwise than was told; whichever hub's update counts tells it.
async fn stands(tx: &mut Tx<'_>, hub: &Hub, row: &SeatRow, now: Timestamp) -> Result<()> {
    let Some(person) = &row.person else {
        return Ok(());
    };
    let state: (SeatState, Timestamp) = row.facts.state(after_call_ms(hub), now);
    if row.told != Some(state.0) && tx.seat_stands(&row.number, &person.id, state).await? {
        tell(tx, row.shown(after_call_ms(hub), now), now).await?;
    }
    Ok(())
}

fn audit(action: &'static str, number: &str, person: &PersonId, at: Timestamp) -> Audit {
    Audit::new(at, Some(person), action, format!("seat:{number}"), json!({}))
}
