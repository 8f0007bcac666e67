//! A site as TOML, keys in the order of the contract, values that equal their default left out.

use super::Site;
use std::fmt::Write as _;

pub(super) fn to_toml(site: &Site) -> String {
    let mut out = Out(String::new());
    for area in &site.areas {
        out.row("area").text("id", area.id.as_str()).text("name", &area.name).maybe("parent", area.parent.as_ref());
    }
    lots_and_lanes(site, &mut out);
    devices(site, &mut out);
    people(site, &mut out);
    vehicles_and_money(site, &mut out);
    for template in &site.templates {
        out.row("template")
            .text("scene", template.scene.as_str())
            .text("lang", template.lang.as_str())
            .text("text", &template.text)
            .text("speech", &template.speech);
    }
    if !site.links.is_empty() {
        out.0.push_str("\n[links]\n");
        for (link, url) in &site.links {
            out.text(link.as_str(), url);
        }
    }
    if !site.rules.is_empty() {
        out.0.push_str("\n[rules]\n");
        for (name, value) in &site.rules {
            out.number(name, *value);
        }
    }
    out.0.trim_start().to_owned()
}

fn lots_and_lanes(site: &Site, out: &mut Out) {
    for lot in &site.lots {
        out.row("lot")
            .text("id", lot.id.as_str())
            .text("name", &lot.name)
            .text("area", lot.area.as_str())
            .text("manager", &lot.manager)
            .text("manager_phone", &lot.manager_phone)
            .truth("outsiders", lot.outsiders)
            .maybe("address", lot.address.as_ref())
            .number("leave_minutes", lot.leave_minutes);
    }
    for lane in &site.lanes {
        out.row("lane")
            .text("id", lane.id.as_str())
            .text("lot", lane.lot.as_str())
            .text("name", &lane.name)
            .text("code", &lane.code)
            .text("direction", lane.direction.as_str())
            .maybe("barrier", lane.barrier.as_ref())
            .maybe("plate_camera", lane.plate_camera.as_ref())
            .list("environment_cameras", &lane.environment_cameras)
            .maybe("id_camera", lane.id_camera.as_ref())
            .maybe("robot", lane.robot.as_ref());
    }
}

fn devices(site: &Site, out: &mut Out) {
    for device in &site.devices {
        out.row("device")
            .text("id", device.id.as_str())
            .text("driver", &device.driver)
            .text("url", &device.url)
            .text("username", &device.username)
            .maybe("password", device.password.as_ref())
            .maybe("push_key", device.push_key.as_ref())
            .maybe("push_from", device.push_from.as_ref())
            .maybe("serial", device.serial.as_ref())
            .number("channel", device.channel)
            .text("namespace", &device.namespace)
            .text("events", &device.events)
            .maybe("rtsp", device.rtsp.as_ref())
            .maybe("rtsp_username", device.rtsp_username.as_ref())
            .maybe("rtsp_password", device.rtsp_password.as_ref())
            .yes("rtsp_basic", device.rtsp_basic)
            .maybe("transport", device.transport.as_ref());
    }
    for robot in &site.robots {
        out.row("robot")
            .text("id", robot.id.as_str())
            .text("number", &robot.number)
            .text("phone", &robot.phone)
            .text("key", &robot.key);
    }
}

fn people(site: &Site, out: &mut Out) {
    for number in &site.seats {
        out.row("seat").text("number", number);
    }
    for person in &site.people {
        out.row("person")
            .text("username", &person.username)
            .text("name", &person.name)
            .text("role", person.role.as_str())
            .maybe("password", person.password.as_ref())
            .list("lots", &person.lots)
            .list("areas", &person.areas)
            .maybe_truth("must_change", person.must_change);
    }
    for reason in &site.reasons {
        out.row("reason")
            .text("code", &reason.code)
            .text("text", &reason.text)
            .text("direction", &reason.direction)
            .truth("remark", reason.remark)
            .number("photos_min", reason.photos_min)
            .number("photos_max", reason.photos_max)
            .truth("approval", reason.approval);
    }
}

fn vehicles_and_money(site: &Site, out: &mut Out) {
    for pass in &site.passes {
        out.row("pass")
            .text("lot", pass.lot.as_str())
            .list("plates", &pass.plates)
            .text("status", pass.status.as_str())
            .text("valid_from", &pass.valid_from.to_string())
            .text("valid_to", &pass.valid_to.to_string())
            .number("spaces", pass.spaces);
    }
    for vehicle in &site.vehicles {
        out.row("vehicle")
            .text("lot", vehicle.lot.as_str())
            .text("plate", &vehicle.plate)
            .truth("locked", vehicle.locked)
            .truth("blacklisted", vehicle.blacklisted);
    }
    for tariff in &site.tariffs {
        out.row("tariff")
            .text("lot", tariff.lot.as_str())
            .number("free_minutes", tariff.free_minutes)
            .number("first_minutes", tariff.first_minutes)
            .number("first_fen", tariff.first_fen.0)
            .number("step_minutes", tariff.step_minutes)
            .number("step_fen", tariff.step_fen.0)
            .maybe_number("day_cap_fen", tariff.day_cap_fen.map(|fen| fen.0));
    }
    for integration in &site.integrations {
        out.row("integration")
            .text("id", integration.id.as_str())
            .text("kind", &integration.kind)
            .text("secret", &integration.secret);
    }
}

struct Out(String);

impl Out {
    fn row(&mut self, section: &str) -> &mut Self {
        self.line(format_args!("\n[[{section}]]"))
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{line}");
        self
    }

    /// Empty text is left out: it reads back as empty.
    fn text(&mut self, key: &str, text: &str) -> &mut Self {
        if text.is_empty() { self } else { self.line(format_args!("{key} = {}", quoted(text))) }
    }

    fn maybe<T: ToString>(&mut self, key: &str, value: Option<&T>) -> &mut Self {
        match value {
            Some(value) => self.text(key, &value.to_string()),
            None => self,
        }
    }

    fn list<T: ToString>(&mut self, key: &str, items: &[T]) -> &mut Self {
        if items.is_empty() {
            return self;
        }
        let items: Vec<String> = items.iter().map(|item| quoted(&item.to_string())).collect();
        self.line(format_args!("{key} = [{}]", items.join(", ")))
    }

    fn number(&mut self, key: &str, number: i64) -> &mut Self {
        self.line(format_args!("{key} = {number}"))
    }

    fn maybe_number(&mut self, key: &str, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.number(key, number),
            None => self,
        }
    }

    fn maybe_truth(&mut self, key: &str, truth: Option<bool>) -> &mut Self {
        match truth {
            Some(truth) => self.truth(key, truth),
            None => self,
        }
    }

    /// What is usually not so: left out where it is not.
    fn yes(&mut self, key: &str, truth: bool) -> &mut Self {
        if truth { self.truth(key, truth) } else { self }
    }

    fn truth(&mut self, key: &str, truth: bool) -> &mut Self {
        self.line(format_args!("{key} = {truth}"))
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
