//! From the outbox to every stream: one reader of the table, many listeners.
//!
//! Commits of this process wake the reader, notifications of PostgreSQL those of other hubs, and it looks by itself now
//! and then, because nothing may rely on being woken.

mod watchers;

pub use watchers::{WatchList, Watchers};

use crate::{
    actor::Actor,
    error::Error,
    hub::Hub,
    ops,
    store::{Event, OutboxPosition, StoreError},
};
use axum::extract::ws::Utf8Bytes;
use lanedesk_domain::{
    ids::{LaneId, LotId, PersonId},
    person::Permission,
    time::Timestamp,
};
use lanedesk_wire::stream::{Frame, Told, ViewParts};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
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
pub struct ReadyEvent {
    /// Its place.
    pub place: OutboxPosition,
    lot: Option<LotId>,
    person: Option<PersonId>,
    /// Besides people with this permission only this person is told, as in the lists these things are in.
    only: Option<(Permission, Option<PersonId>)>,
    /// Who is told the same in another frame, with what is theirs alone.
    not: Option<PersonId>,
    /// A part of this lane's page: only those who watch it are told.
    page: Option<FrameScope>,
    /// The queue may be another one after it.
    pub call: bool,
    /// The frame as it goes out; none: only hubs are told.
    pub text: Option<Utf8Bytes>,
}

/// Whose page a frame is of.
#[derive(Debug)]
struct FrameScope {
    lane: LaneId,
    /// Who holds the lane and so watches it.
    holder: Option<PersonId>,
    /// The frame as the holder gets it, where it says more than that of the others.
    own: Option<Utf8Bytes>,
}

impl ReadyEvent {
    fn new(event: Event, watchers: &Watchers) -> Self {
        let only = event.told.as_ref().and_then(only);
        let call = matches!(event.told, Some(Told::Call { .. }));
        let not = match (&event.told, &event.person) {
            (Some(Told::Call { call, .. }), None) => call.by.as_ref().map(|by| by.id.clone()),
            _ => None,
        };
        let page = page(&event).map(|lane| FrameScope { lane: lane.clone(), holder: watchers.holder(lane), own: None });
        let text = event.told.and_then(|told| frame(event.place, told));
        Self { place: event.place, lot: event.lot, person: event.person, only, not, page, call, text }
    }

    /// What this person is told on a stream that watches these lanes; none: nothing.
    pub fn text_for(&self, actor: &Actor, watch: &WatchList) -> Option<&Utf8Bytes> {
        let text = self.text.as_ref().filter(|_| self.is_for(actor))?;
        let Some(page) = &self.page else {
            return Some(text);
        };
        let holds = page.holder.as_ref() == Some(&actor.id);
        match &page.own {
            Some(own) if holds => Some(own),
            _ => Some(text).filter(|_| holds || watch.contains(&page.lane)),
        }
    }

    fn is_for(&self, actor: &Actor) -> bool {
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
        Told::Opening { opening } => Some((Permission::OpeningsOfOthers, Some(opening.person.id.clone()))),
        Told::Approval { facts, .. } => Some((Permission::Approve, Some(facts.by.id.clone()))),
        Told::Help { help, .. } => Some((Permission::Board, help.as_ref().map(|help| help.by.id.clone()))),
        Told::DeviceAlert { .. } => Some((Permission::Board, None)),
        // After a start or with a network that fails these come by the thousand.
        Told::Device { .. } => Some((Permission::SeeDevices, None)),
        Told::Rise { .. } => Some((Permission::OpeningsOfOthers, None)),
        Told::Call { .. } | Told::Seat { .. } => Some((Permission::SeeQueue, None)),
        _ => None,
    }
}

/// The lane a frame is a part of the page of.
fn page(event: &Event) -> Option<&LaneId> {
    match &event.told {
        Some(Told::View { lane, .. }) => Some(lane),
        _ => None,
    }
}

/// Whether it says only that the page is another one: then it is put together here, where somebody watches.
fn is_whole_page(event: &Event) -> bool {
    matches!(&event.told, Some(Told::View { parts, .. }) if **parts == ViewParts::default())
}

/// A frame as text.
pub fn frame(place: OutboxPosition, told: Told) -> Option<Utf8Bytes> {
    let frame = Frame { seq: place.to_string(), told };
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
    events: broadcast::Sender<Arc<ReadyEvent>>,
    /// Everything up to here was handed out.
    at: watch::Sender<OutboxPosition>,
    /// Lot, where known, and begin of every call that waits; read again after each that changed.
    queue: watch::Sender<Arc<CallQueue>>,
    watchers: Watchers,
}

/// The calls that wait, oldest first.
pub type CallQueue = Vec<(Option<LotId>, Timestamp)>;

impl Default for Push {
    fn default() -> Self {
        Self {
            events: broadcast::Sender::new(BEHIND),
            at: watch::Sender::new(OutboxPosition::default()),
            queue: watch::Sender::new(Arc::default()),
            watchers: Watchers::default(),
        }
    }
}

/// What a stream begins with.
pub struct StreamOpening {
    /// Where the stream goes on.
    pub from: OutboxPosition,
    /// The asked-for place is too old: everything must be read again.
    pub resync: bool,
    /// Events since the asked-for place.
    pub missed: Vec<Arc<ReadyEvent>>,
    /// Lanes whose pages changed since then: what they are now is told where they are watched.
    pub changed: HashSet<LaneId>,
    /// Events from then on; those up to the last missed one may come again.
    pub events: broadcast::Receiver<Arc<ReadyEvent>>,
}

