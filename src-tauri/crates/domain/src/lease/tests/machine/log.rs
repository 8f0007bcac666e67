//! The model: a log of who was given which lane, read through from its beginning at every question.

use super::{super::super::End, Act, LOCK_MS};

/// One time a person was given a lane. Rows are only added; a lane's fence is how many it has.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grant {
    pub(super) lane: usize,
    pub(super) person: usize,
    pub(super) case: usize,
    pub(super) since: i64,
    /// None while a call is live.
    pub(super) until: Option<i64>,
    pub(super) ended: bool,
}

/// What an act came to, in the model's words.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Came {
    Gained { fence: i64, case: usize, since: i64, until: Option<i64>, renewed: bool, ended: Vec<(usize, End)> },
    Ended(Vec<(usize, End)>),
    Fine,
    Held { by: usize, since: i64 },
    Lost,
    InCall(usize),
    CallLive,
    InFlight,
    SameLane,
    Busy(usize),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    pub(super) now: i64,
    pub(super) grants: Vec<Grant>,
    pub(super) came: Option<Came>,
}

impl Log {
    fn holds(&self, grant: &Grant) -> bool {
        !grant.ended && grant.until.is_none_or(|until| self.now < until)
    }
    /// Index of the grant in force on a lane.
    pub(super) fn on(&self, lane: usize) -> Option<usize> {
        (0..self.grants.len()).find(|&i| self.grants[i].lane == lane && self.holds(&self.grants[i]))
    }
    fn by(&self, person: usize) -> Option<usize> {
        (0..self.grants.len()).find(|&i| self.grants[i].person == person && self.holds(&self.grants[i]))
    }
    pub(super) fn fence(&self, lane: usize) -> i64 {
        i64::try_from(self.grants.iter().filter(|g| g.lane == lane).count()).unwrap()
    }

    fn give(&mut self, person: usize, lane: usize, taken: End) -> Came {
        let held = self.on(lane).map(|i| self.grants[i].clone());
        let own = held.clone().filter(|g| g.person == person);
        let in_call = held.as_ref().is_some_and(|g| g.until.is_none());
        let mut ended = Vec::new();
        for i in 0..self.grants.len() {
            let grant = &self.grants[i];
            if grant.ended || (grant.lane != lane && grant.person != person) {
                continue;
            }
            let why = match (self.holds(grant), grant.lane == lane) {
                (false, _) => End::Expired,
                (true, true) => taken,
                (true, false) => End::Requeried,
            };
            if !(self.holds(grant) && grant.lane == lane && own.is_some()) {
                ended.push((grant.lane, why));
            }
            self.grants[i].ended = true;
        }
        ended.sort_unstable();
        let grant = Grant {
            lane,
            person,
            case: own.as_ref().map_or(self.grants.len(), |g| g.case),
            since: own.as_ref().map_or(self.now, |g| g.since),
            until: (!in_call).then_some(self.now + LOCK_MS),
            ended: false,
        };
        self.grants.push(grant.clone());
        let (case, since, until) = (grant.case, grant.since, grant.until);
        Came::Gained { fence: self.fence(lane), case, since, until, renewed: own.is_some(), ended }
    }

    fn go_on(&mut self, person: usize, (from, behind): (usize, i64), to: usize, in_flight: bool) -> Came {
        let Some(at) = self.on(from).filter(|&i| self.grants[i].person == person && behind == 0) else {
            return Came::Lost;
        };
        if from == to {
            return Came::SameLane;
        }
        if in_flight {
            return Came::InFlight;
        }
        if let Some(there) = self.on(to).map(|i| &self.grants[i]) {
            return Came::Held { by: there.person, since: there.since };
        }
        self.grants[at].ended = true;
        let (case_before, in_call) = (self.grants[at].case, self.grants[at].until.is_none());
        let mut came = self.give(person, to, End::Closed);
        let grant = self.grants.last_mut().unwrap();
        grant.case = case_before;
        if in_call {
            grant.until = None;
        }
        if let Came::Gained { case, until, ended, .. } = &mut came {
            (*case, *until) = (grant.case, grant.until);
            ended.push((from, End::Moved));
            ended.sort_unstable();
        }
        came
    }

    fn elsewhere_in_call(&self, person: usize, lane: usize) -> Option<Came> {
        let there = &self.grants[self.by(person)?];
        (there.lane != lane && there.until.is_none()).then_some(Came::InCall(there.lane))
    }

    /// The case named by a close: that of the lane's newest grant, or of one further back.
    fn case_of(&self, lane: usize, back: usize) -> usize {
        self.grants.iter().rev().filter(|g| g.lane == lane).nth(back).map_or(usize::MAX, |g| g.case)
    }

    pub(super) fn act(&mut self, act: &Act) -> Came {
        match *act {
            Act::Claim { person, lane } => match self.on(lane).map(|i| self.grants[i].clone()) {
                Some(held) if held.person != person => Came::Held { by: held.person, since: held.since },
                _ => self.elsewhere_in_call(person, lane).unwrap_or_else(|| self.give(person, lane, End::Closed)),
            },
            Act::TakeOver { person, lane } => {
                self.elsewhere_in_call(person, lane).unwrap_or_else(|| self.give(person, lane, End::TakenOver))
            }
            Act::HandOver { from, lane, to } => match self.on(lane) {
                Some(i) if self.grants[i].person == from => match self.by(to) {
                    Some(busy) if self.grants[busy].lane != lane => Came::Busy(self.grants[busy].lane),
                    _ => self.give(to, lane, End::HandedOver),
                },
                _ => Came::Lost,
            },
            Act::Close { person, lane, back, closing } => {
                let case = self.case_of(lane, back);
                match self.by(person) {
                    Some(i) if self.grants[i].case == case => {
                        if closing.order_in_flight {
                            Came::InFlight
                        } else if self.grants[i].until.is_none() && !closing.during_call {
                            Came::CallLive
                        } else {
                            self.grants[i].ended = true;
                            Came::Ended(vec![(self.grants[i].lane, End::Closed)])
                        }
                    }
                    _ => Came::Lost,
                }
            }
            Act::Move { person, from, behind, to, in_flight } => self.go_on(person, (from, behind), to, in_flight),
            Act::CallStarts { person, lane } => match self.on(lane) {
                Some(i) if self.grants[i].person == person => {
                    self.grants[i].until = None;
                    Came::Fine
                }
                _ => Came::Lost,
            },
            Act::CallEnds { lane } => {
                if let Some(i) = self.on(lane)
                    && self.grants[i].until.is_none()
                {
                    self.grants[i].until = Some(self.now + LOCK_MS);
                }
                Came::Fine
            }
            Act::Expire => {
                let over: Vec<usize> =
                    (0..self.grants.len()).filter(|&i| !self.grants[i].ended && !self.holds(&self.grants[i])).collect();
                let mut ended: Vec<_> = over.iter().map(|&i| (self.grants[i].lane, End::Expired)).collect();
                for i in over {
                    self.grants[i].ended = true;
                }
                ended.sort_unstable();
                Came::Ended(ended)
            }
            Act::Clock { ms } => {
                self.now += ms;
                Came::Fine
            }
        }
    }
}
