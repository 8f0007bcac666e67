//! Times in which devices could not be reached, and what is to be repaired.

use super::{Arg, Conn, StoreError, lease::holder, lots_arg};
use crate::{
    args,
    directory::{Directory, parsed, parsed_opt},
};
use lanedesk_domain::{
    ids::{CaseId, DeviceId, LaneId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::{
    maintenance::{Maintenance, MaintenanceState},
    opening::LaneRef,
    search::LotRef,
};

/// Something to repair, about to be noted.
#[derive(Debug, Clone)]
pub(crate) struct NewMaintenance {
    /// Its id.
    pub id: String,
    /// The device.
    pub device: DeviceId,
    /// Its lot.
    pub lot: LotId,
    /// Where it was noticed.
    pub lane: Option<LaneId>,
    /// In which case.
    pub case: Option<CaseId>,
    /// What was noticed.
    pub note: String,
    /// Who noticed it.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Which repairs.
#[derive(Debug, Clone, Default)]
pub(crate) struct MaintenanceFilter {
    /// Of these lots; none: of all.
    pub lots: Option<Vec<LotId>>,
    /// Of this device.
    pub device: Option<DeviceId>,
    /// That stand so.
    pub state: Option<MaintenanceState>,
    /// Behind this row.
    pub before: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// A device that has been out of reach for long.
#[derive(Debug, Clone)]
pub(crate) struct LongOutage {
    /// The device.
    pub device: DeviceId,
    /// Its lot.
    pub lot: Option<LotId>,
    /// Since when.
    pub since: Timestamp,
    /// What the try that failed said.
    pub error: String,
}

#[derive(serde::Deserialize)]
struct Columns {
    id: String,
    device_id: String,
    lot_id: String,
    lane_id: Option<String>,
    case_id: Option<String>,
    note: String,
    person_id: String,
    name: String,
    role: String,
    at: i64,
    repair: Option<String>,
    closed_by: Option<String>,
    closed_name: Option<String>,
    closed_role: Option<String>,
    closed_at: Option<i64>,
}

fn shown(site: &Directory, row: Columns) -> Result<Maintenance, StoreError> {
    let lot: LotId = parsed(&row.lot_id)?;
    let lane: Option<LaneId> = parsed_opt(row.lane_id.as_deref())?;
    let named = |lane: LaneId| {
        let known = site.lanes.get(&lane);
        LaneRef {
            name: known.map_or(lane.to_string(), |lane| lane.name.clone()),
            code: known.map_or(lane.to_string(), |lane| lane.code.clone()),
            id: lane,
        }
    };
    let closed_by = match (row.closed_by, row.closed_name, row.closed_role) {
        (Some(id), Some(name), Some(role)) => Some(holder(&id, name, &role)?),
        _ => None,
    };
    Ok(Maintenance {
        id: row.id,
        device: parsed(&row.device_id)?,
        lot: LotRef { name: site.lots.get(&lot).map_or(row.lot_id, |lot| lot.name.clone()), id: lot },
        lane: lane.map(named),
        case: parsed_opt(row.case_id.as_deref())?,
        state: if row.closed_at.is_some() { MaintenanceState::Closed } else { MaintenanceState::Open },
        note: row.note,
        by: holder(&row.person_id, row.name, &row.role)?,
        at: Timestamp(row.at),
        repair: row.repair,
        closed_by,
        closed_at: row.closed_at.map(Timestamp),
    })
}

const SELECT: &str =
    "select m.id, m.device_id, m.lot_id, m.lane_id, m.case_id, m.note, m.person_id, p.name, p.role, m.at,
    m.repair, m.closed_by, q.name as closed_name, q.role as closed_role, m.closed_at
    from maintenance m join person p on p.id = m.person_id left join person q on q.id = m.closed_by";

impl Conn<'_> {
    /// Notes something to repair.
    pub(crate) async fn add_maintenance(&mut self, new: &NewMaintenance) -> Result<(), StoreError> {
        let sql = "insert into maintenance (id, device_id, lot_id, lane_id, case_id, note, person_id, at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let args = args![&new.id, &new.device, &new.lot, &new.lane, &new.case, &new.note, &new.person, new.at];
        self.execute(sql, args).await.map(drop)
    }

    /// One.
    pub(crate) async fn maintenance_of(
        &mut self,
        site: &Directory,
        id: &str,
    ) -> Result<Option<Maintenance>, StoreError> {
        let row: Option<Columns> = self.optional(&format!("{SELECT} where m.id = $1"), args![id]).await?;
        row.map(|row| shown(site, row)).transpose()
    }

    /// Those of a filter, newest first.
    pub(crate) async fn maintenance(
        &mut self,
        site: &Directory,
        filter: &MaintenanceFilter,
    ) -> Result<Vec<Maintenance>, StoreError> {
        let mut args: Vec<Arg> = args![
            filter.before.as_deref().unwrap_or_default(),
            filter.device.as_ref().map(ToString::to_string).unwrap_or_default(),
            filter.limit
        ];
        let mut wanted = "($1 = '' or m.id < $1) and ($2 = '' or m.device_id = $2)".to_owned();
        wanted.push_str(match filter.state {
            Some(MaintenanceState::Open) => " and m.closed_at is null",
            Some(MaintenanceState::Closed) => " and m.closed_at is not null",
            None => "",
        });
        if let Some(lots) = &filter.lots {
            args.push(lots_arg(lots.iter()).into());
            wanted += " and ";
            wanted += &self.in_lots("m.lot_id", args.len());
        }
        let sql = format!("{SELECT} where {wanted} order by m.id desc limit $3");
        let rows: Vec<Columns> = self.all(&sql, args).await?;
        rows.into_iter().map(|row| shown(site, row)).collect()
    }

    /// Says what was done. False: it was closed before.
    pub(crate) async fn close_maintenance(
        &mut self,
        id: &str,
        by: &PersonId,
        repair: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "update maintenance set repair = $2, closed_by = $3, closed_at = $4
                   where id = $1 and closed_at is null";
        Ok(self.execute(sql, args![id, repair, by, now]).await? == 1)
    }

    /// A device cannot be reached from now on, or is again. Answers whether that is news.
    pub(crate) async fn note_outage(
        &mut self,
        device: &DeviceId,
        lot: Option<&LotId>,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(error) = error else {
            let sql = "update outage set ended_at = $2 where device_id = $1 and ended_at is null";
            return Ok(self.execute(sql, args![device, now]).await? > 0);
        };
        let sql = "insert into outage (id, device_id, lot_id, began_at, error) values ($1, $2, $3, $4, $5)
                   on conflict (device_id) where ended_at is null do nothing";
        let id = uuid::Uuid::now_v7().to_string();
        let args = args![id, device, lot.map(LotId::as_str), now, error];
        Ok(self.execute(sql, args).await? > 0)
    }

    /// Devices that are out of reach, and since when.
    pub(crate) async fn open_outages(&mut self) -> Result<Vec<(DeviceId, Timestamp)>, StoreError> {
        let sql = "select device_id, began_at from outage where ended_at is null";
        let rows: Vec<(String, i64)> = self.all(sql, args![]).await?;
        let since = |(device, since): (String, i64)| Ok((parsed(&device)?, Timestamp(since)));
        rows.into_iter().map(since).collect()
    }

    /// Outages that have lasted since `before`, of devices of which nobody was alerted since `quiet`. Each is answered once,
    /// to one hub, which alerts of it.
    pub(crate) async fn take_alerts(
        &mut self,
        before: Timestamp,
        quiet: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<LongOutage>, StoreError> {
        let sql = "update outage set alerted_at = $3
                   where ended_at is null and alerted_at is null and began_at <= $1
                     and not exists (select 1 from outage o where o.device_id = outage.device_id and o.alerted_at > $2)
                   returning device_id, lot_id, began_at, error";
        let args = args![before, quiet, now];
        let rows: Vec<(String, Option<String>, i64, String)> = self.all(sql, args).await?;
        let long = |(device, lot, since, error): (String, Option<String>, i64, String)| {
            Ok(LongOutage {
                device: parsed(&device)?,
                lot: parsed_opt(lot.as_deref())?,
                since: Timestamp(since),
                error,
            })
        };
        rows.into_iter().map(long).collect()
    }

    /// When each lane of these lots, or of all, last had a picture.
    pub(crate) async fn last_pictures(
        &mut self,
        lots: Option<&[LotId]>,
    ) -> Result<Vec<(LaneId, Timestamp)>, StoreError> {
        let (within, args): (String, Vec<Arg>) = match lots {
            None => (String::new(), vec![]),
            Some(lots) => (format!(" where {}", self.in_lots("l.lot_id", 1)), vec![lots_arg(lots.iter()).into()]),
        };
        let sql =
            format!("select l.id, (select max(p.taken_at) from picture p where p.lane_id = l.id) from lane l{within}");
        let rows: Vec<(String, Option<i64>)> = self.all(&sql, args).await?;
        rows.into_iter().filter_map(|(lane, at)| at.map(|at| parsed(&lane).map(|lane| (lane, Timestamp(at))))).collect()
    }
}
