//! Datagrams and streams to transactions: each message stands alone.

use super::parser::{Head, Message, Problem, Start, head};
use crate::frame::Frame;
use crate::limits::SIP_BODY_BYTES_MAX;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, ProtocolSpec, Visitor};

/// One message.
pub struct SipTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Protocol told of.
    pub spec: &'static ProtocolSpec,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

/// Over UDP.
pub struct Datagrams {
    spec: &'static ProtocolSpec,
    next_id: u64,
}

impl Datagrams {
    /// A parser for one conversation.
    pub const fn new(spec: &'static ProtocolSpec) -> Self {
        Self { spec, next_id: 0 }
    }

    /// A message of which `bytes` are there, `length` in all.
    fn tell(
        &mut self,
        direction: Direction,
        head: Head,
        bytes: &[u8],
        length: u64,
        visitor: &mut dyn Visitor,
    ) {
        frames(self.next_id, direction, &head, bytes, length, visitor);
        let mut message = head.message;
        message.take_body(bytes.get(head.bytes..).unwrap_or_default());
        let transaction = SipTransaction {
            id: self.next_id,
            spec: self.spec,
            direction,
            message,
        };
        self.next_id = self.next_id.saturating_add(1);
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }
}

impl Parser for Datagrams {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        // What keeps a way through NAT open (RFC 5626, 4.4.1, and single bytes of older phones).
        if bytes.len() < 5 {
            return;
        }
        match head(bytes, 0) {
            Ok(head) => self.tell(direction, head, bytes, bytes.len() as u64, visitor),
            Err(Problem::Incomplete) => visitor.anomaly("incomplete_data", direction, None),
            Err(Problem::TooLong | Problem::Invalid) => {
                visitor.anomaly("invalid_data", direction, None);
            }
        }
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}

/// Over TCP.
pub struct Stream {
    messages: Datagrams,
    to_server: Side,
    to_client: Side,
}

#[derive(Default)]
struct Side {
    pieces: Pieces,
    /// The head of the message at the front, whose body is waited for.
    open: Option<Head>,
}

impl Stream {
    /// A parser for one conversation.
    pub fn new(spec: &'static ProtocolSpec) -> Self {
        Self {
            messages: Datagrams::new(spec),
            to_server: Side::default(),
            to_client: Side::default(),
        }
    }

    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn step(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        seen: usize,
        visitor: &mut dyn Visitor,
    ) -> Step {
        if self.side(direction).open.is_some() {
            return self.body(direction, bytes, visitor);
        }
        if matches!(bytes, [b'\r' | b'\n', ..]) {
            // Empty lines between messages keep a connection open (RFC 5626, 4.4.1).
            return Step::Used(1);
        }
        let head = match head(bytes, seen) {
            Ok(head) => head,
            Err(Problem::Incomplete) => return Step::More,
            Err(Problem::TooLong | Problem::Invalid) => {
                visitor.anomaly("invalid_data", direction, None);
                return Step::Over;
            }
        };
        self.side(direction).open = Some(head);
        self.body(direction, bytes, visitor)
    }

    fn body(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let Some(head) = self.side(direction).open.take() else {
            return Step::Over;
        };
        // Over a stream the length is required (RFC 3261, 18.3); without one there is no body.
        let body_bytes = head.body_bytes.unwrap_or(0);
        let length = (head.bytes as u64).saturating_add(body_bytes);
        let kept = usize::try_from(body_bytes)
            .unwrap_or(usize::MAX)
            .min(SIP_BODY_BYTES_MAX);
        let Some(bytes) = bytes.get(..head.bytes.saturating_add(kept)) else {
            self.side(direction).open = Some(head);
            return Step::More;
        };
        self.messages.tell(direction, head, bytes, length, visitor);
        Step::Used(length)
    }
}

impl Parser for Stream {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(&mut self.side(direction).pieces);
        pieces.feed_with_seen(bytes, |bytes, seen| {
            self.step(direction, bytes, seen, visitor)
        });
        self.side(direction).pieces = pieces;
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        if !self.side(direction).pieces.passes_over(missing) {
            self.finish(direction, visitor);
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        let mut pieces = std::mem::take(&mut side.pieces);
        match side.open.take() {
            // What the head says is known all the same.
            Some(head) => {
                let length = (head.bytes as u64).saturating_add(head.body_bytes.unwrap_or(0));
                self.messages
                    .tell(direction, head, pieces.held(), length, visitor);
            }
            None if !pieces.held().is_empty() => {
                visitor.anomaly("incomplete_data", direction, None);
            }
            None => {}
        }
        pieces.end();
        self.side(direction).pieces = pieces;
    }

    fn is_done(&self) -> bool {
        self.to_server.pieces.is_over() && self.to_client.pieces.is_over()
    }
}

/// A message as frames: whole, its first line, its headers without the empty line, its body.
fn frames(
    id: u64,
    direction: Direction,
    head: &Head,
    bytes: &[u8],
    length: u64,
    visitor: &mut dyn Visitor,
) {
    let [line, headers, body] = match head.message.start {
        Start::Request { .. } => ["request.line", "request.headers", "request.body"],
        Start::Response { .. } => ["response.line", "response.headers", "response.body"],
    };
    visitor.frame(&Frame {
        name: "pdu",
        direction,
        bytes,
        length: Some(length),
        transaction_id: Some(id),
    });
    let text = bytes.get(..head.text_bytes).unwrap_or(bytes);
    let line_bytes = text.iter().position(|byte| *byte == b'\n');
    let line_bytes = line_bytes.map_or(text.len(), |end| end.saturating_add(1));
    let (first, rest) = text.split_at_checked(line_bytes).unwrap_or((text, b""));
    for (name, bytes) in [(line, first), (headers, rest)] {
        if !bytes.is_empty() {
            visitor.frame(&Frame::whole(name, direction, bytes).in_transaction(id));
        }
    }
    let body_bytes = length.saturating_sub(head.bytes as u64);
    if body_bytes > 0 {
        visitor.frame(&Frame {
            name: body,
            direction,
            bytes: bytes.get(head.bytes..).unwrap_or_default(),
            length: Some(body_bytes),
            transaction_id: Some(id),
        });
    }
}
