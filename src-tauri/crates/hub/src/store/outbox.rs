//! The outbox: what desks and other hubs are to be told, written in the transaction that makes it true.

use super::{Conn, StoreError, Tx};
use crate::args;
use lanedesk_domain::{
    ids::{LotId, OrderId, PersonId, RobotId},
    time::Timestamp,
};
use lanedesk_wire::robot_link::ToRobot;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

pub use lanedesk_wire::stream::Told;

/// A place in the outbox: the writing transaction and the place within it. Rises alike for every reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The transaction's number.
    pub xid: i64,
    /// Place within the transaction.
    pub n: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.xid, self.n)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (xid, n) = text.split_once('-').unwrap_or((text, "0"));
        Ok(Self {
            xid: xid.parse()?,
            n: n.parse()?,
        })
    }
}

/// An event as it is read back.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its place.
    pub place: Place,
    /// When it was written.
    pub at: Timestamp,
    /// Who may see it: people with this lot in scope. None: see `person`.
    pub lot: Option<LotId>,
    /// Only this person; none: everybody in scope.
    pub person: Option<PersonId>,
    /// What it says; none: the site changed and hubs reload what they keep in memory, or it is for a robot.
    pub told: Option<Told>,
    /// For hubs that hold links of robots.
    pub robot: Option<RobotNews>,
}

/// A command on its way to the hub that holds its robot's link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RobotPost {
    /// The robot.
    pub robot: RobotId,
    /// The hub that sends it itself where it holds the link; none: whoever reads this.
    pub sent_by: Option<String>,
    /// Never sent after it.
    pub deadline: Timestamp,
    /// The order it belongs to; none: it came about by itself.
    pub order: Option<OrderId>,
    /// What is sent.
    pub frame: ToRobot,
}

/// What hubs tell each other of robots.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RobotNews {
    /// Send this.
    Task(Box<RobotPost>),
    /// A robot has a new link: the one before ends.
    Linked {
        /// The robot.
        robot: RobotId,
        /// The new link.
        link: String,
        /// The hub that holds it.
        by: String,
    },
}

