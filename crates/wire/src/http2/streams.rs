//! The life of streams: opened, told, closed.

use super::carried;
use super::parser::kind;
use super::state::Http2;
use super::transaction::{Http2Transaction, Message, Part, Said};
use crate::http::body::{Body, Context};
use crate::http::coding::Trouble;
use crate::limits::{
    HTTP2_DNS_BYTES_MAX, HTTP2_HELD_BYTES_MAX, HTTP2_RESETS_MAX, HTTP2_STREAMS_MAX,
};
use crate::protocol::{Direction, Visitor};

impl Http2 {
    /// A header block begins on a stream: it is opened unless it is open, or long closed.
    pub(super) fn open(&mut self, direction: Direction, stream: u32, visitor: &mut dyn Visitor) {
        if self.streams.contains_key(&stream) {
            return;
        }
        if stream <= self.highest {
            match direction {
                Direction::ToServer => visitor.anomaly("stream_id_reuse", direction, None),
                // The rest of an answer to a request that was taken back.
                Direction::ToClient => return,
            }
        }
        self.highest = self.highest.max(stream);
        let held: usize = self
            .streams
            .values()
            .map(Http2Transaction::held_bytes)
            .sum();
        if self.streams.len() >= HTTP2_STREAMS_MAX || held > HTTP2_HELD_BYTES_MAX {
            visitor.anomaly("too_many_streams", direction, None);
            if let Some((oldest, _)) = self.streams.first_key_value() {
                self.close(*oldest, visitor);
            }
        }
        let transaction = self.new_transaction(stream, direction);
        self.streams.insert(stream, transaction);
    }

    fn new_transaction(&mut self, stream: u32, direction: Direction) -> Http2Transaction {
        Http2Transaction {
            id: self.next_id(),
            stream,
            begun_by_server: direction == Direction::ToClient,
            ..Http2Transaction::default()
        }
    }

    /// Takes down what a frame of a stream said.
    pub(super) fn note(&mut self, direction: Direction, stream: u32, said: Said) {
        if let Some(transaction) = self.streams.get_mut(&stream) {
            transaction.side_mut(direction).note(said);
        }
    }

    /// PRIORITY, WINDOW_UPDATE, or a frame of a kind that we do not know.
    pub(super) fn stream_frame(
        &mut self,
        direction: Direction,
        stream: u32,
        frame_kind: u8,
        payload: &[u8],
    ) {
        // Streams that exist for their priority alone are opened as well (RFC 7540, 5.3).
        if frame_kind == kind::PRIORITY
            && stream > self.highest
            && self.streams.len() < HTTP2_STREAMS_MAX
            && !self.streams.contains_key(&stream)
        {
            let transaction = self.new_transaction(stream, direction);
            self.streams.insert(stream, transaction);
        }
        self.note(direction, stream, Said::Kind(frame_kind));
        match (frame_kind, payload) {
            (kind::PRIORITY, [_, _, _, _, weight, ..]) => {
                self.note(direction, stream, Said::Priority(*weight));
            }
            (kind::WINDOW_UPDATE, [a, b, c, d]) => {
                let step = u32::from_be_bytes([*a & 0x7f, *b, *c, *d]);
                self.note(direction, stream, Said::Window(step));
            }
            _ => {}
        }
    }

    /// A frame of the connection itself is a transaction of its own.
    pub(super) fn connection_frame(
        &mut self,
        direction: Direction,
        frame_kind: u8,
        visitor: &mut dyn Visitor,
        fill: impl FnOnce(&mut Message),
    ) {
        let mut transaction = self.new_transaction(0, direction);
        let message = transaction.side_mut(direction);
        message.note(Said::Kind(frame_kind));
        fill(message);
        message.told = true;
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }

    /// The fields that begin a message are complete.
    pub(super) fn headers_done(
        &mut self,
        direction: Direction,
        stream: u32,
        visitor: &mut dyn Visitor,
    ) {
        let Some(transaction) = self.streams.get_mut(&stream) else {
            return;
        };
        match direction {
            Direction::ToServer => {
                if let Some(settings) = transaction.request.value(b"http2-settings")
                    && carried::from_base64(settings).is_none_or(|bytes| bytes.len() % 6 != 0)
                {
                    let id = Some(transaction.id);
                    visitor.anomaly("invalid_http1_settings", direction, id);
                }
                let question = carried::question(transaction);
                transaction.carries_dns |= question.is_some();
                if transaction.carries_dns && !self.carries_dns {
                    self.carries_dns = true;
                    visitor.known_as("doh2");
                }
                if let Some(carried::Question::InPath(message)) = question {
                    let id = self.next_id();
                    carried::tell(id, direction, &message, visitor);
                }
            }
            Direction::ToClient => {
                if transaction.request.headers_done {
                    // Who answers has heard enough; the request's body may go on for hours.
                    tell(transaction, Direction::ToServer, visitor);
                }
            }
        }
    }

    /// Bytes of a body.
    pub(super) fn body_bytes(
        &mut self,
        direction: Direction,
        stream: u32,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        if bytes.is_empty() {
            return;
        }
        let mut trouble = None;
        let mut crossed = false;
        self.with_body(direction, stream, visitor, |body, context| {
            let before = body.decoded;
            trouble = body.push(bytes, context).err();
            crossed = before <= HTTP2_DNS_BYTES_MAX && body.decoded > HTTP2_DNS_BYTES_MAX;
        });
        let Some(transaction) = self.streams.get_mut(&stream) else {
            return;
        };
        let id = Some(transaction.id);
        match trouble {
            Some(Trouble::Failed) => visitor.anomaly("failed_decompression", direction, id),
            Some(Trouble::Bomb) => visitor.anomaly("compression_bomb", direction, id),
            None => {}
        }
        if crossed && transaction.carries_dns {
            let name = match direction {
                Direction::ToServer => "dns_request_too_long",
                Direction::ToClient => "dns_response_too_long",
            };
            visitor.anomaly(name, direction, id);
        }
        let message = transaction.side_mut(direction);
        message.late_body |= message.told;
        if message.body.is_full() {
            tell(transaction, direction, visitor);
        }
    }

