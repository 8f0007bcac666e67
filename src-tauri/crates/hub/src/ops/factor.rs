//! The second factor: six digits of an authenticator app (TOTP, RFC 6238), taken up by its person, reset by an
//! administrator (R4).
//!
//! A code works once: the step it belongs to is used up with it.

use super::{account, device::same};
use crate::{
    actor::Actor,
    auth::{Visitor, needs_factor},
    error::{Error, Result},
    hub::Hub,
    store::Account,
    vault::SealSlot,
};
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use lanedesk_wire::account::{SecondFactor, SecondFactorOffer};
use rand::RngCore as _;
use totp_rs::{Algorithm, Secret, TOTP};

/// How long one code stands, in seconds.
const STEP_S: i64 = 30;
/// Bytes of a secret: as RFC 4226 asks for.
const SECRET_BYTES: usize = 20;
/// Codes an account may be told wrong in a time, from wherever they come: whoever guesses has the password already.
const MOST_TRIES: i64 = 10;
/// That time, in minutes.
const TRIES_MINUTES: i64 = 15;

/// How the person's second factor stands.
pub async fn state(hub: &Hub, visitor: &Visitor) -> Result<SecondFactor> {
    let actor = &visitor.actor;
    Ok(SecondFactor {
        required: needs_factor(&hub.rules(), actor.role, visitor.beyond),
        enrolled: account(hub, &actor.id).await?.enrolled,
    })
}

async fn account(hub: &Hub, person: &PersonId) -> Result<Account> {
    let found = hub.store().read().await?.conn().account(person).await?;
    found.ok_or(Error::NotFound)
}

