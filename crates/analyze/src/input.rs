//! What the sensor tells the brain beside events: alerts, indicator hits, facts about flows.

use event::{Endpoint, Event, FlowRef, Purpose, Record, Side, Timestamp, Transport, Value};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A rule of the Suricata language matched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignatureAlert {
    /// When the match was complete.
    pub time: Timestamp,
    /// Generator id; 1 for ordinary rules.
    pub gid: u32,
    /// Rule id.
    pub sid: u32,
    /// Rule revision.
    pub rev: u32,
    /// The rule's `msg`.
    pub msg: String,
    /// The short name of its `classtype`, e.g. `trojan-activity`; empty where it has none.
    pub classtype: String,
    /// Its priority, 1 being the most urgent.
    pub priority: u8,
    /// Its metadata, in order, e.g. `("signature_severity", "Major")`.
    pub metadata: Vec<(String, String)>,
    /// Its references, e.g. `("cve", "2021-44228")`.
    pub references: Vec<(String, String)>,
    /// Sender of the packet that completed the match.
    pub source: Endpoint,
    /// Receiver of that packet.
    pub dest: Endpoint,
    /// Who opened the flow; where there is no flow, the sender.
    pub client: Endpoint,
    /// Who answers in the flow; where there is no flow, the receiver.
    pub server: Endpoint,
    /// HTTP host, TLS server name or DNS name of the transaction, where known.
    pub peer_name: Option<String>,
    /// The alert as EVE JSON has it.
    pub event: Record,
}

impl SignatureAlert {
    /// The first metadata value of a name, whatever the case of the name.
    pub fn meta(&self, name: &str) -> Option<&str> {
        self.metadata
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every metadata value of a name.
    pub fn metas<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.metadata
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// What an indicator is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorKind {
    /// An address or a range of addresses.
    Address,
    /// A domain name.
    Domain,
    /// A URL.
    Url,
    /// MD5, SHA-1 or SHA-256 of a file.
    FileHash,
    /// A JA3 fingerprint.
    Ja3,
}

/// An entry of an indicator list was seen in an event.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorHit {
    /// The time of the event.
    pub time: Timestamp,
    /// What the indicator is about.
    pub kind: IndicatorKind,
    /// The entry as the list has it.
    pub value: String,
    /// The list, e.g. the file's name without folder and extension; what it says (`tor_nodes`,
    /// `ransomware`, `c2`) decides the communication.
    pub list: String,
    /// Which end of the conversation it names, for addresses of flows.
    pub side: Option<Side>,
    /// What lists say of it.
    pub facts: IndicatorFacts,
    /// The other side has sent something, whatever the event's counters say.
    pub answered: bool,
    /// The event that carries it; its source is the client.
    pub event: Event,
}

/// What lists say of an indicator; each part may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndicatorFacts {
    /// What it is used for.
    pub purpose: Option<Purpose>,
    /// How sure its source is, 0 to 100.
    pub confidence: Option<u8>,
    /// The malware family.
    pub family: Option<String>,
    /// Who is behind it.
    pub actor: Option<String>,
    /// MITRE ATT&CK technique, e.g. `T1071.001`.
    pub technique: Option<String>,
    /// What else the list says.
    pub note: Option<String>,
    /// The warning list that names it, or the name that it was reached for: it may well be harmless.
    pub warning_list: Option<String>,
    /// The name that the address was reached for, where `warning_list` is about that.
    pub harmless_name: Option<String>,
    /// When it was first seen, to the day.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen, to the day.
    pub last_seen: Option<Timestamp>,
    /// Names of other lists that have it as well.
    pub other_lists: Vec<String>,
}

/// A YARA rule matched a file.
#[derive(Clone, Debug, PartialEq)]
pub struct YaraHit {
    /// The time of the file's end.
    pub time: Timestamp,
    /// The rule's name.
    pub rule: String,
    /// The rule's file, without folder and extension.
    pub file: String,
    /// Its tags, in order.
    pub tags: Vec<String>,
    /// Its `meta` as text, in order.
    pub meta: Vec<(String, String)>,
    /// The file travels to the one that answers: it is put there, rather than fetched.
    pub is_put: bool,
    /// The event of the match; its source sends the file.
    pub event: Event,
}

