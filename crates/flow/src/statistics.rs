//! What a tracker counts. Everything counts up from its creation unless it says "now".

use crate::conversation::{Conversation, TcpSummary};
use event::Transport;
use std::collections::{BTreeMap, BTreeSet};
use wire::packet::{Network, Packet, TransportHeader, VlanTags, tcp_flags};

/// Packets by what they hold; those found in tunnels count as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// With an Ethernet header.
    pub ethernet: u64,
    /// With a VLAN tag.
    pub vlan: u64,
    /// ARP.
    pub arp: u64,
    /// IPv4.
    pub ipv4: u64,
    /// IPv6.
    pub ipv6: u64,
    /// TCP.
    pub tcp: u64,
    /// TCP with SYN alone.
    pub tcp_syn: u64,
    /// TCP with SYN and ACK.
    pub tcp_syn_ack: u64,
    /// TCP with RST.
    pub tcp_rst: u64,
    /// UDP.
    pub udp: u64,
    /// ICMP.
    pub icmpv4: u64,
    /// ICMPv6.
    pub icmpv6: u64,
    /// SCTP.
    pub sctp: u64,
}

/// What flows of one application protocol did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplicationCounts {
    /// Flows in which it was recognised.
    pub flows: u64,
    /// Transactions told.
    pub transactions: u64,
    /// Messages that could not be read.
    pub parse_errors: u64,
    /// Places where bytes were missing.
    pub gaps: u64,
}

/// The counters of one tracker; those of several are added with [`Statistics::add`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Frames read.
    pub packets: u64,
    /// Bytes of frames read, as they were on the wire.
    pub bytes: u64,
    /// Packets found in tunnels.
    pub tunnelled_packets: u64,
    /// Frames in which something was wrong, by the name of the anomaly (`ipv4.trunc_pkt`).
    pub decode_anomalies: BTreeMap<&'static str, u64>,
    /// Anomalies of TCP streams, by name.
    pub stream_anomalies: BTreeMap<&'static str, u64>,
    /// TCP segments left out of reassembly because of their checksum.
    pub checksum_errors: u64,
    /// Flows begun.
    pub flows: FlowsByTransport,
    /// How many sides of ended TCP connections were seen.
    pub sides: Sides,
    /// VLANs in which flows began, by their outermost tag.
    pub vlans: BTreeSet<u16>,
    /// Flows by the protocol recognised in them, by name.
    pub protocols: BTreeMap<&'static str, u64>,
    /// What flows did by application protocol and carrier.
    pub applications: BTreeMap<(&'static str, Transport), ApplicationCounts>,
    /// Packets by what they hold.
    pub layers: Layers,
    /// Transactions told, by the name of their event.
    pub transactions: BTreeMap<&'static str, u64>,
    /// Flows open now.
    pub flows_active: u64,
    /// Bytes that flows and fragments hold now.
    pub memory_bytes: u64,
    /// Flows ended to stay within the memory budget.
    pub flows_evicted: u64,
    /// Those of them that both sides had spoken in, and that were not over.
    pub flows_evicted_in_progress: u64,
    /// Flows whose payload is not looked at any more, as the rest of them is encrypted or says nothing.
    pub flows_bypassed: u64,
    /// Flows not begun because too much came.
    pub flows_shed: u64,
    /// Their packets.
    pub packets_shed: u64,
    /// Elephants whose tails are followed by their headers only, because too much came.
    pub flows_cut: u64,
    /// Times that a direction was read in another way too, as copies of its bytes differed.
    pub other_readings: u64,
    /// TCP connections picked up without their start.
    pub midstream_pickups: u64,
    /// Places where bytes of a TCP stream were never seen.
    pub stream_gaps: u64,
    /// Bytes missing in them.
    pub stream_gap_bytes: u64,
    /// TCP payload that could not wait for the bytes before it, by the limit of waiting.
    pub stream_limit_drops: u64,
    /// Fragments seen.
    pub fragments: u64,
    /// Datagrams put together.
    pub datagrams_reassembled: u64,
    /// Datagrams given up for want of a fragment.
    pub datagrams_timed_out: u64,
    /// Fragments refused by a limit.
    pub fragment_limit_drops: u64,
    /// Files begun.
    pub files: u64,
    /// Files not followed because too many were open.
    pub file_limit_drops: u64,
    /// Conversations that others arranged and that were not waited for, because of a limit.
    pub expected_limit_drops: u64,
    /// Anomalies that were counted but not written as events.
    pub anomaly_events_suppressed: u64,
}

