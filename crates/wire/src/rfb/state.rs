//! Streams to one transaction: the handshake.

use super::parser::{
    SERVER_INIT_HEAD_BYTES, ServerInit, VERSION_BYTES, Version, server_init, version,
};
use crate::cursor::Cursor;
use crate::frame::Frame;
use crate::limits::{RFB_EARLY_BYTES_MAX, RFB_KEY_BYTES_MAX, RFB_TEXT_BYTES_MAX};
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};

/// Security types that are followed.
const NONE: u32 = 1;
const CHALLENGE: u32 = 2;
const APPLE: u32 = 30;

/// The handshake.
#[derive(Debug, Default)]
pub struct RfbTransaction {
    /// Version that the server offers.
    pub server_version: Option<Version>,
    /// Version that the client takes.
    pub client_version: Option<Version>,
    /// How the client shows who it is.
    pub security_type: Option<u32>,
    /// What the server asks for a password.
    pub challenge: Option<[u8; 16]>,
    /// What the client answers.
    pub response: Option<[u8; 16]>,
    /// 0 lets the client in.
    pub result: Option<u32>,
    /// Why the server sends it away.
    pub reason: Option<Vec<u8>>,
    /// Others may watch.
    pub shared: Option<bool>,
    /// The picture.
    pub server_init: Option<ServerInit>,
}

/// What comes next in a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Version,
    /// Nothing before the other side spoke.
    Wait,
    /// Server: types to choose from. Client: the choice.
    Security,
    /// Server: a challenge or key. Client: what it makes of it.
    Proof,
    Result,
    Reason,
    Init,
    Over,
}

#[derive(Debug, Default)]
struct Side {
    pieces: Pieces,
    next: Next,
    told: bool,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Rfb {
    to_server: Side,
    to_client: Side,
    transaction: RfbTransaction,
    key_bytes: usize,
    complete: bool,
}

impl Parser for Rfb {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.feed_side(direction, bytes, visitor);
        // What one side says decides what the other's bytes mean, which may wait already.
        let mut before = None;
        while before != Some((self.to_server.next, self.to_client.next)) {
            before = Some((self.to_server.next, self.to_client.next));
            self.feed_side(direction.reverse(), b"", visitor);
            self.feed_side(direction, b"", visitor);
        }
        let side = self.side(direction);
        if side.next == Next::Wait && side.pieces.held().len() > RFB_EARLY_BYTES_MAX {
            self.malformed(direction, visitor);
        }
        if self.to_server.next == Next::Over && self.to_client.next == Next::Over {
            self.complete(visitor);
        }
    }

    fn gap(&mut self, _: Direction, _: u64, visitor: &mut dyn Visitor) {
        self.complete(visitor);
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.tell(direction, visitor);
        if direction == Direction::ToClient || self.to_client.told {
            self.complete(visitor);
        }
    }

    fn is_done(&self) -> bool {
        self.complete
    }
}

impl Rfb {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn feed_side(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(&mut self.side(direction).pieces);
        pieces.feed(bytes, |bytes| self.step(direction, bytes, visitor));
        self.side(direction).pieces = pieces;
    }

    fn step(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let next = self.side(direction).next;
        let used = match (direction, next) {
            (_, Next::Wait) => None,
            (_, Next::Over) => return Step::Over,
            (_, Next::Version) => self.version(direction, bytes, visitor),
            (Direction::ToClient, Next::Security) => self.offered(bytes, visitor),
            (Direction::ToServer, Next::Security) => self.chosen(bytes, visitor),
            (Direction::ToClient, Next::Proof) => self.challenge(bytes),
            (Direction::ToServer, Next::Proof) => self.answer(bytes),
            (_, Next::Result) => self.result(bytes, visitor),
            (_, Next::Reason) => self.reason(bytes),
            (Direction::ToServer, Next::Init) => self.client_init(bytes),
            (Direction::ToClient, Next::Init) => self.server_init(bytes),
        };
        let Some(used) = used else {
            return match self.side(direction).next {
                Next::Over => Step::Over,
                _ => Step::More,
            };
        };
        let frame = Frame::whole("pdu", direction, bytes.get(..used).unwrap_or(bytes));
        visitor.frame(&frame.in_transaction(0));
        if self.side(direction).next == Next::Over {
            self.tell(direction, visitor);
        }
        Step::Used(used as u64)
    }

    fn malformed(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        visitor.anomaly("malformed_message", direction, Some(0));
        self.stop();
    }

    const fn stop(&mut self) {
        self.to_server.next = Next::Over;
        self.to_client.next = Next::Over;
    }