/// Who is told.
#[derive(Debug, Clone, Copy)]
pub enum To<'a> {
    /// Everybody who may see the lot.
    Lot(&'a LotId),
    /// One person, on all their desks.
    Person(&'a PersonId),
    /// Everybody who may read such a frame, whatever their lots.
    All,
}

impl Tx<'_> {
    /// Tells everybody who may see `lot`.
    pub async fn tell(
        &mut self,
        at: Timestamp,
        lot: &LotId,
        told: &Told,
    ) -> Result<(), StoreError> {
        self.event(at, Some(lot.as_str()), None, "told", body(told)?)
            .await
    }

    /// Tells one person, on all their desks.
    pub async fn tell_person(
        &mut self,
        at: Timestamp,
        person: &PersonId,
        told: &Told,
    ) -> Result<(), StoreError> {
        self.event(at, None, Some(person.as_str()), "told", body(told)?)
            .await
    }

    /// Makes every hub reload what it keeps of the site.
    pub async fn tell_site_changed(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.event(at, None, None, "site", "null".to_owned()).await
    }

    /// Tells the hubs that hold links of robots.
    pub(crate) async fn tell_robots(
        &mut self,
        at: Timestamp,
        news: &RobotNews,
    ) -> Result<(), StoreError> {
        let body = serde_json::to_string(news).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        self.event(at, None, None, "robot", body).await
    }

    /// Tells several things in one statement, in this order.
    pub async fn tell_all(
        &mut self,
        at: Timestamp,
        told: &[(To<'_>, Told)],
    ) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(told.len());
        for (to, told) in told {
            let (lot, person) = match to {
                To::Lot(lot) => (Some(lot.as_str()), None),
                To::Person(person) => (None, Some(person.as_str())),
                To::All => (None, None),
            };
            rows.push((lot, person, "told", body(told)?));
        }
        self.events(at, rows).await
    }

    async fn event(
        &mut self,
        at: Timestamp,
        lot: Option<&str>,
        person: Option<&str>,
        kind: &str,
        body: String,
    ) -> Result<(), StoreError> {
        self.events(at, vec![(lot, person, kind, body)]).await
    }

    async fn events(
        &mut self,
        at: Timestamp,
        rows: Vec<(Option<&str>, Option<&str>, &str, String)>,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let sql = insert(self.xid.is_some(), rows.len());
        let mut args = args![at];
        args.extend(self.xid.map(crate::store::Arg::from));
        for (lot, person, kind, body) in rows {
            args.extend(args![self.told, lot, person, kind, body]);
            self.told += 1;
        }
        self.wake_later();
        self.later(sql, args).await
    }
}

/// The insert of so many events.
fn insert(numbered: bool, rows: usize) -> String {
    let (xid, mut next) = if numbered {
        ("$2", 3)
    } else {
        ("pg_current_xact_id()::text::bigint", 2)
    };
    let mut sql =
        "insert into event (xid, n, at, lot_id, person_id, kind, body) values ".to_owned();
    for row in 0..rows {
        let comma = if row == 0 { "" } else { ", " };
        let [n, lot, person, kind, body] = [next, next + 1, next + 2, next + 3, next + 4];
        // Writing into a string cannot fail.
        let _ = fmt::Write::write_fmt(
            &mut sql,
            format_args!("{comma}({xid}, ${n}, $1, ${lot}, ${person}, ${kind}, ${body})"),
        );
        next += 5;
    }
    sql
}

fn body(told: &Told) -> Result<String, StoreError> {
    serde_json::to_string(told).map_err(|e| StoreError::Corrupt(e.to_string()))
}

#[derive(sqlx::FromRow)]
struct EventRow {
    xid: i64,
    n: i64,
    at: i64,
    lot_id: Option<String>,
    person_id: Option<String>,
    kind: String,
    body: String,
}

impl Conn<'_> {
    /// Events after `after`, oldest first. On PostgreSQL only those below the oldest running transaction: nothing that
    /// commits later can come before them.
    pub async fn events_after(
        &mut self,
        after: Place,
        limit: i64,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = self.pick(
            "select xid, n, at, lot_id, person_id, kind, body from event
             where (xid, n) > ($1, $2) order by xid, n limit $3",
            "select xid, n, at, lot_id, person_id, kind, body from event
             where (xid, n) > ($1, $2) and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
             order by xid, n limit $3",
        );
        let rows: Vec<EventRow> = self.all(sql, args![after.xid, after.n, limit]).await?;
        rows.into_iter().map(Event::try_from).collect()
    }

    /// The newest place that [`Conn::events_after`] would reach; the start where there is none.
    pub async fn newest_place(&mut self) -> Result<Place, StoreError> {
        let sql = self.pick(
            "select xid, n from event order by xid desc, n desc limit 1",
            "select xid, n from event where xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
             order by xid desc, n desc limit 1",
        );
        let row: Option<(i64, i64)> = self.optional(sql, vec![]).await?;
        Ok(row.map(|(xid, n)| Place { xid, n }).unwrap_or_default())
    }

    /// Removes events written before `before`, but never the newest: its place says where numbering goes on.
    pub async fn remove_events(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "delete from event where at < $1 and xid < (select max(xid) from event)";
        self.execute(sql, args![before]).await
    }

    /// The oldest place still kept; none where nothing is.
    pub async fn oldest_place(&mut self) -> Result<Option<Place>, StoreError> {
        let row: Option<(i64, i64)> = self
            .optional("select xid, n from event order by xid, n limit 1", vec![])
            .await?;
        Ok(row.map(|(xid, n)| Place { xid, n }))
    }
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;
    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let corrupt =
            |e: &dyn fmt::Display| StoreError::Corrupt(format!("event {}-{}: {e}", row.xid, row.n));
        let (mut told, mut robot) = (None, None);
        match row.kind.as_str() {
            "told" => told = Some(serde_json::from_str(&row.body).map_err(|e| corrupt(&e))?),
            "robot" => robot = Some(serde_json::from_str(&row.body).map_err(|e| corrupt(&e))?),
            _ => {}
        }
        Ok(Self {
            place: Place {
                xid: row.xid,
                n: row.n,
            },
            at: Timestamp(row.at),
            lot: row
                .lot_id
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|e| corrupt(&e))?,
            person: row
                .person_id
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|e| corrupt(&e))?,
            told,
            robot,
        })
    }
}
