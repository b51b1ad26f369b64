//! What carries packets inside packets: GRE, ERSPAN, VXLAN, GENEVE, Teredo, service headers.

use super::decode::{finish, inner};
use super::types::{Decoded, Packet, TransportHeader, Tunnel};
use super::{ip, link};
use crate::cursor::Cursor;

pub(super) const ERSPAN_II: u16 = 0x88be;
pub(super) const ERSPAN_III: u16 = 0x22eb;
const PPP_IN_GRE: u16 = 0x880b;
pub(super) const NSH: u16 = 0x894f;
const TEREDO_PORT: u16 = 3544;
const VXLAN_PORT: u16 = 4789;
const GENEVE_PORT: u16 = 6081;

/// RFC 2784 and 2890 (version 0), RFC 2637 (version 1, PPTP).
pub(super) fn gre<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    packet.payload = bytes;
    match gre_header(bytes) {
        Ok((protocol, has_sequence, rest)) => {
            packet.payload = rest;
            let is_erspan = matches!(protocol, ERSPAN_II | ERSPAN_III);
            let mut carried = inner(
                packet,
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
                ERSPAN_II if !has_sequence => link::ethernet(rest, &mut carried, decoded),
                ERSPAN_II | ERSPAN_III => erspan_header(protocol, rest, &mut carried, decoded),
                0x6558 => link::ethernet(rest, &mut carried, decoded),
                PPP_IN_GRE => link::ppp(rest, &mut carried, decoded),
                _ => {
                    carried.payload = rest;
                    link::by_ether_type(protocol, rest, &mut carried, decoded);
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
    packet: &mut Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    let mut carried = inner(packet, Tunnel::Erspan, bytes);
    finish(packet, decoded);
    erspan_header(ether_type, bytes, &mut carried, decoded);
}

/// draft-foschiano-erspan: type II has 8 bytes, type III 12 and, with its O bit, 8 more.
fn erspan_header<'a>(
    ether_type: u16,
    bytes: &'a [u8],
    carried: &mut Packet<'a>,
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
    // The VLAN of the mirrored frame stands in the header.
    let vlan = bytes
        .get(..2)
        .and_then(|head| Cursor::new(head).u16())
        .map_or(0, |word| word & 0x0fff);
    if header_len != usize::MAX && vlan != 0 && !carried.vlan.push(vlan) {
        carried.anomalies.push("erspan.too_many_vlan_layers");
    }
    match cursor.skip(header_len) {
        Some(()) => link::ethernet(cursor.rest(), carried, decoded),
        None => {
            carried.anomalies.push("erspan.header_too_small");
            finish(carried, decoded);
        }
    }
}

/// UDP that carries Ethernet, on the ports registered for it: RFC 7348, RFC 8926.
pub(super) fn over_udp<'a>(packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    let TransportHeader::Udp(udp) = packet.transport else {
        return finish(packet, decoded);
    };
    let found = match udp.destination_port {
        VXLAN_PORT => vxlan(packet.payload).map(|frame| (Tunnel::Vxlan, 0x6558, frame)),
        GENEVE_PORT => {
            geneve(packet.payload).map(|(protocol, frame)| (Tunnel::Geneve, protocol, frame))
        }
        _ if [udp.source_port, udp.destination_port].contains(&TEREDO_PORT) => {
            teredo(packet.payload).map(|inner| (Tunnel::Teredo, 0x86dd, inner))
        }
        _ => None,
    };
    let carried = found.map(|(tunnel, protocol, bytes)| (inner(packet, tunnel, bytes), protocol));
    finish(packet, decoded);
    match carried {
        Some((mut carried, 0x6558)) => link::ethernet(carried.payload, &mut carried, decoded),
        Some((mut carried, protocol)) => {
            link::by_ether_type(protocol, carried.payload, &mut carried, decoded);
        }
        None => {}
    }
}

fn vxlan(bytes: &[u8]) -> Option<&[u8]> {
    vxlan_header(bytes).map(|(_, frame)| frame)
}

/// Network identifier and frame.
fn vxlan_header(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut cursor = Cursor::new(bytes);
    let flags = cursor.u8()?;
    let reserved = cursor.u24()?;
    let identifier = cursor.u24()?;
    cursor.skip(1)?;
    // The I flag must be set; the reserved fields of ordinary VXLAN are zero.
    (flags & 0x08 != 0 && reserved == 0 && cursor.remaining() >= 14)
        .then_some((identifier, cursor.rest()))
}

/// The network identifier of a packet that carries VXLAN (RFC 7348).
pub(super) fn vxlan_network(packet: &Packet<'_>) -> Option<u32> {
    match packet.transport {
        TransportHeader::Udp(udp) if udp.destination_port == VXLAN_PORT => {
            vxlan_header(packet.payload).map(|(identifier, _)| identifier)
        }
        _ => None,
    }
}

/// RFC 4380, 5.1.1: authentication and origin may stand before the IPv6 packet, which fills the rest exactly.
fn teredo(bytes: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor::new(bytes);
    if cursor.rest().starts_with(&[0, 1]) {
        cursor.skip(2)?;
        let (client, value) = (usize::from(cursor.u8()?), usize::from(cursor.u8()?));
        // Nonce and confirmation follow the two.
        cursor.skip(client.saturating_add(value).saturating_add(9))?;
    }
    if cursor.rest().starts_with(&[0, 0]) {
        cursor.skip(8)?;
    }
    let carried = cursor.rest();
    let mut header = cursor;
    let version = header.u32()? >> 28;
    let payload = usize::from(header.u16()?);
    (version == 6 && carried.len() == payload.saturating_add(40)).then_some(carried)
}

/// Network service header (RFC 8300): which path through a provider's services the packet takes.
pub(super) fn service_header<'a>(
    bytes: &'a [u8],
    packet: &mut Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    let (next, rest) = match service_header_values(bytes) {
        Ok(found) => found,
        Err(anomaly) => {
            packet.anomalies.push(anomaly);
            return finish(packet, decoded);
        }
    };
    packet.payload = rest;
    match next {
        1 => ip::ipv4(rest, packet, decoded),
        2 => ip::ipv6(rest, packet, decoded),
        3 => link::ethernet(rest, packet, decoded),
        5 => link::mpls(rest, packet, decoded),
        _ => {
            packet.anomalies.push("nsh.unknown_payload");
            finish(packet, decoded);
        }
    }
}

/// Number of the protocol that follows, and what follows.
fn service_header_values(bytes: &[u8]) -> Result<(u8, &[u8]), &'static str> {
    const SMALL: &str = "nsh.header_too_small";
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u16().ok_or(SMALL)?;
    let kind = cursor.u8().ok_or(SMALL)? & 0x0f;
    let next = cursor.u8().ok_or(SMALL)?;
    cursor.skip(4).ok_or(SMALL)?;
    if first >> 14 != 0 {
        return Err("nsh.unsupported_version");
    }
    // In words of four bytes, the two read counted.
    let words = usize::from(first & 0x3f);
    let context = match kind {
        1 if words != 6 => return Err("nsh.bad_header_length"),
        1 => 16,
        2 => words
            .checked_sub(2)
            .ok_or("nsh.bad_header_length")?
            .saturating_mul(4),
        0 | 15 => return Err("nsh.reserved_type"),
        _ => return Err("nsh.unsupported_type"),
    };
    cursor.skip(context).ok_or("nsh.bad_header_length")?;
    Ok((next, cursor.rest()))
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
