//! The values of packet decoding. They borrow from the captured bytes.

use super::{checksum, tunnel};
use crate::limits::{LAYERED_PACKETS_MAX, PACKET_ANOMALIES_MAX, VLAN_TAGS_MAX};
use arrayvec::ArrayVec;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Number of IGMP in IP headers.
const IGMP: u8 = 2;

/// Link types of captures (the numbers of <https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// BSD loopback: 4-byte address family in the byte order of the capturing host (0).
    Null,
    /// Ethernet (1).
    Ethernet,
    /// Raw IPv4 or IPv6, told apart by the version nibble (101, also 12 and 14).
    RawIp,
    /// PPP in HDLC-like framing (9).
    Ppp,
    /// Cisco HDLC (104).
    CiscoHdlc,
    /// OpenBSD loopback: family in network order (108).
    Loop,
    /// Linux cooked capture v1 (113).
    LinuxCooked,
    /// Linux cooked capture v2 (276).
    LinuxCooked2,
    /// Raw IPv4 (228).
    Ipv4,
    /// Raw IPv6 (229).
    Ipv6,
    /// Anything else: packets are counted and reported, not decoded.
    Other(u32),
}

impl LinkType {
    /// From the number that a capture file carries.
    pub const fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Null,
            1 => Self::Ethernet,
            9 => Self::Ppp,
            12 | 14 | 101 => Self::RawIp,
            104 => Self::CiscoHdlc,
            108 => Self::Loop,
            113 => Self::LinuxCooked,
            228 => Self::Ipv4,
            229 => Self::Ipv6,
            276 => Self::LinuxCooked2,
            other => Self::Other(other),
        }
    }
}

/// The packets found in one captured frame, outermost first, so that tunnels are inspected
/// both as what carries and as what is carried.
#[derive(Clone, Debug, Default)]
pub struct Decoded<'a> {
    /// The last one is the innermost. A frame that holds no IP (ARP, LLDP, garbage) still gives
    /// one packet, with `network` None or `Arp`.
    pub packets: ArrayVec<Packet<'a>, LAYERED_PACKETS_MAX>,
}

/// One packet of a frame.
#[derive(Clone, Debug, Default)]
pub struct Packet<'a> {
    /// Present on the outermost packet of Ethernet captures (and inside Ethernet-carrying tunnels).
    pub ethernet: Option<Ethernet>,
    /// VLAN tags of this packet's own frame (inner packets inherit the outer ones).
    pub vlan: VlanTags,
    /// IP, ARP or nothing.
    pub network: Network<'a>,
    /// What IP carries. `None` for later fragments and for transports not decoded.
    pub transport: TransportHeader<'a>,
    /// Bytes above the deepest decoded header, without link-layer padding.
    pub payload: &'a [u8],
    /// Which tunnel this packet was found in; None for the outermost.
    pub tunnel: Option<Tunnel>,
    /// What was wrong, as Suricata's names of decoder events without the leading `decoder.`,
    /// e.g. `ipv4.trunc_pkt`.
    pub anomalies: Anomalies,
}

/// Names of anomalies, at most `PACKET_ANOMALIES_MAX`, further ones are dropped. Nearly all packets have none: then it
/// is one word.
#[derive(Clone, Debug, Default)]
pub struct Anomalies {
    names: Option<Box<ArrayVec<&'static str, PACKET_ANOMALIES_MAX>>>,
}

impl Anomalies {
    /// Remembers one more, each name once.
    pub fn push(&mut self, name: &'static str) {
        let names = self.names.get_or_insert_default();
        if !names.contains(&name) {
            // One that finds no room is dropped.
            let _ = names.try_push(name);
        }
    }

    /// The names, in the order found.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().flat_map(|names| names.iter()).copied()
    }

    /// Whether nothing was wrong.
    pub const fn is_empty(&self) -> bool {
        self.names.is_none()
    }
}

/// VLAN ids, outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VlanTags {
    ids: [u16; VLAN_TAGS_MAX],
    count: u8,
}

impl VlanTags {
    /// Adds an inner tag; false when there are too many.
    pub fn push(&mut self, id: u16) -> bool {
        match self.ids.get_mut(usize::from(self.count)) {
            Some(slot) => {
                *slot = id;
                self.count = self.count.saturating_add(1);
                true
            }
            None => false,
        }
    }

    /// The ids, outermost first.
    pub fn ids(&self) -> &[u16] {
        self.ids.get(..usize::from(self.count)).unwrap_or(&[])
    }
}

