//! Who is asking: passwords, tokens, sessions in use, and slowing down whoever guesses.
//!
//! Not here: what a role may do (`domain::person`) and what a log-in does (`ops::session`).

mod password;
mod queue;
mod throttle;
mod token;

pub use password::{HashError, hash as hash_password, turn, verify as verify_password, verify_in, weakness};
pub use queue::{HashShare, HashTurn};
pub use throttle::{Patience, Throttle};
pub use token::Token;

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Conn, PersonGrants, Session, StoreError},
};
use lanedesk_domain::{
    ids::PersonId,
    person::{AreaNode, LotNode, Role, Scope},
    rules::Rules,
    time::Timestamp,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast;

/// Sessions kept in memory; beyond it all are read anew.
const MOST_KEPT: usize = 20_000;
/// A session's use is written down at most this often, in milliseconds.
const TOUCH_EVERY_MS: i64 = 60_000;

/// What the hub remembers of sessions, so that most requests ask the database nothing.
///
/// On PostgreSQL another hub may end a session, so there sessions are read each time and only people are kept: they
/// change with the site, of which every hub is told.
pub struct Sessions {
    kept: Mutex<HashMap<Token, Session>>,
    people: Mutex<HashMap<PersonId, SessionPerson>>,
    /// Scopes by what was given: a thousand agents of one company share one.
    scopes: Mutex<HashMap<PersonGrants, Arc<Scope>>>,
    /// Counts forgettings: what was read before one must not be remembered after it.
    forgotten: AtomicU64,
    /// Tells streams which session has ended.
    ended: broadcast::Sender<Token>,
    /// Slows down guessing passwords.
    pub throttle: Throttle,
    /// Slows down guessing the keys of devices and robots.
    pub keys: Throttle,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            people: Mutex::default(),
            scopes: Mutex::default(),
            forgotten: AtomicU64::new(0),
            ended: broadcast::Sender::new(256),
            throttle: Throttle::default(),
            keys: Throttle::default(),
        }
    }
}

/// A person, and what keeps them from everything but their own account.
#[derive(Debug, Clone)]
pub struct SessionPerson {
    /// Who.
    pub actor: Arc<Actor>,
    /// Their password is for the first login only.
    pub must_change: bool,
    /// Others know their password: it stood in a file.
    pub handed: bool,
    /// They have a second factor in force.
    pub enrolled: bool,
}

/// The person of a request and the session they came with.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub actor: Arc<Actor>,
    /// Their token's hash.
    pub token: Token,
    /// When the session ends however much it is used.
    pub expires_at: Timestamp,
    /// When the password was entered last.
    pub confirmed_at: Timestamp,
    /// They came from another machine than the hub's.
    pub beyond: bool,
    /// Nothing but changing the password is possible.
    pub must_change: bool,
    /// Nothing but taking up a second factor is possible.
    pub must_enrol: bool,
}

impl Visitor {
    /// Whether this may be asked for before the account is in order: its own matters may, nothing else.
    pub fn may_ask(&self, path: &str) -> Result<()> {
        let own = path == "/api/session" || path == "/api/session/password";
        if self.must_change && !own {
            return Err(Error::PasswordChangeRequired);
        }
        if self.must_enrol && !own && path != "/api/session/second-factor" {
            return Err(Error::EnrolmentRequired);
        }
        Ok(())
    }

    /// Refuses something dangerous where the rules want the password once more and it was not entered lately.
    pub fn confirmed(&self, hub: &Hub, wanted: fn(&Rules) -> u32) -> Result<()> {
        let (rules, now) = (hub.rules(), hub.clock().now());
        let fresh = i64::from(rules.reentry_minutes) * 60_000;
        if wanted(&rules) == 0 || fresh == 0 || now.since(self.confirmed_at) < fresh {
            Ok(())
        } else {
            Err(Error::PasswordRequired)
        }
    }
}

/// What a request was let in by. A body may be long on its way, and what is written by it is written by the rights of then.
#[derive(Clone)]
pub struct Admission {
    hub: Hub,
    token: Token,
    actor: Arc<Actor>,
    /// How much had been forgotten when they were let in.
    forgotten: u64,
}

