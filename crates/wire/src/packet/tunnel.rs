//! What carries packets inside packets: GRE, ERSPAN, VXLAN, GENEVE.

use super::decode::{finish, inner};
use super::link;
use super::types::{Decoded, Packet, TransportHeader, Tunnel};
use crate::cursor::Cursor;

pub(super) const ERSPAN_II: u16 = 0x88be;
pub(super) const ERSPAN_III: u16 = 0x22eb;
const PPP_IN_GRE: u16 = 0x880b;
const VXLAN_PORT: u16 = 4789;
const GENEVE_PORT: u16 = 6081;

/// RFC 2784 and 2890 (version 0), RFC 2637 (version 1, PPTP).
pub(super) fn gre<'a>(bytes: &'a [u8], mut packet: Packet<'a>, decoded: &mut Decoded<'a>) {
    packet.payload = bytes;
    match gre_header(bytes) {
        Ok((protocol, has_sequence, rest)) => {
            packet.payload = rest;
            let is_erspan = matches!(protocol, ERSPAN_II | ERSPAN_III);
            let mut carried = inner(
                &packet,
                if is_erspan {
                    Tunnel::Erspan
                } else {
                    Tunnel::Gre
                },
                rest,
            );
            finish(packet, decoded);
            match protocol {
                // Type I has no header of its own and is known by the missing sequence number.
                ERSPAN_II if !has_sequence => link::ethernet(rest, carried, decoded),
                ERSPAN_II | ERSPAN_III => erspan_header(protocol, rest, carried, decoded),
                0x6558 => link::ethernet(rest, carried, decoded),
                PPP_IN_GRE => link::ppp(rest, carried, decoded),
                _ => {
                    carried.payload = rest;
                    link::by_ether_type(protocol, rest, carried, decoded);
                }
            }
        }
        Err(anomaly) => {
            packet.anomalies.push(anomaly);
            finish(packet, decoded);
        }
    }
}

fn gre_header(bytes: &[u8]) -> Result<(u16, bool, &[u8]), &'static str> {
    const SMALL: &str = "gre.pkt_too_small";
    let mut cursor = Cursor::new(bytes);
    let flags = cursor.u16().ok_or(SMALL)?;
    let protocol = cursor.u16().ok_or(SMALL)?;
    let has_sequence = flags & 0x1000 != 0;
    match flags & 0x7 {
        0 => {
            // Routing (0x4000) was taken back by RFC 2784 and is not followed.
            if flags & 0x4000 != 0 {
                return Err("gre.version0_malformed_sre_hdr");
            }
            for present in [0x8000, 0x2000, 0x1000] {
                if flags & present != 0 {
                    cursor.skip(4).ok_or(SMALL)?;
                }
            }
        }
        1 => {
            if protocol != PPP_IN_GRE {
                return Err("gre.version1_wrong_protocol");
            }
            cursor.skip(4).ok_or(SMALL)?;
            for present in [0x1000, 0x0080] {
                if flags & present != 0 {
                    cursor.skip(4).ok_or(SMALL)?;
                }
            }
        }
        _ => return Err("gre.wrong_version"),
    }
    Ok((protocol, has_sequence, cursor.rest()))
}

/// ERSPAN straight over Ethernet.
pub(super) fn erspan<'a>(
    ether_type: u16,
    bytes: &'a [u8],
    packet: Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    let carried = inner(&packet, Tunnel::Erspan, bytes);
    finish(packet, decoded);
    erspan_header(ether_type, bytes, carried, decoded);
}

/// draft-foschiano-erspan: type II has 8 bytes, type III 12 and, with its O bit, 8 more.
fn erspan_header<'a>(
    ether_type: u16,
    bytes: &'a [u8],
    mut carried: Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    let mut cursor = Cursor::new(bytes);
    let version = bytes.first().map(|first| first >> 4);
    let header_len = match (ether_type, version) {
        (ERSPAN_II, Some(1)) => 8,
        (ERSPAN_III, Some(2)) => match bytes.get(11) {
            Some(last) if last & 1 == 1 => 20,
            _ => 12,
        },
        (_, Some(_)) => {
            carried.anomalies.push("erspan.unsupported_version");
            return finish(carried, decoded);
        }
        (_, None) => usize::MAX,
    };
    match cursor.skip(header_len) {
        Some(()) => link::ethernet(cursor.rest(), carried, decoded),
        None => {
            carried.anomalies.push("erspan.header_too_small");
            finish(carried, decoded);
        }
    }
}

/// UDP that carries Ethernet, on the ports registered for it: RFC 7348, RFC 8926.
pub(super) fn over_udp<'a>(packet: Packet<'a>, decoded: &mut Decoded<'a>) {
    let TransportHeader::Udp(udp) = packet.transport else {
        return finish(packet, decoded);
    };
    let found = match udp.destination_port {
        VXLAN_PORT => vxlan(packet.payload).map(|frame| (Tunnel::Vxlan, 0x6558, frame)),
        GENEVE_PORT => {
            geneve(packet.payload).map(|(protocol, frame)| (Tunnel::Geneve, protocol, frame))
        }
        _ => None,
    };
    let carried = found.map(|(tunnel, protocol, bytes)| (inner(&packet, tunnel, bytes), protocol));
    finish(packet, decoded);
    match carried {
        Some((carried, 0x6558)) => link::ethernet(carried.payload, carried, decoded),
        Some((carried, protocol)) => {
            link::by_ether_type(protocol, carried.payload, carried, decoded);
        }
        None => {}
    }
}

fn vxlan(bytes: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor::new(bytes);
    let flags = cursor.u8()?;
    let reserved = cursor.u24()?;
    cursor.skip(4)?;
    // The I flag must be set; the reserved fields of ordinary VXLAN are zero.
    (flags & 0x08 != 0 && reserved == 0 && cursor.remaining() >= 14).then_some(cursor.rest())
}

fn geneve(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u8()?;
    cursor.skip(1)?;
    let protocol = cursor.u16()?;
    cursor.skip(4)?;
    if first >> 6 != 0 {
        return None;
    }
    cursor.skip(usize::from(first & 0x3f).saturating_mul(4))?;
    Some((protocol, cursor.rest()))
}
