//! One hub, and how it is called.

use crate::{Address, CallError, HubClock, Language, Pace, Trust};
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use lanedesk_wire::{list::Page, problem::Problem};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

/// A session's token. Sent as `Authorization: Bearer` and kept in the system's keyring; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token as the hub gave it or the keyring kept it.
    pub fn new(text: String) -> Self {
        Self(text)
    }
    /// The secret itself, for the keyring and the `Authorization` header only.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// A hub at an address; clones share session, language and connections.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<HubParts>,
}

struct HubParts {
    address: Address,
    pace: Pace,
    trust: Trust,
    clock: HubClock,
    token: RwLock<Option<Token>>,
    language: RwLock<Language>,
    /// Held while the session's token is renewed; when it was last.
    renewal: tokio::sync::Mutex<Option<Instant>>,
    calls: Client,
    /// Apart from the rest: no retry of any layer, and a new connection each time, so that no request is ever sent
    /// down a connection the hub has already closed (invariant 5).
    orders: Client,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("address", &self.inner.address).finish_non_exhaustive()
    }
}

impl Hub {
    /// A hub at this address, nobody logged in yet. Fails where the system offers no TLS, and at an address that others
    /// could read along unless `trust` allows that.
    pub fn new(address: Address, language: Language, pace: Pace, trust: Trust) -> Result<Self, CallError> {
        if !address.is_private() && !trust.allows_plain_http() {
            return Err(CallError::PlainHttp { language });
        }
        let failed = |source| CallError::Unreachable { language, source };
        let calls = trust.client().connect_timeout(pace.connect).timeout(pace.call).build().map_err(failed)?;
        let orders = trust
            .client()
            .connect_timeout(pace.connect)
            .timeout(pace.order_answer)
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never())
            .http1_only()
            .build()
            .map_err(failed)?;
        Ok(Self {
            inner: Arc::new(HubParts {
                address,
                pace,
                trust,
                clock: HubClock::default(),
                token: RwLock::default(),
                language: RwLock::new(language),
                renewal: tokio::sync::Mutex::default(),
                calls,
                orders,
            }),
        })
    }

    /// Where it lives.
    pub fn address(&self) -> &Address {
        &self.inner.address
    }
    /// The hub's time.
    pub fn clock(&self) -> &HubClock {
        &self.inner.clock
    }
    /// Whom it is believed to be.
    pub(crate) fn trust(&self) -> &Trust {
        &self.inner.trust
    }
    /// How long things may take.
    pub fn pace(&self) -> Pace {
        self.inner.pace
    }
    /// The language the hub answers in.
    pub fn language(&self) -> Language {
        *self.inner.language.read().unwrap_or_else(PoisonError::into_inner)
    }
    /// From now on the hub answers in this language.
    pub fn speak(&self, language: Language) {
        *self.inner.language.write().unwrap_or_else(PoisonError::into_inner) = language;
    }
    /// The session's token, if there is a session.
    pub fn token(&self) -> Option<Token> {
        self.inner.token.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Goes on with this session; `None` forgets it.
    pub fn set_token(&self, token: Option<Token>) {
        *self.inner.token.write().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// Puts another token in the place of the one there is, while whoever was refused with that one waits.
    pub(crate) async fn renew<F>(&self, renewed: F) -> Result<(), CallError>
    where
        F: Future<Output = Result<Token, CallError>>,
    {
        let mut last = self.inner.renewal.lock().await;
        self.set_token(Some(renewed.await?));
        *last = Some(Instant::now());
        Ok(())
    }

    /// Whether the token was renewed so lately that a call with the one before may be refused still. Waits for a renewal
    /// that is under way.
    pub async fn renewed_lately(&self) -> bool {
        let last = self.inner.renewal.lock().await;
        last.is_some_and(|at| at.elapsed() < self.inner.pace.call)
    }

    /// A request with session and language.
    pub(crate) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, CallError> {
        let request = self.anonymous(method, path);
        Ok(request.bearer_auth(self.bearer()?.0))
    }

    /// The same for an order.
    pub(crate) fn order_request(&self, path: &str) -> Result<RequestBuilder, CallError> {
        let request = self.spoken(&self.inner.orders, Method::POST, path);
        Ok(request.bearer_auth(self.bearer()?.0))
    }

    /// A request without a session: logging in.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.spoken(&self.inner.calls, method, path)
    }

    fn spoken(&self, client: &Client, method: Method, path: &str) -> RequestBuilder {
        client.request(method, self.inner.address.join(path)).header(header::ACCEPT_LANGUAGE, self.language().tag())
    }

    fn bearer(&self) -> Result<Token, CallError> {
        let language = self.language();
        self.token().ok_or(CallError::LoggedOut { language })
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, CallError> {
        request.send().await.map_err(|e| self.unreachable(e))
    }

    /// Sends a request and reads its JSON answer.
    pub(crate) async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, CallError> {
        self.read(self.send(request).await?).await
    }

    /// Sends a request whose answer is a page; the rows of it.
    pub(crate) async fn items<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Vec<T>, CallError> {
        let page: Page<T> = self.answer(request).await?;
        Ok(page.items)
    }

    /// Sends a request of whose answer only the success counts.
    pub(crate) async fn done(&self, request: RequestBuilder) -> Result<(), CallError> {
        self.accepted(self.send(request).await?).await.map(drop)
    }

    /// Sends a request whose answer comes piece by piece, so that a million rows never stand in memory at once.
    pub(crate) async fn pieces(
        &self,
        request: RequestBuilder,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<>, CallError> {
        // As long as it takes: what stands still is noticed by whoever reads it.
        let response = self.accepted(self.send(request.timeout(self.pace().export)).await?).await?;
        let hub = self.clone();
        Ok(response.bytes_stream().map_err(move |error| hub.unreachable(error)))
    }

    /// Reads a JSON answer.
    pub(crate) async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, CallError> {
        let response = self.accepted(response).await?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|e| self.unreachable(e))?;
        serde_json::from_slice(&bytes).map_err(|error| {
            // Where, not what: the answer may hold plates and phones.
            let (line, column) = (error.line(), error.column());
            tracing::warn!(line, column, "an answer of the hub does not have the shape agreed");
            self.unreadable(status)
        })
    }

    /// Lets a success through and reads what the hub says against anything else.
    pub(crate) async fn accepted(&self, response: Response) -> Result<Response, CallError> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let bytes = response.bytes().await.map_err(|e| self.unreachable(e))?;
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Err(CallError::Refused(Box::new(problem))),
            Err(_) => Err(self.unreadable(status)),
        }
    }

    pub(crate) fn unreachable(&self, error: reqwest::Error) -> CallError {
        CallError::Unreachable { language: self.language(), source: error.without_url() }
    }

    pub(crate) fn unreadable(&self, status: StatusCode) -> CallError {
        CallError::Unreadable { language: self.language(), status: status.as_u16() }
    }
}
