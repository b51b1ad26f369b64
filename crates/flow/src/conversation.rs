//! One flow: who talks with whom, how much, in which protocol, and what listeners keep beside it.

use event::{Endpoint, Timestamp, Transport};
use std::sync::Arc;
use wire::packet::VlanTags;
use wire::protocol::Direction;

/// Packets and bytes of one direction. Bytes are those of whole frames,
/// link layer included, as in the flow events of Suricata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets.
    pub packets: u64,
    /// Bytes of whole frames.
    pub bytes: u64,
}

/// What TCP showed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpSummary {
    /// All flags seen from the client.
    pub flags_to_server: u8,
    /// All flags seen from the server.
    pub flags_to_client: u8,
    /// Bytes of the stream from the client so far, those delivered now included.
    pub sent_to_server: u64,
    /// The same from the server.
    pub sent_to_client: u64,
    /// The three-way handshake was seen, or the connection was picked up mid-stream.
    pub established: bool,
    /// The start was not seen.
    pub midstream: bool,
    /// Name of the state as Suricata writes it in `tcp.state`: `syn_sent`, `syn_recv`,
    /// `established`, `fin_wait1`, `fin_wait2`, `time_wait`, `last_ack`, `close_wait`, `closing`, `closed`.
    pub state: &'static str,
}

/// One flow with room for a listener's own state `S` (flow bits, candidates, ...).
#[derive(Debug)]
pub struct Conversation<S> {
    /// Made from the addresses, ports, VLANs and the time of the first packet: the same in every
    /// replay and for every number of workers.
    pub id: u64,
    /// Who opened it (for mid-stream pick-ups: the better guess).
    pub client: Endpoint,
    /// Who answered.
    pub server: Endpoint,
    /// TCP, UDP, ICMP, ...
    pub transport: Transport,
    /// VLAN tags of the first packet.
    pub vlan: VlanTags,
    /// Hardware addresses of client and server as the first packets showed them.
    pub macs: (Option<[u8; 6]>, Option<[u8; 6]>),
    /// Time of the first packet.
    pub start: Timestamp,
    /// Time of the last packet.
    pub last: Timestamp,
    /// From the client.
    pub to_server: Counters,
    /// From the server.
    pub to_client: Counters,
    /// Only for TCP.
    pub tcp: Option<TcpSummary>,
    /// Protocol recognised, by its EVE name; `failed` once nothing fits.
    pub app_proto: Option<&'static str>,
    /// What one direction spoke, where that is not what the other speaks.
    pub app_proto_disagreeing: Option<(Direction, &'static str)>,
    /// What was spoken before it changed to another protocol.
    pub app_proto_original: Option<&'static str>,
    /// The rest of it is encrypted, or says nothing to anybody: its payload is not worth a look.
    pub sealed: bool,
    /// Alerts raised on this flow (counted by the listener, written in the flow event).
    pub alerted: bool,
    /// The listener's own.
    pub state: S,
}

impl<S> Conversation<S> {
    /// Sender and receiver of bytes that travel in `direction`.
    pub const fn ends(&self, direction: Direction) -> (Endpoint, Endpoint) {
        match direction {
            Direction::ToServer => (self.client, self.server),
            Direction::ToClient => (self.server, self.client),
        }
    }

    /// Whether packets have been seen from both sides (for TCP: whether it was established).
    pub const fn is_established(&self) -> bool {
        match self.tcp {
            Some(tcp) => tcp.established,
            None => self.to_server.packets > 0 && self.to_client.packets > 0,
        }
    }
}

/// Which digests are made of files beside SHA-256, which always is: MD5 alone takes longer than parsing does, so that it is
/// made only where something is compared with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// MD5 is.
    pub md5: bool,
    /// SHA-1 is.
    pub sha1: bool,
}

impl Digests {
    /// Those that either wants.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            md5: self.md5 || other.md5,
            sha1: self.sha1 || other.sha1,
        }
    }
}

/// Digests of a file, lower-case hexadecimal is made where they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// RFC 1321; where it is wanted.
    pub md5: Option<[u8; 16]>,
    /// FIPS 180-4; where it is wanted.
    pub sha1: Option<[u8; 20]>,
    /// FIPS 180-4.
    pub sha256: [u8; 32],
}

/// Where in its life a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePhase {
    /// Name and enough of the beginning are known to tell the type.
    Begun,
    /// All of it passed.
    Complete,
    /// The conversation ended before the file did, or bytes were missing.
    Truncated,
}

/// A file that passes, or passed, in a flow.
#[derive(Clone, Debug)]
pub struct File {
    /// Number within the flow, from 0.
    pub id: u64,
    /// Name as the wire gave it; empty where it gave none.
    pub name: Vec<u8>,
    /// Which way it travels.
    pub direction: Direction,
    /// The transaction that carries it.
    pub transaction_id: u64,
    /// Protocol that carries it, by its EVE name.
    pub app_proto: &'static str,
    /// Bytes seen so far.
    pub size: u64,
    /// Type by content as MIME, e.g. `application/vnd.microsoft.portable-executable`.
    pub mime: Option<&'static str>,
    /// Description as libmagic would begin it, e.g. `PE32 executable`; only for types we know.
    pub magic: Option<&'static str>,
    /// The first bytes (at most `limits::FILE_HEAD_BYTES_MAX`).
    pub head: Vec<u8>,
    /// Its bytes from the beginning, as far as they are kept (`Settings::file_bytes_max`) and none was missing; empty
    /// unless they are asked for. What comes after them is told by [`Observer::file_rest`](crate::Observer::file_rest).
    pub body: Arc<Vec<u8>>,
    /// Bytes were missing inside.
    pub gaps: bool,
    /// Known once complete without gaps.
    pub hashes: Option<Hashes>,
}

impl File {
    /// Whether `body` is all of it that was seen, nothing missing.
    pub fn is_kept_whole(&self) -> bool {
        !self.gaps && self.body.len() as u64 == self.size
    }
}
