//! Claiming in few statements: everything a claim looks at in one, case and lease in another. This is the path that is
//! measured; other ways to a lane put it together from `lease` and `case`.

use super::{
    CaseRow, Conn, Grant, LaneRecord, LeaseRow, StoreError, Tx,
    part::who,
    view::{SightColumns, seen_columns},
};
use crate::args;
use lanedesk_domain::{
    ids::{CallId, CaseId, Fence, LaneId, LotId, PersonId},
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::problem::Holder;

/// What a claim looks at.
#[derive(Debug, Clone)]
pub struct ClaimContext {
    /// The lane's lease, open or not; none: it was never claimed.
    pub here: Option<LeaseRow>,
    /// The lane the person has open elsewhere, over or not.
    pub former: Option<LeaseRow>,
    /// The vehicle there.
    pub seen: LaneRecord,
    /// An order to the lane is unanswered, or was lately.
    pub unresolved_order: bool,
    /// The call this person has that is not over, wherever it is worked.
    pub call: Option<CallId>,
    /// The site has the lane.
    pub there: bool,
}

#[derive(serde::Deserialize)]
struct ClaimColumns {
    here: Option<LeaseRow>,
    former: Option<FormerLease>,
    question: bool,
    call: Option<CallId>,
    there: bool,
    seen: SightColumns,
}

/// The lease the person has open elsewhere.
#[derive(serde::Deserialize)]
struct FormerLease {
    lane: LaneId,
    lot: LotId,
    fence: Fence,
    case: CaseId,
    acquired_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl FormerLease {
    fn of(self, who: &Holder) -> LeaseRow {
        let Self { lane, lot, fence, case, acquired_at, expires_at } = self;
        LeaseRow { lane, lot, fence, open: true, holder: who.clone(), case, acquired_at, expires_at }
    }
}

impl Conn<'_> {
    /// Everything a claim of this lane by this person looks at. Questions are orders not older than `since`.
    pub(crate) async fn around(
        &mut self,
        lane: &LaneId,
        who: &Holder,
        since: Timestamp,
    ) -> Result<ClaimContext, StoreError> {
        let row: ClaimColumns = self
            .one(
                concat!(
                    "select l.lane_id as here__lane, l.lot_id as here__lot, l.fence as here__fence, l.open as here__open, ",
                    who!("here__holder", "h"),
                    ", l.case_id as here__case, l.acquired_at as here__acquired_at, l.expires_at as here__expires_at,
                        f.lane_id as former__lane, f.lot_id as former__lot, f.fence as former__fence,
                        f.case_id as former__case, f.acquired_at as former__acquired_at,
                        f.expires_at as former__expires_at,
                        (select count(*) from \"order\" o where o.lane_id = $1 and o.made_at >= $3
                            and o.result in ('running', 'unknown')) as question,
                        (select k.id from call k where k.person_id = $2 and k.state in ('ringing', 'live')) as call,
                        (select count(*) from lane i where i.id = $1) as there, ",
                    seen_columns!(),
                    " from (select $1 as lane_id) x
                     left join lease l on l.lane_id = x.lane_id
                     left join person h on h.id = l.person_id
                     left join lease f on f.person_id = $2 and f.open and f.lane_id <> x.lane_id
                     left join lane_now n on n.lane_id = x.lane_id
                     left join plate_read r on r.id = n.read_id
                     left join picture p on p.id = coalesce(n.picture_id, r.picture_id)"
                ),
                args![lane, &who.id, since],
            )
            .await?;
        Ok(ClaimContext {
            here: row.here,
            former: row.former.map(|lease| lease.of(who)),
            seen: row.seen.standing(),
            unresolved_order: row.question,
            call: row.call,
            there: row.there,
        })
    }
}

impl Tx<'_> {
    /// Writes a new case and takes its lane where the old lease is over. None: somebody holds it, and the whole
    /// transaction is to be undone.
    pub(crate) async fn begin_case(&mut self, case: &CaseRow, grant: &Grant) -> Result<Option<Fence>, StoreError> {
        self.need_lane(&grant.lane)?;
        self.need_person(&grant.person)?;
        macro_rules! text {
            ($head:literal, $between:literal) => {
                concat!(
                    $head,
                    "insert into \"case\" (id, lane_id, lot_id, person_id, source, state, opened_at, read_id, plate_read,
                        plate, plate_color, corrected, direction, call_id)
                     values ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $8, $9, false, $10, $12)",
                    $between,
                    "insert into lease (lane_id, lot_id, fence, open, person_id, case_id, acquired_at, expires_at, warned)
                     values ($2, $3, 1, true, $4, $1, $6, $11, false)
                     on conflict (lane_id) do update set
                        lot_id = excluded.lot_id, fence = lease.fence + 1, open = true, person_id = excluded.person_id,
                        case_id = excluded.case_id, acquired_at = excluded.acquired_at,
                        expires_at = excluded.expires_at, warned = false
                     where not lease.open or lease.expires_at <= $6
                     returning fence"
                )
            };
        }
        // SQLite takes two statements in one text, PostgreSQL two inserts in one statement.
        let sql = self.pick(text!("", ";\n"), text!("with began as (", ") "));
        let args = args![
            &case.id,
            &case.lane,
            &case.lot,
            &case.person,
            case.source,
            case.opened_at,
            &case.read,
            case.plate_read.as_ref().map(Plate::as_str),
            case.plate_color.as_deref(),
            case.direction,
            grant.expires_at,
            &case.call
        ];
        let row: Option<(Fence,)> = self.optional(sql, args).await?;
        Ok(row.map(|(fence,)| fence))
    }

    /// Closes an open case that has no order in flight and frees the lane it is worked at, in one look and one write;
    /// none: one of that is not so.
    pub(crate) async fn close_case(
        &mut self,
        closing: &CaseClosing<'_>,
        now: Timestamp,
    ) -> Result<Option<ClosedCase>, StoreError> {
        macro_rules! text {
            ($head:literal, $between:literal, $closed:literal, $end:literal) => {
                concat!(
                    $head,
                    "update \"case\" set state = 'closed', closed_at = $3, outcome = $4, note = $5
                     where id = $1 and state = 'open'
                       and not exists (select 1 from \"order\" o where o.case_id = $1 and o.result = 'running')
                       and exists (select 1 from lease l where l.person_id = $2 and l.open and l.case_id = $1
                            and (l.expires_at > $3 or (l.expires_at is null and $6)))
                     returning lane_id as lane, lot_id as lot,
                        corrected or stay_id is not null or phone is not null as vehicle_was_set",
                    $between,
                    "update lease set open = false
                     where person_id = $2 and open and case_id = $1
                       and exists (select 1 from ",
                    $closed,
                    ")",
                    $end
                )
            };
        }
        // SQLite takes two statements in one text, PostgreSQL two writes in one statement.
        let sql = self.pick(
            text!("", ";\n", "\"case\" where id = $1 and state = 'closed'", ""),
            text!("with closed as (", "), freed as (", "closed", ") select * from closed"),
        );
        let args = args![closing.case, closing.person, now, closing.outcome, closing.note, closing.during_call];
        let rows: Vec<ClosedCase> = self.all(sql, args).await?;
        let closed = rows.into_iter().next();
        if let Some(closed) = &closed {
            self.need_lane(&closed.lane)?;
        }
        Ok(closed)
    }
}

/// What a person says when they close.
#[derive(Debug, Clone, Copy)]
pub struct CaseClosing<'a> {
    /// The case.
    pub case: &'a CaseId,
    /// Who closes it.
    pub person: &'a PersonId,
    /// How it ended.
    pub outcome: Option<&'a str>,
    /// In their words.
    pub note: Option<&'a str>,
    /// Although the call goes on.
    pub during_call: bool,
}

/// A closed case.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ClosedCase {
    /// The lane that is free now.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// A person had set its vehicle.
    pub vehicle_was_set: bool,
}
