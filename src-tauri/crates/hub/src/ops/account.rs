//! One's own password and sessions, and what an administrator may do to others' (R4).

use crate::{
    actor::Actor,
    auth::{Patience, Token, Visitor, hash_password, verify_password},
    error::{Error, Result},
    hub::Hub,
    store::{Account, Audit, Tx},
};
use lanedesk_domain::{ids::PersonId, person::Permission, time::Timestamp};
use lanedesk_wire::{
    account::{ChangePassword, ConfirmPassword, OneTimePassword, OpenSession},
    list::Page,
};
use rand::Rng as _;
use serde_json::json;
use std::net::IpAddr;

/// Fewest characters of a password people choose.
const SHORTEST: usize = 8;
/// Longest password looked at, in bytes.
const LONGEST: usize = 256;

/// Changes one's own password; the person's other sessions end.
pub async fn change_password(
    hub: &Hub,
    visitor: &Visitor,
    from: IpAddr,
    change: ChangePassword,
) -> Result<()> {
    let account = prove(hub, &visitor.actor.id, from, change.old.clone(), "old").await?;
    let why = match &change.new {
        new if new.chars().count() < SHORTEST => Some("password_short"),
        new if new.len() > LONGEST => Some("not_acceptable"),
        new if *new == change.old || *new == account.username => Some("password_same"),
        _ => None,
    };
    if let Some(why) = why {
        return Err(Error::Invalid { field: "new", why });
    }
    let hash = hashed(change.new).await?;
    let (who, token, now) = (
        visitor.actor.id.clone(),
        visitor.token.clone(),
        hub.clock().now(),
    );
    let was_first = account.must_change;
    let ended = hub
        .store()
        .write(move |tx| {
            let (who, token, hash) = (who.clone(), token.clone(), hash.clone());
            Box::pin(async move {
                tx.set_password(&who, &hash, false).await?;
                if was_first {
                    // Other hubs keep what they know of people until the site changes.
                    tx.tell_site_changed(now).await?;
                }
                tx.confirm_session(token.as_str(), now).await?;
                let ended = tx.end_sessions_of(&who, token.as_str()).await?;
                note(tx, &who, &who, "password.change", now).await?;
                Ok::<_, Error>(ended)
            })
        })
        .await?;
    forget(hub, ended);
    hub.sessions().forget_people();
    hub.sessions().forget(&visitor.token);
    Ok(())
}

/// The password once more; it holds for what is dangerous for a while.
pub async fn confirm(
    hub: &Hub,
    visitor: &Visitor,
    from: IpAddr,
    told: ConfirmPassword,
) -> Result<()> {
    prove(hub, &visitor.actor.id, from, told.password, "password").await?;
    let (who, token, now) = (
        visitor.actor.id.clone(),
        visitor.token.clone(),
        hub.clock().now(),
    );
    hub.store()
        .write(move |tx| {
            let (who, token) = (who.clone(), token.clone());
            Box::pin(async move {
                tx.confirm_session(token.as_str(), now).await?;
                note(tx, &who, &who, "session.confirm", now).await
            })
        })
        .await?;
    hub.sessions().forget(&visitor.token);
    Ok(())
}

/// Whoever sits at an open session may not guess its password any faster than a stranger may.
async fn prove(
    hub: &Hub,
    person: &PersonId,
    from: IpAddr,
    password: String,
    field: &'static str,
) -> Result<Account> {
    let rules = hub.rules();
    let patience = Patience {
        free: rules.login_attempts,
        first_wait_ms: i64::from(rules.login_pause_seconds) * 1_000,
    };
    let account = hub
        .store()
        .read()
        .await?
        .conn()
        .account(person)
        .await?
        .ok_or(Error::NoSession)?;
    let throttle = &hub.sessions().throttle;
    let refused = throttle.attempt(&account.username, from, hub.clock().now(), patience);
    refused.map_err(|retry_after_s| Error::TooManyAttempts { retry_after_s })?;
    let right = password.len() <= LONGEST
        && verify_password(password, Some(account.hash.clone()))
            .await
            .map_err(|e| Error::Internal(e.to_string()))?;
    if !right {
        throttle.failed(from, hub.clock().now(), patience);
        return Err(Error::Invalid {
            field,
            why: "wrong_password",
        });
    }
    throttle.succeeded(&account.username, from, hub.clock().now());
    Ok(account)
}

