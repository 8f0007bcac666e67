//! What rows say of each other: each id once, every reference to something there is, no ring in the tree.

use super::fault::Faults;
use lanedesk_devices::Networks;
use lanedesk_wire::site::SiteTable;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};

/// What the database already has and a text may therefore refer to.
#[derive(Debug, Clone, Default)]
pub struct SiteContext {
    /// Areas, each with the one above it.
    pub areas: HashMap<String, Option<String>>,
    /// Lots.
    pub lots: HashSet<String>,
    /// Devices.
    pub devices: HashSet<String>,
    /// Robots: id by number.
    pub robots: HashMap<String, String>,
    /// The lane each robot stands at, by robot.
    pub stands_at: HashMap<String, String>,
    /// Where devices may be; none: anywhere.
    pub networks: Option<Networks>,
    /// The key each device shows when it calls the hub, by device and as its sum. One that stays as it is is no fault of
    /// the text, however short: hubs took shorter ones once.
    pub push_keys: HashMap<String, String>,
}

impl SiteContext {
    fn has(&self, table: SiteTable, id: &str) -> bool {
        match table {
            SiteTable::Area => self.areas.contains_key(id),
            SiteTable::Lot => self.lots.contains(id),
            SiteTable::Device => self.devices.contains(id),
            SiteTable::Robot => self.robots.values().any(|known| known == id),
            // Nothing in a site file refers to another row.
            _ => false,
        }
    }
}

/// What stands for a key where the key itself may not: it shows in no log.
pub(crate) fn key_sum(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

struct Mention {
    row: (SiteTable, String),
    at: usize,
    /// The section and key that refer to it.
    by: (&'static str, &'static str),
}

/// Gathers what a text declares and mentions; looked through when the whole text is read.
#[derive(Default)]
pub(super) struct Names {
    /// Everything that may stand only once, with the place where it first stood.
    once: HashMap<(&'static str, String), usize>,
    declared: HashSet<(SiteTable, String)>,
    mentions: Vec<Mention>,
    parents: HashMap<String, (Option<String>, usize)>,
    stands_at: Vec<(String, String, usize)>,
    robot_numbers: Vec<(String, String, usize)>,
}

impl Names {
    /// Notes a second `what` of the same name, for example two passes for one lot and plate.
    pub(super) fn only_once(&mut self, what: &'static str, name: String, at: usize, faults: &mut Faults) {
        let reason = |line| format!("{what} {name:?} stands already in line {line}");
        if let Some(first) = self.once.get(&(what, name.clone())) {
            let line = faults.line(*first);
            faults.at(at, reason(line));
        } else {
            self.once.insert((what, name), at);
        }
    }

    /// The row at `at` declares this id.
    pub(super) fn declare(
        &mut self,
        (section, table): (&'static str, SiteTable),
        id: String,
        at: usize,
        faults: &mut Faults,
    ) {
        self.only_once(section, id.clone(), at, faults);
        self.declared.insert((table, id));
    }

    /// `by` refers to this row.
    pub(super) fn mention(&mut self, row: (SiteTable, String), at: usize, by: (&'static str, &'static str)) {
        self.mentions.push(Mention { row, at, by });
    }

    /// The area hangs below another, or is a root.
    pub(super) fn hangs_below(&mut self, area: &str, parent: Option<&str>, at: usize) {
        self.parents.insert(area.to_owned(), (parent.map(str::to_owned), at));
    }

    /// The robot stands at this lane, and can stand at no other.
    pub(super) fn stands_at(&mut self, robot: &str, lane: &str, at: usize) {
        self.stands_at.push((robot.to_owned(), lane.to_owned(), at));
    }

    /// The robot is called by this number.
    pub(super) fn robot_number(&mut self, number: &str, id: &str, at: usize) {
        self.robot_numbers.push((number.to_owned(), id.to_owned(), at));
    }

    /// Looks everything through.
    pub(super) fn check(&self, known: &SiteContext, faults: &mut Faults) {
        self.check_mentions(known, faults);
        self.check_tree(known, faults);
        self.check_stands_at(known, faults);
        for (number, id, at) in &self.robot_numbers {
            if known.robots.get(number).is_some_and(|other| other != id && !self.has(SiteTable::Robot, other)) {
                faults.at(*at, format!("robot.number: {number:?} belongs to another robot already"));
            }
        }
    }

    fn has(&self, table: SiteTable, id: &str) -> bool {
        self.declared.contains(&(table, id.to_owned()))
    }

    fn check_mentions(&self, known: &SiteContext, faults: &mut Faults) {
        for Mention { row, at, by: (section, key) } in &self.mentions {
            let (table, id) = row;
            if !self.declared.contains(row) && !known.has(*table, id) {
                faults.at(*at, format!("{section}.{key}: there is no {} {id:?}", table.word()));
            }
        }
    }

    /// An area's way up must end at a root.
    fn check_tree(&self, known: &SiteContext, faults: &mut Faults) {
        let above = |area: &str| match self.parents.get(area) {
            Some((parent, _)) => parent.clone(),
            None => known.areas.get(area).cloned().flatten(),
        };
        for (area, (_, at)) in &self.parents {
            let mut seen = HashSet::from([area.clone()]);
            let mut next = above(area);
            while let Some(parent) = next {
                next = above(&parent);
                if !seen.insert(parent.clone()) {
                    if parent == *area {
                        faults.at(*at, format!("area.parent: {area:?} would hang below itself"));
                    }
                    break;
                }
            }
        }
    }

    /// A robot at two lanes would not know whose driver speaks to it.
    fn check_stands_at(&self, known: &SiteContext, faults: &mut Faults) {
        let mut taken: HashMap<&str, &str> = HashMap::new();
        for (robot, lane) in &known.stands_at {
            if !self.has(SiteTable::Lane, lane) {
                taken.insert(robot, lane);
            }
        }
        for (robot, lane, at) in &self.stands_at {
            match taken.insert(robot, lane) {
                Some(other) if other != lane => {
                    faults.at(*at, format!("lane: robot {robot:?} belongs to lane {other:?} already"));
                }
                _ => {}
            }
        }
    }
}
