//! An order: what the hub adds over calling the same simulated device directly, beyond one fsync of the same run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use lanedesk_devices::{Device, EndlessPermit, Networks, open_device};
use lanedesk_domain::order::BarrierAction;
use lotsim::{Config, LaneConfig, Lotsim, Vehicle};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Options;
use super::disk::Probe;
use super::hub::{self, Hub, HubHolder};
use super::load::spread;
use super::table::{Table, millis};

/// Lanes that are worked in turn, so that no order waits for the one before to settle.
const LANES: usize = 8;
/// Orders of each kind a lane.
const TURNS: usize = 25;
/// A plate without pass or debt: at an entry of a lot that admits outsiders it is simply let in.
const PLATE: &str = "粤B88888";

/// Measures direct and through the hub, in turns.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let lot = Lotsim::start(Config::of((0..LANES).map(|index| LaneConfig::quick(&format!("L{index}"))))).await?;
    let site = write_site(folder, &lot)?;
    let database = format!("sqlite:{}", folder.join("order.sqlite").display());
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let holders = hub.holders(LANES).await?;
    let mut disk = Probe::open(folder)?;
    let (mut direct, mut through, mut syncs) = (Vec::new(), Vec::new(), Vec::new());
    let devices: Vec<Arc<dyn Device>> = lot.lanes().iter().map(device).collect::<Result<_>>()?;
    for _ in 0..TURNS {
        for ((holder, device), lane) in holders.iter().zip(&devices).zip(lot.lanes()) {
            lane.arrive(Vehicle::new(PLATE));
            let begun = Instant::now();
            device.barrier().context("the device moves a bar")?.order(BarrierAction::Open, &EndlessPermit).await?;
            direct.push(begun.elapsed());
            lower(lane).await?;
            through.push(ordered(holder).await?);
            lower(lane).await?;
            syncs.push(disk.once()?);
        }
    }
    let (direct, through, syncs) = (spread(direct), spread(through), spread(syncs));
    let added = through.p95.saturating_sub(direct.p95).saturating_sub(syncs.p95);
    let peer = format!("hub p95 {}, direct {}, fsync {}", millis(through.p95), millis(direct.p95), millis(syncs.p95));
    table.bound("an order: p95 the hub adds beyond one fsync", added, Duration::from_millis(3), &peer);
    Ok(())
}

/// Claims, sets the plate, orders, and answers how long the order took; then closes.
async fn ordered(holder: &HubHolder) -> Result<Duration> {
    let claimed = holder.post(&holder.claim_path(), &json!({})).await?;
    let case = claimed["case"]["id"].as_str().context("a claim makes a case")?;
    let fence = &claimed["lease"]["fence"];
    holder.post(&format!("/api/cases/{case}/plate"), &json!({"fence": fence, "plate": PLATE})).await?;
    let body = json!({"order_id": Uuid::new_v4(), "fence": fence, "action": "open"});
    let begun = Instant::now();
    let answer = holder.post(&format!("/api/cases/{case}/barrier"), &body).await?;
    let took = begun.elapsed();
    settled(holder, &answer).await?;
    holder.close(case).await?;
    Ok(took)
}

/// Waits until the hub has seen where the bar went: a case with an order in flight does not close.
async fn settled(holder: &HubHolder, answer: &Value) -> Result<()> {
    let id = answer["order"]["id"].as_str().context("an order has an id")?;
    for _ in 0..600 {
        let order = holder.get(&format!("/api/orders/{id}")).await?;
        match order["result"].as_str().or_else(|| order["order"]["result"].as_str()) {
            Some("opened") => return Ok(()),
            Some("running" | "accepted") => tokio::time::sleep(Duration::from_millis(10)).await,
            other => bail!("the order came to {other:?}"),
        }
    }
    bail!("the hub never saw the bar up")
}

/// The next order finds the bar down again.
async fn lower(lane: &lotsim::Lane) -> Result<()> {
    lane.press(BarrierAction::Close);
    if !lane.wait_closed().await {
        bail!("the bar of {} does not come down", lane.code());
    }
    Ok(())
}

/// The driver the hub uses, without the hub.
fn device(lane: &lotsim::Lane) -> Result<Arc<dyn Device>> {
    let config = lane.config();
    let settings = json!({
        "url": lane.url(), "username": config.username, "password": config.password, "events": "none"
    });
    let networks = Networks::private_and_loopback();
    Ok(open_device("hikvision", &settings, &networks)?)
}

/// One lot with so many entries, each with its device and an agent of its own.
fn write_site(folder: &Path, lot: &Lotsim) -> Result<PathBuf> {
    let path = hub::write_site(folder, 0)?;
    let mut site = std::fs::read_to_string(&path)?;
    for (index, lane) in lot.lanes().iter().enumerate() {
        let config = lane.config();
        write!(
            site,
            "[[device]]\nid = \"D{index}\"\ndriver = \"hikvision\"\nurl = \"{}\"\nusername = \"{}\"\npassword = \"{}\"\nevents = \"pull\"\n\n\
             [[lane]]\nid = \"L{index}\"\nlot = \"lot\"\nname = \"{index} 号口\"\ncode = \"L{index}\"\ndirection = \"entry\"\n\
             barrier = \"D{index}\"\nplate_camera = \"D{index}\"\n\n{}",
            lane.url(),
            config.username,
            config.password,
            hub::person(index)
        )?;
    }
    std::fs::write(&path, site)?;
    Ok(path)
}
