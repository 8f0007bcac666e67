//! `cargo xtask run`: the whole demo with one command, and its end with one key.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use xtask::display::{self, Display};
use xtask::running::Running;
use xtask::{house, interrupt, port};

use crate::step::say;
use crate::{cargo, node, system};

/// The control door of the simulated lot; its cameras stand at the ports that the demo site names.
const LOTSIM_PORT: u16 = 18100;
/// A window with letters in it shows far more colours than an empty one.
const PAINTED_COLOURS: usize = 60;

/// What `cargo xtask run` can be told.
#[derive(Args)]
pub(crate) struct Run {
    /// Forget the demo's data (./.lanedesk) and begin anew.
    #[arg(long)]
    fresh: bool,
    /// The port on which the hub listens.
    #[arg(long, default_value_t = 8470)]
    port: u16,
}

/// Everything the demo keeps between two starts.
struct Data {
    dir: PathBuf,
}

impl Data {
    fn open(fresh: bool) -> Result<Self> {
        let dir = house::root().join(".lanedesk");
        if fresh && dir.exists() {
            fs::remove_dir_all(&dir).context("cannot forget ./.lanedesk")?;
            say("the demo's data is forgotten (--fresh)");
        }
        fs::create_dir_all(dir.join("log"))?;
        fs::create_dir_all(dir.join("desk"))?;
        Ok(Self { dir })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.dir.join("log").join(name)
    }
}

/// Installs, builds, starts, and waits for the end.
pub(crate) fn run(options: &Run) -> Result<()> {
    let begun = Instant::now();
    // Before the long part, so that nobody waits for a build to be told this.
    demand_ports(options.port)?;
    prepare()?;
    let data = Data::open(options.fresh)?;
    let lot = start_lot(&data, options.port)?;
    let hub = start_hub(&data, options.port)?;
    let screen = if display::has_screen() {
        None
    } else {
        Some(Display::start(&house::scratch()?, 1366, 768)?)
    };
    let desk = start_desk(&data, options.port, screen.as_ref())?;
    tell(options.port, begun.elapsed())?;
    // The order of ending: the desk first, so that it does not complain about a lost hub.
    let mut crew = [desk, hub, lot];
    if let Some(screen) = &screen {
        let [desk, ..] = &mut crew;
        picture(desk, screen, &data.path("screenshot.png"))?;
    }
    say("Ctrl-C ends everything.");
    watch(&mut crew)
}

/// What must be there before anything starts; each part is skipped when it is.
fn prepare() -> Result<()> {
    system::install(&[system::BUILD, system::SHOW])?;
    node::packages()?;
    node::build()?;
    cargo::build_programs(false)
}

fn demand_ports(hub: u16) -> Result<()> {
    port::demand_free(hub, "the hub", ", or take another with `--port`")?;
    let site = fs::read_to_string(house::demo_site()).context("the demo site")?;
    port::demand_free(LOTSIM_PORT, "the simulated lot", "")?;
    for taken in device_ports(&site)? {
        port::demand_free(taken, "the simulated lot", "")?;
    }
    Ok(())
}

fn start_lot(data: &Data, hub: u16) -> Result<Running> {
    let mut command = Command::new(house::program("lotsim", false));
    command.args(["serve", "--demo"]);
    command.args(["--control", &format!("127.0.0.1:{LOTSIM_PORT}")]);
    command.args(["--hub", &format!("http://127.0.0.1:{hub}")]);
    let mut lot = Running::start("the simulated lot", &mut command, &data.log("lotsim.log"))?;
    lot.wait_until("ready", Duration::from_secs(20), || {
        port::accepts(LOTSIM_PORT)
    })?;
    Ok(lot)
}

fn start_hub(data: &Data, listen: u16) -> Result<Running> {
    let mut command = Command::new(house::program("lanedesk-hub", false));
    command
        .arg("serve")
        .arg("--database")
        .arg(format!("sqlite:{}", data.path("hub.sqlite").display()))
        .args(["--listen", &format!("127.0.0.1:{listen}")])
        .arg("--objects")
        .arg(data.path("objects"))
        .arg("--key")
        .arg(data.path("hub.key"))
        .arg("--site")
        .arg(house::demo_site());
    let mut hub = Running::start("the hub", &mut command, &data.log("hub.log"))?;
    hub.wait_until("ready", Duration::from_secs(30), || {
        port::answers_ok(listen, "/api/health")
    })?;
    Ok(hub)
}

