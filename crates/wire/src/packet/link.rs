//! Link layers: Ethernet with VLAN tags, MPLS and PPPoE, loopback, PPP, Linux cooked captures, raw IP.

use super::decode::{finish, inner};
use super::types::{Arp, Decoded, Ethernet, LinkType, Network, Packet, Tunnel};
use super::{ip, tunnel};
use crate::cursor::Cursor;

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;
const VLAN: [u16; 3] = [0x8100, 0x88a8, 0x9100];
const MPLS: [u16; 2] = [0x8847, 0x8848];
const PPPOE_SESSION: u16 = 0x8864;
const PPPOE_DISCOVERY: u16 = 0x8863;
const TRANSPARENT_ETHERNET: u16 = 0x6558;

/// MPLS label stacks deeper than this are nobody's network.
const MPLS_LABELS_MAX: usize = 16;

pub(super) fn decode<'a>(link_type: LinkType, bytes: &'a [u8], decoded: &mut Decoded<'a>) {
    let packet = &mut Packet {
        payload: bytes,
        ..Packet::default()
    };
    match link_type {
        LinkType::Ethernet => ethernet(bytes, packet, decoded),
        LinkType::RawIp => ip::decode_by_version(bytes, packet, decoded),
        LinkType::Ipv4 => ip::ipv4(bytes, packet, decoded),
        LinkType::Ipv6 => ip::ipv6(bytes, packet, decoded),
        LinkType::Null | LinkType::Loop => match bytes.split_at_checked(4) {
            // The address family differs between systems; the IP version does not.
            Some((_family, rest)) => ip::decode_by_version(rest, packet, decoded),
            None => {
                packet.anomalies.push("ltnull.pkt_too_small");
                finish(packet, decoded);
            }
        },
        LinkType::Ppp => ppp(bytes, packet, decoded),
        LinkType::CiscoHdlc => cisco_hdlc(bytes, packet, decoded),
        LinkType::LinuxCooked => cooked(bytes, 14, 16, packet, decoded),
        LinkType::LinuxCooked2 => cooked(bytes, 0, 20, packet, decoded),
        LinkType::Other(_) => {
            packet.anomalies.push("link_type_unknown");
            finish(packet, decoded);
        }
    }
}

/// An Ethernet frame (IEEE 802.3), outermost or carried by a tunnel.
pub(super) fn ethernet<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    let mut cursor = Cursor::new(bytes);
    let (Some(destination), Some(source), Some(ether_type)) =
        (cursor.array(), cursor.array(), cursor.u16())
    else {
        packet.anomalies.push("ethernet.pkt_too_small");
        return finish(packet, decoded);
    };
    packet.ethernet = Some(Ethernet {
        source,
        destination,
        ether_type,
        frame_type: ether_type,
    });
    by_ether_type(ether_type, cursor.rest(), packet, decoded);
}

/// What an EtherType announces, after any VLAN tags.
pub(super) fn by_ether_type<'a>(
    mut ether_type: u16,
    bytes: &'a [u8],
    packet: &mut Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    let mut cursor = Cursor::new(bytes);
    while VLAN.contains(&ether_type) {
        let (Some(control), Some(next)) = (cursor.u16(), cursor.u16()) else {
            packet.anomalies.push("vlan.header_too_small");
            return finish(packet, decoded);
        };
        if !packet.vlan.push(control & 0x0fff) {
            packet.anomalies.push("vlan.too_many_layers");
            return finish(packet, decoded);
        }
        ether_type = next;
    }
    if let Some(header) = &mut packet.ethernet {
        header.ether_type = ether_type;
    }
    let rest = cursor.rest();
    packet.payload = rest;
    match ether_type {
        IPV4 => ip::ipv4(rest, packet, decoded),
        IPV6 => ip::ipv6(rest, packet, decoded),
        ARP => arp(rest, packet, decoded),
        PPPOE_SESSION => pppoe(rest, packet, decoded),
        TRANSPARENT_ETHERNET => {
            let mut carried = inner(packet, Tunnel::Gre, rest);
            finish(packet, decoded);
            ethernet(rest, &mut carried, decoded);
        }
        tunnel::ERSPAN_II | tunnel::ERSPAN_III => {
            tunnel::erspan(ether_type, rest, packet, decoded);
        }
        _ if MPLS.contains(&ether_type) => mpls(rest, packet, decoded),
        tunnel::NSH => tunnel::service_header(rest, packet, decoded),
        PPPOE_DISCOVERY => finish(packet, decoded),
        _ => finish(packet, decoded),
    }
}

