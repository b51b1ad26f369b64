//! Datagrams to transactions. Data and acknowledgements travel between other ports.

use super::parser::{Request, request};
use crate::protocol::Direction::ToServer;
use crate::protocol::{Direction, Parser, Visitor};

/// One conversation.
#[derive(Debug, Default)]
pub struct Tftp {
    next: u64,
}

impl Parser for Tftp {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        if direction == ToServer
            && let Some(request) = request(bytes)
        {
            let request = Request {
                id: self.next,
                ..request
            };
            self.next = self.next.saturating_add(1);
            visitor.side_complete(&request, ToServer);
            visitor.transaction_complete(&request);
        }
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}
