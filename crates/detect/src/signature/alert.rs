//! What the engine tells: this rule matched here.

use super::RuleMeta;
use super::program::SharedSet;
use crate::rule::ast::{Action, DatasetCommand, Target};
use event::{Endpoint, Event, FlowRef, Record, Timestamp, Transport, Value, address_text, base64};
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

/// Bytes that an expression of the rule took down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Told with every alert of the packet, rather than in this one alone.
    pub of_packet: bool,
    /// By the rule's name for them.
    pub name: Arc<str>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A question to a data set that rules change: [`super::Thresholds`] asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub(crate) set: Arc<SharedSet>,
    pub(crate) command: DatasetCommand,
    /// One of these, as the buffer holds them.
    pub(crate) values: Vec<Vec<u8>>,
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
    /// The frame, where the rule looked at one, as EVE has it in `frame`.
    pub frame: Option<Record>,
    /// What expressions of the rule took down.
    pub captured: Vec<Captured>,
    /// What data sets have to say before it is told.
    pub asked: Vec<Asked>,
    /// What is remembered of the flow: bits, counters, variables, measurements.
    pub metadata: Record,
    /// What kind of traffic it is, where rules said so.
    pub traffic: Option<Record>,
    /// Bytes of a TCP stream matched, alone or in a transaction, rather than a packet.
    pub of_stream: bool,
    /// It arose when the flow ended, not with a packet.
    pub at_flow_end: bool,
    /// Part of the payload that the rule looked at; empty for transactions.
    pub payload: Excerpt,
    /// Fields of a transaction, frames and properties of a file in which the rule found something.
    pub buffers: Vec<ShownBuffer>,
}

/// A buffer other than the payload, as rules name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownBuffer {
    /// Its name, e.g. `http.uri`. Where rules looked at a changed form of it, that form is meant.
    pub name: &'static str,
    /// Bytes of all of it.
    pub length: usize,
    /// Part of it.
    pub excerpt: Excerpt,
}

impl ShownBuffer {
    /// Name and length, the excerpt in base64 and as text with its place, and the places in the buffer as `matched`.
    fn record(&self) -> Record {
        let mut record = Record::new();
        record.push("buffer", self.name);
        record.push("length", self.length as u64);
        record.push("excerpt", base64(&self.excerpt.bytes));
        record.push("excerpt_printable", printable(&self.excerpt.bytes));
        record.push("excerpt_offset", self.excerpt.offset as u64);
        record.push("matched", self.excerpt.matched());
        record
    }
}

/// Part of a payload, and where in the payload a rule found something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Bytes of the payload before it.
    pub offset: usize,
    /// At most `limits::PAYLOAD_EXCERPT_BYTES_MAX` bytes.
    pub bytes: Vec<u8>,
    /// Start and end in the payload of what contents and expressions found, in the order of the rule.
    pub places: Vec<(usize, usize)>,
}

impl Excerpt {
    /// `payload` in base64 (RFC 4648), `payload_offset`, and the places within the payload as `matched`.
    fn tell(&self, record: &mut Record) {
        record.push("payload", base64(&self.bytes));
        record.push("payload_offset", self.offset as u64);
        record.push("matched", self.matched());
    }

    /// Offset and length of each place.
    fn matched(&self) -> Value {
        let places = self.places.iter().map(|(start, end)| {
            let mut place = Record::new();
            place.push("offset", *start as u64);
            place.push("length", end.saturating_sub(*start) as u64);
            Value::Record(place)
        });
        Value::List(places.collect())
    }
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
        event.packet_number = (!self.at_flow_end).then_some(self.moment.packet_number);
        event.app_proto = self.app_proto;
        event.tx_id = self.transaction.as_ref().map(|transaction| transaction.id);
        let origin = if self.at_flow_end {
            "stream (flow timeout)"
        } else {
            "wire/pcap"
        };
        event.body.push("pkt_src", origin);
        if let Some((kind, code)) = self.icmp {
            event.body.push("icmp_type", kind);
            event.body.push("icmp_code", code);
        }
        if let Some(traffic) = &self.traffic {
            event.body.push("traffic", traffic.clone());
        }
        if !self.metadata.is_empty() {
            event.body.push("metadata", self.metadata.clone());
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
        if let Some(frame) = &self.frame {
            event.body.push("frame", frame.clone());
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
        if !self.payload.bytes.is_empty() {
            event
                .body
                .push("payload_printable", printable(&self.payload.bytes));
        }
        event
    }

    /// Adds the bytes of the payload and of other buffers to its event, and where the rule found something in them.
    pub fn tell_payload(&self, event: &mut Event) {
        if !self.payload.bytes.is_empty() {
            self.payload.tell(&mut event.body);
        }
        if !self.buffers.is_empty() {
            let buffers = self.buffers.iter();
            let buffers = buffers.map(|buffer| Value::Record(buffer.record()));
            event
                .body
                .push("matched_buffers", Value::List(buffers.collect()));
        }
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
                record.push(ip_name, address_text(end.ip));
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
        let mut context = Record::new();
        for captured in self.captured.iter().filter(|captured| !captured.of_packet) {
            context.push(captured.name.to_string(), Value::bytes(&captured.bytes));
        }
        if !context.is_empty() {
            record.push("context", context);
        }
        if !rule.metadata.is_empty() {
            record.push("metadata", metadata(&rule.metadata));
        }
        record
    }
}

fn side(end: Option<Endpoint>, transport: Option<Transport>) -> Record {
    let mut record = Record::new();
    if let Some(end) = end {
        record.push("ip", address_text(end.ip));
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
pub(crate) fn printable(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'\r' | b'\n' | 0x20..=0x7e => char::from(*byte),
            _ => '.',
        })
        .collect()
}
