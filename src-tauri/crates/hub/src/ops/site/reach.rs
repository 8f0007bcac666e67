//! What of the site lies within an administrator's scope (R3). They see, change, reset and export only that, and widen
//! nobody's scope beyond it, their own included.
//!
//! A lot and what is told of it lie where its area lies. A device or a robot lies where its lanes lie; one that stands at
//! no lane is its maker's and of whoever holds a root area. A person lies within where everything they were given does;
//! one who was given nothing is their maker's, their own, and of whoever holds a root area.
//! Rules, reasons, seats, integrations, words and addresses are everybody's and belong to whoever holds a root area.
//!
//! It is read where it is used, in the transaction of the change: a right that was taken away meanwhile is gone.

use super::text::text;
use crate::{
    error::{Error, Result},
    site::{Area, Lot, Person, Site},
    store::{ChangeRow, Conn, RowName},
};
use lanedesk_domain::{
    ids::{AreaId, DeviceId, LotId, PersonId, RobotId},
    person::Permission,
};
use lanedesk_wire::site::{Cell, Cells, SiteTable};
use std::collections::{HashMap, HashSet};

/// What lies within.
pub(in crate::ops) struct Reach {
    who: PersonId,
    /// One of the areas has none above it.
    root: bool,
    /// Everything there is lies within.
    whole: bool,
    areas: HashSet<String>,
    lots: HashSet<String>,
    /// Every area there is, with the one above it.
    tree: HashMap<String, Option<String>>,
    /// Every lot there is, with its area.
    lot_areas: HashMap<String, String>,
    /// The lots each device and robot stands at.
    standing: HashMap<RowName, HashSet<String>>,
    /// Devices, robots and people they added.
    added: HashSet<RowName>,
}

/// Texts of a list.
fn list<'a>(cells: &'a Cells, key: &str) -> &'a [String] {
    match cells.get(key) {
        Some(Some(Cell::List(items))) => items,
        _ => &[],
    }
}

/// The lot of a row that belongs to one.
fn lot_of<'a>(table: SiteTable, id: &'a str, cells: &'a Cells) -> Option<&'a str> {
    match table {
        SiteTable::Vehicle => id.split_once(':').map(|(lot, _)| lot),
        SiteTable::Tariff => Some(id),
        _ => named(cells, "lot"),
    }
}

fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// A text that is not empty.
fn named<'a>(cells: &'a Cells, key: &str) -> Option<&'a str> {
    text(cells, key).map(str::trim).filter(|text| !text.is_empty())
}

/// A row that names what lies outside: a new one belongs to a place that is not there, a change would carry one's own
/// away or bring a stranger's in.
fn outside(before: Option<&Cells>) -> Error {
    match before {
        None => Error::NotFound,
        Some(_) => Error::NotAllowed,
    }
}

/// The devices and the robot a lane names.
fn equipment(lane: &Cells) -> Vec<RowName> {
    let one = ["barrier", "plate_camera", "id_camera"];
    let one = one.into_iter().filter_map(|key| named(lane, key));
    let many = list(lane, "environment_cameras").iter().map(String::as_str);
    let devices = one.chain(many).map(|id| (SiteTable::Device, id.to_owned()));
    let robot = named(lane, "robot").map(|id| (SiteTable::Robot, id.to_owned()));
    devices.chain(robot).collect()
}

fn texts_of<T, I: ToString>(rows: &[T], id: impl Fn(&T) -> &I) -> Vec<String> {
    rows.iter().map(|row| id(row).to_string()).collect()
}

/// Areas and lots that lie within once a file is taken in.
struct Places {
    areas: HashSet<String>,
    lots: HashSet<String>,
}

impl Places {
    /// Whether the areas and lots of a file lie within, before and after.
    fn takes_places(&self, reach: &Reach, site: &Site) -> bool {
        let area = |row: &Area| match reach.tree.get(row.id.as_str()) {
            None => self.areas.contains(row.id.as_str()),
            Some(was) => {
                let above = row.parent.as_ref().map(AreaId::as_str);
                let moved = was.as_deref() != above;
                let fits = above.map_or(reach.root, |above| self.areas.contains(above));
                reach.areas.contains(row.id.as_str()) && (!moved || fits)
            }
        };
        let lot = |row: &Lot| match reach.lot_areas.get(row.id.as_str()) {
            None => self.lots.contains(row.id.as_str()),
            Some(was) => {
                let moved = was != row.area.as_str();
                reach.lots.contains(row.id.as_str()) && (!moved || self.areas.contains(row.area.as_str()))
            }
        };
        site.areas.iter().all(area) && site.lots.iter().all(lot)
    }

