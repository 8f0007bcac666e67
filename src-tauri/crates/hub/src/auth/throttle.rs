//! Slows down guessing without letting a stranger lock somebody out.
//!
//! A try counts as failed, for its account together with the address it comes from and for the address as a whole, before
//! it is looked at; being right takes that back. Someone who guesses elsewhere slows only themselves. An address that
//! guesses at many names is slowed as a whole, except for the accounts that have logged in from there before. IPv6 counts
//! by /64.

use crate::origin::network;
use lanedesk_domain::{rules::Rules, time::Timestamp};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// Failures of one address over all accounts that cost nothing.
const FREE_OF_ADDRESS: u32 = 50;
/// After this long without a failure everything is forgotten.
const FORGET_MS: i64 = 30 * 60_000;
/// Entries kept; beyond it the old ones are looked through, and where all are new the oldest half goes.
const MOST_KEPT: usize = 50_000;

/// How patient the rules are.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Failures that cost nothing: people mistype.
    pub free: u32,
    /// The wait after the first failure that costs, in milliseconds; doubled with each further one.
    pub first_wait_ms: i64,
}

impl Patience {
    /// As the rules in force say.
    pub fn of(rules: &Rules) -> Self {
        Self { free: rules.login_attempts, first_wait_ms: i64::from(rules.login_pause_seconds) * 1_000 }
    }
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
            self.wait_until = now.plus_ms((patience.first_wait_ms << doublings).min(LONGEST_WAIT_MS));
        }
    }

    /// One that was counted before it was looked at was right.
    fn take_back(&mut self, free: u32) {
        self.count = self.count.saturating_sub(1);
        if self.count < free {
            self.wait_until = Timestamp(0);
        }
    }

    fn wait(&self, now: Timestamp) -> Option<u32> {
        (self.wait_until > now).then(|| {
            let seconds = self.wait_until.since(now).div_euclid(1_000) + 1;
            u32::try_from(seconds).unwrap_or(u32::MAX)
        })
    }
}

#[derive(Debug, Default)]
struct LoginTraces {
    accounts: HashMap<(String, IpAddr), Failures>,
    addresses: HashMap<IpAddr, Failures>,
    /// Accounts that have logged in from an address, and when last.
    known: HashMap<(String, IpAddr), Timestamp>,
}

/// Counts failed tries to log in.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<LoginTraces>);

impl Throttle {
    fn seen(&self) -> MutexGuard<'_, LoginTraces> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this account has logged in from there before.
    pub fn knows(&self, account: &str, from: IpAddr) -> bool {
        let key = (account.to_owned(), network(from));
        self.seen().known.contains_key(&key)
    }

    /// The records say that the account has logged in from there before.
    pub fn remember(&self, account: &str, from: IpAddr, now: Timestamp) {
        let key = (account.to_owned(), network(from));
        self.seen().known.insert(key, now);
    }

    /// Whether a try may be looked at now; nothing is counted yet.
    ///
    /// # Errors
    /// The whole seconds to wait.
    pub fn look(&self, account: &str, from: IpAddr, now: Timestamp) -> Result<(), u32> {
        self.seen().wait(&(account.to_owned(), network(from)), now)
    }

    /// Whether the address as a whole has to wait, whoever is asked for.
    pub fn is_slowed(&self, from: IpAddr, now: Timestamp) -> bool {
        let seen = self.seen();
        let of_address = seen.addresses.get(&network(from));
        of_address.is_some_and(|failures| failures.wait(now).is_some())
    }

    /// Whether a try may be looked at. It counts as failed until [`Throttle::succeeded`] says otherwise, so that many
    /// tries at once gain nothing.
    ///
    /// # Errors
    /// The whole seconds to wait.
    pub fn attempt(&self, account: &str, from: IpAddr, now: Timestamp, patience: Patience) -> Result<(), u32> {
        let mut seen = self.seen();
        seen.forget_old(now);
        let key = (account.to_owned(), network(from));
        seen.wait(&key, now)?;
        let of_address = Patience { free: FREE_OF_ADDRESS, ..patience };
        let address = seen.addresses.entry(key.1).or_default();
        address.add(now, of_address);
        seen.accounts.entry(key).or_default().add(now, patience);
        Ok(())
    }

    /// The password was right, and a code is still to come: that is no failure of the address.
    pub fn unfinished(&self, from: IpAddr) {
        if let Some(address) = self.seen().addresses.get_mut(&network(from)) {
            address.take_back(FREE_OF_ADDRESS);
        }
    }

