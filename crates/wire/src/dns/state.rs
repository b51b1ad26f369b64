//! Datagrams and streams to transactions: each message stands alone.

use super::message::{Message, Section};
use super::parser::{self, HEADER_BYTES, Outcome, Problem};
use super::probe;
use crate::frame::Frame;
use crate::protocol::{Direction, Parser, Probe, ProtocolSpec, Visitor};

/// Which of the protocols that share the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// RFC 1035.
    Dns,
    /// RFC 6762.
    Multicast,
    /// RFC 4795.
    LinkLocal,
}

/// One message.
pub struct DnsTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Protocol told of.
    pub spec: &'static ProtocolSpec,
    /// Which of them.
    pub flavour: Flavour,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

impl DnsTransaction {
    fn new(flavour: Flavour, spec: &'static ProtocolSpec) -> Self {
        Self {
            id: 0,
            spec,
            flavour,
            direction: Direction::ToServer,
            message: Message::default(),
        }
    }

    /// Reads one message and tells it.
    fn take(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.direction = direction;
        let outcome = parser::message(bytes, &mut self.message);
        let worth_telling = bytes.len() >= HEADER_BYTES
            && (outcome.stopped.is_none()
                || !self.message.questions.is_empty()
                || !self.message.records.is_empty());
        let id = worth_telling.then_some(self.id);
        let frame = Frame::whole("pdu", direction, bytes);
        visitor.frame(&Frame {
            transaction_id: id,
            ..frame
        });
        self.problems(&outcome, direction, id, visitor);
        if worth_telling {
            visitor.side_complete(self, direction);
            visitor.transaction_complete(self);
            self.id = self.id.saturating_add(1);
        }
    }

    fn problems(
        &self,
        outcome: &Outcome,
        direction: Direction,
        id: Option<u64>,
        visitor: &mut dyn Visitor,
    ) {
        let mut tell = |name| visitor.anomaly(name, direction, id);
        match outcome.stopped {
            None => {}
            Some((Problem::EndlessName, _)) => tell("infinite_loop"),
            Some((Problem::TooManyLabels, _)) => tell("too_many_labels"),
            Some((_, Some(Section::Authority))) => tell("invalid_authorities"),
            Some((_, Some(Section::Additional))) => tell("invalid_additionals"),
            Some(_) => tell("malformed_data"),
        }
        if outcome.long_name {
            tell("name_too_long");
        }
        if id.is_none() {
            return;
        }
        let header = self.message.header;
        if self.flavour == Flavour::Dns {
            match direction {
                Direction::ToServer if header.is_response() => tell("not_a_request"),
                Direction::ToClient if !header.is_response() => tell("not_a_response"),
                _ => {}
            }
            if header.has(0x0040) {
                tell("z_flag_set");
            }
            if header.opcode() >= 7 {
                tell("invalid_opcode");
            }
        }
    }
}

/// Tells a message that another protocol carries in one of its transactions (RFC 8484). What is wrong with it is
/// not told: anomalies belong to the protocol of the conversation.
pub(crate) fn carried(id: u64, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
    let mut transaction = DnsTransaction::new(Flavour::Dns, &super::fields::TCP);
    transaction.id = id;
    transaction.direction = direction;
    parser::message(bytes, &mut transaction.message);
    if bytes.len() >= HEADER_BYTES {
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }
}

/// Over UDP.
pub struct Datagrams(DnsTransaction);

impl Datagrams {
    /// A parser for one conversation.
    pub fn new(flavour: Flavour, spec: &'static ProtocolSpec) -> Self {
        Self(DnsTransaction::new(flavour, spec))
    }
}

impl Parser for Datagrams {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.0.take(direction, bytes, visitor);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}

/// Over TCP.
pub struct Stream {
    transaction: DnsTransaction,
    to_server: Side,
    to_client: Side,
}

/// What a direction has not yet told; at most one message of 65,535 bytes.
#[derive(Debug, Default)]
struct Side {
    held: Vec<u8>,
    lost: bool,
}

impl Stream {
    /// A parser for one conversation.
    pub fn new(spec: &'static ProtocolSpec) -> Self {
        Self {
            transaction: DnsTransaction::new(Flavour::Dns, spec),
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
}

/// The first message of a stream, and what follows it.
fn split_message(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

impl Parser for Stream {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        if side.lost {
            // After a gap only what looks like the beginning of a message is believed.
            if probe::dns_stream(direction, bytes) != Probe::Yes {
                return;
            }
            side.lost = false;
        }
        let mut held = std::mem::take(&mut side.held);
        let mut rest = bytes;
        if !held.is_empty() {
            held.extend_from_slice(bytes);
            rest = &held;
        }
        let unread = rest.len();
        while let Some((message, after)) = split_message(rest) {
            self.transaction.take(direction, message, visitor);
            rest = after;
        }
        // Bytes are moved only when some have been used, so that dribbles cost no more than their length.
        if held.is_empty() || rest.len() < unread {
            held = rest.to_vec();
        }
        self.side(direction).held = held;
    }

    fn gap(&mut self, direction: Direction, _: u64, _: &mut dyn Visitor) {
        let side = self.side(direction);
        side.held.clear();
        side.lost = true;
    }

    fn finish(&mut self, direction: Direction, _: &mut dyn Visitor) {
        self.side(direction).held = Vec::new();
    }
}
