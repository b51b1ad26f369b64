//! A rule made ready to run.

use super::RuleMeta;
use super::inspect::transform::Change;
pub(crate) use super::steps::{
    ByteExtractStep, ByteJumpStep, ByteMathStep, ByteTestStep, ChainStep, ContentStep, Operand,
    Step,
};
use crate::countries::Countries;
use crate::reputation::Reputations;
use crate::rule::ast::{
    AbsentMode, ActionScope, BitOperation, Comparison, DatasetKind, FileHash, FlowState,
    FragmentBits, FragmentMode, Index, ProtocolScope, ReputationSide, Rpc, SetModifier, StreamSize,
    TcpFlags,
};
use crate::rule::{AddressSet, PortSet};
use std::sync::Arc;
use wire::protocol::Direction;
use wire::registry::FieldRef;

/// One rule. Its number is its place in `Ruleset::programs`, which is also the order in which rules are asked.
#[derive(Debug)]
pub(crate) struct Program {
    pub meta: Arc<RuleMeta>,
    pub header: Header,
    pub flow: FlowTest,
    pub kind: Kind,
    /// Tests of the packet's headers and sizes, cheapest first.
    pub packet: Vec<PacketTest>,
    /// Tests of what the flow remembers.
    pub memory: Vec<MemoryTest>,
    /// What expressions must have taken down of the packet in work: name, bytes, and whether it must not be so.
    pub packet_variables: Vec<(String, Vec<u8>, bool)>,
    /// What must be found in buffers; the payload's chain first, if there is one.
    pub chains: Vec<Chain>,
    /// Numbers of the transaction.
    pub numbers: Vec<NumberTest>,
    /// Tests of a file.
    pub file: Vec<FileTest>,
    /// Events that must have happened on the packet.
    pub events: Vec<EventName>,
    /// Changes made after a match.
    pub effects: Vec<Effect>,
    /// The rule looks at a frame and at another frame or buffer: then each part is noted when it fits.
    pub has_frame_beside_others: bool,
    /// How many numbers the rule extracts.
    pub variables: usize,
    /// How far its action reaches, if it says so.
    pub scope: Option<ActionScope>,
    /// The rule is followed: no pattern selects it, and what comes of it is told.
    pub watched: bool,
}

/// Name of an event as `layer.name`, and whether it must not have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventName {
    pub name: String,
    pub negated: bool,
}

/// When a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// On packets.
    Packet,
    /// Once per direction of a flow: only addresses matter.
    Addresses,
    /// Once per direction of a flow, when its application protocol is known: nothing else matters.
    Protocol,
    /// On stream windows; on packets whose payload is in no stream. With `on_packets` on every packet as well,
    /// because it says where in the payload something must be.
    Stream { on_packets: bool },
    /// On packets during which its events happened.
    Event,
    /// When a side of a transaction is complete.
    Transaction,
    /// When a file begins or ends.
    File,
    /// When a frame of the protocol is there.
    Frame,
}

/// Which IP protocols a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TransportTest {
    Any,
    Ipv4,
    Ipv6,
    Tcp,
    Udp,
    Icmp,
    IcmpV4,
    IcmpV6,
    Sctp,
    Igmp,
    /// Any packet, even one without IP.
    PacketHeader,
    /// Any packet with an Ethernet header.
    Ethernet,
    Arp,
}

#[derive(Debug)]
pub(crate) struct Header {
    pub transport: TransportTest,
    /// Application protocols, one of which the flow must speak; empty: any.
    pub applications: Vec<&'static str>,
    pub source: Option<Arc<AddressSet>>,
    pub source_ports: Option<Arc<PortSet>>,
    pub destination: Option<Arc<AddressSet>>,
    pub destination_ports: Option<Arc<PortSet>>,
    /// `<>`
    pub either: bool,
    /// `=>`: addresses are those of client and server, whichever way the bytes travel.
    pub transaction: bool,
    /// One of the application protocols that counts at some ports only.
    pub at_ports: Option<AtPorts>,
}

/// An application protocol, and the ports at one of which a flow must have an end.
pub(crate) type AtPorts = (&'static str, &'static [u16]);

