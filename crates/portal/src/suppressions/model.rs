//! Suppressions as the portal shows them.

use crate::incidents::{IncidentKey, IncidentSummary, PersonName};
use crate::tenancy::Id;
use event::{SuppressionScope, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Marks identifiers of suppressions.
pub enum PortalSuppression {}

/// A suppression.
pub type SuppressionKey = Id<PortalSuppression>;

/// A suppression to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSuppression {
    /// What to hide.
    pub scope: SuppressionScope,
    /// For how many days: 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    pub days: u32,
    /// Why, in words, for those who ask later.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
    /// The incident that gave rise to it.
    #[serde(default)]
    pub incident: Option<IncidentKey>,
}

/// What a suppression would have hidden.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuppressionPreview {
    /// Over how many past days.
    pub days: u32,
    /// Incidents that would not have been told: all that was seen is in the scope.
    pub incidents: u64,
    /// Detections in them.
    pub detections: u64,
    /// Incidents with something in the scope and something beside it: they stay as they are.
    pub partly: u64,
    /// Open incidents that are hidden at once.
    pub open: u64,
    /// Whether all that could match was looked at; if not, the figures are lower bounds.
    pub complete: bool,
    /// The newest of those that would be hidden, at most ten.
    pub examples: Vec<IncidentSummary>,
}

/// A suppression.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Suppression {
    /// Identifier.
    pub id: SuppressionKey,
    /// What it hides.
    pub scope: SuppressionScope,
    /// Why.
    pub reason: String,
    /// The incident that gave rise to it.
    pub incident: Option<IncidentKey>,
    /// Who made it.
    pub created_by: Option<PersonName>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Who took it back.
    pub revoked_by: Option<PersonName>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// How many incidents it hides now.
    pub hidden: u64,
    /// How far the sensors know of it, or of its having been taken back.
    pub reach: SensorReach,
}

/// How far a change has come to the sensors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SensorReach {
    /// Sensors of the tenant that have enrolled.
    pub sensors: u64,
    /// Those that have said that they go by it.
    pub reached: u64,
    /// When the last of all sensors said so; none as long as one has not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub complete_at: Option<Timestamp>,
}

/// A tenant's suppressions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suppressions {
    /// Those that hold, and the latest of those that are over.
    pub items: Vec<Suppression>,
}
