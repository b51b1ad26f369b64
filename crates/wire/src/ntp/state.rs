//! Datagrams to transactions: each message stands alone.

use crate::cursor::Cursor;
use crate::protocol::{Direction, Parser, Visitor};

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtpTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

/// What rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// 1 to 4.
    pub version: u8,
    /// 1 to 7.
    pub mode: u8,
    /// Distance from a clock, and what the server sets its own by; none in control messages.
    pub clock: Option<(u8, [u8; 4])>,
}

/// Reads a message; None where it is none.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u8()?;
    let (version, mode) = ((first >> 3) & 7, first & 7);
    if !(1..=4).contains(&version) {
        return None;
    }
    let clock = match mode {
        1..=5 if bytes.len() >= 48 && bytes.len().is_multiple_of(4) => {
            let stratum = cursor.u8()?;
            cursor.skip(10)?;
            Some((stratum, cursor.array()?))
        }
        // Control messages have twelve bytes in front, private ones eight.
        6 if bytes.len() >= 12 => None,
        7 if bytes.len() >= 8 => None,
        _ => return None,
    };
    Some(Message {
        version,
        mode,
        clock,
    })
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Ntp {
    next_id: u64,
}

impl Parser for Ntp {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let Some(message) = message(bytes) else {
            return visitor.anomaly("malformed_data", direction, None);
        };
        let transaction = NtpTransaction {
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
