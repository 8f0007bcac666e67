//! The hub through its own door, on both engines: what a desk or an outside program sees.

#![expect(clippy::unwrap_used, reason = "what these helpers cannot do fails the test")]

mod account;
mod addresses;
mod board;
mod call;
mod cli;
mod desk;
mod door;
mod evidence;
mod export;
mod head;
mod history;
mod hostile;
mod https;
mod import;
mod made;
mod matrix;
mod office;
mod opening;
mod pending;
mod reach;
mod report;
mod seals;
mod search;
mod seat;
mod session;
mod site;
mod strangers;
mod stream;
mod undo;
mod vault;
mod warning;
mod watch;
mod words;
mod zone;

use lanedesk_domain::time::Timestamp;
use lanedesk_hub::{
    serve::RunningHub,
    testing::{Database, ENGINES, Engine},
};

/// Where the clock stands when a hub starts.
const NOON: Timestamp = Timestamp(1_780_000_000_000);

/// Two lots in two areas and a person of every role; nobody's device is there.
const SITE: &str = r#"
[[area]]
id = "company"
name = "公司"
[[area]]
id = "south"
name = "华南"
parent = "company"
[[area]]
id = "north"
name = "华北"
parent = "company"
[[lot]]
id = "cyds"
name = "彩悦大厦"
area = "south"
manager = "王强"
manager_phone = "138 2600 4417"
[[lot]]
id = "bj"
name = "北京路停车场"
area = "north"
[[lane]]
id = "E01"
lot = "cyds"
name = "东门进口"
code = "E01"
direction = "entry"
[[lane]]
id = "E02"
lot = "cyds"
name = "东门出口"
code = "E02"
direction = "exit"
[[lane]]
id = "B01"
lot = "bj"
name = "南门"
code = "B01"
direction = "both"
[[seat]]
number = "8001"
[[seat]]
number = "8002"
[[person]]
username = "guard"
name = "张三"
role = "lot_staff"
password = "secret-1"
lots = ["cyds"]
[[person]]
username = "agent"
name = "李四"
role = "agent"
password = "secret-1"
areas = ["company"]
[[person]]
username = "agent2"
name = "赵敏"
role = "agent"
password = "secret-1"
areas = ["company"]
[[person]]
username = "chief"
name = "周敏"
role = "supervisor"
password = "secret-1"
areas = ["south"]
[[person]]
username = "admin"
name = "管理员"
role = "admin"
password = "secret-1"
areas = ["company"]
"#;

/// A running hub with the database under it.
struct Place {
    database: Database,
    hub: RunningHub,
}

impl Place {
    async fn new(engine: Engine) -> Self {
        Self::with(engine, SITE).await
    }

    async fn with(engine: Engine, site: &str) -> Self {
        let database = Database::new(engine).await.unwrap();
        let hub = database.start(site, NOON).await.unwrap();
        Self { database, hub }
    }

    /// Somebody who has not logged in.
    fn stranger(&self) -> desk::Desk {
        desk::Desk::new(self.hub.addr)
    }

    /// Somebody who has.
    async fn desk(&self, username: &str) -> desk::Desk {
        let mut desk = self.stranger();
        desk.log_in(username, "secret-1").await;
        desk
    }
}

/// Runs a case on each engine, one after the other.
async fn on_each_engine<F: Future<Output = ()>>(case: impl Fn(Place) -> F) {
    for engine in ENGINES {
        case(Place::new(engine).await).await;
    }
}
