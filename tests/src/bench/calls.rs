//! Calls and desks: how soon a call is on the agent's page, how soon a claim is seen by a thousand desks, and what a desk that
//! only listens costs in memory; beside Redis's publish and subscribe in the same run.
//!
//! The frame's arrival at the desk's end of the stream is measured. What the page does with it is the desk's.

mod desks;
mod peer;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::signature::sign;
use serde_json::json;

use super::Options;
use super::hub::{self, Hub, HubHolder};
use super::load::spread;
use super::memory;
use super::table::{Table, millis};
use desks::Desks;

/// Agents at seats, each with a lane of their own.
const AGENTS: usize = 200;
/// Desks that hear of a claim.
const LOOKING_ON: usize = 1_000;
/// Desks that only listen.
const IDLE: usize = 10_000;
/// Calls and claims that are timed.
const TIMED: usize = 200;
/// Calls told as fast as the hub takes them, and how many at the same time.
const FLOOD: usize = 5_000;
const AT_ONCE: usize = 64;
/// Between two of them.
const PACE: Duration = Duration::from_millis(100);
/// The telephone system's.
const SECRET: &str = "lanedesk-bench-tel";

/// Measures all three on one hub on SQLite.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let site = site(folder)?;
    let database = format!("sqlite:{}", folder.join("calls.sqlite").display());
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let people = hub.holders(AGENTS).await?;
    for (index, person) in people.iter().enumerate() {
        person.put("/api/seat", &json!({"number": format!("S{index}")})).await?;
    }
    let redis = peer::Redis::start(folder)?;
    calls(&hub, &people, &redis, table).await.context("calls")?;
    flood(&hub, table).await.context("many events")?;
    claims(&hub, &people, &redis, table).await.context("claims")?;
    idle(&hub, &people, &redis, table).await.context("idle desks")
}

/// The measured site with a seat for each agent, and a telephone system.
fn site(folder: &Path) -> Result<PathBuf> {
    let path = hub::write_site(folder, AGENTS)?;
    let mut text = std::fs::read_to_string(&path)?;
    for index in 0..AGENTS {
        write!(text, "[[seat]]\nnumber = \"S{index}\"\n\n")?;
    }
    write!(text, "[[integration]]\nid = \"tel\"\nkind = \"telephony\"\nsecret = \"{SECRET}\"\n")?;
    std::fs::write(&path, text)?;
    Ok(path)
}

/// Webhook to the frame at the agent's stream, 200 agents connected; the call's lane is claimed meanwhile.
async fn calls(hub: &Hub, people: &[HubHolder], redis: &peer::Redis, table: &mut Table) -> Result<()> {
    let mut desks = Desks::open(hub, people, AGENTS).await?;
    let http = hub::client(8)?;
    let mut taken = Vec::new();
    for turn in 0..TIMED {
        let agent = turn % AGENTS;
        let case = format!("call-{turn}");
        let event = |what: &str| {
            json!({"event_id": format!("{case}-{what}"), "type": format!("call.{what}"), "call_id": case,
                "lane": format!("L{agent}"), "caller": "13800000000", "seat": format!("S{agent}"),
                "occurred_at": Timestamp(now_ms())})
        };
        let wanted = "\"state\":\"ringing\",\"lot\"";
        let begun = Instant::now();
        let words = ["\"type\":\"call\"", wanted];
        let hears = desks.one_hears(agent, &words);
        tell(&http, hub, &event("ringing")).await?;
        taken.push(hears.await?.duration_since(begun));
        tell(&http, hub, &event("ended")).await?;
        let claim = people[agent].claim().await?;
        people[agent].close(&claim).await?;
        tokio::time::sleep(PACE).await;
    }
    let beside = redis.fan_out(AGENTS, TIMED).await?;
    table.bound(
        "call: webhook to the agent's frame, lane claimed, p95, 200 agents connected",
        spread(taken).p95,
        Duration::from_millis(300),
        &format!("Redis publish to 200, p95 {}", millis(beside.p95)),
    );
    Ok(())
}

