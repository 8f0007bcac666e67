//! Logging in and out.

use super::factor;
use crate::{
    actor::Actor,
    auth::{self, Patience, Token, Visitor, needs_factor, person, verify_password},
    error::{Error, Result},
    hub::Hub,
    store::{Audit, Session},
};
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use lanedesk_wire::session::{Login, Person, Session as Told};
use serde_json::json;
use std::net::IpAddr;

/// Longest username and password looked at, in bytes: hashing more is work for nothing.
const LONGEST: usize = 256;

/// Begins a session. Unknown accounts take as long as known ones.
pub async fn log_in(hub: &Hub, login: Login, from: IpAddr) -> Result<Told> {
    let Login {
        username,
        password,
        code,
    } = login;
    if username.len() > LONGEST || password.len() > LONGEST {
        return Err(Error::BadCredentials);
    }
    let rules = hub.rules();
    let patience = Patience {
        free: rules.login_attempts,
        first_wait_ms: i64::from(rules.login_pause_seconds) * 1_000,
    };
    let throttle = &hub.sessions().throttle;
    let refused = throttle.attempt(&username, from, hub.clock().now(), patience);
    refused.map_err(|retry_after_s| Error::TooManyAttempts { retry_after_s })?;
    let known = hub
        .store()
        .read()
        .await?
        .conn()
        .account_named(&username)
        .await?;
    let hash = known.as_ref().map(|account| account.hash.clone());
    let right = verify_password(password, hash)
        .await
        .map_err(|e| Error::Internal(e.to_string()))?;
    let Some(account) = known.filter(|_| right) else {
        throttle.failed(from, hub.clock().now(), patience);
        return Err(Error::BadCredentials);
    };
    if account.enrolled {
        let told = factor::check(hub, &account, code.as_deref()).await;
        if told.is_err() && code.is_some() {
            throttle.failed(from, hub.clock().now(), patience);
        }
        told?;
    }
    throttle.succeeded(&username, from, hub.clock().now());
    begin(hub, account.person, from).await
}

async fn begin(hub: &Hub, id: PersonId, from: IpAddr) -> Result<Told> {
    let now = hub.clock().now();
    let expires_at = now.plus_minutes(i64::from(hub.rules().session_absolute_minutes));
    let (told, token) = Token::new();
    let session = Session {
        person: id.clone(),
        used_at: now,
        expires_at,
        confirmed_at: now,
    };
    let work = session.clone();
    hub.store()
        .write(move |tx| {
            let (session, token) = (work.clone(), token.clone());
            Box::pin(async move {
                let from = from.to_string();
                tx.begin_session(token.as_str(), &session, &from).await?;
                tx.audit(audit("session.begin", &session.person, now))
                    .await?;
                Ok::<(), Error>(())
            })
        })
        .await?;
    let actor = person(hub, &id).await?.ok_or(Error::BadCredentials)?;
    Ok(Told {
        token: told,
        expires_at,
        person: present(hub, &actor).await?,
    })
}

/// Ends the session.
pub async fn log_out(hub: &Hub, visitor: &Visitor) -> Result<()> {
    let (token, id, now) = (
        visitor.token.clone(),
        visitor.actor.id.clone(),
        hub.clock().now(),
    );
    hub.store()
        .write(move |tx| {
            let (token, id) = (token.clone(), id.clone());
            Box::pin(async move {
                if tx.end_session(token.as_str()).await? {
                    tx.audit(audit("session.end", &id, now)).await?;
                    super::seat::leave_with_last_session(tx, &id, now).await?;
                }
                Ok::<(), Error>(())
            })
        })
        .await?;
    hub.sessions().forget(&visitor.token);
    Ok(())
}

fn audit(action: &'static str, person: &PersonId, at: Timestamp) -> Audit {
    Audit {
        at,
        person: Some(person.clone()),
        action,
        subject: format!("person:{person}"),
        body: json!({}),
    }
}

/// A person as their own desk is told.
pub async fn present(hub: &Hub, actor: &Actor) -> Result<Person> {
    let seat = hub.store().read().await?.conn().seat_of(&actor.id).await?;
    let known = auth::known(hub, &actor.id).await?;
    let (must_change, enrolled) = known.map_or((false, true), |k| (k.must_change, k.enrolled));
    Ok(Person {
        id: actor.id.clone(),
        name: actor.name.clone(),
        role: actor.role,
        seat,
        permissions: actor.role.permissions().collect(),
        must_change,
        must_enrol: needs_factor(&hub.rules(), actor.role) && !enrolled,
    })
}

/// Removes sessions that are over. Their tokens are refused already; this keeps the table small.
pub async fn remove_old(hub: &Hub) -> Result<u64> {
    let now = hub.clock().now();
    // A use is written down up to a minute late.
    let idle_before = now.plus_minutes(-i64::from(hub.rules().session_idle_minutes) - 1);
    hub.store()
        .write(move |tx| {
            Box::pin(async move { Ok(tx.remove_old_sessions(now, idle_before).await?) })
        })
        .await
}
