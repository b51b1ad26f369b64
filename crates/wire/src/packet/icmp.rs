//! ICMP (RFC 792) and ICMPv6 (RFC 4443, 4861).

use super::types::{Icmp, Network, Packet, TransportHeader};
use crate::cursor::Cursor;

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
    let has_id = matches!(kind, 128 | 129);
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
