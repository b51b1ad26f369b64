//! Streams to transactions.

use super::body::{Body, Context};
use super::chunk::{Chunks, Step};
use super::coding::Trouble;
use super::parser::{request_line, status_line};
use super::transaction::{HttpTransaction, Length};
use crate::limits::{
    HTTP_HEAD_BYTES_MAX, HTTP_HELD_BYTES_MAX, HTTP_JUNK_LINE_BYTES_MAX, HTTP_TRANSACTIONS_MAX,
    HTTP_TUNNEL_HELD_BYTES_MAX,
};
use crate::protocol::{Direction, Parser, Visitor};
use crate::text::starts_with_ignoring_case;
use std::collections::VecDeque;

/// Where in a direction the stream stands.
#[derive(Debug, Default)]
enum Phase {
    /// Before or in a first line.
    #[default]
    Line,
    /// In what should be an answer's first line but is none.
    Headless,
    /// In the headers.
    Headers,
    /// In a body of this many more bytes.
    Counted(u64),
    /// In a chunked body.
    Chunked(Chunks),
    /// In a body that ends with the connection.
    Open,
    /// A tunnel was asked for; what is sent meanwhile is held.
    Tunnel(Vec<u8>),
    /// What came makes no sense, or was missed: until a line begins a message.
    Lost,
}

/// What an answer begins with.
const ANSWER_START: &[u8] = b"HTTP/";

/// Whether a line is empty: blanks and at most one CR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Blank {
    /// So far.
    #[default]
    Yes,
    /// So far, and its CR has been seen.
    Ending,
    /// It is not.
    No,
}

impl Blank {
    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Yes, b' ' | b'\t') => Self::Yes,
            (Self::Yes, b'\r') => Self::Ending,
            (Self::Yes | Self::Ending, b'\n') => self,
            _ => Self::No,
        }
    }
}

/// One direction.
#[derive(Default)]
struct Side {
    phase: Phase,
    /// First line and headers so far.
    head: Vec<u8>,
    /// Bytes of the first line, once it is complete.
    line_bytes: usize,
    /// Whether the current line is an empty one.
    blank: Blank,
    /// The head is longer than we keep.
    overflow: bool,
    /// The transaction it works on.
    current: Option<u64>,
    finished: bool,
}

impl Side {
    /// Gathers bytes up to the end of a line: what follows, and whether the line was empty; None
    /// while it is not complete.
    fn gather<'a>(&mut self, bytes: &'a [u8]) -> Option<(&'a [u8], bool)> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = match end {
            Some(end) => bytes.get(..end.saturating_add(1))?,
            None => bytes,
        };
        let room = HTTP_HEAD_BYTES_MAX.saturating_sub(self.head.len());
        self.head
            .extend_from_slice(part.get(..room).unwrap_or(part));
        self.overflow |= part.len() > room;
        for byte in part {
            self.blank = self.blank.after(*byte);
        }
        let after = bytes.get(end?.saturating_add(1)..)?;
        let was_blank = self.blank != Blank::No;
        self.blank = Blank::default();
        Some((after, was_blank))
    }

    /// Bytes of the line of junk before an answer, once it is complete.
    fn junk_line_bytes(&self) -> Option<usize> {
        let end = self.head.iter().position(|byte| *byte == b'\n')?;
        Some(end.saturating_add(1))
    }

    fn restart(&mut self) {
        self.head = Vec::new();
        self.line_bytes = 0;
        self.blank = Blank::default();
        self.overflow = false;
        self.current = None;
        self.phase = Phase::Line;
    }
}

/// One conversation.
pub struct Http {
    to_server: Side,
    to_client: Side,
    transactions: VecDeque<HttpTransaction>,
    next_transaction: u64,
    next_file: u64,
    tunnelled: bool,
}

impl Default for Http {
    fn default() -> Self {
        let mut http = Self {
            to_server: Side::default(),
            to_client: Side::default(),
            transactions: VecDeque::new(),
            next_transaction: 0,
            next_file: 0,
            tunnelled: false,
        };
        http.to_server.restart();
        http.to_client.restart();
        http
    }
}

