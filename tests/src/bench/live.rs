//! Live pictures beside `ffmpeg -c copy`, one ffmpeg a watcher: both take the same stream of the same simulated camera
//! and hand on fragmented MP4. The camera writes the moment it sent a picture into the picture.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use lotsim::film::Stamp;
use lotsim::{Config, LaneConfig, Lotsim, Vehicle, demo};

use super::Options;
use super::hub::{self, Hub, PASSWORD};
use super::load::{Spread, spread};
use super::processor::processor_time;
use super::table::{Table, millis};
use peer::Ffmpeg;
use watcher::Watcher;

mod glass;
mod peer;
mod watcher;

/// Watchers of one camera, and ffmpegs beside them.
const MANY: usize = 20;
/// Cameras and watchers of the large picture.
const CAMERAS: usize = 20;
const ALL: usize = 200;
/// A person's share of them.
const EACH: usize = 8;
/// Switched on so many times, the camera let go in between.
const SWITCHES: usize = 12;
/// Longer than the hub keeps a camera nobody watches.
const LET_GO: Duration = Duration::from_millis(3_500);

/// A camera, a hub, people.
struct Scene {
    // Fields end in this order.
    hub: Hub,
    tokens: Vec<String>,
    sim: Lotsim,
    /// The share of a processor that the hub takes while nobody watches: it looks after twenty devices all the same.
    idle: f64,
}

/// Measures everything about live pictures.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let mut scene = Scene::open(options, folder.path()).await?;
    scene.idle = scene.idle(options, table).await?;
    latency(options, table, &scene).await?;
    first_frame(table, &scene).await?;
    many(options, table, &scene).await?;
    glass::measure(options, table, &scene).await?;
    all(options, table, &scene).await
}

pub use glass::memory;

impl Scene {
    async fn open(options: &Options, folder: &Path) -> Result<Self> {
        let lane = LaneConfig { vehicle: Some(Vehicle::new("粤B12345")), ..LaneConfig::quick("E01") };
        let sim = Lotsim::start(Config::of([lane])).await?;
        let site = site(&sim, folder)?;
        let database = format!("sqlite:{}", folder.join("live.sqlite").display());
        let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
        let http = hub::client(4)?;
        let people = (0..ALL.div_ceil(EACH)).map(|index| format!("p{index}"));
        let mut tokens = Vec::new();
        for username in people {
            tokens.push(hub.log_in(&http, &username, PASSWORD).await?);
        }
        Ok(Self { hub, tokens, sim, idle: 0.0 })
    }

    /// What the hub does while nobody watches.
    async fn idle(&self, options: &Options, table: &mut Table) -> Result<f64> {
        tokio::time::sleep(LET_GO).await;
        let length = options.round();
        let before = processor_time(self.hub.process())?;
        tokio::time::sleep(length).await;
        let spent = processor_time(self.hub.process())?.saturating_sub(before);
        let share = spent.as_secs_f64() / length.as_secs_f64();
        table.note("live picture: hub CPU a second, nobody watching", Duration::from_secs_f64(share));
        Ok(share)
    }

    /// What watching has added to that, of what the hub spent in so long.
    fn added(&self, spent: Duration, length: Duration) -> Duration {
        spent.saturating_sub(length.mul_f64(self.idle))
    }

    /// The watcher with this number, of the camera with that one.
    async fn watch(&self, number: usize, camera: usize) -> Result<Watcher> {
        let token = &self.tokens[number / EACH % self.tokens.len()];
        Watcher::open(self.hub.address(), token, &format!("L{camera}")).await
    }

    fn source(&self) -> String {
        let account = format!("rtsp://{}:{}@", demo::USERNAME, demo::PASSWORD);
        self.sim.lane("E01").rtsp_url().replacen("rtsp://", &account, 1)
    }
}

