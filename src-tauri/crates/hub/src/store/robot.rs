//! Robots: who holds their link, what they show, and what they were told.

use super::{Conn, StoreError, Tx};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LaneId, RobotId},
    time::Timestamp,
};
use lanedesk_wire::robot_link::Show;

/// What is known of a robot, its picture left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct RobotRow {
    /// The robot.
    pub robot: RobotId,
    /// Whether some hub holds its link.
    pub linked: bool,
    /// The scene it last told.
    pub scene: Option<String>,
    /// The light it last told.
    pub light: Option<String>,
    /// When it was last heard.
    pub heard_at: Option<Timestamp>,
    /// When the picture of its screen came.
    pub screen_at: Option<Timestamp>,
}

/// What a robot is to show, for whom and how long.
#[derive(Debug, Clone)]
pub struct RobotDisplay {
    /// The screen.
    pub show: Show,
    /// The case that made it so.
    pub case: CaseId,
    /// When it returns to idle by itself.
    pub until: Timestamp,
}

fn ids(rows: Vec<(RobotId,)>) -> Vec<RobotId> {
    rows.into_iter().map(|(id,)| id).collect()
}

/// What a robot shows is over at `$1`.
macro_rules! due {
    () => {
        "shows is not null and (shows_until <= $1
            or exists (select 1 from \"case\" c where c.id = shows_case
                and c.state in ('closed', 'expired', 'requeried', 'revoked'))
            or not exists (select 1 from lane n join lease l on l.lane_id = n.id
                where n.robot_id = robot_now.robot_id and l.open and (l.expires_at is null or l.expires_at > $1)))"
    };
}

impl Conn<'_> {
    /// Every robot of which something is known.
    pub(crate) async fn robots_now(&mut self) -> Result<Vec<RobotRow>, StoreError> {
        let sql = "select robot_id as robot, (link is not null and ended_at is null) as linked, scene, light, heard_at,
                    screen_at
                   from robot_now";
        self.all(sql, vec![]).await
    }

    /// The sealed picture of a robot's screen, and when it came.
    pub(crate) async fn robot_screen(&mut self, robot: &RobotId) -> Result<Option<(String, Timestamp)>, StoreError> {
        let sql = "select screen, screen_at from robot_now where robot_id = $1";
        let row: Option<(Option<String>, Option<Timestamp>)> = self.optional(sql, args![robot]).await?;
        Ok(row.and_then(|(screen, at)| screen.zip(at)))
    }

    /// What a robot is to show; none: idle.
    pub(crate) async fn showing(&mut self, robot: &RobotId) -> Result<Option<RobotDisplay>, StoreError> {
        let sql = "select shows, shows_case, shows_until from robot_now where robot_id = $1 and shows is not null";
        let row: Option<(String, CaseId, Timestamp)> = self.optional(sql, args![robot]).await?;
        let Some((show, case, until)) = row else {
            return Ok(None);
        };
        Ok(Some(RobotDisplay {
            show: serde_json::from_str(&show).map_err(|e| StoreError::Corrupt(format!("a robot's screen: {e}")))?,
            case,
            until,
        }))
    }

    /// A new link takes the place of the one before.
    pub(crate) async fn link_robot(
        &mut self,
        robot: &RobotId,
        link: &str,
        hub: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into robot_now (robot_id, link, hub, linked_at, alive_at, heard_at) values ($1, $2, $3, $4, $4, $4)
             on conflict (robot_id) do update set link = excluded.link, hub = excluded.hub,
                linked_at = excluded.linked_at, alive_at = excluded.alive_at, heard_at = excluded.heard_at, ended_at = null",
            args![robot, link, hub, now],
        )
        .await
        .map(drop)
    }

    /// A link has ended. False: another has taken its place.
    pub(crate) async fn unlink_robot(
        &mut self,
        robot: &RobotId,
        link: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "update robot_now set ended_at = $3 where robot_id = $1 and link = $2 and ended_at is null";
        Ok(self.execute(sql, args![robot, link, now]).await? == 1)
    }

    /// What a robot tells of itself over this link.
    pub(crate) async fn robot_told(&mut self, row: &RobotRow, link: &str) -> Result<bool, StoreError> {
        let sql = "update robot_now set scene = $3, light = $4, heard_at = $5 where robot_id = $1 and link = $2";
        let args = args![&row.robot, link, row.scene.as_deref(), row.light.as_deref(), row.heard_at];
        Ok(self.execute(sql, args).await? == 1)
    }

    /// Keeps the sealed picture of a robot's screen in the place of the one before.
    pub(crate) async fn keep_screen(&mut self, robot: &RobotId, sealed: &str, at: Timestamp) -> Result<(), StoreError> {
        let sql = "update robot_now set screen = $2, screen_at = $3 where robot_id = $1";
        self.execute(sql, args![robot, sealed, at]).await.map(drop)
    }

    /// This hub's links stand.
    pub(crate) async fn robots_alive(&mut self, hub: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update robot_now set alive_at = $2 where hub = $1 and ended_at is null";
        self.execute(sql, args![hub, now]).await.map(drop)
    }

    /// Ends links whose hub said nothing since, or that belong to no hub but this one where it is named. Each is told
    /// by whoever ended it.
    pub(crate) async fn lose_links(
        &mut self,
        silent_since: Timestamp,
        besides: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<RobotId>, StoreError> {
        let rows = self
            .all(
                "update robot_now set ended_at = $3
                 where ended_at is null and link is not null and alive_at < $1 and ($2 is null or hub <> $2)
                 returning robot_id",
                args![silent_since, besides, now],
            )
            .await?;
        Ok(ids(rows))
    }

    /// Puts a screen on a robot.
    pub(crate) async fn set_showing(&mut self, robot: &RobotId, showing: &RobotDisplay) -> Result<(), StoreError> {
        let show = serde_json::to_string(&showing.show).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        self.execute(
            "insert into robot_now (robot_id, shows, shows_case, shows_until) values ($1, $2, $3, $4)
             on conflict (robot_id) do update set shows = excluded.shows, shows_case = excluded.shows_case,
                shows_until = excluded.shows_until",
            args![robot, show, &showing.case, showing.until],
        )
        .await
        .map(drop)
    }

    /// Robots whose time is over, or whose case is, or whose lane nobody works any more.
    pub(crate) async fn robots_due(&mut self, now: Timestamp) -> Result<Vec<RobotId>, StoreError> {
        let sql = concat!("select robot_id from robot_now where ", due!());
        Ok(ids(self.all(sql, args![now]).await?))
    }

    /// Such a robot goes back to idle. False: it is not one of them any more.
    pub(crate) async fn idle_robot_due(&mut self, robot: &RobotId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = concat!(
            "update robot_now set shows = null, shows_case = null, shows_until = null where robot_id = $2 and ",
            due!()
        );
        Ok(self.execute(sql, args![now, robot]).await? == 1)
    }
}

impl Tx<'_> {
    /// The robot of a lane goes back to idle. None: it was, or there is none.
    pub(crate) async fn idle_robot(&mut self, lane: &LaneId) -> Result<Option<RobotId>, StoreError> {
        self.need_lane(lane)?;
        let rows = self
            .all(
                "update robot_now set shows = null, shows_case = null, shows_until = null
                 where shows is not null and robot_id = (select robot_id from lane where id = $1) returning robot_id",
                args![lane],
            )
            .await?;
        Ok(ids(rows).pop())
    }
}
