//! Rows behind the figures of a day, by the conditions the figures count by.

use super::{
    Arg, Behind, Conn, StoreError,
    lease::holder,
    lots_arg,
    opening::{lane_ref, lot_ref},
};
use crate::{
    args,
    directory::{Directory, parsed, parsed_opt},
};
use lanedesk_domain::{ids::LotId, time::Timestamp};
use lanedesk_wire::past::{LongStay, Outage, PastCall, PastCase};

/// What every such list is filtered by.
#[derive(Debug, Clone)]
pub(crate) struct PastFilter {
    /// From this moment on.
    pub from: Timestamp,
    /// Before this moment.
    pub to: Timestamp,
    /// Of these lots; none: of all.
    pub lots: Option<Vec<LotId>>,
    /// Columns that must hold these texts; whoever asks names the columns.
    pub equal: Vec<(&'static str, String)>,
    /// What else must hold, in SQL of ours.
    pub holds: &'static str,
    /// The page before ended here.
    pub behind: Option<Behind>,
    /// How many at most.
    pub limit: i64,
}

impl PastFilter {
    /// What follows the time: `$1` and `$2` are its bounds. `place` is the order's time and id, and how it goes on.
    fn rest(&self, conn: &Conn<'_>, place: (&str, &str, &str)) -> (String, Vec<Arg>) {
        let mut args: Vec<Arg> = args![self.from, self.to];
        let mut text = self.holds.to_owned();
        for (column, value) in &self.equal {
            args.push(value.into());
            text = format!("{text} and {column} = ${}", args.len());
        }
        if let Some(lots) = &self.lots {
            args.push(lots_arg(lots.iter()).into());
            text = format!("{text} and {}", conn.in_lots("o.lot_id", args.len()));
        }
        let (at, way, past) = place;
        if let Some(behind) = &self.behind {
            args.extend(args![behind.at, behind.id.as_str()]);
            let n = args.len();
            text = format!("{text} and ({at}, o.id) {past} (${}, ${n})", n - 1);
        }
        args.push(self.limit.into());
        let text = format!("{text} order by {at} {way}, o.id {way} limit ${}", args.len());
        (text, args)
    }
}

const NEWEST: (&str, &str) = ("desc", "<");

#[derive(serde::Deserialize)]
struct CaseColumns {
    id: String,
    lot_id: String,
    lane_id: String,
    person_id: String,
    name: String,
    role: String,
    plate_read: Option<String>,
    plate: Option<String>,
    corrected: bool,
    direction: Option<String>,
    state: String,
    outcome: Option<String>,
    note: Option<String>,
    opened_at: i64,
    closed_at: i64,
}

#[derive(serde::Deserialize)]
struct CallColumns {
    id: String,
    lot_id: Option<String>,
    lane_id: Option<String>,
    caller: String,
    state: String,
    person_id: Option<String>,
    name: Option<String>,
    role: Option<String>,
    case_id: Option<String>,
    since: i64,
    had_at: Option<i64>,
    ended_at: Option<i64>,
}

#[derive(serde::Deserialize)]
struct StayColumns {
    id: String,
    lot_id: String,
    plate: Option<String>,
    entry_lane_id: Option<String>,
    entered_at: i64,
    left_at: Option<i64>,
}

#[derive(serde::Deserialize)]
struct OutageColumns {
    id: String,
    device_id: String,
    lot_id: Option<String>,
    began_at: i64,
    ended_at: Option<i64>,
    error: String,
}

impl Conn<'_> {
    /// Cases that ended in a time, newest end first.
    pub(crate) async fn cases_that_ended(
        &mut self,
        site: &Directory,
        filter: &PastFilter,
    ) -> Result<Vec<PastCase>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.closed_at", NEWEST.0, NEWEST.1));
        let sql = format!(
            "select o.id, o.lot_id, o.lane_id, o.person_id, p.name, p.role, o.plate_read, o.plate, o.corrected,
                o.direction, o.state, o.outcome, o.note, o.opened_at, o.closed_at
             from \"case\" o join person p on p.id = o.person_id
             where o.closed_at >= $1 and o.closed_at < $2 and {rest}"
        );
        let rows: Vec<CaseColumns> = self.all(&sql, args).await?;
        rows.into_iter().map(|row| case(site, row)).collect()
    }

    /// Calls that began to ring in a time, newest first.
    pub(crate) async fn past_calls(
        &mut self,
        site: &Directory,
        filter: &PastFilter,
    ) -> Result<Vec<PastCall>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.since", NEWEST.0, NEWEST.1));
        let sql = format!(
            "select o.id, o.lot_id, o.lane_id, o.caller, o.state, o.person_id, p.name, p.role, o.case_id, o.since,
                coalesce(o.answered_at, o.taken_at, o.ended_at) as had_at, o.ended_at
             from call o left join person p on p.id = o.person_id
             where o.since >= $1 and o.since < $2 and {rest}"
        );
        let rows: Vec<CallColumns> = self.all(&sql, args).await?;
        rows.into_iter().map(|row| call(site, row)).collect()
    }

    /// Stays that had begun before the first moment and had not ended at the second, longest first.
    pub(crate) async fn long_stays_at(
        &mut self,
        site: &Directory,
        filter: &PastFilter,
    ) -> Result<Vec<LongStay>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.entered_at", "asc", ">"));
        let sql = format!(
            "select o.id, o.lot_id, o.plate, o.entry_lane_id, o.entered_at, o.left_at from stay o
             where o.entered_at < $1 and (o.left_at is null or o.left_at >= $2) and {rest}"
        );
        let rows: Vec<StayColumns> = self.all(&sql, args).await?;
        let shown = |row: StayColumns| {
            let lane = parsed_opt(row.entry_lane_id.as_deref())?;
            Ok(LongStay {
                id: parsed(&row.id)?,
                lot: lot_ref(site, parsed(&row.lot_id)?),
                plate: row.plate,
                lane: lane.map(|lane| lane_ref(site, lane)),
                entered_at: Timestamp(row.entered_at),
                left_at: row.left_at.map(Timestamp),
            })
        };
        rows.into_iter().map(shown).collect()
    }

    /// Outages that reach into a time, newest first.
    pub(crate) async fn past_outages(
        &mut self,
        site: &Directory,
        filter: &PastFilter,
    ) -> Result<Vec<Outage>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.began_at", NEWEST.0, NEWEST.1));
        let sql = format!(
            "select o.id, o.device_id, o.lot_id, o.began_at, o.ended_at, o.error from outage o
             where coalesce(o.ended_at, $2) > $1 and o.began_at < $2 and {rest}"
        );
        let rows: Vec<OutageColumns> = self.all(&sql, args).await?;
        let shown = |row: OutageColumns| {
            let lot = parsed_opt(row.lot_id.as_deref())?;
            Ok(Outage {
                id: row.id,
                device: parsed(&row.device_id)?,
                lot: lot.map(|lot| lot_ref(site, lot)),
                began_at: Timestamp(row.began_at),
                ended_at: row.ended_at.map(Timestamp),
                error: row.error,
            })
        };
        rows.into_iter().map(shown).collect()
    }
}

