//! What is looked at when rules are asked, and the tests that need no buffer.

use super::headers::{packet_number, packet_test};
use crate::rule::ast::{
    Comparison, FlowState, FragmentMode, ProtocolScope, ReputationSide, StreamSide,
};
use crate::rule::{AddressSet, PortSet};
use crate::signature::program::{
    CounterTest, CounterValue, FlowTest, Header, MemoryTest, PacketTest, ReputationTest,
    TestOperatorOrNot, TrafficSide, TransportTest,
};
use crate::signature::state::{EngineState, FlowMemory};
use crate::signature::watch::Failure;
use event::{Endpoint, Transport};
use flow::{Conversation, Moment, PacketContext};
use std::net::IpAddr;
use wire::packet::{Network, TransportHeader, VlanTags};
use wire::protocol::Direction;

/// Bytes from which on a flow is an elephant.
const ELEPHANT: Comparison<u64> = Comparison::GreaterOrEqual(flow::limits::ELEPHANT_BYTES_MIN);

/// The occasion on which rules are asked.
pub(super) struct Scene<'a> {
    pub flow: Option<&'a Conversation<EngineState>>,
    pub context: Option<&'a PacketContext<'a, 'a>>,
    pub direction: Direction,
    pub moment: Moment,
    /// Names of events on this packet, as `layer.name`.
    pub events: &'a [String],
    /// The transaction looked at.
    pub transaction: Option<u64>,
    /// What the flow is known to speak. For a TCP packet that is what the packets before it showed.
    pub speaks: Option<&'static str>,
    /// The packet looked at completes the handshake: by itself it is not of an established connection yet.
    pub completes_handshake: bool,
}

