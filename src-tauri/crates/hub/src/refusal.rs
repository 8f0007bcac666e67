//! Traces of what was refused: wrong passwords and codes, rights, signatures and keys. Every one is counted; what stands in
//! the audit is put together by address and minute, so that a flood writes a handful of rows and not a million.
//!
//! Nothing of what was told is kept: a mistyped name may be a password.

use crate::origin::network;
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A log-in with a wrong name or password.
    Login,
    /// A wrong code of a second factor.
    Code,
    /// A wrong password from within a session.
    Password,
    /// A try that was not looked at, because too many before it were wrong.
    Slowed,
    /// A token that is no session's.
    Session,
    /// What a role or scope does not allow.
    Right,
    /// A signature, its time stamp or its sender.
    Signature,
    /// What a camera brought to prove itself.
    Push,
    /// A robot's key.
    Robot,
    /// A pairing code.
    Pairing,
    /// A passage that a camera told of while the arm was down.
    Passage,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Login,
        Self::Code,
        Self::Password,
        Self::Slowed,
        Self::Session,
        Self::Right,
        Self::Signature,
        Self::Push,
        Self::Robot,
        Self::Pairing,
        Self::Passage,
    ];

    /// Its word in `/metrics`.
    pub fn word(self) -> &'static str {
        self.action().trim_end_matches(".refused")
    }

    /// What it is called in the audit.
    pub fn action(self) -> &'static str {
        match self {
            Self::Login => "login.refused",
            Self::Code => "code.refused",
            Self::Password => "password.refused",
            Self::Slowed => "slowed.refused",
            Self::Session => "session.refused",
            Self::Right => "right.refused",
            Self::Signature => "signature.refused",
            Self::Push => "push.refused",
            Self::Robot => "robot.refused",
            Self::Pairing => "pairing.refused",
            Self::Passage => "passage.refused",
        }
    }
}

/// Rows of one minute beyond which all others are put together. As many are written at once; the counts of each follow
/// when the minute is over.
const MOST: usize = 20;

/// What is put together in one row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RefusalKind {
    what: Refusal,
    from: Option<IpAddr>,
    person: Option<PersonId>,
    subject: String,
}

/// A row for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// What was refused.
    pub what: Refusal,
    /// From where; none: from many places.
    pub from: Option<IpAddr>,
    /// Whom, where that is known.
    pub person: Option<PersonId>,
    /// At what, for example `device:cam-E01`; empty: at nothing that is there.
    pub subject: String,
    /// How often, in the minute that begins then.
    pub times: u64,
    /// The minute.
    pub minute: Timestamp,
}

#[derive(Debug, Default)]
struct Minute {
    at: Timestamp,
    /// Times that are not written yet.
    kinds: HashMap<RefusalKind, u64>,
    others: HashMap<Refusal, u64>,
}

/// The refusals of this minute.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<Minute>);

/// The begin of a moment's minute.
pub fn minute(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(60_000) * 60_000)
}

impl Refusals {
    /// Takes one in. Answers what is to be written now.
    pub fn note(
        &self,
        what: Refusal,
        from: Option<IpAddr>,
        person: Option<&PersonId>,
        subject: &str,
        now: Timestamp,
    ) -> Vec<Trace> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = minute.turn(now);
        let kind = RefusalKind { what, from: from.map(network), person: person.cloned(), subject: subject.to_owned() };
        if let Some(times) = minute.kinds.get_mut(&kind) {
            *times += 1;
        } else if minute.kinds.len() < MOST {
            due.push(minute.trace(&kind, 1));
            minute.kinds.insert(kind, 0);
        } else {
            *minute.others.entry(what).or_default() += 1;
        }
        due
    }

    /// What is left of a minute that is over by now.
    pub fn due(&self, now: Timestamp) -> Vec<Trace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).turn(now)
    }
}

impl Minute {
    fn trace(&self, kind: &RefusalKind, times: u64) -> Trace {
        Trace {
            what: kind.what,
            from: kind.from,
            person: kind.person.clone(),
            subject: kind.subject.clone(),
            times,
            minute: self.at,
        }
    }

    /// Begins a new minute where the old one is over, and answers what is left of that.
    fn turn(&mut self, now: Timestamp) -> Vec<Trace> {
        if self.at == minute(now) {
            return Vec::new();
        }
        let left = self.kinds.iter().filter(|(_, times)| **times > 0);
        let left = left.map(|(kind, times)| self.trace(kind, *times));
        let others = self.others.iter().map(|(what, times)| {
            let kind = RefusalKind { what: *what, from: None, person: None, subject: String::new() };
            self.trace(&kind, *times)
        });
        let left = left.chain(others).collect();
        *self = Self { at: minute(now), ..Self::default() };
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    #[test]
    fn the_first_of_a_kind_is_written_at_once_and_the_rest_when_the_minute_is_over() {
        let refusals = Refusals::default();
        let from = Some("10.0.0.1".parse().unwrap());
        let note = |now| refusals.note(Refusal::Login, from, None, "", now);
        assert_eq!(note(NOW).len(), 1);
        for second in 1..59 {
            assert_eq!(note(NOW.plus_seconds(second)), []);
        }
        let left = refusals.due(NOW.plus_seconds(60));
        assert_eq!((left.len(), left[0].times, left[0].minute), (1, 58, NOW));
        assert_eq!(refusals.due(NOW.plus_seconds(61)), []);
    }

    #[test]
    fn a_flood_from_everywhere_writes_a_handful_of_rows() {
        let refusals = Refusals::default();
        let mut written = 0;
        for n in 0..100_000_u32 {
            let from = Some(IpAddr::from(n.to_be_bytes()));
            let traces = refusals.note(Refusal::Push, from, None, "device:c", NOW);
            written += traces.len();
        }
        let left = refusals.due(NOW.plus_seconds(60));
        written += left.len();
        assert!(written <= 2 * MOST + Refusal::ALL.len(), "{written}");
        let told: u64 = left.iter().map(|trace| trace.times).sum();
        assert_eq!(told + MOST as u64, 100_000, "none is lost");
    }

    #[test]
    fn every_refusal_has_a_word_of_its_own() {
        let words: std::collections::HashSet<_> = Refusal::ALL.iter().map(|what| what.word()).collect();
        assert_eq!(words.len(), Refusal::ALL.len());
    }
}
