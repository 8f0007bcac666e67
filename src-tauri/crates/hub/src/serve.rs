//! A hub that runs: opened, listening, with its tasks; and stopped without losing what was answered.

use crate::{
    clock::{Clock, machine_now},
    expiry, http,
    hub::Hub,
    ops, push,
    store::{Store, StoreError},
    vault::{Vault, VaultError, read_or_make_key},
};
use axum::serve::ListenerExt as _;
use lanedesk_domain::time::Timestamp;
use object_store::local::LocalFileSystem;
use std::{
    future::IntoFuture as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};

/// How long requests under way may take when the hub stops: a barrier order takes up to 12 s.
const LAST_REQUESTS: Duration = Duration::from_secs(15);
/// How often old rows are removed.
const CLEAN_EVERY: Duration = Duration::from_secs(600);
/// How often the clock is compared with the database's.
const COMPARE_EVERY: Duration = Duration::from_secs(30);

/// What a hub needs to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://…`
    pub database: String,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of pictures.
    pub objects: String,
    /// The key file; none: see [`key_path`].
    pub key: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// Whether a proxy of ours stands before the hub and writes `X-Forwarded-For`.
    pub behind_proxy: bool,
}

/// Why a hub does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The key or the objects cannot be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}: {error}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The folder of objects cannot be made.
    #[error("objects folder {objects}: {error}")]
    Objects {
        /// The folder.
        objects: String,
        /// Why.
        error: std::io::Error,
    },
    /// The key would lie among what it seals.
    #[error("the key file {0} lies inside the objects folder; name another with --key")]
    KeyAmongObjects(PathBuf),
    /// Objects in S3 come with the issue on evidence.
    #[error("objects in S3 are not built yet; give a folder")]
    NoS3,
}

/// A hub that listens.
pub struct RunningHub {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its clock.
    pub clock: Clock,
    /// The hub itself.
    pub hub: Hub,
    server: JoinHandle<std::io::Result<()>>,
}

impl Hub {
    /// Opens everything, starts the tasks and listens.
    pub async fn start(config: Config) -> Result<RunningHub, StartError> {
        let vault = open_vault(
            &config.database,
            Some(&config.objects),
            config.key.as_deref(),
        )?;
        let store = Store::open(&config.database).await?;
        let listen = config.listen;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| StartError::Listen { listen, error })?;
        let addr = listener
            .local_addr()
            .map_err(|error| StartError::Listen { listen, error })?;
        compare_clocks(&store, &config.clock).await?;
        let hub = Self::new(store, config.clock.clone(), vault).await?;
        hub.set_behind_proxy(config.behind_proxy);
        push::begin(&hub).await?;
        begin_tasks(&hub);
        let app = http::router(hub.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let listener = listener.tap_io(|line| {
            // Answers are small; waiting to fill a packet would only make people wait.
            let _ = line.set_nodelay(true);
        });
        let stopping = hub.stop().clone().cancelled_owned();
        let server = axum::serve(listener, app).with_graceful_shutdown(stopping);
        let server = tokio::spawn(server.into_future());
        Ok(RunningHub {
            addr,
            clock: config.clock,
            hub,
            server,
        })
    }
}

impl RunningHub {
    /// Takes no more requests, lets those under way finish, and closes the records.
    pub async fn stop(mut self) {
        self.hub.stop().cancel();
        if timeout(LAST_REQUESTS, &mut self.server).await.is_err() {
            tracing::warn!(
                "requests were still under way; their orders are looked up at the next start"
            );
            self.server.abort();
        }
        self.hub.store().close().await;
    }
}

fn begin_tasks(hub: &Hub) {
    let stop = hub.stop();
    tokio::spawn(push::run(hub.clone(), stop.clone()));
    crate::runtime::start(hub, stop);
    tokio::spawn(until_stopped(hub.clone(), expiry::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::barrier::sweep(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), clean(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), follow_clock(hub.clone())));
}

async fn until_stopped(hub: Hub, task: impl Future<Output = ()>) {
    tokio::select! {
        () = task => {}
        () = hub.stopping() => {}
    }
}