impl Push {
    /// Begins listening, after a place a former stream had reached if one is given.
    pub async fn listen(&self, hub: &Hub, after: Option<OutboxPosition>) -> Result<StreamOpening, StoreError> {
        // Subscribed first, so that nothing falls between what is read and what is heard.
        let events = self.events.subscribe();
        let now = *self.at.borrow();
        let fresh = |resync| StreamOpening {
            from: now,
            resync,
            missed: Vec::new(),
            changed: HashSet::new(),
            events: events.resubscribe(),
        };
        let Some(after) = after else {
            return Ok(fresh(false));
        };
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        let kept = conn.oldest_place().await?.is_some_and(|oldest| oldest <= after) || after == now;
        // Another hub may have told the desk something this one has not handed out yet.
        let newest = conn.newest_place().await?.max(now);
        if !kept || after > newest {
            return Ok(fresh(true));
        }
        let missed = conn.events_after(after, i64::try_from(BEHIND).unwrap_or(i64::MAX)).await?;
        if missed.len() >= BEHIND {
            return Ok(fresh(true));
        }
        // What is newer than `now` will be heard too; the stream passes over what it has sent.
        let changed = missed.iter().filter_map(page).cloned().collect();
        let missed = missed
            .into_iter()
            .filter(|event| event.robot.is_none() && page(event).is_none())
            .map(|event| Arc::new(ReadyEvent::new(event, &self.watchers)))
            .collect();
        Ok(StreamOpening { from: after, resync: false, missed, changed, events })
    }

    /// Who watches which lane here.
    pub fn watchers(&self) -> &Watchers {
        &self.watchers
    }

    /// The calls that wait.
    pub fn queue(&self) -> Arc<CallQueue> {
        self.queue.borrow().clone()
    }

    /// Reads the queue again.
    async fn read_queue(&self, hub: &Hub) -> Result<(), StoreError> {
        let queue = hub.store().read().await?.conn().queue().await?;
        self.queue.send_replace(Arc::new(queue));
        Ok(())
    }

    /// Everything up to here was handed out.
    pub fn at(&self) -> OutboxPosition {
        *self.at.borrow()
    }

    async fn hand_out(&self, hub: &Hub) -> Result<(), StoreError> {
        loop {
            let after = *self.at.borrow();
            let events = hub.store().read().await?.conn().events_after(after, AT_ONCE).await?;
            if events.is_empty() {
                return Ok(());
            }
            let site = |event: &Event| event.told.is_none() && event.robot.is_none();
            if let Some(changed) = events.iter().rfind(|event| site(event)) {
                hub.reload_for(changed.place).await?;
                if let Err(error) = ops::right::enforce(hub).await {
                    tracing::warn!(%error, "rights taken away were not enforced");
                }
            }
            let call = |event: &Event| matches!(event.told, Some(Told::Call { .. }));
            if events.iter().any(call) {
                self.read_queue(hub).await?;
            }
            let pages = last_pages(&events);
            for event in events {
                let place = event.place;
                if let Some(ready) = self.ready(hub, event, &pages).await? {
                    // Nobody may be listening.
                    let _ = self.events.send(Arc::new(ready));
                }
                self.at.send_replace(place);
            }
        }
    }

    /// What streams are told of an event; none: nothing. `pages` are the lanes with the last place in this look where
    /// their page is said to be another one: those before it would only be put together to be replaced.
    async fn ready(
        &self,
        hub: &Hub,
        event: Event,
        pages: &HashMap<LaneId, OutboxPosition>,
    ) -> Result<Option<ReadyEvent>, StoreError> {
        if let Some(news) = event.robot {
            ops::robot::hand_out(hub, news);
            return Ok(None);
        }
        if let Some(told) = &event.told {
            ops::robot::heard(hub, told);
        }
        if let Some(Told::Lease { lane, holder, .. }) = &event.told {
            let holder = holder.as_ref().map(|holder| holder.id.clone());
            self.watchers.hold(lane, holder);
        }
        let Some(lane) = page(&event).cloned() else {
            return Ok(Some(ReadyEvent::new(event, &self.watchers)));
        };
        let watched = self.watchers.changes(&lane);
        if !is_whole_page(&event) {
            return Ok(watched.then(|| ReadyEvent::new(event, &self.watchers)));
        }
        if !watched || pages.get(&lane) != Some(&event.place) {
            return Ok(None);
        }
        put_together(hub, event, &lane).await
    }
}

fn last_pages(events: &[Event]) -> HashMap<LaneId, OutboxPosition> {
    let whole = events.iter().filter(|event| is_whole_page(event));
    whole.filter_map(|event| Some((page(event)?.clone(), event.place))).collect()
}

/// A lane's page for those who watch it.
async fn put_together(hub: &Hub, event: Event, lane: &LaneId) -> Result<Option<ReadyEvent>, StoreError> {
    hub.metrics().page();
    let watched = match ops::view::watched(hub, lane).await {
        Ok(watched) => watched,
        // Tried again from here when the records are back.
        Err(Error::Store(error @ StoreError::Unavailable(_))) => return Err(error),
        Err(error) => {
            tracing::warn!(%lane, %error, "a page could not be put together");
            return Ok(None);
        }
    };
    let place = event.place;
    let (holder, own) = watched.holder.unzip();
    let told = Event { told: Some(watched.everybody), ..event };
    let mut ready = ReadyEvent::new(told, hub.push().watchers());
    ready.page = Some(FrameScope { lane: lane.clone(), holder, own: own.and_then(|own| frame(place, own)) });
    Ok(Some(ready))
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
    let mut reader = hub.store().read().await?;
    let newest = reader.conn().newest_place().await?;
    hub.push().at.send_replace(newest);
    let holders = reader.conn().holders(hub.clock().now()).await?;
    hub.push().watchers().begin(holders);
    drop(reader);
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
    hub.store().write(async move |tx| tx.remove_events(before).await).await
}
