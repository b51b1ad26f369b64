//! Datagrams to hellos.

use super::google;
use super::handshake::Handshake;
use super::keys::Keys;
use super::packet::{self, Frame, Kind, Long};
use super::transaction::QuicTransaction;
use super::version::Version;
use crate::limits::{QUIC_DATAGRAMS_MAX, QUIC_PACKETS_MAX};
use crate::protocol::{Direction, Parser, Visitor};
use crate::tls::parser::{client_hello, server_hello};
use crate::tls::transaction::{Client, Server};

/// Types of handshake messages (RFC 8446, 4).
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// One direction.
#[derive(Default)]
struct Side {
    handshake: Handshake,
    /// Its hello has been told, or will not be understood.
    told: bool,
    /// A failure has been told.
    failed: bool,
}

/// One conversation.
#[derive(Default)]
pub struct Quic {
    keys: Option<Keys>,
    to_server: Side,
    to_client: Side,
    next_id: u64,
    datagrams: u32,
    /// What follows is secret.
    over: bool,
}

impl Parser for Quic {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        if self.is_done() {
            return;
        }
        self.datagrams = self.datagrams.saturating_add(1);
        let mut rest = bytes;
        for _ in 0..QUIC_PACKETS_MAX {
            let Some(packet) = packet::long(rest) else {
                break;
            };
            rest = packet.rest;
            self.packet(direction, &packet, visitor);
            if rest.is_empty() {
                break;
            }
        }
        // A short header: keys are agreed upon, nothing more can be read.
        let is_short = rest.first().is_some_and(|first| first & 0xc0 == 0x40);
        self.over |= is_short && self.to_server.told;
        if self.is_done() {
            self.keys = None;
            self.to_server.handshake = Handshake::default();
            self.to_client.handshake = Handshake::default();
        }
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}

    fn is_done(&self) -> bool {
        self.over
            || (self.to_server.told && self.to_client.told)
            || self.datagrams >= QUIC_DATAGRAMS_MAX
    }
}

impl Quic {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn packet(&mut self, direction: Direction, packet: &Long<'_>, visitor: &mut dyn Visitor) {
        match packet.kind {
            Kind::Plain => self.plain(direction, packet, visitor),
            Kind::Initial if packet.version.salt().is_some() => {
                self.initial(direction, packet, visitor);
            }
            // A version that is not known: that much can be told.
            Kind::Initial if !self.side(direction).failed => {
                self.side(direction).failed = true;
                self.tell(direction, packet.version, |_| {}, visitor);
            }
            // The server speaks, and its hello was not understood.
            Kind::Handshake => self.over |= self.to_server.told,
            // The client begins again, with other keys (RFC 9000, 17.2.5).
            Kind::Retry if direction == Direction::ToClient => {
                self.keys = None;
                self.to_server = Side::default();
            }
            Kind::Initial | Kind::Early | Kind::Retry | Kind::Negotiation => {}
        }
    }

    fn initial(&mut self, direction: Direction, packet: &Long<'_>, visitor: &mut dyn Visitor) {
        if self.side(direction).told {
            return;
        }
        let Some(payload) = self.opened(direction, packet) else {
            if !self.side(direction).failed {
                self.side(direction).failed = true;
                visitor.anomaly("failed_decrypt", direction, None);
                self.tell(direction, packet.version, |_| {}, visitor);
            }
            return;
        };
        let handshake = &mut self.side(direction).handshake;
        let mut fits = true;
        let mut closed = false;
        let understood = packet::frames(&payload, &mut |frame| match frame {
            Frame::Crypto(offset, bytes) => fits &= handshake.push(offset, bytes),
            Frame::Close => closed = true,
        });
        if !fits {
            visitor.anomaly("crypto_frag_too_long", direction, None);
        } else if !understood {
            visitor.anomaly("error_on_data", direction, None);
        }
        if packet.version.is_google() {
            self.google_hello(direction, packet.version, visitor);
        } else {
            self.hello(direction, packet.version, visitor);
        }
        self.over |= closed && self.to_server.told;
    }

    /// Opens an Initial packet with the keys at hand, or with those of its own id: the first of a client, and the
    /// first after the server asked for another try or another version.
    fn opened(&mut self, direction: Direction, packet: &Long<'_>) -> Option<Vec<u8>> {
        if let Some(keys) = &self.keys
            && keys.version == packet.version
        {
            let key = match direction {
                Direction::ToServer => &keys.client,
                Direction::ToClient => &keys.server,
            };
            if let Some(payload) = key.open(packet) {
                return Some(payload);
            }
        }
        if direction == Direction::ToClient {
            return None;
        }
        let keys = Keys::derive(packet.version, packet.destination)?;
        let payload = keys.client.open(packet)?;
        self.keys = Some(keys);
        self.to_server.handshake = Handshake::default();
        Some(payload)
    }

    /// Tells a hello once it is complete.
    fn hello(&mut self, direction: Direction, version: Version, visitor: &mut dyn Visitor) {
        let Some((kind, body)) = self.side(direction).handshake.message() else {
            return;
        };
        let client = (direction == Direction::ToServer && kind == CLIENT_HELLO)
            .then(|| client_hello(body))
            .flatten();
        let server = (direction == Direction::ToClient && kind == SERVER_HELLO)
            .then(|| server_hello(body))
            .flatten();
        self.side(direction).told = true;
        if client.is_none() && server.is_none() {
            visitor.anomaly("error_on_data", direction, None);
        }
        self.tell(
            direction,
            version,
            |transaction| {
                transaction.client = client.map(Client::over_quic);
                transaction.server = server.map(Server::new);
            },
            visitor,
        );
    }

    /// A packet of Google's that is not sealed.
    fn plain(&mut self, direction: Direction, packet: &Long<'_>, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        if side.told || direction == Direction::ToClient {
            return;
        }
        let payload = packet.bytes.get(packet.number_at..).unwrap_or_default();
        side.handshake = Handshake::default();
        side.handshake.push(0, payload);
        self.google_hello(direction, packet.version, visitor);
    }

    fn google_hello(&mut self, direction: Direction, version: Version, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        let Some(hello) = google::hello(side.handshake.bytes()) else {
            return;
        };
        side.told = true;
        let number = version.google_number().unwrap_or(0);
        let fingerprint = hello.fingerprint(number);
        self.tell(
            direction,
            version,
            |transaction| transaction.google = Some((hello, fingerprint)),
            visitor,
        );
        // The server's answer says nothing that we read.
        self.over = true;
    }

    fn tell(
        &mut self,
        direction: Direction,
        version: Version,
        fill: impl FnOnce(&mut QuicTransaction),
        visitor: &mut dyn Visitor,
    ) {
        let mut transaction = QuicTransaction {
            id: self.next_id,
            direction,
            version,
            client: None,
            server: None,
            google: None,
        };
        self.next_id = self.next_id.saturating_add(1);
        fill(&mut transaction);
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }
}
