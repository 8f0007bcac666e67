//! Opening the store with the plugin's pool.

use super::{Store, file, migrations};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_sql::{DbInstances, DbPool};

impl Store {
    /// Has the plugin open the file of `url`, which its settings name, and takes its pool.
    ///
    /// A broken file is set aside and a new one begun; where even that fails the desk works without a store.
    pub fn open<R: Runtime>(app: &AppHandle<R>, url: &str) -> Self {
        let opened = register(app, url).or_else(|error| {
            tracing::warn!(%error, "the local database is set aside");
            set_aside(app, url)?;
            register(app, url)
        });
        if let Err(error) = opened {
            tracing::error!(%error, "the desk works without a local database");
            return Self::closed();
        }
        let instances = app.state::<DbInstances>();
        match instances.0.blocking_read().get(url) {
            Some(DbPool::Sqlite(pool)) => Self { pool: Some(pool.clone()) },
            _ => Self::closed(),
        }
    }
}

fn register<R: Runtime>(app: &AppHandle<R>, url: &str) -> tauri::Result<()> {
    let plugin = tauri_plugin_sql::Builder::new().add_migrations(url, migrations());
    app.plugin(plugin.build())
}

/// Renames the file, so that what is in it is not lost.
fn set_aside<R: Runtime>(app: &AppHandle<R>, url: &str) -> tauri::Result<()> {
    let file = app.path().app_config_dir()?.join(file(url));
    let broken = file.with_extension(format!("broken-{}", crate::desk::now().0));
    std::fs::rename(&file, broken)?;
    Ok(())
}
