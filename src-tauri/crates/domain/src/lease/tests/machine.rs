//! The state machine against a small model that keeps nothing but a log of grants: random people, lanes, calls and
//! a clock that jumps both ways.

mod log;

use super::super::{CloseFacts, LeaseAcquired, LeaseError, Leases};
use crate::{
    ids::{CaseId, Fence, LaneId, PersonId},
    time::Timestamp,
};
use proptest::{prelude::*, test_runner::Config};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use log::{Came, Log};

const PEOPLE: usize = 4;
const LANES: usize = 3;
const LOCK_MINUTES: i64 = 10;
const LOCK_MS: i64 = LOCK_MINUTES * 60_000;

#[derive(Debug, Clone)]
enum Act {
    Claim {
        person: usize,
        lane: usize,
    },
    TakeOver {
        person: usize,
        lane: usize,
    },
    HandOver {
        from: usize,
        lane: usize,
        to: usize,
    },
    /// Closes the case of the newest grant of a lane, or of an older one: cases one no longer holds.
    Close {
        person: usize,
        lane: usize,
        back: usize,
        closing: CloseFacts,
    },
    /// With the fence in force, or with one that is `behind`.
    Move {
        person: usize,
        from: usize,
        behind: i64,
        to: usize,
        in_flight: bool,
    },
    CallStarts {
        person: usize,
        lane: usize,
    },
    CallEnds {
        lane: usize,
    },
    Expire,
    /// The clock jumps, forth or back.
    Clock {
        ms: i64,
    },
}

impl ReferenceStateMachine for Log {
    type State = Self;
    type Transition = Act;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: 1_800_000_000_000, ..Self::default() }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Act> {
        let (person, lane) = (0..PEOPLE, 0..LANES);
        let pair = (person.clone(), lane.clone());
        let closing = (prop::bool::weighted(0.1), any::<bool>())
            .prop_map(|(order_in_flight, during_call)| CloseFacts { order_in_flight, during_call });
        prop_oneof![
            8 => pair.clone().prop_map(|(person, lane)| Act::Claim { person, lane }),
            1 => pair.clone().prop_map(|(person, lane)| Act::TakeOver { person, lane }),
            2 => (person.clone(), lane.clone(), person.clone())
                .prop_map(|(from, lane, to)| Act::HandOver { from, lane, to }),
            3 => (person, lane.clone(), 0..2usize, closing)
                .prop_map(|(person, lane, back, closing)| Act::Close { person, lane, back, closing }),
            2 => (pair.clone(), 0..10i64, 0..LANES, prop::bool::weighted(0.1)).prop_map(
                |((person, from), behind, to, in_flight)| Act::Move {
                    person, from, behind: i64::from(behind == 0), to, in_flight,
                }
            ),
            2 => pair.prop_map(|(person, lane)| Act::CallStarts { person, lane }),
            2 => lane.prop_map(|lane| Act::CallEnds { lane }),
            1 => Just(Act::Expire),
            // Around the lock's own length, to the millisecond, and small steps; sometimes backwards.
            4 => prop_oneof![
                Just(LOCK_MS), Just(LOCK_MS - 1), Just(1), Just(-1), -LOCK_MS..LOCK_MS, 0..60_000i64, 0..3 * LOCK_MS
            ].prop_map(|ms| Act::Clock { ms }),
        ]
        .boxed()
    }

    fn apply(mut state: Self, act: &Act) -> Self {
        state.came = Some(state.act(act));
        state
    }
}

struct Real {
    leases: Leases,
    /// Fences seen so far: none may fall.
    fences: [i64; LANES],
    /// The model's case numbers are indexes into its log; this counts along.
    grants: usize,
    /// The newest two cases of each lane, newest last.
    cases: [Vec<CaseId>; LANES],
}

fn person(n: usize) -> PersonId {
    format!("p{n}").parse().unwrap()
}
fn lane(n: usize) -> LaneId {
    format!("l{n}").parse().unwrap()
}
fn case(n: usize) -> CaseId {
    format!("c{n}").parse().unwrap()
}
fn number(id: &str) -> usize {
    id[1..].parse().unwrap()
}

impl Real {
    fn gained(&mut self, gained: Result<LeaseAcquired, LeaseError>) -> Came {
        let gained = match gained {
            Ok(gained) => gained,
            Err(error) => return refused(error),
        };
        self.grants += 1;
        let lease = gained.lease;
        self.cases[number(lease.lane.as_str())].push(lease.case.clone());
        let mut ended: Vec<_> = gained.ended.iter().map(|e| (number(e.lease.lane.as_str()), e.why)).collect();
        ended.sort_unstable();
        Came::Gained {
            fence: lease.fence.0,
            case: number(lease.case.as_str()),
            since: lease.acquired_at.0,
            until: lease.expires_at.map(|t| t.0),
            renewed: gained.renewed,
            ended,
        }
    }

