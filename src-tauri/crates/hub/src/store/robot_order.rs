//! Commands to robots: written before they are sent, answered once. And the codes that pair a tablet with a number.

use super::{Conn, StoreError, Tx};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, Fence, LaneId, LotId, OrderId, PersonId, RobotId},
    order::OrderResult,
    time::Timestamp,
};
use lanedesk_wire::robot::RobotOrder;

/// A command's row.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct RobotOrderRow {
    /// The desk's id for it.
    pub id: OrderId,
    /// Its case.
    pub case: CaseId,
    /// Its lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// The robot it is for.
    pub robot: RobotId,
    /// Who gave it.
    pub person: PersonId,
    /// Under which fence.
    pub fence: Fence,
    /// Its word.
    pub command: String,
    /// SHA-256 of what was ordered, hex.
    pub content: String,
    /// When the person pressed.
    pub made_at: Timestamp,
    /// Never sent after it.
    pub deadline_at: Timestamp,
    /// What became of it.
    pub result: OrderResult,
    /// In words for people; empty while it runs.
    pub detail: String,
}

impl RobotOrderRow {
    /// As people are shown it.
    pub fn shown(&self) -> RobotOrder {
        RobotOrder {
            id: self.id,
            case: self.case.clone(),
            command: self.command.clone(),
            result: self.result,
            detail: self.detail.clone(),
            at: self.made_at,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, case_id as \"case\", lane_id as lane, lot_id as lot, robot_id as robot, person_id as person, fence,
                command, content, made_at, deadline_at, result, detail from robot_order ",
            $rest
        )
    };
}

impl Conn<'_> {
    /// A command by its id.
    pub(crate) async fn robot_order(&mut self, id: OrderId) -> Result<Option<RobotOrderRow>, StoreError> {
        self.optional(select!("where id = $1"), args![id]).await
    }

    /// Writes down what became of a command. False: that is known already.
    pub(crate) async fn turn_robot_order(
        &mut self,
        id: OrderId,
        to: OrderResult,
        detail: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql =
            "update robot_order set result = $2, detail = $3, answered_at = $4 where id = $1 and result = 'running'";
        Ok(self.execute(sql, args![id, to, detail, now]).await? == 1)
    }

    /// Commands that should have been answered by now.
    pub(crate) async fn robot_orders_left(&mut self, made_before: Timestamp) -> Result<Vec<RobotOrderRow>, StoreError> {
        let sql = select!("where result = 'running' and made_at < $1 limit 100");
        self.all(sql, args![made_before]).await
    }

    /// Leaves the sealed picture a command took where the hub that asked finds it.
    pub(crate) async fn leave_robot_photo(&mut self, id: OrderId, sealed: &str) -> Result<(), StoreError> {
        let sql = "update robot_order set photo = $2 where id = $1";
        self.execute(sql, args![id, sealed]).await.map(drop)
    }

    /// The sealed picture a command took, where it has come.
    pub(crate) async fn robot_photo(&mut self, id: OrderId) -> Result<Option<String>, StoreError> {
        let sql = "select photo from robot_order where id = $1";
        let row: Option<(Option<String>,)> = self.optional(sql, args![id]).await?;
        Ok(row.and_then(|(photo,)| photo))
    }

    /// Forgets a command's picture: it was fetched.
    pub(crate) async fn forget_robot_photo(&mut self, id: OrderId) -> Result<(), StoreError> {
        let sql = "update robot_order set photo = null where id = $1";
        self.execute(sql, args![id]).await.map(drop)
    }

    /// Forgets pictures that nobody fetched.
    pub(crate) async fn forget_robot_photos(&mut self, made_before: Timestamp) -> Result<u64, StoreError> {
        let sql = "update robot_order set photo = null where photo is not null and made_at < $1";
        self.execute(sql, args![made_before]).await
    }

    /// Opens a robot's number to whoever has this code; a code before it is void.
    pub(crate) async fn open_pairing(
        &mut self,
        robot: &RobotId,
        code: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into robot_pairing (robot_id, code, expires_at, tries) values ($1, $2, $3, 0)
             on conflict (robot_id) do update set code = excluded.code, expires_at = excluded.expires_at, tries = 0",
            args![robot, code, expires_at],
        )
        .await
        .map(drop)
    }

    /// Counts a try and answers the code that opens the number, with how many tries there were before.
    pub(crate) async fn try_pairing(
        &mut self,
        robot: &RobotId,
        now: Timestamp,
    ) -> Result<Option<(String, i64)>, StoreError> {
        let rows: Vec<(String, i64)> = self
            .all(
                "update robot_pairing set tries = tries + 1 where robot_id = $1 and expires_at > $2 returning code, tries - 1",
                args![robot, now],
            )
            .await?;
        Ok(rows.into_iter().next())
    }

    /// The code was used: the robot has a new key.
    pub(crate) async fn pair_robot(&mut self, robot: &RobotId, secret: &str) -> Result<(), StoreError> {
        self.execute("delete from robot_pairing where robot_id = $1", args![robot]).await?;
        let sql = "update robot set secret = $2 where id = $1";
        self.execute(sql, args![robot, secret]).await.map(drop)
    }
}

impl Tx<'_> {
    /// Writes a command that is about to be sent.
    pub(crate) async fn add_robot_order(&mut self, order: &RobotOrderRow) -> Result<(), StoreError> {
        self.need_lane(&order.lane)?;
        self.execute(
            "insert into robot_order (id, case_id, lane_id, lot_id, robot_id, person_id, fence, command, content,
                made_at, deadline_at, result, detail)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            args![
                order.id,
                &order.case,
                &order.lane,
                &order.lot,
                &order.robot,
                &order.person,
                order.fence,
                &order.command,
                &order.content,
                order.made_at,
                order.deadline_at,
                order.result,
                &order.detail
            ],
        )
        .await
        .map(drop)
    }
}