/// Makes a new one, which is not in force before its first code was told. One in force must be given up first.
pub async fn offer(hub: &Hub, actor: &Actor) -> Result<SecondFactorOffer> {
    let account = account(hub, &actor.id).await?;
    if account.enrolled {
        return Err(Error::Invalid { field: "code", why: "factor_in_force" });
    }
    let mut bytes = vec![0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let secret = Secret::Raw(bytes).to_encoded().to_string();
    let sealed = hub
        .vault()
        .seal_text(SealSlot::factor(actor.id.as_str()), &secret)
        .map_err(|e| Error::Internal(e.to_string()))?;
    set(hub, actor, &actor.id, Some(sealed), None, "factor.offer").await?;
    let uri = format!("otpauth://totp/Lanedesk:{}?secret={secret}&issuer=Lanedesk", escaped(&account.username));
    Ok(SecondFactorOffer { qr_svg: qr(&uri), secret, uri })
}

/// Puts the offered one in force: the app shows its code.
pub async fn confirm(hub: &Hub, actor: &Actor, code: &str) -> Result<()> {
    let account = account(hub, &actor.id).await?;
    if account.enrolled {
        return Err(Error::Invalid { field: "code", why: "factor_in_force" });
    }
    let sealed = account.factor.clone().ok_or(Error::Invalid { field: "code", why: "no_factor_offered" })?;
    let now = hub.clock().now();
    let Some(step) = step_of(hub, &actor.id, &sealed, code, now)? else {
        return Err(Error::Invalid { field: "code", why: "wrong_code" });
    };
    let person = actor.id.clone();
    hub.store()
        .write(async move |tx| {
            tx.set_factor(&person, Some(&sealed), Some(now)).await?;
            tx.use_factor_step(&person, step).await?;
            // Other hubs keep what they know of people until the site changes.
            tx.tell_site_changed(now).await?;
            Ok::<_, Error>(tx.audit(account::audit(&person, &person, "factor.begin", now)).await?)
        })
        .await?;
    hub.sessions().forget_people();
    Ok(())
}

/// Gives one's own up, where the rules want one from nowhere.
pub async fn give_up(hub: &Hub, actor: &Actor) -> Result<()> {
    if needs_factor(&hub.rules(), actor.role, true) {
        return Err(Error::NotAllowed);
    }
    set(hub, actor, &actor.id, None, None, "factor.end").await
}

/// Takes somebody's away, whose phone is lost. Where the rules want one they take up another at their next login.
pub async fn reset(hub: &Hub, actor: &Actor, person: &PersonId) -> Result<()> {
    account::within(hub, actor, person).await?;
    set(hub, actor, person, None, None, "factor.reset").await?;
    account::end_all(hub, actor, person).await
}

async fn set(
    hub: &Hub,
    actor: &Actor,
    person: &PersonId,
    sealed: Option<String>,
    at: Option<Timestamp>,
    action: &'static str,
) -> Result<()> {
    let (who, person, now) = (actor.id.clone(), person.clone(), hub.clock().now());
    let audit = account::audit(&who, &person, action, now);
    hub.store()
        .write(async move |tx| {
            tx.set_factor(&person, sealed.as_deref(), at).await?;
            if who != person {
                tx.add_reset(&person, &who, None, now, now).await?;
            }
            if sealed.is_none() {
                tx.tell_site_changed(now).await?;
            }
            Ok::<_, Error>(tx.audit(audit.clone()).await?)
        })
        .await?;
    hub.sessions().forget_people();
    Ok(())
}

/// Whether a login told the right code; it is used up. Missing and wrong look the same.
pub(super) async fn check(hub: &Hub, account: &Account, code: Option<&str>) -> Result<()> {
    let (Some(sealed), Some(code)) = (&account.factor, code) else {
        return Err(Error::SecondFactorRequired);
    };
    count_try(hub, account).await?;
    let step = step_of(hub, &account.person, sealed, code, hub.clock().now())?.ok_or(Error::SecondFactorRequired)?;
    if account.factor_step.is_some_and(|used| step <= used) {
        return Err(Error::SecondFactorRequired);
    }
    let person = account.person.clone();
    let fresh = hub.store().write(async move |tx| Ok::<_, Error>(tx.use_factor_step(&person, step).await?)).await?;
    if fresh { Ok(()) } else { Err(Error::SecondFactorRequired) }
}

/// Counts a code before it is looked at, in the records, because several hubs may be asked.
async fn count_try(hub: &Hub, account: &Account) -> Result<()> {
    let (person, now) = (account.person.clone(), hub.clock().now());
    let since = now.plus_minutes(-TRIES_MINUTES);
    let (tries, from) = hub.store().write(async move |tx| tx.count_factor_try(&person, since, now).await).await?;
    if tries <= MOST_TRIES {
        return Ok(());
    }
    let left_ms = from.plus_minutes(TRIES_MINUTES).since(now).max(0);
    let retry_after_s = u32::try_from(left_ms / 1_000 + 1).unwrap_or(u32::MAX);
    Err(Error::TooManyAttempts { retry_after_s })
}

/// The step whose code this is: now, or the one before or after, because phones' clocks differ.
fn step_of(hub: &Hub, person: &PersonId, sealed: &str, code: &str, now: Timestamp) -> Result<Option<i64>> {
    let internal = |error: String| Error::Internal(format!("second factor: {error}"));
    let secret =
        hub.vault().open_text(SealSlot::factor(person.as_str()), sealed).map_err(|e| internal(e.to_string()))?;
    let bytes = Secret::Encoded(secret).to_bytes().map_err(|e| internal(e.to_string()))?;
    let totp = TOTP::new(Algorithm::SHA1, 6, 0, STEP_S.unsigned_abs(), bytes).map_err(|e| internal(e.to_string()))?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = now.0.div_euclid(1_000 * STEP_S);
    let fits = |step: &i64| same(&totp.generate((step * STEP_S).unsigned_abs()), &code);
    Ok([now, now - 1, now + 1].into_iter().find(fits))
}

/// A name as it stands in an address.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn qr(text: &str) -> String {
    qrcode::QrCode::new(text)
        .map(|code| code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(220, 220).build())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_name_in_an_address_is_plain() {
        assert_eq!(escaped("wang.wei-1"), "wang.wei-1");
        assert_eq!(escaped("张 三&x"), "%E5%BC%A0%20%E4%B8%89%26x");
    }
}
