//! A lot with one hub or two, where the acts of a history are sent for what they are: requests over sockets.

use super::{
    act::{AGENTS, Act, CHIEF, ENTRY, GUARD, LANES, PEOPLE, Sent},
    model::{Page, case_of, lane_id},
    site::{CALLER, site},
};
use crate::harness::{Answer, Database, Engine, Person, Stream, World, wait_for};
use lanedesk_domain::{barrier::BarrierState, ids::CaseId, lease::WARNING_MS, order::BarrierAction, time::Timestamp};
use lanedesk_hub::serve::RunningHub;
use lotsim::{Config, LaneConfig, Lotsim};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Records and hubs a history runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setup {
    Sqlite,
    Postgres,
    /// Two hubs on one PostgreSQL.
    TwoHubs,
}

/// A lane somebody was given: what they send with what they do there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) case: CaseId,
    pub(super) fence: i64,
}

/// What an act named besides itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct With {
    /// Tells acts apart.
    pub(super) number: u32,
    pub(super) known: Option<Known>,
    pub(super) order: Option<Uuid>,
    /// A call's number in this history.
    pub(super) call: Option<u32>,
    /// A name's number in this history.
    pub(super) name: Option<u32>,
}

/// An act with its answer.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) act: Act,
    pub(super) with: With,
    pub(super) status: u16,
    pub(super) body: Value,
}

/// Cases, orders and calls.
pub(super) struct Named {
    pub(super) cases: BTreeSet<CaseId>,
    pub(super) orders: BTreeSet<Uuid>,
    pub(super) calls: BTreeSet<u32>,
}

/// A driver's call.
#[derive(Clone, Debug)]
struct Call {
    /// As the hub names it, once known.
    id: Option<String>,
    heard_at: Timestamp,
    over: bool,
}

/// The lot, everybody in it, and what they know.
pub(super) struct Field {
    world: World,
    second: Option<RunningHub>,
    pub(super) people: Vec<Person>,
    pub(super) admin: Person,
    /// The agents' streams, read to their end: a seat is freed without one.
    streams: Vec<JoinHandle<()>>,
    known: Vec<Option<Known>>,
    orders: Vec<Option<(Uuid, Known)>>,
    calls: BTreeMap<u32, Call>,
    /// Numbers of events, calls and names.
    counted: u32,
}

impl Drop for Field {
    fn drop(&mut self) {
        self.streams.iter().for_each(JoinHandle::abort);
    }
}

/// A call of which nothing is heard for an hour counts as over; here each is ended before.
const CALL_MS: i64 = 40 * 60_000;

impl Field {
    pub(super) async fn open(setup: Setup) -> Self {
        let engine = if setup == Setup::Sqlite { Engine::Sqlite } else { Engine::Postgres };
        let codes: Vec<String> = (0..LANES).map(|lane| lane_id(lane).to_string()).collect();
        let lot = Lotsim::start(Config::of(codes.iter().map(|code| LaneConfig::quick(code)))).await.unwrap();
        let text = site(&lot);
        let world = World::of(Database::new(engine).await, &text, lot).await;
        // Somebody holds the entry's arm up: its camera may say that it lets vehicles in.
        world.lot.lane(&codes[ENTRY]).press(BarrierAction::Open);
        let second = match setup {
            Setup::TwoHubs => Some(world.second().await),
            Setup::Sqlite | Setup::Postgres => None,
        };
        let mut people = Vec::new();
        for name in PEOPLE {
            people.push(world.person(name).await);
        }
        let admin = world.person("admin").await;
        let mut field = Self {
            known: vec![None; people.len()],
            orders: vec![None; people.len()],
            people,
            admin,
            world,
            second,
            streams: Vec::new(),
            calls: BTreeMap::new(),
            counted: 0,
        };
        field.sit().await;
        field.entry_stands_open().await;
        field
    }