impl Admission {
    /// Whoever was let in just now. `forgotten` was counted before they were looked at.
    pub fn new(hub: &Hub, visitor: &Visitor, forgotten: u64) -> Self {
        Self { hub: hub.clone(), token: visitor.token.clone(), actor: visitor.actor.clone(), forgotten }
    }

    /// Refuses where the session is over or rights were taken away by now.
    pub async fn still(&self) -> Result<()> {
        if self.hub.sessions().forgotten() == self.forgotten {
            return Ok(());
        }
        let now = still_welcome(&self.hub, self.token.clone()).await?.actor;
        let mut lots = self.actor.scope.lots();
        if now.role == self.actor.role && lots.all(|lot| now.may_see(lot)) { Ok(()) } else { Err(Error::NotAllowed) }
    }
}

impl Sessions {
    /// Counts forgettings of people and sessions.
    pub fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Token, Session>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn people(&self) -> MutexGuard<'_, HashMap<PersonId, SessionPerson>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scopes(&self) -> MutexGuard<'_, HashMap<PersonGrants, Arc<Scope>>> {
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what it knows of people: roles or scopes may have changed.
    pub fn forget_people(&self) {
        let mut people = self.people();
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        people.clear();
        self.scopes().clear();
    }

    /// Forgets an ended session and tells its streams.
    pub fn forget(&self, token: &Token) {
        let mut kept = self.kept();
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        kept.remove(token);
        drop(kept);
        // Nobody may be listening.
        let _ = self.ended.send(token.clone());
    }

    /// Tells which sessions end from now on.
    pub fn endings(&self) -> broadcast::Receiver<Token> {
        self.ended.subscribe()
    }
}

/// Finds the person behind a token, or refuses. Counts as use of the session.
pub async fn visitor(hub: &Hub, token: Token) -> Result<Visitor> {
    let now = hub.clock().now();
    let (session, visitor) = look(hub, token, now).await?;
    if now.since(session.used_at) >= TOUCH_EVERY_MS {
        touch(hub, &visitor.token, now);
    }
    Ok(visitor)
}

/// The same without counting as use: a stream that only listens keeps no session alive.
pub async fn still_welcome(hub: &Hub, token: Token) -> Result<Visitor> {
    let now = hub.clock().now();
    look(hub, token, now).await.map(|(_, visitor)| visitor)
}

async fn look(hub: &Hub, token: Token, now: Timestamp) -> Result<(Session, Visitor)> {
    let session = live_session(hub, &token, now).await?;
    let known = known(hub, &session.person).await?;
    let known = known.ok_or(Error::NoSession)?;
    let visitor = Visitor {
        must_change: known.must_change(session.beyond),
        must_enrol: known.must_enrol(&hub.rules(), session.beyond),
        actor: known.actor,
        token,
        expires_at: session.expires_at,
        confirmed_at: session.confirmed_at,
        beyond: session.beyond,
    };
    Ok((session, visitor))
}

async fn live_session(hub: &Hub, token: &Token, now: Timestamp) -> Result<Session> {
    let sessions = hub.sessions();
    let kept = sessions.kept().get(token).cloned();
    let session = match kept {
        Some(session) => session,
        None => read_session(hub, token).await?,
    };
    let idle_ms = i64::from(hub.rules().session_idle_minutes) * 60_000;
    if session.expires_at <= now || now.since(session.used_at) >= idle_ms {
        sessions.forget(token);
        return Err(Error::NoSession);
    }
    Ok(session)
}

/// Reads a session, and remembers it where no other hub can end it.
async fn read_session(hub: &Hub, token: &Token) -> Result<Session> {
    let sessions = hub.sessions();
    let before = sessions.forgotten();
    let found = hub.store().read().await?.conn().session(token.as_str()).await?;
    let session = found.ok_or(Error::NoSession)?;
    if hub.store().engine() == "sqlite" {
        let mut kept = sessions.kept();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        if sessions.forgotten() == before {
            kept.insert(token.clone(), session.clone());
        }
    }
    Ok(session)
}

/// Writes the use down without making the request wait for it.
fn touch(hub: &Hub, token: &Token, now: Timestamp) {
    if let Some(session) = hub.sessions().kept().get_mut(token) {
        session.used_at = now;
    }
    let (store, token) = (hub.store().clone(), token.clone());
    tokio::spawn(async move {
        let touched: Result<(), StoreError> =
            store.write(async move |tx| tx.touch_session(token.as_str(), now).await).await;
        if let Err(error) = touched {
            tracing::warn!(%error, "use of a session was not written down");
        }
    });
}

impl SessionPerson {
    /// Whether nothing but changing the password is possible. One that others know is good on the hub's own machine only.
    pub fn must_change(&self, beyond: bool) -> bool {
        self.must_change || (self.handed && beyond)
    }