    fn version(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Option<usize> {
        let found = version(bytes.get(..VERSION_BYTES)?);
        if found.is_none() {
            self.malformed(direction, visitor);
            return None;
        }
        match direction {
            Direction::ToClient => {
                self.transaction.server_version = found;
                self.to_client.next = Next::Wait;
            }
            Direction::ToServer => {
                self.transaction.client_version = found;
                self.to_server.next = Next::Wait;
            }
        }
        if self.transaction.server_version.is_some() && self.transaction.client_version.is_some() {
            self.to_client.next = Next::Security;
        }
        Some(VERSION_BYTES)
    }

    fn flavour(&self) -> u8 {
        let version = self.transaction.client_version;
        version.map_or(8, |version| version.flavour())
    }

    fn offered(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Option<usize> {
        if self.flavour() == 3 {
            // The server decides.
            let kind = Cursor::new(bytes).u32()?;
            if kind == 0 {
                self.to_client.next = Next::Reason;
            } else {
                self.secured_by(kind, visitor);
            }
            return Some(4);
        }
        let count = usize::from(*bytes.first()?);
        bytes.get(..count.saturating_add(1))?;
        if count == 0 {
            self.to_client.next = Next::Reason;
        } else {
            self.to_client.next = Next::Wait;
            self.to_server.next = Next::Security;
        }
        Some(count.saturating_add(1))
    }

    fn chosen(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Option<usize> {
        let kind = u32::from(*bytes.first()?);
        self.secured_by(kind, visitor);
        Some(1)
    }

    fn secured_by(&mut self, kind: u32, visitor: &mut dyn Visitor) {
        self.transaction.security_type = Some(kind);
        let (client, server) = match kind {
            NONE if self.flavour() == 8 => (Next::Wait, Next::Result),
            NONE => (Next::Init, Next::Wait),
            CHALLENGE | APPLE => (Next::Wait, Next::Proof),
            _ => {
                visitor.anomaly("unimplemented_security_type", Direction::ToServer, Some(0));
                (Next::Over, Next::Over)
            }
        };
        self.to_server.next = client;
        self.to_client.next = server;
    }

    fn challenge(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut cursor = Cursor::new(bytes);
        if self.transaction.security_type == Some(APPLE) {
            // Generator, length of the keys, prime, public key.
            cursor.skip(2)?;
            let length = usize::from(cursor.u16()?);
            if length > RFB_KEY_BYTES_MAX {
                self.stop();
                return None;
            }
            self.key_bytes = length;
            cursor.skip(length.saturating_mul(2))?;
        } else {
            self.transaction.challenge = Some(cursor.array()?);
        }
        self.to_client.next = Next::Wait;
        self.to_server.next = Next::Proof;
        Some(cursor.position())
    }

    fn answer(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut cursor = Cursor::new(bytes);
        if self.transaction.security_type == Some(APPLE) {
            // Name and password, encrypted; public key.
            cursor.skip(self.key_bytes.saturating_add(128))?;
        } else {
            self.transaction.response = Some(cursor.array()?);
        }
        self.to_server.next = Next::Wait;
        self.to_client.next = Next::Result;
        Some(cursor.position())
    }

    fn result(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Option<usize> {
        let result = Cursor::new(bytes).u32()?;
        self.transaction.result = Some(result);
        match result {
            0 => {
                self.to_server.next = Next::Init;
                self.to_client.next = Next::Wait;
            }
            1 | 2 => {
                self.to_server.next = Next::Over;
                self.to_client.next = if self.flavour() == 8 {
                    Next::Reason
                } else {
                    Next::Over
                };
            }
            _ => {
                visitor.anomaly("unknown_security_result", Direction::ToClient, Some(0));
                self.stop();
            }
        }
        Some(4)
    }

    fn reason(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut cursor = Cursor::new(bytes);
        let length = usize::try_from(cursor.u32()?).unwrap_or(usize::MAX);
        let text = cursor.take(length.min(RFB_TEXT_BYTES_MAX))?;
        self.transaction.reason = Some(text.to_vec());
        self.stop();
        Some(cursor.position())
    }

    fn client_init(&mut self, bytes: &[u8]) -> Option<usize> {
        self.transaction.shared = Some(*bytes.first()? != 0);
        self.to_server.next = Next::Over;
        self.to_client.next = Next::Init;
        Some(1)
    }

    fn server_init(&mut self, bytes: &[u8]) -> Option<usize> {
        let (mut init, length) = server_init(bytes)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let end = SERVER_INIT_HEAD_BYTES.saturating_add(length.min(RFB_TEXT_BYTES_MAX));
        init.name = bytes.get(SERVER_INIT_HEAD_BYTES..end)?.to_vec();
        self.transaction.server_init = Some(init);
        self.stop();
        Some(end)
    }

    fn tell(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let begun =
            self.transaction.server_version.is_some() || self.transaction.client_version.is_some();
        if begun && !self.complete && !std::mem::replace(&mut self.side(direction).told, true) {
            visitor.side_complete(&self.transaction, direction);
        }
    }

    fn complete(&mut self, visitor: &mut dyn Visitor) {
        self.tell(Direction::ToServer, visitor);
        self.tell(Direction::ToClient, visitor);
        if self.to_client.told && !std::mem::replace(&mut self.complete, true) {
            visitor.transaction_complete(&self.transaction);
        }
        self.stop();
        self.complete = true;
    }
}
