//! What a lot must answer, one act after the other: leases by `domain::lease`, and beside them the vehicles, stays, calls
//! and names that the acts of a history touch.

mod calls;
mod vehicles;

use super::{
    act::{Act, CHIEF, GUARD, LANES, PEOPLE, PLATES},
    field::{Done, Known, Named},
};
use lanedesk_domain::{
    ids::{CaseId, Fence, LaneId, PersonId},
    lease::{CloseFacts, End, Lease, LeaseAcquired, LeaseError, Leases},
    time::Timestamp,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use calls::Call;
use vehicles::{Opening, Seen, Stay};

/// What a stay without a pass costs, in fen, however long it is.
pub(super) const FEE: i64 = 900;
/// How long a claim lasts, in minutes.
const LOCK_MINUTES: i64 = 10;

/// Reads and stays that one act may bring.
const NAMED_BY_ONE: u32 = 100;

/// One page as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    name: String,
    /// Who, since when, until when.
    held: Option<(String, Timestamp, Option<Timestamp>)>,
    case: Option<CaseId>,
    plate: Option<String>,
    /// What was paid for the stay shown, where one is to be paid.
    paid: Option<i64>,
}

impl Page {
    /// As a hub shows it.
    pub(super) fn of(view: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let lease = &view["lease"];
        let held = text(&lease["holder"]["id"]).map(|who| {
            let since = time(&lease["acquired_at"]).expect("a lease has a beginning");
            (who, since, time(&lease["expires_at"]))
        });
        Self {
            name: text(&view["lane"]["name"]).unwrap_or_default(),
            held,
            case: view["case"]["id"].as_str().and_then(|id| id.parse().ok()),
            plate: text(&view["vehicle"]["plate"]).map(|plate| plate.replace('·', "")),
            paid: view["payment"]["paid_fen"].as_i64(),
        }
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plate = self.plate.as_deref().unwrap_or("no plate");
        write!(f, "{} with {plate}", self.name)?;
        if let Some(paid) = self.paid {
            write!(f, " paid {paid}")?;
        }
        let Some((who, since, until)) = &self.held else {
            return f.write_str(", free");
        };
        let until = until.map_or("its call ends".to_owned(), |until| until.to_string());
        let case = self.case.as_ref().map_or("", CaseId::as_str);
        write!(f, ", held by {who} since {since} until {until} as {case}")
    }
}

