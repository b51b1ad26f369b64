//! Streams to transactions: a message and the answers to it.

use super::message::{Body, Message};
use super::parser::{Header, NoHeader, header, kind, message};
use crate::frame::Frame;
use crate::limits::{MQTT_HELD_BYTES_MAX, MQTT_MESSAGE_BYTES_MAX, MQTT_TRANSACTIONS_MAX};
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};
use std::collections::VecDeque;

/// A message with its answers.
#[derive(Debug)]
pub struct MqttTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way the first message travels.
    pub direction: Direction,
    /// Version of the protocol that the client asked for.
    pub version: u8,
    /// In the order seen.
    pub messages: Vec<Message>,
}

/// What an answer refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    Connect,
    Publish(u16),
    Subscribe(u16),
    Unsubscribe(u16),
}

#[derive(Debug)]
struct Open {
    awaits: Awaits,
    transaction: MqttTransaction,
}

/// One conversation.
#[derive(Debug)]
pub struct Mqtt {
    to_server: Pieces,
    to_client: Pieces,
    version: u8,
    connected: bool,
    next_id: u64,
    open: VecDeque<Open>,
    finished: bool,
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            to_server: Pieces::default(),
            to_client: Pieces::default(),
            // Until a client says otherwise.
            version: 4,
            connected: false,
            next_id: 0,
            open: VecDeque::new(),
            finished: false,
        }
    }
}

