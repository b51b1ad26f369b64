//! Incidents as the portal shows them.

use super::closing::{Closing, ClosingAnswer};
use crate::suppressions::SuppressionKey;
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

/// How far people have come with an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// Nobody has taken it up.
    #[default]
    New,
    /// Somebody has read it and answers for it.
    Acknowledged,
    /// Somebody works on it.
    InProgress,
    /// The SOC waits for an answer of the customer.
    AwaitingCustomer,
    /// Finished; how is its [`Resolution`].
    Resolved,
}

impl Handling {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Acknowledged,
        Self::InProgress,
        Self::AwaitingCustomer,
        Self::Resolved,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Acknowledged => "acknowledged",
            Self::InProgress => "in_progress",
            Self::AwaitingCustomer => "awaiting_customer",
            Self::Resolved => "resolved",
        }
    }

    /// From its name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// How an incident ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// It was an attack.
    TrueAttack,
    /// What was seen did happen, and was allowed.
    BenignTrue,
    /// What was said did not happen.
    FalseAlarm,
    /// Somebody tested.
    Test,
}

impl Resolution {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::TrueAttack,
        Self::BenignTrue,
        Self::FalseAlarm,
        Self::Test,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TrueAttack => "true_attack",
            Self::BenignTrue => "benign_true",
            Self::FalseAlarm => "false_alarm",
            Self::Test => "test",
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
    /// Name of the site where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
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
    /// How far people have come with it.
    pub handling: Handling,
    /// How it ended; of an old one nobody may have said.
    pub resolution: Option<Resolution>,
    /// By when somebody has to take it up; none where nobody has to.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Who has it.
    pub assigned_to: Option<PersonName>,
    /// Whether it is hidden on the customer's word.
    pub suppressed: bool,
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
    /// What to give as `after` for the incidents that follow; none at the end.
    pub next: Option<String>,
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
    /// The suppressions that hide it.
    pub suppressed_by: Vec<SuppressionKey>,
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
    /// It was given to somebody; `text` is the name, empty for nobody.
    Assigned,
    /// An action was ticked off; `text` is its key.
    ActionDone,
    /// A tick was taken back; `text` is the action's key.
    ActionUndone,
    /// Somebody wrote a note; `text` is what.
    Note,
    /// It was hidden; `text` is the identifiers of the suppressions, spaces between them.
    Suppressed,
    /// It came back; `text` is the state of handling that it came back to.
    Unsuppressed,
}

impl HistoryKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Raised,
        Self::Grew,
        Self::Reopened,
        Self::Handling,
        Self::Assigned,
        Self::ActionDone,
        Self::ActionUndone,
        Self::Note,
        Self::Suppressed,
        Self::Unsuppressed,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Grew => "grew",
            Self::Reopened => "reopened",
            Self::Handling => "handling",
            Self::Assigned => "assigned",
            Self::ActionDone => "action_done",
            Self::ActionUndone => "action_undone",
            Self::Note => "note",
            Self::Suppressed => "suppressed",
            Self::Unsuppressed => "unsuppressed",
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
    /// How it ended, and what was answered then.
    pub closing: Option<Closing>,
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
    /// How far people have come with it.
    pub handling: Handling,
    /// How it ended: with `resolved`, and only then.
    #[serde(default)]
    pub resolution: Option<Resolution>,
    /// Answers to the questions that go with the resolution, each at most once; any may be left out.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub answers: Vec<ClosingAnswer>,
}

/// Who is to have an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssignee {
    /// One of `assignees`; null for nobody.
    pub user: Option<UserId>,
}

/// Who may have incidents.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assignees {
    /// By name.
    pub items: Vec<PersonName>,
}

/// The same done with many incidents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// Which.
    #[schema(min_items = 1, max_items = 200)]
    pub ids: Vec<IncidentKey>,
    /// How far people have come with them.
    #[serde(default)]
    pub handling: Option<Handling>,
    /// How they ended: with `resolved`, and only then.
    #[serde(default)]
    pub resolution: Option<Resolution>,
    /// Who is to have them.
    #[serde(default)]
    pub assignee: Option<NewAssignee>,
}

/// What became of one of many.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOutcome {
    /// Which.
    pub id: IncidentKey,
    /// Whether it was changed.
    pub changed: bool,
    /// Why not, as in `Problem`.
    pub code: Option<String>,
}

/// What became of each, in the order asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOutcomes {
    /// One for each.
    pub items: Vec<BulkOutcome>,
}

/// Another incident that has something in common with one.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlikeIncident {
    /// Which.
    pub incident: IncidentSummary,
    /// What they have in common: `host`, `rule`, `peer`, `family`.
    pub common: Vec<String>,
}

/// Incidents that have something in common with one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alike {
    /// Those with most in common first, at most eight.
    pub items: Vec<AlikeIncident>,
}

/// Something said about an incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Message {
    /// Identifier.
    pub id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// By whom.
    pub by: PersonName,
    /// Whether that is somebody of the SOC or the partner.
    pub by_staff: bool,
    /// Whether only the SOC sees it.
    pub internal: bool,
    /// What.
    pub text: String,
}

/// What was said about an incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct Messages {
    /// Oldest first.
    pub items: Vec<Message>,
}

/// Something to say about an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// What: 1 to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// Whether only the SOC is to see it; only the SOC may say so.
    #[serde(default)]
    pub internal: bool,
}

/// Marks identifiers of saved views.
pub enum PortalView {}

/// A saved view.
pub type ViewKey = Id<PortalView>;

/// What a person looks for again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SavedView {
    /// Identifier.
    pub id: ViewKey,
    /// Name.
    pub name: String,
    /// The query string of the list.
    pub query: String,
}

/// A person's views.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedViews {
    /// By name.
    pub items: Vec<SavedView>,
}

/// A view to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// Name; a view of the same name is replaced.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The query string of the list, without question mark.
    #[schema(max_length = 2000)]
    pub query: String,
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
