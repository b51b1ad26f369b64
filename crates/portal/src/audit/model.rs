//! Entries of the log.

use super::Act;
use event::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person of the tenant.
    Person,
    /// A person of somebody else who may act for the tenant: its partner, the people of the SOC.
    Staff,
    /// A sensor.
    Sensor,
    /// The portal itself, or somebody who was not signed in.
    Portal,
}

impl ActorKind {
    const ALL: [Self; 4] = [Self::Person, Self::Staff, Self::Sensor, Self::Portal];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Staff => "staff",
            Self::Sensor => "sensor",
            Self::Portal => "portal",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What an act was done to. Names are kept as they were: the thing may be renamed or removed later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// `person`, `sensor`, `incident` and so on; empty where there is none.
    pub kind: String,
    /// Identifier.
    pub id: String,
    /// Name at that time.
    pub name: String,
}

impl Target {
    /// Nothing in particular.
    pub fn none() -> Self {
        Self::default()
    }

    /// A thing of a kind.
    pub fn of(kind: &'static str, id: impl ToString, name: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_string(),
            name: name.into(),
        }
    }
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Place in the tenant's log, from 1 without gaps.
    pub sequence: i64,
    /// When, to the microsecond.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who did it.
    pub actor_kind: ActorKind,
    /// Identifier of who did it; empty for the portal itself.
    pub actor_id: String,
    /// Name at that time.
    pub actor_name: String,
    /// What was done.
    pub act: Act,
    /// To what.
    pub target: Target,
    /// More about it, as JSON text: an object, by the act.
    pub detail: String,
    /// SHA-256 over the hash before and this entry, hexadecimal.
    pub hash: String,
}

/// Entries, the newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// Entries.
    pub items: Vec<AuditEntry>,
    /// For `cursor`, to go on with older ones; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Whether the log is as it was written.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// Nothing was changed, nothing is missing.
    pub intact: bool,
    /// Entries up to the end, or to where the log is broken.
    pub entries: i64,
    /// Hash of the last entry: kept elsewhere, it proves later that nothing before it was written anew.
    pub hash: String,
    /// The first entry that is missing or not as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<i64>,
}
