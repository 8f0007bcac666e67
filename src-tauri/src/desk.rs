//! What a command can reach: the hub's client, the local store, and what this desk holds right now.
//!
//! The token and the fence stay in here; the page is told persons and cases, never either of those.

mod session;
mod told;
mod work;

pub use work::Held;

use crate::{
    commands::{
        Answer,
        session::{Connection, SessionStatus},
        setting::Settings,
    },
    events::Page,
    keyring::Keyring,
    store::{Owner, Store, StoreError},
};
use lanedesk_client::{CallError, Hub, Pace, Stream, problem_here};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::{
    problem::{Code, Problem},
    session::Person,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use tokio::sync::OnceCell;

/// The desk; clones are the same desk.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    page: Box<dyn Page>,
    keyring: Keyring,
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
    work: work::Work,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk over its store and keyring. `preset_hub` is the hub's address where the installation names one.
    pub async fn new(
        store: Store,
        keyring: Keyring,
        told: impl Page,
        preset_hub: Option<String>,
        pace: Pace,
    ) -> Self {
        let remembered = store.remembered("hub_url").await;
        let state = State {
            settings: store.remembered("settings").await.unwrap_or_default(),
            hub_url: preset_hub.or(remembered).unwrap_or_default(),
            username: store.remembered("username").await,
            ..State::default()
        };
        Self {
            inner: Arc::new(Inner {
                store,
                page: Box::new(told),
                keyring,
                pace,
                resumed: OnceCell::new(),
                state: Mutex::new(state),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self) -> &dyn Page {
        self.inner.page.as_ref()
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
    pub fn hub(&self) -> Answer<Hub> {
        let (hub, language) = {
            let state = self.state();
            (state.hub.clone(), state.settings.language)
        };
        hub.ok_or_else(|| CallError::LoggedOut { language }.into())
    }

    /// Asks the hub. A session that turns out to be over is left at once.
    pub async fn ask<T, F>(&self, call: impl FnOnce(Hub) -> F) -> Answer<T>
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
    pub async fn save_settings(&self, settings: Settings) -> Answer<()> {
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
            person: state
                .person
                .as_ref()
                .map_or_else(String::new, |person| person.id.to_string()),
        }
    }

    /// Tells a failed store as a problem of this device.
    pub fn stored<T>(&self, done: Result<T, StoreError>) -> Answer<T> {
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
        problem_here(
            code,
            language.pick(title.0, title.1),
            language.pick(detail.0, detail.1),
        )
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
