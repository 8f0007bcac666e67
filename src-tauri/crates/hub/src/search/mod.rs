//! Finding lots and lanes while somebody types (R5): by name, code, pinyin, initials, any mixture, with one slip.
//!
//! All names lie in memory as sorted suffixes. A query walks over them character by character, each character matched
//! by itself, by any of its pinyin readings or by an initial, so the work follows what fits and not how much there is.

mod find;
mod letters;
mod query;
mod rank;
mod strings;
#[cfg(test)]
mod tests;
mod walk;

use lanedesk_domain::{
    ids::{LaneId, LotId},
    lane::LaneDirection,
};
use letters::{Alphabet, Unit, plain};
use std::collections::HashMap;
use strings::{Strings, narrow};

/// Words that people leave out of a lot's name.
const LEFT_OUT: [&str; 5] = ["地下停车场", "停车场", "停车库", "地下车库", "车库"];

/// A lot that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its id.
    pub id: LotId,
    /// Its name.
    pub name: String,
}

/// A lane that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its id.
    pub id: LaneId,
    /// Its lot; a lane whose lot is not given cannot be found.
    pub lot: LotId,
    /// Its name within the lot.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Which ways it lets vehicles pass.
    pub direction: LaneDirection,
    /// Whether a robot stands there.
    pub has_robot: bool,
}

/// Which lots a person may see, made for one [`Index`].
#[derive(Debug, Clone)]
pub struct VisibleLots(Vec<u64>);

impl VisibleLots {
    fn has(&self, lot: u32) -> bool {
        self.0[lot as usize / 64] >> (lot % 64) & 1 == 1
    }
}

/// What was found, best first.
#[derive(Debug, Default)]
pub struct Hits<'a> {
    /// Lots whose name fits.
    pub lots: Vec<&'a Lot>,
    /// Lanes that fit by themselves or through their lot, each with its lot.
    pub lanes: Vec<(&'a Lane, &'a Lot)>,
}

/// A lane that has a name or code.
#[derive(Debug, Clone, Copy)]
struct LaneMatch {
    lane: u32,
    is_code: bool,
}

/// All lots and lanes, ready to be searched. Built whole; a changed site gets a new one.
#[derive(Debug)]
pub struct Index {
    alphabet: Alphabet,
    /// In the order of their names.
    lots: Vec<Lot>,
    /// By lot, then by code.
    lanes: Vec<Lane>,
    /// First lane of each lot, and one more.
    first_lane: Vec<u32>,
    lot_of_lane: Vec<u32>,
    /// Lot names, some of them twice: as they are and without the words people leave out.
    lot_names: Strings,
    lot_of_name: Vec<u32>,
    /// Lane names and codes, each once however many lanes have it.
    names: Strings,
    /// Uses of each name, in the order of lanes: `uses[uses_from[name]..uses_from[name + 1]]`.
    uses: Vec<LaneMatch>,
    uses_from: Vec<u32>,
    /// Name and code of each lane.
    names_of_lane: Vec<[u32; 2]>,
}

impl Index {
    /// Builds the index. 30,000 lots with 120,000 lanes take about a second.
    pub fn build(mut lots: Vec<Lot>, lanes: Vec<Lane>) -> Self {
        lots.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let (lanes, lot_of_lane) = with_lots(&lots, lanes);
        let mut first_lane = vec![0; lots.len() + 1];
        for lot in &lot_of_lane {
            first_lane[*lot as usize + 1] += 1;
        }
        add_up(&mut first_lane);
        let mut alphabet = Alphabet::new();
        let (lot_strings, lot_of_name) = lot_strings(&lots, &mut alphabet);
        let NameList { strings, uses, uses_from, names_of_lane } = NameList::of(&lanes, &mut alphabet);
        let lot_names = Strings::build(&lot_strings, &alphabet);
        let names = Strings::build(&strings, &alphabet);
        Self {
            alphabet,
            lots,
            lanes,
            first_lane,
            lot_of_lane,
            lot_names,
            lot_of_name,
            names,
            uses,
            uses_from,
            names_of_lane,
        }
    }