    /// Whether what is told of lots, and given to people, lies within.
    fn takes_rows(&self, site: &Site) -> bool {
        let within = |lot: &LotId| self.lots.contains(lot.as_str());
        let given = |row: &Person| {
            row.lots.iter().all(within) && row.areas.iter().all(|area| self.areas.contains(area.as_str()))
        };
        site.lanes.iter().all(|row| within(&row.lot))
            && site.passes.iter().all(|row| within(&row.lot))
            && site.vehicles.iter().all(|row| within(&row.lot))
            && site.tariffs.iter().all(|row| within(&row.lot))
            && site.people.iter().all(given)
    }
}

impl Reach {
    /// Of this administrator, as the records have them now.
    pub(in crate::ops) async fn of(conn: &mut Conn<'_>, who: &PersonId) -> Result<Self> {
        let person = conn.person(who).await?.filter(|person| !person.disabled);
        if !person.is_some_and(|person| person.role.may(Permission::Configure)) {
            return Err(Error::NotAllowed);
        }
        let given = conn.given(who).await?;
        let (tree, lot_areas) = (conn.area_tree().await?, conn.lot_areas().await?);
        let mut areas: HashSet<String> = HashSet::new();
        let mut next: Vec<String> = given.areas.iter().map(ToString::to_string).collect();
        next.retain(|area| tree.contains_key(area));
        while let Some(area) = next.pop() {
            let below = tree.iter().filter(|(_, above)| above.as_ref() == Some(&area));
            next.extend(below.map(|(id, _)| id.clone()).filter(|id| !areas.contains(id)));
            areas.insert(area);
        }
        let mut lots: HashSet<String> = given.lots.iter().map(ToString::to_string).collect();
        let inside = lot_areas.iter().filter(|(_, area)| areas.contains(*area));
        lots.extend(inside.map(|(lot, _)| lot.clone()));
        let root = areas.iter().any(|area| tree.get(area).is_some_and(Option::is_none));
        let whole = root && areas.len() == tree.len() && lot_areas.keys().all(|lot| lots.contains(lot));
        let (mut standing, mut added) = (HashMap::new(), HashSet::new());
        if !whole {
            standing = conn.equipment_lots().await?;
            added = conn.added_by(who).await?;
        }
        Ok(Self { who: who.clone(), root, whole, areas, lots, tree, lot_areas, standing, added })
    }

    /// Whose it is.
    pub(super) fn who(&self) -> &PersonId {
        &self.who
    }

    /// Whether rules, reasons, seats, integrations, words and addresses are theirs.
    pub(in crate::ops) fn holds_root(&self) -> bool {
        self.root
    }

    /// Whether everything there is lies within.
    pub(in crate::ops) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The lots within, as a table's rows are asked for by; none: a row's lot says nothing of where it lies.
    pub(super) fn lots_of(&self, table: SiteTable) -> Option<Vec<&str>> {
        use SiteTable as T;
        let by_lot = matches!(table, T::Lot | T::Lane | T::Pass | T::Vehicle | T::Tariff);
        (by_lot && !self.whole).then(|| self.lots.iter().map(String::as_str).collect())
    }

    /// Whether a table's rows are everybody's.
    fn is_common(table: SiteTable) -> bool {
        use SiteTable as T;
        matches!(table, T::Seat | T::Reason | T::Integration | T::Rule | T::Template | T::Link)
    }

    /// Whether anything of the table can lie within.
    pub(super) fn may_hold(&self, table: SiteTable) -> bool {
        self.root || !Self::is_common(table)
    }

    /// Whether a row lies within.
    pub(super) fn holds(&self, table: SiteTable, id: &str, cells: &Cells) -> bool {
        use SiteTable as T;
        if self.whole {
            return true;
        }
        match table {
            T::Area if self.tree.contains_key(id) => self.areas.contains(id),
            T::Area => named(cells, "parent").is_some_and(|above| self.areas.contains(above)),
            T::Lot if self.lot_areas.contains_key(id) => self.lots.contains(id),
            T::Lot => named(cells, "area").is_some_and(|area| self.areas.contains(area)),
            T::Lane | T::Pass | T::Vehicle | T::Tariff => {
                lot_of(table, id, cells).is_some_and(|lot| self.lots.contains(lot))
            }
            T::Device | T::Robot => self.stands_within(table, id),
            T::Person => self.holds_account(id, list(cells, "areas"), list(cells, "lots")),
            _ => self.root,
        }
    }

    fn stands_within(&self, table: SiteTable, id: &str) -> bool {
        let name = (table, id.to_owned());
        match self.standing.get(&name) {
            Some(lots) => lots.iter().all(|lot| self.lots.contains(lot)),
            None => self.root || self.added.contains(&name),
        }
    }

