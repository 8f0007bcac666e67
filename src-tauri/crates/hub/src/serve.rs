//! A hub that runs: opened, listening, with its tasks; and stopped without losing what was answered.

use crate::{
    clock::{Clock, machine_now},
    expiry, http,
    hub::Hub,
    ops, push,
    store::{Store, StoreError},
    tls::{Tls, TlsError, TlsFiles, TlsListener},
    vault::{self, CheckError, PlaceError, Vault, VaultError, read_or_make_keys},
};
use axum::serve::ListenerExt as _;
use lanedesk_domain::time::Timestamp;
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
    /// The folder of pictures, or `s3://…` as [`vault::open_place`] takes it.
    pub objects: String,
    /// The key file, or the keys themselves; none: see [`key_path`].
    pub key: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// Whether a proxy of ours stands before the hub and writes `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Certificate and key for HTTPS; none: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Whether plain HTTP may be spoken with other machines: only where something of ours before the hub speaks HTTPS.
    pub plain_http: bool,
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
    /// Passwords and photos would cross the network in the clear.
    #[error(
        "{0} can be reached from other machines: give --tls-cert and --tls-key for HTTPS, or --plain-http where a proxy of \
         yours speaks HTTPS before the hub"
    )]
    PlainHttp(SocketAddr),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Objects cannot be kept there.
    #[error(transparent)]
    Objects(#[from] PlaceError),
    /// The key does not go with the records.
    #[error(transparent)]
    Key(#[from] CheckError),
    /// The records were sealed, and the key is gone.
    #[error(
        "the key file {0} is not there, but this database was sealed with it. Put your copy of it there, or name it with \
         --key or LANEDESK_KEY; without it device passwords and photos cannot be read"
    )]
    NoKey(PathBuf),
    /// The key would lie among what it seals.
    #[error("the key file {0} lies inside the objects folder; name another with --key")]
    KeyAmongObjects(PathBuf),
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
        if config.tls.is_none() && !config.plain_http && !config.listen.ip().is_loopback() {
            return Err(StartError::PlainHttp(config.listen));
        }
        let tls = config.tls.clone().map(Tls::open).transpose()?;
        let store = Store::open(&config.database).await?;
        let vault = open_checked_vault(
            &store,
            &config.database,
            Some(&config.objects),
            config.key.as_deref(),
        )
        .await?;
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
        ops::seat::begin(&hub).await?;
        // After the outbox's end is known: what is told from then on is heard.
        ops::robot::load(&hub).await?;
        begin_tasks(&hub);
        let app = http::router(hub.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stopping = hub.stop().clone().cancelled_owned();
        let server = if let Some(tls) = tls {
            tokio::spawn(until_stopped(hub.clone(), tls.clone().follow()));
            let lines = TlsListener::start(listener, tls, prepare)
                .map_err(|error| StartError::Listen { listen, error })?;
            // Tapped for nothing but the address of the other end.
            let server = axum::serve(lines.tap_io(|_| ()), app);
            tokio::spawn(server.with_graceful_shutdown(stopping).into_future())
        } else {
            let server = axum::serve(listener.tap_io(prepare), app);
            tokio::spawn(server.with_graceful_shutdown(stopping).into_future())
        };
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

/// Every line, before anything is said.
fn prepare(line: &mut tokio::net::TcpStream) {
    // Answers are small; waiting to fill a packet would only make people wait.
    let _ = line.set_nodelay(true);
    keep_little_unsent(line);
}

/// What lies in the system's buffers can no longer be left out, so a live picture would fall behind by it: the system
/// takes little that it cannot send yet.
#[cfg(target_os = "linux")]
fn keep_little_unsent(line: &tokio::net::TcpStream) {
    const UNSENT: u32 = 128 * 1024;
    let _ = socket2::SockRef::from(line).set_tcp_notsent_lowat(UNSENT);
}

/// Other systems keep less by themselves.
#[cfg(not(target_os = "linux"))]
fn keep_little_unsent(_: &tokio::net::TcpStream) {}

fn begin_tasks(hub: &Hub) {
    let stop = hub.stop();
    tokio::spawn(push::run(hub.clone(), stop.clone()));
    crate::runtime::start(hub, stop);
    tokio::spawn(until_stopped(hub.clone(), expiry::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::barrier::sweep(hub.clone())));
    tokio::spawn(until_stopped(
        hub.clone(),
        ops::approval::expire(hub.clone()),
    ));
    tokio::spawn(until_stopped(
        hub.clone(),
        ops::robot::keep_screens(hub.clone()),
    ));
    tokio::spawn(until_stopped(hub.clone(), ops::audit::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::call::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::seat::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::evidence::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::warning::run(hub.clone())));
    tokio::spawn(until_stopped(
        hub.clone(),
        ops::maintenance::run(hub.clone()),
    ));
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
        if let Err(error) = ops::call::remove_old(&hub).await {
            tracing::warn!(%error, "old call events were not removed");
        }
        if let Err(error) = ops::call::forget_callers(&hub).await {
            tracing::warn!(%error, "numbers of drivers past their time were not forgotten");
        }
        if let Err(error) = push::remove_old(&hub).await {
            tracing::warn!(%error, "old events were not removed");
        }
        // A key may have been added: what is sealed from now on is sealed under it.
        if let Err(error) = hub.vault().read_keys_again() {
            tracing::warn!(%error, "the keys in use stay");
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

/// Opens the vault and refuses a key that does not go with the records, or that is gone.
pub async fn open_checked_vault(
    store: &Store,
    database: &str,
    objects: Option<&str>,
    key: Option<&Path>,
) -> Result<Vault, StartError> {
    let key = key_named(database, objects, key)?;
    // Before a new key is made in its place, which would fit nothing.
    if vault::inline(&key).is_none() && !key.exists() && vault::is_sealed(store).await? {
        return Err(StartError::NoKey(key));
    }
    let opened = open_vault(database, objects, Some(&key))?;
    vault::check(store, &opened).await?;
    if objects.is_some_and(vault::is_s3) {
        // A wrong bucket or credential shows now, not with the first photo.
        let sign = b"Photos and pictures of a lanedesk hub rest here, sealed.\n".to_vec();
        opened.publish("README.txt", sign).await?;
    }
    Ok(opened)
}

/// Opens the vault: the place of objects, where it is needed, and the keys.
pub fn open_vault(
    database: &str,
    objects: Option<&str>,
    key: Option<&Path>,
) -> Result<Vault, StartError> {
    let key = key_named(database, objects, key)?;
    let ring = read_or_make_keys(&key)?;
    let file = vault::inline(&key).is_none().then_some(key);
    let place: Arc<dyn object_store::ObjectStore> = match objects {
        None => Arc::new(object_store::memory::InMemory::new()),
        Some(objects) => vault::open_place(objects)?,
    };
    Ok(Vault::with(ring, file, place))
}

/// The key file, or the keys themselves: as given, or where they lie when nobody says.
pub fn key_named(
    database: &str,
    objects: Option<&str>,
    key: Option<&Path>,
) -> Result<PathBuf, StartError> {
    match key {
        Some(key) => Ok(key.to_owned()),
        None => key_path(database, objects),
    }
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
}
