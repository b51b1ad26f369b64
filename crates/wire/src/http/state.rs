//! Streams to transactions.

use super::side::{Phase, Side};
use super::transaction::HttpTransaction;
use crate::limits::HTTP_TUNNEL_HELD_BYTES_MAX;
use crate::protocol::{Direction, Parser, Visitor};
use std::collections::VecDeque;

/// One conversation.
pub struct Http {
    pub(super) to_server: Side,
    pub(super) to_client: Side,
    pub(super) transactions: VecDeque<HttpTransaction>,
    pub(super) next_transaction: u64,
    pub(super) next_file: u64,
    pub(super) tunnelled: bool,
    /// What both switched to, where its name was said.
    pub(super) next: Option<Next>,
}

/// A protocol that HTTP/1 hands its conversation to.
pub(super) enum Next {
    /// HTTP/2; its first frames stand for the request that asked for it.
    Http2(Vec<u8>),
    /// RFC 6455.
    WebSocket,
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
            next: None,
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
        } else if matches!(side.phase, Phase::Unannounced) {
            self.unannounced_ends(visitor);
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
            Phase::Unannounced => self.unannounced_ends(visitor),
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
pub(super) fn end(mut transaction: HttpTransaction, visitor: &mut dyn Visitor) {
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
    pub(super) const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    pub(super) fn transaction(&mut self, id: u64) -> Option<&mut HttpTransaction> {
        self.transactions
            .iter_mut()
            .find(|transaction| transaction.id == id)
    }

    pub(super) fn current(&mut self, direction: Direction) -> Option<&mut HttpTransaction> {
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
            Phase::Unannounced => self.in_unannounced(bytes, visitor),
            Phase::Tunnel(held) => {
                let room = HTTP_TUNNEL_HELD_BYTES_MAX.saturating_sub(held.len());
                held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                b""
            }
            Phase::Lost => self.in_wreckage(direction, bytes, visitor),
        }
    }
}
