//! A Hikvision device as the site file describes it.

use crate::{EventSource, LiveTransport, Networks};
use serde::{Deserialize, Deserializer, Serialize};
use std::time::Duration;

/// Settings of one device. The site file's `id` and `driver` are not among them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HikvisionSettings {
    /// `http://host[:port]`, https likewise.
    pub url: String,
    /// User name for digest; empty for none.
    #[serde(default, deserialize_with = "or_default")]
    pub username: String,
    /// Its password.
    #[serde(default, deserialize_with = "or_default")]
    pub password: String,
    /// Channel number in the device's paths.
    #[serde(default = "one", deserialize_with = "or_one")]
    pub channel: u16,
    /// XML namespace of orders; empty for none. Where it is wrong some devices say OK and do not move.
    #[serde(default, deserialize_with = "or_default")]
    pub namespace: String,
    /// How plate events arrive.
    #[serde(default, deserialize_with = "or_default")]
    pub events: EventSource,
    /// Key the camera carries when it calls the hub; only the hub looks at it.
    #[serde(default, deserialize_with = "or_default")]
    pub push_key: Option<String>,
    /// A new key that is accepted beside it; only the hub looks at it.
    #[serde(default, deserialize_with = "or_default")]
    pub next_push_key: Option<String>,
    /// Where the camera may call from; only the hub looks at it.
    #[serde(default, deserialize_with = "or_default")]
    pub push_from: Option<String>,
    /// The serial number or MAC its calls carry; only the hub looks at it.
    #[serde(default, deserialize_with = "or_default")]
    pub serial: Option<String>,
    /// RTSP address; empty for the maker's own.
    #[serde(default, deserialize_with = "or_default")]
    pub rtsp: String,
    /// Account of the live picture, where it has one of its own.
    #[serde(default, deserialize_with = "or_default")]
    pub rtsp_username: String,
    /// That account's password.
    #[serde(default, deserialize_with = "or_default")]
    pub rtsp_password: String,
    /// Whether the live picture may be told the password in the clear, where it asks for it so.
    #[serde(default, deserialize_with = "or_default")]
    pub rtsp_basic: bool,
    /// How the live picture travels; TCP unless said.
    #[serde(default, deserialize_with = "or_default")]
    pub transport: LiveTransport,
    /// Not in site files: tests make them short.
    #[serde(skip)]
    pub timeouts: Timeouts,
    /// Not in site files: where the device may be.
    #[serde(skip, default = "Networks::private_and_loopback")]
    pub networks: Networks,
}

impl std::fmt::Debug for HikvisionSettings {
    /// Without names and passwords, so that it may stand in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HikvisionSettings")
            .field("channel", &self.channel)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

impl HikvisionSettings {
    /// Settings with everything but address and account as usual.
    pub fn new(url: &str, username: &str, password: &str) -> Self {
        Self {
            url: url.to_owned(),
            username: username.to_owned(),
            password: password.to_owned(),
            channel: one(),
            namespace: String::new(),
            events: EventSource::Pull,
            push_key: None,
            next_push_key: None,
            push_from: None,
            serial: None,
            rtsp: String::new(),
            rtsp_username: String::new(),
            rtsp_password: String::new(),
            rtsp_basic: false,
            transport: LiveTransport::default(),
            timeouts: Timeouts::default(),
            networks: Networks::private_and_loopback(),
        }
    }
}

/// How long is waited for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the answer to an order, from when it was sent. Longer than an arm takes, shorter than the hub's 12 s.
    pub order: Duration,
    /// For a status or a challenge.
    pub status: Duration,
    /// For a picture, or a recognition with pictures.
    pub still: Duration,
    /// Silence on the event stream after which it is taken for dead.
    pub silence: Duration,
    /// How long pictures that were announced are waited for before the read is told without them.
    pub pictures: Duration,
    /// First pause before the event stream is tried again; doubles up to `backoff_most`.
    pub backoff_first: Duration,
    /// Longest pause before the event stream is tried again.
    pub backoff_most: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            order: Duration::from_secs(8),
            status: Duration::from_secs(3),
            still: Duration::from_secs(4),
            silence: Duration::from_secs(30),
            pictures: Duration::from_millis(1500),
            backoff_first: Duration::from_millis(500),
            backoff_most: Duration::from_secs(30),
        }
    }
}

const fn one() -> u16 {
    1
}

/// A column that is empty in the hub's table arrives as `null`.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

fn or_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    Ok(Option::<u16>::deserialize(deserializer)?.unwrap_or_else(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_file_needs_only_the_address() {
        let settings: HikvisionSettings = serde_json::from_value(serde_json::json!({
            "url": "http://10.0.0.9", "username": null, "channel": null, "events": "push"
        }))
        .unwrap();
        assert_eq!((settings.channel, settings.username.as_str()), (1, ""));
        assert_eq!(settings.events, EventSource::Push);
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let wrong = serde_json::json!({"url": "http://10.0.0.9", "chanel": 2});
        assert!(serde_json::from_value::<HikvisionSettings>(wrong).is_err());
    }
}
