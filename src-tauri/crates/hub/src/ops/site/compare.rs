//! What an import would change: its rows beside those that are there.

use crate::site::{Device, Integration, Person, Robot, Site};
use lanedesk_wire::site::{ChangeKind, ImportResult, SiteTable, WillChange};
use std::collections::{BTreeSet, HashMap};

/// Changes that are told one by one.
const SAMPLE: usize = 200;

/// Counts what is new, different and the same. `there`: the whole site as it is.
pub(super) fn compare(new: &Site, there: &Site) -> ImportResult {
    use SiteTable as T;
    let mut out = ImportResult::default();
    places(&mut out, new, there);
    people(&mut out, new, there);
    permits(&mut out, new, there);
    words(&mut out, new, there);
    let rules = new.rules.iter().map(|(name, value)| {
        let was = there.rules.get(name).map(|was| was == value);
        (name.as_str(), was)
    });
    values(&mut out, T::Rule, "value", rules);
    out
}

/// Areas, lots, lanes and what stands at them.
fn places(out: &mut ImportResult, new: &Site, there: &Site) {
    use SiteTable as T;
    table(out, T::Area, (&new.areas, &there.areas), |r| r.id.to_string(), |r| &r.name, |s, r| s.areas.push(r));
    table(out, T::Lot, (&new.lots, &there.lots), |r| r.id.to_string(), |r| &r.name, |s, r| s.lots.push(r));
    table(out, T::Lane, (&new.lanes, &there.lanes), |r| r.id.to_string(), |r| &r.name, |s, r| s.lanes.push(r));
    let devices = with_kept(&new.devices, &there.devices, |r| r.id.to_string(), keep_device);
    table(
        out,
        T::Device,
        (&devices, &there.devices),
        |r| r.id.to_string(),
        |r| r.id.as_str(),
        |s, r| s.devices.push(r),
    );
    let robots = with_kept(&new.robots, &there.robots, |r| r.id.to_string(), keep_robot);
    table(out, T::Robot, (&robots, &there.robots), |r| r.id.to_string(), |r| &r.number, |s, r| s.robots.push(r));
}

/// Who works, where they sit, and what they may give as a reason.
fn people(out: &mut ImportResult, new: &Site, there: &Site) {
    use SiteTable as T;
    table(out, T::Seat, (&new.seats, &there.seats), Clone::clone, |r| r, |s, r| s.seats.push(r));
    let people = with_kept(&new.people, &there.people, |r| r.username.clone(), keep_person);
    table(out, T::Person, (&people, &there.people), |r| r.username.clone(), |r| &r.name, |s, r| s.people.push(r));
    table(out, T::Reason, (&new.reasons, &there.reasons), |r| r.code.clone(), |r| &r.text, |s, r| s.reasons.push(r));
}

/// Who may enter, what it costs, and who tells of it.
fn permits(out: &mut ImportResult, new: &Site, there: &Site) {
    use SiteTable as T;
    let of_pass = |r: &crate::site::Pass| format!("{} {}", r.lot, r.plates.join(" "));
    let plate = |r: &crate::site::Pass| r.plates.first().cloned().unwrap_or_default();
    table_owned(out, T::Pass, (&new.passes, &there.passes), of_pass, plate, |s, r| s.passes.push(r));
    let of_vehicle = |r: &crate::site::Vehicle| format!("{} {}", r.lot, r.plate);
    table(out, T::Vehicle, (&new.vehicles, &there.vehicles), of_vehicle, |r| &r.plate, |s, r| s.vehicles.push(r));
    table(
        out,
        T::Tariff,
        (&new.tariffs, &there.tariffs),
        |r| r.lot.to_string(),
        |r| r.lot.as_str(),
        |s, r| s.tariffs.push(r),
    );
    let of_integration = |r: &Integration| r.id.to_string();
    table(
        out,
        T::Integration,
        (&new.integrations, &there.integrations),
        of_integration,
        |r| r.id.as_str(),
        |s, r| s.integrations.push(r),
    );
}

/// What robots show and say, and where their codes lead.
fn words(out: &mut ImportResult, new: &Site, there: &Site) {
    table(
        out,
        SiteTable::Template,
        (&new.templates, &there.templates),
        |r| format!("{} {}", r.scene.as_str(), r.lang.as_str()),
        |r| r.scene.as_str(),
        |s, r| s.templates.push(r),
    );
    let links = new.links.iter().map(|(link, url)| {
        let was = there.links.get(link).map(|was| was == url);
        (link.as_str(), was)
    });
    values(out, SiteTable::Link, "url", links);
}