impl Parser for Http {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.tunnelled {
            rest = self.advance(direction, rest, visitor);
        }
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        if self.tunnelled {
            return;
        }
        let side = self.side(direction);
        let goes_on = match &mut side.phase {
            Phase::Counted(left) => match left.checked_sub(missing) {
                Some(less) if less > 0 => {
                    *left = less;
                    true
                }
                Some(_) => {
                    *left = 0;
                    true
                }
                None => false,
            },
            Phase::Chunked(chunks) => chunks.skip(missing),
            Phase::Open => true,
            _ => false,
        };
        let in_body = matches!(
            side.phase,
            Phase::Counted(_) | Phase::Chunked(_) | Phase::Open
        );
        if in_body {
            self.with_body(direction, visitor, |body, context| {
                body.gap(missing, context);
            });
            if goes_on && !matches!(self.side(direction).phase, Phase::Counted(0)) {
                return;
            }
            self.message_ends(direction, goes_on, visitor);
            if goes_on {
                return;
            }
        } else {
            self.head_ends_early(direction, visitor);
        }
        let side = self.side(direction);
        side.restart();
        side.phase = Phase::Lost;
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        if self.side(direction).finished {
            return;
        }
        match &self.side(direction).phase {
            Phase::Line | Phase::Headers => self.head_ends_early(direction, visitor),
            Phase::Headless => {
                self.headless_body(visitor);
                self.message_ends(direction, true, visitor);
            }
            Phase::Open => self.message_ends(direction, true, visitor),
            Phase::Chunked(chunks) => {
                let complete = chunks.is_at_end();
                self.message_ends(direction, complete, visitor);
            }
            Phase::Counted(_) => self.message_ends(direction, false, visitor),
            Phase::Tunnel(_) | Phase::Lost => {}
        }
        self.side(direction).finished = true;
        if self.to_server.finished && self.to_client.finished {
            while let Some(transaction) = self.transactions.pop_front() {
                end(transaction, visitor);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.tunnelled
    }
}

/// Tells a transaction to its end.
fn end(mut transaction: HttpTransaction, visitor: &mut dyn Visitor) {
    for direction in [Direction::ToServer, Direction::ToClient] {
        let untold = transaction
            .side(direction)
            .is_some_and(|message| !message.told);
        if untold {
            transaction.side_mut(direction).told = true;
            visitor.side_complete(&transaction, direction);
        }
    }
    visitor.transaction_complete(&transaction);
}

impl Http {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn transaction(&mut self, id: u64) -> Option<&mut HttpTransaction> {
        self.transactions
            .iter_mut()
            .find(|transaction| transaction.id == id)
    }

    fn current(&mut self, direction: Direction) -> Option<&mut HttpTransaction> {
        let id = self.side(direction).current?;
        self.transaction(id)
    }

