//! Datagrams to transactions: each message stands alone, with what version 1 told before.

use super::parser::{Message, message};
use super::strength::weaknesses;
use crate::limits::IKE_ITEMS_MAX;
use crate::protocol::{Direction, Parser, Visitor};
use std::sync::Arc;

/// What one end told in version 1 so far.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// Public key.
    pub key_exchange: Option<Vec<u8>>,
    /// Nonce.
    pub nonce: Option<Vec<u8>>,
    /// What the client proposes, or the server chose.
    pub proposals: Vec<super::proposal::Proposal>,
}

/// What an exchange of version 1 told so far.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// Domain of interpretation.
    pub domain: Option<u32>,
    /// The client.
    pub client: Peer,
    /// The server.
    pub server: Peer,
    /// Who made the programs, each once.
    pub vendors: Vec<Vec<u8>>,
}

/// One message.
pub struct IkeTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
    /// Weaknesses found in it.
    pub errors: u64,
    /// Version 1: what was told so far.
    pub exchange: Arc<Exchange>,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Ike {
    next_id: u64,
    exchange: Arc<Exchange>,
}

impl Parser for Ike {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        // One byte keeps a way through NAT open (RFC 3948, 2.3); without the mark of four zeros it is ESP.
        if bytes == [0xff] {
            return;
        }
        let Some(message) = message(bytes) else {
            return visitor.anomaly("malformed_data", direction, None);
        };
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        let mut errors = 0_u64;
        let mut say = |name| {
            errors = errors.saturating_add(1);
            visitor.anomaly(name, direction, Some(id));
        };
        if message.malformed {
            say("malformed_data");
        }
        if direction == Direction::ToClient && message.proposals.len() > 1 {
            say("multiple_server_proposal");
        }
        let weak = match message.header.major {
            2 => weaknesses(&message.proposals),
            _ => Vec::new(),
        };
        for name in weak {
            visitor.anomaly(name, direction, Some(id));
        }
        if message.header.major == 1 {
            self.remember(direction, &message);
        }
        let transaction = IkeTransaction {
            id,
            direction,
            message,
            errors,
            exchange: Arc::clone(&self.exchange),
        };
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}

impl Ike {
    fn remember(&mut self, direction: Direction, message: &Message) {
        let exchange = Arc::make_mut(&mut self.exchange);
        exchange.domain = message.domain.or(exchange.domain);
        let peer = match direction {
            Direction::ToServer => &mut exchange.client,
            Direction::ToClient => &mut exchange.server,
        };
        if message.key_exchange.is_some() {
            peer.key_exchange.clone_from(&message.key_exchange);
        }
        if message.nonce.is_some() {
            peer.nonce.clone_from(&message.nonce);
        }
        if !message.proposals.is_empty() {
            peer.proposals.clone_from(&message.proposals);
        }
        for vendor in &message.vendors {
            if exchange.vendors.len() < IKE_ITEMS_MAX && !exchange.vendors.contains(vendor) {
                exchange.vendors.push(vendor.clone());
            }
        }
    }
}
