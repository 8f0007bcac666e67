//! The desk's own small database: settings, recent lanes, drafts, photos not yet sent. Its pool is the SQL plugin's; the page has no way to it.
//!
//! Nothing here is needed to open a barrier: where the disk is full or the file broken, the desk works on without it.

mod draft;
mod open;
mod photo;
mod recent_lane;
mod setting;

pub use draft::Owner;
pub use photo::{Fate, KeptPhoto};

use sqlx::SqlitePool;
use tauri_plugin_sql::{Migration, MigrationKind};

/// The plugin's name for the database: relative to the app's own folder unless `LANEDESK_DATA_DIR` says otherwise.
const FILE: &str = "desk.db";

/// Why the local store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be opened when the desk started.
    #[error("the local store is not open")]
    Closed,
    /// It did not take or give what was asked.
    #[error("the local store failed")]
    Database(#[from] sqlx::Error),
    /// It holds something this version cannot read.
    #[error("the local store holds something unreadable")]
    Unreadable(#[from] serde_json::Error),
}

/// The local store, or the lack of one.
#[derive(Debug, Clone)]
pub struct Store {
    pool: Option<SqlitePool>,
}

impl Store {
    /// No store: everything reads as empty and saving fails.
    pub const fn closed() -> Self {
        Self { pool: None }
    }

    /// Closes the file, as the end of the program does.
    #[cfg(test)]
    pub(crate) async fn close(&self) {
        if let Some(pool) = &self.pool {
            pool.close().await;
        }
    }

    fn pool(&self) -> Result<&SqlitePool, StoreError> {
        self.pool.as_ref().ok_or(StoreError::Closed)
    }
}

/// What the plugin opens. Characters with a meaning in its address are written as `%XX`.
pub fn url(data_dir: Option<&std::path::Path>) -> String {
    let path = match data_dir {
        Some(folder) => folder.join(FILE).to_string_lossy().into_owned(),
        None => FILE.to_owned(),
    };
    format!("sqlite:{}", path.replace('%', "%25").replace('?', "%3F"))
}

/// The file an address of `url` means: whole where a folder was named, else relative to the app's own folder.
pub fn file(url: &str) -> std::path::PathBuf {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    path.replace("%3F", "?").replace("%25", "%").into()
}

/// The steps to today's tables, oldest first; append-only.
pub fn migrations() -> Vec<Migration> {
    let steps = [
        ("setting", include_str!("../../migrations/desk/0001_setting.sql")),
        ("recent lane", include_str!("../../migrations/desk/0002_recent_lane.sql")),
        ("draft", include_str!("../../migrations/desk/0003_draft.sql")),
        ("photo", include_str!("../../migrations/desk/0004_photo.sql")),
    ];
    (1..)
        .zip(steps)
        .map(|(version, (description, sql))| Migration { version, description, sql, kind: MigrationKind::Up })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
