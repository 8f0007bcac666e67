//! Digest credentials of one device: the last challenge, reused until it goes stale, and what the device said about
//! wrong passwords, so that nobody hammers it into a lock-out (DEVICES.md 1.1).

use super::answer::UserCheck;
use crate::DeviceError;
use digest_auth::{AuthContext, HttpMethod, WwwAuthenticateHeader};
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long nothing is asked after a wrong password, growing with each further one; the device counts the tries.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(30), Duration::from_secs(120), Duration::from_secs(600), Duration::from_secs(1800)];

/// An `Authorization` header and the nonce it was made with.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The header's value.
    pub(crate) header: String,
    nonce: String,
}

/// User name, password and what is known of the device's mood.
pub(crate) struct Credentials {
    username: String,
    password: String,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The last challenge; its counter rises with each answer.
    challenge: Option<WwwAuthenticateHeader>,
    /// The nonce the device last accepted: a later 401 upon it means that it expired, whether it says so or not.
    proven: Option<String>,
    /// Until when nothing is asked, and what is answered meanwhile.
    pause: Option<(Instant, Hold)>,
    wrong: usize,
}

#[derive(Clone, Copy)]
enum Hold {
    Locked,
    Wrong(Option<u32>),
}

impl Credentials {
    pub(crate) fn new(username: String, password: String) -> Self {
        let memory = Mutex::new(Memory::default());
        Self { username, password, memory }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Each change is one assignment, so a panic elsewhere cannot leave it half done.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses without asking while the device is known to refuse.
    pub(crate) fn held(&self) -> Result<(), DeviceError> {
        let mut memory = self.memory();
        let Some((until, hold)) = memory.pause else {
            return Ok(());
        };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            memory.pause = None;
            return Ok(());
        }
        Err(match hold {
            Hold::Locked => DeviceError::LockedOut { seconds: left.as_secs().max(1) },
            Hold::Wrong(tries_left) => DeviceError::Unauthorised { tries_left },
        })
    }

    /// Whether a challenge is known, so that a request can be answered before it is asked.
    pub(crate) fn primed(&self) -> bool {
        self.memory().challenge.is_some()
    }

    /// The header for a request, where a challenge is known.
    pub(crate) fn answer(&self, method: &str, path: &str) -> Option<Answer> {
        let mut memory = self.memory();
        let challenge = memory.challenge.as_mut()?;
        let context = AuthContext::new_with_method(
            self.username.as_str(),
            self.password.as_str(),
            path,
            Option::<&[u8]>::None,
            HttpMethod::from(method),
        );
        let header = challenge.respond(&context).ok()?;
        Some(Answer { header: header.to_header_string(), nonce: header.nonce })
    }

    /// The device accepted an answer.
    pub(crate) fn accepted(&self, sent: &Answer) {
        let mut memory = self.memory();
        memory.proven = Some(sent.nonce.clone());
        memory.wrong = 0;
    }

    /// What a 401 means. `Ok` means: answer the new challenge once. `sent` is the answer it came upon, if any.
    pub(crate) fn challenged(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        sent: Option<&Answer>,
    ) -> Result<(), DeviceError> {
        let check = UserCheck::read(body);
        let fresh = challenge_in(headers);
        let mut memory = self.memory();
        if let Some(seconds) = check.locked_for {
            let seconds = seconds.clamp(1, 24 * 3600);
            memory.pause = Some((Instant::now() + Duration::from_secs(seconds), Hold::Locked));
            memory.challenge = None;
            return Err(DeviceError::LockedOut { seconds });
        }
        let Some(fresh) = fresh else {
            return Err(DeviceError::Unauthorised { tries_left: check.tries_left });
        };
        let expired = fresh.stale || sent.is_some_and(|s| memory.proven.as_ref() == Some(&s.nonce));
        memory.challenge = Some(fresh);
        memory.proven = None;
        if sent.is_none() || expired {
            return Ok(());
        }
        let pause = PAUSES[memory.wrong.min(PAUSES.len() - 1)];
        memory.wrong += 1;
        memory.pause = Some((Instant::now() + pause, Hold::Wrong(check.tries_left)));
        Err(DeviceError::Unauthorised { tries_left: check.tries_left })
    }
}

/// The first digest challenge among the headers. Only visible ASCII is looked at: the parser counts bytes as characters.
fn challenge_in(headers: &HeaderMap) -> Option<WwwAuthenticateHeader> {
    headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| {
        let text = value.to_str().ok()?;
        let digest = text.to_ascii_lowercase().find("digest ")?;
        digest_auth::parse(&text[digest..]).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(nonce: &str, stale: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let text = format!("Basic realm=\"x\", Digest realm=\"DS\", qop=\"auth\", nonce=\"{nonce}\", stale={stale}");
        headers.insert(WWW_AUTHENTICATE, text.parse().unwrap());
        headers
    }

    #[test]
    fn a_challenge_is_answered_once_and_a_second_no_is_a_wrong_password() {
        let us = Credentials::new("admin".into(), "secret".into());
        assert!(us.answer("GET", "/a").is_none());
        us.challenged(&asked("n1", false), b"", None).unwrap();
        let sent = us.answer("GET", "/a").unwrap();
        assert!(sent.header.contains("nonce=\"n1\""));
        let no = us.challenged(&asked("n2", false), b"", Some(&sent));
        assert!(matches!(no, Err(DeviceError::Unauthorised { .. })));
        assert_eq!(us.held(), no, "the next request is not even sent");
    }

    #[test]
    fn a_stale_or_formerly_good_nonce_is_renewed() {
        let us = Credentials::new("admin".into(), "secret".into());
        us.challenged(&asked("n1", false), b"", None).unwrap();
        let sent = us.answer("PUT", "/a").unwrap();
        us.challenged(&asked("n2", true), b"", Some(&sent)).unwrap();
        let sent = us.answer("PUT", "/a").unwrap();
        us.accepted(&sent);
        us.challenged(&asked("n3", false), b"", Some(&sent)).unwrap();
        assert_eq!(us.held(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_is_remembered_for_as_long_as_the_device_said() {
        let us = Credentials::new("admin".into(), "secret".into());
        let body = b"<userCheck><lockStatus>lock</lockStatus><unlockTime>90</unlockTime></userCheck>";
        let said = us.challenged(&asked("n1", false), body, None);
        assert_eq!(said, Err(DeviceError::LockedOut { seconds: 90 }));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(us.held(), Err(DeviceError::LockedOut { seconds: 30 }));
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(us.held(), Ok(()));
    }

    proptest! {
        #[test]
        fn nothing_is_answered_that_is_no_challenge(text in "\\PC{0,200}", wild in "(Digest )?[a-z]{0,6}[=\", \\\\a-z]{0,80}") {
            for text in [text, wild] {
                let Ok(value) = text.parse() else { continue };
                let mut headers = HeaderMap::new();
                headers.insert(WWW_AUTHENTICATE, value);
                let us = Credentials::new("a".into(), "b".into());
                let said = us.challenged(&headers, b"", None);
                if let Some(sent) = us.answer("GET", "/") {
                    prop_assert_eq!(said, Ok(()));
                    prop_assert!(sent.header.starts_with("Digest "), "{}", sent.header);
                }
            }
        }
    }
}
