//! Ethernet, 802.1Q tags, ARP (RFC 826).

use std::net::{Ipv4Addr, Ipv6Addr};

/// A hardware address.
pub type Mac = [u8; 6];

/// Everybody on the segment.
pub(crate) const BROADCAST: Mac = [0xff; 6];

/// Shortest frame without its check sequence; shorter ones are padded on the wire.
const SHORTEST: usize = 60;

/// A frame around a payload, padded to the shortest length.
pub(crate) fn ethernet(target: Mac, source: Mac, kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(18 + payload.len().max(SHORTEST));
    frame.extend_from_slice(&target);
    frame.extend_from_slice(&source);
    frame.extend_from_slice(&kind.to_be_bytes());
    frame.extend_from_slice(payload);
    if frame.len() < SHORTEST {
        frame.resize(SHORTEST, 0);
    }
    frame
}

/// Puts an 802.1Q tag of the given VLAN into a frame.
pub(crate) fn tag(frame: &mut Vec<u8>, vlan: u16) {
    let [high, low] = (vlan & 0x0fff).to_be_bytes();
    frame.splice(12..12, [0x81, 0x00, high, low]);
}

/// The hardware address of an IPv4 multicast group (RFC 1112).
pub(crate) fn multicast_v4(group: Ipv4Addr) -> Mac {
    let [_, b, c, d] = group.octets();
    [0x01, 0x00, 0x5e, b & 0x7f, c, d]
}

/// The hardware address of an IPv6 multicast group (RFC 2464).
pub(crate) fn multicast_v6(group: Ipv6Addr) -> Mac {
    let [.., a, b, c, d] = group.octets();
    [0x33, 0x33, a, b, c, d]
}

/// An ARP frame: a request (`target_mac` none) or a reply.
pub(crate) fn arp(
    sender_mac: Mac,
    sender: Ipv4Addr,
    target_mac: Option<Mac>,
    target: Ipv4Addr,
) -> Vec<u8> {
    let mut body = vec![
        0,
        1,
        8,
        0,
        6,
        4,
        0,
        if target_mac.is_some() { 2 } else { 1 },
    ];
    body.extend_from_slice(&sender_mac);
    body.extend_from_slice(&sender.octets());
    body.extend_from_slice(&target_mac.unwrap_or([0; 6]));
    body.extend_from_slice(&target.octets());
    ethernet(target_mac.unwrap_or(BROADCAST), sender_mac, 0x0806, &body)
}
