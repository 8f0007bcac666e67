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
    site::{Area, Site, SiteContext},
    store::{ChangeRow, Conn, RowName},
};
use lanedesk_domain::{
    ids::{DeviceId, PersonId, RobotId},
    person::Permission,
};
use lanedesk_wire::site::{Cell, Cells, SiteTable};
use std::collections::{HashMap, HashSet};

/// What lies within.
#[derive(Clone)]
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
        let row = &row.change;
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
        use SiteTable as T;
        if self.whole {
            return Ok(());
        }
        let mut named: HashMap<SiteTable, Vec<(String, Cells)>> = HashMap::new();
        for row in site.rows() {
            let id = match row.table() {
                T::Person => conn.person_named(&row.name()).await?.unwrap_or_default(),
                _ => row.name(),
            };
            named.entry(row.table()).or_default().push((id, row.cells()));
        }
        let wide = self.with_new(&conn.known_site().await?, site);
        let mut fits = self.root || (site.links.is_empty() && site.rules.is_empty());
        for (table, rows) in named {
            // Of others it is the lot that says where they lie, and they have one for good.
            let moves = matches!(table, T::Area | T::Lot | T::Lane | T::Device | T::Robot | T::Person);
            let ids: Vec<&str> = rows.iter().filter(|_| moves).map(|(id, _)| id.as_str()).collect();
            let there = if moves { conn.rows_now(table, &ids).await? } else { HashMap::new() };
            fits &= rows.iter().all(|(id, cells)| {
                let before = there.get(id).map(|row| &row.cells);
                before.is_none_or(|before| self.holds(table, id, before))
                    && wide.may_become(table, id, before, cells).is_ok()
            });
        }
        if fits { Ok(()) } else { Err(Error::NotAllowed) }
    }

    /// The same with what a file adds within: areas, lots, devices and robots.
    fn with_new(&self, known: &SiteContext, site: &Site) -> Self {
        let mut wide = self.clone();
        let mut left: Vec<&Area> = site.areas.iter().collect();
        left.retain(|row| !self.tree.contains_key(row.id.as_str()));
        loop {
            let before = left.len();
            left.retain(|row| {
                let inside = row.parent.as_ref().map_or(self.root, |above| wide.areas.contains(above.as_str()));
                if inside {
                    wide.areas.insert(row.id.to_string());
                }
                !inside
            });
            if left.len() == before {
                break;
            }
        }
        let new = site.lots.iter().filter(|row| !self.lot_areas.contains_key(row.id.as_str()));
        let inside = new.filter(|row| wide.areas.contains(row.area.as_str()));
        wide.lots.extend(inside.map(|row| row.id.to_string()));
        let devices = site.devices.iter().map(|row| (SiteTable::Device, row.id.to_string()));
        wide.added.extend(devices.filter(|(_, id)| !known.devices.contains(id)));
        let robots = site.robots.iter().map(|row| (SiteTable::Robot, row.id.to_string()));
        wide.added.extend(robots.filter(|(_, id)| !known.robots.values().any(|robot| robot == id)));
        wide
    }

    /// Takes out of a site what lies outside.
    pub(super) fn narrow(&self, site: &mut Site) {
        site.retain(|row| self.holds(row.table(), &row.name(), &row.cells()));
        if !self.root {
            site.links.clear();
            site.rules.clear();
        }
    }
}
