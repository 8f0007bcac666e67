//! Slows down guessing passwords without letting a stranger lock somebody out.
//!
//! Failures count for an account together with the address they come from: someone who guesses elsewhere slows only
//! themselves. An address that guesses many accounts is slowed as a whole, except for the accounts that have logged in
//! from there before.

use lanedesk_domain::time::Timestamp;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// The longest wait.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// Failures of one address over all accounts that cost nothing.
const FREE_OF_ADDRESS: u32 = 50;
/// After this long without a failure everything is forgotten.
const FORGET_MS: i64 = 30 * 60_000;
/// Entries kept; beyond it the old ones are looked through.
const MOST_KEPT: usize = 50_000;

/// How patient the rules are.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Failures that cost nothing: people mistype.
    pub free: u32,
    /// The wait after the first failure that costs, in milliseconds; doubled with each further one.
    pub first_wait_ms: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: Timestamp,
    /// Before this moment no try is looked at.
    wait_until: Timestamp,
}

impl Failures {
    fn add(&mut self, now: Timestamp, patience: Patience) {
        if now.since(self.last) >= FORGET_MS {
            *self = Self::default();
        }
        self.count = self.count.saturating_add(1);
        self.last = now;
        if self.count >= patience.free {
            let doublings = (self.count - patience.free).min(16);
            self.wait_until =
                now.plus_ms((patience.first_wait_ms << doublings).min(LONGEST_WAIT_MS));
        }
    }
}

#[derive(Debug, Default)]
struct Seen {
    accounts: HashMap<(String, IpAddr), Failures>,
    addresses: HashMap<IpAddr, Failures>,
    /// Accounts that have logged in from an address, and when last.
    known: HashMap<(String, IpAddr), Timestamp>,
}

/// Counts failed tries to log in.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<Seen>);

impl Throttle {
    /// Whether a try may be looked at. For its account it counts as failed until [`Throttle::succeeded`] says otherwise,
    /// so that many tries at once gain nothing; for its address only once [`Throttle::failed`] says so, because a whole
    /// call centre behind one address logs in when its shift begins.
    ///
    /// # Errors
    /// The whole seconds to wait.
    pub fn attempt(
        &self,
        account: &str,
        from: IpAddr,
        now: Timestamp,
        patience: Patience,
    ) -> Result<(), u32> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_old(now);
        let key = (account.to_owned(), from);
        let mut wait_until = seen
            .accounts
            .get(&key)
            .map_or(Timestamp(0), |failures| failures.wait_until);
        if !seen.known.contains_key(&key) {
            let of_address = seen
                .addresses
                .get(&from)
                .map_or(Timestamp(0), |failures| failures.wait_until);
            wait_until = wait_until.max(of_address);
        }
        if wait_until > now {
            let seconds = wait_until.since(now).div_euclid(1_000) + 1;
            return Err(u32::try_from(seconds).unwrap_or(u32::MAX));
        }
        seen.accounts.entry(key).or_default().add(now, patience);
        Ok(())
    }

    /// The try was wrong.
    pub fn failed(&self, from: IpAddr, now: Timestamp, patience: Patience) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = Patience {
            free: FREE_OF_ADDRESS,
            ..patience
        };
        seen.addresses.entry(from).or_default().add(now, of_address);
    }

    /// The try was right: what failed before for this account from there is forgotten. What the address failed at other
    /// accounts is not, or one right password would buy many guesses.
    pub fn succeeded(&self, account: &str, from: IpAddr, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account.to_owned(), from);
        seen.accounts.remove(&key);
        seen.known.insert(key, now);
    }
}

impl Seen {
    fn forget_old(&mut self, now: Timestamp) {
        if self.accounts.len() + self.addresses.len() < MOST_KEPT {
            return;
        }
        self.accounts
            .retain(|_, failures| now.since(failures.last) < FORGET_MS);
        self.addresses
            .retain(|_, failures| now.since(failures.last) < FORGET_MS);
        if self.known.len() > MOST_KEPT {
            self.known.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        free: 5,
        first_wait_ms: 15_000,
    };
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn guessing_is_slowed_and_the_wait_grows() {
        let (throttle, mut now) = (Throttle::default(), Timestamp(1_000_000));
        for _ in 0..PATIENCE.free {
            assert_eq!(throttle.attempt("guard", HERE, now, PATIENCE), Ok(()));
        }
        let first = throttle.attempt("guard", HERE, now, PATIENCE).unwrap_err();
        now = now.plus_ms(i64::from(first) * 1_000);
        assert_eq!(throttle.attempt("guard", HERE, now, PATIENCE), Ok(()));
        assert!(throttle.attempt("guard", HERE, now, PATIENCE).unwrap_err() > first);
    }

    #[test]
    fn a_stranger_elsewhere_locks_nobody_out() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        while throttle.attempt("guard", ELSEWHERE, now, PATIENCE).is_ok() {}
        assert_eq!(throttle.attempt("guard", HERE, now, PATIENCE), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_slowed_but_not_those_known_there() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        throttle.attempt("guard", HERE, now, PATIENCE).unwrap();
        throttle.succeeded("guard", HERE, now);
        let refused = (0..200)
            .filter(|n| {
                let attempt = throttle.attempt(&format!("user{n}"), HERE, now, PATIENCE);
                if attempt.is_ok() {
                    throttle.failed(HERE, now, PATIENCE);
                }
                attempt.is_err()
            })
            .count();
        assert!(refused > 100, "{refused}");
        assert_eq!(throttle.attempt("guard", HERE, now, PATIENCE), Ok(()));
    }

    #[test]
    fn a_whole_shift_logs_in_at_once_from_one_address() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        for n in 0..1_000 {
            let attempt = throttle.attempt(&format!("agent{n}"), HERE, now, PATIENCE);
            assert_eq!(attempt, Ok(()), "nobody has failed yet");
        }
    }

    #[test]
    fn success_and_time_make_it_forget() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        for _ in 0..PATIENCE.free - 1 {
            throttle.attempt("guard", HERE, now, PATIENCE).unwrap();
        }
        throttle.succeeded("guard", HERE, now);
        assert_eq!(throttle.attempt("guard", HERE, now, PATIENCE), Ok(()));
        while throttle.attempt("guard", HERE, now, PATIENCE).is_ok() {}
        assert_eq!(
            throttle.attempt("guard", HERE, now.plus_ms(FORGET_MS), PATIENCE),
            Ok(())
        );
    }
}
