//! Vehicles at lanes and inside (R15, R18, R37): reads, orders, passages, stays and payments.

use super::{Case, CaseState, FEE, Model, Wrong, lane_id};
use crate::history::{
    act::{Act, ENTRY},
    field::Done,
};
use lanedesk_domain::{ids::CaseId, time::Timestamp};

/// A camera that tells one passage twice does so within this time, ms.
const SAME_PASSAGE_MS: i64 = 120_000;
/// The vehicle that has a pass.
const WITH_PASS: usize = 0;

/// A read that is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its number in this history.
    read: u32,
    pub(super) plate: Option<usize>,
}

/// An order that was carried out, with the vehicle it was for.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    case: CaseId,
    at: Timestamp,
    seen: Option<Seen>,
    plate: Option<usize>,
    /// The stay it ends at an exit.
    stay: Option<u32>,
}

/// A vehicle's time inside.
#[derive(Clone, Debug)]
pub(super) struct Stay {
    id: u32,
    entered_at: Timestamp,
    lane: usize,
    paid: i64,
}

impl Model {
    pub(super) fn paid_on_page(&self, lane: usize, plate: usize) -> Option<i64> {
        let stay = self.inside.get(&plate).filter(|_| lane != ENTRY);
        stay.map(|stay| stay.paid)
    }

    pub(super) fn read(&mut self, lane: usize, plate: Option<usize>, let_in: bool) {
        self.counted += 1;
        let seen = Seen { read: self.counted, plate };
        let settled = self.settle_by_read(lane, plate, let_in);
        let own = |opening: &Opening| {
            let known = [opening.plate, opening.seen.and_then(|seen| seen.plate)];
            plate.is_some() && known.contains(&plate)
        };
        if let_in && !settled.iter().any(own) {
            self.let_in(lane, plate);
        }
        self.lanes[lane].seen = Some(seen).filter(|_| !let_in);
        if let (true, Some(plate)) = (let_in, plate) {
            self.lanes[lane].let_in.push((plate, self.now));
        }
        self.take_into_case(lane, seen, &settled);
    }

    /// What passed before this vehicle came.
    fn settle_by_read(&mut self, lane: usize, plate: Option<usize>, let_in: bool) -> Vec<Opening> {
        let now = self.now;
        let another = |opening: &Opening| {
            let known = [opening.plate, opening.seen.and_then(|seen| seen.plate)];
            plate.is_some() && !known.contains(&plate)
        };
        self.settle(lane, |opening| now > opening.at && (let_in || another(opening)))
    }

    fn settle(&mut self, lane: usize, passed: impl Fn(&Opening) -> bool) -> Vec<Opening> {
        let pending = std::mem::take(&mut self.lanes[lane].pending);
        let (settled, waiting): (Vec<_>, Vec<_>) = pending.into_iter().partition(passed);
        self.lanes[lane].pending = waiting;
        for opening in &settled {
            self.goes_through(lane, opening);
        }
        settled
    }

    fn goes_through(&mut self, lane: usize, opening: &Opening) {
        if lane == ENTRY {
            if let Some(plate) = opening.plate {
                self.enters(plate, opening.at, lane);
            }
        } else {
            let known = opening.stay.map(|id| self.inside.iter().find(|(_, stay)| stay.id == id));
            let left = match known {
                Some(inside) => inside.map(|(plate, _)| *plate),
                None => opening.plate,
            };
            left.and_then(|plate| self.inside.remove(&plate));
        }
        let here = &mut self.lanes[lane].seen;
        if here.map(|seen| seen.read) == opening.seen.map(|seen| seen.read) {
            *here = None;
        }
    }

    fn enters(&mut self, plate: usize, at: Timestamp, lane: usize) {
        self.counted += 1;
        let stay = Stay { id: self.counted, entered_at: at, lane, paid: 0 };
        self.inside.insert(plate, stay);
    }

    /// The camera raised the arm by itself: told twice, it is one passage.
    fn let_in(&mut self, lane: usize, plate: Option<usize>) {
        let Some(plate) = plate else { return };
        let just = |stay: &Stay| stay.lane == lane && self.now.since(stay.entered_at).abs() <= SAME_PASSAGE_MS;
        if !self.inside.get(&plate).is_some_and(just) {
            self.enters(plate, self.now, lane);
        }
    }