impl YaraHit {
    /// The first value of `meta` of a name, whatever the case of the name.
    pub fn meta(&self, name: &str) -> Option<&str> {
        self.meta
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Which moment of a flow a [`FlowFact`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowMoment {
    /// The first packet was seen.
    Opened,
    /// The first packet of the other side was seen.
    Answered,
    /// The flow is over, or its table entry had to go.
    Ended,
}

/// An ARP packet over Ethernet and IPv4 (RFC 826).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArpFact {
    /// When.
    pub time: Timestamp,
    /// A question (operation 1); else an answer.
    pub request: bool,
    /// Hardware address of the sender.
    pub sender_mac: [u8; 6],
    /// Address of the sender.
    pub sender_ip: IpAddr,
    /// The address asked for; in an answer, the asker's.
    pub target_ip: IpAddr,
}

/// TCP flags as in the header's low byte (RFC 9293, 3.1).
pub mod tcp_flags {
    /// No more data.
    pub const FIN: u8 = 0x01;
    /// Synchronise.
    pub const SYN: u8 = 0x02;
    /// Reset.
    pub const RST: u8 = 0x04;
    /// Push.
    pub const PSH: u8 = 0x08;
    /// Acknowledge.
    pub const ACK: u8 = 0x10;
    /// Urgent.
    pub const URG: u8 = 0x20;
}

/// What is known of a flow at one moment.
///
/// `Ended` alone is enough (and comes from each `flow` event by itself); `Opened` and `Answered`
/// make scans visible while they run instead of when their flows time out. Facts arrive sorted
/// by (`time`, flow id), so that the number of workers does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowFact {
    /// The time of the packet behind an `Opened` or `Answered`; for `Ended` the time at which the end was noticed.
    pub time: Timestamp,
    /// The flow's id, see [`FlowRef`].
    pub flow: u64,
    /// Which moment.
    pub moment: FlowMoment,
    /// Who sent the first packet.
    pub client: Endpoint,
    /// Who received it.
    pub server: Endpoint,
    /// Protocol above IP.
    pub transport: Transport,
    /// The time of the first packet.
    pub start: Timestamp,
    /// The time of the last packet so far.
    pub last: Timestamp,
    /// Packets so far, client to server.
    pub packets_to_server: u64,
    /// Packets so far, server to client.
    pub packets_to_client: u64,
    /// Bytes so far, client to server.
    pub bytes_to_server: u64,
    /// Bytes so far, server to client.
    pub bytes_to_client: u64,
    /// TCP flags so far, client to server, or-ed.
    pub flags_to_server: u8,
    /// TCP flags so far, server to client, or-ed.
    pub flags_to_client: u8,
    /// Type of the first ICMP message.
    pub icmp_type: Option<u8>,
    /// Pings that carry messages: answers that do not give back their question's data, and questions with other data than
    /// those before; known at the end.
    pub echoes_foreign: u64,
    /// The protocol recognised.
    pub app_proto: Option<&'static str>,
}

impl FlowFact {
    /// The end of a flow from its `flow` event (EVE names); None for other events.
    pub fn from_event(event: &Event) -> Option<Self> {
        if event.kind != "flow" {
            return None;
        }
        let mut fact = Self {
            time: event.time,
            flow: event.flow.map_or(0, |FlowRef { id }| id),
            moment: FlowMoment::Ended,
            client: event.source?,
            server: event.dest?,
            transport: event.transport?,
            start: event.time,
            last: event.time,
            packets_to_server: 0,
            packets_to_client: 0,
            bytes_to_server: 0,
            bytes_to_client: 0,
            flags_to_server: 0,
            flags_to_client: 0,
            icmp_type: None,
            echoes_foreign: 0,
            app_proto: event.app_proto,
        };
        // Every flow ends: its parts are gone through once.
        for (name, value) in event.body.iter() {
            match (name, value.as_record()) {
                ("flow", Some(flow)) => fact.read_counters(flow),
                ("tcp", Some(tcp)) => fact.read_flags(tcp),
                ("icmp_echo", Some(echo)) => {
                    let count = |name| echo.number(name).unwrap_or(0);
                    fact.echoes_foreign =
                        count("altered_replies").saturating_add(count("changed_requests"));
                }
                ("icmp_type", _) => {
                    fact.icmp_type = value.as_u64().and_then(|it| it.try_into().ok())
                }
                _ => {}
            }
        }
        Some(fact)
    }

    /// The conversation as an event that a claim about it rests on.
    pub(crate) fn record(&self) -> Record {
        let mut event = Record::new();
        event.push("timestamp", self.time.eve());
        event.push("event_type", "flow");
        event.push("flow_id", self.flow);
        event.push("src_ip", self.client.ip.to_string());
        event.push("dest_ip", self.server.ip.to_string());
        event.push("dest_port", self.server.port);
        event
    }

    fn read_counters(&mut self, flow: &Record) {
        let time = |value: &Value| value.as_text().and_then(Timestamp::parse);
        for (name, value) in flow.iter() {
            let counter = match name {
                "start" => {
                    self.start = time(value).unwrap_or(self.start);
                    continue;
                }
                "end" => {
                    self.last = time(value).unwrap_or(self.last);
                    continue;
                }
                "pkts_toserver" => &mut self.packets_to_server,
                "pkts_toclient" => &mut self.packets_to_client,
                "bytes_toserver" => &mut self.bytes_to_server,
                "bytes_toclient" => &mut self.bytes_to_client,
                _ => continue,
            };
            *counter = value.as_u64().unwrap_or(0);
        }
    }

    fn read_flags(&mut self, tcp: &Record) {
        for (name, value) in tcp.iter() {
            let flags = match name {
                "tcp_flags_ts" => &mut self.flags_to_server,
                "tcp_flags_tc" => &mut self.flags_to_client,
                _ => continue,
            };
            let text = value.as_text();
            *flags = text
                .and_then(|text| u8::from_str_radix(text, 16).ok())
                .unwrap_or(0);
        }
    }
}
