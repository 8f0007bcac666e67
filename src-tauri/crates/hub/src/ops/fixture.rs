//! A small site and people for the tests of the use cases: no tasks run, the clock is moved by hand.

use crate::{
    actor::Actor,
    args,
    clock::Clock,
    hub::Hub,
    serve::open_vault,
    store::Store,
    testing::{Database, Engine},
};
use lanedesk_devices::Networks;
use lanedesk_domain::{
    ids::{LaneId, LotId, PersonId},
    person::{AreaNode, LotNode, Role, Scope},
    time::Timestamp,
};
use lanedesk_wire::stream::{Told, ViewParts};
use std::sync::Arc;

/// Nobody answers at this address: connections are refused at once.
const SITE: &str = r#"
[[area]]
id = "company"
name = "公司"
[[lot]]
id = "lot"
name = "彩悦大厦"
area = "company"
manager = "王强"
manager_phone = "138 2600 4417"
[[lot]]
id = "closed"
name = "职工停车场"
area = "company"
manager = "王强"
manager_phone = "138 2600 4417"
outsiders = false
[[lot]]
id = "far"
name = "滨江花园"
area = "company"
manager = "刘洋"
manager_phone = "137 2600 9025"
[[device]]
id = "cam-in"
driver = "hikvision"
url = "http://127.0.0.1:9"
username = "admin"
password = "x"
events = "none"
[[device]]
id = "cam-out"
driver = "hikvision"
url = "http://127.0.0.1:9"
username = "admin"
password = "x"
events = "none"
[[device]]
id = "cam-both"
driver = "hikvision"
url = "http://127.0.0.1:9"
username = "admin"
password = "x"
events = "none"
[[device]]
id = "cam-staff"
driver = "hikvision"
url = "http://127.0.0.1:9"
username = "admin"
password = "x"
events = "none"
[[device]]
id = "cam-away"
driver = "hikvision"
url = "http://127.0.0.1:9"
username = "admin"
password = "x"
events = "none"
[[lane]]
id = "in"
lot = "lot"
name = "东门进口"
code = "E01"
direction = "entry"
barrier = "cam-in"
[[lane]]
id = "out"
lot = "lot"
name = "东门出口"
code = "E02"
direction = "exit"
barrier = "cam-out"
[[lane]]
id = "both"
lot = "lot"
name = "西门"
code = "W01"
direction = "both"
barrier = "cam-both"
[[lane]]
id = "staff"
lot = "closed"
name = "北门进口"
code = "N01"
direction = "entry"
barrier = "cam-staff"
[[lane]]
id = "away"
lot = "far"
name = "南门进口"
code = "S01"
direction = "entry"
barrier = "cam-away"
[[pass]]
lot = "lot"
plates = ["粤B12345"]
status = "active"
valid_from = 2020-01-01T00:00:00Z
valid_to = 2040-01-01T00:00:00Z
spaces = 1
[[tariff]]
lot = "lot"
free_minutes = 15
first_minutes = 60
first_fen = 500
step_minutes = 60
step_fen = 400
day_cap_fen = 4000
"#;

/// When every test begins.
pub(crate) const NOON: Timestamp = Timestamp(1_800_000_000_000);

/// A hub over its own database.
pub(crate) struct Scene {
    pub(crate) hub: Hub,
    pub(crate) database: Database,
}

impl Scene {
    pub(crate) async fn new(engine: Engine) -> Self {
        let database = Database::new(engine).await.expect("a database");
        database.import(SITE, NOON).await.expect("the site");
        let hub = Self::another(&database, Clock::manual(NOON)).await;
        Self { hub, database }
    }

    /// Another hub over the same database.
    pub(crate) async fn another(database: &Database, clock: Clock) -> Hub {
        let key = database.folder().join("hub.key");
        let vault = open_vault(&database.address, None, Some(&key));
        let store = Store::open(&database.address).await.expect("opens");
        Hub::new(store, clock, vault.expect("a vault"), Networks::private_and_loopback()).await.expect("a hub")
    }

