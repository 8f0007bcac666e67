//! One lane: the vehicle before its bar, the bar, its faults, and who is told.

use crate::{
    Cause, Fault, Journal, LaneConfig, Outcome, Vehicle,
    arm::Arm,
    event::{Event, EventReading},
    film::{BadReel, Film},
    journal::now,
    scene::{self, Angle},
};
use bytes::Bytes;
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{broadcast, watch};

/// Readings a camera remembers.
const MEMORY: usize = 64;
/// Longest wait of the `wait_…` functions.
const PATIENCE: Duration = Duration::from_secs(20);

/// A lane of a running site. Cheap to clone; all clones are the same lane.
#[derive(Clone)]
pub struct Lane {
    pub(crate) inner: Arc<LaneParts>,
}

pub(crate) struct LaneParts {
    pub(crate) config: LaneConfig,
    pub(crate) address: OnceLock<SocketAddr>,
    pub(crate) rtsp: OnceLock<SocketAddr>,
    films: [Film; 3],
    pub(crate) state: Mutex<State>,
    /// Rises with every change.
    changed: watch::Sender<u64>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) told: broadcast::Sender<EventReading>,
    pub(crate) requests: AtomicU64,
    pub(crate) client: reqwest::Client,
}

pub(crate) struct State {
    pub(crate) arm: Arm,
    vehicle: Option<Vehicle>,
    /// Counts vehicles, so that a late task does not drive the next one away.
    arrivals: u64,
    waiting: VecDeque<Vehicle>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) memory: VecDeque<Arc<Event>>,
    pub(crate) push_url: Option<String>,
}

/// A lane as the control API shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LaneFacts {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its lot.
    pub lot: String,
    /// Where its device listens.
    pub url: String,
    /// Where its moving picture is.
    pub rtsp: String,
    /// Where the bar truly is.
    pub bar: BarrierState,
    /// The vehicle before it.
    pub vehicle: Option<Vehicle>,
    /// Faults switched on, as words.
    pub faults: Vec<String>,
}

