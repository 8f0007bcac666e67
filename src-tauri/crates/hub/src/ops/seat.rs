//! Sitting down at a telephone position and leaving it (R2, R4).

use super::session::present;
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Audit, StoreError, Tx},
};
use lanedesk_domain::{ids::PersonId, person::Permission, time::Timestamp};
use lanedesk_wire::session::Person;
use serde_json::json;

/// Sits an agent down; the seat they sat at before is free.
pub async fn bind(hub: &Hub, actor: &Actor, number: String) -> Result<Person> {
    actor.allow(Permission::Seat)?;
    let (person, now) = (actor.id.clone(), hub.clock().now());
    hub.store()
        .write(move |tx| {
            let (number, person) = (number.clone(), person.clone());
            Box::pin(async move { sit_down(tx, &number, &person, now).await })
        })
        .await?;
    present(hub, actor).await
}

async fn sit_down(tx: &mut Tx<'_>, number: &str, person: &PersonId, now: Timestamp) -> Result<()> {
    let no_such_seat = Error::Invalid {
        field: "number",
        why: "no_such_seat",
    };
    let sitting = tx.sits_at(number).await?.ok_or(no_such_seat)?;
    match sitting {
        Some(other) if other == *person => return Ok(()),
        Some(other) => return Err(taken(tx, &other).await?),
        None => {}
    }
    tx.free_seat(person).await?;
    // Somebody may sit down in the same moment: then this is run again and finds them.
    let bound = tx.bind_seat(number, person, now).await;
    let lost = || StoreError::Conflict("the seat was taken in the same moment".to_owned());
    match bound {
        Ok(true) => {}
        Ok(false) | Err(StoreError::NotUnique(_)) => return Err(lost().into()),
        Err(error) => return Err(error.into()),
    }
    tx.audit(audit("seat.bind", number, person, now)).await?;
    Ok(())
}

async fn taken(tx: &mut Tx<'_>, by: &PersonId) -> Result<Error> {
    let person = tx
        .person(by)
        .await?
        .ok_or_else(|| Error::Internal("a seat of nobody".to_owned()))?;
    Ok(Error::SeatTaken(lanedesk_wire::problem::Holder {
        id: person.id,
        name: person.name,
        role: person.role,
    }))
}

/// Frees the agent's seat, if they sit at one.
pub async fn free(hub: &Hub, actor: &Actor) -> Result<()> {
    actor.allow(Permission::Seat)?;
    let (person, now) = (actor.id.clone(), hub.clock().now());
    hub.store()
        .write(move |tx| {
            let person = person.clone();
            Box::pin(async move {
                if let Some(number) = tx.seat_of(&person).await? {
                    tx.free_seat(&person).await?;
                    tx.audit(audit("seat.free", &number, &person, now)).await?;
                }
                Ok::<(), Error>(())
            })
        })
        .await
}

fn audit(action: &'static str, number: &str, person: &PersonId, at: Timestamp) -> Audit {
    Audit {
        at,
        person: Some(person.clone()),
        action,
        subject: format!("seat:{number}"),
        body: json!({}),
    }
}
