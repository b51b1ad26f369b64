//! Conversations over TCP and UDP.

use super::fields::{TCP, UDP};
use super::record::Side;
use super::session::Session;
use crate::protocol::{Direction, Parser, Visitor};

/// Over TCP.
pub(super) struct Stream {
    to_server: Side,
    to_client: Side,
    session: Session,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            to_server: Side::default(),
            to_client: Side::default(),
            session: Session::new(&TCP),
        }
    }
}

impl Stream {
    const fn parts(&mut self, direction: Direction) -> (&mut Side, &mut Session) {
        match direction {
            Direction::ToServer => (&mut self.to_server, &mut self.session),
            Direction::ToClient => (&mut self.to_client, &mut self.session),
        }
    }
}

impl Parser for Stream {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let (side, session) = self.parts(direction);
        side.feed(direction, bytes, session, visitor);
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        let (side, session) = self.parts(direction);
        side.gap(direction, missing, session, visitor);
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.parts(direction).0.ended = true;
        if self.to_server.ended && self.to_client.ended {
            self.session.finish(visitor);
        }
    }

    fn is_done(&self) -> bool {
        self.to_server.is_over() && self.to_client.is_over()
    }
}

/// Over UDP.
pub(super) struct Datagrams {
    session: Session,
    ended: [bool; 2],
}

impl Default for Datagrams {
    fn default() -> Self {
        Self {
            session: Session::new(&UDP),
            ended: [false; 2],
        }
    }
}

impl Parser for Datagrams {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let Some(data) = self.session.message(direction, bytes, visitor) else {
            return;
        };
        let mut target = data.target;
        let here = bytes.get(data.place..).unwrap_or_default();
        let length =
            usize::try_from(data.length).map_or(here.len(), |length| length.min(here.len()));
        let here = here.get(..length).unwrap_or(here);
        self.session.data(&mut target, here, visitor);
        if (here.len() as u64) < data.length {
            visitor.anomaly("malformed_data", direction, None);
        }
        self.session.data_ends(&target, visitor);
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let [to_server, to_client] = &mut self.ended;
        match direction {
            Direction::ToServer => *to_server = true,
            Direction::ToClient => *to_client = true,
        }
        if self.ended == [true; 2] {
            self.session.finish(visitor);
        }
    }
}
