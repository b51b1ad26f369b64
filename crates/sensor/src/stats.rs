//! The `stats` event: what a world of traffic counted, with the names of EVE JSON.

use crate::detectors::LoadReport;
use crate::evidence::EvidenceCounts;
use crate::files::FileCounts;
use crate::listed::ListedCounts;
use crate::live::Counters;
use crate::pipeline::Summary;
use crate::tags::TagCounts;
use event::{Event, Record, Timestamp, Transport, Value};
use flow::ApplicationCounts;
use std::collections::BTreeMap;
use wire::registry::PROTOCOLS;

/// What the event is made of.
pub(crate) struct Counted<'a> {
    pub summary: &'a Summary,
    pub report: &'a LoadReport,
    /// What interfaces brought; none for captures.
    pub capture: &'a [Counters],
    /// The budget of all flows together.
    pub memory_bytes_max: u64,
}

/// The event, told at `now`.
pub(crate) fn event(counted: &Counted<'_>, now: Timestamp) -> Event {
    let Counted {
        summary, report, ..
    } = counted;
    let flows = &summary.flows;
    let mut stats = Record::new();
    if !counted.capture.is_empty() {
        stats.push("capture", capture(counted.capture));
    }
    stats.push("decoder", decoder(flows));
    let mut flow = flow(flows);
    flow.push("memcap", counted.memory_bytes_max);
    stats.push("flow", flow);
    stats.push("defrag", defragmentation(flows));
    stats.push("tcp", tcp(flows));
    stats.push("app_layer", application(flows));
    stats.push("detect", detect(summary, report));
    if report.yara.files > 0 || summary.files != FileCounts::default() {
        stats.push("file_store", files(summary));
    }
    if summary.tags != TagCounts::default() {
        let tags = [
            ("packets", summary.tags.packets),
            ("forgotten", summary.tags.forgotten),
        ];
        stats.push("tags", record(tags));
    }
    if summary.listed != ListedCounts::default() {
        let listed = [
            ("flows_unfollowed", summary.listed.flows_unfollowed),
            ("names_forgotten", summary.listed.names_forgotten),
        ];
        stats.push("listed", record(listed));
    }
    if summary.evidence != EvidenceCounts::default() {
        stats.push("evidence", evidence(summary));
    }
    let mut event = Event::new(now, "stats");
    event.body.push("stats", stats);
    event
}

