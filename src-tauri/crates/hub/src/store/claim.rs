//! Claiming in few statements: everything a claim looks at in one, case and lease in another. This is the path that is
//! measured; other ways to a lane put it together from `lease` and `case`.

use super::{
    CaseRow, Conn, Grant, LeaseRow, Standing, StoreError, Tx,
    lease::holder,
    view::{Seen, seen_columns},
};
use crate::{
    args,
    directory::{parsed, parsed_opt},
};
use lanedesk_domain::{
    ids::{CallId, Fence, LaneId, PersonId},
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::problem::Holder;

/// What a claim looks at.
#[derive(Debug, Clone)]
pub struct Around {
    /// The lane's lease, open or not; none: it was never claimed.
    pub here: Option<LeaseRow>,
    /// The lane the person has open elsewhere, over or not.
    pub former: Option<LeaseRow>,
    /// The vehicle there.
    pub seen: Standing,
    /// An order to the lane is unanswered, or was lately.
    pub question: bool,
    /// The call this person has that is not over, wherever it is worked.
    pub call: Option<CallId>,
    /// The site has the lane.
    pub there: bool,
}

#[derive(serde::Deserialize)]
struct Columns {
    lot_id: Option<String>,
    fence: Option<i64>,
    open: Option<bool>,
    holder_id: Option<String>,
    holder_name: Option<String>,
    holder_role: Option<String>,
    case_id: Option<String>,
    acquired_at: Option<i64>,
    expires_at: Option<i64>,
    former_lane: Option<String>,
    former_lot: Option<String>,
    former_fence: Option<i64>,
    former_case: Option<String>,
    former_since: Option<i64>,
    former_until: Option<i64>,
    questions: i64,
    live_call: Option<String>,
    there: i64,
    seen: Seen,
}

impl Columns {
    fn around(self, lane: &LaneId, who: &Holder) -> Result<Around, StoreError> {
        let here = match (self.lot_id, self.fence, self.open, self.case_id, self.acquired_at) {
            (Some(lot), Some(fence), Some(open), Some(case), Some(since)) => Some(LeaseRow {
                lane: lane.clone(),
                lot: parsed(&lot)?,
                fence: Fence(fence),
                open,
                holder: holder(
                    &self.holder_id.unwrap_or_default(),
                    self.holder_name.unwrap_or_default(),
                    &self.holder_role.unwrap_or_default(),
                )?,
                case: parsed(&case)?,
                acquired_at: Timestamp(since),
                expires_at: self.expires_at.map(Timestamp),
            }),
            _ => None,
        };
        let former = match (self.former_lane, self.former_lot, self.former_fence, self.former_case, self.former_since) {
            (Some(lane), Some(lot), Some(fence), Some(case), Some(since)) => Some(LeaseRow {
                lane: parsed(&lane)?,
                lot: parsed(&lot)?,
                fence: Fence(fence),
                open: true,
                holder: who.clone(),
                case: parsed(&case)?,
                acquired_at: Timestamp(since),
                expires_at: self.former_until.map(Timestamp),
            }),
            _ => None,
        };
        Ok(Around {
            here,
            former,
            seen: self.seen.standing()?,
            question: self.questions > 0,
            call: parsed_opt(self.live_call.as_deref())?,
            there: self.there > 0,
        })
    }
}

impl Conn<'_> {
    /// Everything a claim of this lane by this person looks at. Questions are orders not older than `since`.
    pub(crate) async fn around(&mut self, lane: &LaneId, who: &Holder, since: Timestamp) -> Result<Around, StoreError> {
        let row: Columns = self
            .one(
                concat!(
                    "select l.lot_id, l.fence, l.open, h.id as holder_id, h.name as holder_name, h.role as holder_role,
                        l.case_id, l.acquired_at, l.expires_at,
                        f.lane_id as former_lane, f.lot_id as former_lot, f.fence as former_fence,
                        f.case_id as former_case, f.acquired_at as former_since, f.expires_at as former_until,
                        (select count(*) from \"order\" o where o.lane_id = $1 and o.made_at >= $3
                            and o.result in ('running', 'unknown')) as questions,
                        (select k.id from call k where k.person_id = $2 and k.state in ('ringing', 'live')) as live_call,
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
        row.around(lane, who)
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
        let row: Option<(i64,)> = self.optional(sql, args).await?;
        Ok(row.map(|(fence,)| Fence(fence)))
    }

    /// Closes an open case that has no order in flight and frees the lane it is worked at, in one look and one write;
    /// none: one of that is not so.
    pub(crate) async fn close_case(
        &mut self,
        closing: &Closing<'_>,
        now: Timestamp,
    ) -> Result<Option<Closed>, StoreError> {
        macro_rules! text {
            ($head:literal, $between:literal, $closed:literal, $end:literal) => {
                concat!(
                    $head,
                    "update \"case\" set state = 'closed', closed_at = $3, outcome = $4, note = $5
                     where id = $1 and state = 'open'
                       and not exists (select 1 from \"order\" o where o.case_id = $1 and o.result = 'running')
                       and exists (select 1 from lease l where l.person_id = $2 and l.open and l.case_id = $1
                            and (l.expires_at > $3 or (l.expires_at is null and $6)))
                     returning lane_id, lot_id,
                        cast(case when corrected or stay_id is not null or phone is not null then 1 else 0 end as bigint)",
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
        let rows: Vec<(String, String, i64)> = self.all(sql, args).await?;
        let closed = |(lane, lot, set): (String, String, i64)| {
            Ok::<_, StoreError>(Closed { lane: parsed(&lane)?, lot: parsed(&lot)?, vehicle_was_set: set == 1 })
        };
        let closed = rows.into_iter().next().map(closed).transpose()?;
        if let Some(closed) = &closed {
            self.need_lane(&closed.lane)?;
        }
        Ok(closed)
    }
}

/// What a person says when they close.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// The case.
    pub case: &'a lanedesk_domain::ids::CaseId,
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
#[derive(Debug, Clone)]
pub struct Closed {
    /// The lane that is free now.
    pub lane: LaneId,
    /// Its lot.
    pub lot: lanedesk_domain::ids::LotId,
    /// A person had set its vehicle.
    pub vehicle_was_set: bool,
}
