//! One search: lots first, then lanes by their lot, by themselves, and by both together.

use super::{
    Index, VisibleLots,
    query::{Places, Query},
    rank::{Fit, Score, TopRanks},
    strings::{SuffixPosition, narrow},
    walk::{Fits, Node, fits, reaches_end, walk},
};

/// So many different lane names can all be looked at for every query; beyond, they are walked.
const FEW_NAMES: usize = 512;

/// The best lots and lanes, as places in the index.
pub(super) struct BestMatches {
    pub(super) lots: TopRanks,
    pub(super) lanes: TopRanks,
}

pub(super) fn find(index: &Index, text: &str, limit: usize, visible: &VisibleLots) -> BestMatches {
    let chars = Query::chars(text);
    let mut found = BestMatches { lots: TopRanks::new(limit), lanes: TopRanks::new(limit) };
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

impl BestMatches {
    pub(super) fn is_empty(&self) -> bool {
        self.lots.is_empty() && self.lanes.is_empty()
    }
}

fn pass(index: &Index, query: &Query, visible: &VisibleLots, found: BestMatches, slips: bool) -> BestMatches {
    let names = index.names.len();
    let mut search = Search { index, query, visible, found, slips, starts: vec![0; names], insides: vec![0; names] };
    search.look();
    search.found
}

/// Two neighbours swapped where one character's pinyin ends and the next begins; within one it counts as a slip above.
fn swapped(index: &Index, chars: &[char], visible: &VisibleLots, mut found: BestMatches) -> BestMatches {
    for at in 1..chars.len() {
        if !found.is_empty() {
            break;
        }
        let mut chars = chars.to_vec();
        chars.swap(at - 1, at);
        found = pass(index, &Query::new(&chars, &index.alphabet), visible, found, false);
    }
    found
}

struct Search<'a> {
    index: &'a Index,
    query: &'a Query,
    visible: &'a VisibleLots,
    found: BestMatches,
    slips: bool,
    /// How the rests of the query fit each lane name or code (see [`Fits`]), 0 where it was not looked at yet; looked at
    /// once for all lanes that share it. Plain zeros, because fresh memory is zero and most of it is never touched.
    starts: Vec<Places>,
    insides: Vec<Places>,
}

impl Search<'_> {
    fn look(&mut self) {
        let nodes = walk(self.query, &self.index.lot_names, &self.index.alphabet, self.slips);
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
        for node in walk(self.query, &self.index.names, &self.index.alphabet, self.slips) {
            if self.whole(&node) {
                for place in self.index.names.places(node.range) {
                    self.lanes_named(&node, place);
                }
            }
        }
    }

    fn lanes_named(&mut self, node: &Node, place: SuffixPosition) {
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
            if self.found.lanes.wants(score) && self.visible.has(self.index.lot_of_lane[use_.lane as usize]) {
                self.found.lanes.offer(score, use_.lane);
            }
        }
    }

    /// Lanes for which the query runs from the lot's name into the lane's.
    fn lanes_after_lots(&mut self, nodes: &[Node]) {
        let best = if self.slips { Fit::SlippedStart } else { Fit::WholeLotThenLane };
        if !self.found.lanes.wants(Score::best_of(best)) {
            return;
        }
        let (exact, slipped) = self.tails();
        for node in nodes {
            let tails = if self.slips && !node.slipped { slipped } else { exact };
            let begun = node.at > 0 && node.at < self.query.len();
            // One letter says too little of a lot, unless nothing better is there.
            let vague = node.at < 2 && self.query.letter(0).is_some();
            if begun && tails >> node.at & 1 == 1 && !(vague && (self.slips || self.found.lanes.is_full())) {
                self.lanes_after(node);
            }
        }
    }

    /// The places from which the rest of the query fits any lane name at all, without and with a slip. Most rests fit
    /// none, which spares looking at the lots before them.
    fn tails(&mut self) -> (Places, Places) {
        let (index, query) = (self.index, self.query);
        if index.names.len() > FEW_NAMES {
            let fits = |from: &usize| reaches_end(query, &index.names, &index.alphabet, *from);
            let exact = (1..query.len()).filter(fits).fold(0, |places, from| places | 1 << from);
            return (exact, Places::MAX);
        }
        let (mut exact, mut slipped) = (0, 0);
        for name in 0..narrow(index.names.len()) {
            if self.slips {
                exact |= fits(query, index.names.string(name), &index.alphabet, false).inside;
                slipped |= self.fits_of(name).inside;
            } else {
                exact |= self.fits_of(name).inside;
            }
        }
        (exact, slipped)
    }

    fn lanes_after(&mut self, node: &Node) {
        for place in self.index.lot_names.places(node.range) {
            let lot = self.index.lot_of_name[place.string as usize];
            let score = Score::new(self.fit_after(node, place, true), node.initials, left_out(node, place));
            if self.visible.has(lot) && self.found.lanes.wants(score) {
                for lane in self.index.lanes_of(lot) {
                    for name in self.index.names_of_lane[lane as usize] {
                        self.lane_after(node, place, lane, name);
                    }
                }
            }
        }
    }

    fn lane_after(&mut self, node: &Node, place: SuffixPosition, lane: u32, name: u32) {
        let slips = self.slips && !node.slipped;
        if !self.query.could_match(node.at, self.index.names.sign(name), u32::from(slips)) {
            return;
        }
        // With the slip used up in the lot's name, the lane's must fit without one.
        let fits = if self.slips && node.slipped {
            fits(self.query, self.index.names.string(name), &self.index.alphabet, false)
        } else {
            self.fits_of(name)
        };
        let bit = 1 << node.at;
        if fits.inside & bit != 0 {
            let fit = self.fit_after(node, place, fits.start & bit != 0);
            let score = Score::new(fit, node.initials, left_out(node, place));
            self.found.lanes.offer(score, lane);
        }
    }

    /// How well a lane fits after a lot; `start`: from the beginning of its name.
    fn fit_after(&self, node: &Node, place: SuffixPosition, start: bool) -> Fit {
        match (self.slips, start, place.offset) {
            (true, true, 0 | 1) => Fit::SlippedStart,
            (true, ..) => Fit::SlippedInside,
            (_, false, _) => Fit::Loose,
            (.., 0) if place.len == node.depth => Fit::WholeLotThenLane,
            (.., 0) => Fit::LotStartThenLane,
            _ => Fit::LotInsideThenLane,
        }
    }

    fn fits_of(&mut self, name: u32) -> Fits {
        let at = name as usize;
        if self.insides[at] == 0 {
            let name = self.index.names.string(name);
            let fits = fits(self.query, name, &self.index.alphabet, self.slips);
            (self.starts[at], self.insides[at]) = (fits.start, fits.inside);
        }
        Fits { start: self.starts[at], inside: self.insides[at] }
    }
}

/// Characters of the lot's name that the query passed over.
fn left_out(node: &Node, place: SuffixPosition) -> u32 {
    place.len - node.depth + place.offset
}

fn lot_fit(node: &Node, place: SuffixPosition) -> Fit {
    match (node.slipped, place.offset, place.len == node.depth) {
        (true, 0 | 1, _) => Fit::SlippedStart,
        (true, ..) => Fit::SlippedInside,
        (_, 0, true) => Fit::WholeLot,
        (_, 0, _) => Fit::LotStart,
        _ => Fit::Inside,
    }
}