impl Scene<'_> {
    /// Sender and receiver.
    pub fn ends(&self) -> Option<(Endpoint, Endpoint)> {
        match (self.context, self.flow) {
            (Some(context), _) => {
                let (source, dest) = context.packet.addresses()?;
                let (source_port, dest_port) = context.packet.ports();
                Some((
                    Endpoint::new(source, source_port),
                    Endpoint::new(dest, dest_port),
                ))
            }
            (None, Some(flow)) => Some(flow.ends(self.direction)),
            (None, None) => None,
        }
    }

    /// The port of the side that was asked; 0 where there is none.
    pub fn server_port(&self) -> u16 {
        let ends = self.ends();
        match self.direction {
            Direction::ToServer => ends.map_or(0, |(_, dest)| dest.port),
            Direction::ToClient => ends.map_or(0, |(source, _)| source.port),
        }
    }

    pub fn transport(&self) -> Option<Transport> {
        match (self.flow, self.context) {
            (Some(flow), _) => Some(flow.transport),
            (None, Some(context)) => context.packet.protocol().map(Transport::from_number),
            (None, None) => None,
        }
    }

    /// Type and code of an ICMP packet.
    pub fn icmp(&self) -> Option<(u8, u8)> {
        match &self.context?.packet.transport {
            TransportHeader::Icmp(icmp) | TransportHeader::Icmpv6(icmp) => {
                Some((icmp.kind, icmp.code))
            }
            _ => None,
        }
    }

    pub fn vlan(&self) -> VlanTags {
        match (self.context, self.flow) {
            (Some(context), _) => context.packet.vlan,
            (None, Some(flow)) => flow.vlan,
            (None, None) => VlanTags::default(),
        }
    }

    pub fn header_fits(&self, header: &Header) -> bool {
        if !self.transport_fits(header.transport) {
            return false;
        }
        let applications = &header.applications;
        if !applications.is_empty() && !self.application_fits(header) {
            return false;
        }
        self.ends_fit(header)
    }

    /// Whether the header may fit the flow some time, whatever will be recognised in it.
    pub fn header_may_fit(&self, header: &Header) -> bool {
        self.transport_fits(header.transport) && self.ends_fit(header)
    }

    fn ends_fit(&self, header: &Header) -> bool {
        if header.source.is_none()
            && header.destination.is_none()
            && header.source_ports.is_none()
            && header.destination_ports.is_none()
        {
            return true;
        }
        let ends = match (header.transaction, self.flow) {
            (true, Some(flow)) => Some((flow.client, flow.server)),
            _ => self.ends(),
        };
        let Some((source, dest)) = ends else {
            return false;
        };
        let ports = self.transport().is_some_and(Transport::has_ports);
        ends_fit(header, source, dest, ports)
            || header.either && ends_fit(header, dest, source, ports)
    }

    /// Whether the flow speaks what the header names, where the header's author would have seen it.
    fn application_fits(&self, header: &Header) -> bool {
        let has_end_at = |ports: &[u16]| {
            self.flow.is_some_and(|flow| {
                ports.contains(&flow.server.port) || ports.contains(&flow.client.port)
            })
        };
        self.speaks.is_some_and(|name| {
            header.applications.contains(&name)
                && header
                    .at_ports
                    .is_none_or(|(named, ports)| named != name || has_end_at(ports))
        })
    }

    fn transport_fits(&self, wanted: TransportTest) -> bool {
        let v6 = || match (self.context, self.flow) {
            (Some(context), _) => context
                .packet
                .addresses()
                .map(|(source, _)| source.is_ipv6()),
            (None, Some(flow)) => Some(flow.client.ip.is_ipv6()),
            (None, None) => None,
        };
        let transport = self.transport();
        match wanted {
            TransportTest::PacketHeader => true,
            TransportTest::Ethernet => self
                .context
                .is_some_and(|context| context.packet.ethernet.is_some()),
            TransportTest::Igmp => self
                .context
                .is_some_and(|context| context.packet.igmp().is_some()),
            TransportTest::Any => transport.is_some(),
            TransportTest::Ipv4 => v6() == Some(false),
            TransportTest::Ipv6 => v6() == Some(true),
            TransportTest::Tcp => transport == Some(Transport::Tcp),
            TransportTest::Udp => transport == Some(Transport::Udp),
            TransportTest::Icmp => matches!(transport, Some(Transport::Icmp | Transport::Icmpv6)),
            TransportTest::IcmpV4 => transport == Some(Transport::Icmp),
            TransportTest::IcmpV6 => transport == Some(Transport::Icmpv6),
            TransportTest::Sctp => transport == Some(Transport::Sctp),
            TransportTest::Arp => self
                .context
                .is_some_and(|context| matches!(context.packet.network, Network::Arp(_))),
        }
    }

    pub fn flow_fits(&self, test: &FlowTest) -> bool {
        let Some(flow) = self.flow else {
            return !test.needs_flow
                || test.state == Some(FlowState::Stateless) && test.direction.is_none();
        };
        if test
            .direction
            .is_some_and(|direction| direction != self.direction)
        {
            return false;
        }
        match test.state {
            Some(FlowState::Established) if !self.is_of_established(flow) => return false,
            Some(FlowState::NotEstablished) if self.is_of_established(flow) => return false,
            _ => {}
        }
        self.fragment_fits(test)
    }

    /// Whether the flow is established, where there is one.
    pub fn is_established(&self) -> Option<bool> {
        self.flow.map(|flow| self.is_of_established(flow))
    }

    fn is_of_established(&self, flow: &Conversation<EngineState>) -> bool {
        flow.is_established() && !self.completes_handshake
    }

    fn fragment_fits(&self, test: &FlowTest) -> bool {
        match (test.fragment, self.context) {
            (Some(FragmentMode::OnlyFragment), Some(context)) => context.reassembled,
            (Some(FragmentMode::NoFragment), Some(context)) => !context.reassembled,
            (Some(FragmentMode::OnlyFragment), None) => false,
            _ => true,
        }
    }

    /// Which part of the header does not fit.
    pub fn header_failure(&self, header: &Header) -> Option<Failure> {
        if self.header_fits(header) {
            return None;
        }
        let applications = &header.applications;
        Some(if !self.transport_fits(header.transport) {
            Failure::Transport
        } else if !applications.is_empty() && !self.application_fits(header) {
            Failure::Application
        } else {
            Failure::Ends
        })
    }

    /// The number that the packet has, where the test is of a number.
    pub fn number_of(&self, test: &PacketTest) -> Option<u64> {
        match test {
            PacketTest::Number { field, .. } => packet_number(self.context?.packet, *field),
            _ => None,
        }
    }

    pub fn packet_fits(&self, tests: &[PacketTest]) -> bool {
        match self.context {
            Some(context) => tests.iter().all(|test| packet_test(context, test)),
            None => tests.is_empty(),
        }
    }

    pub fn memory_fits(&self, tests: &[MemoryTest], memory: &FlowMemory) -> bool {
        tests.iter().all(|test| self.memory_test(test, memory))
    }

    fn memory_test(&self, test: &MemoryTest, memory: &FlowMemory) -> bool {
        if let Some(holds) = self.host_test(test) {
            return holds;
        }
        let Some(flow) = self.flow else {
            // Without a flow nothing is remembered, so nothing is set.
            return matches!(test, MemoryTest::Bits { set: false, .. });
        };
        match test {
            MemoryTest::Bits { bits, set } => bits.iter().any(|bit| memory.has_bit(*bit) == *set),
            MemoryTest::Counter { counter, test } => counter_test(memory, *counter, test),
            MemoryTest::StreamSize(size) => {
                let Some(tcp) = flow.tcp else {
                    return false;
                };
                // Sequence numbers are what the rule language counts: the SYN has one too.
                let counted = |bytes: u64| size.comparison.accepts(bytes.saturating_add(1));
                let client = counted(tcp.sent_to_server);
                let server = counted(tcp.sent_to_client);
                flow.transport == Transport::Tcp
                    && match size.side {
                        StreamSide::Client => client,
                        StreamSide::Server => server,
                        StreamSide::Both => client && server,
                        StreamSide::Either => client || server,
                    }
            }
            MemoryTest::Protocol {
                name,
                negated,
                scope,
            } => protocol_test(flow, name, *negated, *scope, self.direction),
            MemoryTest::TransactionBit { bit, set } => self
                .transaction
                .is_some_and(|id| memory.has_transaction_bit(id, *bit) == *set),
            MemoryTest::FlowStart => {
                let counters = match self.direction {
                    Direction::ToServer => flow.to_server,
                    Direction::ToClient => flow.to_client,
                };
                counters.packets == 1
            }
            MemoryTest::Elephant(TrafficSide::Both) => {
                [TrafficSide::ToServer, TrafficSide::ToClient]
                    .into_iter()
                    .all(|side| traffic_test(flow, true, side, &ELEPHANT))
            }
            MemoryTest::Elephant(side) => traffic_test(flow, true, *side, &ELEPHANT),
            MemoryTest::Variable {
                name,
                text,
                negated,
            } => {
                let mut known = memory.variables();
                let holds = known.any(|(known, bytes)| {
                    known == name && memchr::memmem::find(bytes, text).is_some()
                });
                holds != *negated
            }
            MemoryTest::Age(comparison) => {
                let nanos = self.moment.time.since(flow.start);
                comparison.accepts(nanos.checked_div(1_000_000_000).unwrap_or(0))
            }
            MemoryTest::Traffic {
                bytes,
                side,
                comparison,
            } => traffic_test(flow, *bytes, *side, comparison),
            // They need no flow, and have been asked above.
            MemoryTest::Country { .. } | MemoryTest::Reputation { .. } => false,
        }
    }

    /// Tests of what is known of the addresses; None: it is another test.
    fn host_test(&self, test: &MemoryTest) -> Option<bool> {
        let side = match test {
            MemoryTest::Country { side, .. } | MemoryTest::Reputation { side, .. } => *side,
            _ => return None,
        };
        let Some((source, dest)) = self.ends() else {
            return Some(false);
        };
        let holds = |end: Endpoint| address_test(test, end.ip);
        Some(match side {
            ReputationSide::Any => holds(source) || holds(dest),
            ReputationSide::Source => holds(source),
            ReputationSide::Destination => holds(dest),
            ReputationSide::Both => holds(source) && holds(dest),
        })
    }
}