    /// The lane's open case goes on with the vehicle read, unless a person set the one it has, which has not passed.
    fn take_into_case(&mut self, lane: usize, seen: Seen, settled: &[Opening]) {
        let open = |case: &&mut Case| case.lane == lane && case.state == CaseState::Open;
        let held = self.leases.holder(&lane_id(lane), self.now).map(|held| held.case.clone());
        let Some(id) = held else { return };
        let gone = settled.iter().any(|opening| opening.case == id);
        if let Some(case) = self.cases.get_mut(&id).filter(open)
            && (gone || !case.corrected)
        {
            (case.seen, case.plate, case.corrected) = (Some(seen), seen.plate, false);
        }
    }

    pub(super) fn correct(&mut self, done: &Done, who: usize, plate: usize, beside: &[Done]) -> Result<(), Wrong> {
        let known = done.known()?;
        if self.blind(who) {
            return done.refuses(404, "not_found");
        }
        if done.meets_move(beside) {
            return Ok(());
        }
        if self.held_case(who, known).is_none() {
            return done.refuses(409, "lease_lost");
        }
        done.is(200)?;
        let case = self.cases.get_mut(&known.case).ok_or("a known case was begun")?;
        (case.plate, case.corrected) = (Some(plate), true);
        Ok(())
    }

    pub(super) fn open(&mut self, done: &Done, who: usize, beside: &[Done]) -> Result<(), Wrong> {
        let known = done.known()?.clone();
        let order = done.with.order.ok_or("sent without an order")?;
        let result = done.body["order"]["result"].as_str().unwrap_or_default();
        if self.orders.contains(&order) {
            return done.is(200);
        }
        if self.blind(who) {
            return done.refuses(404, "not_found");
        }
        if done.waits_for_order(beside) || done.meets_move(beside) {
            return Ok(());
        }
        let Some(case) = self.held_case(who, &known).cloned() else {
            return done.refuses(409, "lease_lost");
        };
        if !self.offers_opening(&case) {
            return done.refuses(409, "not_offered");
        }
        done.is(200)?;
        self.orders.insert(order);
        if !["accepted", "opened", "unknown"].contains(&result) {
            // Taken, but its lane went to somebody else before it was sent.
            let lost = beside.iter().any(|other| may_take_lane(other.act));
            return if lost { Ok(()) } else { Err(Wrong(format!("an order {result} for no reason"))) };
        }
        let stay = case.plate.and_then(|plate| self.inside.get(&plate)).map(|stay| stay.id);
        let opening = Opening { case: known.case.clone(), at: self.now, seen: case.seen, plate: case.plate, stay };
        self.lanes[case.lane].pending.push(opening);
        self.carried_out[case.lane] += 1;
        let case_now = self.cases.get_mut(&known.case).ok_or("a known case was begun")?;
        case_now.opened.insert(case.lane);
        Ok(())
    }

    fn offers_opening(&self, case: &Case) -> bool {
        match case.plate {
            None => false,
            Some(WITH_PASS) => true,
            Some(_) if case.lane == ENTRY => true,
            Some(plate) => self.inside.get(&plate).is_some_and(|stay| stay.paid >= FEE),
        }
    }

    pub(super) fn passed(&mut self, done: &Done, who: usize, beside: &[Done]) -> Result<(), Wrong> {
        let known = done.known()?.clone();
        if self.blind(who) {
            return done.refuses(404, "not_found");
        }
        if done.waits_for_order(beside) || done.meets_move(beside) {
            return Ok(());
        }
        let Some(case) = self.held_case(who, &known) else {
            return done.refuses(409, "lease_lost");
        };
        let (lane, plate, since) = (case.lane, case.plate, case.opened_at);
        let let_in = |(through, at): &&(usize, Timestamp)| Some(*through) == plate && *at >= since;
        let seen = case.opened.contains(&lane) || self.lanes[lane].let_in.iter().any(|passage| let_in(&passage));
        if !seen {
            return done.refuses(409, "not_offered");
        }
        done.is(200)?;
        self.settle(lane, |opening| opening.case == known.case);
        Ok(())
    }

    pub(super) fn pay(&mut self, plate: usize, fen: i64) {
        if let Some(stay) = self.inside.get_mut(&plate) {
            stay.paid += fen;
        }
    }
}

/// Whether an act may end somebody else's lease, or one's own.
fn may_take_lane(act: Act) -> bool {
    matches!(
        act,
        Act::Claim { .. }
            | Act::TakeOver { .. }
            | Act::HandOver { .. }
            | Act::Move { .. }
            | Act::Take { .. }
            | Act::Close { .. }
            | Act::Reach { .. }
    )
}
