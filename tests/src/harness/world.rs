//! A hub, its lot and its clock, as one value.

use super::{Claim, Database, Engine, Person, Stream, site, wait_for};
use lanedesk_devices::Networks;
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::{
    clock::Clock,
    hub::Hub,
    listen::Limits,
    ops,
    origin::parse_network,
    serve::{Config, RunningHub, open_vault},
    store::Store,
};
use lotsim::{Fault, Lotsim};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinHandle;

/// A site with its hub. The hub's clock stands still until [`World::advance`] moves it.
pub(crate) struct World {
    /// What stands in the field.
    pub(crate) lot: Lotsim,
    /// The records.
    pub(crate) database: Database,
    clock: Clock,
    hub: Option<RunningHub>,
    /// Lets the clock run as well; only where [`World::let_time_run`] was asked for.
    running: Option<JoinHandle<()>>,
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

impl World {
    /// The demo site on this engine.
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::with(Database::new(engine).await, "", &[]).await
    }

    /// The demo site on SQLite.
    pub(crate) async fn sqlite() -> Self {
        Self::new(Engine::Sqlite).await
    }

    /// The demo site with more in its site file, and with lanes whose cameras open by themselves.
    pub(crate) async fn with(database: Database, more: &str, automatic: &[&str]) -> Self {
        Self::on(database, more, site::lot(automatic).await).await
    }

    /// The demo site on a lot of one's own.
    pub(crate) async fn on(database: Database, more: &str, lot: Lotsim) -> Self {
        let text = format!("{}{more}", site::site(&lot));
        Self::of(database, &text, lot).await
    }

    /// Another site, on its lot.
    pub(crate) async fn of(database: Database, text: &str, lot: Lotsim) -> Self {
        let began = machine_now();
        let clock = Clock::manual(began);
        import(&database, began, text).await;
        let hub = start(&database, &clock).await;
        let world = Self { lot, database, clock, hub: Some(hub), running: None };
        world.is_listened_to().await;
        world
    }

    /// The hub itself, for what no route reaches.
    pub(crate) fn hub(&self) -> &RunningHub {
        self.hub.as_ref().expect("the hub runs")
    }

    /// Where it answers.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.hub().addr)
    }

    /// Somebody who has logged in.
    pub(crate) async fn person(&self, username: &str) -> Person {
        Person::log_in(&self.address(), username).await
    }

    /// Somebody who has not.
    pub(crate) fn stranger(&self) -> Person {
        Person::stranger(&self.address())
    }

    /// What the hub tells this person from now on.
    pub(crate) async fn stream(&self, person: &Person) -> Stream {
        Stream::open(person, None).await
    }

    /// The hub's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass for the hub, and for the devices' clocks with it.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        let ahead = self.clock.now().since(machine_now());
        for lane in self.lot.lanes() {
            lane.fault(Fault::ClockSkew(ahead));
        }
    }

    /// Lets the hub's clock run by itself, for desks, which reckon the hub's time on.
    pub(crate) fn let_time_run(&mut self) {
        let (clock, began) = (self.clock.clone(), Instant::now());
        let mut run = 0;
        self.running = Some(tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                // Whole milliseconds, as the clock counts: what it rounds off must not add up.
                let passed = u64::try_from(began.elapsed().as_millis()).unwrap();
                clock.advance(Duration::from_millis(passed - run));
                run = passed;
            }
        }));
    }

    /// Waits until the hub hears every camera: what is read before is told as history, which changes no open case.
    async fn is_listened_to(&self) {
        wait_for("the hub to listen", async || {
            let heard = self.lot.lanes().iter().all(|lane| lane.listeners() > 0);
            heard.then_some(())
        })
        .await;
    }

    /// Stops the hub as an orderly end of the program does.
    pub(crate) async fn stop(&mut self) {
        if let Some(hub) = self.hub.take() {
            hub.stop().await;
        }
    }

    /// Starts it again on the same records.
    pub(crate) async fn start(&mut self) {
        self.hub = Some(start(&self.database, &self.clock).await);
        self.is_listened_to().await;
    }

    /// Changes the site of the running hub, as an import does.
    pub(crate) async fn amend(&self, text: &str) {
        import(&self.database, self.now(), text).await;
    }

    /// A second hub on the same PostgreSQL, with the same clock.
    pub(crate) async fn second(&self) -> RunningHub {
        start(&self.database, &self.clock).await
    }

    /// A vehicle with a valid pass stands at E01, the guard holds the lane and may open.
    pub(crate) async fn at_the_gate(&self) -> (Person, Claim) {
        let guard = self.person("guard").await;
        self.lot.lane("E01").arrive(lotsim::Vehicle::new("粤B12345"));
        let claim = guard.claim("E01").await;
        guard.see("E01", "the pass", |view| view["assessment"] == "pass_valid").await;
        (guard, claim)
    }

    /// Movements of a lane's bar so far.
    pub(crate) fn moved(&self, lane: &str) -> usize {
        self.lot.movements(lane).len()
    }

    /// Orders that reached a lane's device so far.
    pub(crate) fn reached(&self, lane: &str) -> usize {
        self.lot.commands().iter().filter(|command| command.lane == lane).count()
    }
}

async fn import(database: &Database, now: Timestamp, text: &str) {
    let vault = open_vault(database.url(), Some(&database.objects()), Some(&database.key())).unwrap();
    let store = Store::open(database.url()).await.unwrap();
    ops::site::import(&store, &vault, &Networks::private_and_loopback(), now, text)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    store.close().await;
}

async fn start(database: &Database, clock: &Clock) -> RunningHub {
    let config = Config {
        database: database.url().to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        objects: database.objects(),
        key: Some(database.key()),
        clock: clock.clone(),
        trusted_proxies: [parse_network("127.0.0.1")].into_iter().flatten().collect(),
        limits: Limits::default(),
        tls: None,
        plain_http: false,
        device_networks: None,
    };
    Hub::start(config).await.unwrap_or_else(|error| panic!("{error}"))
}

fn machine_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap())
}
