//! Whose desks this hub listens to, so that a seat whose desk is cut off can be told from one that is quiet.

use crate::{actor::Actor, hub::Hub};
use lanedesk_domain::{ids::PersonId, person::Permission};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many streams each person who may sit at a seat has open at this hub.
#[derive(Debug, Default)]
pub struct Desks(Mutex<HashMap<PersonId, u32>>);

impl Desks {
    fn open(&self) -> MutexGuard<'_, HashMap<PersonId, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this hub listens to a desk of this person.
    pub fn listens_to(&self, person: &PersonId) -> bool {
        self.open().contains_key(person)
    }

    /// Everybody it listens to, as one bound value.
    pub(super) fn people(&self) -> Option<String> {
        let open = self.open();
        let people: Vec<&PersonId> = open.keys().collect();
        // Ids hold nothing that cannot be written.
        (!people.is_empty()).then(|| serde_json::to_string(&people).unwrap_or_default())
    }
}

/// A desk's stream, while it is open.
pub struct DeskPresence {
    hub: Hub,
    person: Option<PersonId>,
}

impl DeskPresence {
    /// A stream of this person was opened.
    pub fn enter(hub: &Hub, actor: &Actor) -> Self {
        let person = actor.role.may(Permission::Seat).then(|| actor.id.clone());
        if let Some(person) = &person {
            *hub.desks().open().entry(person.clone()).or_default() += 1;
            let (hub, person) = (hub.clone(), person.clone());
            tokio::spawn(async move {
                if let Err(error) = super::watch::found(&hub, person).await {
                    tracing::warn!(%error, "a desk that is back was not noted");
                }
            });
        }
        Self { hub: hub.clone(), person }
    }
}

impl Drop for DeskPresence {
    fn drop(&mut self) {
        let Some(person) = self.person.take() else {
            return;
        };
        let mut open = self.hub.desks().open();
        let left = open.get_mut(&person).map(|streams| {
            *streams -= 1;
            *streams
        });
        if left != Some(0) {
            return;
        }
        open.remove(&person);
        drop(open);
        // When the hub stops, its desks are not gone: they come back when it does.
        if self.hub.stop().is_cancelled() {
            return;
        }
        let hub = self.hub.clone();
        tokio::spawn(async move {
            if let Err(error) = super::watch::lost(&hub, person).await {
                tracing::warn!(%error, "a desk that is gone was not noted");
            }
        });
    }
}