/// The tunnel that an inner packet came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tunnel {
    /// RFC 2784, 2890.
    Gre,
    /// RFC 2003, 4213: IP in IP, 6in4, 4in6.
    IpInIp,
    /// RFC 7348.
    Vxlan,
    /// ERSPAN type I, II or III (draft-foschiano-erspan).
    Erspan,
    /// MPLS labels before IP do not make a tunnel; Ethernet over MPLS (RFC 4448) does.
    EthernetOverMpls,
    /// GENEVE (RFC 8926).
    Geneve,
    /// IPv6 over UDP (RFC 4380).
    Teredo,
}

/// Ethernet header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ethernet {
    /// Sender.
    pub source: [u8; 6],
    /// Receiver.
    pub destination: [u8; 6],
    /// EtherType after VLAN tags.
    pub ether_type: u16,
    /// What stands in the header itself: where there are tags, their own type.
    pub frame_type: u16,
}

impl Ethernet {
    /// The header as it was on the wire, without VLAN tags.
    pub fn header(&self) -> [u8; 14] {
        let mut bytes = [0; 14];
        let all = self
            .destination
            .into_iter()
            .chain(self.source)
            .chain(self.frame_type.to_be_bytes());
        for (place, byte) in bytes.iter_mut().zip(all) {
            *place = byte;
        }
        bytes
    }
}

/// The network layer.
#[derive(Clone, Debug, Default)]
pub enum Network<'a> {
    /// Nothing that we decode.
    #[default]
    None,
    /// RFC 826 over Ethernet and IPv4.
    Arp(Arp),
    /// RFC 791.
    Ipv4(Ipv4<'a>),
    /// RFC 8200.
    Ipv6(Ipv6<'a>),
}

/// ARP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp {
    /// 1 request, 2 reply.
    pub operation: u16,
    /// Hardware address of the sender.
    pub sender_mac: [u8; 6],
    /// Protocol address of the sender.
    pub sender_ip: Ipv4Addr,
    /// Hardware address of the target.
    pub target_mac: [u8; 6],
    /// Protocol address of the target.
    pub target_ip: Ipv4Addr,
}

/// An IPv4 header.
#[derive(Clone, Copy, Debug)]
pub struct Ipv4<'a> {
    /// Sender.
    pub source: Ipv4Addr,
    /// Receiver.
    pub destination: Ipv4Addr,
    /// Protocol number of the payload.
    pub protocol: u8,
    /// Time to live.
    pub ttl: u8,
    /// Type of service byte.
    pub tos: u8,
    /// Identification.
    pub id: u16,
    /// Reserved bit, don't fragment, more fragments: the upper three bits of the flags field (0 to 7).
    pub flags: u8,
    /// Fragment offset in bytes.
    pub fragment_offset: u16,
    /// Options, without padding beyond the header length.
    pub options: &'a [u8],
    /// The header, options included.
    pub header: &'a [u8],
    /// What follows the header within the total length.
    pub payload: &'a [u8],
    /// Whether the header checksum is right.
    pub checksum_ok: bool,
}

/// An IPv6 header with its extension headers passed.
#[derive(Clone, Copy, Debug)]
pub struct Ipv6<'a> {
    /// Sender.
    pub source: Ipv6Addr,
    /// Receiver.
    pub destination: Ipv6Addr,
    /// The protocol after the extension headers.
    pub protocol: u8,
    /// Hop limit.
    pub hop_limit: u8,
    /// Traffic class.
    pub traffic_class: u8,
    /// Flow label.
    pub flow_label: u32,
    /// The fragment header, if there is one.
    pub fragment: Option<Ipv6Fragment>,
    /// The fixed header and the extension headers.
    pub header: &'a [u8],
    /// What follows the extension headers (after the fragment header for fragments).
    pub payload: &'a [u8],
}

/// An IPv6 fragment header (RFC 8200, 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Fragment {
    /// Identification.
    pub id: u32,
    /// Offset in bytes.
    pub offset: u16,
    /// More fragments follow.
    pub more: bool,
}