async fn clean(hub: Hub) {
    loop {
        if let Err(error) = ops::session::remove_old(&hub).await {
            tracing::warn!(%error, "old sessions were not removed");
        }
        if let Err(error) = push::remove_old(&hub).await {
            tracing::warn!(%error, "old events were not removed");
        }
        tokio::time::sleep(CLEAN_EVERY).await;
    }
}

async fn follow_clock(hub: Hub) {
    loop {
        tokio::time::sleep(COMPARE_EVERY).await;
        if let Err(error) = compare_clocks(hub.store(), hub.clock()).await {
            tracing::warn!(%error, "the database's clock could not be read");
        }
    }
}

/// Several hubs on one PostgreSQL agree on the time by following the database's clock.
async fn compare_clocks(store: &Store, clock: &Clock) -> Result<(), StoreError> {
    if store.engine() != "postgres" {
        return Ok(());
    }
    let mut reader = store.read().await?;
    let before = machine_now();
    let sql = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
    let (theirs,): (i64,) = reader.conn().one(sql, vec![]).await?;
    // The answer was made somewhere between asking and hearing it.
    let middle = before.plus_ms(machine_now().since(before) / 2);
    clock.follow(Timestamp(theirs), middle);
    Ok(())
}

/// Opens the vault: the objects' folder, where it is needed, and the key.
pub fn open_vault(
    database: &str,
    objects: Option<&str>,
    key: Option<&Path>,
) -> Result<Vault, StartError> {
    let key = match key {
        Some(key) => key.to_owned(),
        None => key_path(database, objects)?,
    };
    let key = read_or_make_key(&key)?;
    let store: Arc<dyn object_store::ObjectStore> = match objects {
        None => Arc::new(object_store::memory::InMemory::new()),
        Some(objects) if objects.starts_with("s3://") => return Err(StartError::NoS3),
        Some(objects) => {
            let failed = |error| StartError::Objects {
                objects: objects.to_owned(),
                error,
            };
            std::fs::create_dir_all(objects).map_err(failed)?;
            let folder = LocalFileSystem::new_with_prefix(objects);
            Arc::new(folder.map_err(|error| failed(std::io::Error::other(error)))?)
        }
    };
    Ok(Vault::new(&key, store))
}

/// Where the key lies when nobody says: beside an SQLite database (`hub.db.key`), else in the user's configuration.
///
/// It follows from the database alone, so that `serve`, `import` and `export` find the same one.
pub fn key_path(database: &str, objects: Option<&str>) -> Result<PathBuf, StartError> {
    let path = match sqlite_path(database) {
        Some(file) => {
            let mut name = file.into_os_string();
            name.push(".key");
            PathBuf::from(name)
        }
        None => config_folder().join("lanedesk-hub.key"),
    };
    let inside =
        objects.is_some_and(|objects| absolute(&path).starts_with(absolute(Path::new(objects))));
    if inside {
        Err(StartError::KeyAmongObjects(path))
    } else {
        Ok(path)
    }
}

/// The file of an SQLite address.
pub fn sqlite_path(database: &str) -> Option<PathBuf> {
    let rest = database.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

fn config_folder() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    let folder = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(home);
    let folder = folder.unwrap_or_default().join("lanedesk");
    // A folder that cannot be made shows when the key is written.
    let _ = std::fs::create_dir_all(&folder);
    folder
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_lies_beside_the_database_and_never_among_the_objects() {
        let key = key_path("sqlite:/data/hub.db", Some("/data/objects")).unwrap();
        assert_eq!(key, Path::new("/data/hub.db.key"));
        assert_eq!(
            key_path("sqlite:///data/hub.db?mode=rwc", None).unwrap(),
            key
        );
        let inside = key_path("sqlite:/data/objects/hub.db", Some("/data/objects"));
        assert!(matches!(inside, Err(StartError::KeyAmongObjects(_))));
    }

    #[test]
    fn s3_is_refused_plainly() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        let opened = open_vault("sqlite:x", Some("s3://bucket"), Some(&key));
        assert!(matches!(opened, Err(StartError::NoS3)));
    }
}
