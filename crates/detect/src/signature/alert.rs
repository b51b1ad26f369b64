//! What the engine tells: this rule matched here.

use super::RuleMeta;
use crate::rule::ast::{Action, Target};
use event::{Endpoint, Event, FlowRef, Record, Timestamp, Transport, Value};
use flow::{Counters, Moment};
use std::sync::Arc;
use wire::packet::VlanTags;
use wire::protocol::Direction;

/// The transaction that a rule matched in.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionFacts {
    /// Number in the flow, from 0.
    pub id: u64,
    /// Name of the object in the event (`http`, `dns`, `tls`); None for transactions without an event.
    pub name: Option<&'static str>,
    /// What was known of it at the match; shared by all alerts on it.
    pub record: Arc<Record>,
    /// The object beside it, with its name (`email` beside `smtp`).
    pub companion: Option<(&'static str, Arc<Record>)>,
}

/// Counters of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowCounters {
    /// From the client.
    pub to_server: Counters,
    /// From the server.
    pub to_client: Counters,
    /// Time of the first packet.
    pub start: Timestamp,
}

/// A rule matched. Whether it is told to anybody is for [`super::Thresholds`] to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The packet that completed the match.
    pub moment: Moment,
    /// Whose alert it is.
    pub rule: Arc<RuleMeta>,
    /// Sender of the matching packet or bytes.
    pub source: Option<Endpoint>,
    /// Receiver of the matching packet or bytes.
    pub dest: Option<Endpoint>,
    /// None only where there was no IP packet.
    pub transport: Option<Transport>,
    /// Who opened the flow; None without a flow.
    pub client: Option<Endpoint>,
    /// Who answered.
    pub server: Option<Endpoint>,
    /// None for packets that belong to no flow.
    pub flow: Option<FlowRef>,
    /// VLAN tags of the packet or flow.
    pub vlan: VlanTags,
    /// Protocol recognised so far.
    pub app_proto: Option<&'static str>,
    /// Way of the matching packet or bytes.
    pub direction: Direction,
    /// Where the rule looked into one.
    pub transaction: Option<TransactionFacts>,
    /// The file, where the rule looked at one, as EVE has it in `files`.
    pub file: Option<Record>,
    /// Counters of the flow when the rule matched.
    pub counters: Option<FlowCounters>,
    /// Type and code, for ICMP packets.
    pub icmp: Option<(u8, u8)>,
    /// Flow bits that are set, by name.
    pub flow_bits: Vec<Arc<str>>,
    /// Beginning of what the rule looked at, at most `limits::PAYLOAD_EXCERPT_BYTES_MAX`; empty for transactions.
    pub payload: Vec<u8>,
}

impl Alert {
    /// The machine that the rule calls the target, else None.
    pub fn target(&self) -> Option<Endpoint> {
        match self.rule.target? {
            Target::Source => self.source,
            Target::Destination => self.dest,
        }
    }

    /// The alert as an EVE event.
    pub fn event(&self) -> Event {
        let mut event = Event::new(self.moment.time, "alert");
        event.flow = self.flow;
        event.source = self.source;
        event.dest = self.dest;
        event.transport = self.transport;
        event.vlan = self.vlan.ids().to_vec();
        event.packet_number = Some(self.moment.packet_number);
        event.app_proto = self.app_proto;
        event.tx_id = self.transaction.as_ref().map(|transaction| transaction.id);
        event.body.push("pkt_src", "wire/pcap");
        if let Some((kind, code)) = self.icmp {
            event.body.push("icmp_type", kind);
            event.body.push("icmp_code", code);
        }
        if !self.flow_bits.is_empty() {
            let names = self
                .flow_bits
                .iter()
                .map(|name| Value::from(name.to_string()));
            let mut metadata = Record::new();
            metadata.push("flowbits", Value::List(names.collect()));
            event.body.push("metadata", metadata);
        }
        event.body.push("alert", self.alert_record());
        if let Some(transaction) = &self.transaction
            && let Some(name) = transaction.name
        {
            event.body.push(name, Record::clone(&transaction.record));
            if let Some((name, record)) = &transaction.companion {
                event.body.push(*name, Record::clone(record));
            }
        }
        if let Some(file) = &self.file {
            event
                .body
                .push("files", Value::List(vec![Value::Record(file.clone())]));
        }
        if self.flow.is_some() {
            let direction = match self.direction {
                Direction::ToServer => "to_server",
                Direction::ToClient => "to_client",
            };
            event.body.push("direction", direction);
        }
        if let Some(counters) = self.counters {
            event.body.push("flow", self.flow_record(counters));
        }
        if !self.payload.is_empty() {
            event
                .body
                .push("payload_printable", printable(&self.payload));
        }
        event
    }