    /// Whether nothing but taking up a second factor is possible.
    pub fn must_enrol(&self, rules: &Rules, beyond: bool) -> bool {
        needs_factor(rules, self.actor.role, beyond) && !self.enrolled
    }
}

/// Whether the rules want a second factor of this role, for a login from the hub's own machine or from `beyond` it.
pub fn needs_factor(rules: &Rules, role: Role, beyond: bool) -> bool {
    let wanted = match role {
        Role::LotStaff => rules.second_factor_lot_staff,
        Role::Agent => rules.second_factor_agent,
        Role::Supervisor => rules.second_factor_supervisor,
        Role::Admin => rules.second_factor_admin,
    };
    wanted == 1 || (wanted == 2 && beyond)
}

/// A person with role and scope, unless they are gone or disabled.
pub async fn person(hub: &Hub, id: &PersonId) -> Result<Option<Arc<Actor>>> {
    Ok(known(hub, id).await?.map(|known| known.actor))
}

/// The same with the state of their account.
pub async fn known(hub: &Hub, id: &PersonId) -> Result<Option<SessionPerson>> {
    let kept = hub.sessions().people().get(id).cloned();
    if kept.is_some() {
        return Ok(kept);
    }
    let mut reader = hub.store().read().await?;
    read_person(hub, &mut reader.conn(), id).await
}

/// The same inside a transaction, which must not wait for a second connection.
pub(crate) async fn person_in(hub: &Hub, conn: &mut Conn<'_>, id: &PersonId) -> Result<Option<Arc<Actor>>> {
    let kept = hub.sessions().people().get(id).cloned();
    let known = match kept {
        Some(kept) => Some(kept),
        None => read_person(hub, conn, id).await?,
    };
    Ok(known.map(|known| known.actor))
}

async fn read_person(hub: &Hub, conn: &mut Conn<'_>, id: &PersonId) -> Result<Option<SessionPerson>> {
    let before = hub.sessions().forgotten();
    let Some(person) = conn.person(id).await?.filter(|person| !person.disabled) else {
        return Ok(None);
    };
    let Some(account) = conn.account(id).await? else {
        return Ok(None);
    };
    let given = conn.given(id).await?;
    let shared = hub.sessions().scopes().get(&given).cloned();
    let scope = shared.unwrap_or_else(|| Arc::new(resolve(hub, &given)));
    let actor = Arc::new(Actor { id: person.id, name: person.name, role: person.role, scope: scope.clone() });
    let known =
        SessionPerson { actor, must_change: account.must_change, handed: account.handed, enrolled: account.enrolled };
    let mut people = hub.sessions().people();
    if hub.sessions().forgotten() == before {
        people.insert(id.clone(), known.clone());
        hub.sessions().scopes().insert(given, scope);
    }
    Ok(Some(known))
}

fn resolve(hub: &Hub, given: &PersonGrants) -> Scope {
    let directory = hub.directory();
    let areas: Vec<AreaNode> =
        directory.areas.iter().map(|(id, (_, parent))| AreaNode { id: id.clone(), parent: parent.clone() }).collect();
    let lots: Vec<LotNode> =
        directory.lots.values().map(|lot| LotNode { id: lot.id.clone(), area: lot.area.clone() }).collect();
    Scope::resolve(&areas, &lots, &given.areas, &given.lots)
}
