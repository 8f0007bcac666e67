//! What every use case can reach.

use crate::{
    auth::Sessions,
    clock::Clock,
    directory::Directory,
    expiry::Alarm,
    live::Live,
    metrics::Metrics,
    ops::{barrier::Recording, search::Finder, seat::Desks, warning::Looked},
    push::Push,
    robots::Robots,
    runtime::Runtime,
    stills::Stills,
    store::{Store, StoreError},
    vault::Vault,
};
use lanedesk_domain::rules::Rules;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The hub's state. Cheap to clone; clones are the same hub.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    vault: Vault,
    directory: watch::Sender<Arc<Directory>>,
    finder: watch::Sender<Arc<Finder>>,
    sessions: Sessions,
    push: Push,
    metrics: Metrics,
    /// Whether a proxy of ours stands before the hub, whose word on client addresses counts.
    behind_proxy: AtomicBool,
    stop: CancellationToken,
    runtime: Runtime,
    alarm: Alarm,
    looked: Looked,
    desks: Desks,
    recording: Recording,
    live: Live,
    stills: Stills,
    robots: Robots,
    /// UUIDv7 of this process; orders say which hub sends them.
    id: String,
}

impl Hub {
    /// A hub over opened records, with the site loaded.
    pub async fn new(store: Store, clock: Clock, vault: Vault) -> Result<Self, StoreError> {
        let directory = Arc::new(Directory::load(&mut store.read().await?.conn()).await?);
        let id = uuid::Uuid::now_v7().to_string();
        let runtime = Runtime::new(&directory, &vault, &clock);
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            vault,
            finder: watch::Sender::new(Arc::new(index(directory.clone()).await?)),
            directory: watch::Sender::new(directory),
            sessions: Sessions::default(),
            push: Push::default(),
            metrics: Metrics::default(),
            behind_proxy: AtomicBool::new(false),
            stop: CancellationToken::new(),
            runtime,
            alarm: Alarm::default(),
            looked: Looked::default(),
            desks: Desks::default(),
            recording: Recording::default(),
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
    pub fn looked(&self) -> &Looked {
        &self.0.looked
    }

    /// Whose desks this hub listens to.
    pub fn desks(&self) -> &Desks {
        &self.0.desks
    }

    /// Orders whose answer is on its way into the records.
    pub fn recording(&self) -> &Recording {
        &self.0.recording
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

    /// Reads the site again after it changed.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let directory = Arc::new(Directory::load(&mut self.0.store.read().await?.conn()).await?);
        let finder = index(directory.clone()).await?;
        self.0.directory.send_replace(directory);
        self.0.finder.send_replace(Arc::new(finder));
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

    /// Whether a proxy of ours stands before the hub, whose word on client addresses counts.
    pub fn behind_proxy(&self) -> bool {
        self.0.behind_proxy.load(Ordering::Relaxed)
    }

    /// Says that a proxy of ours stands before the hub.
    pub fn set_behind_proxy(&self, behind: bool) {
        self.0.behind_proxy.store(behind, Ordering::Relaxed);
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
