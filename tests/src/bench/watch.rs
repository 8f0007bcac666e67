//! A city at work: 8,000 lanes with a car every three minutes each, a thousand desks, each at a lane of its own. What the
//! hub spends on it, what the desks are sent, and how long a claim takes meanwhile.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use futures::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use lanedesk_domain::time::Timestamp;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_tungstenite::{connect_async, tungstenite};
use tungstenite::{Message, client::IntoClientRequest as _};

use super::Options;
use super::hub::{self, Hub, HubHolder};
use super::load::spread;
use super::processor::processor_time;
use super::table::{Table, millis};

/// Lots and the lanes of each.
const LOTS: usize = 2_000;
const LANES: usize = 4;
/// Desks, those of them that show a lane, and the people they belong to.
const DESKS: usize = 1_000;
const SHOWN: usize = 900;
const PEOPLE: usize = 100;
/// People who claim; the lanes they hold are told to their own desks, so those that watch nothing are other people's.
const CLAIMERS: usize = 50;
/// 8,000 cars in three minutes.
const CARS_A_SECOND: u32 = 44;
/// Claims a second meanwhile.
const CLAIMS_A_SECOND: u32 = 10;
/// Streams opened, and cars told, at the same time.
const AT_ONCE: usize = 64;
/// After so long without a frame nothing more of the hub's start is told.
const QUIET: Duration = Duration::from_secs(5);

/// Measures it on SQLite over one minute.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let database = format!("sqlite:{}", folder.join("watch.sqlite").display());
    let site = site(folder)?;
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let people = hub.holders(PEOPLE).await?;
    let desks = Desks::open(&hub, &people).await?;
    let length = options.round() * 10;
    // Everybody has said what they watch, every device has been found to be out of reach, and the first cars have come.
    cars(&hub, Duration::from_secs(2)).await?;
    desks.hear_nothing_for(QUIET).await;
    let found = desks.idle() / u64::try_from(DESKS - SHOWN)?;
    let what = format!("{} devices out of reach", LOTS * LANES);
    let row = "bytes to a desk that watches nothing after the hub's first start";
    table.add(row, &found.to_string(), &what, None, "≤ 100", Some(found <= 100));
    let (before, idle, shown) = (processor_time(hub.process())?, desks.idle(), desks.shown());
    let begun = Instant::now();
    let (told, claims) = tokio::join!(cars(&hub, length), claims(&people[..CLAIMERS], length));
    let (told, claims) = (told?, spread(claims?));
    let took = begun.elapsed();
    let spent = processor_time(hub.process())?.saturating_sub(before);
    let minutes = took.as_secs_f64() / 60.0;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let (cpu, idle, shown) = (
        spent.as_secs_f64() / took.as_secs_f64() * 100.0,
        (desks.idle() - idle) as f64 / (DESKS - SHOWN) as f64 / minutes,
        (desks.shown() - shown) as f64 / SHOWN as f64 / minutes,
    );
    let what = format!("{told} cars, {DESKS} desks");
    table.add("hub's processor time", &format!("{cpu:.0} %"), &what, None, "", None);
    table.add(
        "bytes a minute to a desk that watches nothing, beyond heartbeats and claims",
        &format!("{idle:.0}"),
        "",
        None,
        "≤ 100",
        Some(idle <= 100.0),
    );
    table.add("bytes a minute to a desk that shows a lane", &format!("{shown:.0}"), "", None, "", None);
    table.add("a claim meanwhile, p99", &millis(claims.p99), &what, None, "", None);
    Ok(())
}

/// Lots with a camera at each lane that calls the hub, and people who see all of them.
fn site(folder: &Path) -> Result<PathBuf> {
    let mut site = String::from("[[area]]\nid = \"all\"\nname = \"测试\"\n\n");
    for lot in 0..LOTS {
        write!(site, "[[lot]]\nid = \"lot-{lot}\"\nname = \"停车场 {lot}\"\narea = \"all\"\n\n")?;
        for lane in lot * LANES..(lot + 1) * LANES {
            write!(
                site,
                "[[device]]\nid = \"cam-{lane}\"\ndriver = \"hikvision\"\nurl = \"http://127.0.0.1:9\"\nusername = \"u\"\n\
                 password = \"p\"\npush_key = \"{}\"\nevents = \"push\"\n\n\
                 [[lane]]\nid = \"L{lane}\"\nlot = \"lot-{lot}\"\nname = \"{lane} 号口\"\ncode = \"L{lane}\"\n\
                 direction = \"entry\"\nplate_camera = \"cam-{lane}\"\n\n",
                key(lane)
            )?;
        }
    }
    for index in 0..PEOPLE {
        site.push_str(&hub::person(index));
    }
    let path = folder.join("site-watch.toml");
    std::fs::write(&path, site)?;
    Ok(path)
}

