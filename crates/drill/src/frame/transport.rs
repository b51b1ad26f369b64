//! TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792) and ICMPv6 (RFC 4443) inside IP packets.

use super::checksum;
use super::ip::{Hop, Protocol, packet};

/// TCP flags as the header has them.
pub struct Flags;

impl Flags {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Opens a connection.
    pub const SYN: u8 = 0x02;
    /// Ends a connection at once.
    pub const RST: u8 = 0x04;
    /// Hand the data on.
    pub const PSH: u8 = 0x08;
    /// The acknowledgement counts.
    pub const ACK: u8 = 0x10;
}

/// The fields of one TCP segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub target_port: u16,
    /// Number of the first byte of the payload.
    pub sequence: u32,
    /// Number of the byte expected next.
    pub acknowledgement: u32,
    /// See [`Flags`].
    pub flags: u8,
    /// Bytes that may come without being acknowledged.
    pub window: u16,
    /// Options, padded to a multiple of four.
    pub options: &'a [u8],
    /// Data.
    pub payload: &'a [u8],
}

/// A frame with a TCP segment.
pub fn tcp(hop: &Hop, segment: &Segment<'_>) -> Vec<u8> {
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
pub fn udp(hop: &Hop, source_port: u16, target_port: u16, payload: &[u8]) -> Vec<u8> {
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

/// A frame with an ICMP message; `rest` is what follows its checksum.
pub fn icmp(hop: &Hop, kind: u8, code: u8, rest: &[u8]) -> Vec<u8> {
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
