//! One's own password and sessions, and what an administrator may do to others' (R4).

use super::session;
use crate::{
    actor::Actor,
    auth::{Patience, Token, Visitor, hash_password, verify_password, weakness},
    error::{Error, Result},
    hub::Hub,
    ops::{refusal, site::Reach},
    refusal::Refusal,
    store::{Account, Audit, Tx},
};
use lanedesk_domain::{ids::PersonId, person::Permission, time::Timestamp};
use lanedesk_wire::{
    account::{ChangePassword, ConfirmPassword, OneTimeCode, OpenSession, ResetPassword, SessionRenewal},
    list::Page,
    session::Session,
};
use rand::Rng as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// How long a code with which a password is set is good.
const CODE_HOURS: i64 = 72;
/// Longest password looked at, in bytes.
const LONGEST: usize = 256;

/// Changes one's own password; the person's other sessions end.
pub async fn change_password(hub: &Hub, visitor: &Visitor, from: IpAddr, change: ChangePassword) -> Result<()> {
    let account = prove(hub, &visitor.actor.id, from, change.old.clone(), "old").await?;
    let why = match &change.new {
        new if *new == change.old => Some("password_same"),
        new => weakness(new, &account.username),
    };
    if let Some(why) = why {
        return Err(Error::Invalid { field: "new", why });
    }
    let hash = hashed(change.new).await?;
    let (who, token, now) = (visitor.actor.id.clone(), visitor.token.clone(), hub.clock().now());
    let was_first = account.must_change || account.handed;
    let ended = hub
        .store()
        .write(async move |tx| {
            tx.set_password(&who, &hash).await?;
            tx.end_resets(&who, now).await?;
            if was_first {
                // Other hubs keep what they know of people until the site changes.
                tx.tell_site_changed(now).await?;
            }
            tx.confirm_session(token.as_str(), now).await?;
            let ended = tx.end_sessions_of(&who, token.as_str()).await?;
            tx.audit(audit(&who, &who, "password.change", now)).await?;
            Ok::<_, Error>(ended)
        })
        .await?;
    forget(hub, ended);
    hub.sessions().forget_people();
    hub.sessions().forget(&visitor.token);
    Ok(())
}

/// The password once more; it holds for what is dangerous for a while. The session goes on under another token, so that
/// one somebody else has got hold of opens nothing that is dangerous, and nothing at all any more.
pub async fn confirm(hub: &Hub, visitor: &Visitor, from: IpAddr, told: ConfirmPassword) -> Result<SessionRenewal> {
    prove(hub, &visitor.actor.id, from, told.password, "password").await?;
    let (who, token, now) = (visitor.actor.id.clone(), visitor.token.clone(), hub.clock().now());
    let (told, new) = Token::new();
    hub.store()
        .write(async move |tx| {
            if !tx.renew_session(token.as_str(), new.as_str(), now).await? {
                return Err(Error::NoSession);
            }
            Ok::<_, Error>(tx.audit(audit(&who, &who, "session.confirm", now)).await?)
        })
        .await?;
    hub.sessions().forget(&visitor.token);
    Ok(SessionRenewal { token: told, expires_at: visitor.expires_at })
}

/// Whoever sits at an open session may not guess its password any faster than a stranger may.
async fn prove(hub: &Hub, person: &PersonId, from: IpAddr, password: String, field: &'static str) -> Result<Account> {
    let patience = patience(hub);
    let account = hub.store().read().await?.conn().account(person).await?.ok_or(Error::NoSession)?;
    let throttle = &hub.sessions().throttle;
    let refused = throttle.attempt(&account.username, from, hub.clock().now(), patience);
    refused.map_err(|retry_after_s| Error::TooManyAttempts { retry_after_s })?;
    let right = password.len() <= LONGEST && verify_password(password, Some(account.hash.clone())).await?;
    if !right {
        let subject = format!("person:{person}");
        refusal::note(hub, Refusal::Password, Some(from), Some(person), &subject);
        return Err(Error::Invalid { field, why: "wrong_password" });
    }
    throttle.succeeded(&account.username, from, hub.clock().now());
    Ok(account)
}

