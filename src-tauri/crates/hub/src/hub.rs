//! What every use case can reach.

use crate::{
    clock::Clock,
    directory::Directory,
    store::{Store, StoreError},
    vault::Vault,
};
use std::sync::Arc;
use tokio::sync::watch;

/// The hub's state. Cheap to clone; clones are the same hub.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    vault: Vault,
    directory: watch::Sender<Arc<Directory>>,
    /// UUIDv7 of this process; orders say which hub sends them.
    id: String,
}

impl Hub {
    /// A hub over opened records, with the site loaded.
    pub async fn new(store: Store, clock: Clock, vault: Vault) -> Result<Self, StoreError> {
        let directory = Directory::load(&mut store.read().await?.conn()).await?;
        let id = uuid::Uuid::now_v7().to_string();
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            vault,
            directory: watch::Sender::new(Arc::new(directory)),
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
        let directory = Directory::load(&mut self.0.store.read().await?.conn()).await?;
        self.0.directory.send_replace(Arc::new(directory));
        Ok(())
    }
}
