//! What a command can reach: the hub's client, the local store, and what this desk holds right now.
//!
//! The token and the fence stay in here; the page is told persons and cases, never either of those.

mod call;
mod evidence;
mod export;
mod late;
mod live;
mod office;
mod photo_uploader;
mod photograph;
mod release;
mod session;
mod told;
mod work;

pub use evidence::SystemPhoto;
pub use live::{LiveMessage, LiveScreen};
pub use office::SiteFile;
pub use photograph::View;
pub use work::HeldLane;

use crate::{
    camera::PhotoCamera,
    commands::{
        Reply,
        session::{Connection, SessionStatus},
        setting::Settings,
    },
    events::Page,
    keyring::Keyring,
    seal::Seal,
    store::{Owner, Store, StoreError},
};
use lanedesk_client::{CallError, Day, Hub, Pace, Stream, Trust, problem_here};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::{
    problem::{Code, Problem},
    session::Person,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use tokio::sync::{Notify, OnceCell};

/// What a desk stands on.
pub struct Parts {
    /// The local store.
    pub store: Store,
    /// Where the session's token rests.
    pub keyring: Keyring,
    /// What seals photos until the hub has them.
    pub seal: Seal,
    /// This device's cameras.
    pub camera: Box<dyn PhotoCamera>,
    /// Whoever is told things.
    pub page: Box<dyn Page>,
    /// Where exports go.
    pub downloads: PathBuf,
    /// The hub's address where the installation names one.
    pub preset_hub: Option<String>,
    /// Whom the desk believes to be its hub.
    pub trust: Trust,
    /// How long things may take.
    pub pace: Pace,
}

/// The desk; clones are the same desk.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<DeskParts>,
}

struct DeskParts {
    store: Store,
    page: Box<dyn Page>,
    keyring: Keyring,
    seal: Seal,
    camera: Box<dyn PhotoCamera>,
    downloads: PathBuf,
    trust: Trust,
    pace: Pace,
    /// Set once the session kept from the last start has been looked at.
    resumed: OnceCell<()>,
    state: Mutex<State>,
}

/// Everything that changes while the desk runs. The lock is never held over a wait.
#[derive(Default)]
struct State {
    settings: Settings,
    hub_url: String,
    username: Option<String>,
    hub: Option<Hub>,
    person: Option<Person>,
    connection: Connection,
    /// Dropped with the session; that ends it.
    stream: Option<Stream>,
    /// Carries photos to the hub; ends with the session.
    photo_uploader: Option<photo_uploader::PhotoUploader>,
    /// Small pictures of photos taken here, by their local id.
    thumbs: HashMap<String, evidence::Thumb>,
    /// Live pictures the page has open.
    lives: live::Lives,
    /// How far the page has come with the preview.
    shown: Option<photograph::SharedProgress>,
    /// Ends the export that is being written.
    export: Option<Arc<Notify>>,
    /// Cash whose record was not answered yet.
    cash: Option<office::CashPressed>,
    work: work::CurrentWork,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk over its parts, with what it remembers from the last start.
    pub async fn new(parts: Parts) -> Self {
        let store = parts.store;
        let remembered = store.remembered("hub_url").await;
        let state = State {
            settings: store.remembered("settings").await.unwrap_or_default(),
            hub_url: parts.preset_hub.or(remembered).unwrap_or_default(),
            username: store.remembered("username").await,
            ..State::default()
        };
        Self {
            inner: Arc::new(DeskParts {
                store,
                page: parts.page,
                keyring: parts.keyring,
                seal: parts.seal,
                camera: parts.camera,
                downloads: parts.downloads,
                trust: parts.trust,
                pace: parts.pace,
                resumed: OnceCell::new(),
                state: Mutex::new(state),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self) -> &dyn Page {
        self.inner.page.as_ref()
    }

    fn camera(&self) -> &dyn PhotoCamera {
        self.inner.camera.as_ref()
    }

    fn seal(&self) -> &Seal {
        &self.inner.seal
    }

    fn downloads(&self) -> &Path {
        &self.inner.downloads
    }

    /// Who is logged in, where, and how the line stands.
    pub async fn status(&self) -> SessionStatus {
        self.inner.resumed.get_or_init(|| self.resume()).await;
        let state = self.state();
        SessionStatus {
            hub_url: state.hub_url.clone(),
            username: state.username.clone(),
            person: state.person.clone(),
            connection: state.connection,
        }
    }

    /// The hub of the session.
    pub fn hub(&self) -> Reply<Hub> {
        let (hub, language) = {
            let state = self.state();
            (state.hub.clone(), state.settings.language)
        };
        hub.ok_or_else(|| CallError::LoggedOut { language }.into())
    }

    /// Asks the hub. A session that turns out to be over is left at once.
    pub async fn ask<T, F>(&self, call: impl FnOnce(Hub) -> F) -> Reply<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let hub = self.hub()?;
        let asked = call(hub.clone()).await;
        if matches!(&asked, Err(error) if error.code() == Code::NoSession) {
            self.session_over(&hub).await;
        }
        Ok(asked?)
    }

    /// The settings of this device.
    pub fn settings(&self) -> Settings {
        self.state().settings
    }

    /// Keeps the settings; the hub answers in the new language from now on.
    pub async fn save_settings(&self, settings: Settings) -> Reply<()> {
        {
            let mut state = self.state();
            state.settings = settings;
            if let Some(hub) = &state.hub {
                hub.speak(settings.language);
            }
        }
        self.stored(self.store().remember("settings", &settings).await)
    }

    /// The local store.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Whose drafts and recent lanes are meant now.
    pub fn owner(&self) -> Owner {
        let state = self.state();
        Owner {
            hub: state.hub_url.clone(),
            person: state.person.as_ref().map_or_else(String::new, |person| person.id.to_string()),
        }
    }

    /// The day of a report.
    pub fn day(&self, text: &str) -> Reply<Day> {
        text.parse().map_err(|_| {
            let mut problem = self.problem(
                Code::Invalid,
                ("日期不对", "Not a day"),
                ("日期不对，例如 2026-11-22。", "Not a day. Example: 2026-11-22."),
            );
            problem.field = Some("day".to_owned());
            problem
        })
    }

    /// Tells a failed store as a problem of this device.
    pub fn stored<T>(&self, done: Result<T, StoreError>) -> Reply<T> {
        done.map_err(|error| {
            tracing::warn!(%error, "local store");
            self.problem(
                Code::DeskFault,
                ("本机存储出错", "Local store failed"),
                (
                    "本机存储出错，内容没有保存；不影响开闸。",
                    "This device could not save it. Opening barriers is not affected.",
                ),
            )
        })
    }

    /// A problem this desk found, in the person's language; each pair is Chinese and English.
    fn problem(&self, code: Code, title: (&str, &str), detail: (&str, &str)) -> Box<Problem> {
        let language = self.state().settings.language;
        problem_here(code, language.pick(title.0, title.1), language.pick(detail.0, detail.1))
    }
}

/// This device's clock: for what only this device orders by. The hub's time is `Hub::clock`.
pub(crate) fn now() -> Timestamp {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let ms = passed.map_or(0, |passed| passed.as_millis());
    Timestamp(i64::try_from(ms).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
