//! What truly happened: every movement of every bar, and every order that reached a device.

use lanedesk_domain::{barrier::BarrierState, order::BarrierAction, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// Who made a bar move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// An order that came to the device over the network.
    Command,
    /// The camera by itself, upon a plate.
    Camera,
    /// The remote control in somebody's hand.
    Remote,
    /// The barrier's own box, after the vehicle had passed.
    Box,
}

/// One movement of one bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Counts up over all lanes.
    pub seq: u64,
    /// When it began.
    pub at: Timestamp,
    /// Which lane.
    pub lane: String,
    /// Who made it move.
    pub cause: Cause,
    /// Where the bar was.
    pub before: BarrierState,
    /// Where it went.
    pub after: BarrierState,
    /// When the limit switch was hit; absent while it travels, and for ever where it was turned round.
    pub reached_at: Option<Timestamp>,
}

/// What a device made of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The bar began to move.
    Moved,
    /// It was there already or on its way.
    Already,
    /// The device did nothing, whatever it answered.
    Ignored,
}

/// One order that reached a device with good credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// When it came.
    pub at: Timestamp,
    /// To which lane.
    pub lane: String,
    /// What it said.
    pub action: BarrierAction,
    /// What came of it.
    pub outcome: Outcome,
}

/// Somebody who did not know a device's password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongTry {
    /// When.
    pub at: Timestamp,
    /// At which lane's device.
    pub lane: String,
    /// What was asked: a method of HTTP or RTSP.
    pub method: String,
}

/// The record of one simulated site, shared by all its lanes.
#[derive(Debug, Default)]
pub struct Journal {
    inner: Mutex<JournalParts>,
}

#[derive(Debug, Default)]
struct JournalParts {
    movements: Vec<Movement>,
    commands: Vec<Command>,
    wrong: Vec<WrongTry>,
}

/// The computer's time.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Journal {
    fn inner(&self) -> MutexGuard<'_, JournalParts> {
        // Only whole rows are pushed, so a panic elsewhere leaves it usable.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every movement so far.
    pub fn movements(&self) -> Vec<Movement> {
        self.inner().movements.clone()
    }

    /// Every order that reached a device so far.
    pub fn commands(&self) -> Vec<Command> {
        self.inner().commands.clone()
    }

    /// Every wrong password so far.
    pub fn wrong_tries(&self) -> Vec<WrongTry> {
        self.inner().wrong.clone()
    }

    pub(crate) fn refused(&self, lane: &str, method: &str) {
        self.inner().wrong.push(WrongTry { at: now(), lane: lane.to_owned(), method: method.to_owned() });
    }

    pub(crate) fn moved(&self, lane: &str, cause: Cause, before: BarrierState, after: BarrierState) -> u64 {
        let mut inner = self.inner();
        let seq = inner.movements.len() as u64;
        inner.movements.push(Movement {
            seq,
            at: now(),
            lane: lane.to_owned(),
            cause,
            before,
            after,
            reached_at: None,
        });
        seq
    }

    pub(crate) fn reached(&self, seq: u64) {
        let mut inner = self.inner();
        let at = usize::try_from(seq).unwrap_or(usize::MAX);
        if let Some(movement) = inner.movements.get_mut(at) {
            movement.reached_at = Some(now());
        }
    }

    pub(crate) fn commanded(&self, lane: &str, action: BarrierAction, outcome: Outcome) {
        self.inner().commands.push(Command { at: now(), lane: lane.to_owned(), action, outcome });
    }
}