/// Twenty lanes with a camera each; all cameras are the simulated one, so that its encoder costs nothing more.
fn site(sim: &Lotsim, folder: &Path) -> Result<PathBuf> {
    let mut text = String::from(
        "[[area]]\nid = \"all\"\nname = \"测试\"\n\n[[lot]]\nid = \"lot\"\nname = \"测试停车场\"\narea = \"all\"\n\
         manager = \"王强\"\nmanager_phone = \"138 0000 0000\"\n\n",
    );
    let lane = sim.lane("E01");
    for index in 0..CAMERAS {
        write!(
            text,
            "[[device]]\nid = \"cam-{index}\"\ndriver = \"hikvision\"\nurl = \"{}\"\nusername = \"{}\"\npassword = \"{}\"\n\
             rtsp = \"{}\"\nevents = \"none\"\n\n[[lane]]\nid = \"L{index}\"\nlot = \"lot\"\nname = \"{index} 号口\"\n\
             code = \"L{index:02}\"\ndirection = \"exit\"\nenvironment_cameras = [\"cam-{index}\"]\n\n",
            lane.url(),
            demo::USERNAME,
            demo::PASSWORD,
            lane.rtsp_url(),
        )?;
    }
    for index in 0..ALL.div_ceil(EACH) {
        text.push_str(&hub::person(index));
    }
    let path = folder.join("live.toml");
    std::fs::write(&path, text)?;
    Ok(path)
}

/// How long ago a picture left the camera.
fn age(stamp: Stamp) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(Duration::from_micros(stamp.micros))
}

/// One watcher beside one ffmpeg, at the same time, of the same camera: delay and processor time.
async fn latency(options: &Options, table: &mut Table, scene: &Scene) -> Result<()> {
    let length = options.round() * 2;
    let mut ours = scene.watch(0, 0).await?;
    let mut theirs = Ffmpeg::start(&scene.source())?;
    ours.picture().await?;
    theirs.picture().await?;
    // What piled up while the other one started is no delay of anybody's.
    let settled = Instant::now() + Duration::from_secs(1);
    tokio::try_join!(ages(settled, async || ours.picture().await), ages(settled, async || theirs.picture().await))?;
    let (hub, ffmpeg) = (scene.hub.process(), theirs.process());
    let before = (processor_time(hub)?, processor_time(ffmpeg)?);
    let ends = Instant::now() + length;
    let (our_ages, their_ages) =
        tokio::try_join!(ages(ends, async || ours.picture().await), ages(ends, async || theirs.picture().await))?;
    let spent = (
        scene.added(processor_time(hub)?.saturating_sub(before.0), length),
        processor_time(ffmpeg)?.saturating_sub(before.1),
    );
    let (ours, theirs) = (our_ages, their_ages);
    table.add(
        "live picture: camera to watcher, median",
        &millis(ours.p50),
        &format!("ffmpeg -c copy {}", millis(theirs.p50)),
        Some(theirs.p50.as_secs_f64() / ours.p50.as_secs_f64()),
        "≤ ffmpeg's",
        Some(ours.p50 <= theirs.p50),
    );
    table.note("live picture: camera to watcher, p99", ours.p99);
    per_second(table, "live picture: hub CPU a second that 1 watcher adds", length, spent, 1.0);
    Ok(())
}

/// Processor time of the hub beside ffmpeg's, a second of playing; ours may be at most so many times theirs.
fn per_second(table: &mut Table, what: &str, length: Duration, spent: (Duration, Duration), most: f64) {
    let (ours, theirs) = (spent.0.as_secs_f64() / length.as_secs_f64(), spent.1.as_secs_f64() / length.as_secs_f64());
    table.add(
        what,
        &format!("{:.2} ms", ours * 1000.0),
        &format!("ffmpeg -c copy {:.2} ms", theirs * 1000.0),
        Some(theirs / ours.max(1e-6)),
        &format!("≤ {most} × ffmpeg's"),
        Some(ours <= theirs * most),
    );
}