/// Flows begun by transport.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowsByTransport {
    /// TCP.
    pub tcp: u64,
    /// UDP.
    pub udp: u64,
    /// ICMP and ICMPv6.
    pub icmp: u64,
    /// SCTP and the rest.
    pub other: u64,
}

/// Packets of one side that are taken for half of a connection whose beginning was not seen.
const HALF_PACKETS_MIN: u64 = 3;

/// Whether the packets of both sides arrive: what a mirror port that copies one direction only gives away. Connections that nobody
/// answered are in neither number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// TCP connections that ended, both sides of which were seen.
    pub both: u64,
    /// Those one side of which was seen, while it acknowledged what the other one said.
    pub one: u64,
}

impl Sides {
    /// Counts a flow that ended.
    pub(crate) fn note<S>(&mut self, ended: &Conversation<S>) {
        let Some(tcp) = &ended.tcp else { return };
        let (asked, answered) = (ended.to_server.packets, ended.to_client.packets);
        if asked > 0 && answered > 0 {
            count(&mut self.both);
        } else if is_half(tcp, asked.saturating_add(answered)) {
            count(&mut self.one);
        }
    }
}

/// Whether the packets that one side sent belong to a connection.
fn is_half(tcp: &TcpSummary, packets: u64) -> bool {
    match tcp.flags_to_server | tcp.flags_to_client {
        // The server's side alone, or one that began earlier, is not followed. One packet may be the echo of a scan.
        0 => packets >= HALF_PACKETS_MIN,
        // A reset alone answers what was never a connection.
        flags => flags & tcp_flags::ACK != 0 && flags & tcp_flags::RST == 0,
    }
}

impl Statistics {
    /// Notes the VLAN of a flow that begins.
    pub(crate) fn note_vlan(&mut self, tags: VlanTags) {
        if let Some(outermost) = tags.ids().first() {
            self.vlans.insert(*outermost);
        }
    }

    /// Adds the counters of another tracker.
    pub fn add(&mut self, other: &Self) {
        let numbers = [
            (&mut self.packets, other.packets),
            (&mut self.bytes, other.bytes),
            (&mut self.tunnelled_packets, other.tunnelled_packets),
            (&mut self.checksum_errors, other.checksum_errors),
            (&mut self.flows.tcp, other.flows.tcp),
            (&mut self.flows.udp, other.flows.udp),
            (&mut self.flows.icmp, other.flows.icmp),
            (&mut self.flows.other, other.flows.other),
            (&mut self.sides.both, other.sides.both),
            (&mut self.sides.one, other.sides.one),
            (&mut self.flows_active, other.flows_active),
            (&mut self.memory_bytes, other.memory_bytes),
            (&mut self.flows_evicted, other.flows_evicted),
            (
                &mut self.flows_evicted_in_progress,
                other.flows_evicted_in_progress,
            ),
            (&mut self.flows_bypassed, other.flows_bypassed),
            (&mut self.flows_shed, other.flows_shed),
            (&mut self.packets_shed, other.packets_shed),
            (&mut self.flows_cut, other.flows_cut),
            (&mut self.other_readings, other.other_readings),
            (&mut self.midstream_pickups, other.midstream_pickups),
            (&mut self.stream_gaps, other.stream_gaps),
            (&mut self.stream_gap_bytes, other.stream_gap_bytes),
            (&mut self.stream_limit_drops, other.stream_limit_drops),
            (&mut self.fragments, other.fragments),
            (&mut self.datagrams_reassembled, other.datagrams_reassembled),
            (&mut self.datagrams_timed_out, other.datagrams_timed_out),
            (&mut self.fragment_limit_drops, other.fragment_limit_drops),
            (&mut self.files, other.files),
            (&mut self.file_limit_drops, other.file_limit_drops),
            (&mut self.expected_limit_drops, other.expected_limit_drops),
            (
                &mut self.anomaly_events_suppressed,
                other.anomaly_events_suppressed,
            ),
        ];
        for (ours, theirs) in numbers {
            *ours = ours.saturating_add(theirs);
        }
        self.layers.add(&other.layers);
        self.vlans.extend(&other.vlans);
        for (key, theirs) in &other.applications {
            self.applications.entry(*key).or_default().add(theirs);
        }
        for (ours, theirs) in [
            (&mut self.decode_anomalies, &other.decode_anomalies),
            (&mut self.stream_anomalies, &other.stream_anomalies),
            (&mut self.protocols, &other.protocols),
            (&mut self.transactions, &other.transactions),
        ] {
            for (name, count) in theirs {
                let ours = ours.entry(name).or_default();
                *ours = ours.saturating_add(*count);
            }
        }
    }
}

