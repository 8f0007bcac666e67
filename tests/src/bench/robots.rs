//! A command to a robot: from the person's press to the robot's screen, and back to the mirror on a desk, on loopback.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures::StreamExt as _;
use lotsim::{Robot, RobotConfig};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use super::Options;
use super::hub::{self, Hub, HubHolder};
use super::load::spread;
use super::table::{Table, millis};

/// Commands measured.
const TURNS: usize = 100;
/// Between two of them: pictures of a screen are told at most four times a second.
const APART: Duration = Duration::from_millis(300);
/// The robot's key.
const KEY: &str = "bench-robot-key";

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Measures press to screen, and press to mirror.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let site = write_site(folder)?;
    let database = format!("sqlite:{}", folder.join("robots.sqlite").display());
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let robot = Robot::start(RobotConfig {
        number: "R-1".to_owned(),
        key: KEY.to_owned(),
        lane: "L0".to_owned(),
        hub: hub.address().to_owned(),
        telephony: None,
        payments: None,
    })?;
    ensure!(robot.wait_for(|now| now.linked && now.scene == "idle").await, "the robot never linked");
    let holder = hub.holders(1).await?.pop().context("a person")?;
    let mut stream = listen(&hub, &holder).await?;
    let claimed = holder.post(&holder.claim_path(), &json!({})).await?;
    let (mut screens, mut mirrors) = (Vec::new(), Vec::new());
    let mut pictured = Value::Null;
    for turn in 0..TURNS {
        tokio::time::sleep(APART).await;
        let (screen, mirror) = once(&holder, &claimed, &robot, (&mut stream, &mut pictured), turn).await?;
        screens.push(screen);
        mirrors.push(mirror);
    }
    let (screens, mirrors) = (spread(screens), spread(mirrors));
    table.bound(
        "robot command to its screen, p95",
        screens.p95,
        Duration::from_millis(200),
        &format!("p50 {}, p99 {}", millis(screens.p50), millis(screens.p99)),
    );
    table.note("robot command to the mirror on a desk (p95)", mirrors.p95);
    Ok(())
}

/// One command: until the robot shows it, and until a desk is told of the picture of its screen.
async fn once(
    holder: &HubHolder,
    claimed: &Value,
    robot: &Robot,
    (stream, pictured): (&mut Stream, &mut Value),
    turn: usize,
) -> Result<(Duration, Duration)> {
    let case = claimed["case"]["id"].as_str().context("a case")?;
    let text = format!("请稍候 {turn}");
    let body = json!({"order_id": Uuid::new_v4(), "fence": claimed["lease"]["fence"],
        "command": {"type": "show_text", "text": text}});
    let path = format!("/api/cases/{case}/robot");
    let before = robot.now().commands.len();
    let begun = Instant::now();
    let seen = async {
        let shown = |now: &lotsim::RobotNow| now.show["words"][0]["text"] == text.as_str();
        ensure!(robot.wait_for(shown).await, "it never showed the text");
        anyhow::Ok(begun.elapsed())
    };
    let mirrored = async {
        hears_picture(stream, pictured).await?;
        anyhow::Ok(begun.elapsed())
    };
    let (answer, screen, mirror) = tokio::join!(holder.post(&path, &body), seen, mirrored);
    let result = &answer?["order"]["result"];
    ensure!(result == "accepted", "{result} after {before} commands");
    Ok((screen?, mirror?))
}

/// Hears on until a desk is told of another picture than the one before.
async fn hears_picture(stream: &mut Stream, pictured: &mut Value) -> Result<()> {
    loop {
        let message = stream.next().await.context("the stream ended")??;
        let Message::Text(text) = message else {
            continue;
        };
        let frame: Value = serde_json::from_str(&text)?;
        let at = &frame["robot"]["screen"]["at"];
        if at.is_string() && at != pictured {
            *pictured = at.clone();
            return Ok(());
        }
    }
}

async fn listen(hub: &Hub, holder: &HubHolder) -> Result<Stream> {
    let url = format!("{}/api/stream", hub.address().replacen("http", "ws", 1));
    let mut request = url.into_client_request()?;
    let bearer = format!("Bearer {}", holder.token()).parse()?;
    request.headers_mut().insert("authorization", bearer);
    let (mut stream, _) = connect_async(request).await?;
    stream.next().await.context("a first frame")??;
    Ok(stream)
}

/// One lot with one lane, a robot and a person.
fn write_site(folder: &Path) -> Result<PathBuf> {
    let path = hub::write_site(folder, 0)?;
    let mut site = std::fs::read_to_string(&path)?;
    write!(
        site,
        "[[robot]]\nid = \"r1\"\nnumber = \"R-1\"\nkey = \"{KEY}\"\n\n\
         [[lane]]\nid = \"L0\"\nlot = \"lot\"\nname = \"1 号口\"\ncode = \"L0\"\ndirection = \"entry\"\nrobot = \"r1\"\n\n{}",
        hub::person(0)
    )?;
    std::fs::write(&path, site)?;
    Ok(path)
}
