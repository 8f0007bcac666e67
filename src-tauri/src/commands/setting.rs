//! This device's settings, and half-filled work that must survive.

use super::Answer;
use crate::desk::{Desk, now};
use lanedesk_client::Language;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// How far apart colours stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// As drawn.
    #[default]
    Normal,
    /// For sun and rain.
    High,
}

/// What one may set on this device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// How far apart colours stand.
    pub contrast: Contrast,
    /// The language of every sentence.
    pub language: Language,
    /// Calls arrive without a sound here.
    #[serde(default)]
    pub quiet_calls: bool,
}

/// The settings of this device.
#[tauri::command]
#[specta::specta]
pub async fn settings(desk: State<'_, Desk>) -> Answer<Settings> {
    Ok(desk.settings())
}

/// Keeps the settings of this device.
#[tauri::command]
#[specta::specta]
pub async fn save_settings(desk: State<'_, Desk>, settings: Settings) -> Answer<()> {
    desk.save_settings(settings).await
}

/// Half-filled work kept under a key, as the page wrote it.
#[tauri::command]
#[specta::specta]
pub async fn draft(desk: State<'_, Desk>, key: String) -> Answer<Option<String>> {
    desk.stored(desk.store().draft(&desk.owner(), &key).await)
}

/// Keeps half-filled work, so that a lost lease, network or power does not lose it.
#[tauri::command]
#[specta::specta]
pub async fn save_draft(desk: State<'_, Desk>, key: String, body: String) -> Answer<()> {
    let saved = desk.store().save_draft(&desk.owner(), &key, &body, now()).await;
    desk.stored(saved)
}

/// Forgets half-filled work that was sent or given up.
#[tauri::command]
#[specta::specta]
pub async fn drop_draft(desk: State<'_, Desk>, key: String) -> Answer<()> {
    desk.stored(desk.store().drop_draft(&desk.owner(), &key).await)
}