/// The transport layer.
#[derive(Clone, Debug, Default)]
pub enum TransportHeader<'a> {
    /// None decoded; the IP protocol number says what it was.
    #[default]
    None,
    /// RFC 9293.
    Tcp(Tcp<'a>),
    /// RFC 768.
    Udp(Udp),
    /// RFC 792.
    Icmp(Icmp<'a>),
    /// RFC 4443.
    Icmpv6(Icmp<'a>),
    /// RFC 9260, common header only.
    Sctp(Sctp),
}

/// A TCP header.
#[derive(Clone, Copy, Debug)]
pub struct Tcp<'a> {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgement number.
    pub acknowledgement: u32,
    /// CWR ECE URG ACK PSH RST SYN FIN, as in the header (FIN is bit 0).
    pub flags: u8,
    /// Window, not scaled.
    pub window: u16,
    /// Urgent pointer.
    pub urgent: u16,
    /// Options as bytes.
    pub options: &'a [u8],
    /// Maximum segment size option.
    pub mss: Option<u16>,
    /// Window scale option (shift).
    pub window_scale: Option<u8>,
    /// Timestamp option: value, echo.
    pub timestamp: Option<(u32, u32)>,
    /// SACK permitted option.
    pub sack_permitted: bool,
}

/// The flags of [`Tcp::flags`].
pub mod tcp_flags {
    #![expect(missing_docs, reason = "the names are RFC 9293's")]
    pub const FIN: u8 = 0x01;
    pub const SYN: u8 = 0x02;
    pub const RST: u8 = 0x04;
    pub const PSH: u8 = 0x08;
    pub const ACK: u8 = 0x10;
    pub const URG: u8 = 0x20;
    pub const ECE: u8 = 0x40;
    pub const CWR: u8 = 0x80;
}

impl Tcp<'_> {
    /// Whether every bit of `flags` is set.
    pub const fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }
}

/// A UDP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Length field.
    pub length: u16,
}

/// An ICMP or ICMPv6 header.
#[derive(Clone, Copy, Debug)]
pub struct Icmp<'a> {
    /// Type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// Identifier, for the types that have one.
    pub id: Option<u16>,
    /// Sequence number, for the types that have one.
    pub sequence: Option<u16>,
    /// The packet that an error message quotes, as bytes (IP header first).
    pub quoted: Option<&'a [u8]>,
}

/// An SCTP common header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sctp {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Verification tag.
    pub verification_tag: u32,
}

impl Packet<'_> {
    /// Sender and receiver of the IP header.
    pub const fn addresses(&self) -> Option<(IpAddr, IpAddr)> {
        match &self.network {
            Network::Ipv4(ip) => Some((IpAddr::V4(ip.source), IpAddr::V4(ip.destination))),
            Network::Ipv6(ip) => Some((IpAddr::V6(ip.source), IpAddr::V6(ip.destination))),
            Network::None | Network::Arp(_) => None,
        }
    }

    /// The IP protocol number.
    pub const fn protocol(&self) -> Option<u8> {
        match &self.network {
            Network::Ipv4(ip) => Some(ip.protocol),
            Network::Ipv6(ip) => Some(ip.protocol),
            Network::None | Network::Arp(_) => None,
        }
    }

    /// Ports of sender and receiver; 0 where there are none.
    pub const fn ports(&self) -> (u16, u16) {
        match &self.transport {
            TransportHeader::Tcp(tcp) => (tcp.source_port, tcp.destination_port),
            TransportHeader::Udp(udp) => (udp.source_port, udp.destination_port),
            TransportHeader::Sctp(sctp) => (sctp.source_port, sctp.destination_port),
            TransportHeader::None | TransportHeader::Icmp(_) | TransportHeader::Icmpv6(_) => (0, 0),
        }
    }

    /// The network identifier, where the packet carries a frame of VXLAN.
    pub fn vxlan_network(&self) -> Option<u32> {
        tunnel::vxlan_network(self)
    }

    /// The message of IGMP, where the packet carries one.
    pub fn igmp(&self) -> Option<&[u8]> {
        match self.network {
            Network::Ipv4(ip) if ip.protocol == IGMP && ip.fragment_offset == 0 => Some(ip.payload),
            _ => None,
        }
    }

    /// Whether the transport's checksum is right, or there is none (UDP over IPv4 may go without). What was not captured
    /// whole cannot be judged and counts as right. It is worked out when it is asked for: most of what passes is
    /// encrypted, and nobody looks at its bytes otherwise.
    pub fn checksum_ok(&self) -> bool {
        checksum::transport_is_right(self)
    }

    /// Whether the place of the checksum of TCP or UDP holds the sum of the pseudo-header alone, as a system leaves it to
    /// its network card: by chance that is so once in 65,536 packets.
    pub fn checksum_is_unfinished(&self) -> bool {
        checksum::transport_is_unfinished(self)
    }

    /// Whether this is a fragment (then `transport` is None and `flow` puts it together).
    pub const fn is_fragment(&self) -> bool {
        match &self.network {
            Network::Ipv4(ip) => ip.fragment_offset != 0 || ip.flags & 1 != 0,
            Network::Ipv6(ip) => match ip.fragment {
                Some(fragment) => fragment.offset != 0 || fragment.more,
                None => false,
            },
            Network::None | Network::Arp(_) => false,
        }
    }
}
