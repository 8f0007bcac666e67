//! Cash taken at gates (R39). The money counts as a payment; these rows say who took it, where and when.

use super::{
    Arg, Conn, StoreError, lots_arg,
    part::{lot, name_lane, name_lot, who},
    shown::clock_ms,
};
use crate::{args, directory::Directory};
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, PersonId, StayId},
    money::Fen,
    person::Role,
    time::Timestamp,
};
use lanedesk_wire::{cash::Cash, problem::Holder};

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

const SELECT: &str = concat!(
    "select k.id, ",
    lot!("k.lot_id"),
    ", k.lane_id as lane__id, k.lane_id as lane__name, k.lane_id as lane__code, k.case_id as \"case\", k.stay_id as stay,
    k.plate, ",
    who!("person", "p"),
    ", k.amount_fen, k.at from cash k join person p on p.id = k.person_id"
);

fn shown(site: &Directory, mut row: Cash) -> Cash {
    name_lot(site, &mut row.lot);
    name_lane(site, &mut row.lane);
    row
}

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

    pub(crate) async fn cash_of(&mut self, site: &Directory, id: &str) -> Result<Option<Cash>, StoreError> {
        let row: Option<Cash> = self.optional(&format!("{SELECT} where k.id = $1"), args![id]).await?;
        Ok(row.map(|row| shown(site, row)))
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
        let rows: Vec<Cash> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|row| shown(site, row)).collect())
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
        let rows: Vec<(PersonId, String, Role, i64, i64, Fen)> = self.all(&sql, args).await?;
        let sum = |(id, name, role, shift, count, fen)| (Holder { id, name, role }, shift, count, fen);
        Ok(rows.into_iter().map(sum).collect())
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
