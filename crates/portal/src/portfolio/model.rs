//! Many customers at one sight.

use crate::dashboard::{SensorCounts, SeverityCounts};
use crate::tenancy::TenantName;
use event::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a customer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerState {
    /// Which.
    pub tenant: TenantName,
    /// Who sold the service to it.
    pub partner: Option<TenantName>,
    /// Incidents whose handling is not over.
    pub open: SeverityCounts,
    /// Incidents of at least medium severity that nobody has taken up.
    pub needs_action: u64,
    /// Those of them whose deadline has passed.
    pub overdue: u64,
    /// The next deadline of an incident that nobody has taken up, or the longest passed one.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_due: Option<Timestamp>,
    /// Its sensors by state.
    pub sensors: SensorCounts,
}

/// All customers that the caller looks after.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Portfolio {
    /// How many there are.
    pub customers: u64,
    /// How many of them have something that nobody has taken up.
    pub waiting: u64,
    /// How many of them have something overdue.
    pub overdue: u64,
    /// How many of them have a sensor that is not heard from.
    pub silent: u64,
    /// The worst of them first, at most 500.
    pub items: Vec<CustomerState>,
}