fn address_test(test: &MemoryTest, address: IpAddr) -> bool {
    match test {
        MemoryTest::Country {
            wanted, countries, ..
        } => {
            let country = countries.of(address);
            country.is_some_and(|country| is_wanted(country, wanted))
        }
        MemoryTest::Reputation {
            category,
            test,
            lists,
            ..
        } => {
            let score = lists.score(address, *category);
            match test {
                ReputationTest::IsThere(wanted) => score.is_some() == *wanted,
                ReputationTest::Score(comparison) => {
                    score.is_some_and(|score| comparison.accepts(score.into()))
                }
            }
        }
        _ => false,
    }
}

/// One of the countries named, or, where some are excluded, none of those.
fn is_wanted(country: [u8; 2], wanted: &[([u8; 2], bool)]) -> bool {
    let named = |negated: bool| {
        wanted
            .iter()
            .any(|(code, is_negated)| *is_negated == negated && *code == country)
    };
    let excludes = wanted.iter().any(|(_, negated)| *negated);
    named(false) || (excludes && !named(true))
}

fn ends_fit(header: &Header, source: Endpoint, dest: Endpoint, has_ports: bool) -> bool {
    let address = |set: &Option<std::sync::Arc<AddressSet>>, ip: IpAddr| {
        set.as_ref().is_none_or(|set| set.contains(ip))
    };
    let port = |set: &Option<std::sync::Arc<PortSet>>, port: u16| {
        !has_ports || set.as_ref().is_none_or(|set| set.contains(port))
    };
    port(&header.destination_ports, dest.port)
        && port(&header.source_ports, source.port)
        && address(&header.destination, dest.ip)
        && address(&header.source, source.ip)
}