/// Ages of the pictures that come until then.
async fn ages(ends: Instant, mut next: impl AsyncFnMut() -> Result<Stamp>) -> Result<Spread> {
    let mut ages = Vec::new();
    while Instant::now() < ends {
        ages.push(age(next().await?));
    }
    Ok(spread(ages))
}

/// From switching on, with the camera let go before, to the first picture.
async fn first_frame(table: &mut Table, scene: &Scene) -> Result<()> {
    let mut times = Vec::new();
    // Each camera of its own: all are let go.
    tokio::time::sleep(LET_GO).await;
    for camera in 0..SWITCHES {
        let begun = Instant::now();
        scene.watch(0, camera).await?.picture().await?;
        times.push(begun.elapsed());
    }
    let times = spread(times);
    let middle = format!("median {}", millis(times.p50));
    table.bound("live picture: switch to first fragment, p95", times.p95, Duration::from_millis(1_500), &middle);
    Ok(())
}

/// Twenty watchers of one camera, then twenty ffmpegs.
async fn many(options: &Options, table: &mut Table, scene: &Scene) -> Result<()> {
    let length = options.round();
    let mut watchers = Vec::new();
    for number in 0..MANY {
        watchers.push(scene.watch(number, 0).await?);
    }
    for watcher in &mut watchers {
        watcher.picture().await?;
    }
    let before = processor_time(scene.hub.process())?;
    let ends = Instant::now() + length;
    try_join_all(watchers.iter_mut().map(|watcher| ages(ends, async || watcher.picture().await))).await?;
    let ours = scene.added(processor_time(scene.hub.process())?.saturating_sub(before), length);
    drop(watchers);
    let mut peers = Vec::new();
    for _ in 0..MANY {
        peers.push(Ffmpeg::start(&scene.source())?);
    }
    for peer in &mut peers {
        peer.picture().await?;
    }
    let before = total(&peers)?;
    let ends = Instant::now() + length;
    try_join_all(peers.iter_mut().map(|peer| ages(ends, async || peer.picture().await))).await?;
    let theirs = total(&peers)?.saturating_sub(before);
    per_second(table, "live picture: hub CPU a second that 20 watchers of 1 camera add", length, (ours, theirs), 0.2);
    Ok(())
}

fn total(peers: &[Ffmpeg]) -> Result<Duration> {
    peers.iter().map(|peer| processor_time(peer.process())).sum()
}

/// Two hundred watchers of twenty cameras: every key frame arrives, in its order.
async fn all(options: &Options, table: &mut Table, scene: &Scene) -> Result<()> {
    let mut watchers = Vec::new();
    for number in 0..ALL {
        watchers.push(scene.watch(number, number % CAMERAS).await?);
    }
    for watcher in &mut watchers {
        watcher.picture().await?;
        watcher.forget();
    }
    let before = processor_time(scene.hub.process())?;
    let length = options.round() * 2;
    let ends = Instant::now() + length;
    try_join_all(watchers.iter_mut().map(|watcher| ages(ends, async || watcher.picture().await))).await?;
    let spent = processor_time(scene.hub.process())?.saturating_sub(before);
    let missing: usize = watchers.iter().map(Watcher::missing).sum();
    let skipped: usize = watchers.iter().map(|watcher| watcher.skipped).sum();
    let keys: BTreeSet<usize> = watchers.iter().map(|watcher| watcher.keys).collect();
    ensure!(keys.first().is_some_and(|fewest| *fewest > 0), "no key frame came: {keys:?}");
    table.add(
        "live picture: 200 watchers of 20 cameras, pictures missing",
        &missing.to_string(),
        &format!(
            "left behind {skipped} times, hub CPU {:.0} ms/s",
            spent.as_secs_f64() / length.as_secs_f64() * 1000.0
        ),
        None,
        "0",
        Some(missing == 0 && skipped == 0),
    );
    Ok(())
}
