//! A fact, no judgement, in the form that EVE JSON gives it.

use crate::address::address_text;
use crate::{Endpoint, Record, Timestamp, Transport, Value};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// The flow that an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowRef {
    /// The same for both directions; made from the addresses and the time of the first packet,
    /// so that a replay gives the same ids.
    pub id: u64,
}

/// One event: when, who with whom, what kind, and the values of its kind.
///
/// `source` and `dest` are as EVE has them: for a flow, transaction or file the client is the
/// source of requests; for an alert they are those of the packet that completed the match.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The time of the packet that completed the event.
    pub time: Timestamp,
    /// `event_type`: `flow`, `dns`, `http`, `tls`, `ssh`, `fileinfo`, `alert`, `anomaly`, `dhcp`, ...
    pub kind: Cow<'static, str>,
    /// None for events that no flow stands behind (ARP, decoder anomalies, statistics).
    pub flow: Option<FlowRef>,
    /// None only where no address is known.
    pub source: Option<Endpoint>,
    /// See `source`.
    pub dest: Option<Endpoint>,
    /// None only where there was no IP packet.
    pub transport: Option<Transport>,
    /// VLAN ids, outermost first.
    pub vlan: Vec<u16>,
    /// Number of the packet in its capture, from 1.
    pub packet_number: Option<u64>,
    /// The protocol recognised, by its EVE name.
    pub app_proto: Option<&'static str>,
    /// Number of the transaction in its flow, from 0.
    pub tx_id: Option<u64>,
    /// What stands at the top level of the JSON object beside the above, e.g. `{"dns": {...}}`.
    pub body: Record,
}

impl Event {
    /// An event without flow or addresses.
    pub fn new(time: Timestamp, kind: impl Into<Cow<'static, str>>) -> Self {
        Self {
            time,
            kind: kind.into(),
            flow: None,
            source: None,
            dest: None,
            transport: None,
            vlan: Vec::new(),
            packet_number: None,
            app_proto: None,
            tx_id: None,
            body: Record::new(),
        }
    }

    /// The text at a dotted path of the body, e.g. `http.hostname`.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.body.text(path)
    }

    /// The number at a dotted path of the body.
    pub fn number(&self, path: &str) -> Option<u64> {
        self.body.number(path)
    }

    /// The event as the record that EVE JSON writes, with the names Suricata uses.
    pub fn to_record(&self) -> Record {
        let mut record = Record::new();
        record.push("timestamp", self.time.eve());
        if let Some(flow) = self.flow {
            record.push("flow_id", flow.id);
        }
        if let Some(number) = self.packet_number {
            record.push("pcap_cnt", number);
        }
        record.push("event_type", Value::Text(self.kind.clone()));
        if !self.vlan.is_empty() {
            let ids = self.vlan.iter().map(|id| Value::from(*id)).collect();
            record.push("vlan", Value::List(ids));
        }
        let ports = self.transport.is_some_and(Transport::has_ports);
        for (end, ip_name, port_name) in [
            (self.source, "src_ip", "src_port"),
            (self.dest, "dest_ip", "dest_port"),
        ] {
            if let Some(end) = end {
                record.push(ip_name, address_text(end.ip));
                if ports {
                    record.push(port_name, end.port);
                }
            }
        }
        if let Some(transport) = self.transport {
            record.push("proto", transport.name());
        }
        if let Some(end) = self.source {
            record.push("ip_v", if end.ip.is_ipv6() { 6_u8 } else { 4 });
        }
        if let Some(name) = self.app_proto {
            record.push("app_proto", name);
        }
        if let Some(id) = self.tx_id {
            record.push("tx_id", id);
        }
        for (name, value) in self.body.iter() {
            record.push(name.to_owned(), value.clone());
        }
        record
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_record().serialize(serializer)
    }
}

/// An event as evidence in a detection.
impl From<&Event> for Record {
    fn from(event: &Event) -> Self {
        event.to_record()
    }
}
