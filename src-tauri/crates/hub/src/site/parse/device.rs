//! Devices, robots and the systems that send signed events.

use super::super::{
    Device, Integration, Robot, Site,
    address::{has_user_info, host_of},
    check::{Names, Noun},
    read::Row,
};
use crate::origin::parse_network;
use lanedesk_domain::ids::{DeviceId, IntegrationId, RobotId};
use std::collections::HashSet;

/// Drivers that are built.
const DRIVERS: &[&str] = &["hikvision"];
/// Drivers the file format knows and a later hub will have.
const LATER_DRIVERS: &[&str] = &["dahua", "onvif", "vzenith", "modbus", "shelly"];

pub(super) fn device(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, driver, url) = (row.parsed("id"), row.text("driver"), row.text("url"));
    let (username, password) = (row.text_or_empty("username"), row.secret("password"));
    let push_key = row.secret("push_key");
    let (push_from, serial) = (push_from(row), row.text_or_none("serial"));
    if let Some(driver) = driver.as_deref().filter(|driver| !DRIVERS.contains(driver)) {
        let word = if LATER_DRIVERS.contains(&driver) { "is not built yet" } else { "is not known" };
        row.fault("driver", format!("driver {driver:?} {word}; built: {}", DRIVERS.join(", ")));
        row.excuse();
        return None;
    }
    let channel = row.number("channel", 1, 1);
    let (namespace, rtsp) = (row.text_or_empty("namespace"), row.text_or_none("rtsp"));
    let events = row.text_or_none("events").unwrap_or_else(|| "pull".to_owned());
    if !["pull", "push", "none"].contains(&events.as_str()) {
        row.fault("events", format!("{events:?} is none of pull, push, none"));
    }
    let transport = row.text_or_none("transport");
    if let Some(word) = transport.as_deref().filter(|word| !["tcp", "udp"].contains(word)) {
        row.fault("transport", format!("{word:?} is none of tcp, udp"));
    }
    let (rtsp_username, rtsp_password) = (row.secret("rtsp_username"), row.secret("rtsp_password"));
    let rtsp_basic = row.truth("rtsp_basic", false);
    if let Some(url) = &url {
        address_of(row, names, "url", url);
    }
    if let Some(rtsp) = &rtsp {
        address_of(row, names, "rtsp", rtsp);
    }
    let id: DeviceId = id?;
    names.declare(Noun::Device, id.as_str(), row.place("id"), row.faults);
    if let Some(key) = &push_key
        && let Some(why) = push_key_fault(key)
    {
        names.has_guessed_key(id.as_str(), key, row.place("push_key"), why);
    }
    site.devices.push(Device {
        id,
        driver: driver?,
        url: url?,
        username,
        password,
        push_key,
        push_from,
        serial,
        channel,
        namespace,
        events,
        rtsp,
        rtsp_username,
        rtsp_password,
        rtsp_basic,
        transport,
    });
    Some(())
}

/// An address must be one, and carry no account: it rests, is shown and is exported in the clear (invariant 16).
fn address_of(row: &mut Row<'_, '_>, names: &mut Names, key: &'static str, text: &str) {
    if has_user_info(text) {
        // Not repeated: a password may stand in it.
        let instead = if key == "rtsp" { "rtsp_username and rtsp_password" } else { "username and password" };
        return row.fault(key, format!("no user name or password may stand in an address; give them as {instead}"));
    }
    let (begins, by): (&[&str], _) = match key {
        "rtsp" => (&["rtsp://"], "device.rtsp"),
        _ => (&["http://", "https://"], "device.url"),
    };
    let scheme = text.split_inclusive("//").next().unwrap_or_default();
    if !begins.contains(&scheme.to_ascii_lowercase().as_str()) {
        return row.fault(key, format!("{text:?} must begin with {}", begins.join(" or ")));
    }
    match host_of(text) {
        Some(host) => names.is_asked_at(host, row.place(key), by),
        None => row.fault(key, format!("{text:?} is no address of a device")),
    }
}

/// Fewest characters of a push key: it stands in an address, where anybody may try.
const PUSH_KEY_LEAST: usize = 16;
/// Fewest different ones among them.
const PUSH_KEY_DIFFERENT: usize = 6;

/// Why a push key cannot be taken.
pub(crate) fn push_key_fault(key: &str) -> Option<&'static str> {
    let different: HashSet<char> = key.chars().collect();
    let guessed = key.chars().count() < PUSH_KEY_LEAST || different.len() < PUSH_KEY_DIFFERENT;
    guessed.then_some(
        "can be guessed: leave it out and the hub makes one, or give 16 characters or more of which 6 differ",
    )
}

/// Addresses and networks, as one text with commas or as a list.
fn push_from(row: &mut Row<'_, '_>) -> Option<String> {
    let words = row.words("push_from");
    for word in &words {
        if parse_network(word).is_err() {
            let reason = format!("{word:?} is no address and no network like 10.0.0.0/24");
            row.fault("push_from", reason);
        }
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// A robot's key travels as a WebSocket subprotocol, which is a token (RFC 9110, 5.6.2).
fn goes_in_a_header(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~+*!#$%&'^`|".contains(c)
}

pub(super) fn robot(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, number) = (row.parsed("id"), row.text("number"));
    let (phone, key) = (row.text_or_empty("phone"), row.secret("key").unwrap_or_default());
    if !key.chars().all(goes_in_a_header) {
        row.fault("key", "may hold only letters, digits and - . _ ~ + * ! # $ % & ' ^ ` |");
    }
    let id: RobotId = id?;
    names.declare(Noun::Robot, id.as_str(), row.place("id"), row.faults);
    let number = number?;
    names.only_once("robot number", number.clone(), row.place("number"), row.faults);
    names.robot_number(&number, id.as_str(), row.place("number"));
    site.robots.push(Robot { id, number, phone, key });
    Some(())
}

pub(super) fn integration(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, kind, secret) = (row.parsed("id"), row.text("kind"), row.secret("secret"));
    if let Some(word) = kind.as_deref().filter(|word| !["telephony", "payments"].contains(word)) {
        row.fault("kind", format!("{word:?} is none of telephony, payments"));
    }
    if secret.is_none() {
        row.fault("secret", "is missing");
    }
    let id: IntegrationId = id?;
    names.only_once("integration", id.to_string(), row.place("id"), row.faults);
    site.integrations.push(Integration { id, kind: kind?, secret: secret? });
    Some(())
}