impl Parser for Mqtt {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
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
        // Answers may still come from the other side, unless it ended, too.
        if std::mem::replace(&mut self.finished, true) {
            while let Some(open) = self.open.pop_front() {
                tell(&open.transaction, visitor);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.to_server.is_over() && self.to_client.is_over() && self.open.is_empty()
    }
}

/// Rules look at a transaction when it is complete, with the direction of its first message.
fn tell(transaction: &MqttTransaction, visitor: &mut dyn Visitor) {
    visitor.side_complete(transaction, transaction.direction);
    visitor.transaction_complete(transaction);
}

impl Mqtt {
    const fn side(&mut self, direction: Direction) -> &mut Pieces {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn step(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let header = match header(bytes) {
            Ok(header) => header,
            Err(NoHeader::Incomplete) => return Step::More,
            Err(NoHeader::Malformed) => {
                visitor.anomaly("malformed_traffic", direction, None);
                return Step::Over;
            }
        };
        let length = u64::from(header.remaining).saturating_add(header.bytes as u64);
        if length > MQTT_MESSAGE_BYTES_MAX {
            let message = Message {
                kind: header.kind,
                flags: header.flags,
                body: Body::Truncated(length),
            };
            self.frames(
                direction,
                header,
                bytes.get(..header.bytes).unwrap_or_default(),
                visitor,
            );
            self.alone(direction, message, visitor);
            return Step::Used(length);
        }
        let whole = usize::try_from(length).unwrap_or(usize::MAX);
        let Some(bytes) = bytes.get(..whole) else {
            return Step::More;
        };
        self.frames(direction, header, bytes, visitor);
        let body = bytes.get(header.bytes..).unwrap_or_default();
        match message(header, self.version, body) {
            Some(message) => self.take(direction, message, visitor),
            None => visitor.anomaly("malformed_traffic", direction, None),
        }
        Step::Used(length)
    }

    /// A message as frames: whole, its header, what follows the header.
    fn frames(
        &self,
        direction: Direction,
        header: Header,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let Some((head, data)) = bytes.split_at_checked(header.bytes) else {
            return;
        };
        let remaining = u64::from(header.remaining);
        for (name, bytes, length) in [
            ("pdu", bytes, remaining.saturating_add(head.len() as u64)),
            ("header", head, head.len() as u64),
            ("data", data, remaining),
        ] {
            visitor.frame(&Frame {
                name,
                direction,
                bytes,
                length: Some(length),
                transaction_id: Some(self.next_id),
            });
        }
    }

    fn take(&mut self, direction: Direction, message: Message, visitor: &mut dyn Visitor) {
        self.judge(direction, &message, visitor);
        match &message.body {
            Body::Connect(connect) => {
                self.version = connect.version;
                self.connected = true;
                self.begin(direction, message, Awaits::Connect, visitor);
            }
            Body::ConnectAnswer { .. } => {
                self.answer(direction, message, Awaits::Connect, true, visitor);
            }
            Body::Publish { id: Some(id), .. } => {
                let awaits = Awaits::Publish(*id);
                self.begin(direction, message, awaits, visitor);
            }
            Body::Subscribe { id, .. } => {
                let awaits = Awaits::Subscribe(*id);
                self.begin(direction, message, awaits, visitor);
            }
            Body::Unsubscribe { id, .. } => {
                let awaits = Awaits::Unsubscribe(*id);
                self.begin(direction, message, awaits, visitor);
            }
            Body::SubscribeAnswer { id, .. } => {
                let awaits = Awaits::Subscribe(*id);
                self.answer(direction, message, awaits, true, visitor);
            }
            Body::Answer { id, .. } => {
                let (awaits, last) = match message.kind {
                    kind::UNSUBACK => (Awaits::Unsubscribe(*id), true),
                    other => (
                        Awaits::Publish(*id),
                        matches!(other, kind::PUBACK | kind::PUBCOMP),
                    ),
                };
                self.answer(direction, message, awaits, last, visitor);
            }
            Body::Publish { id: None, .. }
            | Body::Reason { .. }
            | Body::Empty
            | Body::Truncated(_) => self.alone(direction, message, visitor),
        }
    }

    /// What is odd about a message, whatever comes of it.
    fn judge(&self, direction: Direction, message: &Message, visitor: &mut dyn Visitor) {
        let mut say = |name| visitor.anomaly(name, direction, Some(self.next_id));
        match message.kind {
            kind::CONNECT if self.connected => say("double_connect"),
            kind::CONNECT | kind::CONNACK => {}
            _ if !self.connected => say("unintroduced_message"),
            _ => {}
        }
        if message.kind == 0 {
            say("unassigned_msg_type");
        }
        if message.quality() == 3 {
            say("invalid_qos_level");
        }
    }

    fn transaction(&mut self, direction: Direction, message: Message) -> MqttTransaction {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        MqttTransaction {
            id,
            direction,
            version: self.version,
            messages: vec![message],
        }
    }

    fn alone(&mut self, direction: Direction, message: Message, visitor: &mut dyn Visitor) {
        tell(&self.transaction(direction, message), visitor);
    }

    fn begin(
        &mut self,
        direction: Direction,
        message: Message,
        awaits: Awaits,
        visitor: &mut dyn Visitor,
    ) {
        let transaction = self.transaction(direction, message);
        self.open.push_back(Open {
            awaits,
            transaction,
        });
        while self.open.len() > MQTT_TRANSACTIONS_MAX || self.held_bytes() > MQTT_HELD_BYTES_MAX {
            let Some(oldest) = self.open.pop_front() else {
                break;
            };
            visitor.anomaly(
                "too_many_transactions",
                direction,
                Some(oldest.transaction.id),
            );
            tell(&oldest.transaction, visitor);
        }
    }

    fn held_bytes(&self) -> usize {
        let messages = self.open.iter().flat_map(|open| &open.transaction.messages);
        messages.map(Message::held_bytes).sum()
    }

    fn answer(
        &mut self,
        direction: Direction,
        message: Message,
        awaits: Awaits,
        last: bool,
        visitor: &mut dyn Visitor,
    ) {
        let place = self.open.iter().position(|open| open.awaits == awaits);
        let Some((place, open)) = place.and_then(|place| Some((place, self.open.get_mut(place)?)))
        else {
            let missing = match awaits {
                Awaits::Connect => "missing_connect",
                Awaits::Publish(_) => "missing_publish",
                Awaits::Subscribe(_) => "missing_subscribe",
                Awaits::Unsubscribe(_) => "missing_unsubscribe",
            };
            visitor.anomaly(missing, direction, Some(self.next_id));
            return self.alone(direction, message, visitor);
        };
        // PUBREC and PUBREL may be said again and again; each is worth telling once.
        if open
            .transaction
            .messages
            .iter()
            .all(|known| known.kind != message.kind)
        {
            open.transaction.messages.push(message);
        }
        if last && let Some(open) = self.open.remove(place) {
            tell(&open.transaction, visitor);
        }
    }
}
