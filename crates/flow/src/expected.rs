//! Conversations that others arranged: recognised by their ends rather than by what they say.

use crate::limits::{EXPECTED_FLOWS_MAX, EXPECTED_NOTE_BYTES_MAX};
use event::{Endpoint, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// How long an arranged conversation is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// Who opens it, who waits for it, and at which port.
type Ends = (IpAddr, IpAddr, u16);

/// What is known of an arranged conversation.
#[derive(Debug)]
pub(crate) struct Expectation {
    /// What it will speak.
    pub protocol: &'static str,
    /// What its parser is to know.
    pub note: Vec<u8>,
    since: Timestamp,
}

/// Conversations waited for.
#[derive(Debug, Default)]
pub(crate) struct Expectations {
    waiting: HashMap<Ends, Expectation>,
}

impl Expectations {
    /// Waits for another one; false where too many are waited for already.
    pub fn add(
        &mut self,
        opener: IpAddr,
        listener: Endpoint,
        protocol: &'static str,
        note: &[u8],
        now: Timestamp,
    ) -> bool {
        let ends = (opener, listener.ip, listener.port);
        if self.waiting.len() >= EXPECTED_FLOWS_MAX && !self.waiting.contains_key(&ends) {
            return false;
        }
        let kept = note.len().min(EXPECTED_NOTE_BYTES_MAX);
        let expectation = Expectation {
            protocol,
            note: note.get(..kept).unwrap_or_default().to_vec(),
            since: now,
        };
        self.waiting.insert(ends, expectation);
        true
    }

    /// Whether the conversation between these two was arranged. Who opened it may be a guess, so
    /// both are tried.
    pub fn take(&mut self, client: Endpoint, server: Endpoint) -> Option<Expectation> {
        if self.waiting.is_empty() {
            return None;
        }
        self.waiting
            .remove(&(client.ip, server.ip, server.port))
            .or_else(|| self.waiting.remove(&(server.ip, client.ip, client.port)))
    }

    /// Those that did not come are forgotten.
    pub fn tick(&mut self, now: Timestamp) {
        let limit = WAIT.as_nanos();
        self.waiting
            .retain(|_, expectation| u128::from(now.since(expectation.since)) < limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(last: u8, port: u16) -> Endpoint {
        Endpoint::new(IpAddr::from([10, 0, 0, last]), port)
    }

    #[test]
    fn a_conversation_is_found_once_by_its_ends_and_in_time() {
        let mut expectations = Expectations::default();
        let start = Timestamp::from_nanos(0);
        let add = |expectations: &mut Expectations| {
            assert!(expectations.add(end(1, 0).ip, end(2, 5000), "ftp-data", b"RETR a", start));
        };
        add(&mut expectations);
        assert!(expectations.take(end(1, 99), end(2, 5001)).is_none());
        assert!(expectations.take(end(2, 99), end(1, 5000)).is_none());
        let found = expectations.take(end(1, 99), end(2, 5000)).unwrap();
        assert_eq!(
            (found.protocol, found.note.as_slice()),
            ("ftp-data", &b"RETR a"[..])
        );
        assert!(expectations.take(end(1, 99), end(2, 5000)).is_none());
        add(&mut expectations);
        expectations.tick(Timestamp::from_nanos(61_000_000_000));
        assert!(expectations.take(end(1, 99), end(2, 5000)).is_none());
    }

    #[test]
    fn no_more_are_waited_for_than_the_limit() {
        let mut expectations = Expectations::default();
        let add = |expectations: &mut Expectations, place: usize| {
            let listener = end(2, u16::try_from(place).unwrap());
            expectations.add(
                end(1, 0).ip,
                listener,
                "ftp-data",
                b"",
                Timestamp::default(),
            )
        };
        for place in 0..EXPECTED_FLOWS_MAX {
            assert!(add(&mut expectations, place));
        }
        assert!(!add(&mut expectations, EXPECTED_FLOWS_MAX));
        assert!(add(&mut expectations, 1));
    }
}
