//! What every use case can reach.

use crate::{
    auth::Sessions,
    clock::Clock,
    directory::Directory,
    expiry::Alarm,
    live::Live,
    metrics::Metrics,
    ops::{barrier::PendingResults, search::Finder, seat::Desks, warning::WarningScan},
    origin::Proxies,
    push::Push,
    refusal::Refusals,
    robots::Robots,
    runtime::Runtime,
    stills::Stills,
    store::{LockRows, OutboxPosition, Store, StoreError, Tx, WriteFault},
    vault::Vault,
};
use lanedesk_devices::Networks;
use lanedesk_domain::rules::Rules;
use std::sync::Arc;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

/// The hub's state. Cheap to clone; clones are the same hub.
#[derive(Clone)]
pub struct Hub(Arc<HubParts>);

struct HubParts {
    store: Store,
    clock: Clock,
    vault: Vault,
    directory: watch::Sender<Arc<Directory>>,
    finder: watch::Sender<Arc<Finder>>,
    /// Everything told up to here is in the directory. Held while the site is read, so that no older reading ends last.
    site_at: Mutex<OutboxPosition>,
    sessions: Sessions,
    push: Push,
    metrics: Metrics,
    /// Proxies of ours before the hub, whose word on client addresses counts.
    proxies: Proxies,
    refusals: Refusals,
    stop: CancellationToken,
    runtime: Runtime,
    alarm: Alarm,
    looked: WarningScan,
    desks: Desks,
    pending_results: PendingResults,
    live: Live,
    stills: Stills,
    robots: Robots,
    /// UUIDv7 of this process; orders say which hub sends them.
    id: String,
}

impl Hub {
    /// A hub over opened records, with the site loaded.
    /// `networks`: where its devices may be.
    pub async fn new(store: Store, clock: Clock, vault: Vault, networks: Networks) -> Result<Self, StoreError> {
        let directory = Arc::new(Directory::load(&mut store.read().await?.conn()).await?);
        store.follow(&clock);
        let id = uuid::Uuid::now_v7().to_string();
        let runtime = Runtime::new(&directory, &vault, &clock, networks);
        Ok(Self(Arc::new(HubParts {
            store,
            clock,
            vault,
            finder: watch::Sender::new(Arc::new(index(directory.clone()).await?)),
            directory: watch::Sender::new(directory),
            site_at: Mutex::default(),
            sessions: Sessions::default(),
            push: Push::default(),
            metrics: Metrics::default(),
            proxies: Proxies::default(),
            refusals: Refusals::default(),
            stop: CancellationToken::new(),
            runtime,
            alarm: Alarm::default(),
            looked: WarningScan::default(),
            desks: Desks::default(),
            pending_results: PendingResults::default(),
            live: Live::default(),
            stills: Stills::default(),
            robots: Robots::default(),
            id,
        })))
    }

    /// The records.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Writes records in a transaction, as [`Store::write`].
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteFault,
        F: AsyncFn(&mut Tx<'_>, &Self) -> Result<T, E> + Send + Sync + 'static,
    {
        self.write_at(LockRows::default(), work).await
    }

    /// The same with these rows taken first, as [`Store::write_at`].
    pub async fn write_at<T, E, F>(&self, rows: LockRows, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteFault,
        F: AsyncFn(&mut Tx<'_>, &Self) -> Result<T, E> + Send + Sync + 'static,
    {
        let hub = self.clone();
        self.store().write_at(rows, async move |tx| work(tx, &hub).await).await
    }

    /// The one clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What rests sealed.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The field devices.
    pub fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// What wakes the task that ends leases.
    pub fn alarm(&self) -> &Alarm {
        &self.0.alarm
    }

    /// When patterns were last looked for.
    pub fn looked(&self) -> &WarningScan {
        &self.0.looked
    }

    /// Whose desks this hub listens to.
    pub fn desks(&self) -> &Desks {
        &self.0.desks
    }

    /// Orders whose answer is on its way into the records.
    pub fn pending_results(&self) -> &PendingResults {
        &self.0.pending_results
    }

    /// Live pictures.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// Who is linked, and what robots told of themselves.
    pub fn robots(&self) -> &Robots {
        &self.0.robots
    }

    /// The last minute of lanes.
    pub fn stills(&self) -> &Stills {
        &self.0.stills
    }

    /// This process.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The site as it is now.
    pub fn directory(&self) -> Arc<Directory> {
        self.0.directory.borrow().clone()
    }

    /// Wakes after the site was read again.
    pub fn site_changed(&self) -> watch::Receiver<Arc<Directory>> {
        self.0.directory.subscribe()
    }

    /// Reads the site again after it changed; nothing is done where every change told so far was read already, as by the
    /// event pump when it was faster.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let mut site_at = self.0.site_at.lock().await;
        let mut reader = self.0.store.read().await?;
        let told = reader.conn().newest_site_change().await?;
        drop(reader);
        self.read_site(&mut site_at, told).await
    }

    /// The same for a change told at `place`; nothing is done where the site was read since, as by whoever changed it.
    pub async fn reload_for(&self, place: OutboxPosition) -> Result<(), StoreError> {
        let mut site_at = self.0.site_at.lock().await;
        self.read_site(&mut site_at, place).await
    }

    /// Reads the site, unless what was told up to `told` is in the directory.
    async fn read_site(&self, site_at: &mut OutboxPosition, told: OutboxPosition) -> Result<(), StoreError> {
        if told <= *site_at {
            return Ok(());
        }
        let (at, directory) = {
            let mut reader = self.0.store.read().await?;
            let mut conn = reader.conn();
            // The place first: what is read after it holds at least all of it.
            let at = conn.newest_place().await?;
            (at, Arc::new(Directory::load(&mut conn).await?))
        };
        self.metrics().site_read();
        let before = self.directory();
        let same_names = before.lots == directory.lots && before.lanes == directory.lanes;
        // Most changes (devices, rules, people) change no name, and the index is the dear part.
        let finder = if same_names { None } else { Some(index(directory.clone()).await?) };
        // From here on nothing waits: a request that is given up does not leave half of it.
        if *before != *directory {
            self.0.directory.send_replace(directory);
        }
        if let Some(finder) = finder {
            self.0.finder.send_replace(Arc::new(finder));
        }
        *site_at = at;
        // After the directory: scopes are worked out from it.
        self.0.sessions.forget_people();
        Ok(())
    }

    /// The rules in force.
    pub fn rules(&self) -> Rules {
        crate::ops::lease::rules(&self.directory())
    }

    /// What finds lots and lanes.
    pub fn finder(&self) -> Arc<Finder> {
        self.0.finder.borrow().clone()
    }

    /// Who is logged in.
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// What feeds the streams.
    pub fn push(&self) -> &Push {
        &self.0.push
    }

    /// What the hub counts.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Proxies of ours before the hub.
    pub fn proxies(&self) -> &Proxies {
        &self.0.proxies
    }

    /// What was refused in this minute.
    pub fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// Ends every task and stream of the hub.
    pub fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Waits until the hub stops.
    pub async fn stopping(&self) {
        self.0.stop.cancelled().await;
    }
}

/// Indexes a site off the threads that serve requests.
async fn index(directory: Arc<Directory>) -> Result<Finder, StoreError> {
    let indexed = tokio::task::spawn_blocking(move || Finder::new(&directory)).await;
    indexed.map_err(|error| StoreError::Corrupt(format!("the site cannot be indexed: {error}")))
}
