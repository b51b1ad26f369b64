//! Which packets belong together: both directions of a conversation have one key.

use event::{Endpoint, Timestamp, Transport};
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use wire::packet::{Packet, TransportHeader, VlanTags};

/// Bits of a flow id: readers of JSON that know only floating point keep it exact.
const FLOW_ID_BITS: u32 = 53;

/// IP protocol of the Encapsulating Security Payload (RFC 4303).
const ESP: u8 = 50;

/// Addresses, ports, transport and VLANs, the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    low: (u128, u16),
    high: (u128, u16),
    version_6: bool,
    protocol: u8,
    vlan: VlanTags,
}

impl Hash for Key {
    /// Few long writes rather than many short ones: this runs for every packet.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.low.0);
        state.write_u128(self.high.0);
        let ports = u64::from(self.low.1) << 16 | u64::from(self.high.1);
        state.write_u64(ports << 9 | u64::from(self.version_6) << 8 | u64::from(self.protocol));
        if !self.vlan.ids().is_empty() {
            self.vlan.hash(state);
        }
    }
}

/// A packet's place among the flows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    /// The same for both directions.
    pub key: Key,
    /// The sender; for ICMP its port is the message type.
    pub source: Endpoint,
    /// The receiver; for ICMP its port is the type of the answer, or `NO_ANSWER`.
    pub destination: Endpoint,
    /// TCP, UDP, ...
    pub transport: Transport,
}

/// Stands for the answer's type of an ICMP message that has no answer.
pub(crate) const NO_ANSWER: u16 = 0x100;

impl Identity {
    /// None for packets that make no flow: those without IP, later fragments, transports other
    /// than TCP, UDP, SCTP, ICMP and ESP (what GRE and IP-in-IP carry has its own flows), and ICMP
    /// errors, which only quote the conversation they complain about.
    pub fn of(packet: &Packet<'_>) -> Option<Self> {
        let (source_ip, destination_ip) = packet.addresses()?;
        let protocol = packet.protocol()?;
        let (source_port, destination_port) = match &packet.transport {
            TransportHeader::Tcp(tcp) => (tcp.source_port, tcp.destination_port),
            TransportHeader::Udp(udp) => (udp.source_port, udp.destination_port),
            TransportHeader::Sctp(sctp) => (sctp.source_port, sctp.destination_port),
            TransportHeader::Icmp(icmp) => match icmp.kind {
                3 | 4 | 5 | 11 | 12 => return None,
                kind => (u16::from(kind), icmp_answer(kind)),
            },
            TransportHeader::Icmpv6(icmp) => match icmp.kind {
                1..=4 => return None,
                kind => (u16::from(kind), icmpv6_answer(kind)),
            },
            TransportHeader::None if protocol == ESP && !packet.is_fragment() => (0, 0),
            TransportHeader::None => return None,
        };
        Some(Self::between(
            Endpoint::new(source_ip, source_port),
            Endpoint::new(destination_ip, destination_port),
            protocol,
            packet.vlan,
        ))
    }

    /// Of the packet that an ICMP error complains about.
    pub fn of_quoted(packet: &Packet<'_>) -> Option<Self> {
        let quoted = packet.complains_about()?;
        let end = |(ip, port)| Endpoint::new(ip, port);
        let (source, destination) = (end(quoted.source), end(quoted.destination));
        Some(Self::between(
            source,
            destination,
            quoted.protocol,
            packet.vlan,
        ))
    }

    fn between(source: Endpoint, destination: Endpoint, protocol: u8, vlan: VlanTags) -> Self {
        let from = (number(source.ip), source.port);
        let to = (number(destination.ip), destination.port);
        let key = Key {
            low: from.min(to),
            high: from.max(to),
            version_6: source.ip.is_ipv6(),
            protocol,
            vlan,
        };
        Self {
            key,
            source,
            destination,
            transport: Transport::from_number(protocol),
        }
    }

    /// The flow's id: from its ends, VLANs and first packet's time only, so that it is the same
    /// in every replay and for every number of workers. FNV-1a, then mixed (the finaliser of
    /// MurmurHash3), because FNV alone leaves the upper bits poor.
    pub fn flow_id(&self, start: Timestamp) -> u64 {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        hash.write(&number(self.source.ip).to_be_bytes());
        hash.write(&number(self.destination.ip).to_be_bytes());
        hash.write(&self.source.port.to_be_bytes());
        hash.write(&self.destination.port.to_be_bytes());
        hash.write(&[self.key.protocol, u8::from(self.key.version_6)]);
        for id in self.key.vlan.ids() {
            hash.write(&id.to_be_bytes());
        }
        hash.write(&start.nanos().to_be_bytes());
        let mut mixed = hash.0;
        mixed ^= mixed >> 33;
        mixed = mixed.wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^= mixed >> 33;
        mixed = mixed.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        mixed ^= mixed >> 33;
        mixed >> (u64::BITS - FLOW_ID_BITS)
    }
}

struct Fnv(u64);

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(u32::from(ip)),
        IpAddr::V6(ip) => u128::from(ip),
    }
}

/// The type that answers, or that is answered (RFC 792, 950, 1256, 8335).
const fn icmp_answer(kind: u8) -> u16 {
    match kind {
        0 => 8,
        8 => 0,
        9 => 10,
        10 => 9,
        13 => 14,
        14 => 13,
        15 => 16,
        16 => 15,
        17 => 18,
        18 => 17,
        42 => 43,
        43 => 42,
        _ => NO_ANSWER,
    }
}

/// The type that answers, or that is answered (RFC 4443, 4861, 2710).
const fn icmpv6_answer(kind: u8) -> u16 {
    match kind {
        128 => 129,
        129 => 128,
        133 => 134,
        134 => 133,
        135 => 136,
        136 => 135,
        144 => 145,
        145 => 144,
        _ => NO_ANSWER,
    }
}
