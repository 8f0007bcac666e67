//! The outbox: what desks and other hubs are to be told, written in the transaction that makes it true.
//!
//! On PostgreSQL an event's number comes from a sequence, drawn by the last statement before the commit, so that numbers
//! rise as the transactions of one lane commit. Between drawing and commit the writer is on a list of the engine's own,
//! shared advisory locks that say below which number it draws none; readers stop there. What else runs in the cluster, an
//! import that takes long or a stranger's transaction, holds nobody up.

use super::{Arg, Conn, StoreError, Tx, classify};
use crate::args;
use lanedesk_domain::{
    ids::{LotId, OrderId, PersonId, RobotId},
    time::Timestamp,
};
use lanedesk_wire::robot_link::ToRobot;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::{borrow::Cow, fmt, str::FromStr};

pub use lanedesk_wire::stream::Told;

/// A place in the outbox: the writing transaction and the place within it. Rises alike for every reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
pub struct OutboxPosition {
    /// The transaction's number.
    pub xid: i64,
    /// Place within the transaction.
    pub n: i64,
}

impl fmt::Display for OutboxPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.xid, self.n)
    }
}

impl FromStr for OutboxPosition {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (xid, n) = text.split_once('-').unwrap_or((text, "0"));
        Ok(Self { xid: xid.parse()?, n: n.parse()? })
    }
}

/// An event as it is read back.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its place.
    pub place: OutboxPosition,
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
pub enum Audience<'a> {
    /// Everybody who may see the lot.
    Lot(&'a LotId),
    /// One person, on all their desks.
    Person(&'a PersonId),
    /// Everybody who may read such a frame, whatever their lots.
    All,
}

#[expect(clippy::unused_async, reason = "whoever tells waits for it as for every other write")]
impl Tx<'_> {
    /// Tells everybody who may see `lot`.
    pub async fn tell(&mut self, at: Timestamp, lot: &LotId, told: &Told) -> Result<(), StoreError> {
        self.event(at, Some(lot.as_str()), None, "told", body(told)?);
        Ok(())
    }

    /// Tells one person, on all their desks.
    pub async fn tell_person(&mut self, at: Timestamp, person: &PersonId, told: &Told) -> Result<(), StoreError> {
        self.event(at, None, Some(person.as_str()), "told", body(told)?);
        Ok(())
    }

    /// Makes every hub reload what it keeps of the site.
    pub async fn tell_site_changed(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.event(at, None, None, "site", "null".to_owned());
        Ok(())
    }

    /// Tells the hubs that hold links of robots.
    pub(crate) async fn tell_robots(&mut self, at: Timestamp, news: &RobotNews) -> Result<(), StoreError> {
        let body = serde_json::to_string(news).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        self.event(at, None, None, "robot", body);
        Ok(())
    }

    /// Tells several things in one statement, in this order.
    pub async fn tell_all(&mut self, at: Timestamp, told: &[(Audience<'_>, Told)]) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(told.len());
        for (to, told) in told {
            let (lot, person) = match to {
                Audience::Lot(lot) => (Some(lot.as_str()), None),
                Audience::Person(person) => (None, Some(person.as_str())),
                Audience::All => (None, None),
            };
            rows.push((lot, person, "told", body(told)?));
        }
        self.events(at, rows);
        Ok(())
    }

    fn event(&mut self, at: Timestamp, lot: Option<&str>, person: Option<&str>, kind: &'static str, body: String) {
        self.events(at, vec![(lot, person, kind, body)]);
    }

    fn events(&mut self, at: Timestamp, rows: Vec<(Option<&str>, Option<&str>, &'static str, String)>) {
        let first = self.told;
        self.told += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let telling = |(n, (lot, person, kind, body)): (i64, _)| PendingEvent {
            n,
            at,
            lot: Option::<&str>::map(lot, str::to_owned),
            person: Option::<&str>::map(person, str::to_owned),
            kind,
            body,
        };
        self.tell_later((first..).zip(rows).map(telling));
    }
}

/// An event that waits for the end of its transaction.
pub(super) struct PendingEvent {
    n: i64,
    at: Timestamp,
    lot: Option<String>,
    person: Option<String>,
    kind: &'static str,
    body: String,
}

impl PendingEvent {
    /// The insert of these events; nothing where there are none. `xid`: their number; none: the one that is drawn.
    pub(super) fn insert(xid: Option<i64>, events: Vec<Self>) -> Option<(Cow<'static, str>, Vec<Arg>)> {
        if events.is_empty() {
            return None;
        }
        let (xid, mut args) = match xid {
            Some(xid) => ("$1", args![xid]),
            None => ("(select xid from place)", vec![]),
        };
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            let next = args.len() + 1;
            let values: Vec<String> = (next..next + 6).map(|n| format!("${n}")).collect();
            rows.push(format!("({xid}, {})", values.join(", ")));
            args.extend(args![event.n, event.at]);
            args.push(Arg::Text(event.lot));
            args.push(Arg::Text(event.person));
            args.extend(args![event.kind, event.body]);
        }
        let head = "insert into event (xid, n, at, lot_id, person_id, kind, body) values ";
        Some((format!("{head}{}", rows.join(", ")).into(), args))
    }
}

/// Marks our locks among all others of the database: the upper 16 bits of their number.
const MARK: i64 = 0x4c44;
/// The lower bits, which say where numbers stood when the writer came.
const NUMBER: i64 = (1 << 48) - 1;

/// The part of a statement that puts its writer on the list and then draws a number; `case` keeps that order.
pub(super) fn draw() -> String {
    let mark = MARK << 48;
    format!(
        "place as materialized (select case when pg_advisory_xact_lock_shared({mark} + last_value)::text is not null
         then nextval('event_place') end as xid from event_place)"
    )
}

/// Makes the sequence that numbers events, behind every number there is. Several hubs may start at once.
pub(super) async fn prepare(pool: &PgPool) -> Result<(), StoreError> {
    let text = "select pg_advisory_xact_lock(7305118262);
        create sequence if not exists event_place;
        select setval('event_place', newest) from (select greatest(coalesce(max(xid), 1), 1) as newest from event) e
            where (select not is_called or last_value < newest from event_place)";
    sqlx::Executor::execute(pool, text).await.map(drop).map_err(classify)
}

fn body(told: &Told) -> Result<String, StoreError> {
    serde_json::to_string(told).map_err(|e| StoreError::Corrupt(e.to_string()))
}

#[derive(serde::Deserialize)]
struct EventRow {
    place: OutboxPosition,
    at: Timestamp,
    lot_id: Option<LotId>,
    person_id: Option<PersonId>,
    kind: String,
    body: String,
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;
    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let corrupt = |e: serde_json::Error| StoreError::Corrupt(format!("event {}: {e}", row.place));
        let (mut told, mut robot) = (None, None);
        match row.kind.as_str() {
            "told" => told = Some(serde_json::from_str(&row.body).map_err(corrupt)?),
            "robot" => robot = Some(serde_json::from_str(&row.body).map_err(corrupt)?),
            _ => {}
        }
        Ok(Self { place: row.place, at: row.at, lot: row.lot_id, person: row.person_id, told, robot })
    }
}

