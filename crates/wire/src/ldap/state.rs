//! Streams and datagrams to transactions: a request with all its responses.

use super::fields::{TCP, UDP};
use super::parser::{self, Message, START_TLS, operation};
use crate::ber::{Head, head};
use crate::frame::Frame;
use crate::limits::{
    LDAP_MESSAGE_BYTES_MAX, LDAP_RESPONSE_VALUES_MAX, LDAP_RESPONSES_MAX, LDAP_TRANSACTIONS_MAX,
};
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, ProtocolSpec, Visitor};

/// A request with its responses.
pub struct LdapTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Protocol told of.
    pub spec: &'static ProtocolSpec,
    /// What is asked; None where only a response was seen.
    pub request: Option<Message>,
    /// What comes back, the first `LDAP_RESPONSES_MAX` of it.
    pub responses: Vec<Message>,
    /// How many came back.
    pub response_count: u64,
    message: u64,
    values: usize,
}

/// What both carriers have in common.
struct Messages {
    spec: &'static ProtocolSpec,
    open: Vec<LdapTransaction>,
    next: u64,
    starts_tls: bool,
}

impl Messages {
    const fn new(spec: &'static ProtocolSpec) -> Self {
        Self {
            spec,
            open: Vec::new(),
            next: 0,
            starts_tls: false,
        }
    }

    fn take(&mut self, message: Message, visitor: &mut dyn Visitor) {
        if message.is_response() {
            self.response(message, visitor);
        } else {
            self.request(message, visitor);
        }
    }

    fn begin(&mut self, request: Option<Message>, message: u64, visitor: &mut dyn Visitor) {
        if self.open.len() >= LDAP_TRANSACTIONS_MAX {
            let oldest = self.open.remove(0);
            let direction = direction(&oldest);
            visitor.anomaly("too_many_transactions", direction, Some(oldest.id));
            end(&oldest, visitor);
        }
        self.open.push(LdapTransaction {
            id: self.next,
            spec: self.spec,
            request,
            responses: Vec::new(),
            response_count: 0,
            message,
            values: 0,
        });
        self.next = self.next.saturating_add(1);
    }

    fn request(&mut self, message: Message, visitor: &mut dyn Visitor) {
        let (id, kind) = (message.id, message.operation);
        self.begin(Some(message), id, visitor);
        if let Some(transaction) = self.open.last() {
            visitor.side_complete(transaction, Direction::ToServer);
        }
        // To these there is no answer.
        if matches!(kind, operation::UNBIND | operation::ABANDON)
            && let Some(transaction) = self.open.pop()
        {
            visitor.transaction_complete(&transaction);
        }
    }

    fn response(&mut self, message: Message, visitor: &mut dyn Visitor) {
        let known = |open: &[LdapTransaction]| {
            open.iter()
                .position(|transaction| transaction.message == message.id)
        };
        let place = match known(&self.open) {
            Some(place) => place,
            None => {
                visitor.anomaly("request_not_found", Direction::ToClient, Some(self.next));
                self.begin(None, message.id, visitor);
                self.open.len().saturating_sub(1)
            }
        };
        let Some(transaction) = self.open.get_mut(place) else {
            return;
        };
        let is_last = !matches!(
            message.operation,
            operation::SEARCH_ENTRY | operation::SEARCH_REFERENCE | operation::INTERMEDIATE
        );
        let asked = transaction.request.as_ref();
        self.starts_tls |= message.operation == operation::EXTENDED_RESPONSE
            && message
                .outcome
                .as_ref()
                .is_some_and(|outcome| outcome.code == 0)
            && asked.is_some_and(|asked| asked.other == START_TLS);
        transaction.add(message);
        if is_last {
            let transaction = self.open.remove(place);
            end(&transaction, visitor);
        }
    }

    fn finish(&mut self, visitor: &mut dyn Visitor) {
        for transaction in std::mem::take(&mut self.open) {
            end(&transaction, visitor);
        }
    }
}

impl LdapTransaction {
    /// Adds a response; of the first ones everything is kept, of others their number.
    fn add(&mut self, mut message: Message) {
        self.response_count = self.response_count.saturating_add(1);
        if self.responses.len() >= LDAP_RESPONSES_MAX {
            return;
        }
        for attribute in &mut message.attributes {
            let room = LDAP_RESPONSE_VALUES_MAX.saturating_sub(self.values);
            attribute.values.truncate(room);
            self.values = self.values.saturating_add(attribute.values.len());
        }
        self.responses.push(message);
    }
}

