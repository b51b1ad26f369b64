//! What a tracker counts. Everything counts up from its creation unless it says "now".

use std::collections::BTreeMap;

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
    /// Flows by the protocol recognised in them, by name.
    pub protocols: BTreeMap<&'static str, u64>,
    /// Transactions told, by the name of their event.
    pub transactions: BTreeMap<&'static str, u64>,
    /// Flows open now.
    pub flows_active: u64,
    /// Bytes that flows and fragments hold now.
    pub memory_bytes: u64,
    /// Flows ended to stay within the memory budget.
    pub flows_evicted: u64,
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

impl Statistics {
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
            (&mut self.flows_active, other.flows_active),
            (&mut self.memory_bytes, other.memory_bytes),
            (&mut self.flows_evicted, other.flows_evicted),
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

/// Counts one more.
pub(crate) fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

/// Counts one more of a name.
pub(crate) fn count_name(counters: &mut BTreeMap<&'static str, u64>, name: &'static str) {
    count(counters.entry(name).or_default());
}