/// Linux cooked capture: the EtherType stands at `type_at`, the payload at `header_len`.
fn cooked<'a>(
    bytes: &'a [u8],
    type_at: usize,
    header_len: usize,
    packet: &mut Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    let ether_type = bytes.get(type_at..).and_then(|at| Cursor::new(at).u16());
    match (ether_type, bytes.get(header_len..)) {
        (Some(ether_type), Some(rest)) => by_ether_type(ether_type, rest, packet, decoded),
        _ => {
            packet.anomalies.push("sll.pkt_too_small");
            finish(packet, decoded);
        }
    }
}

/// Address, control, and the EtherType of what follows (RFC 1547, 4.3.1).
fn cisco_hdlc<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    let mut cursor = Cursor::new(bytes);
    match cursor.skip(2).and_then(|()| cursor.u16()) {
        Some(ether_type) => by_ether_type(ether_type, cursor.rest(), packet, decoded),
        None => {
            packet.anomalies.push("chdlc.pkt_too_small");
            finish(packet, decoded);
        }
    }
}

/// RFC 826.
fn arp<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    match arp_values(bytes) {
        Some(values) => packet.network = Network::Arp(values),
        None => packet.anomalies.push("arp.invalid_pkt"),
    }
    finish(packet, decoded);
}

fn arp_values(bytes: &[u8]) -> Option<Arp> {
    let mut cursor = Cursor::new(bytes);
    // Ethernet (1) and IPv4, with their address lengths 6 and 4.
    if cursor.array::<6>()? != [0, 1, 8, 0, 6, 4] {
        return None;
    }
    Some(Arp {
        operation: cursor.u16()?,
        sender_mac: cursor.array()?,
        sender_ip: cursor.array::<4>()?.into(),
        target_mac: cursor.array()?,
        target_ip: cursor.array::<4>()?.into(),
    })
}

/// RFC 2516, session stage.
fn pppoe<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    let mut cursor = Cursor::new(bytes);
    let (Some(version_type), Some(code), Some(()), Some(_length)) =
        (cursor.u8(), cursor.u8(), cursor.skip(2), cursor.u16())
    else {
        packet.anomalies.push("pppoe.pkt_too_small");
        return finish(packet, decoded);
    };
    if version_type != 0x11 || code != 0 {
        packet.anomalies.push("pppoe.malformed_tags");
        return finish(packet, decoded);
    }
    ppp_protocol(cursor, packet, decoded);
}

/// RFC 1661 and 1662: address and control may be compressed away.
pub(super) fn ppp<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    let rest = bytes.strip_prefix(&[0xff, 0x03]).unwrap_or(bytes);
    ppp_protocol(Cursor::new(rest), packet, decoded);
}

fn ppp_protocol<'a>(mut cursor: Cursor<'a>, packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    let protocol = match cursor.rest().first() {
        // Protocol-field compression: an odd first byte is the whole number.
        Some(first) if first & 1 == 1 => cursor.u8().map(u16::from),
        _ => cursor.u16(),
    };
    let rest = cursor.rest();
    packet.payload = rest;
    match protocol {
        Some(0x0021) => ip::ipv4(rest, packet, decoded),
        Some(0x0057) => ip::ipv6(rest, packet, decoded),
        Some(0x0281 | 0x0283) => mpls(rest, packet, decoded),
        Some(_) => finish(packet, decoded),
        None => {
            packet.anomalies.push("ppp.pkt_too_small");
            finish(packet, decoded);
        }
    }
}

/// RFC 3032; what follows the last label is told by its first nibble (RFC 4928), Ethernet
/// pseudowires by their control word (RFC 4448).
pub(super) fn mpls<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    let mut cursor = Cursor::new(bytes);
    for _ in 0..MPLS_LABELS_MAX {
        let Some(entry) = cursor.u32() else {
            packet.anomalies.push("mpls.header_too_small");
            return finish(packet, decoded);
        };
        if entry & 0x100 == 0 {
            continue;
        }
        let rest = cursor.rest();
        packet.payload = rest;
        return match rest.first().map(|first| first >> 4) {
            Some(4) => ip::ipv4(rest, packet, decoded),
            Some(6) => ip::ipv6(rest, packet, decoded),
            Some(0) if cursor.skip(4).is_some() => {
                let mut carried = inner(packet, Tunnel::EthernetOverMpls, cursor.rest());
                finish(packet, decoded);
                ethernet(cursor.rest(), &mut carried, decoded);
            }
            _ => {
                let mut carried = inner(packet, Tunnel::EthernetOverMpls, rest);
                finish(packet, decoded);
                ethernet(rest, &mut carried, decoded);
            }
        };
    }
    packet.anomalies.push("mpls.unknown_payload_type");
    finish(packet, decoded);
}
