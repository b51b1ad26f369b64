//! Datagrams to transactions: each message stands alone.

use super::parser::{Message, message};
use crate::protocol::{Direction, Parser, Visitor};

/// One message.
pub struct SnmpTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Snmp {
    next_id: u64,
    version: Option<u32>,
}

impl Parser for Snmp {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let Some(message) = message(bytes) else {
            return visitor.anomaly("malformed_data", direction, None);
        };
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        if *self.version.get_or_insert(message.version) != message.version {
            visitor.anomaly("version_mismatch", direction, Some(id));
        }
        if message.unknown_security_model {
            visitor.anomaly("unknown_security_model", direction, Some(id));
        }
        let transaction = SnmpTransaction {
            id,
            direction,
            message,
        };
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}
