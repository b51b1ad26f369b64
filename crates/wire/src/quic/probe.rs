//! Is it QUIC? Told by a long header of a version that is known.

use super::packet::{Kind, long};
use super::version::Version;
use crate::protocol::{Direction, Probe};

/// Looks at a datagram.
pub fn quic(direction: Direction, bytes: &[u8]) -> Probe {
    let Some(packet) = long(bytes) else {
        return Probe::No;
    };
    let fits = match packet.kind {
        // The fixed bit (RFC 9000, 17.2), and a packet that ends within its datagram.
        Kind::Initial | Kind::Early | Kind::Handshake => {
            packet.version.is_known() && bytes.first().is_some_and(|first| first & 0x40 != 0)
        }
        Kind::Retry => packet.version.is_known() && direction == Direction::ToClient,
        Kind::Plain => true,
        Kind::Negotiation => {
            direction == Direction::ToClient && lists_versions(bytes, packet.number_at)
        }
    };
    if fits { Probe::Yes } else { Probe::No }
}

/// RFC 9000, 17.2.1: a list of versions, one of them known.
fn lists_versions(bytes: &[u8], at: usize) -> bool {
    let list = bytes.get(at..).unwrap_or_default();
    let (versions, rest) = list.as_chunks::<4>();
    rest.is_empty()
        && versions
            .iter()
            .any(|version| Version(u32::from_be_bytes(*version)).is_known())
}