/// Which side began a transaction.
pub(super) const fn direction(transaction: &LdapTransaction) -> Direction {
    if transaction.request.is_some() {
        Direction::ToServer
    } else {
        Direction::ToClient
    }
}

fn end(transaction: &LdapTransaction, visitor: &mut dyn Visitor) {
    if transaction.response_count > 0 {
        visitor.side_complete(transaction, Direction::ToClient);
    }
    visitor.transaction_complete(transaction);
}

/// Over UDP.
pub(super) struct Datagrams {
    messages: Messages,
    ended: [bool; 2],
}

impl Default for Datagrams {
    fn default() -> Self {
        Self {
            messages: Messages::new(&UDP),
            ended: [false; 2],
        }
    }
}

impl Parser for Datagrams {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let Some(message) = parser::message(rest) else {
                visitor.anomaly("invalid_data", direction, None);
                return;
            };
            let after = crate::ber::element(rest).map_or(&[][..], |(_, rest)| rest);
            let used = rest.len().saturating_sub(after.len());
            let whole = rest.get(..used).unwrap_or(rest);
            visitor.frame(&Frame::whole("pdu", direction, whole));
            self.messages.take(message, visitor);
            rest = after;
        }
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        if has_ended(&mut self.ended, direction) {
            self.messages.finish(visitor);
        }
    }
}

fn has_ended(ended: &mut [bool; 2], direction: Direction) -> bool {
    let [to_server, to_client] = ended;
    match direction {
        Direction::ToServer => *to_server = true,
        Direction::ToClient => *to_client = true,
    }
    *to_server && *to_client
}

/// Over TCP.
pub(super) struct Stream {
    messages: Messages,
    to_server: Pieces,
    to_client: Pieces,
    ended: [bool; 2],
    changed: bool,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            messages: Messages::new(&TCP),
            to_server: Pieces::default(),
            to_client: Pieces::default(),
            ended: [false; 2],
            changed: false,
        }
    }
}

impl Parser for Stream {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        if self.changed {
            return;
        }
        let (pieces, messages) = match direction {
            Direction::ToServer => (&mut self.to_server, &mut self.messages),
            Direction::ToClient => (&mut self.to_client, &mut self.messages),
        };
        let mut rest = None;
        pieces.feed(bytes, |bytes| {
            let step = step(messages, direction, bytes, visitor);
            if let Step::Used(used) = step
                && messages.starts_tls
            {
                let used = usize::try_from(used).unwrap_or(usize::MAX);
                rest = Some(bytes.get(used..).unwrap_or_default().to_vec());
                return Step::Over;
            }
            step
        });
        if let Some(rest) = rest {
            self.changed = true;
            visitor.change_protocol(Some("tls"), direction, &rest);
        }
    }

    fn gap(&mut self, direction: Direction, _: u64, _: &mut dyn Visitor) {
        // A message's beginning cannot be told from what stands in it.
        match direction {
            Direction::ToServer => self.to_server.end(),
            Direction::ToClient => self.to_client.end(),
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        if has_ended(&mut self.ended, direction) {
            self.messages.finish(visitor);
        }
    }

    fn is_done(&self) -> bool {
        self.to_server.is_over() && self.to_client.is_over()
    }
}

fn step(
    messages: &mut Messages,
    direction: Direction,
    bytes: &[u8],
    visitor: &mut dyn Visitor,
) -> Step {
    match parser::begins(bytes) {
        None => return Step::More,
        Some(true) => {}
        Some(false) => {
            // With a length before it: signed or sealed from here on (RFC 4422, 3.7).
            if bytes.first() != Some(&0) {
                visitor.anomaly("invalid_data", direction, None);
            }
            return Step::Over;
        }
    }
    let Head::Known { head, content, .. } = head(bytes) else {
        return Step::Over;
    };
    let whole = head.saturating_add(content);
    let Some(held) = bytes.get(..whole.min(LDAP_MESSAGE_BYTES_MAX)) else {
        return Step::More;
    };
    visitor.frame(&Frame {
        length: Some(whole as u64),
        ..Frame::whole("pdu", direction, held)
    });
    match parser::message(held) {
        Some(message) => messages.take(message, visitor),
        None => visitor.anomaly("invalid_data", direction, None),
    }
    Step::Used(whole as u64)
}