impl Layers {
    /// Counts a packet.
    pub(crate) fn note(&mut self, packet: &Packet<'_>) {
        if packet.ethernet.is_some() {
            count(&mut self.ethernet);
        }
        if !packet.vlan.ids().is_empty() {
            count(&mut self.vlan);
        }
        match &packet.network {
            Network::None => {}
            Network::Arp(_) => count(&mut self.arp),
            Network::Ipv4(_) => count(&mut self.ipv4),
            Network::Ipv6(_) => count(&mut self.ipv6),
        }
        match &packet.transport {
            TransportHeader::None => {}
            TransportHeader::Tcp(tcp) => {
                count(&mut self.tcp);
                match (tcp.has(tcp_flags::SYN), tcp.has(tcp_flags::ACK)) {
                    (true, true) => count(&mut self.tcp_syn_ack),
                    (true, false) => count(&mut self.tcp_syn),
                    _ => {}
                }
                if tcp.has(tcp_flags::RST) {
                    count(&mut self.tcp_rst);
                }
            }
            TransportHeader::Udp(_) => count(&mut self.udp),
            TransportHeader::Icmp(_) => count(&mut self.icmpv4),
            TransportHeader::Icmpv6(_) => count(&mut self.icmpv6),
            TransportHeader::Sctp(_) => count(&mut self.sctp),
        }
    }

    fn add(&mut self, other: &Self) {
        for (ours, theirs) in [
            (&mut self.ethernet, other.ethernet),
            (&mut self.vlan, other.vlan),
            (&mut self.arp, other.arp),
            (&mut self.ipv4, other.ipv4),
            (&mut self.ipv6, other.ipv6),
            (&mut self.tcp, other.tcp),
            (&mut self.tcp_syn, other.tcp_syn),
            (&mut self.tcp_syn_ack, other.tcp_syn_ack),
            (&mut self.tcp_rst, other.tcp_rst),
            (&mut self.udp, other.udp),
            (&mut self.icmpv4, other.icmpv4),
            (&mut self.icmpv6, other.icmpv6),
            (&mut self.sctp, other.sctp),
        ] {
            *ours = ours.saturating_add(theirs);
        }
    }
}

impl ApplicationCounts {
    fn add(&mut self, other: &Self) {
        self.flows = self.flows.saturating_add(other.flows);
        self.transactions = self.transactions.saturating_add(other.transactions);
        self.parse_errors = self.parse_errors.saturating_add(other.parse_errors);
        self.gaps = self.gaps.saturating_add(other.gaps);
    }
}

/// Counts one more.
pub(crate) fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

/// Counts one more of a name.
pub(crate) fn count_name(counters: &mut BTreeMap<&'static str, u64>, name: &'static str) {
    count(counters.entry(name).or_default());
}
