//! The desk's session: logging in, taking a kept session up again, and leaving it.

use super::{Desk, State, work::CurrentWork};
use crate::commands::{Reply, session::Connection};
use lanedesk_client::{Address, Hub, Stream};
use lanedesk_wire::{account::ResetPassword, problem::Code, session::Person};

impl Desk {
    /// Takes up the session kept from the last start, if there is one and the hub still knows it.
    ///
    /// Where the hub cannot be reached the person is taken from memory, so that the page shows itself and says so.
    pub(super) async fn resume(&self) {
        let url = self.state().hub_url.clone();
        let Ok(address) = Address::parse(&url) else {
            return;
        };
        let Some(token) = self.inner.keyring.kept(address.as_str()).await else {
            return;
        };
        let language = self.settings().language;
        let trust = self.inner.trust.clone();
        let Ok(hub) = Hub::new(address, language, self.inner.pace, trust) else {
            return;
        };
        hub.set_token(Some(token));
        let person = match hub.person().await {
            Ok(person) => Some(person),
            Err(error) if error.code() == Code::NoSession => {
                self.inner.keyring.forget(hub.address().as_str()).await;
                None
            }
            Err(_) => self.store().remembered("person").await,
        };
        if let Some(person) = person {
            self.enter(hub, person);
        }
    }

    /// Logs in at a hub. The one before, if any, is left only when this one has let the person in.
    pub async fn login(&self, url: &str, username: String, password: String, code: Option<String>) -> Reply<Person> {
        // A session kept from the last start must not come up behind this one.
        self.inner.resumed.get_or_init(async || ()).await;
        let address = Address::parse(url).map_err(|_| self.bad_address())?;
        let (trust, language) = (self.inner.trust.clone(), self.settings().language);
        let hub = Hub::new(address, language, self.inner.pace, trust).map_err(|error| at_address(error.into()))?;
        let person = hub.login(username.clone(), password, code).await?;
        self.logged_in(hub, username, person).await
    }

    /// Sets a password with the code an administrator handed over, and goes on as after a login.
    pub async fn reset_with_code(&self, url: &str, told: ResetPassword) -> Reply<Person> {
        self.inner.resumed.get_or_init(async || ()).await;
        let address = Address::parse(url).map_err(|_| self.bad_address())?;
        let (trust, language) = (self.inner.trust.clone(), self.settings().language);
        let hub = Hub::new(address, language, self.inner.pace, trust).map_err(|error| at_address(error.into()))?;
        let username = told.username.clone();
        let person = hub.reset_with(told).await?;
        self.logged_in(hub, username, person).await
    }

    /// The password once more. The token that the session goes on under is kept in the place of the one before.
    pub async fn confirm_password(&self, password: String) -> Reply<()> {
        self.ask(|hub| async move { hub.confirm_password(password).await }).await?;
        let hub = self.state().hub.clone();
        if let Some(hub) = hub {
            self.keep_token(&hub);
        }
        Ok(())
    }

    /// Beside what goes on: a locked keyring asks the person first, and that must not keep a lane waiting.
    fn keep_token(&self, hub: &Hub) {
        if let Some(token) = hub.token() {
            let (keyring, url) = (self.inner.keyring.clone(), hub.address().as_str().to_owned());
            tokio::spawn(async move { keyring.keep(&url, &token).await });
        }
    }

    async fn logged_in(&self, hub: Hub, username: String, person: Person) -> Reply<Person> {
        let url = hub.address().as_str().to_owned();
        self.keep_token(&hub);
        {
            let mut state = self.state();
            state.hub_url.clone_from(&url);
            state.username = Some(username.clone());
        }
        self.remember_login(&url, &username, &person).await;
        self.enter(hub, person.clone());
        Ok(person)
    }

    /// Logs out here, whatever the hub says, and on the hub where it is reached.
    pub async fn logout(&self) {
        let left = {
            let mut state = self.state();
            state.leave()
        };
        self.stop_preview();
        self.set_connection(Connection::Offline);
        if let Some(hub) = left {
            self.inner.keyring.forget(hub.address().as_str()).await;
            if let Err(error) = hub.logout().await {
                tracing::info!(%error, "the hub was not told of the logout");
            }
        }
        self.forget_login().await;
    }

    /// The hub no longer knows the session of `hub`: leaves it and tells the page, once.
    pub(super) async fn session_over(&self, hub: &Hub) {
        if hub.renewed_lately().await {
            return; // It was refused under the token before.
        }
        {
            let mut state = self.state();
            let current = state.hub.as_ref().and_then(Hub::token);
            if current.is_none() || current != hub.token() {
                return; // Left already, or another session has begun meanwhile.
            }
            state.leave();
        }
        self.stop_preview();
        self.inner.keyring.forget(hub.address().as_str()).await;
        self.forget_login().await;
        self.set_connection(Connection::Offline);
        self.page().session_ended();
    }

    /// Sits down at a seat, or leaves it where `number` is absent.
    pub async fn seat(&self, number: Option<String>) -> Reply<Person> {
        let person = self
            .ask(|hub| async move {
                match number {
                    Some(number) => hub.bind_seat(number).await?,
                    None => hub.free_seat().await?,
                }
                hub.person().await
            })
            .await?;
        self.state().person = Some(person.clone());
        Ok(person)
    }

    /// Begins to work as `person` and to follow the hub's stream.
    fn enter(&self, hub: Hub, person: Person) {
        {
            let mut state = self.state();
            state.leave();
            state.person = Some(person);
            state.hub = Some(hub.clone());
        }
        self.begin_carrying(hub.clone());
        let (stream, heard) = Stream::follow(hub.clone());
        {
            let mut state = self.state();
            stream.watch(state.work.watched.iter().cloned().collect());
            state.stream = Some(stream);
        }
        tokio::spawn(self.clone().listen(hub, heard));
    }

    async fn remember_login(&self, url: &str, username: &str, person: &Person) {
        let store = self.store();
        for kept in [
            store.remember("hub_url", &url).await,
            store.remember("username", &username).await,
            store.remember("person", person).await,
        ] {
            if let Err(error) = kept {
                tracing::warn!(%error, "the login will not be remembered");
            }
        }
    }

    async fn forget_login(&self) {
        for name in ["person", "lane_held"] {
            if let Err(error) = self.store().forget(name).await {
                tracing::warn!(%error, "local store");
            }
        }
    }

    fn bad_address(&self) -> Box<lanedesk_wire::problem::Problem> {
        let problem = self.problem(
            Code::Invalid,
            ("中心地址不对", "Not a hub's address"),
            (
                "中心地址不对，例如 https://hub.example.cn 或 192.168.1.5:8470。",
                "Not a hub's address. Examples: https://hub.example.cn, 192.168.1.5:8470.",
            ),
        );
        at_address(problem)
    }
}

/// What is wrong before anything was sent is wrong with the address.
fn at_address(mut problem: Box<lanedesk_wire::problem::Problem>) -> Box<lanedesk_wire::problem::Problem> {
    problem.field = Some("hub_url".to_owned());
    problem
}

impl State {
    /// Leaves the session with everything that hangs on it; the hub it was at.
    pub(super) fn leave(&mut self) -> Option<Hub> {
        self.stream = None;
        self.photo_uploader = None;
        self.export = None;
        self.cash = None;
        self.person = None;
        self.thumbs.clear();
        self.lives.clear();
        self.work = CurrentWork::default();
        self.hub.take()
    }
}
