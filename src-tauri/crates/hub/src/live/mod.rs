//! Live pictures: pulled from a camera only while somebody watches, once however many watch, repackaged and never
//! transcoded, and kept from ever growing: a watcher who falls behind goes on at the newest key frame.
//!
//! Not here: who may watch (`ops::environment`) and the WebSocket (`http::environment`).

mod budget;
mod mp4;
mod pull;
mod relay;
mod ring;
mod state;
mod timeline;
mod watch;

pub use state::LiveStatus;
pub use watch::{LiveItem, Watch};

use crate::hub::Hub;
use budget::Budget;
use lanedesk_domain::ids::{DeviceId, PersonId};
use lanedesk_wire::live::LiveWhy;
use relay::Relay;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Every live picture of this hub. Cheap to clone; clones are the same.
#[derive(Clone, Default)]
pub struct Live(Arc<LiveParts>);

#[derive(Default)]
struct LiveParts {
    running: Mutex<LiveWatches>,
}

#[derive(Default)]
struct LiveWatches {
    cameras: HashMap<DeviceId, Arc<Relay>>,
    people: HashMap<PersonId, PersonWatch>,
    hub: Arc<Budget>,
}

/// What one person watches, over all their windows.
#[derive(Default)]
struct PersonWatch {
    streams: u32,
    budget: Arc<Budget>,
}

impl Live {
    fn running(&self) -> MutexGuard<'_, LiveWatches> {
        // Every change under the lock is whole, so a panic elsewhere leaves it usable.
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches a camera from now on, or says why not.
    pub fn watch(&self, hub: &Hub, camera: &DeviceId, person: &PersonId) -> Result<Watch, LiveWhy> {
        let rules = hub.rules();
        let mut running = self.running();
        let streams = running.people.get(person).map_or(0, |person| person.streams);
        let new = !running.cameras.contains_key(camera);
        let full = new && running.cameras.len() >= at_most(rules.live_cameras);
        if streams >= rules.live_per_person || full {
            return Err(LiveWhy::TooMany);
        }
        running.hub.set(rules.live_mbits);
        let hub_budget = Arc::clone(&running.hub);
        let watching = running.people.entry(person.clone()).or_default();
        watching.streams += 1;
        watching.budget.set(rules.live_mbits_per_person);
        let budgets = [Arc::clone(&watching.budget), hub_budget];
        let relay = running.cameras.entry(camera.clone()).or_insert_with(|| {
            let relay = Arc::new(Relay::new(camera.clone()));
            tokio::spawn(pull::run(hub.clone(), self.clone(), Arc::clone(&relay)));
            relay
        });
        let seat = Seat { live: self.clone(), person: person.clone(), relay: Arc::clone(relay) };
        relay.add_watcher();
        Ok(Watch::new(seat, budgets))
    }

    /// Bytes that may be kept of each camera's pictures, of so many megabytes for all.
    fn share(&self, megabytes: u32) -> usize {
        at_most(megabytes).saturating_mul(1024 * 1024) / self.running().cameras.len().max(1)
    }

    /// Takes a camera nobody watches off the list. False: somebody has come meanwhile.
    fn close(&self, relay: &Relay) -> bool {
        let mut running = self.running();
        let deserted = relay.watchers() == 0;
        if deserted {
            running.cameras.remove(relay.camera());
        }
        deserted
    }
}

fn at_most(rule: u32) -> usize {
    usize::try_from(rule).unwrap_or(usize::MAX)
}

/// A watcher's place; given back when dropped.
struct Seat {
    live: Live,
    person: PersonId,
    relay: Arc<Relay>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut running = self.live.running();
        self.relay.remove_watcher();
        if let Some(person) = running.people.get_mut(&self.person) {
            person.streams = person.streams.saturating_sub(1);
            if person.streams == 0 {
                running.people.remove(&self.person);
            }
        }
    }
}
