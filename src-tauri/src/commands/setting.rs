//! This device's settings, and half-filled work that must survive.

use crate::desk::now;
use lanedesk_client::Language;
use serde::{Deserialize, Serialize};
use specta::Type;

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

commands! { desk:
    /// The settings of this device.
    settings() -> Settings = Ok(desk.settings());
    /// Keeps the settings of this device.
    save_settings(settings: Settings) -> () = desk.save_settings(settings).await;
    /// Half-filled work kept under a key, as the page wrote it.
    draft(key: String) -> Option<String> = desk.stored(desk.store().draft(&desk.owner(), &key).await);
    /// Keeps half-filled work, so that a lost lease, network or power does not lose it.
    save_draft(key: String, body: String) -> () = {
        let saved = desk.store().save_draft(&desk.owner(), &key, &body, now()).await;
        desk.stored(saved)
    };
    /// Forgets half-filled work that was sent or given up.
    drop_draft(key: String) -> () = desk.stored(desk.store().drop_draft(&desk.owner(), &key).await);
}