impl Lane {
    pub(crate) fn new(config: LaneConfig, journal: Arc<Journal>, client: reqwest::Client) -> Result<Self, BadReel> {
        let film = |angle| Film::new(angle, config.reel.as_deref());
        let films = [film(Angle::Gate)?, film(Angle::Near)?, film(Angle::Road)?];
        let state = State {
            arm: Arm::closed(Duration::from_millis(config.travel_ms)),
            vehicle: None,
            arrivals: 0,
            waiting: config.waiting.iter().cloned().collect(),
            faults: Vec::new(),
            memory: VecDeque::new(),
            push_url: config.push_url.clone(),
        };
        let inner = LaneParts {
            config,
            address: OnceLock::new(),
            rtsp: OnceLock::new(),
            films,
            state: Mutex::new(state),
            changed: watch::Sender::new(0),
            journal,
            told: broadcast::Sender::new(256),
            requests: AtomicU64::new(0),
            client,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held; a test that does elsewhere still gets its journal.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn touch(&self) {
        self.inner.changed.send_modify(|count| *count += 1);
    }

    /// Its code.
    pub fn code(&self) -> &str {
        &self.inner.config.code
    }

    /// What it was started with.
    pub fn config(&self) -> &LaneConfig {
        &self.inner.config
    }

    /// Where its device listens, without a slash at the end.
    pub fn url(&self) -> String {
        let address = self.inner.address.get();
        address.map_or_else(String::new, |address| format!("http://{address}"))
    }

    /// Where its moving picture is, without user name and password.
    pub fn rtsp_url(&self) -> String {
        let address = self.inner.rtsp.get();
        address.map_or_else(String::new, |address| format!("rtsp://{address}/Streaming/Channels/101"))
    }

    /// How many pull its moving pictures now, whichever of its cameras'.
    pub fn watchers(&self) -> usize {
        self.inner.films.iter().map(Film::watchers).sum()
    }

    pub(crate) fn film(&self, angle: Angle) -> &Film {
        // One for each angle, in their order.
        &self.inner.films[angle as usize]
    }

    /// Requests its device has received, challenged ones included.
    pub fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    /// How many listen to its readings now.
    pub fn listeners(&self) -> usize {
        self.inner.told.receiver_count()
    }

    /// Everything at a glance.
    pub fn facts(&self) -> LaneFacts {
        let state = self.state();
        LaneFacts {
            code: self.code().to_owned(),
            name: self.inner.config.name.clone(),
            lot: self.inner.config.lot.clone(),
            url: self.url(),
            rtsp: self.rtsp_url(),
            bar: state.arm.state(),
            vehicle: state.vehicle.clone(),
            faults: state.faults.iter().map(Fault::to_string).collect(),
        }
    }

    /// The vehicle before the bar.
    pub fn vehicle(&self) -> Option<Vehicle> {
        self.state().vehicle.clone()
    }

    /// Where the bar truly is.
    pub fn bar(&self) -> BarrierState {
        self.state().arm.state()
    }

    /// A vehicle comes, in place of one that may stand there; the camera reads it and tells.
    pub fn arrive(&self, vehicle: Vehicle) {
        let automatic = self.inner.config.automatic && !vehicle.stuck && vehicle.reading().is_some();
        let arrival = {
            let mut state = self.state();
            state.vehicle = Some(vehicle);
            state.arrivals += 1;
            state.arrivals
        };
        let lane = self.clone();
        tokio::spawn(async move { lane.read_plate(automatic).await });
        if automatic {
            self.drive_bar(true, Cause::Camera);
        }
        self.drive_if_open(arrival);
        self.touch();
    }

    /// The vehicle turns back without passing.
    pub fn back_out(&self) {
        self.state().vehicle = None;
        self.touch();
    }

    /// The vehicle drives through. False where none stands there or the bar is not up.
    pub fn drive_through(&self) -> bool {
        {
            let mut state = self.state();
            if state.vehicle.is_none() || state.arm.state() != BarrierState::Open {
                return false;
            }
            state.vehicle = None;
        }
        self.touch();
        self.after_passage();
        true
    }

    /// Somebody presses the remote control of the barrier.
    pub fn press(&self, action: BarrierAction) -> Outcome {
        self.drive_bar(action == BarrierAction::Open, Cause::Remote)
    }

    /// Switches a fault on; one with a number replaces the one that was on.
    pub fn fault(&self, fault: Fault) {
        {
            let mut state = self.state();
            state.faults.retain(|other| !other.same_switch(fault));
            state.faults.push(fault);
        }
        self.touch();
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
        self.touch();
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.state().faults.contains(&fault)
    }

    /// Milliseconds by which replies are late.
    pub(crate) fn slowness(&self) -> Option<u64> {
        let state = self.state();
        state.faults.iter().find_map(|fault| match fault {
            Fault::Slow(ms) => Some(*ms),
            _ => None,
        })
    }

    /// The device's own time.
    pub(crate) fn clock(&self) -> Timestamp {
        let state = self.state();
        let skew = state.faults.iter().find_map(|fault| match fault {
            Fault::ClockSkew(ms) => Some(*ms),
            _ => None,
        });
        now().plus_ms(skew.unwrap_or(0))
    }

    /// Waits until something holds; false after 20 s.
    pub async fn wait(&self, mut holds: impl FnMut(&Self) -> bool) -> bool {
        let mut changed = self.inner.changed.subscribe();
        let wait = async {
            while !holds(self) {
                // The sender lives in `self`, so this cannot fail while we wait.
                if changed.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.is_ok()
    }

    /// Waits until the bar is up; false after 20 s.
    pub async fn wait_open(&self) -> bool {
        self.wait(|lane| lane.bar() == BarrierState::Open).await
    }

    /// Waits until the bar is down; false after 20 s.
    pub async fn wait_closed(&self) -> bool {
        self.wait(|lane| lane.bar() == BarrierState::Closed).await
    }

    /// What the camera sees now, as JPEG.
    pub async fn picture(&self) -> Bytes {
        self.picture_from(Angle::Gate).await
    }

    /// The same from another of its cameras.
    pub(crate) async fn picture_from(&self, angle: Angle) -> Bytes {
        let view = self.view();
        let drawn = tokio::task::spawn_blocking(move || scene::draw_from(angle, &view)).await;
        drawn.unwrap_or_default()
    }

    /// One picture of the moving scene, as JPEG.
    pub(crate) async fn moving_picture(&self, angle: Angle, number: u64) -> Bytes {
        let view = self.view();
        let draw = move || scene::draw_moment(angle, view, now(), number);
        let drawn = tokio::task::spawn_blocking(draw);
        drawn.await.unwrap_or_default()
    }

    pub(crate) fn view(&self) -> scene::View {
        let at = self.clock();
        let state = self.state();
        scene::View {
            label: self.label(),
            at,
            night: self.inner.config.night,
            vehicle: state.vehicle.clone(),
            bar: state.arm.position(),
        }
    }

    /// Code and name as the camera writes them.
    pub(crate) fn label(&self) -> String {
        let config = &self.inner.config;
        if config.name == config.code { config.code.clone() } else { format!("{} {}", config.code, config.name) }
    }

    /// Moves the bar and writes the journal.
    pub(crate) fn drive_bar(&self, up: bool, cause: Cause) -> Outcome {
        let (seq, travel) = {
            let mut state = self.state();
            let before = state.arm.state();
            let Some(travel) = state.arm.drive(up) else {
                return Outcome::Already;
            };
            let after = if up { BarrierState::Open } else { BarrierState::Closed };
            (self.inner.journal.moved(self.code(), cause, before, after), travel)
        };
        self.touch();
        let lane = self.clone();
        tokio::spawn(async move { lane.travel(seq, travel, up).await });
        Outcome::Moved
    }

    /// Waits for the limit switch; where the bar was turned round meanwhile, it is never hit.
    async fn travel(&self, seq: u64, travel: Duration, up: bool) {
        // A millisecond more, so that the position is surely at its end.
        tokio::time::sleep(travel + Duration::from_millis(1)).await;
        let goal = if up { BarrierState::Open } else { BarrierState::Closed };
        let arrival = {
            let state = self.state();
            if state.arm.state() != goal {
                return;
            }
            state.arrivals
        };
        self.inner.journal.reached(seq);
        self.touch();
        self.drive_if_open(arrival);
    }

    async fn read_plate(&self, opened: bool) {
        let view = self.view();
        let uuid = uuid::Uuid::new_v4().to_string();
        let drawn = tokio::task::spawn_blocking(move || Event::draw(uuid, &view, opened)).await;
        if let Ok(event) = drawn {
            self.tell(event, false);
        }
    }

    /// Remembers a reading and tells it to whoever listens.
    pub(crate) fn tell(&self, event: Event, history: bool) {
        let told = EventReading { event: Arc::new(event), history };
        let push_url = {
            let mut state = self.state();
            if state.memory.len() >= MEMORY {
                state.memory.pop_front();
            }
            state.memory.push_back(Arc::clone(&told.event));
            // Sent under the lock: a stream that opens now has it either from memory or from here, never from both.
            let _ = self.inner.told.send(told.clone());
            state.push_url.clone()
        };
        if let Some(url) = push_url.filter(|_| !history) {
            crate::isapi::push(self.clone(), url, told);
        }
        self.touch();
    }

    /// Tells everything remembered again, as history.
    pub fn replay(&self) {
        let state = self.state();
        for event in &state.memory {
            let _ = self.inner.told.send(EventReading { event: Arc::clone(event), history: true });
        }
    }

    /// How many vehicles have come.
    pub(crate) fn arrivals(&self) -> u64 {
        self.state().arrivals
    }

    /// The next vehicle in line, which goes to the end of it.
    pub(crate) fn next_waiting(&self) -> Option<Vehicle> {
        let mut state = self.state();
        let next = state.waiting.pop_front()?;
        state.waiting.push_back(next.clone());
        Some(next)
    }
}