fn counter_test(memory: &FlowMemory, counter: u32, test: &CounterTest) -> bool {
    let value = memory.counter(counter);
    match test {
        CounterTest::IsSet(set) => value.is_some() == *set,
        CounterTest::Compare(operator, other) => {
            let other = match other {
                CounterValue::Number(number) => Some(*number),
                CounterValue::Counter(other) => memory.counter(*other),
            };
            let (Some(left), Some(right)) = (value, other) else {
                return false;
            };
            match operator {
                TestOperatorOrNot::Less => left < right,
                TestOperatorOrNot::LessOrEqual => left <= right,
                TestOperatorOrNot::Greater => left > right,
                TestOperatorOrNot::GreaterOrEqual => left >= right,
                TestOperatorOrNot::Equal => left == right,
                TestOperatorOrNot::NotEqual => left != right,
            }
        }
    }
}

/// Whether the protocol that the scope means is the one named. Where nothing is known nothing is said, negated or not.
fn protocol_test(
    flow: &Conversation<EngineState>,
    name: &str,
    negated: bool,
    scope: ProtocolScope,
    direction: Direction,
) -> bool {
    let of = |direction: Direction| match flow.app_proto_disagreeing {
        Some((other, name)) if other == direction => Some(name),
        _ => flow.app_proto,
    };
    let is_named = |found: &'static str| {
        found == name
            || name == "http" && matches!(found, "http1" | "http2")
            || name == "http1" && found == "http"
    };
    let found = match scope {
        ProtocolScope::Direction => of(direction),
        ProtocolScope::Final => flow.app_proto,
        ProtocolScope::Original => flow.app_proto_original,
        ProtocolScope::ToServer => of(Direction::ToServer),
        ProtocolScope::ToClient => of(Direction::ToClient),
        ProtocolScope::Either => {
            let either = [of(Direction::ToServer), of(Direction::ToClient)];
            let named = either.iter().flatten().find(|found| is_named(found));
            named.copied().or(flow.app_proto)
        }
    };
    match found {
        None => name == "unknown" && !negated,
        Some(found) => is_named(found) != negated,
    }
}

fn traffic_test(
    flow: &Conversation<EngineState>,
    bytes: bool,
    side: TrafficSide,
    comparison: &Comparison<u64>,
) -> bool {
    let count = |counters: flow::Counters| {
        if bytes {
            counters.bytes
        } else {
            counters.packets
        }
    };
    let (to_server, to_client) = (count(flow.to_server), count(flow.to_client));
    match side {
        TrafficSide::ToServer => comparison.accepts(to_server),
        TrafficSide::ToClient => comparison.accepts(to_client),
        TrafficSide::Either => comparison.accepts(to_server) || comparison.accepts(to_client),
        TrafficSide::Both => comparison.accepts(to_server.saturating_add(to_client)),
    }
}