    /// Whether a person lies within. Nothing given lies nowhere: what they will be given is not known.
    fn holds_account(&self, id: &str, areas: &[String], lots: &[String]) -> bool {
        if areas.is_empty() && lots.is_empty() {
            let name = (SiteTable::Person, id.to_owned());
            return self.root || self.who.as_str() == id || self.added.contains(&name);
        }
        self.covers(areas, lots)
    }

    /// Whether what somebody was given lies within. What names nothing gives nothing; it is whoever holds a root area's.
    fn covers(&self, areas: &[String], lots: &[String]) -> bool {
        let area = |id: &String| self.areas.contains(id) || (self.root && !self.tree.contains_key(id));
        let lot = |id: &String| self.lots.contains(id) || (self.root && !self.lot_areas.contains_key(id));
        areas.iter().all(area) && lots.iter().all(lot)
    }

    /// Refuses a row that would stand, or give somebody, what lies outside. `before`: the row as it is, which lies within.
    pub(super) fn may_become(&self, table: SiteTable, id: &str, before: Option<&Cells>, after: &Cells) -> Result<()> {
        use SiteTable as T;
        if self.whole {
            return Ok(());
        }
        let kept = |key: &str| before.is_some_and(|before| named(before, key) == named(after, key));
        let fits = match table {
            T::Area if kept("parent") => true,
            // A root of one's own would hold what belongs to everybody.
            T::Area => match named(after, "parent") {
                None if !self.root => return Err(Error::NotAllowed),
                above => above.is_none_or(|above| self.areas.contains(above)),
            },
            T::Lot => kept("area") || named(after, "area").is_some_and(|area| self.areas.contains(area)),
            T::Lane => kept("lot") || named(after, "lot").is_some_and(|lot| self.lots.contains(lot)),
            T::Pass | T::Vehicle | T::Tariff => lot_of(table, id, after).is_some_and(|lot| self.lots.contains(lot)),
            T::Person => {
                let within = self.covers(list(after, "areas"), list(after, "lots"));
                return if within { Ok(()) } else { Err(Error::NotAllowed) };
            }
            T::Device | T::Robot => true,
            _ if self.root => true,
            _ => return Err(Error::NotAllowed),
        };
        if !fits {
            return Err(outside(before));
        }
        match table {
            T::Lane => self.may_use(before, after),
            _ => Ok(()),
        }
    }

    /// A lane takes only devices and robots that lie within: another lot's barrier is not to be had by naming it.
    fn may_use(&self, before: Option<&Cells>, after: &Cells) -> Result<()> {
        let had = before.map(equipment).unwrap_or_default();
        let strange = |name: &RowName| !had.contains(name) && !self.stands_within(name.0, &name.1);
        if equipment(after).iter().any(strange) {
            return Err(Error::NotFound);
        }
        Ok(())
    }

    /// Whether a change is of something within. What a file did is its maker's, and of whoever holds a root area.
    pub(super) fn holds_change(&self, row: &ChangeRow) -> bool {
        let Some(table) = row.table else {
            return self.root || row.by.id == self.who;
        };
        let mut states = [&row.before, &row.after].into_iter().flatten();
        self.whole || states.all(|cells| self.holds(table, &row.row_id, cells))
    }

    /// Whether a person lies within.
    pub(in crate::ops) async fn holds_person(&self, conn: &mut Conn<'_>, person: &PersonId) -> Result<bool> {
        let row = conn.site_row(SiteTable::Person, person.as_str()).await?;
        Ok(row.is_some_and(|row| self.holds(SiteTable::Person, &row.id, &row.cells)))
    }

    /// Whether a device lies within; one that is not saved yet is whose who tries it.
    pub(super) async fn holds_device(&self, conn: &mut Conn<'_>, id: &DeviceId) -> Result<bool> {
        let row = conn.site_row(SiteTable::Device, id.as_str()).await?;
        Ok(row.is_none_or(|row| self.holds(SiteTable::Device, &row.id, &row.cells)))
    }

    /// Whether a device that stands at no lane lies within.
    pub(in crate::ops) fn holds_unplaced(&self, id: &DeviceId) -> bool {
        self.whole || self.stands_within(SiteTable::Device, id.as_str())
    }

    /// Whether a robot lies within.
    pub(in crate::ops) fn holds_robot(&self, id: &RobotId) -> bool {
        self.whole || self.stands_within(SiteTable::Robot, id.as_str())
    }

