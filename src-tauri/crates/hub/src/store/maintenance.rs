//! Times in which devices could not be reached, and what is to be repaired.

use super::{
    Arg, Conn, StoreError, lots_arg,
    part::{lot, name_lane, name_lot, who},
};
use crate::{args, directory::Directory};
use lanedesk_domain::{
    ids::{CaseId, DeviceId, LaneId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::maintenance::{Maintenance, MaintenanceState};

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
#[derive(Debug, Clone, serde::Deserialize)]
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

const SELECT: &str = concat!(
    "select m.id, m.device_id as device, ",
    lot!("m.lot_id"),
    ", m.lane_id as lane__id, m.lane_id as lane__name, m.lane_id as lane__code, m.case_id as \"case\",
    case when m.closed_at is null then 'open' else 'closed' end as state, m.note, ",
    who!("by", "p"),
    ", m.at, m.repair, ",
    who!("closed_by", "q"),
    ", m.closed_at
    from maintenance m join person p on p.id = m.person_id left join person q on q.id = m.closed_by"
);

fn shown(site: &Directory, mut row: Maintenance) -> Maintenance {
    name_lot(site, &mut row.lot);
    row.lane.iter_mut().for_each(|lane| name_lane(site, lane));
    row
}

impl Conn<'_> {
    /// Notes something to repair.
    pub(crate) async fn add_maintenance(&mut self, new: &NewMaintenance) -> Result<(), StoreError> {
        let sql = "insert into maintenance (id, device_id, lot_id, lane_id, case_id, note, person_id, at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let args = args![&new.id, &new.device, &new.lot, &new.lane, &new.case, &new.note, &new.person, new.at];
        self.execute(sql, args).await.map(drop)
    }

    pub(crate) async fn maintenance_of(
        &mut self,
        site: &Directory,
        id: &str,
    ) -> Result<Option<Maintenance>, StoreError> {
        let row: Option<Maintenance> = self.optional(&format!("{SELECT} where m.id = $1"), args![id]).await?;
        Ok(row.map(|row| shown(site, row)))
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
        let rows: Vec<Maintenance> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|row| shown(site, row)).collect())
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
        self.all(sql, args![]).await
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
                   returning device_id as device, lot_id as lot, began_at as since, error";
        self.all(sql, args![before, quiet, now]).await
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
        let rows: Vec<(LaneId, Option<Timestamp>)> = self.all(&sql, args).await?;
        Ok(rows.into_iter().filter_map(|(lane, at)| Some((lane, at?))).collect())
    }
}
