//! Does a conversation begin with remote procedure calls?

use super::parser::{self, DATAGRAM_HEADER_BYTES, HEADER_BYTES, kind};
use crate::protocol::{Direction, Probe};

/// How a connection-oriented message begins, as far as bytes are there.
fn can_begin(bytes: &[u8]) -> bool {
    let fits = |place: usize, test: fn(u8) -> bool| bytes.get(place).is_none_or(|byte| test(*byte));
    fits(0, |version| version == 5)
        && fits(1, |minor| minor <= 1)
        && fits(2, |kind| kind <= kind::ORPHANED)
        && fits(4, |label| label & 0x0f <= 1 && label >> 4 <= 1)
        && fits(5, |float| float <= 3)
        && fits(6, |zero| zero == 0)
        && fits(7, |zero| zero == 0)
}

/// Whether `bytes` begin with a whole header whose type travels that way.
pub fn begins(direction: Direction, bytes: &[u8]) -> bool {
    parser::header(bytes).is_some_and(|header| {
        let may_travel = match direction {
            Direction::ToServer => matches!(
                header.kind,
                kind::REQUEST
                    | kind::BIND
                    | kind::ALTER_CONTEXT
                    | kind::AUTH3
                    | kind::CANCEL
                    | kind::ORPHANED
            ),
            Direction::ToClient => matches!(
                header.kind,
                kind::RESPONSE
                    | kind::FAULT
                    | kind::BIND_ACK
                    | kind::BIND_NAK
                    | kind::ALTER_CONTEXT_RESPONSE
                    | kind::SHUTDOWN
            ),
        };
        may_travel && header.auth_length < header.length
    })
}

/// A stream.
pub(super) fn stream(direction: Direction, bytes: &[u8]) -> Probe {
    if bytes.len() < HEADER_BYTES {
        return if can_begin(bytes) {
            Probe::Unsure
        } else {
            Probe::No
        };
    }
    if begins(direction, bytes) {
        Probe::Yes
    } else {
        Probe::No
    }
}

/// A datagram.
pub(super) fn datagram(_: Direction, bytes: &[u8]) -> Probe {
    let whole = parser::datagram(bytes).is_some_and(|message| {
        let room = bytes.len().saturating_sub(DATAGRAM_HEADER_BYTES);
        // What follows the data is an authentication verifier.
        room.saturating_sub(message.stub.len()) <= 128 && message.activity != [0; 16]
    });
    if whole { Probe::Yes } else { Probe::No }
}
