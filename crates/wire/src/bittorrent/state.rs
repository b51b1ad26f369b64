//! Datagrams to transactions: each message stands alone.

use super::parser::{Message, message};
use crate::protocol::{Direction, Parser, Visitor};

/// One message.
pub struct DhtTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Dht {
    next_id: u64,
}

impl Parser for Dht {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        // Programs send the content itself (uTP) over the same port; that is none of ours.
        if !bytes.starts_with(b"d") {
            return;
        }
        let Some(message) = message(bytes) else {
            return visitor.anomaly("malformed_packet", direction, None);
        };
        let transaction = DhtTransaction {
            id: self.next_id,
            direction,
            message,
        };
        self.next_id = self.next_id.saturating_add(1);
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}