    /// Takes some bytes; what is left.
    fn advance<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        match &mut self.side(direction).phase {
            Phase::Line => self.in_first_line(direction, bytes, visitor),
            Phase::Headers => self.in_headers(direction, bytes, visitor),
            Phase::Counted(left) => {
                let taken = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                *left = left.saturating_sub(taken as u64);
                let ends = *left == 0;
                let (data, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, b""));
                self.body_bytes(direction, data, visitor);
                if ends {
                    self.message_ends(direction, true, visitor);
                }
                rest
            }
            Phase::Chunked(_) => self.in_chunks(direction, bytes, visitor),
            Phase::Headless => self.in_headless(bytes, visitor),
            Phase::Open => {
                self.body_bytes(direction, bytes, visitor);
                b""
            }
            Phase::Tunnel(held) => {
                let room = HTTP_TUNNEL_HELD_BYTES_MAX.saturating_sub(held.len());
                held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                b""
            }
            Phase::Lost => self.in_wreckage(direction, bytes, visitor),
        }
    }

    fn in_first_line<'a>(
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
    fn in_wreckage<'a>(
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

    fn first_line_complete(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        side.line_bytes = side.head.len();
        let id = match direction {
            Direction::ToServer => {
                let line = request_line(&side.head);
                if line.protocol.is_none() && !is_method(line.method) {
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
    fn oldest_request(&mut self, id: u64, visitor: &mut dyn Visitor) {
        let head = std::mem::take(&mut self.to_server.head);
        if let Some(transaction) = self.transaction(id) {
            let request = transaction.side_mut(Direction::ToServer);
            request.line_bytes = head.len();
            request.head = head;
            request.headers_done = true;
            transaction.request_line_read();
        }
        self.message_ends(Direction::ToServer, true, visitor);
    }

    fn begin_transaction(&mut self, visitor: &mut dyn Visitor) -> u64 {
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

    fn give_up_oldest(&mut self, visitor: &mut dyn Visitor) {
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
    fn answered_transaction(&mut self, visitor: &mut dyn Visitor) -> u64 {
        let waiting = self
            .transactions
            .iter()
            .find(|transaction| transaction.response.is_none())
            .map(|transaction| transaction.id);
        if let Some(id) = waiting {
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

    fn in_headers<'a>(
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
    fn head_complete<'a>(
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
            Length::None | Length::Known(_) => {
                self.message_ends(direction, true, visitor);
                if direction == Direction::ToClient {
                    return self.after_answer(rest, visitor);
                }
            }
        }
        rest
    }

    fn read_head(
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
        Some((id, length))
    }

    /// The stream ends, or breaks, in a head: what there is of it is told.
    fn head_ends_early(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
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
    fn after_answer<'a>(&mut self, rest: &'a [u8], visitor: &mut dyn Visitor) -> &'a [u8] {
        if self.tunnelled {
            visitor.change_protocol(None, Direction::ToClient, rest);
            if let Phase::Tunnel(held) = std::mem::take(&mut self.to_server.phase)
                && !held.is_empty()
            {
                visitor.change_protocol(None, Direction::ToServer, &held);
            }
            return b"";
        }
        rest
    }

    fn in_chunks<'a>(
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
    fn is_headless(&self, bytes: &[u8]) -> bool {
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
    fn in_headless<'a>(&mut self, bytes: &'a [u8], visitor: &mut dyn Visitor) -> &'a [u8] {
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

    fn headless_body(&mut self, visitor: &mut dyn Visitor) {
        let id = self.answered_transaction(visitor);
        visitor.anomaly("response_line_invalid", Direction::ToClient, Some(id));
        if let Some(transaction) = self.transaction(id) {
            let name = transaction.normal_path.clone();
            let response = transaction.side_mut(Direction::ToClient);
            response.headers_done = true;
            response.body.files = super::body::Files::Whole(name);
        }
        let begun = std::mem::take(&mut self.to_client.head);
        self.to_client.current = Some(id);
        self.to_client.phase = Phase::Open;
        self.body_bytes(Direction::ToClient, &begun, visitor);
    }

    fn body_bytes(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
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
    fn with_body(
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
    fn message_ends(&mut self, direction: Direction, complete: bool, visitor: &mut dyn Visitor) {
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
    fn tunnel_answered(&mut self, status: Option<u16>, visitor: &mut dyn Visitor) {
        if status.is_some_and(|status| status / 100 == 2) {
            self.tunnelled = true;
        } else if let Phase::Tunnel(held) = std::mem::take(&mut self.to_server.phase) {
            self.feed(Direction::ToServer, &held, visitor);
        }
    }
}

const fn is_interim(status: Option<u16>) -> bool {
    matches!(status, Some(100 | 102..=199))
}

/// Whether a word can be a method.
fn is_method(word: &[u8]) -> bool {
    !word.is_empty()
        && word.len() <= 32
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether a line begins a message, for those who lost their way.
fn begins_a_message(direction: Direction, line: &[u8]) -> bool {
    match direction {
        Direction::ToClient => starts_with_ignoring_case(line, b"HTTP/"),
        Direction::ToServer => {
            let line = request_line(line);
            is_method(line.method) && line.protocol.is_some()
        }
    }
}
