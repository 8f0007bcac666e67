//! From the outbox to every stream: one reader of the table, many listeners.
//!
//! Commits of this process wake the reader, notifications of PostgreSQL those of other hubs, and it looks by itself now
//! and then, because nothing may rely on being woken.

use crate::{
    actor::Actor,
    hub::Hub,
    ops,
    store::{Event, Place, StoreError},
};
use axum::extract::ws::Utf8Bytes;
use lanedesk_domain::{
    ids::{LotId, PersonId},
    person::Permission,
    time::Timestamp,
};
use lanedesk_wire::stream::{Frame, Told};
use std::{sync::Arc, time::Duration};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Events a listener may be behind before it is cut; it resumes from the table.
const BEHIND: usize = 8_192;
/// Events read in one look.
const AT_ONCE: i64 = 500;
/// How often the table is looked at without being woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How soon again while another hub's transaction may still hide events below its number.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Looks of that kind after each waking.
const LOOKS_AGAIN: u32 = 50;
/// How long events are kept for streams to resume, in minutes.
const KEEP_MINUTES: i64 = 60;

/// An event ready to be sent: put into words once for all listeners.
#[derive(Debug)]
pub struct Ready {
    /// Its place.
    pub place: Place,
    lot: Option<LotId>,
    person: Option<PersonId>,
    /// Besides people with this permission only this person is told, as in the lists these things are in.
    only: Option<(Permission, Option<PersonId>)>,
    /// Who is told the same in another frame, with what is theirs alone.
    not: Option<PersonId>,
    /// The queue may be another one after it.
    pub call: bool,
    /// The frame as it goes out; none: only hubs are told.
    pub text: Option<Utf8Bytes>,
}

impl Ready {
    fn new(event: Event) -> Self {
        let only = event.told.as_ref().and_then(only);
        let call = matches!(event.told, Some(Told::Call { .. }));
        let not = match (&event.told, &event.person) {
            (Some(Told::Call { call, .. }), None) => call.by.as_ref().map(|by| by.id.clone()),
            _ => None,
        };
        let text = event.told.and_then(|told| frame(event.place, told));
        Self {
            place: event.place,
            lot: event.lot,
            person: event.person,
            only,
            not,
            call,
            text,
        }
    }

    /// Whether this person may be told.
    pub fn is_for(&self, actor: &Actor) -> bool {
        let near = match (&self.person, &self.lot) {
            (Some(only), _) => *only == actor.id,
            (None, Some(lot)) => actor.scope.contains(lot),
            (None, None) => true,
        };
        let told = |(permission, own): &(Permission, Option<PersonId>)| {
            actor.role.may(*permission) || own.as_ref() == Some(&actor.id)
        };
        near && self.not.as_ref() != Some(&actor.id) && self.only.as_ref().is_none_or(told)
    }
}

/// Frames that not everybody with the lot in sight may read.
fn only(told: &Told) -> Option<(Permission, Option<PersonId>)> {
    match told {
        Told::Opening { opening } => Some((
            Permission::OpeningsOfOthers,
            Some(opening.person.id.clone()),
        )),
        Told::Approval { facts, .. } => Some((Permission::Approve, Some(facts.by.id.clone()))),
        Told::Help { help, .. } => Some((
            Permission::Board,
            help.as_ref().map(|help| help.by.id.clone()),
        )),
        Told::DeviceAlert { .. } => Some((Permission::Board, None)),
        Told::Rise { .. } => Some((Permission::OpeningsOfOthers, None)),
        Told::Call { .. } | Told::Seat { .. } => Some((Permission::SeeQueue, None)),
        _ => None,
    }
}

/// A frame as text.
pub fn frame(place: Place, told: Told) -> Option<Utf8Bytes> {
    let frame = Frame {
        seq: place.to_string(),
        told,
    };
    match serde_json::to_string(&frame) {
        Ok(text) => Some(text.into()),
        Err(error) => {
            tracing::error!(%error, "a frame could not be written");
            None
        }
    }
}

/// The one place from which streams are fed.
#[derive(Debug)]
pub struct Push {
    events: broadcast::Sender<Arc<Ready>>,
    /// Everything up to here was handed out.
    at: watch::Sender<Place>,
    /// Lot, where known, and begin of every call that waits; read again after each that changed.
    queue: watch::Sender<Arc<Queue>>,
}

/// The calls that wait, oldest first.
pub type Queue = Vec<(Option<LotId>, Timestamp)>;

impl Default for Push {
    fn default() -> Self {
        Self {
            events: broadcast::Sender::new(BEHIND),
            at: watch::Sender::new(Place::default()),
            queue: watch::Sender::new(Arc::default()),
        }
    }
}

/// What a stream begins with.
pub struct Listening {
    /// Where the stream goes on.
    pub from: Place,
    /// The asked-for place is too old: everything must be read again.
    pub resync: bool,
    /// Events since the asked-for place.
    pub missed: Vec<Arc<Ready>>,
    /// Events from then on; those up to the last missed one may come again.
    pub events: broadcast::Receiver<Arc<Ready>>,
}

