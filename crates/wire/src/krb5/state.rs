//! Streams and datagrams to transactions: each message stands alone.

use super::fields::{TCP, UDP};
use super::parser::{self, Message, kind};
use crate::limits::KRB5_MESSAGE_BYTES_MAX;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, ProtocolSpec, Visitor};

/// Bytes of the length before a message over TCP.
const LENGTH_BYTES: usize = 4;

/// One message.
pub struct Krb5Transaction {
    /// Number in the conversation.
    pub id: u64,
    /// Protocol told of.
    pub spec: &'static ProtocolSpec,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
    /// Type of the request before it, for failures.
    pub request: Option<u8>,
}

/// What messages have in common.
#[derive(Debug, Default)]
struct Messages {
    next: u64,
    request: Option<u8>,
}

impl Messages {
    fn take(
        &mut self,
        spec: &'static ProtocolSpec,
        direction: Direction,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let Some(message) = parser::message(bytes) else {
            visitor.anomaly("malformed_data", direction, None);
            return;
        };
        if matches!(message.kind, kind::AS_REQ | kind::TGS_REQ | kind::AP_REQ) {
            self.request = Some(message.kind);
        }
        let transaction = Krb5Transaction {
            id: self.next,
            spec,
            direction,
            message,
            request: self.request,
        };
        self.next = self.next.saturating_add(1);
        if transaction.message.encryption.is_some_and(parser::is_weak) {
            visitor.anomaly("weak_encryption", direction, Some(transaction.id));
        }
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }
}

/// Over UDP.
#[derive(Debug, Default)]
pub(super) struct Datagrams(Messages);

impl Parser for Datagrams {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.0.take(&UDP, direction, bytes, visitor);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}

/// One direction.
#[derive(Debug, Default)]
struct Side {
    pieces: Pieces,
    /// After a gap only a message's beginning is believed.
    lost: bool,
}

/// Over TCP.
#[derive(Debug, Default)]
pub(super) struct Stream {
    messages: Messages,
    to_server: Side,
    to_client: Side,
}

impl Stream {
    const fn parts(&mut self, direction: Direction) -> (&mut Side, &mut Messages) {
        match direction {
            Direction::ToServer => (&mut self.to_server, &mut self.messages),
            Direction::ToClient => (&mut self.to_client, &mut self.messages),
        }
    }
}

/// Length of the message that follows.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let length = bytes.first_chunk::<LENGTH_BYTES>()?;
    usize::try_from(u32::from_be_bytes(*length) & 0x7fff_ffff).ok()
}

impl Parser for Stream {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let (side, messages) = self.parts(direction);
        if side.lost {
            if bytes.get(LENGTH_BYTES..).and_then(parser::begins).is_none() {
                return;
            }
            side.lost = false;
        }
        side.pieces.feed(bytes, |bytes| {
            let after = bytes.get(LENGTH_BYTES..).unwrap_or_default();
            let (Some(whole), false) = (length(bytes), after.is_empty()) else {
                return Step::More;
            };
            // What begins must do so within the message: a byte behind it may not have come yet.
            if parser::begins(after.get(..whole).unwrap_or(after)).is_none() {
                visitor.anomaly("malformed_data", direction, None);
                return Step::Over;
            }
            let Some(message) = after.get(..whole.min(KRB5_MESSAGE_BYTES_MAX)) else {
                return Step::More;
            };
            messages.take(&TCP, direction, message, visitor);
            Step::Used(whole.saturating_add(LENGTH_BYTES) as u64)
        });
    }

    fn gap(&mut self, direction: Direction, _: u64, _: &mut dyn Visitor) {
        let (side, _) = self.parts(direction);
        *side = Side {
            lost: true,
            ..Side::default()
        };
    }

    fn finish(&mut self, direction: Direction, _: &mut dyn Visitor) {
        self.parts(direction).0.pieces = Pieces::default();
    }
}
