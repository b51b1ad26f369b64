//! The Internet checksum (RFC 1071).

use super::types::{Network, Packet, TransportHeader};
use std::net::IpAddr;

/// Sum of the 16-bit words of `bytes`, not folded, as this machine reads them: the sum in the other byte order has its two
/// bytes swapped and nothing else (RFC 1071, 2 B), so that words need not be turned round one by one. An odd last byte is
/// the first of its word.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    // Sums of 32-bit words fold to the same 16-bit sum; fewer additions.
    let total = words.iter().fold(0_u64, |total, word| {
        total.wrapping_add(u64::from(u32::from_ne_bytes(*word)))
    });
    let mut last = [0_u8; 4];
    for (slot, byte) in last.iter_mut().zip(rest) {
        *slot = *byte;
    }
    total.wrapping_add(u64::from(u32::from_ne_bytes(last)))
}

/// A number of the network's byte order as [`sum`] counts it.
fn number(value: u16) -> u64 {
    u64::from(u16::from_ne_bytes(value.to_be_bytes()))
}

const fn fold(mut total: u64) -> u16 {
    while total >> 16 != 0 {
        total = (total & 0xffff).wrapping_add(total >> 16);
    }
    (total & 0xffff) as u16
}

/// Whether a header that includes its checksum sums to the right value.
pub fn is_right(bytes: &[u8]) -> bool {
    fold(sum(bytes)) == 0xffff
}

/// Sum of the pseudo-header (RFC 9293, 3.1; RFC 8200, 8.1), not folded.
fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, segment: &[u8]) -> Option<u64> {
    let addresses = match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            sum(&source.octets()).wrapping_add(sum(&destination.octets()))
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            sum(&source.octets()).wrapping_add(sum(&destination.octets()))
        }
        _ => return None,
    };
    let length = u32::try_from(segment.len()).unwrap_or(u32::MAX);
    Some(
        addresses
            .wrapping_add(number(u16::from(protocol)))
            .wrapping_add(sum(&length.to_be_bytes())),
    )
}

/// See [`Packet::checksum_ok`].
pub(super) fn transport_is_right(packet: &Packet<'_>) -> bool {
    let is_cut = packet
        .anomalies
        .iter()
        .any(|name| name.ends_with("trunc_pkt"));
    let segment = match &packet.network {
        Network::Ipv4(ip) => ip.payload,
        Network::Ipv6(ip) => ip.payload,
        Network::None | Network::Arp(_) => return true,
    };
    let protocol = match &packet.transport {
        _ if is_cut => return true,
        TransportHeader::Tcp(_) => 6,
        TransportHeader::Udp(_) if segment.get(6..8) == Some(&[0, 0]) => return true,
        TransportHeader::Udp(_) => 17,
        TransportHeader::Icmp(_) => return is_right(segment),
        TransportHeader::Icmpv6(_) => 58,
        TransportHeader::Sctp(_) | TransportHeader::None => return true,
    };
    packet.addresses().is_some_and(|(source, destination)| {
        pseudo_header(source, destination, protocol, segment)
            .is_some_and(|pseudo| fold(pseudo.wrapping_add(sum(segment))) == 0xffff)
    })
}

/// See [`Packet::checksum_is_unfinished`].
pub(super) fn transport_is_unfinished(packet: &Packet<'_>) -> bool {
    let segment = match &packet.network {
        Network::Ipv4(ip) => ip.payload,
        Network::Ipv6(ip) => ip.payload,
        Network::None | Network::Arp(_) => return false,
    };
    let (protocol, stored) = match &packet.transport {
        TransportHeader::Tcp(_) => (6, segment.get(16..18)),
        TransportHeader::Udp(_) => (17, segment.get(6..8)),
        _ => return false,
    };
    let Some([high, low]) = stored else {
        return false;
    };
    packet
        .addresses()
        .and_then(|(source, destination)| pseudo_header(source, destination, protocol, segment))
        .is_some_and(|pseudo| fold(pseudo) == u16::from_ne_bytes([*high, *low]))
}