/// Takes somebody's password away and gives a code, told this once, with which they set one of their own. Their sessions
/// end.
pub async fn reset_password(hub: &Hub, actor: &Actor, person: &PersonId) -> Result<OneTimeCode> {
    let username = within(hub, actor, person).await?.username;
    let now = hub.clock().now();
    let (told, kept) = made_code(username, now);
    let (who, person) = (actor.id.clone(), person.clone());
    let ended = hub
        .store()
        .write(async move |tx| {
            // Once more: the person may have got a wider scope meanwhile.
            if !Reach::of(tx, &who).await?.holds_person(tx, &person).await? {
                return Err(Error::NotFound);
            }
            tx.set_password(&person, "").await?;
            give_code(tx, &person, &who, &kept, now).await?;
            let ended = tx.end_sessions_of(&person, "").await?;
            tx.audit(audit(&who, &person, "password.reset", now)).await?;
            // Other hubs keep what they know of people until the site changes.
            tx.tell_site_changed(now).await?;
            Ok::<_, Error>(ended)
        })
        .await?;
    forget(hub, ended);
    hub.sessions().forget_people();
    Ok(told)
}

/// A code as it is told, and as it is kept.
pub(super) fn made_code(username: String, now: Timestamp) -> (OneTimeCode, String) {
    let code = made_text();
    let kept = code_hash(&code);
    let expires_at = now.plus_minutes(CODE_HOURS * 60);
    let told = OneTimeCode { username, code, expires_at };
    (told, kept)
}

/// Lets a code set somebody's password.
pub(super) async fn give_code(
    tx: &mut Tx<'_>,
    person: &PersonId,
    by: &PersonId,
    kept: &str,
    now: Timestamp,
) -> Result<()> {
    let until = now.plus_minutes(CODE_HOURS * 60);
    Ok(tx.add_reset(person, by, Some(kept), now, until).await?)
}

/// Its 80 bits nobody chose, so that a plain sum of them tells nothing. Blanks, and how letters are written, do not count.
fn code_hash(code: &str) -> String {
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    hex::encode(Sha256::digest(typed.to_lowercase()))
}

/// Sets a password with a code an administrator handed over. The code is good once; where the person has a second factor
/// the code alone is not enough, so that whoever made it does not become them.
pub async fn finish_reset(hub: &Hub, told: ResetPassword, from: IpAddr) -> Result<Session> {
    let ResetPassword { username, code, password, second_factor } = told;
    let patience = patience(hub);
    if username.len() > LONGEST || code.len() > LONGEST {
        return Err(Error::BadCredentials);
    }
    let throttle = &hub.sessions().throttle;
    let now = hub.clock().now();
    // Counted before it is looked at; being right takes it back.
    let refused = throttle.attempt(&username, from, now, patience);
    refused.map_err(|seconds| session::slowed(hub, from, seconds))?;
    let found = {
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        match conn.account_named(&username).await? {
            Some(account) => {
                let kept = conn.reset_code(&account.person, now).await?;
                kept.filter(|kept| *kept == code_hash(&code)).map(|_| account)
            }
            None => None,
        }
    };
    let Some(account) = found else {
        refusal::note(hub, Refusal::Login, Some(from), None, "");
        return Err(Error::BadCredentials);
    };
    if let Some(why) = weakness(&password, &username) {
        throttle.succeeded(&username, from, now);
        return Err(Error::Invalid { field: "password", why });
    }
    if account.enrolled {
        session::second_factor(hub, &account, second_factor.as_deref(), from).await?;
    }
    throttle.succeeded(&username, from, now);
    let hash = hashed(password).await?;
    let (who, kept) = (account.person.clone(), code_hash(&code));
    let ended = hub
        .store()
        .write(async move |tx| {
            let stands = tx.reset_code(&who, now).await?.is_some_and(|now| now == kept);
            if !stands || !tx.end_resets(&who, now).await? {
                return Err(Error::BadCredentials);
            }
            tx.set_password(&who, &hash).await?;
            let ended = tx.end_sessions_of(&who, "").await?;
            tx.audit(audit(&who, &who, "password.set", now)).await?;
            tx.tell_site_changed(now).await?;
            Ok::<_, Error>(ended)
        })
        .await?;
    forget(hub, ended);
    hub.sessions().forget_people();
    session::begin(hub, account.person, from).await
}

