//! What browsers are told as it happens.

use crate::fleet::SensorState;
use crate::incidents::IncidentKey;
use crate::tenancy::{SensorId, UserId};
use event::Severity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An incident is new or has changed (`event: incident`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentEvent {
    /// Which.
    pub id: IncidentKey,
    /// Its revision by the sensor.
    pub revision: u64,
    /// How bad it is.
    pub severity: Severity,
    /// Whether the portal had not heard of it before.
    pub new: bool,
}

/// A sensor's state has changed (`event: sensor`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SensorEvent {
    /// Which.
    pub id: SensorId,
    /// The new state.
    pub state: SensorState,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveEvent {
    /// An incident is new or has changed.
    Incident(IncidentEvent),
    /// A sensor's state has changed.
    Sensor(SensorEvent),
    /// More than can be told (`event: resync`): read anew.
    Missed,
    /// What somebody may see has changed: of a person, wherever the person looks; of nobody in particular, of all who look
    /// into the tenant. Browsers are not told: their streams go on or end.
    RightsChanged(Option<UserId>),
}
