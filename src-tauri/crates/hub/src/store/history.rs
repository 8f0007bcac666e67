//! Rows behind the figures of a day, by the conditions the figures count by.

use super::{
    Arg, Conn, ListCursor, StoreError, lots_arg,
    part::{lane, lot, name_lane, name_lot, who},
};
use crate::{args, directory::Directory};
use lanedesk_domain::{ids::LotId, time::Timestamp};
use lanedesk_wire::history::{LongStay, Outage, PastCall, PastCase};

/// What every such list is filtered by.
#[derive(Debug, Clone)]
pub(crate) struct HistoryFilter {
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
    pub behind: Option<ListCursor>,
    /// How many at most.
    pub limit: i64,
}

impl HistoryFilter {
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
const LOT: &str = lot!("o.lot_id");
const LANE: &str = lane!("o.lane_id");
const ENTRY: &str = lane!("o.entry_lane_id");
const PERSON: &str = who!("person", "p");
/// How long a call rang until somebody had it, or it was over.
const WAITED: &str = "coalesce(o.answered_at, o.taken_at, o.ended_at) - o.since";

impl Conn<'_> {
    /// Cases that ended in a time, newest end first.
    pub(crate) async fn cases_that_ended(
        &mut self,
        site: &Directory,
        filter: &HistoryFilter,
    ) -> Result<Vec<PastCase>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.closed_at", NEWEST.0, NEWEST.1));
        let sql = format!(
            "select o.id, {LOT}, {LANE}, {PERSON}, o.plate_read, o.plate, o.corrected,
                o.direction, o.state, o.outcome, o.note, o.opened_at, o.closed_at
             from \"case\" o join person p on p.id = o.person_id
             where o.closed_at >= $1 and o.closed_at < $2 and {rest}"
        );
        let mut rows: Vec<PastCase> = self.all(&sql, args).await?;
        for row in &mut rows {
            name_lot(site, &mut row.lot);
            name_lane(site, &mut row.lane);
        }
        Ok(rows)
    }

    /// Calls that began to ring in a time, newest first.
    pub(crate) async fn past_calls(
        &mut self,
        site: &Directory,
        filter: &HistoryFilter,
    ) -> Result<Vec<PastCall>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.since", NEWEST.0, NEWEST.1));
        let sql = format!(
            "select o.id, {LOT}, {LANE}, o.caller, o.state, {PERSON}, o.case_id as \"case\", o.since,
                case when {WAITED} > -1000 then ({WAITED}) / 1000 end as waited_s, o.ended_at
             from call o left join person p on p.id = o.person_id
             where o.since >= $1 and o.since < $2 and {rest}"
        );
        let mut rows: Vec<PastCall> = self.all(&sql, args).await?;
        for row in &mut rows {
            row.lot.iter_mut().for_each(|lot| name_lot(site, lot));
            row.lane.iter_mut().for_each(|lane| name_lane(site, lane));
        }
        Ok(rows)
    }

    /// Stays that had begun before the first moment and had not ended at the second, longest first.
    pub(crate) async fn long_stays_at(
        &mut self,
        site: &Directory,
        filter: &HistoryFilter,
    ) -> Result<Vec<LongStay>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.entered_at", "asc", ">"));
        let sql = format!(
            "select o.id, {LOT}, o.plate, {ENTRY}, o.entered_at, o.left_at from stay o
             where o.entered_at < $1 and (o.left_at is null or o.left_at >= $2) and {rest}"
        );
        let mut rows: Vec<LongStay> = self.all(&sql, args).await?;
        for row in &mut rows {
            name_lot(site, &mut row.lot);
            row.lane.iter_mut().for_each(|lane| name_lane(site, lane));
        }
        Ok(rows)
    }

    /// Outages that reach into a time, newest first.
    pub(crate) async fn past_outages(
        &mut self,
        site: &Directory,
        filter: &HistoryFilter,
    ) -> Result<Vec<Outage>, StoreError> {
        let (rest, args) = filter.rest(self, ("o.began_at", NEWEST.0, NEWEST.1));
        let sql = format!(
            "select o.id, o.device_id as device, {LOT}, o.began_at, o.ended_at, o.error from outage o
             where coalesce(o.ended_at, $2) > $1 and o.began_at < $2 and {rest}"
        );
        let mut rows: Vec<Outage> = self.all(&sql, args).await?;
        for row in &mut rows {
            row.lot.iter_mut().for_each(|lot| name_lot(site, lot));
        }
        Ok(rows)
    }
}
