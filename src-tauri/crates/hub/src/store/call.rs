//! Drivers' calls (R29 to R32). Each row is what is known of one call; whoever changes one holds it until their
//! transaction ends.

pub(crate) use list::CallFilter;

use super::{
    Conn, StoreError, Tx,
    part::{done, who},
};
use crate::{args, directory::Directory};
use lanedesk_domain::{
    call::{CallState, Hand, PbxEvent, Progress},
    ids::{CallId, CaseId, IntegrationId, LaneId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::{call::Call, opening::LaneRef, problem::Holder, search::LotRef};

/// A call's row.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct CallRow {
    /// Its id.
    pub id: CallId,
    /// Where it stands.
    pub state: CallState,
    /// Its lot, where known.
    pub lot: Option<LotId>,
    /// Its lane, where known.
    pub lane: Option<LaneId>,
    /// The calling robot's number.
    pub robot: Option<String>,
    /// The number that calls; empty where not told.
    pub caller: String,
    /// The number that was called.
    pub called: Option<String>,
    /// The seat it rings at, or was taken from.
    pub seat: Option<String>,
    /// When the telephone system said so.
    pub seat_at: Option<Timestamp>,
    /// Who has it.
    pub by: Option<Holder>,
    /// When a person took it in hand.
    pub taken_at: Option<Timestamp>,
    /// The case it is worked in.
    pub case: Option<CaseId>,
    /// Opened by hand.
    pub by_hand: bool,
    /// From when others may take it too.
    pub overflow_at: Option<Timestamp>,
    /// That moment has come.
    pub overflow: bool,
    /// How far it has come.
    pub progress: Progress,
    /// When the hub last heard of it.
    pub heard_at: Timestamp,
    /// Where the recording lies.
    pub recording_url: Option<String>,
    /// Who called back, and when.
    #[serde(deserialize_with = "done")]
    pub called_back: Option<(Holder, Timestamp)>,
}

impl CallRow {
    /// Who has it in hand.
    pub fn hand(&self) -> Hand {
        match (&self.by, self.taken_at) {
            (None, _) => Hand::Nobody,
            (Some(_), None) => Hand::Rings,
            (Some(_), Some(_)) => Hand::Took,
        }
    }

    /// Whether it stands in the queue: nobody has it, or it rings at somebody's seat for too long.
    pub fn in_queue(&self) -> bool {
        self.state == CallState::Waiting || (self.state == CallState::Ringing && self.overflow)
    }

    /// As people are told of it.
    pub fn shown(&self, directory: &Directory) -> Call {
        let lane = self.lane.as_ref().and_then(|id| directory.lanes.get(id));
        let lot = self.lot.as_ref().and_then(|id| directory.lots.get(id));
        let back = self.called_back.as_ref();
        Call {
            id: self.id.clone(),
            state: self.state,
            lot: lot.map(|lot| LotRef { id: lot.id.clone(), name: lot.name.clone() }),
            lane: lane.map(|lane| LaneRef { id: lane.id.clone(), name: lane.name.clone(), code: lane.code.clone() }),
            caller: self.caller.clone(),
            called: self.called.clone(),
            robot: self.robot.clone(),
            seat: self.seat.clone(),
            by: self.by.clone(),
            case: self.case.clone(),
            by_hand: self.by_hand,
            overflow: self.overflow,
            since: self.progress.since,
            answered_at: self.progress.answered_at,
            ended_at: self.progress.ended_at,
            called_back_at: back.map(|(_, at)| *at),
            called_back_by: back.map(|(by, _)| by.clone()),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select k.id, k.state, k.lot_id as lot, k.lane_id as lane, k.robot, k.caller, k.called, k.seat, k.seat_at, ",
            who!("by", "p"),
            ", k.taken_at, k.case_id as \"case\", k.by_hand, k.overflow_at, k.overflow, k.since, k.answered_at, k.ended_at,
                k.heard_at, k.recording_url, k.called_back_at as called_back__at, ",
            who!("called_back__by", "b"),
            "
             from call k left join person p on p.id = k.person_id left join person b on b.id = k.called_back_by ",
            $rest
        )
    };
}

// Behind the macro, which it uses.
mod list;

/// A call about to be known, or heard of again.
#[derive(Debug, Clone)]
pub(crate) struct NewCall<'a> {
    /// The telephone system; none: the hub itself.
    pub integration: Option<&'a IntegrationId>,
    /// Its id of the call.
    pub external: Option<&'a str>,
    /// The number that calls.
    pub caller: &'a str,
    /// Opened by hand.
    pub by_hand: bool,
    /// When what is told happened.
    pub at: Timestamp,
    /// When the hub hears it.
    pub now: Timestamp,
}

