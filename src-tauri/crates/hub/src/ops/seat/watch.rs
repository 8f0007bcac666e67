//! Seats as they come to stand: busy with a claim, after a call, lost with the desk's stream, free after the grace.
//!
//! How a seat stands follows from leases and calls, so nothing that changes those has to know of seats: this task looks
//! after every commit, a tenth of a second at most behind, and tells what is otherwise.

use super::{after_call_ms, release, stands};
use crate::{error::Result, hub::Hub, store::StoreError};
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use std::time::Duration;

/// Commits in quick succession are looked at once.
const LOOK_AFTER: Duration = Duration::from_millis(80);
/// How often seats are looked at though nothing was committed, ms: time alone changes them too.
const LOOK_EVERY: i64 = 1_000;
/// How often a hub says whose desks it listens to, ms.
const SAY_EVERY: i64 = 15_000;
/// A hub that has not said so for this long has fallen, ms.
const SILENT: i64 = 45_000;

/// Looks for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    let mut committed = hub.store().committed();
    let mut said = Timestamp::default();
    loop {
        let now = hub.clock().now();
        if let Err(error) = look(&hub, &mut said, now).await {
            tracing::warn!(%error, "seats could not be looked at");
        }
        tokio::select! {
            woken = committed.changed() => {
                if woken.is_err() {
                    return;
                }
                tokio::time::sleep(LOOK_AFTER).await;
                committed.mark_unchanged();
            }
            () = hub.clock().sleep_until(now.plus_ms(LOOK_EVERY)) => {}
        }
    }
}

async fn look(hub: &Hub, said: &mut Timestamp, now: Timestamp) -> Result<()> {
    if now.since(*said) >= SAY_EVERY {
        say(hub, now).await?;
        *said = now;
    }
    once(hub).await
}

/// Tells what stands otherwise, and frees the seats whose grace is over.
pub async fn once(hub: &Hub) -> Result<()> {
    let now = hub.clock().now();
    let grace = i64::from(hub.rules().seat_grace_seconds);
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let rows = conn.seats_taken(now).await?;
    let over = conn.seats_over(now.plus_seconds(-grace)).await?;
    drop(reader);
    for person in over {
        // The desk may have come back between the look and now.
        if !hub.desks().listens_to(&person) {
            release(hub, person).await?;
        }
    }
    let after_call = after_call_ms(hub);
    let other = |row: &&crate::store::SeatRow| row.told != Some(row.facts.state(after_call, now).0);
    let changed: Vec<_> = rows.iter().filter(other).cloned().collect();
    if changed.is_empty() {
        return Ok(());
    }
    hub.write(async move |tx, hub| {
        for row in &changed {
            stands(tx, hub, row, now).await?;
        }
        Ok(())
    })
    .await
}

/// Says whose desks this hub listens to, and finds those whose hub says nothing any more.
async fn say(hub: &Hub, now: Timestamp) -> Result<()> {
    let people = hub.desks().people();
    hub.write(async move |tx, hub| {
        if let Some(people) = &people {
            tx.seats_heard(hub.id(), people, now).await?;
        }
        tx.seats_silent(now.plus_ms(-SILENT), now).await?;
        Ok(())
    })
    .await
}

/// A desk of this person is here: their seat is theirs on.
pub(super) async fn found(hub: &Hub, person: PersonId) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let sits = reader.conn().seat_of(&person).await?.is_some();
    drop(reader);
    if !sits {
        return Ok(());
    }
    let people = serde_json::json!([person]).to_string();
    hub.write(async move |tx, hub| {
        // It may be gone again already, and noted so.
        if !hub.desks().listens_to(&person) {
            return Ok(());
        }
        let now = hub.clock().now();
        Ok(tx.seats_heard(hub.id(), &people, now).await?)
    })
    .await
}

/// The last desk of this person is gone from this hub.
pub(super) async fn lost(hub: &Hub, person: PersonId) -> Result<()> {
    hub.write(async move |tx, hub| {
        let now = hub.clock().now();
        // It may have come back in the same moment.
        if !hub.desks().listens_to(&person) {
            tx.seat_lost(hub.id(), &person, now).await?;
        }
        Ok(())
    })
    .await
}

/// When a hub begins: desks that were gone have their grace from now, for they could not come back meanwhile.
pub async fn begin(hub: &Hub) -> Result<(), StoreError> {
    let now = hub.clock().now();
    hub.store().write(async move |tx| tx.seats_wait_anew(now).await).await
}