impl Push {
    /// Begins listening, after a place a former stream had reached if one is given.
    pub async fn listen(&self, hub: &Hub, after: Option<Place>) -> Result<Listening, StoreError> {
        // Subscribed first, so that nothing falls between what is read and what is heard.
        let events = self.events.subscribe();
        let now = *self.at.borrow();
        let fresh = |resync| Listening {
            from: now,
            resync,
            missed: Vec::new(),
            events: events.resubscribe(),
        };
        let Some(after) = after else {
            return Ok(fresh(false));
        };
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        let kept = conn
            .oldest_place()
            .await?
            .is_some_and(|oldest| oldest <= after)
            || after == now;
        // Another hub may have told the desk something this one has not handed out yet.
        let newest = conn.newest_place().await?.max(now);
        if !kept || after > newest {
            return Ok(fresh(true));
        }
        let missed = conn
            .events_after(after, i64::try_from(BEHIND).unwrap_or(i64::MAX))
            .await?;
        if missed.len() >= BEHIND {
            return Ok(fresh(true));
        }
        // What is newer than `now` will be heard too; the stream passes over what it has sent.
        let missed = missed
            .into_iter()
            .filter(|event| event.robot.is_none())
            .map(|event| Arc::new(Ready::new(event)))
            .collect();
        Ok(Listening {
            from: after,
            resync: false,
            missed,
            events,
        })
    }

    /// The calls that wait.
    pub fn queue(&self) -> Arc<Queue> {
        self.queue.borrow().clone()
    }

    /// Reads the queue again.
    async fn read_queue(&self, hub: &Hub) -> Result<(), StoreError> {
        let queue = hub.store().read().await?.conn().queue().await?;
        self.queue.send_replace(Arc::new(queue));
        Ok(())
    }

    /// Everything up to here was handed out.
    pub fn at(&self) -> Place {
        *self.at.borrow()
    }

    async fn hand_out(&self, hub: &Hub) -> Result<(), StoreError> {
        loop {
            let after = *self.at.borrow();
            let events = hub
                .store()
                .read()
                .await?
                .conn()
                .events_after(after, AT_ONCE)
                .await?;
            let Some(last) = events.last().map(|event| event.place) else {
                return Ok(());
            };
            let site = |event: &Event| event.told.is_none() && event.robot.is_none();
            if events.iter().any(site) {
                hub.reload().await?;
                if let Err(error) = ops::right::enforce(hub).await {
                    tracing::warn!(%error, "rights taken away were not enforced");
                }
            }
            let call = |event: &Event| matches!(event.told, Some(Told::Call { .. }));
            if events.iter().any(call) {
                self.read_queue(hub).await?;
            }
            for event in events {
                if let Some(news) = event.robot {
                    ops::robot::hand_out(hub, news);
                    continue;
                }
                if let Some(told) = &event.told {
                    ops::robot::heard(hub, told);
                }
                // Nobody may be listening.
                let _ = self.events.send(Arc::new(Ready::new(event)));
            }
            self.at.send_replace(last);
        }
    }
}

/// Feeds the streams until stopped.
pub async fn run(hub: Hub, stop: CancellationToken) {
    let mut committed = hub.store().committed();
    let mut others = others(&hub).await;
    let mut looks = 0_u32;
    loop {
        if let Err(error) = hub.push().hand_out(&hub).await {
            tracing::warn!(%error, "events cannot be read");
        }
        // On SQLite a commit is visible at once; on PostgreSQL an older transaction may still hide it.
        let again = looks > 0 && others.is_some();
        looks = looks.saturating_sub(1);
        tokio::select! {
            () = stop.cancelled() => return,
            woken = committed.changed() => {
                if woken.is_err() {
                    return;
                }
                looks = LOOKS_AGAIN;
            }
            () = heard(&mut others) => looks = LOOKS_AGAIN,
            () = tokio::time::sleep(if again { LOOK_AGAIN } else { LOOK_EVERY }) => {}
        }
    }
}

/// Starts where the table ends: what was told before this hub began, nobody here was listening for.
pub async fn begin(hub: &Hub) -> Result<(), StoreError> {
    let newest = hub.store().read().await?.conn().newest_place().await?;
    hub.push().at.send_replace(newest);
    hub.push().read_queue(hub).await
}

/// Notifications of other hubs; none on SQLite, which has none.
async fn others(hub: &Hub) -> Option<sqlx::postgres::PgListener> {
    let pool = hub.store().postgres()?;
    let listening = async {
        let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
        listener.listen("lanedesk_event").await?;
        Ok::<_, sqlx::Error>(listener)
    };
    match listening.await {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::warn!(%error, "other hubs are heard only once a second");
            None
        }
    }
}

async fn heard(others: &mut Option<sqlx::postgres::PgListener>) {
    match others {
        // A lost connection is opened again by the listener; what was missed is read from the table.
        Some(listener) => {
            if listener.recv().await.is_err() {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
        None => std::future::pending().await,
    }
}

/// Removes events no stream can resume from any more.
pub async fn remove_old(hub: &Hub) -> Result<u64, StoreError> {
    let before = hub.clock().now().plus_minutes(-KEEP_MINUTES);
    hub.store()
        .write(move |tx| Box::pin(async move { tx.remove_events(before).await }))
        .await
}
