//! Databases and hubs for tests: every test gets its own, on either engine, on a clock that is moved by hand.

use crate::{
    clock::Clock,
    hub::Hub,
    listen::Limits,
    ops,
    serve::{Config, RunningHub, open_vault},
    store::Store,
};
use lanedesk_devices::Networks;
use lanedesk_domain::time::Timestamp;
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};
use tempfile::TempDir;

/// Something a test needs did not come to be.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Both engines, for tests that run on each.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in a folder of its own.
    Sqlite,
    /// A database of its own in a cluster of ours.
    Postgres,
}

/// An empty database; a folder beside it is for objects and key.
pub struct Database {
    /// As `--database` takes it.
    pub address: String,
    folder: TempDir,
}

impl Database {
    /// A new database. For PostgreSQL the cluster of `LANEDESK_TEST_POSTGRES`, or one started for this process.
    pub async fn new(engine: Engine) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let address = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("hub.db").display()),
            Engine::Postgres => create_database().await?,
        };
        Ok(Self { address, folder })
    }

    /// The folder beside it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a hub over this database is started with.
    pub fn config(&self, clock: Clock) -> Config {
        Config {
            database: self.address.clone(),
            listen: ([127, 0, 0, 1], 0).into(),
            objects: self.folder().join("objects").display().to_string(),
            key: Some(self.folder().join("hub.key")),
            clock,
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
            tls: None,
            plain_http: false,
            device_networks: None,
        }
    }

    /// Takes a site file in.
    pub async fn import(&self, site: &str, now: Timestamp) -> Result<(), Failure> {
        let vault = open_vault(&self.address, None, Some(&self.folder().join("hub.key")))?;
        let store = Store::open(&self.address).await?;
        let networks = Networks::private_and_loopback();
        let imported = ops::site::import(&store, &vault, &networks, now, site).await;
        store.close().await;
        imported?;
        Ok(())
    }

    /// A hub over this database with this site, on a clock that stands at `now`.
    pub async fn start(&self, site: &str, now: Timestamp) -> Result<RunningHub, Failure> {
        self.import(site, now).await?;
        Ok(Hub::start(self.config(Clock::manual(now))).await?)
    }
}

async fn create_database() -> Result<String, Failure> {
    let server = match std::env::var("LANEDESK_TEST_POSTGRES") {
        Ok(url) => url,
        Err(_) => cluster()?.to_owned(),
    };
    let name = format!("t{}", uuid::Uuid::now_v7().simple());
    let mut conn = PgConnection::connect(&server).await?;
    conn.execute(format!("create database {name}").as_str()).await?;
    conn.close().await?;
    let (base, query) = server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    Ok(format!("{base}/{name}?{query}").trim_end_matches('?').to_owned())
}

/// Why there is no cluster; told to everybody who asks, so it can be copied.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no PostgreSQL cluster: {0}")]
struct NoCluster(String);

/// The cluster of this process, started by the first who asks.
fn cluster() -> Result<&'static str, Failure> {
    static CLUSTER: OnceLock<Result<(String, Child), NoCluster>> = OnceLock::new();
    match CLUSTER.get_or_init(|| start_cluster().map_err(|error| NoCluster(error.to_string()))) {
        Ok((url, _)) => Ok(url),
        Err(error) => Err(error.clone().into()),
    }
}

/// Starts a cluster under a shell that waits for the end of its input, which is the end of this process, and then
/// removes everything. PostgreSQL refuses to run as root, so root lends itself the user `postgres`.
fn start_cluster() -> Result<(String, Child), Failure> {
    const SCRIPT: &str = r#"
        set -e
        "$BIN/initdb" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync -D "$DIR/data" >"$DIR/log" 2>&1
        "$BIN/pg_ctl" -D "$DIR/data" -l "$DIR/log" -w -t 60 -o "-h 127.0.0.1 -p $PORT -k $DIR -c fsync=off -c max_connections=300" start >>"$DIR/log" 2>&1
        touch "$DIR/ready"
        cat >/dev/null || true
        "$BIN/pg_ctl" -D "$DIR/data" -m immediate stop >/dev/null 2>&1 || true
        rm -rf "$DIR"
    "#;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let dir = std::env::temp_dir().join(format!("lanedesk-test-pg-{}-{port}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let root = std::fs::metadata("/proc/self").is_ok_and(|of| is_root(&of));
    let mut command = if root {
        if !Command::new("chown").arg("postgres").arg(&dir).status()?.success() {
            return Err("the user postgres is missing: install postgresql".into());
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh", "-c", SCRIPT]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT]);
        command
    };
    let child = command
        .env("BIN", programs()?)
        .env("DIR", &dir)
        .env("PORT", port.to_string())
        .current_dir(&dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    wait_for(&dir.join("ready"), &dir)?;
    Ok((format!("postgres://postgres@127.0.0.1:{port}/postgres"), child))
}

#[cfg(unix)]
fn is_root(of: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(of) == 0
}
#[cfg(not(unix))]
fn is_root(_: &std::fs::Metadata) -> bool {
    false
}

fn wait_for(ready: &Path, dir: &Path) -> Result<(), Failure> {
    for _ in 0..1_200 {
        if ready.exists() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
    Err(format!("PostgreSQL did not start:\n{log}").into())
}

/// Debian keeps the server's programs outside the path, one folder a version.
fn programs() -> Result<PathBuf, Failure> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map_err(|_| "PostgreSQL is not installed: apt-get install postgresql")?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().ok_or_else(|| "PostgreSQL's server programs are not installed".into())
}