    async fn sit(&mut self) {
        for (number, who) in AGENTS.into_iter().enumerate() {
            let (person, number) = (&self.people[who], json!({"number": format!("800{number}")}));
            let mut stream = Stream::open(person, None).await;
            self.streams.push(tokio::spawn(async move { while stream.next().await.is_some() {} }));
            person.call(Method::PUT, "/api/seat", Some(&number)).await.ok();
        }
    }

    async fn entry_stands_open(&self) {
        let mut hubs = vec![self.world.hub()];
        hubs.extend(&self.second);
        for hub in hubs {
            let lane = lane_id(ENTRY);
            hub.hub.runtime().attend(&lane);
            wait_for("the entry's arm to be seen up", async || {
                let state = hub.hub.runtime().barrier_now(&lane).state;
                (state == BarrierState::Open).then_some(())
            })
            .await;
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.world.now()
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.world.advance(Duration::from_secs(seconds));
    }

    /// Ids of everybody, in the order of [`PEOPLE`].
    pub(super) fn ids(&self) -> Vec<String> {
        self.people.iter().map(|person| person.id.clone()).collect()
    }

    /// What somebody may still name.
    pub(super) fn named(&self) -> Named {
        let orders = self.orders.iter().flatten();
        let known = self.known.iter().flatten();
        let known = known.chain(orders.clone().map(|(_, known)| known));
        Named {
            cases: known.map(|known| known.case.clone()).collect(),
            orders: orders.map(|(order, _)| *order).collect(),
            calls: self.calls.keys().copied().collect(),
        }
    }

    /// Calls that would fall silent when the clock goes on so far.
    pub(super) fn silent_after(&self, seconds: u64) -> Vec<u32> {
        let then = self.now().plus_ms(i64::try_from(seconds).unwrap() * 1_000);
        let silent = |call: &Call| !call.over && then.since(call.heard_at) > CALL_MS - WARNING_MS;
        self.calls.iter().filter(|(_, call)| silent(call)).map(|(number, _)| *number).collect()
    }

    /// Ends one call.
    pub(super) async fn hang_up(&mut self, number: u32) -> Done {
        self.counted += 1;
        let with = With { number: self.counted, call: Some(number), ..With::default() };
        let answer = self.ring(&self.address(0), &with, "call.ended", None).await;
        self.learn(done(Act::HangUp, with, answer))
    }

    /// Sends everything at once. What nobody knows enough for is not sent.
    pub(super) async fn send(&mut self, acts: &[Sent]) -> Vec<Done> {
        let mut ready = Vec::new();
        for sent in acts {
            self.counted += 1;
            let number = self.counted;
            let with = self.with(sent.act).map(|with| With { number, ..with });
            ready.extend(with.map(|with| (*sent, with)));
        }
        let sending = ready.into_iter().map(|(sent, with)| {
            let field = &*self;
            async move {
                tokio::time::sleep(Duration::from_micros(sent.micros)).await;
                let answer = field.ask(sent, &with).await;
                done(sent.act, with, answer)
            }
        });
        let answered = futures::future::join_all(sending).await;
        let answered = answered.into_iter().map(|done| self.learn(done)).collect();
        self.find_calls().await;
        // Only the newest is named after its end.
        let newest = self.calls.keys().next_back().copied();
        self.calls.retain(|number, call| !call.over || Some(*number) == newest);
        answered
    }

    fn with(&self, act: Act) -> Option<With> {
        let known = |who: usize| self.known[who].clone().map(|known| With { known: Some(known), ..With::default() });
        match act {
            Act::HandOver { who, .. }
            | Act::Move { who, .. }
            | Act::Close { who, .. }
            | Act::Correct { who, .. }
            | Act::Passed { who } => known(who),
            Act::Open { who } => known(who).map(|with| With { order: Some(Uuid::now_v7()), ..with }),
            Act::OpenAgain { who } => {
                let (order, known) = self.orders[who].clone()?;
                Some(With { known: Some(known), order: Some(order), ..With::default() })
            }
            Act::Ring { .. } => Some(With { call: Some(self.counted), ..With::default() }),
            Act::Rename { .. } => Some(With { name: Some(self.counted), ..With::default() }),
            Act::Take { .. } => {
                let (number, _) = self.calls.iter().rfind(|(_, call)| call.id.is_some())?;
                Some(With { call: Some(*number), ..With::default() })
            }
            Act::HangUp => {
                let (number, _) = self.calls.last_key_value()?;
                Some(With { call: Some(*number), ..With::default() })
            }
            _ => Some(With::default()),
        }
    }

    /// What everybody knows afterwards.
    fn learn(&mut self, done: Done) -> Done {
        let now = self.now();
        let claimed = || Some(Known { case: case_of(&done.body)?, fence: done.body["lease"]["fence"].as_i64()? });
        match done.act {
            Act::Claim { who, .. } | Act::Move { who, .. } | Act::Take { who } => {
                self.known[who] = claimed().or(self.known[who].take());
            }
            Act::TakeOver { .. } => {
                let who = CHIEF;
                self.known[who] = claimed().or(self.known[who].take());
            }
            Act::Open { who } => self.orders[who] = done.with.order.zip(done.with.known.clone()),
            Act::Ring { .. } => {
                let call = Call { id: None, heard_at: now, over: false };
                self.calls.extend(done.with.call.map(|number| (number, call)));
            }
            Act::HangUp => {
                let ended = done.with.call.and_then(|number| self.calls.get_mut(&number));
                if let Some(call) = ended {
                    call.over = true;
                }
            }
            _ => {}
        }
        done
    }

    /// The hub's names of calls nobody has taken yet.
    async fn find_calls(&mut self) {
        if self.calls.values().all(|call| call.id.is_some()) {
            return;
        }
        let agent = &self.people[AGENTS[0]];
        let waiting = agent.get("/api/calls?state=waiting&limit=500").await.ok();
        for call in waiting["items"].as_array().unwrap() {
            let number = call["caller"].as_str().and_then(|caller| caller.strip_prefix(CALLER)?.parse().ok());
            let known = number.and_then(|number: u32| self.calls.get_mut(&number));
            if let Some(known) = known {
                known.id = call["id"].as_str().map(str::to_owned);
            }
        }
    }

    /// As the hub names a call.
    pub(super) fn name_of_call(&self, number: u32) -> Option<String> {
        self.calls.get(&number)?.id.clone()
    }

    /// Where one of the hubs is.
    pub(super) fn address(&self, hub: usize) -> String {
        match &self.second {
            Some(second) if hub % 2 == 1 => format!("http://{}", second.addr),
            _ => self.world.address(),
        }
    }

    /// The page of every lane, at one of the hubs.
    pub(super) async fn pages(&self, hub: usize) -> Vec<Page> {
        let chief = self.people[CHIEF].at(&self.address(hub));
        let mut pages = Vec::new();
        for lane in 0..LANES {
            pages.push(Page::of(&chief.view(lane_id(lane).as_str()).await));
        }
        pages
    }

    /// Orders that reached each lane's barrier.
    pub(super) fn reached(&self) -> Vec<usize> {
        (0..LANES).map(|lane| self.world.reached(lane_id(lane).as_str())).collect()
    }

    /// Whether what was changed in the site is so at every hub.
    pub(super) async fn knows(&self, names: &[String], guard: bool) -> bool {
        let mut hubs = vec![self.world.hub()];
        hubs.extend(&self.second);
        for (at, hub) in hubs.into_iter().enumerate() {
            let directory = hub.hub.directory();
            let renamed = (0..LANES).all(|lane| directory.lanes[&lane_id(lane)].name == names[lane]);
            let guard_now = self.people[GUARD].at(&self.address(at));
            let sees = guard_now.get(&format!("/api/lanes/{}", lane_id(ENTRY))).await.status == 200;
            if !renamed || sees != guard {
                return false;
            }
        }
        true
    }

    pub(super) async fn close(mut self) {
        if let Some(second) = self.second.take() {
            second.stop().await;
        }
        self.world.stop().await;
    }
}

fn done(act: Act, with: With, answer: Answer) -> Done {
    Done { act, with, status: answer.status.as_u16(), body: answer.body }
}
