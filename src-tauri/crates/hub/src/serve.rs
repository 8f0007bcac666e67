//! A hub that runs: opened, listening, with its tasks; and stopped without losing what was answered.

use crate::{
    clock::{Clock, machine_now},
    expiry,
    files::own_folder,
    http,
    hub::Hub,
    listen::{self, Limits},
    ops, push,
    store::{Store, StoreError},
    tls::{Tls, TlsError, TlsFiles},
    vault::{self, CheckError, PlaceError, Vault, VaultError, read_or_make_keys},
};
use ipnet::IpNet;
use lanedesk_devices::Networks;
use lanedesk_domain::time::Timestamp;
use sha2::{Digest as _, Sha256};
use std::{
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
    /// Proxies of ours that stand before the hub, whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// What connections may take.
    pub limits: Limits,
    /// Certificate and key for HTTPS; none: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Whether plain HTTP may be spoken with other machines: only where something of ours before the hub speaks HTTPS.
    pub plain_http: bool,
    /// Where devices may be; none: see [`Config::networks`].
    pub device_networks: Option<Networks>,
}

impl Config {
    /// Where devices may be: as said, else the private ranges, and this machine where nobody else reaches the hub.
    pub fn networks(&self) -> Networks {
        let said = self.device_networks.clone();
        said.unwrap_or_else(|| {
            if self.listen.ip().is_loopback() { Networks::private_and_loopback() } else { Networks::private() }
        })
    }
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
        "{0} can be reached from other machines: give --tls CERT,KEY for HTTPS, or --plain-http where a proxy of \
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
    /// There is no user's configuration, and nobody said where the key is.
    #[error(
        "there is no home folder to keep the key in: say where with --key or LANEDESK_KEY, away from database and objects"
    )]
    NoPlaceForKey,
    /// Everybody knows the secrets of the demo, and everybody can reach the hub.
    #[error(
        "{listen} can be reached from other machines, and these have secrets of the demo, which everybody knows: {who}. Change \
         them, or listen on 127.0.0.1"
    )]
    DemoSecrets {
        /// The address.
        listen: SocketAddr,
        /// Whose they are.
        who: String,
    },
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
    server: JoinHandle<()>,
}

impl Hub {
    /// Opens everything, starts the tasks and listens.
    pub async fn start(config: Config) -> Result<RunningHub, StartError> {
        if config.tls.is_none() && !config.plain_http && !config.listen.ip().is_loopback() {
            return Err(StartError::PlainHttp(config.listen));
        }
        let tls = config.tls.clone().map(Tls::open).transpose()?;
        let store = Store::open(&config.database).await?;
        let vault = open_checked_vault(&store, &config.database, Some(&config.objects), config.key.as_deref()).await?;
        let listen = config.listen;
        if !listen.ip().is_loopback() {
            let who = ops::site::demo_secrets(&store, &vault).await?;
            if !who.is_empty() {
                let who = who.join(", ");
                return Err(StartError::DemoSecrets { listen, who });
            }
        }
        let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen { listen, error })?;
        let addr = listener.local_addr().map_err(|error| StartError::Listen { listen, error })?;
        compare_clocks(&store, &config.clock).await?;
        let hub = Self::new(store, config.clock.clone(), vault, config.networks()).await?;
        hub.proxies().trust(config.trusted_proxies);
        ops::audit::begin(hub.store(), hub.clock().now()).await?;
        push::begin(&hub).await?;
        ops::seat::begin(&hub).await?;
        // After the outbox's end is known: what is told from then on is heard.
        ops::robot::load(&hub).await?;
        begin_tasks(&hub);
        if let Some(tls) = &tls {
            tokio::spawn(until_stopped(hub.clone(), tls.clone().follow()));
        }
        let server = tokio::spawn(listen::serve(
            hub.clone(),
            listener,
            tls,
            http::router(hub.clone()),
            config.limits.within_the_system(),
        ));
        Ok(RunningHub { addr, clock: config.clock, hub, server })
    }
}

