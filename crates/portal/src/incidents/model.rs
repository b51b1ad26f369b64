//! Incidents as the portal shows them.

use crate::tenancy::{Id, SensorId, UserId};
use event::{
    Advice, Communication, Deadline, EvidenceLine, Host, Severity, Stage, Status, Text,
    ThreatClass, Timestamp, When,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Marks identifiers of incidents in the portal.
pub enum PortalIncident {}

/// An incident, by the name that the portal gave it.
pub type IncidentKey = Id<PortalIncident>;

/// How far the customer has come with an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// Nobody has taken it up.
    #[default]
    New,
    /// Somebody works on it.
    InProgress,
    /// Finished.
    Done,
}

impl Handling {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::New, Self::InProgress, Self::Done];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::InProgress => "in_progress",
            Self::Done => "done",
        }
    }

    /// From its name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// The sensor that found an incident.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SensorName {
    /// Identifier.
    pub id: SensorId,
    /// Name.
    pub name: String,
}

/// An incident in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentSummary {
    /// Identifier, for the path of the incident.
    pub id: IncidentKey,
    /// Counts up with every change by the sensor.
    pub revision: u64,
    /// Whether it may still grow.
    pub status: Status,
    /// The gravest class among its communications.
    pub class: ThreatClass,
    /// Communications in the order of the threat table.
    pub communications: Vec<Communication>,
    /// Stages reached, in order.
    pub stages: Vec<Stage>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure we are, 0 to 1.
    pub confidence: f32,
    /// The affected machine.
    pub host: Host,
    /// One line that says it.
    pub title: Text,
    /// Time of the first detection.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// Time of the last detection.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// How far the customer has come with it.
    pub handling: Handling,
    /// The sensor that found it.
    pub sensor: SensorName,
}

/// A page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentPage {
    /// The incidents of this page.
    pub items: Vec<IncidentSummary>,
    /// How many there are on all pages.
    pub total: u64,
    /// Number of this page, from 1.
    pub page: u64,
    /// Incidents on a page.
    pub per_page: u64,
}

/// An incident with everything that is known of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub summary_line: IncidentSummary,
    /// The name that the sensor gave it, also in `incidents.jsonl`.
    pub incident_id: String,
    /// Further machines that the same attack goes over.
    pub others: Vec<Host>,
    /// The other ends: names where known, else addresses.
    pub peers: Vec<String>,
    /// The timeline, oldest first; equal ones are counted in one line.
    pub detections: Vec<EvidenceLine>,
    /// What happened, what it means.
    pub summary: Text,
    /// What to do, most urgent first.
    pub actions: Vec<ActionItem>,
    /// By when somebody has to take it up.
    pub deadline: Deadline,
    /// What else a person should know; incidents of older sensors have none.
    pub advice: Option<Advice>,
    /// When the portal first heard of it.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// What people and the sensor did with it, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// A recommended action, and whether it is done.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ActionItem {
    /// Name of the action, for its path.
    pub key: String,
    /// How soon.
    pub when: When,
    /// What to do, in Japanese.
    pub ja: String,
    /// What to do, in English.
    pub en: String,
    /// Whether it is done.
    pub done: bool,
    /// Who did it.
    pub done_by: Option<PersonName>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
}

/// A person of the same tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonName {
    /// Identifier.
    pub id: UserId,
    /// Name.
    pub name: String,
}

/// What an entry of the history tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKind {
    /// The portal first heard of the incident; `text` is its severity.
    Raised,
    /// It became more severe; `text` is its severity.
    Grew,
    /// It was done and became new again, because it grew; `text` is empty.
    Reopened,
    /// Handling changed; `text` is the new state.
    Handling,
    /// An action was ticked off; `text` is its key.
    ActionDone,
    /// A tick was taken back; `text` is the action's key.
    ActionUndone,
    /// Somebody wrote a note; `text` is what.
    Note,
}

impl HistoryKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Raised,
        Self::Grew,
        Self::Reopened,
        Self::Handling,
        Self::ActionDone,
        Self::ActionUndone,
        Self::Note,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Grew => "grew",
            Self::Reopened => "reopened",
            Self::Handling => "handling",
            Self::ActionDone => "action_done",
            Self::ActionUndone => "action_undone",
            Self::Note => "note",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// Something that was done with an incident.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HistoryEntry {
    /// Identifier.
    pub id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who; none when it was the sensor.
    pub by: Option<PersonName>,
    /// What.
    pub kind: HistoryKind,
    /// Depends on the kind.
    pub text: String,
}

/// A tick at a recommended action.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionTick {
    /// Whether it is done.
    pub done: bool,
}

/// A change of an incident by a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentChange {
    /// How far the customer has come with it.
    pub handling: Handling,
}

/// A note to an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// What it says: 1 to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

/// What became of an incident that a sensor sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The portal had not heard of it.
    New,
    /// It replaced an earlier revision.
    Updated,
    /// The portal has this revision already.
    Duplicate,
    /// The portal has a later revision.
    Stale,
}
