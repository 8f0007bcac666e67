//! Digest as the device checks it: nonces that end, wrong passwords that lock (DEVICES.md 1.1).

use super::document::xml;
use crate::{Fault, Lane, LaneConfig};
use axum::body::Body;
use hyper::{HeaderMap, Response, StatusCode, header::AUTHORIZATION};
use md5::{Digest, Md5};
use rand::Rng;
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

const REALM: &str = "DS-TCG405-E";
/// Wrong passwords before the account is locked.
const TRIES: u32 = 5;
/// How long it stays locked.
const LOCK: Duration = Duration::from_secs(1800);

pub(crate) struct Auth {
    username: String,
    password: String,
    nonce_life: Duration,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    nonces: HashMap<String, Nonce>,
    wrong: u32,
    locked_until: Option<Instant>,
}

struct Nonce {
    born: Instant,
    /// Counters already used with it: none is taken twice.
    counts: HashSet<String>,
}

/// What is thought of a request.
enum Verdict {
    Good,
    Ask { stale: bool },
    Wrong,
    Locked(u64),
}

impl Auth {
    pub(crate) fn new(config: &LaneConfig) -> Self {
        Self {
            username: config.username.clone(),
            password: config.password.clone(),
            nonce_life: Duration::from_secs(config.nonce_seconds),
            memory: Mutex::new(Memory::default()),
        }
    }

    /// What is answered instead of letting a request in; nothing where it may come in.
    pub(crate) fn check(&self, lane: &Lane, method: &str, uri: &str, headers: &HeaderMap) -> Option<Response<Body>> {
        let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match self.judge(lane, method, uri, header) {
            Verdict::Good => None,
            Verdict::Ask { stale } => Some(self.challenge(stale, None, 0)),
            Verdict::Wrong => {
                let left = TRIES.saturating_sub(self.wrong());
                Some(self.challenge(false, Some(left), 0))
            }
            Verdict::Locked(seconds) => Some(self.challenge(false, Some(0), seconds)),
        }
    }

    fn wrong(&self) -> u32 {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).wrong
    }

    fn judge(&self, lane: &Lane, method: &str, uri: &str, header: Option<&str>) -> Verdict {
        if lane.has(Fault::Lockout) {
            return Verdict::Locked(LOCK.as_secs());
        }
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = memory.locked_until {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Verdict::Locked(left.as_secs().max(1));
            }
            memory.locked_until = None;
            memory.wrong = 0;
        }
        let Some(fields) = header.and_then(fields) else {
            return Verdict::Ask { stale: false };
        };
        if lane.has(Fault::StaleAlways) {
            return Verdict::Ask { stale: true };
        }
        let right = !lane.has(Fault::WrongPassword) && self.proof(method, uri, &fields);
        if !right {
            lane.inner.journal.refused(lane.code(), method);
            memory.wrong += 1;
            if memory.wrong >= TRIES {
                memory.locked_until = Some(Instant::now() + LOCK);
                return Verdict::Locked(LOCK.as_secs());
            }
            return Verdict::Wrong;
        }
        if !memory.spend(&fields, self.nonce_life, lane.has(Fault::StaleNonce)) {
            return Verdict::Ask { stale: true };
        }
        memory.wrong = 0;
        Verdict::Good
    }

    /// Whether whoever wrote this knows the password.
    fn proof(&self, method: &str, uri: &str, fields: &HashMap<String, String>) -> bool {
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        if field("username") != self.username || field("uri") != uri || field("realm") != REALM {
            return false;
        }
        let secret = md5(&format!("{}:{REALM}:{}", self.username, self.password));
        let asked = md5(&format!("{method}:{uri}"));
        let (nonce, count, own) = (field("nonce"), field("nc"), field("cnonce"));
        let whole = format!("{secret}:{nonce}:{count}:{own}:{}:{asked}", field("qop"));
        field("qop") == "auth" && md5(&whole) == field("response")
    }

    /// 401 with a fresh nonce and, after a wrong password, what is left.
    fn challenge(&self, stale: bool, tries_left: Option<u32>, locked: u64) -> Response<Body> {
        let nonce = format!("{:032x}", rand::rng().random::<u128>());
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, life) = (Instant::now(), self.nonce_life);
        memory.nonces.retain(|_, nonce| now.duration_since(nonce.born) < life * 2);
        let fresh = Nonce { born: now, counts: HashSet::new() };
        memory.nonces.insert(nonce.clone(), fresh);
        let lock = if locked > 0 { "lock" } else { "unlock" };
        let left = tries_left.unwrap_or(TRIES);
        let mut answer = xml(
            StatusCode::UNAUTHORIZED,
            &format!(
                "<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString><isDefaultPassword>false</isDefaultPassword><lockStatus>{lock}</lockStatus><unlockTime>{locked}</unlockTime><retryLoginTime>{left}</retryLoginTime></userCheck>"
            ),
        );
        let text = format!(
            "Digest qop=\"auth\", realm=\"{REALM}\", nonce=\"{nonce}\", stale=\"{}\"",
            if stale { "TRUE" } else { "FALSE" }
        );
        if let Ok(value) = text.parse() {
            answer.headers_mut().insert("www-authenticate", value);
        }
        answer
    }
}

impl Memory {
    /// Uses a nonce once more, if it still lives.
    fn spend(&mut self, fields: &HashMap<String, String>, life: Duration, once: bool) -> bool {
        let name = fields.get("nonce").map_or("", String::as_str);
        let count = fields.get("nc").cloned().unwrap_or_default();
        let Some(nonce) = self.nonces.get_mut(name) else {
            return false;
        };
        if nonce.born.elapsed() >= life || (once && !nonce.counts.is_empty()) {
            return false;
        }
        nonce.counts.insert(count)
    }
}

fn md5(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(32);
    for byte in Md5::digest(text) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// `Digest a="b", c=d` as a map.
fn fields(header: &str) -> Option<HashMap<String, String>> {
    let list = header.strip_prefix("Digest ")?;
    let mut found = HashMap::new();
    for field in list.split(',') {
        let (name, value) = field.split_once('=')?;
        let value = value.trim().trim_matches('"');
        found.insert(name.trim().to_owned(), value.to_owned());
    }
    Some(found)
}