    /// The try was right: what failed before for this account from there is forgotten. What the address failed at other
    /// accounts is not, or one right password would buy many guesses.
    pub fn succeeded(&self, account: &str, from: IpAddr, now: Timestamp) {
        let mut seen = self.seen();
        let key = (account.to_owned(), network(from));
        if let Some(address) = seen.addresses.get_mut(&key.1) {
            address.take_back(FREE_OF_ADDRESS);
        }
        seen.accounts.remove(&key);
        seen.known.insert(key, now);
    }
}

impl LoginTraces {
    fn wait(&self, key: &(String, IpAddr), now: Timestamp) -> Result<(), u32> {
        let own = self.accounts.get(key).and_then(|own| own.wait(now));
        let whole = self.addresses.get(&key.1).and_then(|all| all.wait(now));
        let whole = whole.filter(|_| !self.known.contains_key(key));
        own.max(whole).map_or(Ok(()), Err)
    }

    fn forget_old(&mut self, now: Timestamp) {
        if self.accounts.len() + self.addresses.len() < MOST_KEPT {
            return;
        }
        let mut keep_ms = FORGET_MS;
        // A flood of new names and addresses must not grow the memory either. Down to half, so that not every try of it
        // looks through all there are.
        while self.accounts.len() + self.addresses.len() > MOST_KEPT / 2 && keep_ms > 0 {
            let fresh = |failures: &Failures| now.since(failures.last) < keep_ms;
            self.accounts.retain(|_, failures| fresh(failures));
            self.addresses.retain(|_, failures| fresh(failures));
            keep_ms /= 2;
        }
        if self.accounts.len() + self.addresses.len() > MOST_KEPT / 2 {
            // Whoever has to wait goes on waiting: a flood of names that were tried once frees nobody.
            self.accounts.retain(|_, failures| failures.wait(now).is_some());
            self.addresses.retain(|_, failures| failures.wait(now).is_some());
        }
        if self.accounts.len() + self.addresses.len() > MOST_KEPT / 2 {
            self.accounts.clear();
            self.addresses.clear();
        }
        if self.known.len() > MOST_KEPT {
            self.known.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { free: 5, first_wait_ms: 15_000 };
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
        // All of them at once: none is looked at before all have asked.
        let taken = (0..400)
            .filter(|n| {
                let attempt = throttle.attempt(&format!("user{n}"), HERE, now, PATIENCE);
                attempt.is_ok()
            })
            .count();
        assert_eq!(taken, 50);
        assert_eq!(throttle.attempt("guard", HERE, now, PATIENCE), Ok(()));
        assert!(throttle.is_slowed(HERE, now) && !throttle.is_slowed(ELSEWHERE, now));
    }

    #[test]
    fn a_whole_shift_logs_in_from_one_address() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        for n in 0..1_000 {
            let name = format!("agent{n}");
            let attempt = throttle.attempt(&name, HERE, now, PATIENCE);
            assert_eq!(attempt, Ok(()), "nobody has failed yet");
            throttle.succeeded(&name, HERE, now);
        }
    }

    #[test]
    fn a_household_of_ipv6_counts_as_one() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        let host = |n: u16| IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, n]);
        let taken = (0..400).filter(|n| throttle.attempt("guard", host(*n), now, PATIENCE).is_ok()).count();
        assert_eq!(taken, 5);
        let beside = IpAddr::from([0x2001, 0xdb8, 1, 3, 0, 0, 0, 1]);
        assert_eq!(throttle.attempt("guard", beside, now, PATIENCE), Ok(()));
    }

    #[test]
    fn a_flood_of_names_and_addresses_stays_in_bounds() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        for n in 0..60_000_u32 {
            let from = IpAddr::from(n.to_be_bytes());
            let _ = throttle.attempt(&format!("user{n}"), from, now, PATIENCE);
        }
        let seen = throttle.seen();
        assert!(seen.accounts.len() + seen.addresses.len() <= MOST_KEPT + 2);
    }

    #[test]
    fn a_flood_of_names_and_addresses_frees_nobody_who_has_to_wait() {
        let (throttle, now) = (Throttle::default(), Timestamp(1_000_000));
        while throttle.attempt("guard", HERE, now, PATIENCE).is_ok() {}
        for n in 0..60_000_u32 {
            let from = IpAddr::from(n.to_be_bytes());
            let _ = throttle.attempt(&format!("user{n}"), from, now, PATIENCE);
        }
        assert!(throttle.look("guard", HERE, now).is_err());
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
        assert_eq!(throttle.attempt("guard", HERE, now.plus_ms(FORGET_MS), PATIENCE), Ok(()));
    }
}
