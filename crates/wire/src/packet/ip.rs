//! IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200).

use super::checksum;
use super::decode::{finish, inner};
use super::extensions::Extensions;
use super::options;
use super::types::{Decoded, Ipv4, Ipv6, Network, Packet, Sctp, TransportHeader, Tunnel};
use super::{icmp, tcp, tunnel};
use crate::cursor::Cursor;

/// By the version nibble.
pub(super) fn decode_by_version<'a>(
    bytes: &'a [u8],
    packet: &mut Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    packet.payload = bytes;
    match bytes.first().map(|first| first >> 4) {
        Some(4) => ipv4(bytes, packet, decoded),
        Some(6) => ipv6(bytes, packet, decoded),
        _ => {
            packet.anomalies.push("ipraw.invalid_ip_version");
            finish(packet, decoded);
        }
    }
}

pub(super) fn ipv4<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    packet.payload = bytes;
    let ip = match ipv4_header(bytes, packet) {
        Ok(ip) => ip,
        Err(anomaly) => {
            packet.anomalies.push(anomaly);
            return finish(packet, decoded);
        }
    };
    packet.payload = ip.payload;
    packet.network = Network::Ipv4(ip);
    if packet.is_fragment() {
        return finish(packet, decoded);
    }
    transport(ip.protocol, ip.payload, packet, decoded);
}

fn ipv4_header<'a>(bytes: &'a [u8], packet: &mut Packet<'a>) -> Result<Ipv4<'a>, &'static str> {
    const SMALL: &str = "ipv4.pkt_too_small";
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u8().ok_or(SMALL)?;
    let tos = cursor.u8().ok_or(SMALL)?;
    let total_len = usize::from(cursor.u16().ok_or(SMALL)?);
    let id = cursor.u16().ok_or(SMALL)?;
    let fragment = cursor.u16().ok_or(SMALL)?;
    let ttl = cursor.u8().ok_or(SMALL)?;
    let protocol = cursor.u8().ok_or(SMALL)?;
    cursor.skip(2).ok_or(SMALL)?;
    let source = cursor.array::<4>().ok_or(SMALL)?.into();
    let destination = cursor.array::<4>().ok_or(SMALL)?.into();
    if first >> 4 != 4 {
        return Err("ipv4.wrong_ip_version");
    }
    let header_len = usize::from(first & 0x0f).saturating_mul(4);
    if header_len < 20 {
        return Err("ipv4.hlen_too_small");
    }
    // A length of zero is what segmentation offload leaves in captures of the sender's own.
    let total_len = if total_len == 0 {
        bytes.len()
    } else {
        total_len
    };
    if total_len < header_len {
        return Err("ipv4.iplen_smaller_than_hlen");
    }
    let header = bytes.get(..header_len).ok_or("ipv4.trunc_pkt")?;
    options::of_ipv4(header.get(20..).unwrap_or(&[]), packet);
    let payload = match bytes.get(header_len..total_len) {
        Some(payload) => payload,
        None => {
            packet.anomalies.push("ipv4.trunc_pkt");
            bytes.get(header_len..).unwrap_or(&[])
        }
    };
    Ok(Ipv4 {
        source,
        destination,
        protocol,
        ttl,
        tos,
        id,
        flags: (fragment >> 13) as u8,
        fragment_offset: (fragment & 0x1fff).saturating_mul(8),
        options: header.get(20..).unwrap_or(&[]),
        header,
        payload,
        checksum_ok: checksum::is_right(header),
    })
}

pub(super) fn ipv6<'a>(bytes: &'a [u8], packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    packet.payload = bytes;
    let ip = match ipv6_header(bytes, packet) {
        Ok(ip) => ip,
        Err(anomaly) => {
            packet.anomalies.push(anomaly);
            return finish(packet, decoded);
        }
    };
    packet.payload = ip.payload;
    packet.network = Network::Ipv6(ip);
    if packet.is_fragment() {
        return finish(packet, decoded);
    }
    transport(ip.protocol, ip.payload, packet, decoded);
}

fn ipv6_header<'a>(bytes: &'a [u8], packet: &mut Packet<'a>) -> Result<Ipv6<'a>, &'static str> {
    const SMALL: &str = "ipv6.pkt_too_small";
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u32().ok_or(SMALL)?;
    let payload_len = usize::from(cursor.u16().ok_or(SMALL)?);
    let next_header = cursor.u8().ok_or(SMALL)?;
    let hop_limit = cursor.u8().ok_or(SMALL)?;
    let source = cursor.array::<16>().ok_or(SMALL)?.into();
    let destination = cursor.array::<16>().ok_or(SMALL)?.into();
    if first >> 28 != 6 {
        return Err("ipv6.wrong_ip_version");
    }
    let available = cursor.rest();
    let payload = match available.get(..payload_len) {
        Some(payload) if payload_len > 0 => payload,
        Some(_) => available,
        None => {
            packet.anomalies.push("ipv6.trunc_pkt");
            available
        }
    };
    let mut extensions = Extensions::new(next_header, payload);
    extensions.follow(packet);
    let header_len = bytes
        .len()
        .saturating_sub(available.len())
        .saturating_add(payload.len().saturating_sub(extensions.rest.len()));
    Ok(Ipv6 {
        source,
        destination,
        protocol: extensions.protocol,
        hop_limit,
        traffic_class: (first >> 20 & 0xff) as u8,
        flow_label: first & 0x000f_ffff,
        fragment: extensions.fragment,
        header: bytes.get(..header_len).unwrap_or(bytes),
        payload: extensions.rest,
    })
}

/// What IP carries.
fn transport<'a>(
    protocol: u8,
    bytes: &'a [u8],
    packet: &mut Packet<'a>,
    decoded: &mut Decoded<'a>,
) {
    match protocol {
        6 => tcp::tcp(bytes, packet),
        17 => {
            tcp::udp(bytes, packet);
            return tunnel::over_udp(packet, decoded);
        }
        1 => {
            if matches!(packet.network, Network::Ipv6(_)) {
                packet.anomalies.push("ipv6.icmpv4");
            }
            icmp::icmpv4(bytes, packet);
        }
        58 => {
            if matches!(packet.network, Network::Ipv4(_)) {
                packet.anomalies.push("ipv4.icmpv6");
            }
            icmp::icmpv6(bytes, packet);
        }
        132 => sctp(bytes, packet),
        47 => return tunnel::gre(bytes, packet, decoded),
        4 | 41 => {
            let mut carried = inner(packet, Tunnel::IpInIp, bytes);
            finish(packet, decoded);
            return match protocol {
                4 => ipv4(bytes, &mut carried, decoded),
                _ => ipv6(bytes, &mut carried, decoded),
            };
        }
        _ => {}
    }
    finish(packet, decoded);
}

/// RFC 9260, common header.
fn sctp<'a>(bytes: &'a [u8], packet: &mut Packet<'a>) {
    let mut cursor = Cursor::new(bytes);
    let (Some(source_port), Some(destination_port), Some(verification_tag), Some(())) =
        (cursor.u16(), cursor.u16(), cursor.u32(), cursor.skip(4))
    else {
        packet.anomalies.push("sctp.pkt_too_small");
        return;
    };
    packet.transport = TransportHeader::Sctp(Sctp {
        source_port,
        destination_port,
        verification_tag,
    });
    packet.payload = cursor.rest();
}
