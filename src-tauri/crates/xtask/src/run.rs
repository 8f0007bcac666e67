//! `cargo xtask run`: the whole demo with one command, and its end with one key.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use xtask::display::{self, Display};
use xtask::lot::Lot;
use xtask::running::RunningProgram;
use xtask::{house, interrupt, packages, port};

use crate::step::say;
use crate::{cargo, node, system};

/// Where the hub listens unless told or taken.
const HUB_PORT: u16 = 8470;
/// A window with letters in it shows far more colours than an empty one.
const PAINTED_COLOURS: usize = 60;

/// What `cargo xtask run` can be told.
#[derive(Args)]
pub(crate) struct Run {
    /// Forget the demo's data (./.lanedesk) and begin anew.
    #[arg(long)]
    fresh: bool,
    /// The port on which the hub listens; unless given 8470, or another one where that is taken.
    #[arg(long)]
    port: Option<u16>,
}

/// Everything the demo keeps between two starts.
struct Data {
    dir: PathBuf,
    /// Held as long as the demo runs: a second one must not open the same database.
    _lock: File,
}

impl Data {
    /// The first folder that no running demo has: ./.lanedesk, ./.lanedesk-2 and so on.
    fn open(fresh: bool) -> Result<Self> {
        for number in 1..=9 {
            let name = if number == 1 { ".lanedesk".to_owned() } else { format!(".lanedesk-{number}") };
            let dir = house::root().join(&name);
            fs::create_dir_all(&dir)?;
            let lock = File::create(dir.join("running")).context("the demo's lock")?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    say(&format!("another demo runs on ./{name}"));
                    continue;
                }
                Err(TryLockError::Error(error)) => return Err(error).context("the demo's lock"),
            }
            if fresh {
                forget(&dir).with_context(|| format!("cannot forget ./{name}"))?;
                say("the demo's data is forgotten (--fresh)");
            }
            fs::create_dir_all(dir.join("log"))?;
            fs::create_dir_all(dir.join("desk"))?;
            return Ok(Self { dir, _lock: lock });
        }
        bail!("nine demos run already: end one")
    }

    /// What it is called beside the checkout.
    fn name(&self) -> String {
        self.dir.file_name().unwrap_or_default().display().to_string()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.dir.join("log").join(name)
    }
}

/// Empties a folder but for the lock that is held in it.
fn forget(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != "running" {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Installs, builds, starts, and waits for the end.
pub(crate) fn run(options: &Run) -> Result<()> {
    let begun = Instant::now();
    // Before the long part, so that nobody waits for a build to be told this.
    if let Some(port) = options.port {
        port::demand_free(port, "the hub", ", or leave `--port` out")?;
    }
    prepare()?;
    let data = Data::open(options.fresh)?;
    let listen = hub_port(options.port)?;
    let place = Lot::free()?;
    let lot = start_lot(&data, &place, listen)?;
    let hub = start_hub(&data, &place, listen)?;
    let screen = if display::has_screen() { None } else { Some(Display::start(&house::scratch()?, 1366, 768)?) };
    let desk = start_desk(&data, listen, screen.as_ref())?;
    tell(&data, listen, begun.elapsed())?;
    if !place.is_usual() {
        println!(
            "The usual ports are taken, so the simulated lot stands elsewhere: say `LOTSIM_CONTROL=127.0.0.1:{}` before `lotsim`.",
            place.control()
        );
    }
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
    system::install(&[packages::BUILD, packages::SHOW])?;
    node::packages()?;
    node::build()?;
    cargo::build_programs(false)
}

/// The port that was asked for, the usual one, or any where a program has that.
fn hub_port(asked: Option<u16>) -> Result<u16> {
    if let Some(port) = asked {
        return Ok(port);
    }
    if port::is_free(HUB_PORT) {
        return Ok(HUB_PORT);
    }
    let holder = port::holder(HUB_PORT).unwrap_or_else(|| "another program".to_owned());
    let instead = port::any_free()?;
    say(&format!("port {HUB_PORT} is in use by {holder}; the hub takes {instead}"));
    Ok(instead)
}

fn start_lot(data: &Data, place: &Lot, hub: u16) -> Result<RunningProgram> {
    let mut command = place.command(&house::program("lotsim", false), hub);
    let mut lot = RunningProgram::start("the simulated lot", &mut command, &data.log("lotsim.log"))?;
    lot.wait_until("ready", Duration::from_secs(20), || port::accepts(place.control()))?;
    Ok(lot)
}

fn start_hub(data: &Data, place: &Lot, listen: u16) -> Result<RunningProgram> {
    let site = data.path("site.toml");
    place.write_site(&site)?;
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
        .arg(site);
    let mut hub = RunningProgram::start("the hub", &mut command, &data.log("hub.log"))?;
    hub.wait_until("ready", Duration::from_secs(30), || port::answers_ok(listen, "/api/health"))?;
    Ok(hub)
}

fn start_desk(data: &Data, hub: u16, screen: Option<&Display>) -> Result<RunningProgram> {
    let mut command = Command::new(house::program("lanedesk", false));
    command.env("LANEDESK_HUB", format!("http://127.0.0.1:{hub}")).env("LANEDESK_DATA_DIR", data.path("desk"));
    if let Some(screen) = screen {
        command.env("DISPLAY", screen.name());
    }
    RunningProgram::start("the desk", &mut command, &data.log("desk.log"))
}

/// Waits for the first page and keeps a picture of it.
fn picture(desk: &mut RunningProgram, screen: &Display, path: &Path) -> Result<()> {
    let painted = || screen.frame().is_ok_and(|frame| frame.colours() > PAINTED_COLOURS);
    desk.wait_until("painted", Duration::from_secs(30), painted)?;
    screen.frame()?.save(path)?;
    say(&format!("no display here: the desk runs on Xvfb {}", screen.name()));
    say(&format!("its screenshot: {}", path.display()));
    Ok(())
}

/// Where things are and who can log in.
fn tell(data: &Data, hub: u16, took: Duration) -> Result<()> {
    println!(
        "\nLanedesk runs ({:.1} s). Hub http://127.0.0.1:{hub}, data and logs in ./{}",
        took.as_secs_f32(),
        data.name()
    );
    println!("\nWho can log in:");
    let site: toml::Table = fs::read_to_string(house::demo_site())?.parse()?;
    for person in entries(&site, "person") {
        let text = |key: &str| person.get(key).and_then(toml::Value::as_str).unwrap_or("");
        println!("  {:<8} {:<16} {:<12} {}", text("username"), text("password"), text("role"), text("name"));
    }
    println!();
    Ok(())
}

/// Waits for Ctrl-C, for the window's end, or for a program that died on us.
fn watch(crew: &mut [RunningProgram]) -> Result<()> {
    while !interrupt::asked() {
        for (place, program) in crew.iter_mut().enumerate() {
            let Some(status) = program.ended()? else {
                continue;
            };
            if place == 0 && status.success() {
                say("the desk was closed; ending the rest");
                return Ok(());
            }
            bail!("{} ended ({status})\n{}", program.name(), program.last_lines());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    println!();
    say("ending everything that was started");
    Ok(())
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
