//! ICMP (RFC 792) and ICMPv6 (RFC 4443, 4861).

use super::types::{Icmp, Network, Packet, TransportHeader};
use crate::cursor::Cursor;
use std::net::{IpAddr, Ipv4Addr};

pub(super) fn icmpv4<'a>(bytes: &'a [u8], packet: &mut Packet<'a>) {
    let Some((kind, code, mut cursor)) = head(bytes) else {
        packet.anomalies.push("icmpv4.pkt_too_small");
        return;
    };
    let has_id = matches!(kind, 0 | 8 | 13..=18);
    let is_error = matches!(kind, 3 | 4 | 5 | 11 | 12);
    let (id, sequence) = id_and_sequence(&mut cursor, has_id);
    if !matches!(kind, 0 | 3 | 4 | 5 | 8..=18 | 30 | 42 | 43) {
        packet.anomalies.push("icmpv4.unknown_type");
    } else if code > highest_code(kind) {
        packet.anomalies.push("icmpv4.unknown_code");
    }
    packet.transport = TransportHeader::Icmp(Icmp {
        kind,
        code,
        id,
        sequence,
        quoted: is_error.then_some(cursor.rest()),
    });
    packet.payload = cursor.rest();
}

pub(super) fn icmpv6<'a>(bytes: &'a [u8], packet: &mut Packet<'a>) {
    let Some((kind, code, mut cursor)) = head(bytes) else {
        packet.anomalies.push("icmpv6.pkt_too_small");
        return;
    };
    // The MTU of "packet too big" stands in their place.
    let has_id = matches!(kind, 2 | 128 | 129);
    let is_error = matches!(kind, 1..=4);
    let (id, sequence) = id_and_sequence(&mut cursor, has_id);
    judge_icmpv6(kind, code, packet);
    packet.transport = TransportHeader::Icmpv6(Icmp {
        kind,
        code,
        id,
        sequence,
        quoted: is_error.then_some(cursor.rest()),
    });
    packet.payload = cursor.rest();
}

/// The highest code of an ICMP type (IANA registry "ICMP Type Numbers").
const fn highest_code(kind: u8) -> u8 {
    match kind {
        3 => 15,
        5 => 3,
        9 => 16,
        11 => 1,
        12 => 2,
        // Traceroute and extended echo.
        30 | 42 | 43 => 4,
        _ => 0,
    }
}

/// What is odd about an ICMPv6 type and code (IANA registry "ICMPv6 Parameters").
fn judge_icmpv6(kind: u8, code: u8, packet: &mut Packet<'_>) {
    let highest = match kind {
        1 => 7,
        2 => 0,
        3 => 1,
        4 => 3,
        100 | 101 | 200 | 201 => {
            packet.anomalies.push("icmpv6.experimentation_type");
            return;
        }
        5..=99 | 102..=126 | 162..=199 | 202..=254 => {
            packet.anomalies.push("icmpv6.unassigned_type");
            return;
        }
        127 | 255 | 0 => {
            packet.anomalies.push("icmpv6.unknown_type");
            return;
        }
        138 | 139 | 140 | 157 | 158 => return,
        130..=132 => {
            // RFC 2710, 3: such messages stay on their link.
            let stays = matches!(&packet.network, Network::Ipv6(ip) if ip.hop_limit == 1);
            if !stays {
                packet.anomalies.push("icmpv6.mld_message_with_invalid_hl");
            }
            0
        }
        160 | 161 => 4,
        _ => 0,
    };
    if code > highest {
        packet.anomalies.push("icmpv6.unknown_code");
    }
}

/// The packet that an ICMP error quotes, as far as it tells whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Who sent it.
    pub source: (IpAddr, u16),
    /// To whom.
    pub destination: (IpAddr, u16),
    /// TCP or UDP, by its number.
    pub protocol: u8,
}

/// Destination unreachable (RFC 792), the one error that ends conversations.
const UNREACHABLE: u8 = 3;

impl Packet<'_> {
    /// The TCP or UDP packet about which this one says that it could not be delivered.
    pub fn complains_about(&self) -> Option<Quoted> {
        let TransportHeader::Icmp(icmp) = &self.transport else {
            return None;
        };
        quoted(icmp.quoted.filter(|_| icmp.kind == UNREACHABLE)?)
    }
}

/// Header of an IPv4 datagram and the first bytes after it (RFC 792: eight of them).
fn quoted(bytes: &[u8]) -> Option<Quoted> {
    let first = *bytes.first()?;
    let header_bytes = usize::from(first & 0xf).checked_mul(4)?;
    if first >> 4 != 4 || header_bytes < 20 {
        return None;
    }
    let protocol = *bytes.get(9)?;
    if !matches!(protocol, 6 | 17) {
        return None;
    }
    let mut addresses = Cursor::new(bytes.get(12..)?);
    let source = Ipv4Addr::from(addresses.u32()?);
    let destination = Ipv4Addr::from(addresses.u32()?);
    let mut ports = Cursor::new(bytes.get(header_bytes..)?);
    Some(Quoted {
        source: (source.into(), ports.u16()?),
        destination: (destination.into(), ports.u16()?),
        protocol,
    })
}

fn head(bytes: &[u8]) -> Option<(u8, u8, Cursor<'_>)> {
    let mut cursor = Cursor::new(bytes);
    let kind = cursor.u8()?;
    let code = cursor.u8()?;
    cursor.skip(2)?;
    Some((kind, code, cursor))
}

/// The four bytes after the checksum: identifier and sequence for some types, else passed over.
fn id_and_sequence(cursor: &mut Cursor<'_>, has_id: bool) -> (Option<u16>, Option<u16>) {
    let first = cursor.u16();
    let second = cursor.u16();
    if has_id {
        (first, second)
    } else {
        (None, None)
    }
}