/// The key of a lane's camera.
fn key(lane: usize) -> String {
    format!("push-key-of-the-camera-at-lane-{lane}")
}

/// Desks with a stream each; they end with the value.
struct Desks {
    tasks: Vec<JoinHandle<()>>,
    /// Bytes to those that watch nothing, and to those that show a lane; heartbeats and leases left out.
    idle: Arc<AtomicU64>,
    shown: Arc<AtomicU64>,
}

impl Desks {
    async fn open(hub: &Hub, people: &[HubHolder]) -> Result<Self> {
        let (idle, shown) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let opened = (0..DESKS).map(|index| {
            let (owners, bytes) =
                if index < SHOWN { (&people[..CLAIMERS], &shown) } else { (&people[CLAIMERS..], &idle) };
            let token = owners[index % owners.len()].token().to_owned();
            let bytes = bytes.clone();
            async move {
                let address = hub.address().replacen("http", "ws", 1);
                let mut request = format!("{address}/api/stream").into_client_request()?;
                let session = format!("Bearer {token}").parse()?;
                request.headers_mut().insert("authorization", session);
                let (mut socket, _) = connect_async(request).await.context("a stream")?;
                if index < SHOWN {
                    let lane = format!("L{}", index * LOTS * LANES / SHOWN);
                    let text = json!({"type": "watch", "lanes": [lane]}).to_string();
                    socket.send(Message::text(text)).await?;
                }
                anyhow::Ok(tokio::spawn(async move {
                    while let Some(Ok(message)) = socket.next().await {
                        let Message::Text(text) = message else {
                            continue;
                        };
                        let own = ["hello", "heartbeat", "lease"]
                            .iter()
                            .any(|kind| text.contains(&format!("\"type\":\"{kind}")));
                        if !own {
                            bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
                        }
                    }
                }))
            }
        });
        let tasks = stream::iter(opened).buffered(AT_ONCE).try_collect().await?;
        Ok(Self { tasks, idle, shown })
    }

    /// Waits until those that watch nothing were sent nothing for so long.
    async fn hear_nothing_for(&self, long: Duration) {
        let mut heard = self.idle();
        loop {
            tokio::time::sleep(long).await;
            let now = self.idle();
            if now == heard {
                return;
            }
            heard = now;
        }
    }

    fn idle(&self) -> u64 {
        self.idle.load(Ordering::Relaxed)
    }

    fn shown(&self) -> u64 {
        self.shown.load(Ordering::Relaxed)
    }
}

impl Drop for Desks {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Cars at one lane after the other, so many a second; answers how many.
async fn cars(hub: &Hub, length: Duration) -> Result<u64> {
    let (http, begun) = (hub::client(AT_ONCE)?, Instant::now());
    let slot = Duration::from_secs(1) / CARS_A_SECOND;
    let many = length.as_secs() * u64::from(CARS_A_SECOND);
    let cars = (0..many).map(|car| {
        let (http, due) = (&http, begun + slot * u32::try_from(car).unwrap_or(u32::MAX));
        async move {
            tokio::time::sleep_until(due.into()).await;
            // A step that has no factor in common with the lanes: neighbours are not asked one after the other.
            let lane = usize::try_from(car)? * 4_001 % (LOTS * LANES);
            one_car(http, hub, lane, car).await
        }
    });
    stream::iter(cars).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    Ok(many)
}

async fn one_car(http: &reqwest::Client, hub: &Hub, lane: usize, car: u64) -> Result<()> {
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let at = Timestamp(i64::try_from(at.as_millis())?);
    let body = format!(
        "<EventNotificationAlert><dateTime>{at}</dateTime><eventType>ANPR</eventType><UUID>{}</UUID><ANPR>\
         <licensePlate>粤B{:05}</licensePlate><confidenceLevel>97</confidenceLevel></ANPR></EventNotificationAlert>",
        uuid::Uuid::new_v4(),
        car % 100_000
    );
    let address = format!("{}/api/devices/cam-{lane}/hikvision?key={}", hub.address(), key(lane));
    let request = http.post(address).header("content-type", "application/xml");
    let answer = request.body(body).send().await?;
    ensure!(answer.status().is_success(), "a car: {}", answer.status());
    Ok(())
}

/// Claims and closes at a fixed pace, each at a person's own lane.
async fn claims(people: &[HubHolder], length: Duration) -> Result<Vec<Duration>> {
    let (begun, slot) = (Instant::now(), Duration::from_secs(1) / CLAIMS_A_SECOND);
    let many = usize::try_from(length.as_secs() * u64::from(CLAIMS_A_SECOND))?;
    let mut taken = Vec::new();
    for (holder, turn) in people.iter().cycle().zip(0_u32..).take(many) {
        let due = begun + slot * turn;
        tokio::time::sleep_until(due.into()).await;
        let case = holder.claim().await?;
        taken.push(due.elapsed());
        holder.close(&case).await?;
    }
    Ok(taken)
}
