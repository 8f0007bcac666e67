//! A running site.

use crate::{
    Command, Config, Journal, Lane, Movement, PastRead, Robot, WrongTry, control, event::Event, film::BadReel, isapi,
    robot, rtsp, scene,
};
use lanedesk_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use std::{net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, task::JoinSet};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// A site whose devices listen. Ends when dropped.
pub struct Lotsim {
    lanes: Vec<Lane>,
    robots: Vec<Robot>,
    journal: Arc<Journal>,
    control: Option<SocketAddr>,
    /// Its servers; aborted when this is dropped.
    _tasks: JoinSet<()>,
}

/// Why a site could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on, most often because another program does.
    #[error("cannot listen on {address} for {what}: {error}")]
    Listen {
        /// For which lane, or the control API.
        what: String,
        /// Where.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// Two lanes have the same code.
    #[error("two lanes have the code {0}")]
    TwiceSame(String),
    /// A recording cannot be played.
    #[error(transparent)]
    Reel(#[from] BadReel),
    /// The client with which cameras call others could not be made.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

impl Lotsim {
    /// Starts every device and, where asked for, the control API.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let journal = Arc::new(Journal::default());
        let client = reqwest::Client::builder().no_proxy().build()?;
        let mut tasks = JoinSet::new();
        let mut lanes: Vec<Lane> = Vec::new();
        for lane in config.lanes {
            if lanes.iter().any(|other| other.code() == lane.code) {
                return Err(StartError::TwiceSame(lane.code));
            }
            let address = SocketAddr::new(config.listen, lane.port);
            let (listener, address) = listen(&lane.code, address).await?;
            let moving = SocketAddr::new(config.listen, lane.rtsp_port);
            let (moving, rtsp_address) = listen(&lane.code, moving).await?;
            let auth = Arc::new(isapi::Auth::new(&lane));
            let lane = Lane::new(lane, Arc::clone(&journal), client.clone())?;
            // Set once, here, before anybody else has the lane.
            let _ = lane.inner.address.set(address);
            let _ = lane.inner.rtsp.set(rtsp_address);
            // One account, whichever door is tried.
            tasks.spawn(isapi::serve(lane.clone(), Arc::clone(&auth), listener));
            tasks.spawn(rtsp::serve(lane.clone(), auth, moving));
            tasks.spawn(begin(lane.clone()));
            lanes.push(lane);
        }
        let robots = config.robots.into_iter().map(Robot::start);
        let robots = robots.collect::<Result<Vec<Robot>, _>>()?;
        let mut control = None;
        if let Some(address) = config.control {
            let (listener, address) = listen("the control API", address).await?;
            let routes = control::routes(lanes.clone(), Arc::clone(&journal))
                .merge(robot::routes(robots.clone(), lanes.clone()));
            control = Some(address);
            tasks.spawn(async move {
                if let Err(error) = axum::serve(listener, routes).await {
                    tracing::error!(%error, "the control API ended");
                }
            });
        }
        Ok(Self { lanes, robots, journal, control, _tasks: tasks })
    }

    /// The lane with this code.
    ///
    /// # Panics
    /// Where there is none: a test that names a wrong lane is wrong.
    pub fn lane(&self, code: &str) -> Lane {
        match self.lanes.iter().find(|lane| lane.code() == code) {
            Some(lane) => lane.clone(),
            None => panic!("no lane {code}"),
        }
    }

    /// The robot with this number.
    ///
    /// # Panics
    /// Where there is none: a test that names a wrong robot is wrong.
    pub fn robot(&self, number: &str) -> Robot {
        let mut robots = self.robots.iter();
        match robots.find(|robot| robot.config().number == number) {
            Some(robot) => robot.clone(),
            None => panic!("no robot {number}"),
        }
    }

    /// Every lane.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Every movement of every bar so far.
    pub fn journal(&self) -> Vec<Movement> {
        self.journal.movements()
    }

    /// Every order that reached a device so far.
    pub fn commands(&self) -> Vec<Command> {
        self.journal.commands()
    }

    /// Every wrong password a lane's device was given so far.
    pub fn wrong_tries(&self, code: &str) -> Vec<WrongTry> {
        let mut tries = self.journal.wrong_tries();
        tries.retain(|wrong| wrong.lane == code);
        tries
    }

    /// Movements of one lane.
    pub fn movements(&self, code: &str) -> Vec<Movement> {
        let mut movements = self.journal();
        movements.retain(|movement| movement.lane == code);
        movements
    }

    /// Where the control API listens.
    pub const fn control(&self) -> Option<SocketAddr> {
        self.control
    }
}

async fn listen(what: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|error| StartError::Listen { what: what.to_owned(), address, error })
}

/// Fills the camera's memory and lets the first vehicle come.
async fn begin(lane: Lane) {
    for past in lane.config().past.clone() {
        let label = lane.label();
        let (night, code) = (lane.config().night, lane.code().to_owned());
        let start = crate::journal::now();
        let draw = move || past_event(&code, label, night, start, past);
        if let Ok(event) = tokio::task::spawn_blocking(draw).await {
            lane.tell(event, true);
        }
    }
    if let Some(vehicle) = lane.config().vehicle.clone() {
        lane.arrive(vehicle);
    }
}

/// A reading from before the start. Its id depends on lane, plate and day alone, so that a site started again on the
/// same day tells the same passage again and not another one.
fn past_event(code: &str, label: String, night: Option<bool>, start: Timestamp, past: PastRead) -> Event {
    let at = start.plus_ms(-i64::from(past.minutes_ago) * 60_000);
    let mut hash = Sha256::new();
    for part in [code, past.vehicle.reading().unwrap_or_default()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update((start.0 / DAY_MS).to_be_bytes());
    let hash = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    let uuid = uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string();
    let view = scene::View { label, at, night, vehicle: Some(past.vehicle), bar: 0.0 };
    Event::draw(uuid, &view, true)
}
