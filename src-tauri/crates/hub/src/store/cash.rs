//! Cash taken at gates (R39). The money counts as a payment; these rows say who took it, where and when.

use super::{Arg, Conn, StoreError, lease::holder, lots_arg, shown::clock_ms};
use crate::{
    args,
    directory::{Directory, parsed, parsed_opt},
};
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, PersonId, StayId},
    money::Fen,
    time::Timestamp,
};
use lanedesk_wire::{cash::Cash, opening::LaneRef, problem::Holder, search::LotRef};

/// Cash about to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewCash {
    /// Made by the desk.
    pub id: String,
    /// The case.
    pub case: CaseId,
    /// Its lot.
    pub lot: LotId,
    /// Its lane.
    pub lane: LaneId,
    /// The stay it pays.
    pub stay: Option<StayId>,
    /// The plate.
    pub plate: Option<String>,
    /// Who took it.
    pub person: PersonId,
    /// How much.
    pub amount: Fen,
    /// When.
    pub at: Timestamp,
}

/// Which cash.
#[derive(Debug, Clone, Default)]
pub(crate) struct CashFilter {
    /// Of these lots; none: of all.
    pub lots: Option<Vec<LotId>>,
    /// Taken by this person.
    pub person: Option<PersonId>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Behind this row.
    pub behind: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: i64,
}

#[derive(serde::Deserialize)]
struct Columns {
    id: String,
    case_id: String,
    lot_id: String,
    lane_id: String,
    stay_id: Option<String>,
    plate: Option<String>,
    person_id: String,
    name: String,
    role: String,
    amount_fen: i64,
    at: i64,
}

fn shown(site: &Directory, row: Columns) -> Result<Cash, StoreError> {
    let (lane, lot): (LaneId, LotId) = (parsed(&row.lane_id)?, parsed(&row.lot_id)?);
    let known = site.lanes.get(&lane);
    let named = site.lots.get(&lot).map_or(row.lot_id, |lot| lot.name.clone());
    Ok(Cash {
        id: row.id,
        lane: LaneRef {
            name: known.map_or(row.lane_id.clone(), |lane| lane.name.clone()),
            code: known.map_or(row.lane_id, |lane| lane.code.clone()),
            id: lane,
        },
        lot: LotRef { id: lot, name: named },
        case: parsed(&row.case_id)?,
        stay: parsed_opt(row.stay_id.as_deref())?,
        plate: row.plate,
        person: holder(&row.person_id, row.name, &row.role)?,
        amount_fen: Fen(row.amount_fen),
        at: Timestamp(row.at),
    })
}

const SELECT: &str = "select k.id, k.case_id, k.lot_id, k.lane_id, k.stay_id, k.plate, k.person_id, p.name, p.role,
    k.amount_fen, k.at from cash k join person p on p.id = k.person_id";

impl Conn<'_> {
    /// Records cash. False: this id was recorded before.
    pub(crate) async fn add_cash(&mut self, cash: &NewCash) -> Result<bool, StoreError> {
        let sql = "insert into cash (id, case_id, lot_id, lane_id, stay_id, plate, person_id, amount_fen, at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing";
        let args = args![
            &cash.id,
            &cash.case,
            &cash.lot,
            &cash.lane,
            &cash.stay,
            cash.plate.as_deref(),
            &cash.person,
            cash.amount,
            cash.at
        ];
        Ok(self.execute(sql, args).await? == 1)
    }

    /// One.
    pub(crate) async fn cash_of(&mut self, site: &Directory, id: &str) -> Result<Option<Cash>, StoreError> {
        let row: Option<Columns> = self.optional(&format!("{SELECT} where k.id = $1"), args![id]).await?;
        row.map(|row| shown(site, row)).transpose()
    }

    /// A filter's cash, newest first.
    pub(crate) async fn cash(&mut self, site: &Directory, filter: &CashFilter) -> Result<Vec<Cash>, StoreError> {
        let (wanted, mut args) = self.cash_wanted(filter);
        let mut behind = String::new();
        if let Some((at, id)) = &filter.behind {
            args.extend(args![*at, id]);
            behind = format!(" and (k.at, k.id) < (${}, ${})", args.len() - 1, args.len());
        }
        args.push(filter.limit.into());
        let sql = format!("{SELECT} where {wanted}{behind} order by k.at desc, k.id desc limit ${}", args.len());
        let rows: Vec<Columns> = self.all(&sql, args).await?;
        rows.into_iter().map(|row| shown(site, row)).collect()
    }

    /// Sums by person and shift: the shift's number since 1970, counted by the lots' clocks, how often, how much.
    pub(crate) async fn cash_sums(
        &mut self,
        filter: &CashFilter,
        shift_ms: i64,
    ) -> Result<Vec<(Holder, i64, i64, Fen)>, StoreError> {
        let (wanted, mut args) = self.cash_wanted(filter);
        args.push(shift_ms.into());
        let shown = clock_ms("k.at", filter.from, filter.to);
        let shift = format!("{shown} / ${}", args.len());
        let sql = format!(
            "select k.person_id, p.name, p.role, {shift} as shift, count(*), cast(sum(k.amount_fen) as bigint)
             from cash k join person p on p.id = k.person_id where {wanted}
             group by k.person_id, p.name, p.role, {shift} order by 4 desc, 2, 1 limit 2000"
        );
        let rows: Vec<(String, String, String, i64, i64, i64)> = self.all(&sql, args).await?;
        let sum = |(id, name, role, shift, count, fen): (String, String, String, i64, i64, i64)| {
            Ok((holder(&id, name, &role)?, shift, count, Fen(fen)))
        };
        rows.into_iter().map(sum).collect()
    }

    fn cash_wanted(&self, filter: &CashFilter) -> (String, Vec<Arg>) {
        let mut args: Vec<Arg> = args![filter.from.map_or(i64::MIN, |at| at.0), filter.to.map_or(i64::MAX, |at| at.0)];
        let mut wanted = "k.at >= $1 and k.at < $2".to_owned();
        if let Some(person) = &filter.person {
            args.push(person.into());
            wanted += " and k.person_id = $";
            wanted += &args.len().to_string();
        }
        if let Some(lots) = &filter.lots {
            args.push(lots_arg(lots.iter()).into());
            wanted += " and ";
            wanted += &self.in_lots("k.lot_id", args.len());
        }
        (wanted, args)
    }
}
