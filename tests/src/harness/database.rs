//! A database for one test, of either engine.

use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use xtask::postgres::{Durability, Postgres};

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database of a test's own, with a folder for whatever else a hub keeps.
pub(crate) struct Database {
    url: String,
    folder: TempDir,
    /// Only where nobody started one for all tests.
    cluster: Option<Postgres>,
}

impl Database {
    /// A new one. PostgreSQL: on the cluster that `cargo xtask test` started, else on one of its own.
    pub(crate) async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        match engine {
            Engine::Sqlite => Self::sqlite_in(folder),
            Engine::Postgres => match std::env::var("LANEDESK_TEST_POSTGRES") {
                Ok(shared) => Self::on(&shared, None, folder).await,
                Err(_) => Self::own_cluster().await,
            },
        }
    }

    /// On a PostgreSQL cluster that no other test uses, which may therefore be stopped. What it has committed it keeps.
    pub(crate) async fn own_cluster() -> Self {
        let starting = tokio::task::spawn_blocking(|| Postgres::start(Durability::Durable));
        let cluster = starting.await.unwrap().unwrap();
        let url = cluster.url().to_owned();
        Self::on(&url, Some(cluster), tempfile::tempdir().unwrap()).await
    }

    fn sqlite_in(folder: TempDir) -> Self {
        let url = format!("sqlite:{}", folder.path().join("hub.db").display());
        Self { url, folder, cluster: None }
    }

    /// On SQLite whose file lies on this disk; the pictures lie elsewhere.
    pub(crate) fn on_disk(disk: &super::SmallDisk) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", disk.path().join("hub.db").display());
        Self { url, folder, cluster: None }
    }

    async fn on(server: &str, cluster: Option<Postgres>, folder: TempDir) -> Self {
        let name = format!("t_{}", uuid::Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(server).await.unwrap();
        admin.execute(format!("create database {name}").as_str()).await.unwrap();
        let (server, _) = server.rsplit_once('/').unwrap();
        Self { url: format!("{server}/{name}"), folder, cluster }
    }

    /// Its address, as the hub takes it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where the test keeps files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the key lies.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder().join("hub.key")
    }

    /// Where pictures lie.
    pub(crate) fn objects(&self) -> String {
        self.folder().join("objects").display().to_string()
    }

    /// The PostgreSQL cluster, where it is the test's own.
    pub(crate) fn cluster(&mut self) -> &mut Postgres {
        self.cluster.as_mut().expect("a test that stops PostgreSQL has a cluster of its own")
    }

    /// Does something to the records behind the hub's back, as a fault or a vandal would.
    pub(crate) async fn tamper(&self, sql: &str) {
        if self.url.starts_with("sqlite:") {
            let mut connection = self.sqlite().await;
            connection.execute(sql).await.unwrap();
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            connection.execute(sql).await.unwrap();
        }
    }

    /// One number out of the records, for what no route tells.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        if self.url.starts_with("sqlite:") {
            let mut connection = self.sqlite().await;
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        }
    }

    async fn sqlite(&self) -> SqliteConnection {
        let options: sqlx::sqlite::SqliteConnectOptions = self.url.parse().unwrap();
        let patient = options.busy_timeout(super::PATIENCE);
        patient.connect().await.unwrap()
    }
}