    /// Adds somebody who sees every lot but `far`.
    pub(crate) async fn person(&self, id: &str, role: Role) -> Actor {
        let (row, word) = (id.to_owned(), role.as_str());
        self.hub
            .store()
            .write(async move |tx| {
                tx.execute(
                    "insert into person (id, username, name, role, password_hash, must_change)
                         values ($1, $1, $1, $2, '', false)",
                    args![&row, word],
                )
                .await?;
                for lot in ["lot", "closed"] {
                    tx.execute(
                        "insert into person_scope (person_id, kind, target_id) values ($1, 'lot', $2)",
                        args![&row, lot],
                    )
                    .await?;
                }
                Ok::<(), crate::store::StoreError>(())
            })
            .await
            .expect("a person");
        let lots = ["lot", "closed"].map(|lot| lot.parse::<LotId>().expect("an id"));
        let nodes = lots.clone().map(|id| LotNode { id, area: "company".parse().expect("an id") });
        let scope = Scope::resolve(&[] as &[AreaNode], &nodes, &[], &lots);
        Actor { id: id.parse::<PersonId>().expect("an id"), name: id.to_owned(), role, scope: Arc::new(scope) }
    }

    /// Runs one statement.
    pub(crate) async fn sql(&self, sql: &'static str, args: Vec<crate::store::Arg>) {
        self.hub.store().write(async move |tx| tx.execute(sql, args.clone()).await.map(drop)).await.expect(sql);
    }

    /// One number from a query.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let mut reader = self.hub.store().read().await.expect("reads");
        let (count,): (i64,) = reader.conn().one(sql, vec![]).await.expect(sql);
        count
    }

    /// A camera read this plate at the lane; the vehicle stands there.
    pub(crate) async fn arrives(&self, lane: &str, plate: Option<&str>) {
        let read = uuid::Uuid::now_v7().to_string();
        self.sql(
            "insert into plate_read (id, lot_id, lane_id, dedupe, plate, doubtful, taken_at, received_at, history,
                opened_by_camera) values ($1, 'lot', $2, $1, $3, '[]', $4, $4, false, false)",
            args![&read, lane, plate, self.hub.clock().now()],
        )
        .await;
        self.sql(
            "insert into lane_now (lane_id, read_id) values ($1, $2)
             on conflict (lane_id) do update set read_id = excluded.read_id",
            args![lane, &read],
        )
        .await;
    }

    /// A vehicle came in so many minutes ago.
    pub(crate) async fn inside(&self, stay: &str, plate: Option<&str>, phone: Option<&str>, minutes: i64) {
        self.sql(
            "insert into stay (id, lot_id, plate, phone, entered_at, space_taken, paid_fen)
             values ($1, 'lot', $2, $3, $4, false, 0)",
            args![stay, plate, phone, self.hub.clock().now().plus_minutes(-minutes)],
        )
        .await;
    }

    /// Everything told so far.
    pub(crate) async fn told(&self) -> Vec<Told> {
        let mut reader = self.hub.store().read().await.expect("reads");
        let mut conn = reader.conn();
        let events = loop {
            let (written,): (i64,) = conn.one("select count(*) from event", vec![]).await.expect("a count");
            let after = crate::store::OutboxPosition::default();
            let events = conn.events_after(after, 10_000).await.expect("events");
            // On PostgreSQL events are handed out below the oldest transaction of the whole cluster, which may be another
            // test's: what is written comes a moment later.
            if i64::try_from(events.len()).is_ok_and(|seen| seen >= written) {
                break events;
            }
            tokio::task::yield_now().await;
        };
        drop(reader);
        let mut told = Vec::new();
        for event in events.into_iter().filter_map(|event| event.told) {
            told.push(match event {
                // A page is put together for whoever watches.
                Told::View { lane, parts, .. } if *parts == ViewParts::default() => {
                    let watched = crate::ops::view::watched(&self.hub, &lane).await;
                    watched.expect("a page").everybody
                }
                other => other,
            });
        }
        told
    }
}

/// A lane's id.
pub(crate) fn lane(id: &str) -> LaneId {
    id.parse().expect("an id")
}
