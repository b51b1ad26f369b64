//! ICMP (RFC 792) and ICMPv6 (RFC 4443, 4861).

use super::checksum;
use super::tcp::is_right;
use super::types::{Icmp, Packet, TransportHeader};
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
    }
    packet.transport = TransportHeader::Icmp(Icmp {
        kind,
        code,
        id,
        sequence,
        quoted: is_error.then_some(cursor.rest()),
        checksum_ok: checksum::is_right(bytes),
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
    let checksum_ok = is_right(bytes, 58, packet);
    packet.transport = TransportHeader::Icmpv6(Icmp {
        kind,
        code,
        id,
        sequence,
        quoted: is_error.then_some(cursor.rest()),
        checksum_ok,
    });
    packet.payload = cursor.rest();
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
