//! Follows one rule: where it was asked, how far it came, and what was there where it failed.
//!
//! What is told here is what the engine itself found; nothing is judged a second time.

use crate::limits::{WATCHED_FLOWS_MAX, WATCHED_MATCHES_MAX};
use event::{Endpoint, Transport};
use flow::Moment;
use std::sync::{Mutex, PoisonError};
use wire::protocol::Direction;

/// The rule that is followed, and what was seen of it since the log was taken last.
#[derive(Debug, Default)]
pub struct Watch {
    log: Mutex<WatchLog>,
}

/// What became of the rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchLog {
    /// How often it was asked.
    pub asked: u64,
    /// How often it matched; thresholds come later.
    pub matched: u64,
    /// The first matches, at most [`WATCHED_MATCHES_MAX`].
    pub matches: Vec<Attempt>,
    /// For each flow (and all packets without one) the attempt that came furthest; at most [`WATCHED_FLOWS_MAX`],
    /// of which those that came least far go first.
    pub nearest: Vec<Attempt>,
}

/// One time that the rule was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Packet and its time.
    pub moment: Moment,
    /// Number of the flow.
    pub flow: Option<u64>,
    /// Sender and receiver.
    pub ends: Option<(Endpoint, Endpoint)>,
    /// Protocol over IP.
    pub transport: Option<Transport>,
    /// What the flow was known to speak.
    pub speaks: Option<&'static str>,
    /// Way of the bytes.
    pub direction: Direction,
    /// The first condition that did not hold; None after a match.
    pub failure: Option<Failure>,
}

/// A condition that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Protocol over IP in the rule's head.
    Transport,
    /// Application protocol in the rule's head.
    Application,
    /// Addresses or ports in the rule's head.
    Ends,
    /// `flow`
    Flow,
    /// The test of this number of what the flow remembers, in the order written.
    Memory(usize),
    /// One of the tests of packet headers and sizes, with what the packet has.
    Packet {
        /// Place among the rule's tests, in the order in which they are made.
        test: usize,
        /// The number that the packet has, where it is a test of a number.
        found: Option<u64>,
    },
    /// An event that did not happen (or happened).
    Event,
    /// The test of this number of the transaction, in the order written.
    Number(usize),
    /// The test of this number of the file, in the order written.
    File(usize),
    /// The payload is encrypted or lies outside of what the rule is about.
    Payload,
    /// The place in the stream is none where the rule is asked.
    Place,
    /// A step in a buffer.
    Bytes(NearMiss),
}

/// How far a rule came in a buffer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NearMiss {
    /// Place of the buffer among the rule's.
    pub chain: usize,
    /// Step that failed.
    pub step: usize,
    /// The buffer is not there at all.
    pub missing: bool,
    /// Bytes in the buffer.
    pub length: usize,
    /// End of the match before, from which a relative step counts.
    pub cursor: usize,
    /// Bytes of the buffer where the step looked.
    pub excerpt: Vec<u8>,
    /// Position of the excerpt in the buffer.
    pub excerpt_start: usize,
}

impl Failure {
    /// How far the rule came: larger is further. The order is that in which the engine asks.
    pub fn progress(&self) -> (u8, usize, usize) {
        match self {
            Self::Transport => (0, 0, 0),
            Self::Application => (1, 0, 0),
            Self::Ends => (2, 0, 0),
            Self::Flow => (3, 0, 0),
            Self::Memory(test) => (4, *test, 0),
            Self::Place | Self::Payload => (5, 0, 0),
            Self::Packet { test, .. } => (6, *test, 0),
            Self::Event => (7, 0, 0),
            Self::File(test) => (8, *test, 0),
            Self::Number(test) => (9, *test, 0),
            Self::Bytes(near) => (10, near.chain, near.step),
        }
    }
}

impl Attempt {
    fn progress(&self) -> (u8, usize, usize) {
        self.failure
            .as_ref()
            .map_or((u8::MAX, 0, 0), Failure::progress)
    }
}

impl Watch {
    /// What was seen since; the log begins anew. The nearest attempts come first.
    pub fn take(&self) -> WatchLog {
        let mut log = std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner));
        log.nearest.sort_by_key(|attempt| {
            let place = attempt.moment.packet_number;
            (std::cmp::Reverse(attempt.progress()), place)
        });
        log
    }

    pub(crate) fn tell(&self, attempt: Attempt) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.asked = log.asked.saturating_add(1);
        if attempt.failure.is_none() {
            log.matched = log.matched.saturating_add(1);
            if log.matches.len() < WATCHED_MATCHES_MAX {
                log.matches.push(attempt);
            }
            return;
        }
        let nearest = &mut log.nearest;
        let known = nearest.iter().position(|known| known.flow == attempt.flow);
        if known.is_none() && nearest.len() < WATCHED_FLOWS_MAX {
            nearest.push(attempt);
            return;
        }
        let least = || {
            let places = (0_usize..).zip(&*nearest);
            places.min_by_key(|(_, known)| known.progress())
        };
        let place = known.or_else(|| least().map(|(place, _)| place));
        if let Some(known) = place.and_then(|place| nearest.get_mut(place))
            && known.progress() < attempt.progress()
        {
            *known = attempt;
        }
    }
}