    /// Bytes of a body are missing.
    pub(super) fn body_gap(
        &mut self,
        direction: Direction,
        stream: u32,
        missing: u64,
        visitor: &mut dyn Visitor,
    ) {
        self.with_body(direction, stream, visitor, |body, context| {
            body.gap(missing, context);
        });
    }

    fn with_body(
        &mut self,
        direction: Direction,
        stream: u32,
        visitor: &mut dyn Visitor,
        work: impl FnOnce(&mut Body, &mut Context<'_>),
    ) {
        if let Some(transaction) = self.streams.get_mut(&stream) {
            with_body(transaction, direction, &mut self.next_file, visitor, work);
        }
    }

    /// One side has said all that it will.
    pub(super) fn side_ends(
        &mut self,
        direction: Direction,
        stream: u32,
        complete: bool,
        visitor: &mut dyn Visitor,
    ) {
        let Some(transaction) = self.streams.get_mut(&stream) else {
            return;
        };
        end_side(
            transaction,
            direction,
            complete,
            &mut self.next_file,
            &mut self.next_transaction,
            visitor,
        );
        if transaction.request.ended && transaction.response.ended {
            self.close(stream, visitor);
        }
    }

    /// A stream is given up by one side.
    pub(super) fn reset(
        &mut self,
        direction: Direction,
        stream: u32,
        code: Option<u32>,
        visitor: &mut dyn Visitor,
    ) {
        self.note(direction, stream, Said::Kind(kind::RST_STREAM));
        if let Some(code) = code {
            self.note(direction, stream, Said::Error(code));
        }
        let is_taken_back = direction == Direction::ToServer
            && self
                .streams
                .get(&stream)
                .is_some_and(|transaction| !transaction.response.ended);
        if is_taken_back {
            self.resets = self.resets.saturating_add(1);
            if self.resets == HTTP2_RESETS_MAX {
                visitor.anomaly("rapid_reset", direction, None);
            }
        }
        self.close(stream, visitor);
    }

    /// Tells a stream to its end.
    pub(super) fn close(&mut self, stream: u32, visitor: &mut dyn Visitor) {
        let Some(mut transaction) = self.streams.remove(&stream) else {
            return;
        };
        for direction in [Direction::ToServer, Direction::ToClient] {
            if transaction.side(direction).is_seen() {
                end_side(
                    &mut transaction,
                    direction,
                    false,
                    &mut self.next_file,
                    &mut self.next_transaction,
                    visitor,
                );
                self.tell_late(&mut transaction, direction, visitor);
            }
        }
        visitor.transaction_complete(&transaction);
    }

    /// Tells what came after a side was told, a reset or a body that went on, as a transaction of its own.
    fn tell_late(
        &mut self,
        transaction: &mut Http2Transaction,
        direction: Direction,
        visitor: &mut dyn Visitor,
    ) {
        if transaction.side(direction).late.kinds.is_empty() {
            return;
        }
        let id = std::mem::replace(&mut transaction.id, self.next_id());
        transaction.part = Part::Late;
        visitor.side_complete(transaction, direction);
        visitor.transaction_complete(transaction);
        transaction.part = Part::Whole;
        transaction.id = id;
    }

    fn next_id(&mut self) -> u64 {
        let id = self.next_transaction;
        self.next_transaction = id.saturating_add(1);
        id
    }
}

/// Ends a body and tells its side.
fn end_side(
    transaction: &mut Http2Transaction,
    direction: Direction,
    complete: bool,
    next_file: &mut u64,
    next_transaction: &mut u64,
    visitor: &mut dyn Visitor,
) {
    if transaction.side(direction).ended {
        return;
    }
    with_body(
        transaction,
        direction,
        next_file,
        visitor,
        |body, context| {
            body.finish(complete, context);
        },
    );
    let message = transaction.side_mut(direction);
    message.ended = true;
    if transaction.carries_dns && carried::is_dns(transaction.side(direction)) {
        let body = &transaction.side(direction).body.held;
        if !body.is_empty() {
            let id = *next_transaction;
            *next_transaction = id.saturating_add(1);
            carried::tell(id, direction, body, visitor);
        }
    }
    tell(transaction, direction, visitor);
}

/// Tells a side, unless that was done.
fn tell(transaction: &mut Http2Transaction, direction: Direction, visitor: &mut dyn Visitor) {
    let message = transaction.side_mut(direction);
    if !message.told {
        message.told = true;
        visitor.side_complete(transaction, direction);
    }
}

/// Works on a body, with the rest of the transaction at hand.
fn with_body(
    transaction: &mut Http2Transaction,
    direction: Direction,
    next_file: &mut u64,
    visitor: &mut dyn Visitor,
    work: impl FnOnce(&mut Body, &mut Context<'_>),
) {
    let mut body = std::mem::take(&mut transaction.side_mut(direction).body);
    work(
        &mut body,
        &mut Context {
            visitor,
            next_file,
            direction,
            transaction,
        },
    );
    transaction.side_mut(direction).body = body;
}
