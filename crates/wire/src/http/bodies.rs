//! Bodies as they come, up to the end of a message and what that means.

use super::body::{Body, Context, Files};
use super::chunk::Step;
use super::coding::Trouble;
use super::heads::begins_a_message;
use super::side::{ANSWER_START, Blank, Phase};
use super::state::Http;
use crate::limits::{HTTP_FIELD_BYTES_USUAL_MAX, HTTP_JUNK_LINE_BYTES_MAX};
use crate::protocol::{Direction, Parser, Visitor};
use crate::text::starts_with_ignoring_case;

impl Http {
    pub(super) fn in_chunks<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let (extension_name, length_name) = match direction {
            Direction::ToServer => ("request_chunk_extension", "invalid_request_chunk_len"),
            Direction::ToClient => ("response_chunk_extension", "invalid_response_chunk_len"),
        };
        let side = self.side(direction);
        let id = side.current;
        let Phase::Chunked(chunks) = &mut side.phase else {
            return bytes;
        };
        match chunks.step(bytes) {
            Step::More => b"",
            Step::Extension(rest) => {
                visitor.anomaly(extension_name, direction, id);
                rest
            }
            Step::Data(data, rest) => {
                self.body_bytes(direction, data, visitor);
                rest
            }
            Step::End(rest) => {
                self.message_ends(direction, true, visitor);
                rest
            }
            Step::Invalid(rest) => {
                let line = chunks.line().to_vec();
                visitor.anomaly(length_name, direction, id);
                match direction {
                    Direction::ToServer => {
                        self.message_ends(direction, false, visitor);
                        self.side(direction).phase = Phase::Lost;
                        self.feed(direction, &line, visitor);
                    }
                    // Clients show what is no chunk as it is.
                    Direction::ToClient => {
                        self.side(direction).phase = Phase::Open;
                        self.body_bytes(direction, &line, visitor);
                    }
                }
                rest
            }
        }
    }

    /// Whether an answer begins that has no status line, though one is waited for.
    pub(super) fn is_headless(&self, bytes: &[u8]) -> bool {
        let awaited = self
            .transactions
            .iter()
            .any(|transaction| transaction.response.is_none());
        let start: Vec<u8> = self
            .to_client
            .head
            .iter()
            .chain(bytes)
            .take(4)
            .copied()
            .collect();
        awaited
            && start
                .first()
                .is_some_and(|byte| !byte.is_ascii_whitespace())
            && !starts_with_ignoring_case(b"HTTP", &start)
    }

    /// A body without a head, as servers of old sent it; or a line of junk before the answer,
    /// which browsers pass over.
    pub(super) fn in_headless<'a>(
        &mut self,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = &mut self.to_client;
        let head_bytes = side.head.len();
        let wanted = match side.junk_line_bytes() {
            Some(line) => ANSWER_START
                .len()
                .saturating_sub(head_bytes.saturating_sub(line)),
            None => {
                let room = HTTP_JUNK_LINE_BYTES_MAX
                    .saturating_add(1)
                    .saturating_sub(head_bytes);
                let line = bytes.iter().position(|byte| *byte == b'\n');
                line.map_or(room, |end| end.saturating_add(1).min(room))
            }
        };
        let (taken, rest) = bytes.split_at_checked(wanted).unwrap_or((bytes, b""));
        side.head.extend_from_slice(taken);
        let is_body = match side.junk_line_bytes() {
            None => side.head.len() > HTTP_JUNK_LINE_BYTES_MAX,
            Some(line) => {
                let next = side.head.split_off(line);
                if next.eq_ignore_ascii_case(ANSWER_START) {
                    side.restart();
                    side.blank = Blank::No;
                    side.head = next;
                    return rest;
                }
                let can_begin = starts_with_ignoring_case(ANSWER_START, &next);
                side.head.extend_from_slice(&next);
                !can_begin
            }
        };
        if is_body {
            self.headless_body(visitor);
        }
        rest
    }

    pub(super) fn headless_body(&mut self, visitor: &mut dyn Visitor) {
        let id = self.answered_transaction(visitor);
        visitor.anomaly("response_line_invalid", Direction::ToClient, Some(id));
        if let Some(transaction) = self.transaction(id) {
            let name = transaction.normal_path.clone();
            let response = transaction.side_mut(Direction::ToClient);
            response.headers_done = true;
            response.body.files = Files::Whole(name);
        }
        let begun = std::mem::take(&mut self.to_client.head);
        self.to_client.current = Some(id);
        self.to_client.phase = Phase::Open;
        self.body_bytes(Direction::ToClient, &begun, visitor);
    }

    /// Whether the current request is of a kind that has a body.
    pub(super) fn may_have_body(&mut self, direction: Direction) -> bool {
        direction == Direction::ToServer
            && self
                .current(direction)
                .is_some_and(|transaction| matches!(transaction.method(), b"POST" | b"PUT"))
    }

    /// Behind a request that announced no body.
    pub(super) fn in_unannounced<'a>(
        &mut self,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = &mut self.to_server;
        let room = HTTP_FIELD_BYTES_USUAL_MAX.saturating_sub(side.head.len());
        let line = bytes.iter().position(|byte| *byte == b'\n');
        let wanted = line.map_or(room, |end| end.saturating_add(1).min(room));
        let (taken, rest) = bytes.split_at_checked(wanted).unwrap_or((bytes, b""));
        side.head.extend_from_slice(taken);
        let full = side.head.len() >= HTTP_FIELD_BYTES_USUAL_MAX;
        if !full && side.head.last() != Some(&b'\n') {
            return rest;
        }
        if side.head.trim_ascii().is_empty() {
            side.head.clear();
        } else if begins_a_message(Direction::ToServer, &side.head) {
            let line = std::mem::take(&mut side.head);
            self.message_ends(Direction::ToServer, true, visitor);
            self.to_server.head = line;
            self.first_line_complete(Direction::ToServer, visitor);
        } else {
            self.unannounced_body(visitor);
        }
        rest
    }

    /// What follows is the body that was not announced.
    fn unannounced_body(&mut self, visitor: &mut dyn Visitor) {
        let begun = std::mem::take(&mut self.to_server.head);
        let id = self.to_server.current;
        visitor.anomaly("request_body_unexpected", Direction::ToServer, id);
        self.to_server.phase = Phase::Open;
        self.body_bytes(Direction::ToServer, &begun, visitor);
    }

    /// No more comes behind a request that announced no body.
    pub(super) fn unannounced_ends(&mut self, visitor: &mut dyn Visitor) {
        if !self.to_server.head.is_empty() {
            self.unannounced_body(visitor);
        }
        self.message_ends(Direction::ToServer, true, visitor);
    }

    /// The answer to a request begins: a body that was not announced is over.
    pub(super) fn answer_begins(&mut self, id: u64, visitor: &mut dyn Visitor) {
        if self.to_server.current != Some(id) {
            return;
        }
        match self.to_server.phase {
            Phase::Unannounced => self.unannounced_ends(visitor),
            Phase::Open => self.message_ends(Direction::ToServer, true, visitor),
            _ => {}
        }
    }

    pub(super) fn body_bytes(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        if bytes.is_empty() {
            return;
        }
        let mut trouble = None;
        self.with_body(direction, visitor, |body, context| {
            trouble = body.push(bytes, context).err();
        });
        let id = self.side(direction).current;
        match trouble {
            Some(Trouble::Failed) => {
                visitor.anomaly("gzip_decompression_failed", direction, id);
            }
            Some(Trouble::Bomb) => visitor.anomaly("compression_bomb", direction, id),
            None => {}
        }
        if let Some(transaction) = self.current(direction)
            && let Some(message) = transaction.side(direction)
            && message.body.is_full()
            && !message.told
        {
            transaction.side_mut(direction).told = true;
            visitor.side_complete(transaction, direction);
        }
    }

    /// Works on the current body, with the rest of the transaction at hand.
    pub(super) fn with_body(
        &mut self,
        direction: Direction,
        visitor: &mut dyn Visitor,
        work: impl FnOnce(&mut Body, &mut Context<'_>),
    ) {
        let mut next_file = self.next_file;
        if let Some(transaction) = self.current(direction) {
            let mut body = std::mem::take(&mut transaction.side_mut(direction).body);
            work(
                &mut body,
                &mut Context {
                    visitor,
                    next_file: &mut next_file,
                    direction,
                    transaction,
                },
            );
            transaction.side_mut(direction).body = body;
        }
        self.next_file = next_file;
    }

    /// The current message of a direction is over.
    pub(super) fn message_ends(
        &mut self,
        direction: Direction,
        complete: bool,
        visitor: &mut dyn Visitor,
    ) {
        self.with_body(direction, visitor, |body, context| {
            body.finish(complete, context);
        });
        let mut tunnel = None;
        if let Some(transaction) = self.current(direction) {
            let message = transaction.side_mut(direction);
            message.done = true;
            if !message.told {
                message.told = true;
                visitor.side_complete(transaction, direction);
            }
            if transaction.is_connect() {
                tunnel = Some(transaction.status);
            }
            let switches = transaction.switches_protocol();
            let next = switches.then(|| transaction.next_protocol()).flatten();
            let is_over = transaction.response.as_ref().is_some_and(|side| side.done)
                && transaction.request.as_ref().is_none_or(|side| side.done);
            let id = transaction.id;
            if is_over {
                self.transactions.retain(|known| {
                    let over = known.id == id;
                    if over {
                        visitor.transaction_complete(known);
                    }
                    !over
                });
            }
            if direction == Direction::ToClient && switches {
                self.tunnelled = true;
                self.next = next;
            }
        }
        self.side(direction).restart();
        match (direction, tunnel) {
            (Direction::ToServer, Some(_)) => {
                self.to_server.phase = Phase::Tunnel(Vec::new());
            }
            (Direction::ToClient, Some(status)) => self.tunnel_answered(status, visitor),
            _ => {}
        }
    }

    /// The server agreed to a tunnel, or did not.
    pub(super) fn tunnel_answered(&mut self, status: Option<u16>, visitor: &mut dyn Visitor) {
        if status.is_some_and(|status| status / 100 == 2) {
            self.tunnelled = true;
        } else if let Phase::Tunnel(held) = std::mem::take(&mut self.to_server.phase) {
            self.feed(Direction::ToServer, &held, visitor);
        }
    }
}
