//! TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792) and ICMPv6 (RFC 4443) inside IP packets.

use super::checksum;
use super::ip::{Hop, Protocol, packet};

/// TCP flags as the header has them.
pub(crate) struct Flags;

impl Flags {
    pub(crate) const FIN: u8 = 0x01;
    pub(crate) const SYN: u8 = 0x02;
    pub(crate) const RST: u8 = 0x04;
    pub(crate) const PSH: u8 = 0x08;
    pub(crate) const ACK: u8 = 0x10;
}

/// The fields of one TCP segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) source_port: u16,
    pub(crate) target_port: u16,
    pub(crate) sequence: u32,
    pub(crate) acknowledgement: u32,
    pub(crate) flags: u8,
    pub(crate) window: u16,
    /// Options, padded to a multiple of four.
    pub(crate) options: &'a [u8],
    pub(crate) payload: &'a [u8],
}

/// A frame with a TCP segment.
pub(crate) fn tcp(hop: &Hop, segment: &Segment<'_>) -> Vec<u8> {
    let header_length = 20 + segment.options.len();
    let mut bytes = Vec::with_capacity(header_length + segment.payload.len());
    bytes.extend_from_slice(&segment.source_port.to_be_bytes());
    bytes.extend_from_slice(&segment.target_port.to_be_bytes());
    bytes.extend_from_slice(&segment.sequence.to_be_bytes());
    bytes.extend_from_slice(&segment.acknowledgement.to_be_bytes());
    bytes.push(((header_length / 4) as u8) << 4);
    bytes.push(segment.flags);
    bytes.extend_from_slice(&segment.window.to_be_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(segment.options);
    bytes.extend_from_slice(segment.payload);
    let sum = checksum::transport(hop.source, hop.target, Protocol::Tcp as u8, &bytes);
    bytes[16..18].copy_from_slice(&sum.to_be_bytes());
    packet(hop, Protocol::Tcp, &bytes)
}

/// A frame with a UDP datagram.
pub(crate) fn udp(hop: &Hop, source_port: u16, target_port: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + payload.len());
    bytes.extend_from_slice(&source_port.to_be_bytes());
    bytes.extend_from_slice(&target_port.to_be_bytes());
    bytes.extend_from_slice(&(8 + payload.len() as u16).to_be_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(payload);
    let sum = checksum::transport(hop.source, hop.target, Protocol::Udp as u8, &bytes);
    // A computed zero is sent as all ones: zero means "no checksum".
    let sum = if sum == 0 { 0xffff } else { sum };
    bytes[6..8].copy_from_slice(&sum.to_be_bytes());
    packet(hop, Protocol::Udp, &bytes)
}

/// A frame with an ICMP echo request or reply.
pub(crate) fn icmp_echo(
    hop: &Hop,
    reply: bool,
    identifier: u16,
    sequence: u16,
    data: &[u8],
) -> Vec<u8> {
    let mut rest = [identifier.to_be_bytes(), sequence.to_be_bytes()].concat();
    rest.extend_from_slice(data);
    icmp(hop, if reply { 0 } else { 8 }, 0, &rest)
}

fn icmp(hop: &Hop, kind: u8, code: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, code, 0, 0];
    bytes.extend_from_slice(rest);
    let sum = checksum::internet(&bytes);
    bytes[2..4].copy_from_slice(&sum.to_be_bytes());
    packet(hop, Protocol::Icmp, &bytes)
}

/// A frame with an ICMPv6 message.
pub(crate) fn icmp6(hop: &Hop, kind: u8, code: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, code, 0, 0];
    bytes.extend_from_slice(rest);
    let sum = checksum::transport(hop.source, hop.target, Protocol::Icmp6 as u8, &bytes);
    bytes[2..4].copy_from_slice(&sum.to_be_bytes());
    packet(hop, Protocol::Icmp6, &bytes)
}
