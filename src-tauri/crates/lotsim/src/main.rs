//! `lotsim`: runs a simulated site, and acts on one that runs.

use clap::{Args, Parser, Subcommand};
use lotsim::{
    Config, Lotsim, Vehicle,
    control::{Departure, JournalRows, Press, SetFault},
    demo,
    script::{Driver, Step, StepError},
};
use serde::Serialize;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

/// A simulated parking lot that speaks the makers' real protocols.
#[derive(Parser)]
#[command(name = "lotsim", version)]
struct Cli {
    /// Where the control API of the running site listens.
    #[arg(long, global = true, env = "LOTSIM_CONTROL", default_value_t = demo::control())]
    control: SocketAddr,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs a site until Ctrl-C.
    Serve(Serve),
    /// Lists the lanes.
    Lanes,
    /// A vehicle comes to a lane.
    Vehicle(Come),
    /// The vehicle drives through the open barrier, or turns back.
    Leave {
        /// Which lane.
        #[arg(long)]
        lane: String,
        /// It turns back without passing.
        #[arg(long)]
        back: bool,
    },
    /// Switches a fault on, or all off with `clear`.
    Fault {
        /// Which lane.
        #[arg(long)]
        lane: String,
        /// The fault's word.
        #[arg(value_parser = fault_word)]
        fault: String,
    },
    /// Presses the remote control: open or close.
    Press {
        /// Which lane.
        #[arg(long)]
        lane: String,
        /// open or close.
        action: lanedesk_domain::order::BarrierAction,
    },
    /// The camera tells again what it remembers, as history.
    Replay {
        /// Which lane.
        #[arg(long)]
        lane: String,
    },
    /// The driver before a robot does one thing after another, each as soon as it can be done.
    ///
    /// For example: lotsim drive --robot R-102 call,shows=pay,pay,drive-off
    Drive(Drive),
    /// Every movement of every barrier so far.
    Journal {
        /// As JSON, with the orders that reached the devices.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Serve {
    /// The site, as TOML.
    #[arg(long, conflicts_with = "demo")]
    config: Option<PathBuf>,
    /// The demo site.
    #[arg(long, required_unless_present = "config")]
    demo: bool,
    /// The demo's ports are counted from here on: control, then the devices, their moving pictures 100 further on.
    #[arg(long, requires = "demo", default_value_t = demo::CONTROL_PORT, value_parser = clap::value_parser!(u16).range(1024..=65_000))]
    first_port: u16,
    /// Where the robots look for the hub, `http://…`; unless given where the site says.
    #[arg(long)]
    hub: Option<String>,
    /// Pictures by daylight whatever the hour, as for screenshots.
    #[arg(long)]
    daylight: bool,
}

#[derive(Args)]
struct Drive {
    /// Before which robot, by its number.
    #[arg(long)]
    robot: String,
    /// How many seconds a step waits for what it needs.
    #[arg(long, default_value_t = 60)]
    patience: u64,
    /// What they do, between commas.
    ///
    /// arrive[=PLATE[/READ]] comes to the robot's lane, without a plate where none is given; READ is what the camera
    /// reads · call presses the button · answer: the call centre picks up · hang-up · document[=NAME] holds one before
    /// the camera · put-away · shows=SCENE waits for a scene: idle, welcome, pay, paid … · pay waits for a
    /// code on the screen and pays what it says · drive-off waits until the bar is up · give-up ends the call and turns
    /// back · fault=none|refuses|silent|dies|offline: the robot says no to every command, does it and never says so,
    /// breaks its link at the next one, or does not link.
    #[arg(required = true, value_delimiter = ',')]
    steps: Vec<Step>,
}

#[derive(Args)]
struct Come {
    /// Which lane.
    #[arg(long)]
    lane: String,
    /// What its plate says; left out for an unlicensed vehicle.
    #[arg(long)]
    plate: Option<String>,
    /// What the camera reads, where that is something else; empty for nothing read.
    #[arg(long)]
    read_as: Option<String>,
    /// Against the lane's usual way.
    #[arg(long)]
    reverse: bool,
}

/// What went wrong, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Config(#[from] lotsim::BadConfig),
    #[error(transparent)]
    Start(#[from] lotsim::StartError),
    #[error("no site answers at {0}: is `lotsim serve` running?")]
    NotThere(SocketAddr),
    #[error("refused: {0}")]
    Refused(String),
    #[error(transparent)]
    Step(#[from] StepError),
    #[error("the answer cannot be read: {0}")]
    Answer(#[from] reqwest::Error),
    #[error("Ctrl-C cannot be waited for: {0}")]
    Signal(#[from] std::io::Error),
}

fn fault_word(word: &str) -> Result<String, lotsim::BadFault> {
    if word != "clear" {
        word.parse::<lotsim::Fault>()?;
    }
    Ok(word.to_owned())
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).init();
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("lotsim: {failed}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failed> {
    let site = SiteAccess(cli.control);
    match cli.task {
        Task::Serve(how) => serve(how, cli.control).await,
        Task::Lanes => site.lanes().await,
        Task::Vehicle(come) => {
            let mut vehicle = Vehicle::unlicensed();
            (vehicle.plate, vehicle.read_as) = (come.plate, come.read_as);
            vehicle.reverse = come.reverse;
            site.post(&come.lane, "vehicle", &vehicle).await
        }
        Task::Leave { lane, back } => site.post(&lane, "leave", &Departure { back }).await,
        Task::Fault { lane, fault } => site.post(&lane, "fault", &SetFault { fault }).await,
        Task::Press { lane, action } => site.post(&lane, "press", &Press { action }).await,
        Task::Replay { lane } => site.post(&lane, "replay", &()).await,
        Task::Drive(drive) => site.drive(drive).await,
        Task::Journal { json } => site.journal(json).await,
    }
}

async fn serve(how: Serve, control: SocketAddr) -> Result<(), Failed> {
    let mut config = match &how.config {
        Some(path) => Config::read(path)?,
        None => demo::config_from(how.first_port),
    };
    let asked = control != demo::control();
    if config.control.is_none() || how.demo && asked {
        config.control = Some(control);
    }
    for robot in &mut config.robots {
        robot.hub = how.hub.clone().unwrap_or_else(|| robot.hub.clone());
    }
    if how.daylight {
        for lane in &mut config.lanes {
            lane.night = Some(false);
        }
    }
    let site = Lotsim::start(config).await?;
    for lane in site.lanes() {
        println!("{:6} {}  {}  {}", lane.code(), lane.url(), lane.rtsp_url(), lane.config().name);
    }
    if let Some(address) = site.control() {
        println!("control http://{address}");
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// A running site, from outside.
struct SiteAccess(SocketAddr);

impl SiteAccess {
    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Failed> {
        let answer = request.send().await.map_err(|_| Failed::NotThere(self.0))?;
        if answer.status().is_success() { Ok(answer) } else { Err(Failed::Refused(answer.text().await?)) }
    }

    fn client(&self, path: &str) -> Result<(reqwest::Client, String), Failed> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok((client, format!("http://{}/{path}", self.0)))
    }

    async fn post(&self, lane: &str, what: &str, body: &impl Serialize) -> Result<(), Failed> {
        let (client, url) = self.client(&format!("lanes/{lane}/{what}"))?;
        self.send(client.post(url).json(body)).await?;
        Ok(())
    }

    async fn lanes(&self) -> Result<(), Failed> {
        let (client, url) = self.client("lanes")?;
        let lanes: Vec<lotsim::LaneFacts> = self.send(client.get(url)).await?.json().await?;
        for lane in lanes {
            let vehicle = lane.vehicle.map(|vehicle| vehicle.plate.unwrap_or_else(|| "无牌".to_owned()));
            let faults = lane.faults.join(" ");
            let vehicle = vehicle.unwrap_or_default();
            println!("{:6} {:8} {vehicle:10} {faults:16} {} {} {}", lane.code, lane.bar, lane.url, lane.lot, lane.name);
        }
        Ok(())
    }

    async fn drive(&self, drive: Drive) -> Result<(), Failed> {
        let patience = Duration::from_secs(drive.patience);
        let driver = Driver::new(self.0, &drive.robot, patience)?;
        for step in &drive.steps {
            driver.does(step).await.map_err(|error| match error {
                StepError::Http(error) if error.is_connect() => Failed::NotThere(self.0),
                other => other.into(),
            })?;
            println!("{} {step}", drive.robot);
        }
        Ok(())
    }

    async fn journal(&self, json: bool) -> Result<(), Failed> {
        let (client, url) = self.client("journal")?;
        let answer = self.send(client.get(url)).await?;
        if json {
            println!("{}", answer.text().await?);
            return Ok(());
        }
        let rows: JournalRows = answer.json().await?;
        for row in rows.movements {
            let reached = row.reached_at.map_or_else(|| "not reached".to_owned(), |at| format!("reached {at}"));
            println!(
                "{:4} {} {:6} {:?}: {} -> {}, {reached}",
                row.seq, row.at, row.lane, row.cause, row.before, row.after
            );
        }
        Ok(())
    }
}
