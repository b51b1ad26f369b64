//! One side's hello.

use super::google::Hello;
use super::version::Version;
use crate::protocol::Direction;
use crate::tls::fingerprint::Fingerprint;
use crate::tls::transaction::{Client, Server};

/// What one side said first.
#[derive(Debug)]
pub struct QuicTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Who said it.
    pub direction: Direction,
    /// Version of the packet.
    pub version: Version,
    /// A client's hello.
    pub client: Option<Client>,
    /// A server's hello.
    pub server: Option<Server>,
    /// A client's hello as Google's QUIC has it.
    pub google: Option<(Hello, Fingerprint)>,
}

impl QuicTransaction {
    /// Host asked for.
    pub fn server_name(&self) -> Option<&[u8]> {
        let tls = self
            .client
            .as_ref()
            .and_then(|client| client.hello.server_name.as_deref());
        tls.or_else(|| self.google.as_ref()?.0.server_name.as_deref())
    }
}