/// Whether a packet has the flags that a rule wants.
pub(crate) const fn tcp_flags_fit(wanted: TcpFlags, flags: u8) -> bool {
    let flags = flags & !wanted.ignored;
    let bits = wanted.bits & !wanted.ignored;
    match wanted.modifier {
        SetModifier::Exactly => flags == bits,
        SetModifier::AtLeast => flags & bits == bits,
        SetModifier::AnyOf => flags & bits != 0,
        SetModifier::Not => flags & bits != bits,
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlowTest {
    pub direction: Option<Direction>,
    pub state: Option<FlowState>,
    /// Stream only (true) or packets only (false).
    pub stream: Option<bool>,
    pub fragment: Option<FragmentMode>,
    /// The rule says something of the flow: packets without one do not match.
    pub needs_flow: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum PacketTest {
    Number {
        field: PacketNumber,
        comparison: Comparison<u64>,
        index: Option<Index>,
    },
    TcpFlags(TcpFlags),
    FragmentBits(FragmentBits),
    IpOption(Vec<IpOption>),
    SameAddress,
    Checksum {
        layer: ChecksumLayer,
        valid: bool,
    },
    Family {
        v6: bool,
        negated: bool,
    },
    /// The payload is a call of Sun RPC.
    RemoteCall(Rpc),
}

/// Numbers of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PacketNumber {
    TimeToLive,
    TypeOfService,
    Identification,
    FragmentOffset,
    Protocol,
    PayloadSize,
    IcmpType,
    IcmpCode,
    IcmpId,
    IcmpSequence,
    Icmpv6Mtu,
    Sequence,
    Acknowledgement,
    Window,
    MaximumSegment,
    WindowScale,
    VlanId,
    VlanLayers,
    VxlanNetwork,
    IgmpType,
}

/// An IPv4 option by what `ipopts` calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IpOption {
    Any,
    Kind(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChecksumLayer {
    Ipv4,
    TcpV4,
    TcpV6,
    UdpV4,
    UdpV6,
    IcmpV4,
    IcmpV6,
}

#[derive(Debug, Clone)]
pub(crate) enum MemoryTest {
    /// Any of the bits set (true), or any not set (false).
    Bits {
        bits: Vec<u32>,
        set: bool,
    },
    Counter {
        counter: u32,
        test: CounterTest,
    },
    StreamSize(StreamSize),
    Protocol {
        name: String,
        negated: bool,
        scope: ProtocolScope,
    },
    /// A bit of the transaction is set, or is not.
    TransactionBit {
        bit: u32,
        set: bool,
    },
    /// The sender or receiver is of one of these countries (true), or not of those (false).
    Country {
        side: ReputationSide,
        wanted: Vec<([u8; 2], bool)>,
        countries: Arc<Countries>,
    },
    /// What the lists say of the sender or receiver. No comparison: whether they say anything.
    Reputation {
        side: ReputationSide,
        category: u8,
        test: ReputationTest,
        lists: Arc<Reputations>,
    },
    /// The packet is the first of its direction.
    FlowStart,
    /// The flow has carried so much that it counts as an elephant.
    Elephant(TrafficSide),
    /// Bytes that an expression took down of this flow hold these.
    Variable {
        name: String,
        text: Vec<u8>,
        negated: bool,
    },
    Age(Comparison<u64>),
    Traffic {
        bytes: bool,
        side: TrafficSide,
        comparison: Comparison<u64>,
    },
}

/// What is asked of a reputation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ReputationTest {
    /// There is one (true), or none.
    IsThere(bool),
    /// There is one that compares so.
    Score(Comparison<u64>),
}

/// Which side of a flow's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrafficSide {
    ToServer,
    ToClient,
    Either,
    Both,
}

#[derive(Debug, Clone)]
pub(crate) enum CounterTest {
    IsSet(bool),
    /// Compared with a number or with another counter.
    Compare(TestOperatorOrNot, CounterValue),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestOperatorOrNot {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum CounterValue {
    Number(u32),
    Counter(u32),
}

#[derive(Debug, Clone)]
pub(crate) enum Effect {
    Bit {
        bit: u32,
        operation: BitOperation,
    },
    Counter {
        counter: u32,
        change: CounterChange,
        value: CounterValue,
    },
    /// A bit of the transaction.
    TransactionBit {
        bit: u32,
        operation: BitOperation,
    },
    /// Files that are to be kept.
    Store(StoreWish),
    /// The flow is not followed: nothing of it is told.
    Untrack,
    /// Events of the transaction, or of the whole flow, are not told.
    Silence {
        whole_flow: bool,
    },
}

/// Which files `filestore` keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoreWish {
    /// Only those that travel so; None: both ways.
    pub direction: Option<Direction>,
    pub scope: StoreScope,
}

/// How far a `filestore` reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreScope {
    /// The file that the rule looked at.
    File,
    /// All files of its transaction.
    Transaction,
    /// All files of the flow from now on.
    Flow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CounterChange {
    Assign,
    Add,
    Subtract,
}

/// Where bytes come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// Packet payload or stream.
    Payload,
    /// The frame of this name.
    Frame(&'static str),
    /// A buffer of the transaction: number in the rule set's list of buffers.
    Field(usize),
    FileName,
    FileMagic,
    PacketHeader(HeaderPart),
}

/// A part of the packet that is a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum HeaderPart {
    Ethernet,
    Ipv4,
    Ipv6,
    /// What stands between the IP header and the payload, for one transport.
    Transport(TransportTest),
    SourceAddress,
    DestinationAddress,
}

/// A buffer of transactions that some rule looks at.
#[derive(Debug)]
pub(crate) struct Field {
    pub name: &'static str,
    /// Protocols that have it, with its place in their lists.
    pub owners: Vec<FieldRef>,
    /// Direction asked for by the rule itself (`=>` rules).
    pub direction: Option<Direction>,
    pub changes: Vec<Change>,
}

/// All that one rule wants of one buffer.
#[derive(Debug)]
pub(crate) struct Chain {
    pub source: Source,
    /// For sources that are no field; a field's changes stand in the list of buffers.
    pub changes: Vec<Change>,
    pub steps: Vec<ChainStep>,
    pub absent: Option<AbsentMode>,
}

/// A number of the transaction.
#[derive(Debug, Clone)]
pub(crate) struct NumberTest {
    pub name: &'static str,
    pub comparison: Comparison<u64>,
    pub index: Option<Index>,
    pub direction: Option<Direction>,
    /// The number of the comparison is the time of the packet, in seconds since 1970.
    pub is_time: bool,
}

#[derive(Debug)]
pub(crate) enum FileTest {
    /// Anywhere in the name.
    Name {
        text: Vec<u8>,
        negated: bool,
    },
    /// End of the name, after a dot.
    Extension {
        text: Vec<u8>,
        negated: bool,
    },
    /// Anywhere in the description of the type.
    Magic {
        text: Vec<u8>,
        negated: bool,
    },
    Size(Comparison<u64>),
    Hash {
        hash: FileHash,
        list: Arc<HashList>,
    },
}

/// A group of an expression whose bytes are kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    /// Its number in the expression, from 1.
    pub group: usize,
    pub scope: CaptureScope,
    pub name: Arc<str>,
}

