//! One detector's claim about events.

use crate::{Communication, Endpoint, Record, Severity, Stage, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// What kind of detector speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// A rule: of the Suricata language (`id` is `gid:sid`), of YARA (`yara:` and its name), or of Sigma (`sigma:` and its
    /// id, or its title where it has none).
    Signature,
    /// An entry of an indicator list; `id` is the indicator.
    Indicator,
    /// Scans and sweeps found from flows.
    Scan,
    /// Any other behaviour model; `id` is the model's name.
    Behaviour,
}

/// Which end of a conversation is the affected machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The one that opened the conversation.
    Client,
    /// The one that answered.
    Server,
}

/// One detector's claim: what, how sure, why, resting on which event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// When it was noticed.
    pub time: Timestamp,
    /// Who says so.
    pub detector: Detector,
    /// The rule, indicator or model, unique within the detector.
    pub id: String,
    /// What the rule or model calls it, e.g. a rule's `msg`.
    pub name: String,
    /// The communication of the threat table; None for what the table does not name.
    pub communication: Option<Communication>,
    /// How far along an attack would be if the claim is true.
    pub stage: Stage,
    /// How bad it would be if the claim is true.
    pub severity: Severity,
    /// How likely the claim is true, 0 to 1, seen by itself.
    pub confidence: f32,
    /// MITRE ATT&CK technique ids, e.g. `T1071.001`.
    #[serde(default)]
    pub technique: Vec<String>,
    /// Why, in words and numbers.
    #[serde(default)]
    pub reasons: Vec<Text>,
    /// The machine that the claim is about (before the correlator decides whose incident it is).
    pub subject: Endpoint,
    /// The other end, where there is one.
    pub peer: Option<Endpoint>,
    /// The peer by name (HTTP host, TLS server name, DNS name), where known.
    pub peer_name: Option<String>,
    /// The event it rests on, as EVE JSON has it.
    pub event: Record,
}
