//! Protocols that may stand in the header or in `app-layer-protocol`. To add one, add a line.

use crate::rule::ast::{Protocol, ProtocolKind};

/// Spelling, canonical name, kind.
static PROTOCOLS: &[(&str, &str, ProtocolKind)] = &[
    ("any", "ip", ProtocolKind::Any),
    ("arp", "arp", ProtocolKind::Layer),
    ("ether", "ether", ProtocolKind::Layer),
    ("icmp", "icmp", ProtocolKind::Icmp),
    ("icmpv4", "icmpv4", ProtocolKind::IcmpV4),
    ("icmpv6", "icmpv6", ProtocolKind::IcmpV6),
    ("igmp", "igmp", ProtocolKind::Layer),
    ("ip", "ip", ProtocolKind::Any),
    ("ip4", "ipv4", ProtocolKind::Ipv4),
    ("ip6", "ipv6", ProtocolKind::Ipv6),
    ("ipv4", "ipv4", ProtocolKind::Ipv4),
    ("ipv6", "ipv6", ProtocolKind::Ipv6),
    ("pkthdr", "pkthdr", ProtocolKind::PacketHeader),
    ("sctp", "sctp", ProtocolKind::Sctp),
    ("tcp", "tcp", ProtocolKind::Tcp),
    ("tcp-pkt", "tcp-pkt", ProtocolKind::TcpPacket),
    ("tcp-stream", "tcp-stream", ProtocolKind::TcpStream),
    ("udp", "udp", ProtocolKind::Udp),
    ("vxlan", "vxlan", ProtocolKind::Layer),
];

/// Spelling and canonical name of application protocols.
static APPLICATIONS: &[(&str, &str)] = &[
    ("bittorrent-dht", "bittorrent-dht"),
    ("dcerpc", "dcerpc"),
    ("dhcp", "dhcp"),
    ("dnp3", "dnp3"),
    ("dns", "dns"),
    ("doh2", "doh2"),
    ("enip", "enip"),
    ("ftp", "ftp"),
    ("ftp-data", "ftp-data"),
    ("http", "http"),
    ("http1", "http1"),
    ("http2", "http2"),
    ("ike", "ike"),
    ("ikev1", "ike"),
    ("ikev2", "ike"),
    ("imap", "imap"),
    ("jabber", "jabber"),
    ("krb5", "krb5"),
    ("ldap", "ldap"),
    ("llmnr", "llmnr"),
    ("mdns", "mdns"),
    ("modbus", "modbus"),
    ("mqtt", "mqtt"),
    ("msn", "msn"),
    ("mysql", "mysql"),
    ("nfs", "nfs"),
    ("ntp", "ntp"),
    ("pgsql", "pgsql"),
    ("pop3", "pop3"),
    ("quic", "quic"),
    ("rdp", "rdp"),
    ("rfb", "rfb"),
    ("rpc", "rpc"),
    ("sip", "sip"),
    ("smb", "smb"),
    ("smtp", "smtp"),
    ("snmp", "snmp"),
    ("socks", "socks"),
    ("ssh", "ssh"),
    ("ssl", "tls"),
    ("telnet", "telnet"),
    ("tftp", "tftp"),
    ("tls", "tls"),
    ("websocket", "websocket"),
];

/// The protocol of this name, in any case.
pub(crate) fn protocol(name: &str) -> Option<Protocol> {
    let name = name.to_ascii_lowercase();
    PROTOCOLS
        .iter()
        .find(|(spelling, ..)| *spelling == name)
        .map(|(_, canonical, kind)| Protocol {
            name: canonical,
            kind: *kind,
            hook: None,
        })
        .or_else(|| {
            application(&name).map(|name| Protocol {
                name,
                kind: ProtocolKind::Application,
                hook: None,
            })
        })
}

/// The application protocol of this name (in lower case).
pub(crate) fn application(name: &str) -> Option<&'static str> {
    APPLICATIONS
        .iter()
        .find(|(spelling, _)| *spelling == name)
        .map(|(_, canonical)| *canonical)
}

/// All names, for suggestions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PROTOCOLS
        .iter()
        .map(|(name, ..)| *name)
        .chain(APPLICATIONS.iter().map(|(name, _)| *name))
}