fn record<const N: usize>(values: [(&'static str, u64); N]) -> Record {
    let mut record = Record::new();
    for (name, value) in values {
        record.push(name, value);
    }
    record
}

fn capture(interfaces: &[Counters]) -> Record {
    let sum = |of: fn(&Counters) -> u64| interfaces.iter().map(of).sum();
    record([
        ("kernel_packets", sum(|one| one.packets)),
        ("kernel_drops", sum(|one| one.drops)),
    ])
}

fn decoder(flows: &flow::Statistics) -> Record {
    let layers = &flows.layers;
    let mut decoder = record([
        ("pkts", flows.packets),
        ("bytes", flows.bytes),
        ("ipv4", layers.ipv4),
        ("ipv6", layers.ipv6),
        ("ethernet", layers.ethernet),
        ("arp", layers.arp),
        ("vlan", layers.vlan),
        ("tcp", layers.tcp),
        ("udp", layers.udp),
        ("sctp", layers.sctp),
        ("icmpv4", layers.icmpv4),
        ("icmpv6", layers.icmpv6),
        ("tunnelled", flows.tunnelled_packets),
    ]);
    // Names are `layer.what`: a record for each layer.
    let mut by_layer: BTreeMap<&str, Record> = BTreeMap::new();
    for (name, count) in &flows.decode_anomalies {
        let (layer, what) = name.split_once('.').unwrap_or(("frame", name));
        by_layer.entry(layer).or_default().push(what, *count);
    }
    let mut events = Record::new();
    for (layer, record) in by_layer {
        events.push(layer.to_owned(), record);
    }
    decoder.push("event", events);
    decoder
}

fn flow(flows: &flow::Statistics) -> Record {
    let by = &flows.flows;
    let total = by.tcp + by.udp + by.icmp + by.other;
    record([
        ("total", total),
        ("active", flows.flows_active),
        ("tcp", by.tcp),
        ("udp", by.udp),
        ("icmp", by.icmp),
        ("other", by.other),
        ("memuse", flows.memory_bytes),
        ("emerg_mode_entered", flows.flows_evicted.min(1)),
        ("evicted", flows.flows_evicted),
        ("evicted_in_progress", flows.flows_evicted_in_progress),
        ("bypassed", flows.flows_bypassed),
        ("shed", flows.flows_shed),
        ("shed_pkts", flows.packets_shed),
        ("elephants_cut", flows.flows_cut),
    ])
}

fn defragmentation(flows: &flow::Statistics) -> Record {
    record([
        ("fragments", flows.fragments),
        ("reassembled", flows.datagrams_reassembled),
        ("timeouts", flows.datagrams_timed_out),
        ("refused", flows.fragment_limit_drops),
    ])
}

fn tcp(flows: &flow::Statistics) -> Record {
    let layers = &flows.layers;
    record([
        ("sessions", flows.flows.tcp),
        ("syn", layers.tcp_syn),
        ("synack", layers.tcp_syn_ack),
        ("rst", layers.tcp_rst),
        ("midstream_pickups", flows.midstream_pickups),
        ("invalid_checksum", flows.checksum_errors),
        ("reassembly_gap", flows.stream_gaps),
        ("overlap_diff_data", flows.other_readings),
        ("segment_memcap_drop", flows.stream_limit_drops),
    ])
}

fn application(flows: &flow::Statistics) -> Record {
    // Protocols that were not seen are told as well: nothing happened in them.
    let mut counts = flows.applications.clone();
    for spec in PROTOCOLS {
        let transport = match spec.carrier {
            wire::protocol::Carrier::Stream => Transport::Tcp,
            wire::protocol::Carrier::Datagram => Transport::Udp,
        };
        counts.entry((spec.name, transport)).or_default();
    }
    let on_both = |name: &str| {
        let has = |wanted| {
            counts
                .keys()
                .any(|(known, at)| *known == name && *at == wanted)
        };
        has(Transport::Tcp) && has(Transport::Udp)
    };
    let mut all = [Record::new(), Record::new(), Record::new()];
    for ((name, transport), count) in &counts {
        let ApplicationCounts {
            flows,
            transactions,
            parse_errors,
            gaps,
        } = *count;
        let name = match transport {
            Transport::Udp if on_both(name) => format!("{name}_udp"),
            Transport::Tcp if on_both(name) => format!("{name}_tcp"),
            _ => (*name).to_owned(),
        };
        let errors = record([("gap", gaps), ("parser", parse_errors)]);
        let [of_flows, of_transactions, of_errors] = &mut all;
        of_flows.push(name.clone(), flows);
        of_transactions.push(name.clone(), transactions);
        of_errors.push(name, errors);
    }
    let [of_flows, of_transactions, of_errors] = all;
    let mut application = Record::new();
    application.push("flow", of_flows);
    application.push("tx", of_transactions);
    application.push("error", of_errors);
    application
}

/// `file_store` is Suricata's name for the record; what YARA rules did stands beside it.
fn files(summary: &Summary) -> Record {
    let files = &summary.files;
    record([
        ("scanned", files.scanned),
        ("scanned_in_part", files.scanned_in_part),
        ("scan_timeouts", files.scan_timeouts),
        ("yara_matches", files.yara_matches),
        ("stored", files.store.stored),
        ("known", files.store.known),
        ("removed", files.store.removed),
        ("refused", files.store.refused),
        ("left_out", files.store.left_out),
        ("bytes", files.store.bytes),
    ])
}

fn evidence(summary: &Summary) -> Record {
    let evidence = &summary.evidence;
    record([
        ("captures", evidence.captures),
        ("packets", evidence.packets),
        ("removed", evidence.removed),
        ("refused", evidence.refused),
        ("bytes", evidence.bytes),
    ])
}

fn detect(summary: &Summary, report: &LoadReport) -> Record {
    let alerts: u64 = summary.alerts.values().map(|(_, count)| *count).sum();
    let mut engine = Record::new();
    engine.push("id", 0_u64);
    engine.push("rules_loaded", report.loaded as u64);
    engine.push("rules_failed", report.refused() as u64);
    engine.push("rules_skipped", report.unmet as u64);
    let mut detect = Record::new();
    detect.push("engines", Value::List(vec![Value::Record(engine)]));
    detect.push("alert", alerts);
    detect
}
