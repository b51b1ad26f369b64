//! Datagrams to transactions: each message stands alone.

use super::parser::{Message, message};
use crate::protocol::{Direction, Parser, Visitor};

/// One message.
#[derive(Debug)]
pub struct NbnsTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Nbns {
    next: u64,
}

impl Parser for Nbns {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let Some(message) = message(bytes) else {
            visitor.anomaly("malformed_data", direction, None);
            return;
        };
        let transaction = NbnsTransaction {
            id: self.next,
            direction,
            message,
        };
        self.next = self.next.saturating_add(1);
        if transaction.message.cut {
            visitor.anomaly("malformed_data", direction, Some(transaction.id));
        }
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}
