//! Devices, robots and the systems that send signed events.

use super::super::{
    Device, Integration, Robot, Site,
    check::{Names, Noun},
    read::Row,
};
use lanedesk_domain::ids::{DeviceId, IntegrationId, RobotId};

/// Drivers that are built.
const DRIVERS: &[&str] = &["hikvision"];
/// Drivers the file format knows and a later hub will have.
const LATER_DRIVERS: &[&str] = &["dahua", "onvif", "vzenith", "modbus", "shelly"];

pub(super) fn device(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, driver, url) = (row.parsed("id"), row.text("driver"), row.text("url"));
    let (username, password) = (row.text_or_empty("username"), row.secret("password"));
    let push_key = row.secret("push_key");
    if let Some(driver) = driver.as_deref().filter(|driver| !DRIVERS.contains(driver)) {
        let word = if LATER_DRIVERS.contains(&driver) {
            "is not built yet"
        } else {
            "is not known"
        };
        row.fault(
            "driver",
            format!("driver {driver:?} {word}; built: {}", DRIVERS.join(", ")),
        );
        row.excuse();
        return None;
    }
    let channel = row.number("channel", 1, 1);
    let (namespace, rtsp) = (row.text_or_empty("namespace"), row.text_or_none("rtsp"));
    let events = row
        .text_or_none("events")
        .unwrap_or_else(|| "pull".to_owned());
    if !["pull", "push", "none"].contains(&events.as_str()) {
        row.fault("events", format!("{events:?} is none of pull, push, none"));
    }
    let transport = row.text_or_none("transport");
    if let Some(word) = transport
        .as_deref()
        .filter(|word| !["tcp", "udp"].contains(word))
    {
        row.fault("transport", format!("{word:?} is none of tcp, udp"));
    }
    if let Some(url) = url
        .as_deref()
        .filter(|url| !url.starts_with("http://") && !url.starts_with("https://"))
    {
        row.fault(
            "url",
            format!("{url:?} must begin with http:// or https://"),
        );
    }
    let id: DeviceId = id?;
    names.declare(Noun::Device, id.as_str(), row.place("id"), row.faults);
    site.devices.push(Device {
        id,
        driver: driver?,
        url: url?,
        username,
        password,
        push_key,
        channel,
        namespace,
        events,
        rtsp,
        transport,
    });
    Some(())
}

/// A robot's key travels as a WebSocket subprotocol, which is a token (RFC 9110, 5.6.2).
fn goes_in_a_header(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~+*!#$%&'^`|".contains(c)
}

pub(super) fn robot(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, number) = (row.parsed("id"), row.text("number"));
    let (phone, key) = (
        row.text_or_empty("phone"),
        row.secret("key").unwrap_or_default(),
    );
    if !key.chars().all(goes_in_a_header) {
        row.fault(
            "key",
            "may hold only letters, digits and - . _ ~ + * ! # $ % & ' ^ ` |",
        );
    }
    let id: RobotId = id?;
    names.declare(Noun::Robot, id.as_str(), row.place("id"), row.faults);
    let number = number?;
    names.only_once(
        "robot number",
        number.clone(),
        row.place("number"),
        row.faults,
    );
    names.robot_number(&number, id.as_str(), row.place("number"));
    site.robots.push(Robot {
        id,
        number,
        phone,
        key,
    });
    Some(())
}

pub(super) fn integration(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, kind, secret) = (row.parsed("id"), row.text("kind"), row.secret("secret"));
    if let Some(word) = kind
        .as_deref()
        .filter(|word| !["telephony", "payments"].contains(word))
    {
        row.fault("kind", format!("{word:?} is none of telephony, payments"));
    }
    if secret.is_none() {
        row.fault("secret", "is missing");
    }
    let id: IntegrationId = id?;
    names.only_once("integration", id.to_string(), row.place("id"), row.faults);
    site.integrations.push(Integration {
        id,
        kind: kind?,
        secret: secret?,
    });
    Some(())
}
