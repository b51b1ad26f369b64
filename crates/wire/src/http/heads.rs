//! First lines and headers as they come, and which transaction they belong to.

use super::chunk::Chunks;
use super::parser::{request_line, status_line};
use super::side::Phase;
use super::state::{Http, Next, end};
use super::transaction::{HttpTransaction, Length};
use crate::frame::Frame;
use crate::limits::{HTTP_HELD_BYTES_MAX, HTTP_TRANSACTIONS_MAX};
use crate::protocol::{Direction, Visitor};
use crate::text::starts_with_ignoring_case;

impl Http {
    pub(super) fn in_first_line<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        if direction == Direction::ToClient && self.is_headless(bytes) {
            self.to_client.phase = Phase::Headless;
            return bytes;
        }
        let side = self.side(direction);
        let Some((rest, blank)) = side.gather(bytes) else {
            return b"";
        };
        if blank {
            side.restart();
        } else {
            self.first_line_complete(direction, visitor);
        }
        rest
    }

    /// Looks for a line that begins a message.
    pub(super) fn in_wreckage<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = self.side(direction);
        let Some((rest, _)) = side.gather(bytes) else {
            return b"";
        };
        if begins_a_message(direction, &side.head) {
            self.first_line_complete(direction, visitor);
        } else {
            side.restart();
            side.phase = Phase::Lost;
        }
        rest
    }

    pub(super) fn first_line_complete(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        side.line_bytes = side.head.len();
        let id = match direction {
            Direction::ToServer => {
                let line = request_line(&side.head);
                if !line.names_http() && !is_method(line.method) {
                    side.restart();
                    side.phase = Phase::Lost;
                    visitor.anomaly("request_line_invalid", direction, None);
                    return;
                }
                let is_oldest = line.protocol.is_none();
                let id = self.begin_transaction(visitor);
                if is_oldest {
                    self.side(direction).current = Some(id);
                    self.oldest_request(id, visitor);
                    return;
                }
                id
            }
            Direction::ToClient => self.answered_transaction(visitor),
        };
        let side = self.side(direction);
        side.current = Some(id);
        side.phase = Phase::Headers;
    }

    /// HTTP/0.9: the line is all there is.
    pub(super) fn oldest_request(&mut self, id: u64, visitor: &mut dyn Visitor) {
        let head = std::mem::take(&mut self.to_server.head);
        if let Some(transaction) = self.transaction(id) {
            let request = transaction.side_mut(Direction::ToServer);
            request.line_bytes = head.len();
            request.head = head;
            request.headers_done = true;
            transaction.request_line_read();
        }
        let name = "request_line_missing_protocol";
        visitor.anomaly(name, Direction::ToServer, Some(id));
        self.message_ends(Direction::ToServer, true, visitor);
    }

    pub(super) fn begin_transaction(&mut self, visitor: &mut dyn Visitor) -> u64 {
        let held: usize = self
            .transactions
            .iter()
            .map(HttpTransaction::held_bytes)
            .sum();
        if self.transactions.len() >= HTTP_TRANSACTIONS_MAX || held > HTTP_HELD_BYTES_MAX {
            self.give_up_oldest(visitor);
        }
        let id = self.next_transaction;
        self.next_transaction = id.saturating_add(1);
        self.transactions.push_back(HttpTransaction {
            id,
            ..HttpTransaction::default()
        });
        id
    }

    pub(super) fn give_up_oldest(&mut self, visitor: &mut dyn Visitor) {
        let oldest = self.transactions.front().map(|transaction| transaction.id);
        for direction in [Direction::ToServer, Direction::ToClient] {
            // The rest of a body on its way is passed over.
            if oldest.is_some() && self.side(direction).current == oldest {
                self.with_body(direction, visitor, |body, context| {
                    body.finish(false, context);
                });
            }
        }
        if let Some(transaction) = self.transactions.pop_front() {
            end(transaction, visitor);
        }
    }

    /// The transaction that an answer belongs to: the oldest without one.
    pub(super) fn answered_transaction(&mut self, visitor: &mut dyn Visitor) -> u64 {
        let waiting = self
            .transactions
            .iter()
            .find(|transaction| transaction.response.is_none())
            .map(|transaction| transaction.id);
        if let Some(id) = waiting {
            self.answer_begins(id, visitor);
            return id;
        }
        let id = self.begin_transaction(visitor);
        visitor.anomaly(
            "unable_to_match_response_to_request",
            Direction::ToClient,
            Some(id),
        );
        id
    }

    pub(super) fn in_headers<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let mut rest = bytes;
        loop {
            let Some((after, blank)) = self.side(direction).gather(rest) else {
                return b"";
            };
            rest = after;
            if blank {
                break;
            }
        }
        self.head_complete(direction, rest, visitor)
    }

    /// All of a head is there; `rest` follows it.
    pub(super) fn head_complete<'a>(
        &mut self,
        direction: Direction,
        rest: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let Some((id, length)) = self.read_head(direction, visitor) else {
            // The transaction was given up meanwhile, or this was an interim answer.
            return rest;
        };
        let side = self.side(direction);
        side.current = Some(id);
        match length {
            Length::Known(left) if left > 0 => side.phase = Phase::Counted(left),
            Length::Chunked => side.phase = Phase::Chunked(Chunks::default()),
            Length::Open => side.phase = Phase::Open,
            Length::None if self.may_have_body(direction) => {
                self.to_server.phase = Phase::Unannounced;
            }
            Length::None | Length::Known(_) => {
                self.message_ends(direction, true, visitor);
                if direction == Direction::ToClient {
                    return self.after_answer(rest, visitor);
                }
            }
        }
        rest
    }

    pub(super) fn read_head(
        &mut self,
        direction: Direction,
        visitor: &mut dyn Visitor,
    ) -> Option<(u64, Length)> {
        let side = self.side(direction);
        let head = std::mem::take(&mut side.head);
        let line_bytes = side.line_bytes;
        let overflow = side.overflow;
        let current = side.current;
        side.restart();
        let id = current?;
        let transaction = self.transaction(id)?;
        let message = transaction.side_mut(direction);
        message.line_bytes = line_bytes;
        message.head = head;
        let mut names = Vec::new();
        let mut report = |name| names.push(name);
        let length = match direction {
            Direction::ToServer => {
                transaction.request_line_read();
                if overflow {
                    report("request_field_too_long");
                }
                transaction.request_headers_read(&mut report)
            }
            Direction::ToClient => {
                transaction.status_line_read();
                if is_interim(transaction.status) {
                    // An interim answer: the real one follows.
                    transaction.response = None;
                    return None;
                }
                if overflow {
                    report("response_field_too_long");
                }
                if transaction.status.is_none() {
                    report("response_invalid_status");
                }
                transaction.response_headers_read(&mut report)
            }
        };
        for name in names {
            visitor.anomaly(name, direction, Some(id));
        }
        self.tell_frame(id, direction, length, visitor);
        Some((id, length))
    }

    /// A message as a frame, from its first line on; of its body only the length is told.
    fn tell_frame(
        &mut self,
        id: u64,
        direction: Direction,
        length: Length,
        visitor: &mut dyn Visitor,
    ) {
        let Some(transaction) = self.transaction(id) else {
            return;
        };
        let head = transaction
            .side(direction)
            .map_or(&b""[..], |message| &message.head);
        let body = match length {
            Length::None => Some(0),
            Length::Known(bytes) => Some(bytes),
            Length::Chunked | Length::Open => None,
        };
        visitor.frame(&Frame {
            name: match direction {
                Direction::ToServer => "request",
                Direction::ToClient => "response",
            },
            direction,
            bytes: head,
            length: body.map(|body| body.saturating_add(head.len() as u64)),
            transaction_id: Some(id),
        });
    }

    /// The stream ends, or breaks, in a head: what there is of it is told.
    pub(super) fn head_ends_early(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        if matches!(side.phase, Phase::Line) {
            let worth_telling = match direction {
                Direction::ToServer => {
                    let line = request_line(&side.head);
                    is_method(line.method) && !line.uri.is_empty()
                }
                Direction::ToClient => {
                    status_line(&side.head).is_some_and(|line| !line.code.is_empty())
                }
            };
            if !worth_telling {
                return;
            }
            self.first_line_complete(direction, visitor);
        }
        if matches!(self.side(direction).phase, Phase::Headers)
            && let Some((id, _)) = self.read_head(direction, visitor)
        {
            self.side(direction).current = Some(id);
            self.message_ends(direction, false, visitor);
        }
    }

    /// A tunnel, or another protocol, begins behind some answers.
    pub(super) fn after_answer<'a>(
        &mut self,
        rest: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        if self.tunnelled {
            let name = match self.next.take() {
                Some(Next::Http2(request)) => {
                    visitor.change_protocol(Some("http2"), Direction::ToServer, &request);
                    Some("http2")
                }
                Some(Next::WebSocket) => Some("websocket"),
                None => None,
            };
            visitor.change_protocol(name, Direction::ToClient, rest);
            if let Phase::Tunnel(held) = std::mem::take(&mut self.to_server.phase)
                && !held.is_empty()
            {
                visitor.change_protocol(name, Direction::ToServer, &held);
            }
            return b"";
        }
        rest
    }
}

const fn is_interim(status: Option<u16>) -> bool {
    matches!(status, Some(100 | 102..=199))
}

/// Whether a word can be a method.
pub(super) fn is_method(word: &[u8]) -> bool {
    !word.is_empty()
        && word.len() <= 32
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether a line begins a message, for those who lost their way.
pub(super) fn begins_a_message(direction: Direction, line: &[u8]) -> bool {
    match direction {
        Direction::ToClient => starts_with_ignoring_case(line, b"HTTP/"),
        Direction::ToServer => {
            let line = request_line(line);
            is_method(line.method) && line.names_http()
        }
    }
}
