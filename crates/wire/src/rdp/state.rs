//! Streams to transactions: each message of the way in is one; then TLS, or what cannot be read.

use super::parser::{Front, Message, Response, front, message};
use crate::limits::RDP_PACKETS_MAX;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};

/// A message of the way in.
#[derive(Debug)]
pub struct RdpTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Rdp {
    to_server: Pieces,
    to_client: Pieces,
    next_id: u64,
    /// The server chose TLS.
    agreed: bool,
    packets: u32,
}

impl Parser for Rdp {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(self.side(direction));
        pieces.feed(bytes, |bytes| self.step(direction, bytes, visitor));
        *self.side(direction) = pieces;
        if self.packets > RDP_PACKETS_MAX {
            self.end();
        }
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {
        self.end();
    }

    fn finish(&mut self, direction: Direction, _: &mut dyn Visitor) {
        self.side(direction).end();
    }

    fn is_done(&self) -> bool {
        self.to_server.is_over() && self.to_client.is_over()
    }
}

impl Rdp {
    const fn side(&mut self, direction: Direction) -> &mut Pieces {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn end(&mut self) {
        self.to_server.end();
        self.to_client.end();
    }

    fn step(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        if self.packets > RDP_PACKETS_MAX {
            return Step::Over;
        }
        if self.agreed && matches!(bytes, [0x16, ..]) {
            visitor.change_protocol(Some("tls"), direction, bytes);
            self.end();
            return Step::Over;
        }
        let length = match front(bytes) {
            Front::Packet(length) => length,
            Front::Unknown => return Step::More,
            Front::NoPacket => {
                // Fast-path output (MS-RDPBCGR 2.2.9.1.2) follows the way in, and is encrypted mostly.
                if self.next_id < 2 {
                    visitor.anomaly("malformed_data", direction, None);
                }
                return Step::Over;
            }
        };
        let Some(packet) = bytes.get(..length) else {
            return Step::More;
        };
        self.packets = self.packets.saturating_add(1);
        match message(packet) {
            Some(Message::Other) => {}
            Some(message) => self.tell(direction, message, visitor),
            None => visitor.anomaly("malformed_data", direction, None),
        }
        Step::Used(length as u64)
    }

    fn tell(&mut self, direction: Direction, message: Message, visitor: &mut dyn Visitor) {
        if let Message::Response(Response::Protocol(_, chosen)) = &message {
            self.agreed = *chosen != 0;
        }
        let transaction = RdpTransaction {
            id: self.next_id,
            direction,
            message,
        };
        self.next_id = self.next_id.saturating_add(1);
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }
}
