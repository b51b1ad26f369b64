//! IPv4 (RFC 791) and IPv6 (RFC 8200) headers inside Ethernet frames.

use super::checksum;
use super::link::{Mac, ethernet};
use std::net::IpAddr;

/// The protocol number above IP.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Protocol {
    Icmp = 1,
    Tcp = 6,
    Udp = 17,
    Icmp6 = 58,
}

/// Everything about a packet's way that is not its content.
#[derive(Clone, Copy, Debug)]
pub struct Hop {
    /// Hardware address of the sender (or of the router that it comes through).
    pub source_mac: Mac,
    /// Hardware address of the receiver (or of the router that it leaves through).
    pub target_mac: Mac,
    /// Sender.
    pub source: IpAddr,
    /// Receiver, of the same family.
    pub target: IpAddr,
    /// Time to live, or hop limit, where the packet is seen.
    pub ttl: u8,
    /// IPv4 identification.
    pub id: u16,
}

/// A frame with an IP packet around a payload.
pub(crate) fn packet(hop: &Hop, protocol: Protocol, payload: &[u8]) -> Vec<u8> {
    match (hop.source, hop.target) {
        (IpAddr::V4(source), IpAddr::V4(target)) => {
            let mut header = [0u8; 20];
            header[0] = 0x45;
            header[2..4].copy_from_slice(&(20 + payload.len() as u16).to_be_bytes());
            header[4..6].copy_from_slice(&hop.id.to_be_bytes());
            if matches!(protocol, Protocol::Tcp) {
                header[6] = 0x40;
            }
            header[8] = hop.ttl;
            header[9] = protocol as u8;
            header[12..16].copy_from_slice(&source.octets());
            header[16..20].copy_from_slice(&target.octets());
            let sum = checksum::internet(&header);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            ethernet(
                hop.target_mac,
                hop.source_mac,
                0x0800,
                &[&header, payload].concat(),
            )
        }
        (source, target) => {
            let mut header = [0u8; 40];
            header[0] = 0x60;
            header[4..6].copy_from_slice(&(payload.len() as u16).to_be_bytes());
            header[6] = protocol as u8;
            header[7] = hop.ttl;
            for (at, address) in [(8, source), (24, target)] {
                let octets = match address {
                    IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                    IpAddr::V6(address) => address.octets(),
                };
                header[at..at + 16].copy_from_slice(&octets);
            }
            ethernet(
                hop.target_mac,
                hop.source_mac,
                0x86dd,
                &[&header, payload].concat(),
            )
        }
    }
}