    fn act(&mut self, act: &Act, now: Timestamp) -> Came {
        let new = case(self.grants);
        match *act {
            Act::Claim { person: p, lane: l } => {
                let gained = self.leases.claim(&person(p), &lane(l), new, now);
                self.gained(gained)
            }
            Act::TakeOver { person: p, lane: l } => {
                let gained = self.leases.take_over(&person(p), &lane(l), new, now);
                self.gained(gained)
            }
            Act::HandOver { from, lane: l, to } => {
                let gained = self.leases.hand_over(&person(from), &lane(l), &person(to), new, now);
                self.gained(gained)
            }
            Act::Close { person: p, lane: l, back, closing } => {
                let named = self.cases[l].iter().rev().nth(back).cloned();
                let named = named.unwrap_or_else(|| "none".parse().unwrap());
                match self.leases.close(&person(p), &named, closing, now) {
                    Ok(ended) => Came::Ended(vec![(number(ended.lease.lane.as_str()), ended.why)]),
                    Err(error) => refused(error),
                }
            }
            Act::Move { person: p, from, behind, to, in_flight } => {
                let fence = Fence(self.leases.fence(&lane(from)).0 - behind);
                let held = (&lane(from), fence);
                let gained = self.leases.move_to(&person(p), held, &lane(to), in_flight, now);
                self.gained(gained)
            }
            Act::CallStarts { person: p, lane: l } => match self.leases.call_started(&person(p), &lane(l), now) {
                Ok(()) => Came::Fine,
                Err(error) => refused(error),
            },
            Act::CallEnds { lane: l } => {
                self.leases.call_ended(&lane(l), now);
                Came::Fine
            }
            Act::Expire => {
                let ended = self.leases.expire(now);
                let mut ended: Vec<_> = ended.iter().map(|e| (number(e.lease.lane.as_str()), e.why)).collect();
                ended.sort_unstable();
                Came::Ended(ended)
            }
            Act::Clock { .. } => Came::Fine,
        }
    }
}

fn refused(error: LeaseError) -> Came {
    match error {
        LeaseError::Held { by, since } => Came::Held { by: number(by.as_str()), since: since.0 },
        LeaseError::Lost => Came::Lost,
        LeaseError::InCall { lane } => Came::InCall(number(lane.as_str())),
        LeaseError::SameLane => Came::SameLane,
        LeaseError::CallLive => Came::CallLive,
        LeaseError::OrderInFlight => Came::InFlight,
        LeaseError::ReceiverBusy { lane } => Came::Busy(number(lane.as_str())),
    }
}

impl StateMachineTest for Real {
    type SystemUnderTest = Self;
    type Reference = Log;

    fn init_test(_: &Log) -> Self {
        Self { leases: Leases::new(LOCK_MINUTES), fences: [0; LANES], grants: 0, cases: Default::default() }
    }

    fn apply(mut real: Self, log: &Log, act: Act) -> Self {
        let came = real.act(&act, Timestamp(log.now));
        assert_eq!(Some(&came), log.came.as_ref(), "after {act:?}");
        for (n, seen) in real.fences.iter_mut().enumerate() {
            let fence = real.leases.fence(&lane(n)).0;
            assert!(fence >= *seen, "a fence never falls");
            *seen = fence;
        }
        real
    }

    fn check_invariants(real: &Self, log: &Log) {
        let now = Timestamp(log.now);
        for l in 0..LANES {
            let held = real.leases.holder(&lane(l), now);
            let expected = log.on(l).map(|i| &log.grants[i]);
            assert_eq!(held.map(|h| number(h.person.as_str())), expected.map(|g| g.person));
            assert_eq!(real.leases.fence(&lane(l)), Fence(log.fence(l)));
            for p in 0..PEOPLE {
                for fence in (log.fence(l) - 2)..=(log.fence(l) + 1) {
                    let passes = real.leases.check(&person(p), &lane(l), Fence(fence), now).is_ok();
                    let may = expected.is_some_and(|g| g.person == p) && fence == log.fence(l);
                    assert_eq!(passes, may, "R13: p{p} l{l} fence {fence}");
                }
            }
        }
        for p in 0..PEOPLE {
            let held = (0..LANES).filter(|&l| real.leases.holder(&lane(l), now).is_some_and(|h| h.person == person(p)));
            assert!(held.count() <= 1, "R10: one lane a person");
        }
    }
}

prop_state_machine! {
    #![proptest_config(Config { cases: 512, ..Config::default() })]
    #[test]
    fn leases_equal_the_log_of_grants(sequential 1..60 => Real);
}
