//! Streams to transactions: one handshake per conversation.

use super::certificate::Chain;
use super::parser::{certificates, client_hello, old_client_hello, server_hello};
use super::record::{Records, Seen};
use super::transaction::{About, Client, Server, TlsTransaction};
use crate::frame::Frame;
use crate::protocol::{Direction, Parser, Visitor};

/// Type, version, length (RFC 8446, 5.1).
const RECORD_HEADER_BYTES: usize = 5;

/// TLS 1.3.
const VERSION_1_3: u16 = 0x0304;

/// One direction.
#[derive(Default)]
struct Side {
    records: Records,
    /// Rules have been told.
    told: bool,
    /// What follows is encrypted, or will never come.
    over: bool,
}

/// One conversation.
#[derive(Default)]
pub struct Tls {
    to_server: Side,
    to_client: Side,
    transaction: TlsTransaction,
    /// The event has been told.
    complete: bool,
}

impl Parser for Tls {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        if self.is_done() {
            return;
        }
        let mut records = std::mem::take(&mut self.side(direction).records);
        records.push(bytes, &mut |seen| self.see(direction, seen, visitor));
        if records.is_broken() {
            self.ends(direction, visitor);
        }
        self.side(direction).records = records;
    }

    fn gap(&mut self, direction: Direction, _: u64, visitor: &mut dyn Visitor) {
        // Where records begin is lost, and so is the rest of the handshake.
        self.ends(direction, visitor);
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.ends(direction, visitor);
        if self.to_server.over && self.to_client.over {
            self.complete(visitor);
        }
    }

    fn is_done(&self) -> bool {
        self.complete && (self.to_server.over || self.to_client.over)
    }
}

impl Tls {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn see(&mut self, direction: Direction, seen: Seen<'_>, visitor: &mut dyn Visitor) {
        if self.side(direction).over {
            return;
        }
        let id = Some(self.transaction.id);
        match seen {
            Seen::Record(bytes, length) => self.frames(direction, bytes, length, visitor),
            Seen::Handshake(kind, body) => self.handshake(direction, kind, body, visitor),
            Seen::OldClientHello(body) => match old_client_hello(body) {
                Some(hello) => self.client_said_hello(Client::new(hello), visitor),
                None => visitor.anomaly("invalid_sslv2_header", direction, id),
            },
            Seen::ChangeCipher => self.cipher_changed(direction, visitor),
            Seen::Data => self.data(visitor),
            Seen::Alert(level, _) => {
                if level == 2 {
                    visitor.anomaly("error_message_encountered", direction, id);
                }
            }
            Seen::Heartbeat(kind, length, record) => {
                let needed = usize::from(length).saturating_add(3);
                visitor.anomaly("heartbeat_message", direction, id);
                if kind == 1 && needed > record {
                    visitor.anomaly("overflow_heartbeat_message", direction, id);
                }
            }
            Seen::Odd(name) => visitor.anomaly(name, direction, id),
        }
    }

    /// A record as frames: whole, its header, its content.
    fn frames(&self, direction: Direction, bytes: &[u8], length: usize, visitor: &mut dyn Visitor) {
        let Some((header, content)) = bytes.split_at_checked(RECORD_HEADER_BYTES) else {
            return;
        };
        let name = match header.first() {
            Some(21) => "alert",
            Some(24) => "heartbeat",
            _ => "data",
        };
        let rest = length.saturating_sub(RECORD_HEADER_BYTES);
        for (name, bytes, length) in [
            ("pdu", bytes, length),
            ("hdr", header, header.len()),
            (name, content, rest),
        ] {
            visitor.frame(&Frame {
                name,
                direction,
                bytes,
                length: Some(length as u64),
                transaction_id: Some(self.transaction.id),
            });
        }
    }

