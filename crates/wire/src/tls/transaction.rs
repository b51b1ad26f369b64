//! A handshake.

use super::certificate::Chain;
use super::fingerprint::{Fingerprint, ja3, ja3s, ja4};
use super::parser::{ClientHello, ServerHello};
use crate::protocol::Direction;

/// What a transaction is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum About {
    /// The handshake: hellos and the server's certificates.
    #[default]
    Handshake,
    /// The client's certificates alone, which come after all else has been told.
    ClientCertificate,
}

/// A client's hello with what is made of it.
#[derive(Debug)]
pub struct Client {
    /// The hello.
    pub hello: ClientHello,
    /// JA3.
    pub ja3: Fingerprint,
    /// JA4.
    pub ja4: String,
}

impl Client {
    /// Makes the fingerprints.
    pub fn new(hello: ClientHello) -> Self {
        Self {
            ja3: ja3(&hello),
            ja4: ja4('t', &hello),
            hello,
        }
    }

    /// The same for a hello that came in QUIC.
    pub fn over_quic(hello: ClientHello) -> Self {
        Self {
            ja3: ja3(&hello),
            ja4: ja4('q', &hello),
            hello,
        }
    }
}

/// A server's hello with what is made of it.
#[derive(Debug)]
pub struct Server {
    /// The hello.
    pub hello: ServerHello,
    /// JA3S.
    pub ja3s: Fingerprint,
}

impl Server {
    /// Makes the fingerprint.
    pub fn new(hello: ServerHello) -> Self {
        Self {
            ja3s: ja3s(&hello),
            hello,
        }
    }
}

/// A handshake as far as it was seen.
#[derive(Debug, Default)]
pub struct TlsTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What it is about.
    pub about: About,
    /// The client's hello.
    pub client: Option<Client>,
    /// The server's hello.
    pub server: Option<Server>,
    /// The server's certificates.
    pub server_chain: Option<Chain>,
    /// The client's certificates.
    pub client_chain: Option<Chain>,
    /// The server's key exchange was seen.
    pub server_key_exchange: bool,
    /// An earlier session goes on.
    pub resumed: bool,
}

impl TlsTransaction {
    /// The version both speak, or the client would.
    pub fn version(&self) -> Option<u16> {
        match (&self.server, &self.client) {
            (Some(server), _) => Some(server.hello.real_version()),
            (None, Some(client)) => Some(client.hello.highest_version()),
            (None, None) => None,
        }
    }

    /// The version as seen on one side.
    pub fn version_of(&self, direction: Direction) -> Option<u16> {
        match direction {
            Direction::ToServer => self
                .client
                .as_ref()
                .map(|client| client.hello.highest_version()),
            Direction::ToClient => self
                .server
                .as_ref()
                .map(|server| server.hello.real_version()),
        }
    }

    /// The certificates that rules of a direction look at.
    pub const fn chain(&self, direction: Direction) -> Option<&Chain> {
        match (direction, self.about) {
            (Direction::ToClient, About::Handshake) => self.server_chain.as_ref(),
            (Direction::ToServer, About::ClientCertificate) => self.client_chain.as_ref(),
            _ => None,
        }
    }
}