    fn flow_record(&self, counters: FlowCounters) -> Record {
        let mut record = Record::new();
        record.push("pkts_toserver", counters.to_server.packets);
        record.push("pkts_toclient", counters.to_client.packets);
        record.push("bytes_toserver", counters.to_server.bytes);
        record.push("bytes_toclient", counters.to_client.bytes);
        record.push("start", counters.start.eve());
        let ports = self.transport.is_some_and(Transport::has_ports);
        for (end, ip_name, port_name) in [
            (self.client, "src_ip", "src_port"),
            (self.server, "dest_ip", "dest_port"),
        ] {
            if let Some(end) = end {
                record.push(ip_name, end.ip.to_string());
                if ports {
                    record.push(port_name, end.port);
                }
            }
        }
        record
    }

    fn alert_record(&self) -> Record {
        let rule = &self.rule;
        let mut record = Record::new();
        // Hinomi only watches: what asked to be dropped or refused went through.
        record.push("action", "allowed");
        record.push("gid", rule.gid);
        record.push("signature_id", rule.sid);
        record.push("rev", rule.revision);
        record.push("signature", rule.message.clone());
        record.push("category", rule.category.clone());
        record.push("severity", rule.priority);
        if !matches!(rule.action, Action::Alert) {
            record.push("rule_action", action_name(rule.action));
        }
        if let Some(target) = rule.target {
            let (attacker, victim) = match target {
                Target::Source => (self.dest, self.source),
                Target::Destination => (self.source, self.dest),
            };
            record.push("source", side(attacker, self.transport));
            record.push("target", side(victim, self.transport));
        }
        if !rule.metadata.is_empty() {
            record.push("metadata", metadata(&rule.metadata));
        }
        if !rule.references.is_empty() {
            let references = rule
                .references
                .iter()
                .map(|(system, id)| Value::from(format!("{system}:{id}")));
            record.push("references", Value::List(references.collect()));
        }
        record
    }
}

fn side(end: Option<Endpoint>, transport: Option<Transport>) -> Record {
    let mut record = Record::new();
    if let Some(end) = end {
        record.push("ip", end.ip.to_string());
        if transport.is_some_and(Transport::has_ports) {
            record.push("port", end.port);
        }
    }
    record
}

/// Values by key, each a list, keys in the order of their first appearance.
fn metadata(pairs: &[(String, String)]) -> Record {
    let mut lists: Vec<(&str, Vec<Value>)> = Vec::new();
    for (key, value) in pairs {
        let value = Value::from(value.clone());
        match lists.iter_mut().find(|(name, _)| name == key) {
            Some((_, values)) => values.push(value),
            None => lists.push((key, vec![value])),
        }
    }
    let mut record = Record::new();
    for (key, values) in lists {
        record.push(key.to_owned(), Value::List(values));
    }
    record
}

const fn action_name(action: Action) -> &'static str {
    match action {
        Action::Alert => "alert",
        Action::Pass => "pass",
        Action::Drop => "drop",
        Action::Reject => "reject",
        Action::RejectDestination => "rejectdst",
        Action::RejectBoth => "rejectboth",
        Action::Config => "config",
    }
}

/// ASCII as it is, line ends kept, everything else a dot (as EVE writes it).
fn printable(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'\r' | b'\n' | 0x20..=0x7e => char::from(*byte),
            _ => '.',
        })
        .collect()
}
