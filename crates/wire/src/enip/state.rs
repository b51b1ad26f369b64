//! Streams and datagrams to transactions: a request with its answer.

use super::parser::{HEADER_BYTES, Message, header, message};
use crate::frame::tell_message;
use crate::limits::ENIP_TRANSACTIONS_MAX;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Carrier, Direction, Parser, ProtocolSpec, Visitor};
use std::collections::VecDeque;

/// A request with its answer.
pub struct EnipTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Protocol told of.
    pub spec: &'static ProtocolSpec,
    /// What is asked.
    pub request: Option<Message>,
    /// What is answered.
    pub response: Option<Message>,
}

/// One conversation.
pub struct Enip {
    spec: &'static ProtocolSpec,
    to_server: Pieces,
    to_client: Pieces,
    next_id: u64,
    open: VecDeque<EnipTransaction>,
}

impl Enip {
    /// A parser for one conversation.
    pub fn new(spec: &'static ProtocolSpec) -> Self {
        Self {
            spec,
            to_server: Pieces::default(),
            to_client: Pieces::default(),
            next_id: 0,
            open: VecDeque::new(),
        }
    }

    const fn side(&mut self, direction: Direction) -> &mut Pieces {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn step(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let Some(header) = header(bytes) else {
            return Step::More;
        };
        if !header.is_plausible() {
            visitor.anomaly("invalid_pdu", direction, None);
            return Step::Over;
        }
        let whole = HEADER_BYTES.saturating_add(header.length.into());
        let Some(bytes) = bytes.get(..whole) else {
            return Step::More;
        };
        self.take(direction, bytes, visitor);
        Step::Used(whole as u64)
    }

    fn take(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let names = ["pdu", "hdr", "data"];
        tell_message(
            names,
            direction,
            bytes,
            bytes.len() as u64,
            HEADER_BYTES,
            visitor,
        );
        let Some(message) = message(bytes) else {
            return visitor.anomaly("invalid_pdu", direction, None);
        };
        if message.malformed {
            visitor.anomaly("invalid_pdu", direction, Some(self.next_id));
        }
        match direction {
            Direction::ToServer => self.request(message, visitor),
            Direction::ToClient => self.response(message, visitor),
        }
    }

    fn begin(&mut self) -> EnipTransaction {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        EnipTransaction {
            id,
            spec: self.spec,
            request: None,
            response: None,
        }
    }

    fn request(&mut self, message: Message, visitor: &mut dyn Visitor) {
        let mut transaction = self.begin();
        // To these nobody answers.
        let alone = matches!(message.header.command, 0 | 0x66);
        transaction.request = Some(message);
        visitor.side_complete(&transaction, Direction::ToServer);
        if alone {
            return visitor.transaction_complete(&transaction);
        }
        self.open.push_back(transaction);
        if self.open.len() > ENIP_TRANSACTIONS_MAX
            && let Some(oldest) = self.open.pop_front()
        {
            visitor.anomaly(
                "too_many_transactions",
                Direction::ToServer,
                Some(oldest.id),
            );
            visitor.transaction_complete(&oldest);
        }
    }

    fn response(&mut self, message: Message, visitor: &mut dyn Visitor) {
        let command = message.header.command;
        let place = self.open.iter().position(|open| {
            let request = open.request.as_ref();
            request.is_some_and(|request| request.header.command == command)
        });
        let asked = place.and_then(|place| self.open.remove(place));
        let mut transaction = match asked {
            Some(transaction) => transaction,
            None => self.begin(),
        };
        transaction.response = Some(message);
        visitor.side_complete(&transaction, Direction::ToClient);
        visitor.transaction_complete(&transaction);
    }
}

impl Parser for Enip {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        if self.spec.carrier == Carrier::Datagram {
            return match header(bytes) {
                Some(header) if header.is_plausible() => self.take(direction, bytes, visitor),
                _ => visitor.anomaly("invalid_pdu", direction, None),
            };
        }
        let mut pieces = std::mem::take(self.side(direction));
        pieces.feed(bytes, |bytes| self.step(direction, bytes, visitor));
        *self.side(direction) = pieces;
    }

    fn gap(&mut self, direction: Direction, missing: u64, _: &mut dyn Visitor) {
        let side = self.side(direction);
        if !side.gap(missing) {
            side.end();
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.side(direction).end();
        // What is asked after the server's end is never answered.
        if self.to_client.is_over() {
            while let Some(transaction) = self.open.pop_front() {
                visitor.transaction_complete(&transaction);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.to_server.is_over() && self.to_client.is_over() && self.open.is_empty()
    }
}