impl Conn<'_> {
    /// The number up to which every event is known that ever will be.
    async fn known_up_to(&mut self) -> Result<i64, StoreError> {
        if !self.is_postgres() {
            return Ok(i64::MAX);
        }
        // The list is looked at after the number, which the condition on it holds: whoever drew one not above it is on
        // the list, or has committed and is seen by the next statement.
        let sql = format!(
            "select least(s.last_value, (select min(((k.classid::bigint << 32) | k.objid::bigint) & {NUMBER})
                from pg_locks k
                where k.locktype = 'advisory' and k.objsubid = 1 and k.mode = 'ShareLock'
                    and k.database = (select oid from pg_database where datname = current_database())
                    and k.classid::bigint >> 16 = {MARK} and s.last_value is not null))
             from event_place s"
        );
        let (number,): (i64,) = self.one(&sql, vec![]).await?;
        Ok(number)
    }

    /// Events after `after`, oldest first, as far as nothing that commits later can come before them.
    pub async fn events_after(&mut self, after: OutboxPosition, limit: i64) -> Result<Vec<Event>, StoreError> {
        let known = self.known_up_to().await?;
        let sql = "select xid, n, at, lot_id, person_id, kind, body from event
             where (xid, n) > ($1, $2) and xid <= $4 order by xid, n limit $3";
        let args = args![after.xid, after.n, limit, known];
        let rows: Vec<EventRow> = self.all(sql, args).await?;
        rows.into_iter().map(Event::try_from).collect()
    }

    /// The newest place that [`Conn::events_after`] would reach; the start where there is none.
    pub async fn newest_place(&mut self) -> Result<OutboxPosition, StoreError> {
        let known = self.known_up_to().await?;
        let sql = "select xid, n from event where xid <= $1 order by xid desc, n desc limit 1";
        Ok(self.optional(sql, args![known]).await?.unwrap_or_default())
    }

    /// The place of the newest change of the site that is committed; the start where none is kept. It may lie beyond
    /// [`Conn::newest_place`], while somebody who drew a smaller number still writes.
    pub(crate) async fn newest_site_change(&mut self) -> Result<OutboxPosition, StoreError> {
        let sql = "select xid, n from event where kind = 'site' order by xid desc, n desc limit 1";
        Ok(self.optional(sql, vec![]).await?.unwrap_or_default())
    }

    /// Removes events written before `before`, but never the newest: its place says where numbering goes on.
    pub async fn remove_events(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "delete from event where at < $1 and xid < (select max(xid) from event)";
        self.execute(sql, args![before]).await
    }

    /// The oldest place still kept; none where nothing is.
    pub async fn oldest_place(&mut self) -> Result<Option<OutboxPosition>, StoreError> {
        self.optional("select xid, n from event order by xid, n limit 1", vec![]).await
    }
}
