//! One search: lots first, then lanes by their lot, by themselves, and by both together.

use super::{
    Index, Visible,
    query::Query,
    rank::{Best, Fit, Score},
    strings::Place,
    walk::{Fits, Node, fits, walk},
};
use std::collections::HashMap;

/// The best lots and lanes, as places in the index.
pub(super) struct Found {
    pub(super) lots: Best,
    pub(super) lanes: Best,
}

pub(super) fn find(index: &Index, text: &str, limit: usize, visible: &Visible) -> Found {
    let chars = Query::chars(text);
    let mut found = Found {
        lots: Best::new(limit),
        lanes: Best::new(limit),
    };
    if chars.is_empty() || limit == 0 {
        return found;
    }
    let query = Query::new(&chars, &index.alphabet);
    found = pass(index, &query, visible, found, false);
    if found.is_empty() && query.may_slip() {
        found = pass(index, &query, visible, found, true);
        if found.is_empty() {
            found = swapped(index, &chars, visible, found);
        }
    }
    found
}

impl Found {
    pub(super) fn is_empty(&self) -> bool {
        self.lots.is_empty() && self.lanes.is_empty()
    }
}

fn pass(index: &Index, query: &Query, visible: &Visible, found: Found, slips: bool) -> Found {
    let mut search = Search {
        index,
        query,
        visible,
        found,
        slips,
        fits: HashMap::new(),
    };
    search.look();
    search.found
}

/// Two neighbours swapped where one character's pinyin ends and the next begins; within one it counts as a slip above.
fn swapped(index: &Index, chars: &[char], visible: &Visible, mut found: Found) -> Found {
    for at in 1..chars.len() {
        let mut chars = chars.to_vec();
        chars.swap(at - 1, at);
        found = pass(
            index,
            &Query::new(&chars, &index.alphabet),
            visible,
            found,
            false,
        );
    }
    found
}

struct Search<'a> {
    index: &'a Index,
    query: &'a Query,
    visible: &'a Visible,
    found: Found,
    slips: bool,
    /// How the rests of the query fit each lane name or code; looked at once for all lanes that share it.
    fits: HashMap<u32, Fits>,
}

impl Search<'_> {
    fn look(&mut self) {
        let nodes = walk(
            self.query,
            &self.index.lot_names,
            &self.index.alphabet,
            self.slips,
        );
        self.lots(&nodes);
        self.lanes_of_found_lots();
        self.lanes_by_name();
        self.lanes_after_lots(&nodes);
    }

    fn whole(&self, node: &Node) -> bool {
        node.at == self.query.len() && (node.slipped || !self.slips)
    }

    fn lots(&mut self, nodes: &[Node]) {
        for node in nodes {
            if !self.whole(node) {
                continue;
            }
            for place in self.index.lot_names.places(node.range) {
                let lot = self.index.lot_of_name[place.string as usize];
                if self.visible.has(lot) {
                    let score = Score::new(lot_fit(node, place), node.initials, place.len);
                    self.found.lots.offer(score, lot);
                }
            }
        }
    }

    /// Lanes whose lot fits by itself. Only the best lots can give the best lanes.
    fn lanes_of_found_lots(&mut self) {
        for (score, lot) in self.found.lots.iter() {
            if !self.found.lanes.wants(score) {
                break;
            }
            for lane in self.index.lanes_of(lot) {
                self.found.lanes.offer(score, lane);
            }
        }
    }

    fn lanes_by_name(&mut self) {
        for node in walk(
            self.query,
            &self.index.names,
            &self.index.alphabet,
            self.slips,
        ) {
            if self.whole(&node) {
                for place in self.index.names.places(node.range) {
                    self.lanes_named(&node, place);
                }
            }
        }
    }

    fn lanes_named(&mut self, node: &Node, place: Place) {
        let whole = place.offset == 0 && place.len == node.depth;
        for use_ in self.index.uses_of(place.string) {
            let fit = match (node.slipped, whole, place.offset) {
                (true, _, 0 | 1) => Fit::SlippedStart,
                (true, ..) => Fit::SlippedInside,
                (_, true, _) if use_.is_code => Fit::WholeCode,
                (_, true, _) => Fit::WholeLane,
                (.., 0) => Fit::LaneStart,
                _ => Fit::Inside,
            };
            let score = Score::new(fit, node.initials, place.len);
            if self.found.lanes.wants(score)
                && self.visible.has(self.index.lot_of_lane[use_.lane as usize])
            {
                self.found.lanes.offer(score, use_.lane);
            }
        }
    }

    /// Lanes for which the query runs from the lot's name into the lane's.
    fn lanes_after_lots(&mut self, nodes: &[Node]) {
        let best = if self.slips {
            Fit::SlippedStart
        } else {
            Fit::WholeLotThenLane
        };
        if !self.found.lanes.wants(Score::best_of(best)) {
            return;
        }
        for node in nodes {
            let begun = node.at > 0 && node.at < self.query.len();
            // One letter says too little of a lot, unless nothing better is there.
            let vague = node.at < 2 && self.query.letter(0).is_some();
            if begun && !(vague && (self.slips || self.found.lanes.is_full())) {
                self.lanes_after(node);
            }
        }
    }

    fn lanes_after(&mut self, node: &Node) {
        for place in self.index.lot_names.places(node.range) {
            let lot = self.index.lot_of_name[place.string as usize];
            if !self.visible.has(lot) {
                continue;
            }
            for lane in self.index.lanes_of(lot) {
                for name in self.index.names_of_lane[lane as usize] {
                    self.lane_after(node, place, lane, name);
                }
            }
        }
    }

    fn lane_after(&mut self, node: &Node, place: Place, lane: u32, name: u32) {
        let slips = self.slips && !node.slipped;
        if !self
            .query
            .could_match(node.at, self.index.names.sign(name), u32::from(slips))
        {
            return;
        }
        // With the slip used up in the lot's name, the lane's must fit without one.
        let fits = if self.slips && node.slipped {
            fits(
                self.query,
                self.index.names.string(name),
                &self.index.alphabet,
                false,
            )
        } else {
            self.fits_of(name)
        };
        let bit = 1 << node.at;
        let fit = if self.slips {
            if fits.start & bit != 0 && place.offset <= 1 {
                Fit::SlippedStart
            } else {
                Fit::SlippedInside
            }
        } else if fits.start & bit == 0 {
            Fit::Loose
        } else if place.offset > 0 {
            Fit::LotInsideThenLane
        } else if place.len == node.depth {
            Fit::WholeLotThenLane
        } else {
            Fit::LotStartThenLane
        };
        if fits.inside & bit != 0 {
            let len = place.len - node.depth + place.offset;
            self.found
                .lanes
                .offer(Score::new(fit, node.initials, len), lane);
        }
    }

    fn fits_of(&mut self, name: u32) -> Fits {
        *self.fits.entry(name).or_insert_with(|| {
            fits(
                self.query,
                self.index.names.string(name),
                &self.index.alphabet,
                self.slips,
            )
        })
    }
}

fn lot_fit(node: &Node, place: Place) -> Fit {
    match (node.slipped, place.offset, place.len == node.depth) {
        (true, 0 | 1, _) => Fit::SlippedStart,
        (true, ..) => Fit::SlippedInside,
        (_, 0, true) => Fit::WholeLot,
        (_, 0, _) => Fit::LotStart,
        _ => Fit::Inside,
    }
}