fn case(site: &Directory, row: CaseColumns) -> Result<PastCase, StoreError> {
    let word = |what: &str, text: &str| StoreError::Corrupt(format!("{what} {text:?}"));
    let outcome = row.outcome.map(|text| text.parse().map_err(|_: serde_json::Error| word("outcome", &text)));
    Ok(PastCase {
        id: parsed(&row.id)?,
        lot: lot_ref(site, parsed(&row.lot_id)?),
        lane: lane_ref(site, parsed(&row.lane_id)?),
        person: holder(&row.person_id, row.name, &row.role)?,
        plate_read: row.plate_read,
        plate: row.plate,
        corrected: row.corrected,
        direction: parsed_opt(row.direction.as_deref())?,
        state: row.state.parse().map_err(|_: serde_json::Error| word("state", &row.state))?,
        outcome: outcome.transpose()?,
        note: row.note,
        opened_at: Timestamp(row.opened_at),
        closed_at: Timestamp(row.closed_at),
    })
}

fn call(site: &Directory, row: CallColumns) -> Result<PastCall, StoreError> {
    let person = match (row.person_id, row.name, row.role) {
        (Some(id), Some(name), Some(role)) => Some(holder(&id, name, &role)?),
        _ => None,
    };
    let (lot, lane) = (parsed_opt(row.lot_id.as_deref())?, parsed_opt(row.lane_id.as_deref())?);
    let waited = row.had_at.and_then(|had| u32::try_from((had - row.since) / 1_000).ok());
    Ok(PastCall {
        id: parsed(&row.id)?,
        lot: lot.map(|lot| lot_ref(site, lot)),
        lane: lane.map(|lane| lane_ref(site, lane)),
        caller: row.caller,
        state: parsed(&row.state)?,
        person,
        case: parsed_opt(row.case_id.as_deref())?,
        since: Timestamp(row.since),
        waited_s: waited,
        ended_at: row.ended_at.map(Timestamp),
    })
}
