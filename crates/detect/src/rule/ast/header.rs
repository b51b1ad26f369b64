//! The header of a rule: action, protocol, endpoints, direction. Variables stay symbolic here; see `rule::variables`.

use std::net::IpAddr;

/// What a rule asks for when it matches. Hinomi only watches: `drop` and `reject` alert as well and say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Raise an alert.
    Alert,
    /// Raise no alert, and let no other rule alert on this packet (or flow).
    Pass,
    /// Drop the packet and alert.
    Drop,
    /// Refuse to the sender (`reject`, `rejectsrc`) and alert.
    Reject,
    /// Refuse to the receiver and alert.
    RejectDestination,
    /// Refuse to both and alert.
    RejectBoth,
    /// Change configuration (logging) where it matches; no alert.
    Config,
}

/// How far an action reaches (`pass:flow`, Suricata 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionScope {
    /// The packet only.
    Packet,
    /// The rest of the flow.
    Flow,
}

/// Protocol of the header, by canonical name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Protocol {
    /// Canonical name: `tcp`, `http`, `ftp-data`.
    pub name: &'static str,
    /// Which layer it restricts.
    pub kind: ProtocolKind,
    /// Where in the conversation the rule is asked, if the rule says so itself (`tls:client_hello_done`, Suricata 8).
    pub hook: Option<Hook>,
}

/// A point of a conversation that a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hook {
    /// As the rule names it.
    pub name: &'static str,
    /// What it means for us.
    pub point: HookPoint,
}

/// Where a rule with a hook is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookPoint {
    /// On every packet.
    EveryPacket,
    /// On the first packet of each direction of a flow.
    FlowStart,
    /// Once for each transaction, when this side of it is complete.
    Side(super::FlowDirection),
}

/// What kind of restriction a header protocol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProtocolKind {
    /// `ip`, `any`: every IP packet.
    Any,
    /// `pkthdr`: every packet, decoded or not (for decode events).
    PacketHeader,
    /// `ipv4`/`ip4`
    Ipv4,
    /// `ipv6`/`ip6`
    Ipv6,
    /// `tcp`: packets and stream.
    Tcp,
    /// `tcp-pkt`: TCP packet payloads only.
    TcpPacket,
    /// `tcp-stream`: reassembled TCP stream only.
    TcpStream,
    /// `udp`
    Udp,
    /// `icmp`: ICMP and ICMPv6.
    Icmp,
    /// `icmpv4`
    IcmpV4,
    /// `icmpv6`
    IcmpV6,
    /// `sctp`
    Sctp,
    /// `arp`, `ether`, `vxlan` ...: other packet layers, told apart by the name.
    Layer,
    /// An application protocol, told apart by the name. `http` is HTTP/1 and HTTP/2, `http1` and `http2` are one.
    Application,
}

/// Arrow of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `->`: source to destination only.
    Forward,
    /// `<>`: either endpoint may be the source.
    Either,
    /// `=>`: one rule over both directions of a transaction, source being the client (Suricata 8).
    Transaction,
}

/// Addresses and ports of one side.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Addresses.
    pub addresses: AddressExpression,
    /// Ports; ignored for protocols without ports.
    pub ports: PortExpression,
}

/// A set of addresses as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AddressExpression {
    /// `any`
    Any,
    /// `192.0.2.0/24`, `192.0.2.1` (full prefix), `192.0.2.0/255.255.255.0`
    Network {
        /// Address as written (host bits may be set).
        address: IpAddr,
        /// Prefix length in bits, at most 32 or 128.
        prefix_bits: u8,
    },
    /// `192.0.2.1-192.0.2.9`, both ends belong to it, of one family.
    Range {
        /// First address.
        first: IpAddr,
        /// Last address, not below the first.
        last: IpAddr,
    },
    /// `$HOME_NET`, without the dollar.
    Variable(String),
    /// `[a,b,!c]`: what any positive member holds, less what any negated member names.
    Group(Vec<AddressExpression>),
    /// `!a`
    Not(Box<AddressExpression>),
}

/// A set of ports as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PortExpression {
    /// `any`
    Any,
    /// `80`, `1024:2048`, `1024:`, `:1023`; both ends belong to it.
    Range {
        /// First port.
        first: u16,
        /// Last port, not below the first.
        last: u16,
    },
    /// `$HTTP_PORTS`, without the dollar.
    Variable(String),
    /// `[80,443,!8080]`
    Group(Vec<PortExpression>),
    /// `!80`
    Not(Box<PortExpression>),
}
