//! Who watches which lane on this hub. Pages go to nobody else, and are put together for nobody else.

use crate::hub::Hub;
use lanedesk_domain::ids::{LaneId, PersonId};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A page that changed so short a time before somebody began to watch its lane is told at once: they may have read it
/// just before it changed.
const LATELY: Duration = Duration::from_secs(30);

/// Streams by lane and person, and the holders whose lanes are watched by themselves.
#[derive(Debug, Default)]
pub struct Watchers(Mutex<WatcherCounts>);

#[derive(Debug, Default)]
struct WatcherCounts {
    /// How many streams named the lane.
    lanes: HashMap<LaneId, usize>,
    /// How many streams a person has here.
    people: HashMap<PersonId, usize>,
    /// Who holds a lane, as far as the streams were told.
    holders: HashMap<LaneId, PersonId>,
    /// When a lane's page last changed.
    changed: HashMap<LaneId, Instant>,
}

impl Watchers {
    fn state(&self) -> MutexGuard<'_, WatcherCounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody holds the lane from now on, or nobody.
    pub(super) fn hold(&self, lane: &LaneId, holder: Option<PersonId>) {
        let mut state = self.state();
        match holder {
            Some(holder) => state.holders.insert(lane.clone(), holder),
            None => state.holders.remove(lane),
        };
    }

    /// Takes these for all who hold a lane.
    pub(super) fn begin(&self, holders: Vec<(LaneId, PersonId)>) {
        self.state().holders = holders.into_iter().collect();
    }

    /// The lanes a person holds; usually one.
    pub fn held_by(&self, person: &PersonId) -> Vec<LaneId> {
        let state = self.state();
        let held = state.holders.iter().filter(|(_, holder)| *holder == person);
        held.map(|(lane, _)| lane.clone()).collect()
    }

    /// Who holds the lane.
    pub(super) fn holder(&self, lane: &LaneId) -> Option<PersonId> {
        self.state().holders.get(lane).cloned()
    }

    /// The page of this lane is another one: whether somebody here is to be told.
    pub(super) fn changes(&self, lane: &LaneId) -> bool {
        let mut state = self.state();
        // Whoever begins to watch after this finds the lane among those that changed lately.
        state.changed.insert(lane.clone(), Instant::now());
        let holder = state.holders.get(lane);
        state.lanes.contains_key(lane) || holder.is_some_and(|holder| state.people.contains_key(holder))
    }

    fn changed_lately(&self, lane: &LaneId) -> bool {
        let changed = self.state().changed.get(lane).copied();
        changed.is_some_and(|at| at.elapsed() < LATELY)
    }
}

/// What one stream watches; nothing any more once it is dropped.
pub struct WatchList {
    hub: Hub,
    person: PersonId,
    lanes: HashSet<LaneId>,
}

impl WatchList {
    /// A stream of this person begins: their own lane is watched by itself.
    pub fn new(hub: &Hub, person: PersonId) -> Self {
        let watchers = hub.push().watchers();
        *watchers.state().people.entry(person.clone()).or_default() += 1;
        Self { hub: hub.clone(), person, lanes: HashSet::new() }
    }

    /// Watches these lanes instead of those before. Answers those of them that are to be told at once: the page changed
    /// lately, or while the desk was away.
    pub fn replace(&mut self, lanes: HashSet<LaneId>, missed: &mut HashSet<LaneId>) -> Vec<LaneId> {
        let watchers = self.hub.push().watchers();
        {
            let mut state = watchers.state();
            for lane in &lanes {
                *state.lanes.entry(lane.clone()).or_default() += 1;
            }
            leave(&mut state.lanes, &self.lanes);
        }
        let new = lanes.difference(&self.lanes);
        let told = new.filter(|lane| missed.remove(*lane) || watchers.changed_lately(lane));
        let told = told.cloned().collect();
        self.lanes = lanes;
        told
    }

    /// Whether the stream named the lane.
    pub fn contains(&self, lane: &LaneId) -> bool {
        self.lanes.contains(lane)
    }
}

impl Drop for WatchList {
    fn drop(&mut self) {
        let mut state = self.hub.push().watchers().state();
        leave(&mut state.lanes, &self.lanes);
        let person = std::iter::once(&self.person);
        leave(&mut state.people, person);
    }
}

/// One stream fewer for each of these.
fn leave<'a, K: Eq + std::hash::Hash + 'a>(streams: &mut HashMap<K, usize>, left: impl IntoIterator<Item = &'a K>) {
    for key in left {
        if let Some(count) = streams.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                streams.remove(key);
            }
        }
    }
}