/// Rows of one value in `field`: each by its name, and whether what is there is the same; none: nothing is there.
fn values<'a>(
    out: &mut ImportResult,
    table: SiteTable,
    field: &str,
    rows: impl Iterator<Item = (&'a str, Option<bool>)>,
) {
    for (name, same) in rows {
        let kind = match same {
            Some(true) => None,
            Some(false) => Some(ChangeKind::Changed),
            None => Some(ChangeKind::Added),
        };
        count(out, kind, |kind| WillChange { table, label: name.to_owned(), kind, fields: vec![field.to_owned()] });
    }
}

type Both<'a, T> = (&'a [T], &'a [T]);

fn table<T: Clone + PartialEq>(
    out: &mut ImportResult,
    table: SiteTable,
    rows: Both<'_, T>,
    key: impl Fn(&T) -> String,
    label: impl Fn(&T) -> &str,
    put: fn(&mut Site, T),
) {
    table_owned(out, table, rows, key, |row| label(row).to_owned(), put);
}

fn table_owned<T: Clone + PartialEq>(
    out: &mut ImportResult,
    table: SiteTable,
    (new, there): Both<'_, T>,
    key: impl Fn(&T) -> String,
    label: impl Fn(&T) -> String,
    put: fn(&mut Site, T),
) {
    if new.is_empty() {
        return;
    }
    let there: HashMap<String, &T> = there.iter().map(|row| (key(row), row)).collect();
    for row in new {
        let was = there.get(&key(row)).copied();
        let kind = match was {
            Some(was) if was == row => None,
            Some(_) => Some(ChangeKind::Changed),
            None => Some(ChangeKind::Added),
        };
        count(out, kind, |kind| WillChange {
            table,
            label: label(row),
            kind,
            fields: was.map(|was| fields(was, row, put)).unwrap_or_default(),
        });
    }
}

/// Counts a row; none: it is as it was. What differs is looked at in the rows that are told one by one only.
fn count(out: &mut ImportResult, kind: Option<ChangeKind>, change: impl FnOnce(ChangeKind) -> WillChange) {
    out.rows += 1;
    let Some(kind) = kind else {
        out.same += 1;
        return;
    };
    if kind == ChangeKind::Added {
        out.added += 1;
    } else {
        out.changed += 1;
    }
    if out.sample.len() < SAMPLE {
        out.sample.push(change(kind));
    }
}

/// The keys two rows differ in, as a site file writes them.
fn fields<T: Clone>(was: &T, row: &T, put: fn(&mut Site, T)) -> Vec<String> {
    let (was, now) = (lines(was, put), lines(row, put));
    let differ = was.symmetric_difference(&now);
    let keys: BTreeSet<String> = differ.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect();
    keys.into_iter().collect()
}

fn lines<T: Clone>(row: &T, put: fn(&mut Site, T)) -> BTreeSet<String> {
    let mut alone = Site::default();
    put(&mut alone, row.clone());
    alone.to_toml().lines().map(str::to_owned).collect()
}

/// What an import says nothing of stays as it is: secrets, and whether a password is for the first login.
fn with_kept<T: Clone>(new: &[T], there: &[T], key: fn(&T) -> String, keep: fn(&mut T, &T)) -> Vec<T> {
    let there: HashMap<String, &T> =
        if new.is_empty() { HashMap::new() } else { there.iter().map(|row| (key(row), row)).collect() };
    let kept = |row: &T| {
        let mut row = row.clone();
        if let Some(was) = there.get(&key(&row)) {
            keep(&mut row, was);
        }
        row
    };
    new.iter().map(kept).collect()
}

fn keep_device(row: &mut Device, was: &Device) {
    row.password = row.password.take().or_else(|| was.password.clone());
    row.push_key = row.push_key.take().or_else(|| was.push_key.clone());
    let (name, password) = (&was.rtsp_username, &was.rtsp_password);
    row.rtsp_username = row.rtsp_username.take().or_else(|| name.clone());
    row.rtsp_password = row.rtsp_password.take().or_else(|| password.clone());
}

fn keep_robot(row: &mut Robot, was: &Robot) {
    if row.key.is_empty() {
        row.key.clone_from(&was.key);
    }
}

fn keep_person(row: &mut Person, was: &Person) {
    row.password.clone_from(&was.password);
    row.must_change = was.must_change;
}
