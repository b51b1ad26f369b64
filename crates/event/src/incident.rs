//! What the customer reads: one story about one host, or about several that one attack goes over, grown from
//! detections over time.

use crate::{
    Advice, Communication, Detector, Record, Severity, Stage, Text, ThreatClass, Timestamp, When,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Whether the story is still being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may still grow.
    Open,
    /// Nothing new came for long enough; something new begins a new incident.
    Closed,
}

/// The customer's machine that an incident is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Host {
    /// Address.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub ip: IpAddr,
    /// Hardware address as `aa:bb:cc:dd:ee:ff`, where it was seen on its own segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// Name from DHCP, NetBIOS, mDNS or LLMNR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One detection as an incident shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EvidenceLine {
    /// When the first of its kind was noticed.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub time: Timestamp,
    /// Who says so.
    pub detector: Detector,
    /// The rule, indicator or model.
    pub id: String,
    /// What the rule or model calls it.
    pub name: String,
    /// MITRE ATT&CK technique ids.
    pub technique: Vec<String>,
    /// Why, in words and numbers.
    pub reasons: Vec<Text>,
    /// The communication it speaks for, where the table names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub communication: Option<Communication>,
    /// The stage it speaks for.
    pub stage: Stage,
    /// How likely it is true by itself.
    pub confidence: f32,
    /// How often the same was seen; the time is of the first, the words are of the surest.
    pub count: u64,
    /// The machine that it is about, where that is not the incident's first one.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<IpAddr>,
    /// The event it rests on, as EVE JSON has it.
    #[cfg_attr(feature = "schema", schema(value_type = std::collections::BTreeMap<String, serde_json::Value>))]
    pub event: Record,
}

/// A thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Stable name within the knowledge base, e.g. `isolate_host`; ticks refer to it.
    pub key: String,
    /// How soon.
    #[serde(default)]
    pub when: When,
    /// What to do.
    #[serde(flatten)]
    pub text: Text,
}

/// One story. This is also the stable form of a line of `incidents.jsonl`;
/// there, replay adds `pcap_filename`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// The same for the same story, also in a replay: made from host, first detection and time.
    pub incident_id: String,
    /// Counts up with every change, from 1; the portal keeps the highest.
    pub revision: u64,
    /// Whether it may still grow.
    pub status: Status,
    /// The gravest class among its communications.
    pub class: ThreatClass,
    /// Communications in the order of the table.
    pub communications: Vec<Communication>,
    /// Stages reached, in order.
    pub stages: Vec<Stage>,
    /// How bad it is for the customer.
    pub severity: Severity,
    /// How sure we are, 0 to 1.
    pub confidence: f32,
    /// The affected machine, the first one where there are several.
    pub host: Host,
    /// Further machines that the same attack goes over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Host>,
    /// The other ends: names where known, else addresses.
    pub peers: Vec<String>,
    /// Of the first detection.
    pub first_seen: Timestamp,
    /// Of the last detection.
    pub last_seen: Timestamp,
    /// The timeline, oldest first; equal ones are counted in one line.
    pub detections: Vec<EvidenceLine>,
    /// One line that says it.
    pub title: Text,
    /// What happened, what it means.
    pub summary: Text,
    /// What to do, most urgent first.
    pub actions: Vec<Action>,
    /// What else a person should know; incidents of older sensors have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
    /// The suppressions that cover all of it, as the sensor knew them when it told it. Whoever takes it judges again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed_by: Vec<String>,
}