impl RunningHub {
    /// Takes no more requests, lets those under way finish, and closes the records.
    pub async fn stop(mut self) {
        self.hub.stop().cancel();
        if timeout(LAST_REQUESTS, &mut self.server).await.is_err() {
            tracing::warn!("requests were still under way; their orders are looked up at the next start");
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
    tokio::spawn(until_stopped(hub.clone(), ops::approval::expire(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::robot::keep_screens(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::audit::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::call::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::seat::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::evidence::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::warning::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::maintenance::run(hub.clone())));
    tokio::spawn(until_stopped(hub.clone(), ops::refusal::run(hub.clone())));
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
    vault::check(store, &opened, machine_now()).await?;
    ops::site::take_accounts_out(store, &opened, machine_now()).await?;
    if objects.is_some_and(vault::is_s3) {
        // A wrong bucket or credential shows now, not with the first photo.
        let sign = b"Photos and pictures of a lanedesk hub rest here, sealed.\n".to_vec();
        opened.publish("README.txt", sign).await?;
    }
    Ok(opened)
}

/// Opens the vault: the place of objects, where it is needed, and the keys.
pub fn open_vault(database: &str, objects: Option<&str>, key: Option<&Path>) -> Result<Vault, StartError> {
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
pub fn key_named(database: &str, objects: Option<&str>, key: Option<&Path>) -> Result<PathBuf, StartError> {
    match key {
        Some(key) => Ok(key.to_owned()),
        None => key_path(database, objects),
    }
}

/// Where the key lies when nobody says: in the user's configuration, named after an SQLite database, so that whoever copies
/// database and objects has no key. Databases that have theirs beside them, as older hubs made it, keep it there.
///
/// It follows from the database alone, so that `serve`, `import` and `export` find the same one.
pub fn key_path(database: &str, objects: Option<&str>) -> Result<PathBuf, StartError> {
    let path = match sqlite_path(database) {
        Some(file) => match beside(&file) {
            old if old.exists() => {
                tracing::warn!(
                    key = %old.display(),
                    "the key lies beside the database: whoever copies both can open everything. Move it elsewhere and name it \
                     with --key"
                );
                old
            }
            _ => named_after(&file)?,
        },
        None => config_folder()?.join("lanedesk-hub.key"),
    };
    let inside = objects.is_some_and(|objects| absolute(&path).starts_with(absolute(Path::new(objects))));
    if inside { Err(StartError::KeyAmongObjects(path)) } else { Ok(path) }
}

/// Where older hubs made the key of a database.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// The key of a database in the user's configuration: two of the same name lie in different folders, so the whole path counts.
fn named_after(file: &Path) -> Result<PathBuf, StartError> {
    let whole = absolute(file);
    // The folder by its own name, whichever way led there; the file itself may not be there yet.
    let folder = whole.parent().and_then(|folder| folder.canonicalize().ok());
    let whole = match (folder, whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    };
    let sum = hex::encode(Sha256::digest(whole.as_os_str().as_encoded_bytes()));
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}-{}.key", &sum[..12]);
    Ok(config_folder()?.join(name))
}

/// The file of an SQLite address.
pub fn sqlite_path(database: &str) -> Option<PathBuf> {
    let rest = database.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

fn config_folder() -> Result<PathBuf, StartError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".config"));
    let folder = set("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home);
    let folder = folder.ok_or(StartError::NoPlaceForKey)?.join("lanedesk");
    // A folder that cannot be made shows when the key is written.
    let _ = own_folder(&folder);
    Ok(folder)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_lies_neither_beside_the_database_nor_among_the_objects() {
        let key = key_path("sqlite:/data/hub.db", Some("/data/objects")).unwrap();
        assert!(!key.starts_with("/data"), "{}", key.display());
        assert_eq!(key_path("sqlite:///data/hub.db?mode=rwc", None).unwrap(), key, "one database, one key");
        assert_ne!(key_path("sqlite:/other/hub.db", None).unwrap(), key);
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("hub.db").display());
        let old = folder.path().join("hub.db.key");
        std::fs::write(&old, "").unwrap();
        assert_eq!(key_path(&database, None).unwrap(), old, "made by an older hub");
        let objects = folder.path().display().to_string();
        let inside = key_path(&database, Some(&objects));
        assert!(matches!(inside, Err(StartError::KeyAmongObjects(_))));
    }
}
