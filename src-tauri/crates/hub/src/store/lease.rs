//! Who holds which lane: one row per lane, changed by statements that succeed only where the row is as expected, in
//! transactions that have taken the lane.

use super::{Conn, StoreError, Tx, part::who};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, Fence, LaneId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::problem::Holder;

/// A lane's lease row with its holder, open or not.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct LeaseRow {
    /// The lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// Its newest fence.
    pub fence: Fence,
    /// Whether somebody holds it, unless its time is over.
    pub open: bool,
    /// The holder, or the last one.
    pub holder: Holder,
    /// The case.
    pub case: CaseId,
    /// Since when.
    pub acquired_at: Timestamp,
    /// Until when; none while a call is live.
    pub expires_at: Option<Timestamp>,
}

impl LeaseRow {
    /// Whether its holder holds it at `now`. At the very moment of its end it is over.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.open && self.expires_at.is_none_or(|end| now < end)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select l.lane_id as lane, l.lot_id as lot, l.fence, l.open, ",
            who!("holder", "p"),
            ", l.case_id as \"case\", l.acquired_at, l.expires_at from lease l join person p on p.id = l.person_id ",
            $rest
        )
    };
}

/// What a new holder's lease begins with.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// Who gets it.
    pub person: PersonId,
    /// The work.
    pub case: CaseId,
    /// Until when; none while a call is live.
    pub expires_at: Option<Timestamp>,
}

impl Conn<'_> {
    /// The lane's row and the row of the lane this person has open, in one look.
    pub(crate) async fn leases_around(
        &mut self,
        lane: &LaneId,
        person: &PersonId,
    ) -> Result<Vec<LeaseRow>, StoreError> {
        let sql = select!("where l.lane_id = $1 or (l.person_id = $2 and l.open)");
        self.all(sql, args![lane, person]).await
    }

    /// The lane's row; none where it was never claimed.
    pub(crate) async fn lease_of_lane(&mut self, lane: &LaneId) -> Result<Option<LeaseRow>, StoreError> {
        self.optional(select!("where l.lane_id = $1"), args![lane]).await
    }

    /// The lane this person has open, over or not.
    pub(crate) async fn lease_of_person(&mut self, person: &PersonId) -> Result<Option<LeaseRow>, StoreError> {
        let sql = select!("where l.person_id = $1 and l.open");
        self.optional(sql, args![person]).await
    }

    /// Whether this person holds the lane under this fence, by what is committed.
    pub(crate) async fn lease_holds(
        &mut self,
        lane: &LaneId,
        person: &PersonId,
        fence: Fence,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = self
            .optional(
                "select fence from lease where lane_id = $1 and open and person_id = $2 and fence = $3
                   and (expires_at is null or expires_at > $4)",
                args![lane, person, fence, now],
            )
            .await?;
        Ok(row.is_some())
    }

    /// When the next lease ends or is to be warned of; none while nobody holds a lane for a time.
    pub(crate) async fn next_lease_end(&mut self, warning_ms: i64) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(Option<Timestamp>,)> = self
            .optional(
                "select min(case when warned then expires_at else expires_at - $1 end) from lease
                 where open and expires_at is not null",
                args![warning_ms],
            )
            .await?;
        Ok(row.and_then(|(at,)| at))
    }

    /// Leases whose last minute has begun and whose holder was not told.
    pub(crate) async fn leases_to_warn(
        &mut self,
        now: Timestamp,
        warning_ms: i64,
    ) -> Result<Vec<LeaseRow>, StoreError> {
        let sql = select!(
            "where l.open and not l.warned and l.expires_at > $1 and l.expires_at <= $2 order by l.expires_at limit 100"
        );
        self.all(sql, args![now, now.plus_ms(warning_ms)]).await
    }

    /// Leases whose time is over, the longest over first.
    pub(crate) async fn leases_over(&mut self, now: Timestamp) -> Result<Vec<LeaseRow>, StoreError> {
        let sql = select!("where l.open and l.expires_at <= $1 order by l.expires_at limit 100");
        self.all(sql, args![now]).await
    }
}

impl Tx<'_> {
    /// Takes the lane where the old lease is over. Answers the new fence; none: somebody holds it.
    pub(crate) async fn take_lease(&mut self, grant: &Grant, now: Timestamp) -> Result<Option<Fence>, StoreError> {
        self.need_lane(&grant.lane)?;
        self.need_person(&grant.person)?;
        let row: Option<(Fence,)> = self
            .optional(
                "insert into lease (lane_id, lot_id, fence, open, person_id, case_id, acquired_at, expires_at, warned)
                 values ($1, $2, 1, true, $3, $4, $5, $6, false)
                 on conflict (lane_id) do update set
                    lot_id = excluded.lot_id, fence = lease.fence + 1, open = true, person_id = excluded.person_id,
                    case_id = excluded.case_id, acquired_at = excluded.acquired_at,
                    expires_at = excluded.expires_at, warned = false
                 where not lease.open or lease.expires_at <= $5
                 returning fence",
                args![&grant.lane, &grant.lot, &grant.person, &grant.case, now, grant.expires_at],
            )
            .await?;
        Ok(row.map(|(fence,)| fence))
    }

    /// Gives a lane held under `old` to another person, or to the same one anew. None: the fence has moved on.
    pub(crate) async fn regrant_lease(
        &mut self,
        old: Fence,
        grant: &Grant,
        acquired_at: Timestamp,
    ) -> Result<Option<Fence>, StoreError> {
        self.need_lane(&grant.lane)?;
        self.need_person(&grant.person)?;
        let row: Option<(Fence,)> = self
            .optional(
                "update lease set fence = fence + 1, person_id = $3, case_id = $4, acquired_at = $5, expires_at = $6,
                    warned = false
                 where lane_id = $1 and open and fence = $2 returning fence",
                args![&grant.lane, old, &grant.person, &grant.case, acquired_at, grant.expires_at],
            )
            .await?;
        Ok(row.map(|(fence,)| fence))
    }

    /// Frees a lane held under `fence`. False: the fence has moved on, or it was free already.
    pub(crate) async fn free_lease(&mut self, lane: &LaneId, fence: Fence) -> Result<bool, StoreError> {
        self.need_lane(lane)?;
        let freed = self
            .execute("update lease set open = false where lane_id = $1 and open and fence = $2", args![lane, fence])
            .await?;
        Ok(freed == 1)
    }

    /// Whether this person holds the lane under this fence until this transaction ends.
    pub(crate) async fn hold_lease(
        &mut self,
        lane: &LaneId,
        person: &PersonId,
        fence: Fence,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.need_lane(lane)?;
        self.lease_holds(lane, person, fence, now).await
    }

    /// The holder is told that this lease ends, once. False: it was told, or goes on differently by now.
    pub(crate) async fn warn_lease(&mut self, lease: &LeaseRow) -> Result<bool, StoreError> {
        self.need_lane(&lease.lane)?;
        let warned = self
            .execute(
                "update lease set warned = true
                 where lane_id = $1 and open and fence = $2 and expires_at = $3 and not warned",
                args![&lease.lane, lease.fence, lease.expires_at],
            )
            .await?;
        Ok(warned == 1)
    }
}
