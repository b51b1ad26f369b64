//! Frames made by hand: Ethernet, IP, TCP, UDP, ICMP with right lengths and checksums.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who sends to whom.
#[derive(Clone, Copy)]
pub struct Ends {
    pub from: (IpAddr, u16),
    pub to: (IpAddr, u16),
}

pub const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
pub const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 80));

/// From an office machine to a server.
pub fn ends(client_port: u16, server_port: u16) -> Ends {
    Ends {
        from: (CLIENT, client_port),
        to: (SERVER, server_port),
    }
}

impl Ends {
    pub fn back(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
        }
    }
}

fn sum(bytes: &[u8], start: u32) -> u32 {
    bytes.chunks(2).fold(start, |sum, pair| {
        sum + u32::from(u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]))
    })
}

fn fold(mut sum: u32) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

/// Writes the checksum of a transport header at `at`.
fn seal(ends: Ends, protocol: u8, at: usize, mut segment: Vec<u8>) -> Vec<u8> {
    let mut pseudo = octets(ends.from.0);
    pseudo.extend(octets(ends.to.0));
    pseudo.extend([0, protocol]);
    pseudo.extend((segment.len() as u16).to_be_bytes());
    let checksum = fold(sum(&segment, sum(&pseudo, 0)));
    segment[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
    segment
}

/// Ethernet and IP around a payload.
pub fn ip(ends: Ends, protocol: u8, payload: &[u8]) -> Vec<u8> {
    match (ends.from.0, ends.to.0) {
        (IpAddr::V4(from), IpAddr::V4(to)) => ipv4(from, to, protocol, 7, 0, payload),
        (IpAddr::V6(from), IpAddr::V6(to)) => ipv6(from, to, protocol, payload),
        _ => panic!("mixed versions"),
    }
}

fn ethernet(ether_type: u16) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    frame.extend(ether_type.to_be_bytes());
    frame
}

/// `fragment` is the field of flags and offset.
pub fn ipv4(
    from: Ipv4Addr,
    to: Ipv4Addr,
    protocol: u8,
    id: u16,
    fragment: u16,
    payload: &[u8],
) -> Vec<u8> {
    let mut header = vec![0x45, 0];
    header.extend((20 + payload.len() as u16).to_be_bytes());
    header.extend(id.to_be_bytes());
    header.extend(fragment.to_be_bytes());
    header.extend([64, protocol, 0, 0]);
    header.extend(from.octets());
    header.extend(to.octets());
    let checksum = fold(sum(&header, 0));
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    let mut frame = ethernet(0x0800);
    frame.extend(header);
    frame.extend(payload);
    frame
}

pub fn ipv6(from: Ipv6Addr, to: Ipv6Addr, next: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = ethernet(0x86dd);
    frame.extend([0x60, 0, 0, 0]);
    frame.extend((payload.len() as u16).to_be_bytes());
    frame.extend([next, 64]);
    frame.extend(from.octets());
    frame.extend(to.octets());
    frame.extend(payload);
    frame
}

pub fn tcp(ends: Ends, flags: u8, sequence: u32, acknowledgement: u32, payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend(ends.from.1.to_be_bytes());
    segment.extend(ends.to.1.to_be_bytes());
    segment.extend(sequence.to_be_bytes());
    segment.extend(acknowledgement.to_be_bytes());
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    ip(ends, 6, &seal(ends, 6, 16, segment))
}

pub fn udp_datagram(ends: Ends, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(ends.from.1.to_be_bytes());
    datagram.extend(ends.to.1.to_be_bytes());
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    seal(ends, 17, 6, datagram)
}

pub fn udp(ends: Ends, payload: &[u8]) -> Vec<u8> {
    ip(ends, 17, &udp_datagram(ends, payload))
}

pub fn icmp(ends: Ends, kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut message = vec![kind, 0, 0, 0, 0, 1, 0, 1];
    message.extend(payload);
    let checksum = fold(sum(&message, 0));
    message[2..4].copy_from_slice(&checksum.to_be_bytes());
    ip(ends, 1, &message)
}