#[derive(Clone, Debug)]
struct Lane {
    /// The vehicle that stands there by its camera's word.
    seen: Option<Seen>,
    /// Openings whose vehicle was not seen to pass yet, oldest first.
    pending: Vec<Opening>,
    /// Vehicles its camera let through by itself.
    let_in: Vec<(usize, Timestamp)>,
    /// Its name's number.
    name: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum CaseState {
    Open,
    Closed,
    /// Its lease ended otherwise.
    Over,
}

#[derive(Clone, Debug)]
struct Case {
    lane: usize,
    state: CaseState,
    opened_at: Timestamp,
    seen: Option<Seen>,
    /// In force: read, or set by a person.
    plate: Option<usize>,
    corrected: bool,
    /// Lanes an order of it was carried out at.
    opened: BTreeSet<usize>,
}

/// Everything a lot is, to those who look at it from outside.
#[derive(Clone, Debug)]
pub(super) struct Model {
    now: Timestamp,
    ids: Vec<String>,
    leases: Leases,
    lanes: Vec<Lane>,
    cases: BTreeMap<CaseId, Case>,
    /// Vehicles inside, by plate.
    inside: BTreeMap<usize, Stay>,
    calls: BTreeMap<u32, Call>,
    /// Orders that were taken.
    orders: BTreeSet<Uuid>,
    /// Orders carried out, by lane.
    carried_out: Vec<usize>,
    /// Whether the guard may work in the lot.
    guard: bool,
    /// The newest number of a read or a stay. They follow from the act, so that lots which differ in nothing but the order
    /// of two acts are one.
    counted: u32,
}

/// Why an answer or a page cannot have come where it stands.
#[derive(Clone, Debug)]
pub(super) struct Wrong(pub(super) String);

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Wrong {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl From<LeaseError> for Wrong {
    fn from(error: LeaseError) -> Self {
        Self(format!("{error} in the model"))
    }
}

impl Model {
    pub(super) fn new(ids: Vec<String>, now: Timestamp) -> Self {
        let lane = Lane { seen: None, pending: Vec::new(), let_in: Vec::new(), name: 0 };
        Self {
            now,
            ids,
            leases: Leases::new(LOCK_MINUTES),
            lanes: vec![lane; LANES],
            cases: BTreeMap::new(),
            inside: BTreeMap::new(),
            calls: BTreeMap::new(),
            orders: BTreeSet::new(),
            carried_out: vec![0; LANES],
            guard: true,
            counted: 0,
        }
    }

    /// The clock goes on; leases whose time is over end.
    pub(super) fn until(&mut self, now: Timestamp) {
        self.now = now;
        for ended in self.leases.expire(now) {
            self.over(&ended.lease.case);
        }
    }

    /// Forgets what no act and no page will name again: a model is copied for each order that is tried.
    pub(super) fn forget(&mut self, named: &Named) {
        self.cases.retain(|id, case| case.state == CaseState::Open || named.cases.contains(id));
        self.calls.retain(|number, _| named.calls.contains(number));
        self.orders.retain(|order| named.orders.contains(order));
        let oldest = self.cases.values().map(|case| case.opened_at).min().unwrap_or(self.now);
        for lane in &mut self.lanes {
            lane.let_in.retain(|(_, at)| *at >= oldest);
        }
    }

    /// Names of the lanes and the guard's rights: what every hub must know before the next round.
    pub(super) fn site(&self) -> (Vec<String>, bool) {
        (self.lanes.iter().map(|lane| named(lane.name)).collect(), self.guard)
    }

    /// Orders carried out, by lane.
    pub(super) fn carried_out(&self) -> &[usize] {
        &self.carried_out
    }

    /// The pages as they must be.
    pub(super) fn pages(&self) -> Vec<Page> {
        (0..LANES).map(|lane| self.page(lane)).collect()
    }

    fn page(&self, at: usize) -> Page {
        let lane = &self.lanes[at];
        let lease = self.leases.holder(&lane_id(at), self.now);
        let case = lease.map(|lease| &self.cases[&lease.case]);
        let plate = case.map_or(lane.seen.and_then(|seen| seen.plate), |case| case.plate);
        Page {
            name: named(lane.name),
            held: lease.map(|lease| (lease.person.to_string(), lease.acquired_at, lease.expires_at)),
            case: lease.map(|lease| lease.case.clone()),
            plate: plate.map(|plate| PLATES[plate].to_owned()),
            paid: plate.and_then(|plate| self.paid_on_page(at, plate)),
        }
    }

    /// One act with its answer; wrong where the lot, being as it is, would not have answered so. `beside` are the acts that
    /// were under way at the same time.
    pub(super) fn take(&mut self, done: &Done, beside: &[Done]) -> Result<(), Wrong> {
        self.counted = done.with.number * NAMED_BY_ONE;
        match done.act {
            Act::Read { lane, plate } => done.is(200).map(|()| self.read(lane, plate, false)),
            Act::LetIn { plate } => done.is(200).map(|()| self.read(super::act::ENTRY, Some(plate), true)),
            Act::Claim { who, lane } => self.claim(done, who, lane),
            Act::TakeOver { lane } => self.take_over(done, lane),
            Act::HandOver { who, to } => self.hand_over(done, who, to),
            Act::Move { who, lane } => self.move_to(done, who, lane, beside),
            Act::Close { who, during_call } => self.close(done, who, during_call, beside),
            Act::Correct { who, plate } => self.correct(done, who, plate, beside),
            Act::Open { who } | Act::OpenAgain { who } => self.open(done, who, beside),
            Act::Passed { who } => self.passed(done, who, beside),
            Act::Pay { plate, fen } => done.is(200).map(|()| self.pay(plate, fen)),
            Act::Ring { lane } => done.is(200).map(|()| self.ring(done, lane)),
            Act::Take { who } => self.take_call(done, who),
            Act::HangUp => done.is(200).map(|()| self.hang_up(done)),
            Act::Reach { given } => self.reach(done, given, beside),
            Act::Rename { lane } => self.rename(done, lane, beside),
        }
    }

    fn person(&self, who: usize) -> PersonId {
        self.ids[who].parse().expect("a person's id")
    }

    /// The guard without rights sees nothing of the lot.
    fn blind(&self, who: usize) -> bool {
        who == GUARD && !self.guard
    }

    /// The case's lease ended without its being closed.
    fn over(&mut self, case: &CaseId) {
        if let Some(case) = self.cases.get_mut(case).filter(|case| case.state == CaseState::Open) {
            case.state = CaseState::Over;
        }
    }

    fn claim(&mut self, done: &Done, who: usize, lane: usize) -> Result<(), Wrong> {
        if self.blind(who) {
            return done.refuses(404, "not_found");
        }
        let new = case_of(&done.body).unwrap_or_else(nobodys_case);
        let mut leases = self.leases.clone();
        match leases.claim(&self.person(who), &lane_id(lane), new, self.now) {
            Ok(gained) => self.gain(done, leases, gained, who),
            Err(error) => Self::refused_claim(done, error),
        }
    }

    fn take_over(&mut self, done: &Done, lane: usize) -> Result<(), Wrong> {
        let (chief, at) = (self.person(CHIEF), lane_id(lane));
        let held = self.leases.holder(&at, self.now).cloned();
        let from = held.filter(|held| held.person != chief);
        let mut leases = self.leases.clone();
        let work = from.as_ref().map(|held| held.case.clone()).or_else(|| case_of(&done.body));
        let taken = leases.take_over(&chief, &at, work.unwrap_or_else(nobodys_case), self.now);
        match (taken, from) {
            (Ok(gained), None) => self.gain(done, leases, gained, CHIEF),
            (Ok(gained), Some(held)) => {
                if held.in_call() && self.talks_elsewhere(CHIEF, &held.case) {
                    return done.refuses(409, "call_live");
                }
                self.gain_as_it_is(done, leases, &gained)?;
                self.call_goes_to(&held.case, CHIEF, lane);
                Ok(())
            }
            (Err(error), _) => Self::refused_claim(done, error),
        }
    }

    fn hand_over(&mut self, done: &Done, who: usize, to: usize) -> Result<(), Wrong> {
        let known = done.known()?;
        if self.blind(who) {
            return done.refuses(404, "not_found");
        }
        let (from, receiver) = (self.person(who), self.person(to));
        let Some(held) = self.lease_of(who, known) else {
            return done.refuses(409, "lease_lost");
        };
        let talks = held.in_call() && self.call_of(to).is_some();
        if to == who || self.blind(to) || talks {
            return done.refuses(422, "invalid");
        }
        let mut leases = self.leases.clone();
        match leases.hand_over(&from, &held.lane, &receiver, held.case.clone(), self.now) {
            Ok(gained) => {
                done.is(204)?;
                self.leave(&gained);
                self.leases = leases;
                self.call_goes_to(&held.case, to, lane_number(&held.lane));
                Ok(())
            }
            Err(LeaseError::ReceiverBusy { .. }) => done.refuses(422, "invalid"),
            Err(error) => Err(Wrong(format!("handing over: {error}"))),
        }
    }

    fn move_to(&mut self, done: &Done, who: usize, lane: usize, beside: &[Done]) -> Result<(), Wrong> {
        let known = done.known()?;
        if self.blind(who) {
            return done.refuses(404, "not_found");
        }
        if done.waits_for_order(beside) {
            return Ok(());
        }
        let Some(held) = self.lease_of(who, known) else {
            return done.refuses(409, "lease_lost");
        };
        let mut leases = self.leases.clone();
        let from = (&held.lane, Fence(known.fence));
        match leases.move_to(&self.person(who), from, &lane_id(lane), false, self.now) {
            Ok(gained) => {
                self.gain_as_it_is(done, leases, &gained)?;
                self.call_goes_to(&held.case, who, lane);
                let seen = self.lanes[lane].seen;
                let case = self.cases.get_mut(&held.case).expect("a held case is known");
                (case.lane, case.seen) = (lane, seen);
                if !case.corrected {
                    case.plate = seen.and_then(|seen| seen.plate);
                }
                Ok(())
            }
            Err(LeaseError::SameLane) => done.refuses(422, "invalid"),
            Err(error) => Self::refused_claim(done, error),
        }
    }

    fn close(&mut self, done: &Done, who: usize, during_call: bool, beside: &[Done]) -> Result<(), Wrong> {
        let known = done.known()?;
        if self.blind(who) {
            return done.refuses(404, "not_found");
        }
        if done.waits_for_order(beside) {
            return Ok(());
        }
        let case = self.cases.get_mut(&known.case).expect("a known case was begun");
        if case.state == CaseState::Closed {
            return done.refuses(409, "case_closed");
        }
        let closing = CloseFacts { order_in_flight: false, during_call };
        let person: PersonId = self.ids[who].parse().expect("a person's id");
        match self.leases.close(&person, &known.case, closing, self.now) {
            Ok(_) => {
                case.state = CaseState::Closed;
                done.is(204)
            }
            Err(LeaseError::CallLive) => done.refuses(409, "call_live"),
            Err(_) => done.refuses(409, "lease_lost"),
        }
    }

    /// A claim that was granted: fence, times and case are the model's; a live call of this person is worked there.
    fn gain(&mut self, done: &Done, mut leases: Leases, gained: LeaseAcquired, who: usize) -> Result<(), Wrong> {
        let (lane, case) = (gained.lease.lane.clone(), gained.lease.case.clone());
        let call = self.call_of(who).filter(|_| !gained.lease.in_call());
        let mut gained = gained;
        if call.is_some() {
            leases.call_started(&self.person(who), &lane, self.now)?;
            gained.lease.expires_at = None;
        }
        let renewed = gained.renewed;
        self.gain_as_it_is(done, leases, &gained)?;
        if !renewed {
            self.begin(&case, lane_number(&lane))?;
        }
        if let Some(call) = call {
            self.work_call(call, &case, lane_number(&lane));
        }
        Ok(())
    }

    fn gain_as_it_is(&mut self, done: &Done, leases: Leases, gained: &LeaseAcquired) -> Result<(), Wrong> {
        if ![200, 201].contains(&done.status) {
            return Err(Wrong(format!("granted by the model: {:?}", gained.lease)));
        }
        let lease = &done.body["lease"];
        let told =
            (case_of(&done.body), lease["fence"].as_i64(), time(&lease["acquired_at"]), time(&lease["expires_at"]));
        let meant = &gained.lease;
        let meant = (Some(meant.case.clone()), Some(meant.fence.0), Some(meant.acquired_at), meant.expires_at);
        if told != meant {
            return Err(Wrong(format!("{meant:?} by the model")));
        }
        self.leave(gained);
        self.leases = leases;
        Ok(())
    }

    /// Cases that ended with a claim; one that goes on with somebody else did not.
    fn leave(&mut self, gained: &LeaseAcquired) {
        for ended in &gained.ended {
            if matches!(ended.why, End::Requeried | End::Expired) {
                self.over(&ended.lease.case);
            }
        }
    }

    fn begin(&mut self, case: &CaseId, lane: usize) -> Result<(), Wrong> {
        let seen = self.lanes[lane].seen;
        let new = Case {
            lane,
            state: CaseState::Open,
            opened_at: self.now,
            seen,
            plate: seen.and_then(|seen| seen.plate),
            corrected: false,
            opened: BTreeSet::new(),
        };
        match self.cases.insert(case.clone(), new) {
            None => Ok(()),
            Some(_) => Err("a new case has an id of its own".into()),
        }
    }

    fn refused_claim(done: &Done, error: LeaseError) -> Result<(), Wrong> {
        match error {
            LeaseError::Held { by, since } => {
                done.refuses(409, "lane_held")?;
                let told = (done.body["holder"]["id"].as_str(), time(&done.body["since"]));
                let meant = (Some(by.as_str()), Some(since));
                if told == meant { Ok(()) } else { Err(Wrong(format!("held by {meant:?} in the model"))) }
            }
            LeaseError::InCall { .. } => done.refuses(409, "call_live"),
            LeaseError::Lost => done.refuses(409, "lease_lost"),
            other => Err(other.into()),
        }
    }

    /// The lease under which this person works the case they know.
    fn lease_of(&self, who: usize, known: &Known) -> Option<Lease> {
        let held = self.leases.lane_of(&self.person(who), self.now);
        held.filter(|held| held.case == known.case).cloned()
    }

    /// The open case that this person holds under the fence they know.
    fn held_case(&self, who: usize, known: &Known) -> Option<&Case> {
        let case = self.cases.get(&known.case).filter(|case| case.state == CaseState::Open)?;
        let lease = self.leases.check(&self.person(who), &lane_id(case.lane), Fence(known.fence), self.now);
        lease.ok().filter(|lease| lease.case == known.case).map(|_| case)
    }

    fn reach(&mut self, done: &Done, given: bool, beside: &[Done]) -> Result<(), Wrong> {
        let meets = |other: &Done| matches!(other.act, Act::Reach { .. });
        if done.meets_another(beside, meets) {
            return Ok(());
        }
        done.is(200)?;
        self.guard = given;
        let guard = self.person(GUARD);
        if let Some(held) = self.leases.lane_of(&guard, self.now).filter(|_| !given).cloned() {
            let closing = CloseFacts { order_in_flight: false, during_call: true };
            self.leases.close(&guard, &held.case, closing, self.now)?;
            self.over(&held.case);
        }
        Ok(())
    }

    fn rename(&mut self, done: &Done, lane: usize, beside: &[Done]) -> Result<(), Wrong> {
        let meets = |other: &Done| matches!(other.act, Act::Rename { lane: there } if there == lane);
        if done.meets_another(beside, meets) {
            return Ok(());
        }
        done.is(200)?;
        self.lanes[lane].name = done.with.name.unwrap_or_default();
        Ok(())
    }
}

impl Done {
    fn is(&self, status: u16) -> Result<(), Wrong> {
        if self.status == status { Ok(()) } else { Err(Wrong(format!("{status} by the model"))) }
    }

    fn refuses(&self, status: u16, code: &str) -> Result<(), Wrong> {
        let told = (self.status, self.body["code"].as_str());
        if told == (status, Some(code)) { Ok(()) } else { Err(Wrong(format!("{status} {code} by the model"))) }
    }

    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    fn known(&self) -> Result<&Known, Wrong> {
        self.with.known.as_ref().ok_or_else(|| "sent without a case".into())
    }

    /// Refused because an order of the same case had no answer yet, which one beside it may explain.
    fn waits_for_order(&self, beside: &[Self]) -> bool {
        let case = self.with.known.as_ref().map(|known| &known.case);
        let order = |other: &Self| {
            matches!(other.act, Act::Open { .. } | Act::OpenAgain { .. })
                && other.with != self.with
                && other.with.known.as_ref().map(|known| &known.case) == case
        };
        self.code() == "order_in_flight" && beside.iter().any(order)
    }

    /// Refused because its case was about to go to another lane: the fence is the former one's, though the new one's may be
    /// the same number.
    fn meets_move(&self, beside: &[Self]) -> bool {
        let case = self.with.known.as_ref().map(|known| &known.case);
        let moves = |other: &Self| {
            matches!(other.act, Act::Move { .. }) && other.with.known.as_ref().map(|known| &known.case) == case
        };
        self.code() == "lease_lost" && beside.iter().any(moves)
    }

    /// Refused because another change of the same row was quicker.
    fn meets_another(&self, beside: &[Self], same: impl Fn(&Self) -> bool) -> bool {
        self.code() == "changed_meanwhile" && beside.iter().filter(|other| same(other)).count() > 1
    }
}

impl std::fmt::Display for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.act)?;
        if let Some(known) = &self.with.known {
            write!(f, " in {} under {}", known.case, known.fence)?;
        }
        if let Some(call) = self.with.call {
            write!(f, " call {call}")?;
        }
        write!(f, " -> {}", self.status)?;
        match (self.code(), &self.body["lease"]) {
            ("", Value::Null) => Ok(()),
            ("", lease) => write!(f, " {:?} {lease}", case_of(&self.body)),
            (code, _) => write!(f, " {code} {}", self.body["holder"]["id"]),
        }
    }
}

pub(super) fn lane_id(lane: usize) -> LaneId {
    format!("H{lane}").parse().expect("a lane's id")
}

fn lane_number(lane: &LaneId) -> usize {
    lane.as_str()[1..].parse().expect("a lane of this lot")
}

/// A lane's name by its number.
pub(super) fn named(number: u32) -> String {
    format!("道口{number}")
}

/// The case of an answer that grants a lane.
pub(super) fn case_of(body: &Value) -> Option<CaseId> {
    body["case"]["id"].as_str()?.parse().ok()
}

/// Stands where an answer names no case; no granted one equals it.
fn nobodys_case() -> CaseId {
    "none".parse().expect("an id")
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// Everybody is told apart by the place of their name.
const _: () = assert!(PEOPLE.len() == CHIEF + 1);
