//! Copying everything the hub keeps, and putting it back (SQLite; PostgreSQL has tools of its own).

use crate::{
    serve::sqlite_path,
    store::{Store, StoreError},
};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

/// What a restored lease's fence rises by: more than were ever given between a backup and the fault it is put back for.
/// Fences stay exact in a JavaScript number (2^53) for nine million restores.
const FENCE_RISE: i64 = 1_000_000_000;

/// Why nothing was copied, or not all.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Backups of PostgreSQL are made with its own tools.
    #[error(
        "backup and restore are built for SQLite only; for PostgreSQL use pg_dump and pg_restore, then `raise-fences`"
    )]
    NotSqlite,
    /// A bucket is copied with its own tools.
    #[error(
        "objects in S3 are copied with the bucket's own tools (versions, replication); without --objects the database \
         alone is"
    )]
    ObjectsInS3,
    /// There is something already where the copy should go.
    #[error("{0} is there already; give a folder without a backup in it")]
    Occupied(PathBuf),
    /// There is no backup in the folder.
    #[error("{0} is not there: this folder holds no backup")]
    NoBackup(PathBuf),
    /// A hub, or another program, has the database open.
    #[error("the database is in use; stop the hub first")]
    InUse,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The restored records cannot be opened.
    #[error("restored database: {0}")]
    Store(#[from] StoreError),
    /// A file could not be copied.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}

/// Copies database and objects into `folder`, while a hub may run. The key is not copied: keep it elsewhere.
pub async fn backup(database: &str, objects: Option<&str>, folder: &Path) -> Result<(), BackupError> {
    let from = sqlite_path(database).ok_or(BackupError::NotSqlite)?;
    refuse_s3(objects)?;
    std::fs::create_dir_all(folder).map_err(file_error(folder))?;
    let to = folder.join("hub.db");
    if to.exists() {
        return Err(BackupError::Occupied(to));
    }
    let mut conn = open(&from).await?;
    sqlx::query("vacuum into $1").bind(to.display().to_string()).execute(&mut conn).await?;
    conn.close().await?;
    // After the database: every picture it names is there, because pictures are written before their rows.
    match objects {
        Some(objects) => copy_folder(Path::new(objects), &folder.join("objects")),
        None => Ok(()),
    }
}

fn refuse_s3(objects: Option<&str>) -> Result<(), BackupError> {
    if objects.is_some_and(crate::vault::is_s3) {
        return Err(BackupError::ObjectsInS3);
    }
    Ok(())
}

/// Puts a backup in the place of database and objects. What was there is moved aside, not removed.
///
/// Every fence rises, so that no order given after the backup can fit a lease again; nobody stays logged in, and streams
/// begin anew.
pub async fn restore(database: &str, objects: Option<&str>, folder: &Path) -> Result<(), BackupError> {
    let to = sqlite_path(database).ok_or(BackupError::NotSqlite)?;
    refuse_s3(objects)?;
    let from = folder.join("hub.db");
    if !from.exists() {
        return Err(BackupError::NoBackup(from));
    }
    if to.exists() {
        refuse_while_used(&to).await?;
        move_aside(&to)?;
    }
    std::fs::copy(&from, &to).map_err(file_error(&to))?;
    if let Some(objects) = objects {
        // Objects are named by their content: those that are there already are the same.
        copy_folder(&folder.join("objects"), Path::new(objects))?;
    }
    let store = Store::open(database).await?;
    raise_fences(&store).await?;
    store.close().await;
    Ok(())
}

/// Makes everything that was handed out before worthless: fences, sessions, places in the stream.
pub async fn raise_fences(store: &Store) -> Result<(), StoreError> {
    store
        .write(async |tx| {
            let rise = crate::args![FENCE_RISE];
            tx.execute("update lease set fence = fence + $1, open = false", rise).await?;
            tx.execute("delete from session", vec![]).await?;
            // The one event left is newer than any place a desk may hold, so every desk reads everything again.
            let newest = tx.newest_place().await?.xid;
            tx.execute("delete from event", vec![]).await?;
            let sql = "insert into event (xid, n, at, kind, body) values ($1, 0, 0, 'site', 'null')";
            tx.execute(sql, crate::args![newest + FENCE_RISE]).await?;
            Ok::<(), StoreError>(())
        })
        .await
}

async fn open(file: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
    SqliteConnection::connect_with(&options).await
}

/// Leaving write-ahead logging needs the database for oneself: it fails while anybody has it open.
async fn refuse_while_used(file: &Path) -> Result<(), BackupError> {
    let mut conn = open(file).await?;
    let left: Result<(String,), sqlx::Error> =
        sqlx::query_as("pragma journal_mode = delete").fetch_one(&mut conn).await;
    conn.close().await?;
    match left {
        Ok((mode,)) if mode == "delete" => Ok(()),
        _ => Err(BackupError::InUse),
    }
}

fn move_aside(file: &Path) -> Result<(), BackupError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut from = file.as_os_str().to_owned();
        from.push(suffix);
        let mut to = OsString::from(&from);
        to.push(".before-restore");
        if Path::new(&from).exists() {
            std::fs::rename(&from, &to).map_err(file_error(Path::new(&from)))?;
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), BackupError> {
    if !from.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(to).map_err(file_error(to))?;
    for entry in std::fs::read_dir(from).map_err(file_error(from))? {
        let entry = entry.map_err(file_error(from))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            std::fs::copy(&path, &target).map_err(file_error(&path))?;
        }
    }
    Ok(())
}