impl Conn<'_> {
    /// A call by id.
    pub(crate) async fn call(&mut self, id: &CallId) -> Result<Option<CallRow>, StoreError> {
        self.optional(select!("where k.id = $1"), args![id]).await
    }

    /// The same, kept as it is until the transaction ends.
    pub(crate) async fn hold_call(&mut self, id: &CallId) -> Result<Option<CallRow>, StoreError> {
        self.execute("update call set heard_at = heard_at where id = $1", args![id]).await?;
        self.call(id).await
    }

    /// Makes a call known, or finds the one of this telephone system's id; keeps it until the transaction ends. Several
    /// who hear of a new call at once get the same.
    pub(crate) async fn hear_of_call(&mut self, new: &NewCall<'_>) -> Result<CallRow, StoreError> {
        let (id,): (CallId,) = self
            .one(
                "insert into call (id, integration_id, external_id, state, caller, by_hand, overflow, since, heard_at)
                 values ($1, $2, $3, 'waiting', $4, $5, false, $6, $7)
                 on conflict (integration_id, external_id) do update set heard_at = call.heard_at returning id",
                args![
                    CallId::new(),
                    new.integration.map(IntegrationId::as_str),
                    new.external,
                    new.caller,
                    new.by_hand,
                    new.at,
                    new.now
                ],
            )
            .await?;
        let row = self.call(&id).await?;
        row.ok_or_else(|| StoreError::Corrupt("a call that is there is not there".to_owned()))
    }

    /// Whether this was told before.
    pub(crate) async fn knows_call_event(
        &mut self,
        integration: &IntegrationId,
        event: &str,
    ) -> Result<bool, StoreError> {
        let sql = "select call_id from call_event where integration_id = $1 and event_id = $2";
        let row: Option<(String,)> = self.optional(sql, args![integration, event]).await?;
        Ok(row.is_some())
    }

    /// Notes what was told. False: it was told before.
    pub(crate) async fn note_call_event(
        &mut self,
        (integration, event): (&IntegrationId, &str),
        call: &CallId,
        (what, at): (PbxEvent, Timestamp),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let noted = self
            .execute(
                "insert into call_event (integration_id, event_id, call_id, kind, occurred_at, received_at)
                 values ($1, $2, $3, $4, $5, $6) on conflict (integration_id, event_id) do nothing",
                args![integration, event, call, what, at, now],
            )
            .await?;
        Ok(noted == 1)
    }

    /// Gives the call a robot's button made to the telephone system that tells of the same call.
    pub(crate) async fn adopt_call(
        &mut self,
        robot: &str,
        integration: &IntegrationId,
        external: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "update call set integration_id = $2, external_id = $3
             where robot = $1 and integration_id is null and not by_hand and state in ('ringing', 'waiting', 'live')
               and not exists (select 1 from call o where o.integration_id = $2 and o.external_id = $3)",
            args![robot, integration, external],
        )
        .await
        .map(drop)
    }

    /// The open call a robot's button made.
    pub(crate) async fn call_of_robot(&mut self, robot: &str) -> Result<Option<CallRow>, StoreError> {
        let sql =
            select!("where k.robot = $1 and k.state in ('ringing', 'waiting', 'live') order by k.since desc limit 1");
        self.optional(sql, args![robot]).await
    }

    /// Two presses of one robot's button come one after the other.
    pub(crate) async fn hold_robot(&mut self, number: &str) -> Result<bool, StoreError> {
        let held = self.execute("update robot set number = number where number = $1", args![number]).await?;
        Ok(held == 1)
    }

    /// The call a person has that is not over.
    pub(crate) async fn call_of_person(&mut self, person: &PersonId) -> Result<Option<CallRow>, StoreError> {
        let sql = select!("where k.person_id = $1 and k.state in ('ringing', 'live')");
        self.optional(sql, args![person]).await
    }

    /// The call a case is worked for that is not over.
    pub(crate) async fn call_of_case(&mut self, case: &CaseId) -> Result<Option<CallRow>, StoreError> {
        let sql = select!("where k.case_id = $1 and k.state in ('ringing', 'live')");
        self.optional(sql, args![case]).await
    }

    /// An abandoned call was answered after all. False: somebody had called back already, or nobody needed to.
    pub(crate) async fn call_back(
        &mut self,
        id: &CallId,
        by: &PersonId,
        note: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = self
            .execute(
                "update call set called_back_at = $2, called_back_by = $3, called_back_note = $4
                 where id = $1 and state = 'abandoned' and called_back_at is null",
                args![id, now, by, note],
            )
            .await?;
        Ok(done == 1)
    }

    /// Removes what telephone systems told before this; none of it is repeated any more.
    pub(crate) async fn remove_call_events(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "delete from call_event where received_at < $1";
        self.execute(sql, args![before]).await
    }
}

impl Tx<'_> {
    /// Writes everything of a call that changes.
    pub(crate) async fn put_call(&mut self, row: &CallRow) -> Result<(), StoreError> {
        if let Some(by) = &row.by {
            self.need_person(&by.id)?;
        }
        if let Some(lane) = &row.lane {
            self.need_lane(lane)?;
        }
        self.execute(
            "update call set state = $2, lot_id = $3, lane_id = $4, robot = $5, caller = $6, called = $7, seat = $8,
                seat_at = $9, person_id = $10, taken_at = $11, case_id = $12, overflow_at = $13, overflow = $14,
                since = $15, answered_at = $16, ended_at = $17, heard_at = $18, recording_url = $19
             where id = $1",
            args![
                &row.id,
                row.state,
                &row.lot,
                &row.lane,
                &row.robot,
                &row.caller,
                &row.called,
                &row.seat,
                row.seat_at,
                row.by.as_ref().map(|by| by.id.as_str()),
                row.taken_at,
                &row.case,
                row.overflow_at,
                row.overflow,
                row.progress.since,
                row.progress.answered_at,
                row.progress.ended_at,
                row.heard_at,
                &row.recording_url
            ],
        )
        .await
        .map(drop)
    }

    /// The call of a case is over: its lease ends in time (R11). False: it was not held for a call.
    pub(crate) async fn lease_after_call(&mut self, case: &CaseId, end: Timestamp) -> Result<bool, StoreError> {
        let row: Option<(LaneId,)> = self
            .optional(
                "update lease set expires_at = $2, warned = false where case_id = $1 and open and expires_at is null
                 returning lane_id",
                args![case, end],
            )
            .await?;
        if let Some((lane,)) = &row {
            self.need_lane(lane)?;
        }
        Ok(row.is_some())
    }

    /// The case is worked for this call.
    pub(crate) async fn case_for_call(&mut self, case: &CaseId, call: &CallId) -> Result<(), StoreError> {
        self.execute("update \"case\" set call_id = $2 where id = $1", args![case, call]).await.map(drop)
    }
}