    /// Refuses a file of which anything lies outside, or would.
    pub(super) async fn may_take(&self, conn: &mut Conn<'_>, site: &Site) -> Result<()> {
        if self.whole {
            return Ok(());
        }
        let common = site.seats.is_empty()
            && site.reasons.is_empty()
            && site.integrations.is_empty()
            && site.templates.is_empty()
            && site.links.is_empty()
            && site.rules.is_empty();
        let widened = self.with_new(site);
        let fits = (common || self.root)
            && widened.takes_places(self, site)
            && widened.takes_rows(site)
            && self.holds_named(conn, SiteTable::Lane, &texts_of(&site.lanes, |row| &row.id)).await?
            && self.holds_named(conn, SiteTable::Device, &texts_of(&site.devices, |row| &row.id)).await?
            && self.holds_named(conn, SiteTable::Robot, &texts_of(&site.robots, |row| &row.id)).await?
            && self.takes_people(conn, site).await?
            && self.takes_equipment(conn, site).await?;
        if fits { Ok(()) } else { Err(Error::NotAllowed) }
    }

    /// The same with the areas and lots a file adds within.
    fn with_new(&self, site: &Site) -> Places {
        let (mut areas, mut lots) = (self.areas.clone(), self.lots.clone());
        let mut left: Vec<&Area> = site.areas.iter().collect();
        left.retain(|row| !self.tree.contains_key(row.id.as_str()));
        loop {
            let before = left.len();
            left.retain(|row| {
                let inside = match &row.parent {
                    None => self.root,
                    Some(above) => areas.contains(above.as_str()),
                };
                if inside {
                    areas.insert(row.id.to_string());
                }
                !inside
            });
            if left.len() == before {
                break;
            }
        }
        let new = site.lots.iter().filter(|row| !self.lot_areas.contains_key(row.id.as_str()));
        let inside = new.filter(|row| areas.contains(row.area.as_str()));
        lots.extend(inside.map(|row| row.id.to_string()));
        Places { areas, lots }
    }

    /// Whether those of these rows that are there already lie within.
    async fn holds_named(&self, conn: &mut Conn<'_>, table: SiteTable, ids: &[String]) -> Result<bool> {
        if ids.is_empty() {
            return Ok(true);
        }
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let there = conn.rows_now(table, &ids).await?;
        Ok(there.values().all(|row| self.holds(table, &row.id, &row.cells)))
    }

    /// Whether the people a file changes lie within.
    async fn takes_people(&self, conn: &mut Conn<'_>, site: &Site) -> Result<bool> {
        let mut ids = Vec::new();
        for person in &site.people {
            ids.extend(conn.person_named(&person.username).await?);
        }
        self.holds_named(conn, SiteTable::Person, &ids).await
    }

    /// Whether the lanes of a file take only devices and robots that lie within, are new, or were theirs before.
    async fn takes_equipment(&self, conn: &mut Conn<'_>, site: &Site) -> Result<bool> {
        let known = conn.known_site().await?;
        let ids = texts_of(&site.lanes, |row| &row.id);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let there = conn.rows_now(SiteTable::Lane, &ids).await?;
        Ok(site.lanes.iter().all(|lane| {
            let had = there.get(lane.id.as_str()).map(|row| equipment(&row.cells)).unwrap_or_default();
            let one = [&lane.barrier, &lane.plate_camera, &lane.id_camera];
            let devices = one.into_iter().flatten().chain(&lane.environment_cameras);
            let mut devices = devices.map(|id| (SiteTable::Device, id.to_string()));
            let robot = lane.robot.iter().map(|id| (SiteTable::Robot, id.to_string()));
            let new = |(table, id): &RowName| match table {
                SiteTable::Device => !known.devices.contains(id),
                _ => !known.robots.values().any(|robot| robot == id),
            };
            let fits = |name: &RowName| new(name) || had.contains(name) || self.stands_within(name.0, &name.1);
            devices.all(|name| fits(&name)) && robot.into_iter().all(|name| fits(&name))
        }))
    }

    /// Takes out of a site what lies outside.
    pub(super) fn narrow(&self, site: &mut Site) {
        if self.whole {
            return;
        }
        let lot = |id: &str| self.lots.contains(id);
        site.areas.retain(|row| self.areas.contains(row.id.as_str()));
        site.lots.retain(|row| lot(row.id.as_str()));
        site.lanes.retain(|row| lot(row.lot.as_str()));
        site.devices.retain(|row| self.stands_within(SiteTable::Device, row.id.as_str()));
        site.robots.retain(|row| self.stands_within(SiteTable::Robot, row.id.as_str()));
        site.passes.retain(|row| lot(row.lot.as_str()));
        site.vehicles.retain(|row| lot(row.lot.as_str()));
        site.tariffs.retain(|row| lot(row.lot.as_str()));
        site.people.retain(|row| {
            let given = !row.areas.is_empty() || !row.lots.is_empty();
            (given || self.root) && self.covers(&texts(&row.areas), &texts(&row.lots))
        });
        if !self.root {
            site.seats.clear();
            site.reasons.clear();
            site.integrations.clear();
            site.templates.clear();
            site.links.clear();
            site.rules.clear();
        }
    }
}
