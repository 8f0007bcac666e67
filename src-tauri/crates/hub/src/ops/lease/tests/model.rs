//! The SQL beside the rules: the same random steps on both, and after each the same lanes in the same hands.

use super::{claim, close, hand_over, lane, take_over};
use crate::{
    actor::Actor,
    error::Error,
    expiry,
    ops::fixture::Scene,
    testing::{ENGINES, Engine},
};
use lanedesk_domain::{
    ids::{CaseId, LaneId},
    lease::{CloseFacts, LeaseError, Leases},
    person::Role,
};
use lanedesk_wire::case::{CloseCase, HandOver};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::time::Duration;

const LANES: [&str; 3] = ["in", "out", "both"];

/// What a step ended in, as both sides can say it.
#[derive(Debug, PartialEq)]
enum Ended {
    Done,
    Held,
    Lost,
    Busy,
}

fn of_model<T>(done: Result<T, LeaseError>) -> Ended {
    match done {
        Ok(_) => Ended::Done,
        Err(LeaseError::Held { .. }) => Ended::Held,
        Err(LeaseError::Lost) => Ended::Lost,
        Err(LeaseError::ReceiverBusy { .. }) => Ended::Busy,
        Err(other) => panic!("{other}"),
    }
}

fn of_hub<T>(done: Result<T, Error>) -> Ended {
    match done {
        Ok(_) => Ended::Done,
        Err(Error::LaneHeld { .. }) => Ended::Held,
        Err(Error::LeaseLost | Error::CaseClosed) => Ended::Lost,
        Err(Error::Invalid { why: "receiver_busy", .. }) => Ended::Busy,
        Err(other) => panic!("{other}"),
    }
}

struct Run {
    scene: Scene,
    people: Vec<Actor>,
    model: Leases,
    /// Every case begun, so that old ones are tried again too.
    cases: Vec<CaseId>,
    random: StdRng,
}

impl Run {
    async fn step(&mut self) {
        let person = self.random.random_range(0..self.people.len());
        let there = lane(LANES[self.random.random_range(0..LANES.len())]);
        match self.random.random_range(0..10) {
            0..4 => self.claim(person, &there).await,
            4 => self.take_over(&there).await,
            5 => self.hand_over(person).await,
            6..8 => self.close(person).await,
            8 => self.expire().await,
            _ => {
                let seconds = self.random.random_range(1..400);
                self.scene.hub.clock().advance(Duration::from_secs(seconds));
            }
        }
        self.compare(&there).await;
    }

    async fn claim(&mut self, person: usize, there: &LaneId) {
        let (who, now) = (&self.people[person], self.scene.hub.clock().now());
        let done = claim(&self.scene.hub, who, there).await;
        let case = done.as_ref().map_or_else(|_| CaseId::new(), |done| done.case.id.clone());
        self.cases.push(case.clone());
        assert_eq!(of_hub(done), of_model(self.model.claim(&who.id, there, case, now)));
    }

    async fn take_over(&mut self, there: &LaneId) {
        let (who, now) = (&self.people[0], self.scene.hub.clock().now());
        let done = take_over(&self.scene.hub, who, there, "排队").await;
        let case = done.as_ref().map_or_else(|_| CaseId::new(), |done| done.case.id.clone());
        assert_eq!(of_hub(done), of_model(self.model.take_over(&who.id, there, case, now)));
    }

    async fn hand_over(&mut self, person: usize) {
        let to = (person + 1) % self.people.len();
        let (who, to) = (&self.people[person], &self.people[to]);
        let now = self.scene.hub.clock().now();
        let Some(held) = self.model.lane_of(&who.id, now).cloned() else {
            return;
        };
        let give = HandOver { to: to.id.clone(), note: String::new() };
        let done = hand_over(&self.scene.hub, who, &held.case, &give).await;
        let gone = self.model.hand_over(&who.id, &held.lane, &to.id, held.case.clone(), now);
        assert_eq!(of_hub(done), of_model(gone));
    }

    async fn close(&mut self, person: usize) {
        let (who, now) = (&self.people[person], self.scene.hub.clock().now());
        let own = self.model.lane_of(&who.id, now).map(|held| held.case.clone());
        let real = self.cases.last().cloned();
        let Some(case) = own.or(real) else { return };
        let done = close(&self.scene.hub, who, &case, &CloseCase::default()).await;
        if matches!(done, Err(Error::NotFound)) {
            return; // the last claim was refused, so its case never was
        }
        let gone = self.model.close(&who.id, &case, CloseFacts::default(), now);
        assert_eq!(of_hub(done), of_model(gone));
    }

    async fn expire(&mut self) {
        expiry::once(&self.scene.hub).await.unwrap();
        self.model.expire(self.scene.hub.clock().now());
    }

    async fn compare(&self, there: &LaneId) {
        let now = self.scene.hub.clock().now();
        let mut reader = self.scene.hub.store().read().await.unwrap();
        for id in LANES {
            let row = reader.conn().lease_of_lane(&lane(id)).await.unwrap();
            let fence = row.as_ref().map_or(0, |row| row.fence.0);
            assert_eq!(fence, self.model.fence(&lane(id)).0, "fence of {id} after {there}");
            let ours = row.filter(|row| row.holds(now));
            let theirs = self.model.holder(&lane(id), now);
            assert_eq!(ours.is_some(), theirs.is_some(), "{id}");
            let (Some(ours), Some(theirs)) = (ours, theirs) else {
                continue;
            };
            assert_eq!(ours.holder.id, theirs.person, "{id}");
            assert_eq!(ours.case, theirs.case, "{id}");
            assert_eq!(ours.acquired_at, theirs.acquired_at, "{id}");
            assert_eq!(ours.expires_at, theirs.expires_at, "{id}");
        }
    }
}

async fn run(engine: Engine, seed: u64, steps: usize) {
    let scene = Scene::new(engine).await;
    let mut people = vec![scene.person("chief", Role::Supervisor).await];
    for n in 1..4 {
        people.push(scene.person(&format!("p{n}"), Role::Agent).await);
    }
    let model = Leases::new(10);
    let random = StdRng::seed_from_u64(seed);
    let mut run = Run { scene, people, model, cases: Vec::new(), random };
    for _ in 0..steps {
        run.step().await;
    }
}

#[tokio::test]
async fn the_sql_lease_is_the_rules_lease_whatever_happens_in_whatever_order() {
    for engine in ENGINES {
        for seed in 0..6 {
            run(engine, seed, 120).await;
        }
    }
}
