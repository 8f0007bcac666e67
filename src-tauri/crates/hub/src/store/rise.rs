//! Barriers that rose without us, and what may have raised them (R40).

use super::{
    Arg, Conn, ListCursor, StoreError, Tx,
    opening::picture_path,
    part::{lane, lot, name_lane, name_lot},
};
use crate::{args, directory::Directory};
use lanedesk_domain::{
    ids::{DeviceId, LaneId, LotId, OrderId, PhotoId, RiseId},
    order::OrderResult,
    rise::{ArmRise, Order},
    time::Timestamp,
};
use lanedesk_wire::rise::Rise;
use std::fmt::Write as _;

/// A plate read this long before an arm was seen up is of the vehicle before it, ms.
const PLATE_MS: i64 = 60_000;
/// Where nobody knows when the arm was down, another hub may have recorded the rise this long ago, ms.
const TOLD_MS: i64 = 12 * 3_600_000;

/// A rise about to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewRise {
    /// Its id.
    pub id: RiseId,
    /// The lot.
    pub lot: LotId,
    /// The lane.
    pub lane: LaneId,
    /// What told it.
    pub device: DeviceId,
    /// When.
    pub risen: ArmRise,
    /// The lane then.
    pub picture: Option<PhotoId>,
}

/// Which rises a list shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct RiseFilter {
    /// Only of these lots; none: of every lot.
    pub lots: Option<Vec<LotId>>,
    /// A lot's id.
    pub lot: Option<String>,
    /// A lane's id.
    pub lane: Option<String>,
    /// Seen at or after.
    pub from: Option<Timestamp>,
    /// Seen before.
    pub to: Option<Timestamp>,
    /// The page before ended here.
    pub behind: Option<ListCursor>,
    /// How many at most.
    pub limit: i64,
}

const SELECT: &str = concat!(
    "select id, ",
    lot!("lot_id"),
    ", ",
    lane!("lane_id"),
    ", device_id as device, at, down_at, picture_id as picture, plate from rise r"
);

fn shown(site: &Directory, mut row: Rise) -> Rise {
    name_lot(site, &mut row.lot);
    name_lane(site, &mut row.lane);
    row.picture = row.picture.as_deref().map(picture_path);
    row
}

fn lanes_arg(lanes: &[LaneId]) -> Arg {
    // Ids hold no characters that JSON escapes, so writing them cannot fail.
    serde_json::to_string(lanes).unwrap_or_default().into()
}

impl Conn<'_> {
    /// Orders to open these lanes that can have raised an arm.
    pub(crate) async fn orders_of_rise(&mut self, lanes: &[LaneId], risen: &ArmRise) -> Result<Vec<Order>, StoreError> {
        let (from, to) = risen.orders_between();
        let sql = format!(
            "select id, made_at, result from \"order\" where {} and action = 'open' and made_at >= $2 and made_at <= $3",
            self.in_lots("lane_id", 1)
        );
        let rows: Vec<(OrderId, Timestamp, OrderResult)> = self.all(&sql, args![lanes_arg(lanes), from, to]).await?;
        Ok(rows.into_iter().map(|(id, made_at, result)| Order { id, made_at, result }).collect())
    }

    /// When cameras of these lanes opened by themselves about then.
    pub(crate) async fn passages_of_rise(
        &mut self,
        lanes: &[LaneId],
        risen: &ArmRise,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let (from, to) = risen.passages_between();
        let sql = format!(
            "select taken_at from plate_read where {} and opened_by_camera and taken_at >= $2 and taken_at <= $3",
            self.in_lots("lane_id", 1)
        );
        let rows: Vec<(Timestamp,)> = self.all(&sql, args![lanes_arg(lanes), from, to]).await?;
        Ok(rows.into_iter().map(|(at,)| at).collect())
    }

    pub(crate) async fn rise(&mut self, site: &Directory, id: &RiseId) -> Result<Option<Rise>, StoreError> {
        let sql = format!("{SELECT} where r.id = $1");
        let row: Option<Rise> = self.optional(&sql, args![id.as_str()]).await?;
        Ok(row.map(|row| shown(site, row)))
    }

    /// Rises, newest first.
    pub(crate) async fn rises(&mut self, site: &Directory, filter: &RiseFilter) -> Result<Vec<Rise>, StoreError> {
        let mut args: Vec<Arg> =
            args![filter.from.unwrap_or(Timestamp(i64::MIN)), filter.to.unwrap_or(Timestamp(i64::MAX)), filter.limit];
        let mut sql = format!("{SELECT} where r.at >= $1 and r.at < $2");
        if let Some(lot) = &filter.lot {
            args.push(lot.into());
            // Writing into a string cannot fail.
            let _ = write!(sql, " and r.lot_id = ${}", args.len());
        }
        if let Some(lane) = &filter.lane {
            args.push(lane.into());
            let _ = write!(sql, " and r.lane_id = ${}", args.len());
        }
        if let Some(lots) = &filter.lots {
            args.push(super::lots_arg(lots.iter()).into());
            let _ = write!(sql, " and {}", self.in_lots("r.lot_id", args.len()));
        }
        if let Some(behind) = &filter.behind {
            args.extend(args![behind.at, behind.id.as_str()]);
            let n = args.len();
            let _ = write!(sql, " and (r.at, r.id) < (${}, ${n})", n - 1);
        }
        sql.push_str(" order by r.at desc, r.id desc limit $3");
        let rows: Vec<Rise> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|row| shown(site, row)).collect())
    }
}

impl Tx<'_> {
    /// Writes a rise with the last plate read there. False: another hub, or an earlier start of this one, has told it.
    pub(crate) async fn add_rise(&mut self, new: &NewRise) -> Result<bool, StoreError> {
        self.need_lane(&new.lane)?;
        let ArmRise { at, down_at } = new.risen;
        let since = down_at.unwrap_or(at.plus_ms(-TOLD_MS));
        let added = self
            .execute(
                "insert into rise (id, lot_id, lane_id, device_id, at, down_at, picture_id, plate)
                 select $1, $2, $3, $4, $5, $6, $7,
                    (select p.plate from plate_read p where p.lane_id = $3 and p.taken_at >= $8 and p.taken_at <= $5
                     order by p.taken_at desc limit 1)
                 where not exists (select 1 from rise r where r.lane_id = $3 and r.at > $9)",
                args![
                    new.id.as_str(),
                    &new.lot,
                    &new.lane,
                    &new.device,
                    at,
                    down_at,
                    &new.picture,
                    at.plus_ms(-PLATE_MS),
                    since
                ],
            )
            .await?;
        Ok(added == 1)
    }
}