/// How many wrong tries are looked at before somebody waits.
pub(super) fn patience(hub: &Hub) -> Patience {
    Patience::of(&hub.rules())
}

/// A person outside an administrator's scope is not there for them (R3).
async fn reach(hub: &Hub, actor: &Actor, person: &PersonId) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let reach = Reach::of(&mut conn, &actor.id).await?;
    if reach.holds_person(&mut conn, person).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// The account of a person within an administrator's scope.
pub(super) async fn within(hub: &Hub, actor: &Actor, person: &PersonId) -> Result<Account> {
    reach(hub, actor, person).await?;
    let mut reader = hub.store().read().await?;
    let account = reader.conn().account(person).await?;
    account.ok_or(Error::NotFound)
}

/// A text nobody chose: four groups of four, of characters that are not mistaken for each other, 80 bits.
fn made_text() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789X";
    let mut random = rand::rng();
    let group = |_| -> String { (0..4).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect() };
    (0..4).map(group).collect::<Vec<_>>().join("-")
}

pub(super) async fn hashed(password: String) -> Result<String> {
    Ok(hash_password(password).await?)
}

/// A person's open sessions: one's own, or for an administrator anybody's.
pub async fn sessions(hub: &Hub, visitor: &Visitor, person: Option<PersonId>) -> Result<Page<OpenSession>> {
    let own = &visitor.actor.id;
    let person = person.unwrap_or_else(|| own.clone());
    if person != *own {
        visitor.actor.allow(Permission::Configure)?;
        reach(hub, &visitor.actor, &person).await?;
    }
    let now = hub.clock().now();
    let idle_before = now.plus_minutes(-i64::from(hub.rules().session_idle_minutes));
    let mut reader = hub.store().read().await?;
    let items = reader.conn().sessions_of(&person, visitor.token.as_str(), now, idle_before).await?;
    Ok(Page { items, next: None })
}

/// Ends a session: one's own, or for an administrator anybody's. Its streams are cut at once.
pub async fn end(hub: &Hub, visitor: &Visitor, id: &str) -> Result<()> {
    let found = hub.store().read().await?.conn().session_named(id).await?;
    let (person, hash) = found.ok_or(Error::NotFound)?;
    if person != visitor.actor.id {
        if !visitor.actor.role.may(Permission::Configure) {
            return Err(Error::NotFound);
        }
        reach(hub, &visitor.actor, &person).await?;
    }
    let (who, token, now) = (visitor.actor.id.clone(), hash.clone(), hub.clock().now());
    hub.store()
        .write(async move |tx| {
            tx.end_session(&token).await?;
            Ok::<_, Error>(tx.audit(audit(&who, &person, "session.end", now)).await?)
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
        .write(async move |tx| {
            let ended = tx.end_sessions_of(&person, "").await?;
            tx.audit(audit(&who, &person, "session.end", now)).await?;
            tx.tell_site_changed(now).await?;
            Ok::<_, Error>(ended)
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
pub(super) async fn note_export(hub: &Hub, actor: &Actor, action: &'static str, what: &str) -> Result<()> {
    let (at, person) = (hub.clock().now(), Some(actor.id.clone()));
    let audit = Audit::new(at, person.as_ref(), action, what.to_owned(), json!({}));
    Ok(hub.store().audit(audit).await?)
}

/// Who did what to whose account.
pub(super) fn audit(who: &PersonId, person: &PersonId, action: &'static str, at: Timestamp) -> Audit {
    Audit::new(at, Some(who), action, format!("person:{person}"), json!({}))
}

#[cfg(test)]
mod tests {
    use super::made_text;

    #[test]
    fn a_made_code_is_long_and_never_the_same() {
        let (one, other) = (made_text(), made_text());
        assert_eq!(one.len(), 19);
        assert_ne!(one, other);
    }
}
