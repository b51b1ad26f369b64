//! Datagrams to transactions: each message stands alone.

use super::parser::{Message, message};
use crate::protocol::{Direction, Parser, Visitor};

/// One message.
#[derive(Debug)]
pub struct DhcpTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Dhcp {
    next: u64,
}

impl Parser for Dhcp {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let Some(message) = message(bytes) else {
            visitor.anomaly("malformed_message", direction, None);
            return;
        };
        let transaction = DhcpTransaction {
            id: self.next,
            direction,
            message,
        };
        self.next = self.next.saturating_add(1);
        if transaction.message.cut {
            visitor.anomaly("truncated_options", direction, Some(transaction.id));
        }
        if transaction.message.has_odd_option() {
            visitor.anomaly("malformed_options", direction, Some(transaction.id));
        }
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}
