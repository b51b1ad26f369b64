//! Slows down guessing of passwords, per account and address, in bounded memory.

use crate::limits::THROTTLE_ENTRIES_MAX;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

const FREE_FAILURES_OF_ACCOUNT: u32 = 5;
const FREE_FAILURES_OF_ADDRESS: u32 = 30;
const WAIT_SECONDS_MAX: i64 = 900;
const FORGOTTEN_AFTER_SECONDS: i64 = 3600;

/// Remembers failed sign-ins: after five of one account from one address, or thirty from one address,
/// each further one doubles the wait, up to 15 minutes. An hour without failure forgets.
#[derive(Default)]
pub struct Throttle {
    failures: Mutex<HashMap<[u8; 16], Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: i64,
    blocked_until: i64,
}

impl Throttle {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the right to try once. The attempt counts as failed until [`Self::succeeded`], so that
    /// attempts at the same moment count too.
    ///
    /// # Errors
    /// The seconds to wait, when there were too many failures. `now` is in seconds.
    pub fn attempt(&self, account: &str, address: IpAddr, now: i64) -> Result<(), u64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys(account, address);
        let wait = keys
            .iter()
            .filter_map(|(key, _)| failures.get(key))
            .map(|entry| entry.blocked_until.saturating_sub(now))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Err(wait.unsigned_abs());
        }
        for (key, free) in keys {
            if !failures.contains_key(&key) {
                make_room(&mut failures, now);
            }
            let entry = failures.entry(key).or_insert(Failures {
                count: 0,
                last: now,
                blocked_until: 0,
            });
            if now.saturating_sub(entry.last) > FORGOTTEN_AFTER_SECONDS {
                entry.count = 0;
            }
            entry.count = entry.count.saturating_add(1);
            entry.last = now;
            if let Some(beyond) = entry.count.checked_sub(free) {
                let wait = 1_i64.checked_shl(beyond.min(30)).unwrap_or(i64::MAX);
                entry.blocked_until = now.saturating_add(wait.min(WAIT_SECONDS_MAX));
            }
        }
        Ok(())
    }

    /// The attempt was right: the account from this address starts anew, the address gets its attempt back.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let [(account_key, _), (address_key, _)] = keys(account, address);
        failures.remove(&account_key);
        if let Some(entry) = failures.get_mut(&address_key) {
            entry.count = entry.count.saturating_sub(1);
            entry.blocked_until = 0;
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.failures.lock().unwrap().len()
    }
}

/// The account at the address, and the address alone, each with its free failures.
fn keys(account: &str, address: IpAddr) -> [([u8; 16], u32); 2] {
    let network = network_of(address);
    let account_key = digest(&[b"account", account.to_lowercase().as_bytes(), &network]);
    let address_key = digest(&[b"address", &network]);
    [
        (account_key, FREE_FAILURES_OF_ACCOUNT),
        (address_key, FREE_FAILURES_OF_ADDRESS),
    ]
}

/// An IPv6 caller has a whole /64 to call from.
fn network_of(address: IpAddr) -> [u8; 16] {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => {
            let network = v6.to_bits() & (u128::MAX << 64);
            network.to_be_bytes()
        }
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    key
}

/// Forgets what is old; when all is fresh, the tenth that is blocked least.
fn make_room(failures: &mut HashMap<[u8; 16], Failures>, now: i64) {
    if failures.len() < THROTTLE_ENTRIES_MAX {
        return;
    }
    failures.retain(|_, entry| now.saturating_sub(entry.last) <= FORGOTTEN_AFTER_SECONDS);
    if failures.len() < THROTTLE_ENTRIES_MAX {
        return;
    }
    let mut ends: Vec<(u32, i64)> = failures
        .values()
        .map(|entry| (entry.count, entry.last))
        .collect();
    let place = ends.len() / 10;
    let (_, bound, _) = ends.select_nth_unstable(place);
    let bound = *bound;
    failures.retain(|_, entry| (entry.count, entry.last) > bound);
}

#[cfg(test)]
mod tests {
    use super::{Throttle, WAIT_SECONDS_MAX};
    use crate::limits::THROTTLE_ENTRIES_MAX;
    use std::net::{IpAddr, Ipv4Addr};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn the_sixth_failure_waits_and_the_wait_doubles() {
        let throttle = Throttle::new();
        for _ in 0..5 {
            assert_eq!(throttle.attempt("a@example.jp", HERE, 1000), Ok(()));
        }
        assert_eq!(throttle.attempt("A@EXAMPLE.JP", HERE, 1000), Err(1));
        assert_eq!(throttle.attempt("a@example.jp", THERE, 1000), Ok(()));
        assert_eq!(throttle.attempt("a@example.jp", HERE, 1001), Ok(()));
        assert_eq!(throttle.attempt("a@example.jp", HERE, 1001), Err(2));
        let mut now = 1003;
        for _ in 0..12 {
            now += WAIT_SECONDS_MAX;
            assert_eq!(throttle.attempt("a@example.jp", HERE, now), Ok(()));
        }
        assert_eq!(throttle.attempt("a@example.jp", HERE, now), Err(900));
        throttle.succeeded("a@example.jp", HERE);
        assert_eq!(throttle.attempt("a@example.jp", HERE, now), Ok(()));
    }

    #[test]
    fn one_address_guessing_many_accounts_is_slowed() {
        let throttle = Throttle::new();
        for number in 0..30 {
            assert_eq!(throttle.attempt(&format!("{number}@x"), HERE, 0), Ok(()));
        }
        assert!(throttle.attempt("31@x", HERE, 0).is_err());
    }

    #[test]
    fn memory_is_bounded_and_the_most_guessed_is_remembered() {
        let throttle = Throttle::new();
        for _ in 0..8 {
            let _ = throttle.attempt("victim@x", HERE, 0);
        }
        for number in 0..u32::try_from(THROTTLE_ENTRIES_MAX).unwrap() {
            let address = IpAddr::V4(Ipv4Addr::from_bits(number));
            let _ = throttle.attempt("other@x", address, 0);
        }
        assert!(throttle.len() <= THROTTLE_ENTRIES_MAX);
        assert!(throttle.attempt("victim@x", HERE, 0).is_err());
    }
}
