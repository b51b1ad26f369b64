//! Who talks to whom.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The protocol above IP, with the names that EVE JSON uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP (6).
    Tcp,
    /// UDP (17).
    Udp,
    /// ICMP (1).
    Icmp,
    /// ICMPv6 (58).
    Icmpv6,
    /// SCTP (132).
    Sctp,
    /// Any other IP protocol number.
    Other(u8),
}

impl Transport {
    /// From the number in the IP header.
    pub const fn from_number(number: u8) -> Self {
        match number {
            6 => Self::Tcp,
            17 => Self::Udp,
            1 => Self::Icmp,
            58 => Self::Icmpv6,
            132 => Self::Sctp,
            other => Self::Other(other),
        }
    }

    /// The number of the IP header.
    pub const fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Icmp => 1,
            Self::Icmpv6 => 58,
            Self::Sctp => 132,
            Self::Other(number) => number,
        }
    }

    /// The name in EVE JSON (`TCP`, `UDP`, `ICMP`, `IPv6-ICMP`, `SCTP`, else the number's name).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Icmp => "ICMP",
            Self::Icmpv6 => "IPv6-ICMP",
            Self::Sctp => "SCTP",
            Self::Other(0) => "HOPOPT",
            Self::Other(2) => "IGMP",
            Self::Other(4) => "IP-ENCAP",
            Self::Other(41) => "IPv6",
            Self::Other(47) => "GRE",
            Self::Other(50) => "ESP",
            Self::Other(51) => "AH",
            Self::Other(89) => "OSPFIGP",
            Self::Other(103) => "PIM",
            Self::Other(112) => "VRRP",
            Self::Other(_) => "OTHER",
        }
    }

    /// Whether the two port fields of an [`Endpoint`] mean anything.
    pub const fn has_ports(self) -> bool {
        matches!(self, Self::Tcp | Self::Udp | Self::Sctp)
    }
}

/// One end of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// Address.
    pub ip: IpAddr,
    /// Port; 0 where the transport has none.
    pub port: u16,
}

impl Endpoint {
    /// An endpoint from its parts.
    pub const fn new(ip: IpAddr, port: u16) -> Self {
        Self { ip, port }
    }
}

/// An address as EVE JSON writes it: all groups of an IPv6 address, with their zeros.
pub fn address_text(ip: IpAddr) -> String {
    let mut text = Vec::with_capacity(40);
    push_address(ip, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Adds the text of an address.
pub(crate) fn push_address(ip: IpAddr, text: &mut Vec<u8>) {
    match ip {
        IpAddr::V4(v4) => {
            for (place, octet) in v4.octets().into_iter().enumerate() {
                if place > 0 {
                    text.push(b'.');
                }
                for (unit, shown) in [(100, octet >= 100), (10, octet >= 10), (1, true)] {
                    if shown {
                        text.push(b'0' + octet / unit % 10);
                    }
                }
            }
        }
        IpAddr::V6(v6) => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            for (place, group) in v6.segments().into_iter().enumerate() {
                if place > 0 {
                    text.push(b':');
                }
                for shift in [12, 8, 4, 0] {
                    text.push(HEX[usize::from(group >> shift & 15)]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_their_long_form() {
        let cases = [
            ("192.0.2.1", "192.0.2.1"),
            ("255.100.10.0", "255.100.10.0"),
            ("2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        ];
        for (address, text) in cases {
            assert_eq!(address_text(address.parse().unwrap()), text);
        }
    }
}