    fn handshake(
        &mut self,
        direction: Direction,
        kind: u8,
        body: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let id = Some(self.transaction.id);
        match (direction, kind) {
            (Direction::ToServer, 1) => match client_hello(body) {
                Some(hello) => self.client_said_hello(Client::new(hello), visitor),
                None => visitor.anomaly("invalid_handshake_message", direction, id),
            },
            (Direction::ToClient, 2) => match server_hello(body) {
                Some(hello) => self.server_said_hello(Server::new(hello), visitor),
                None => visitor.anomaly("invalid_handshake_message", direction, id),
            },
            (_, 11) => match certificates(body) {
                Some(encoded) => self.certificates(direction, Chain::new(encoded), visitor),
                None => visitor.anomaly("invalid_certificate", direction, id),
            },
            (Direction::ToClient, 12) => self.transaction.server_key_exchange = true,
            (Direction::ToClient, 14) => self.tell(Direction::ToClient, visitor),
            _ => {}
        }
    }

    fn client_said_hello(&mut self, client: Client, visitor: &mut dyn Visitor) {
        let id = Some(self.transaction.id);
        for name in &client.hello.oddities {
            visitor.anomaly(name, Direction::ToServer, id);
        }
        // A second hello answers a request to try again; the first was told already.
        if self.transaction.client.is_none() {
            self.transaction.client = Some(client);
            self.tell(Direction::ToServer, visitor);
        }
    }

    fn server_said_hello(&mut self, server: Server, visitor: &mut dyn Visitor) {
        if self.transaction.server.is_some() || server.hello.is_retry() {
            return;
        }
        let is_newest = server.hello.real_version() == VERSION_1_3;
        self.transaction.server = Some(server);
        if is_newest {
            // All that follows is encrypted.
            self.ends(Direction::ToClient, visitor);
            self.ends(Direction::ToServer, visitor);
            self.complete(visitor);
        }
    }

    fn certificates(&mut self, direction: Direction, chain: Chain, visitor: &mut dyn Visitor) {
        if chain.encoded.is_empty() {
            return;
        }
        if chain.owner.is_none() {
            let name = if chain.has_wrong_length {
                "certificate_invalid_length"
            } else {
                "invalid_certificate"
            };
            let id = Some(self.transaction.id);
            visitor.anomaly(name, direction, id);
            visitor.anomaly("invalid_handshake_message", direction, id);
        }
        match direction {
            Direction::ToClient if self.transaction.server_chain.is_none() => {
                self.transaction.server_chain = Some(chain);
            }
            Direction::ToServer if self.transaction.client_chain.is_none() => {
                let mut own = TlsTransaction {
                    id: self.transaction.id.saturating_add(1),
                    about: About::ClientCertificate,
                    client_chain: Some(chain),
                    ..TlsTransaction::default()
                };
                visitor.side_complete(&own, Direction::ToServer);
                visitor.transaction_complete(&own);
                self.transaction.client_chain = own.client_chain.take();
            }
            _ => {}
        }
    }

    fn cipher_changed(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let transaction = &mut self.transaction;
        if direction == Direction::ToClient
            && transaction.server.is_some()
            && transaction.server_chain.is_none()
        {
            transaction.resumed = true;
        }
        self.ends(direction, visitor);
        if self.to_server.over && self.to_client.over {
            self.complete(visitor);
        }
    }

    /// Application data: the handshake is over, whether it was seen or not.
    fn data(&mut self, visitor: &mut dyn Visitor) {
        self.ends(Direction::ToServer, visitor);
        self.ends(Direction::ToClient, visitor);
        self.complete(visitor);
    }

    /// Nothing more is learnt from a direction.
    fn ends(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.side(direction).over = true;
        self.tell(direction, visitor);
    }

    /// Tells what is known of a side; of one that said nothing sensible there is nothing to tell.
    fn tell(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let said_hello = match direction {
            Direction::ToServer => self.transaction.client.is_some(),
            Direction::ToClient => self.transaction.server.is_some(),
        };
        let known = said_hello || self.transaction.chain(direction).is_some();
        if known && !self.side(direction).told {
            self.side(direction).told = true;
            visitor.side_complete(&self.transaction, direction);
        }
    }

    fn complete(&mut self, visitor: &mut dyn Visitor) {
        if self.complete {
            return;
        }
        self.complete = true;
        let transaction = std::mem::take(&mut self.transaction);
        if transaction.client.is_some()
            || transaction.server.is_some()
            || transaction.server_chain.is_some()
        {
            visitor.transaction_complete(&transaction);
        }
    }
}