/// Gives somebody a password the hub makes. It is told this once, and must be changed at the first login; until then
/// nothing else can be done with it.
pub async fn reset_password(
    hub: &Hub,
    actor: &Actor,
    person: &PersonId,
) -> Result<OneTimePassword> {
    actor.allow(Permission::Configure)?;
    let account = hub
        .store()
        .read()
        .await?
        .conn()
        .account(person)
        .await?
        .ok_or(Error::NotFound)?;
    let password = made_password();
    let hash = hashed(password.clone()).await?;
    let (who, person, now) = (actor.id.clone(), person.clone(), hub.clock().now());
    let ended = hub
        .store()
        .write(move |tx| {
            let (who, person, hash) = (who.clone(), person.clone(), hash.clone());
            Box::pin(async move {
                tx.set_password(&person, &hash, true).await?;
                let ended = tx.end_sessions_of(&person, "").await?;
                note(tx, &who, &person, "password.reset", now).await?;
                // Other hubs keep what they know of people until the site changes.
                tx.tell_site_changed(now).await?;
                Ok::<_, Error>(ended)
            })
        })
        .await?;
    forget(hub, ended);
    hub.sessions().forget_people();
    Ok(OneTimePassword {
        username: account.username,
        password,
    })
}

/// A password nobody chose: four groups of four, of characters that are not mistaken for each other, 80 bits.
pub(super) fn made_password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789X";
    let mut random = rand::rng();
    let group = |_| -> String {
        (0..4)
            .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
            .collect()
    };
    (0..4).map(group).collect::<Vec<_>>().join("-")
}

pub(super) async fn hashed(password: String) -> Result<String> {
    hash_password(password)
        .await
        .map_err(|e| Error::Internal(e.to_string()))
}

/// A person's open sessions: one's own, or for an administrator anybody's.
pub async fn sessions(
    hub: &Hub,
    visitor: &Visitor,
    person: Option<PersonId>,
) -> Result<Page<OpenSession>> {
    let own = &visitor.actor.id;
    let person = person.unwrap_or_else(|| own.clone());
    if person != *own {
        visitor.actor.allow(Permission::Configure)?;
    }
    let now = hub.clock().now();
    let idle_before = now.plus_minutes(-i64::from(hub.rules().session_idle_minutes));
    let mut reader = hub.store().read().await?;
    let items = reader
        .conn()
        .sessions_of(&person, visitor.token.as_str(), now, idle_before)
        .await?;
    Ok(Page { items, next: None })
}

/// Ends a session: one's own, or for an administrator anybody's. Its streams are cut at once.
pub async fn end(hub: &Hub, visitor: &Visitor, id: &str) -> Result<()> {
    let found = hub.store().read().await?.conn().session_named(id).await?;
    let (person, hash) = found.ok_or(Error::NotFound)?;
    if person != visitor.actor.id && !visitor.actor.role.may(Permission::Configure) {
        return Err(Error::NotFound);
    }
    let (who, token, now) = (visitor.actor.id.clone(), hash.clone(), hub.clock().now());
    hub.store()
        .write(move |tx| {
            let (who, person, token) = (who.clone(), person.clone(), token.clone());
            Box::pin(async move {
                tx.end_session(&token).await?;
                note(tx, &who, &person, "session.end", now).await
            })
        })
        .await?;
    forget(hub, vec![hash]);
    Ok(())
}

/// Ends all of somebody's sessions.
pub(super) async fn end_all(hub: &Hub, actor: &Actor, person: &PersonId) -> Result<()> {
    let (who, person, now) = (actor.id.clone(), person.clone(), hub.clock().now());
    let ended = hub
        .store()
        .write(move |tx| {
            let (who, person) = (who.clone(), person.clone());
            Box::pin(async move {
                let ended = tx.end_sessions_of(&person, "").await?;
                note(tx, &who, &person, "session.end", now).await?;
                tx.tell_site_changed(now).await?;
                Ok::<_, Error>(ended)
            })
        })
        .await?;
    forget(hub, ended);
    Ok(())
}

/// Sessions that are over are refused from now on, and their streams cut.
pub(super) fn forget(hub: &Hub, hashes: Vec<String>) {
    for hash in hashes {
        hub.sessions().forget(&Token::hashed(hash));
    }
}

/// Who took something out, and what.
pub(super) async fn note_export(
    hub: &Hub,
    actor: &Actor,
    action: &'static str,
    what: &str,
) -> Result<()> {
    let (who, now, subject) = (actor.id.clone(), hub.clock().now(), what.to_owned());
    hub.store()
        .write(move |tx| {
            let (who, subject) = (who.clone(), subject.clone());
            Box::pin(async move {
                tx.audit(Audit {
                    at: now,
                    person: Some(who),
                    action,
                    subject,
                    body: json!({}),
                })
                .await
                .map_err(Error::from)
            })
        })
        .await
}

/// Who did what to whose account.
pub(super) async fn note(
    tx: &mut Tx<'_>,
    who: &PersonId,
    person: &PersonId,
    action: &'static str,
    at: Timestamp,
) -> Result<()> {
    let audit = Audit {
        at,
        person: Some(who.clone()),
        action,
        subject: format!("person:{person}"),
        body: json!({}),
    };
    Ok(tx.audit(audit).await?)
}

#[cfg(test)]
mod tests {
    use super::made_password;

    #[test]
    fn a_made_password_is_long_and_never_the_same() {
        let (one, other) = (made_password(), made_password());
        assert_eq!(one.len(), 19);
        assert_ne!(one, other);
    }
}