/// Where captured bytes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CaptureScope {
    /// In the alert's `context`.
    Alert,
    /// With every alert and event of the flow from then on.
    Flow,
    /// With the alerts of the packet.
    Packet,
}

/// A data set that rules change, shared by all flows and judged where alerts come in the order of packets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SharedSet {
    pub name: String,
    /// What it holds at first.
    pub initial: Arc<DataSet>,
    /// File in which it is kept from one run to the next (`save`, `state`), and what its values are.
    pub saved: Option<(String, DatasetKind)>,
}

/// Values of a data set with their scores.
pub(crate) type DataSet = std::collections::HashMap<Vec<u8>, u64>;

/// Hashes of a list, sorted.
pub(crate) type HashList = Vec<Vec<u8>>;

impl Program {
    /// Whether the rule looks at a frame and at another frame or buffer.
    pub fn finds_frame_beside_others(&self) -> bool {
        let mut sources = self.chains.iter().map(|chain| &chain.source);
        let frame = self.chains.iter().find_map(|chain| match chain.source {
            Source::Frame(name) => Some(name),
            _ => None,
        });
        let is_other = |source: &Source| match (source, frame) {
            (Source::Frame(name), Some(first)) => *name != first,
            (Source::Field(_), Some(_)) => true,
            _ => false,
        };
        sources.any(is_other) || frame.is_some() && !self.numbers.is_empty()
    }

    /// Names of the frames that it looks at, each once.
    pub fn frames(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self
            .chains
            .iter()
            .filter_map(|chain| match chain.source {
                Source::Frame(name) => Some(name),
                _ => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether something of the rule can only be told from a packet.
    pub fn needs_packet(&self) -> bool {
        !self.packet.is_empty()
            || !self.events.is_empty()
            || self.flow.fragment.is_some()
            || self
                .chains
                .iter()
                .any(|chain| matches!(chain.source, Source::Payload | Source::PacketHeader(_)))
    }
}
