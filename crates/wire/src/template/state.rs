//! Stream to transactions: holds what is not complete, joins questions with answers, tells.

use super::parser::{Line, line};
use crate::limits::TEMPLATE_LINE_BYTES_MAX;
use crate::protocol::{Direction, Parser, Visitor};

/// A line and its echo. Both sides are optional: a capture may show only one of them.
#[derive(Debug, Default)]
pub struct EchoTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What was said.
    pub said: Option<Line>,
    /// What came back.
    pub echoed: Option<Line>,
}

/// One direction: bytes of a line that is not complete, at most `TEMPLATE_LINE_BYTES_MAX`.
#[derive(Debug, Default)]
struct Side {
    held: Vec<u8>,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Echo {
    to_server: Side,
    to_client: Side,
    open: EchoTransaction,
}

impl Parser for Echo {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut held = std::mem::take(&mut self.side(direction).held);
        held.extend_from_slice(bytes);
        let mut rest = held.as_slice();
        while let Some((line, after)) = line(rest) {
            self.line(direction, line, visitor);
            rest = after;
        }
        // At a limit: say it, and go on.
        if rest.len() > TEMPLATE_LINE_BYTES_MAX {
            visitor.anomaly("line_too_long", direction, Some(self.open.id));
            rest = b"";
        }
        self.side(direction).held = rest.to_vec();
    }

    fn gap(&mut self, direction: Direction, _: u64, _: &mut dyn Visitor) {
        // The line that the gap tore is lost; the next one is whole again.
        self.side(direction).held.clear();
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.side(direction).held.clear();
        if self.open.said.is_some() || self.open.echoed.is_some() {
            self.complete(visitor);
        }
    }
}

impl Echo {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn line(&mut self, direction: Direction, line: Line, visitor: &mut dyn Visitor) {
        let taken = match direction {
            Direction::ToServer => &self.open.said,
            Direction::ToClient => &self.open.echoed,
        };
        if taken.is_some() {
            self.complete(visitor);
        }
        match direction {
            Direction::ToServer => self.open.said = Some(line),
            Direction::ToClient => self.open.echoed = Some(line),
        }
        // Rules run on this side now.
        visitor.side_complete(&self.open, direction);
        if self.open.said.is_some() && self.open.echoed.is_some() {
            self.complete(visitor);
        }
    }

    /// Tells the event, and begins the next transaction.
    fn complete(&mut self, visitor: &mut dyn Visitor) {
        visitor.transaction_complete(&self.open);
        self.open = EchoTransaction {
            id: self.open.id.saturating_add(1),
            ..EchoTransaction::default()
        };
    }
}
