//! Logging in and out.

use super::{account, factor, refusal};
use crate::{
    actor::Actor,
    auth::{self, HashShare, HashTurn, Token, Visitor, person, turn, verify_in},
    error::{Error, Result},
    hub::Hub,
    origin::network,
    refusal::Refusal,
    store::{Account, Audit, Session, is_beyond},
};
use lanedesk_domain::{ids::PersonId, time::Timestamp, zone::Zone};
use lanedesk_wire::session::{self, Login, Person};
use serde_json::json;
use std::net::IpAddr;

/// Longest username and password looked at, in bytes: hashing more is work for nothing.
const LONGEST: usize = 256;

/// Begins a session. Unknown accounts take as long as known ones.
pub async fn log_in(hub: &Hub, login: Login, from: IpAddr) -> Result<session::Session> {
    let Login { username, password, code } = login;
    if username.len() > LONGEST || password.len() > LONGEST {
        return Err(Error::BadCredentials);
    }
    let patience = account::patience(hub);
    let turn = line_up(hub, &username, from).await?;
    let throttle = &hub.sessions().throttle;
    // Counted before it is looked at; being right takes it back.
    let refused = throttle.attempt(&username, from, hub.clock().now(), patience);
    refused.map_err(|seconds| slowed(hub, from, seconds))?;
    let known = hub.store().read().await?.conn().account_named(&username).await?;
    let hash = known.as_ref().map(|account| account.hash.clone());
    let right = verify_in(turn, password, hash).await?;
    let whom = known.as_ref().map(|account| account.person.clone());
    let Some(account) = known.filter(|_| right) else {
        let subject = whom.map(|person| format!("person:{person}"));
        let subject = subject.unwrap_or_default();
        refusal::note(hub, Refusal::Login, Some(from), None, &subject);
        return Err(Error::BadCredentials);
    };
    if account.enrolled {
        second_factor(hub, &account, code.as_deref(), from).await?;
    }
    throttle.succeeded(&username, from, hub.clock().now());
    begin(hub, account.person, from).await
}

/// Waits for this one's turn among those whose passwords are looked at. Nobody waits who would be refused.
async fn line_up(hub: &Hub, username: &str, from: IpAddr) -> Result<HashTurn> {
    let (throttle, now) = (&hub.sessions().throttle, hub.clock().now());
    if throttle.is_slowed(from, now) && !throttle.knows(username, from) {
        // A hub that began a moment ago remembers nobody; the records do.
        let mut reader = hub.store().read().await?;
        let places = reader.conn().session_places(username).await?;
        let here = network(from);
        if places.into_iter().any(|place| network(place) == here) {
            throttle.remember(username, from, now);
        }
    }
    let refused = throttle.look(username, from, now);
    refused.map_err(|seconds| slowed(hub, from, seconds))?;
    let share = if throttle.knows(username, from) { HashShare::Known } else { HashShare::Stranger(network(from)) };
    Ok(turn(share).await?)
}

/// A try that is not looked at.
pub(super) fn slowed(hub: &Hub, from: IpAddr, retry_after_s: u32) -> Error {
    refusal::note(hub, Refusal::Slowed, Some(from), None, "");
    Error::TooManyAttempts { retry_after_s }
}

/// The second factor of somebody whose password was right. A missing code is only asked for.
pub(super) async fn second_factor(hub: &Hub, account: &Account, code: Option<&str>, from: IpAddr) -> Result<()> {
    let told = factor::check(hub, account, code).await;
    if told.is_err() && code.is_some() {
        let subject = format!("person:{}", account.person);
        refusal::note(hub, Refusal::Code, Some(from), None, &subject);
    } else if told.is_err() {
        // The password was right: asking for the code is no failure of the address or the account.
        hub.sessions().throttle.unfinished(from);
    }
    told
}

/// Begins a session of whoever has proven who they are.
pub(super) async fn begin(hub: &Hub, id: PersonId, from: IpAddr) -> Result<session::Session> {
    let now = hub.clock().now();
    let expires_at = now.plus_minutes(i64::from(hub.rules().session_absolute_minutes));
    let (told, token) = Token::new();
    let session = Session { person: id.clone(), used_at: now, expires_at, confirmed_at: now, beyond: is_beyond(from) };
    hub.store()
        .write(async move |tx| {
            let from = from.to_string();
            tx.begin_session(token.as_str(), &session, &from).await?;
            tx.audit(audit("session.begin", &session.person, now)).await?;
            Ok::<(), Error>(())
        })
        .await?;
    let actor = person(hub, &id).await?.ok_or(Error::BadCredentials)?;
    Ok(session::Session { token: told, expires_at, person: present(hub, &actor, is_beyond(from)).await? })
}

/// Ends the session.
pub async fn log_out(hub: &Hub, visitor: &Visitor) -> Result<()> {
    let (token, id, now) = (visitor.token.clone(), visitor.actor.id.clone(), hub.clock().now());
    hub.store()
        .write(async move |tx| {
            if tx.end_session(token.as_str()).await? {
                tx.audit(audit("session.end", &id, now)).await?;
                super::seat::leave_with_last_session(tx, &id, now).await?;
            }
            Ok::<(), Error>(())
        })
        .await?;
    hub.sessions().forget(&visitor.token);
    Ok(())
}

fn audit(action: &'static str, person: &PersonId, at: Timestamp) -> Audit {
    Audit::new(at, Some(person), action, format!("person:{person}"), json!({}))
}

/// A person as their own desk is told. `beyond`: it is at another machine than the hub.
pub async fn present(hub: &Hub, actor: &Actor, beyond: bool) -> Result<Person> {
    let seat = hub.store().read().await?.conn().seat_of(&actor.id).await?;
    let known = auth::known(hub, &actor.id).await?;
    let rules = hub.rules();
    let must_change = known.as_ref().is_some_and(|known| known.must_change(beyond));
    let must_enrol = known.is_some_and(|known| known.must_enrol(&rules, beyond));
    Ok(Person {
        id: actor.id.clone(),
        name: actor.name.clone(),
        role: actor.role,
        seat,
        permissions: actor.role.permissions().collect(),
        must_change,
        must_enrol,
        time_zone: Zone::local().name().to_owned(),
    })
}

/// Removes sessions that are over. Their tokens are refused already; this keeps the table small.
pub async fn remove_old(hub: &Hub) -> Result<u64> {
    let now = hub.clock().now();
    // A use is written down up to a minute late.
    let idle_before = now.plus_minutes(-i64::from(hub.rules().session_idle_minutes) - 1);
    hub.store().write(async move |tx| Ok(tx.remove_old_sessions(now, idle_before).await?)).await
}