    /// Finds at most `limit` lots and `limit` lanes among those visible.
    pub fn find(&self, query: &str, limit: usize, visible: &VisibleLots) -> Hits<'_> {
        let mut found = find::find(self, query, limit, visible);
        if found.lots.is_empty() && found.lanes.is_empty() && LEFT_OUT.iter().any(|word| query.contains(word)) {
            found = find::find(self, &without_left_out(query), limit, visible);
        }
        let lot = |lot: u32| &self.lots[lot as usize];
        let lane = |lane: u32| (&self.lanes[lane as usize], lot(self.lot_of_lane[lane as usize]));
        Hits {
            lots: found.lots.iter().map(|(_, place)| lot(place)).collect(),
            lanes: found.lanes.iter().map(|(_, place)| lane(place)).collect(),
        }
    }

    /// The first lots and lanes among those visible, in the order of their names: what somebody with few lots may see
    /// before typing anything.
    pub fn first(&self, limit: usize, visible: &VisibleLots) -> Hits<'_> {
        let seen = |lot: &u32| visible.has(*lot);
        let lots = (0..narrow(self.lots.len())).filter(seen).take(limit);
        let lanes = self.lanes.iter().zip(&self.lot_of_lane).filter(|(_, lot)| seen(lot)).take(limit);
        Hits {
            lots: lots.map(|lot| &self.lots[lot as usize]).collect(),
            lanes: lanes.map(|(lane, lot)| (lane, &self.lots[*lot as usize])).collect(),
        }
    }

    /// The lots `may_see` allows.
    pub fn visible(&self, may_see: impl Fn(&LotId) -> bool) -> VisibleLots {
        let mut bits = vec![0; self.lots.len().div_ceil(64)];
        for (place, lot) in self.lots.iter().enumerate() {
            if may_see(&lot.id) {
                bits[place / 64] |= 1 << (place % 64);
            }
        }
        VisibleLots(bits)
    }

    fn lanes_of(&self, lot: u32) -> std::ops::Range<u32> {
        self.first_lane[lot as usize]..self.first_lane[lot as usize + 1]
    }

    fn uses_of(&self, name: u32) -> impl Iterator<Item = LaneMatch> {
        let (from, to) = (self.uses_from[name as usize], self.uses_from[name as usize + 1]);
        self.uses[from as usize..to as usize].iter().copied()
    }
}

/// Lanes in the order of their lots, with the place of each lane's lot.
fn with_lots(lots: &[Lot], lanes: Vec<Lane>) -> (Vec<Lane>, Vec<u32>) {
    let places: HashMap<&LotId, u32> = lots.iter().enumerate().map(|(at, lot)| (&lot.id, narrow(at))).collect();
    let known = lanes.into_iter().filter_map(|lane| Some((*places.get(&lane.lot)?, lane)));
    let mut in_order: Vec<(u32, Lane)> = known.collect();
    in_order.sort_by(|(lot, lane), (other_lot, other)| {
        (lot, &lane.code, &lane.id).cmp(&(other_lot, &other.code, &other.id))
    });
    in_order.into_iter().map(|(lot, lane)| (lane, lot)).unzip()
}

fn units(text: &str, alphabet: &mut Alphabet) -> Vec<Unit> {
    plain(text).map(|c| alphabet.add(c)).collect()
}

fn without_left_out(text: &str) -> String {
    LEFT_OUT.iter().fold(text.to_owned(), |text, word| text.replace(word, ""))
}

fn lot_strings(lots: &[Lot], alphabet: &mut Alphabet) -> (Vec<Vec<Unit>>, Vec<u32>) {
    let (mut strings, mut owners) = (Vec::new(), Vec::new());
    for (place, lot) in lots.iter().enumerate() {
        let short = without_left_out(&lot.name);
        let mut add = |text: &str| {
            let string = units(text, alphabet);
            if !string.is_empty() {
                strings.push(string);
                owners.push(narrow(place));
            }
        };
        add(&lot.name);
        if short != lot.name {
            add(&short);
        }
    }
    (strings, owners)
}

/// Lane names and codes, each once.
struct NameList {
    strings: Vec<Vec<Unit>>,
    uses: Vec<LaneMatch>,
    uses_from: Vec<u32>,
    names_of_lane: Vec<[u32; 2]>,
}

impl NameList {
    fn of(lanes: &[Lane], alphabet: &mut Alphabet) -> Self {
        let (mut strings, mut known) = (Vec::new(), HashMap::new());
        let mut number = |text: &str| {
            let string = units(text, alphabet);
            *known.entry(string.clone()).or_insert_with(|| {
                strings.push(string);
                narrow(strings.len() - 1)
            })
        };
        let names_of_lane: Vec<[u32; 2]> = lanes.iter().map(|lane| [number(&lane.name), number(&lane.code)]).collect();
        let mut uses_from = vec![0; strings.len() + 1];
        for name in names_of_lane.iter().flatten() {
            uses_from[*name as usize + 1] += 1;
        }
        add_up(&mut uses_from);
        let (mut next, mut uses) = (uses_from.clone(), vec![LaneMatch { lane: 0, is_code: false }; 2 * lanes.len()]);
        for (lane, names) in names_of_lane.iter().enumerate() {
            for (name, is_code) in names.iter().zip([false, true]) {
                let place = &mut next[*name as usize];
                uses[*place as usize] = LaneMatch { lane: narrow(lane), is_code };
                *place += 1;
            }
        }
        Self { strings, uses, uses_from, names_of_lane }
    }
}

fn add_up(counts: &mut [u32]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}
