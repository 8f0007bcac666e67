//! The hub's door: routes, who may come in, and how refusals are told. Rules are in `domain`, sequence in `ops`.

mod account;
mod approval;
mod audit;
mod barrier;
mod board;
mod call;
mod case;
mod cash;
mod debt;
mod device;
mod environment;
mod evidence;
mod export;
mod fault;
mod handler;
mod health;
mod help;
mod history;
mod input;
mod kiosk;
mod lane;
mod language;
mod maintenance;
mod morning;
mod openapi;
mod opening;
mod order;
mod payment;
mod photo;
mod picture;
mod problem;
mod record;
mod release;
mod report;
mod rise;
mod robot;
mod search;
mod seat;
mod session;
mod signed;
mod site;
mod site_file;
mod statistics;
mod stream;
mod warning;

pub use input::{Asker, Id, Input, Params};
pub use language::Language;
pub use openapi::document;

use crate::{
    auth::{Admission, Token, Visitor, visitor},
    error::{Error, Result},
    hub::Hub,
    listen::SlotShare,
    ops,
    refusal::Refusal,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{Extensions, HeaderMap, Method, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use std::time::Instant;
use utoipa_axum::router::OpenApiRouter;

/// Largest body taken where a route does not say otherwise: 256 KiB.
const BODY_LIMIT: usize = 256 * 1024;

/// Every route with its description.
fn routes() -> OpenApiRouter<Hub> {
    macro_rules! merged {
        ($($noun:ident)+) => { OpenApiRouter::with_openapi(openapi::frame())$(.merge($noun::routes()))+ };
    }
    merged! {
        session account site site_file seat search board record order opening statistics audit
        export rise warning report lane case help morning history maintenance cash barrier release
        robot kiosk photo approval debt stream health picture evidence environment device payment
        call
    }
}

/// The whole door.
pub fn router(hub: Hub) -> Router {
    let (router, _) = routes().split_for_parts();
    let router = router
        .fallback(|| async { Error::NotFound })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(hub.clone(), gate))
        .layer(from_fn(problem::speak))
        .layer(from_fn_with_state(hub.clone(), count));
    #[cfg(feature = "testing")]
    let router = router.layer(from_fn(openapi::prove));
    router.with_state(hub)
}

/// What anybody may ask, or what is proven by a signature or key of its own.
fn is_open(method: &Method, path: &str) -> bool {
    let signed = ["/api/integrations/", "/api/devices/"];
    match path {
        // What is to be repaired is told by people, not by the device.
        _ if path.ends_with("/maintenance") => false,
        // A robot's link carries its key, a pairing its code; the code is opened by an administrator.
        _ if path.starts_with("/api/robots/") => {
            path.ends_with("/link") || (method == Method::POST && path.ends_with("/pair"))
        }
        "/api/health" | "/metrics" | "/api/openapi.json" => true,
        "/api/session" | "/api/session/reset" => method == Method::POST,
        _ => !path.starts_with("/api/") || signed.iter().any(|prefix| path.starts_with(prefix)),
    }
}

/// Looks at the session before anything else of a request is looked at: path, method, body, upgrade.
async fn gate(State(hub): State<Hub>, mut request: Request, next: Next) -> Response {
    let standing: Option<SlotShare> = request.extensions().get().cloned();
    if standing.as_ref().is_some_and(SlotShare::is_crowded) {
        // Too much of that address is under way through our proxy.
        return Error::TooManyAttempts { retry_after_s: 1 }.into_response();
    }
    if is_open(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    let (token, uri) = (token(request.headers()), request.uri().clone());
    let forgotten = hub.sessions().forgotten();
    let visitor = match welcome(&hub, token, standing.as_ref()).await {
        Ok(visitor) => visitor,
        Err(error) => return error.into_response(),
    };
    if let Err(error) = visitor.may_ask(uri.path()) {
        return error.into_response();
    }
    let (from, who) = (session::origin(request.extensions()), visitor.actor.id.clone());
    let subject = route(&request);
    let let_in = Admission::new(&hub, &visitor, forgotten);
    request.extensions_mut().insert(let_in);
    request.extensions_mut().insert(visitor);
    let response = next.run(request).await;
    if problem::is_not_allowed(&response) {
        ops::refusal::note(&hub, Refusal::Right, Some(from), Some(&who), &subject);
    }
    response
}

/// The session's person, who is no stranger any more.
async fn welcome(hub: &Hub, token: Option<Token>, standing: Option<&SlotShare>) -> Result<Visitor> {
    let found = visitor(hub, token.ok_or(Error::NoSession)?).await;
    if let Err(Error::NoSession) = &found {
        hub.metrics().refused(Refusal::Session);
    } else if let (Ok(_), Some(standing)) = (&found, standing) {
        standing.prove();
    }
    found
}

/// Whoever sent this has shown who they are.
fn prove(extensions: &Extensions) {
    if let Some(standing) = extensions.get::<SlotShare>() {
        standing.prove();
    }
}

/// The route of a request, as the router names it: nothing of what the path says.
fn route(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("", MatchedPath::as_str);
    format!("{} {path}", request.method())
}

/// `Authorization: Bearer TOKEN`
fn token(headers: &HeaderMap) -> Option<Token> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::of(token.trim()))
}

/// Counts and times requests. No path with an id in it, nothing of the content, is noted.
async fn count(State(hub): State<Hub>, request: Request, next: Next) -> Response {
    let (began, method) = (Instant::now(), request.method().clone());
    let response = next.run(request).await;
    let (took, status) = (began.elapsed(), response.status());
    hub.metrics().request(took, status.is_server_error());
    tracing::debug!(%method, status = status.as_u16(), ms = took.as_millis(), "request");
    response
}