/// Events a second that the telephone system gets answered, each kept before its answer: calls that ring and end.
async fn flood(hub: &Hub, table: &mut Table) -> Result<()> {
    let http = hub::client(AT_ONCE)?;
    let begun = Instant::now();
    let told = (0..FLOOD).map(|call| {
        let event = move |what: &str| {
            json!({"event_id": format!("flood-{call}-{what}"), "type": format!("call.{what}"),
                "call_id": format!("flood-{call}"), "lane": format!("L{}", call % AGENTS),
                "caller": "13800000000", "occurred_at": Timestamp(now_ms())})
        };
        let (http, rings) = (&http, event("ringing"));
        async move {
            tell(http, hub, &rings).await?;
            tell(http, hub, &event("ended")).await
        }
    });
    stream::iter(told).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let rate = 2.0 * FLOOD as f64 / begun.elapsed().as_secs_f64();
    table.add("telephony events answered a second", &format!("{rate:.0}"), "", None, "≥ 1,000", Some(rate >= 1_000.0));
    Ok(())
}

async fn tell(http: &reqwest::Client, hub: &Hub, event: &serde_json::Value) -> Result<()> {
    let (body, at) = (event.to_string(), (now_ms() / 1_000).to_string());
    let answer = http
        .post(format!("{}/api/integrations/telephony/events", hub.address()))
        .header("x-integration", "tel")
        .header("x-signature", sign(SECRET, &at, body.as_bytes()))
        .header("x-timestamp", at)
        .body(body)
        .send()
        .await?;
    ensure!(answer.status().is_success(), "an event: {}", answer.status());
    Ok(())
}

/// A claim, to the frame at every one of a thousand desks.
async fn claims(hub: &Hub, people: &[HubHolder], redis: &peer::Redis, table: &mut Table) -> Result<()> {
    let mut desks = Desks::open(hub, people, LOOKING_ON).await?;
    let mut taken = Vec::new();
    let turns = TIMED / 10;
    for turn in 0..turns {
        let person = &people[turn % AGENTS];
        let lane = format!("\"lane\":\"L{}\",\"holder\"", turn % AGENTS);
        let begun = Instant::now();
        let words = ["\"type\":\"lease\"", lane.as_str()];
        let hear = desks.all_hear(&words);
        let case = person.claim().await?;
        taken.extend(hear.await?.into_iter().map(|at| at.duration_since(begun)));
        person.close(&case).await?;
        tokio::time::sleep(PACE).await;
    }
    let beside = redis.fan_out(LOOKING_ON, turns).await?;
    table.bound(
        "claim seen by 1,000 desks, p99 of all desks",
        spread(taken).p99,
        Duration::from_millis(200),
        &format!("Redis publish to 1,000, p99 {}", millis(beside.p99)),
    );
    Ok(())
}

/// What a desk that only listens costs the hub.
async fn idle(hub: &Hub, people: &[HubHolder], redis: &peer::Redis, table: &mut Table) -> Result<()> {
    let before = memory::proportional(hub.process())?;
    let desks = Desks::open(hub, people, IDLE).await?;
    // Everybody has heard something, so every buffer there will be is there.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = memory::proportional(hub.process())?;
    drop(desks);
    let each = after.saturating_sub(before) * 1_024 / IDLE as u64;
    let theirs = redis.idle(IDLE).await?;
    #[expect(clippy::cast_precision_loss, reason = "a number of bytes far below 2^52")]
    let ratio = theirs as f64 / each.max(1) as f64;
    table.add(
        "memory of an idle desk's stream, 10,000 of them",
        &format!("{:.1} KiB", kib(each)),
        &format!("Redis subscriber {:.1} KiB", kib(theirs)),
        Some(ratio),
        "",
        None,
    );
    Ok(())
}

fn kib(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a number of bytes far below 2^52")]
    let bytes = bytes as f64;
    bytes / 1_024.0
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}