fn start_desk(data: &Data, hub: u16, screen: Option<&Display>) -> Result<Running> {
    let mut command = Command::new(house::program("lanedesk", false));
    command
        .env("LANEDESK_HUB", format!("http://127.0.0.1:{hub}"))
        .env("LANEDESK_DATA_DIR", data.path("desk"));
    if let Some(screen) = screen {
        command.env("DISPLAY", screen.name());
    }
    Running::start("the desk", &mut command, &data.log("desk.log"))
}

/// Waits for the first page and keeps a picture of it.
fn picture(desk: &mut Running, screen: &Display, path: &Path) -> Result<()> {
    let painted = || {
        screen
            .frame()
            .is_ok_and(|frame| frame.colours() > PAINTED_COLOURS)
    };
    desk.wait_until("painted", Duration::from_secs(30), painted)?;
    screen.frame()?.save(path)?;
    say(&format!(
        "no display here: the desk runs on Xvfb {}",
        screen.name()
    ));
    say(&format!("its screenshot: {}", path.display()));
    Ok(())
}

/// Where things are and who can log in.
fn tell(hub: u16, took: Duration) -> Result<()> {
    println!(
        "\nLanedesk runs ({:.1} s). Hub http://127.0.0.1:{hub}, data and logs in ./.lanedesk",
        took.as_secs_f32()
    );
    println!("\nWho can log in:");
    let site: toml::Table = fs::read_to_string(house::demo_site())?.parse()?;
    for person in entries(&site, "person") {
        let text = |key: &str| person.get(key).and_then(toml::Value::as_str).unwrap_or("");
        println!(
            "  {:<8} {:<16} {:<12} {}",
            text("username"),
            text("password"),
            text("role"),
            text("name")
        );
    }
    println!();
    Ok(())
}

/// Waits for Ctrl-C, for the window's end, or for a program that died on us.
fn watch(crew: &mut [Running]) -> Result<()> {
    while !interrupt::asked() {
        for (place, program) in crew.iter_mut().enumerate() {
            let Some(status) = program.ended()? else {
                continue;
            };
            if place == 0 && status.success() {
                say("the desk was closed; ending the rest");
                return Ok(());
            }
            bail!(
                "{} ended ({status})\n{}",
                program.name(),
                program.last_lines()
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    println!();
    say("ending everything that was started");
    Ok(())
}

/// The ports at which the demo site expects its devices.
fn device_ports(site: &str) -> Result<Vec<u16>> {
    let site: toml::Table = site.parse().context("the demo site")?;
    let ports = entries(&site, "device")
        .filter_map(|device| device.get("url")?.as_str())
        .filter_map(|url| {
            url.split_once("://")?
                .1
                .split('/')
                .next()?
                .rsplit_once(':')?
                .1
                .parse()
                .ok()
        });
    let mut ports: Vec<u16> = ports.collect();
    ports.sort_unstable();
    ports.dedup();
    ports.retain(|port| *port != LOTSIM_PORT);
    Ok(ports)
}

/// The tables of one kind in a site file.
fn entries<'a>(site: &'a toml::Table, kind: &str) -> impl Iterator<Item = &'a toml::Table> {
    site.get(kind)
        .and_then(toml::Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(toml::Value::as_table)
}

#[cfg(test)]
mod tests {
    use super::device_ports;

    #[test]
    fn every_device_port_is_found_once() {
        let site = r#"
            [[device]]
            id = "a"
            url = "http://127.0.0.1:18101"
            [[device]]
            id = "b"
            url = "http://127.0.0.1:18102/ISAPI"
            [[device]]
            id = "c"
            url = "http://127.0.0.1:18101/"
        "#;
        assert_eq!(device_ports(site).unwrap(), [18101, 18102]);
    }
}
