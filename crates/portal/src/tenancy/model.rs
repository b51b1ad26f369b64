//! Tenants as the portal shows them.

use super::{Role, TenantId};
use event::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a tenant is to the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantKind {
    /// Has sensors and incidents.
    #[default]
    Customer,
    /// Sells the service and is the first line for its customers.
    Partner,
    /// Runs the service.
    Operator,
}

impl TenantKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Partner, Self::Operator];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Partner => "partner",
            Self::Operator => "operator",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// A tenant by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TenantName {
    /// Identifier.
    pub id: TenantId,
    /// Name.
    pub name: String,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TenantView {
    /// Identifier.
    pub id: TenantId,
    /// Name.
    pub name: String,
    /// What it is to the service.
    pub kind: TenantKind,
    /// Who sold the service to it and is its first line.
    pub partner: Option<TenantName>,
    /// Whether it lets its partner act for it: take up incidents, tick actions, write notes.
    pub partner_may_act: bool,
    /// How many machines its contract covers.
    pub licensed_endpoints: Option<u64>,
    /// When it was taken in.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// All tenants that the caller looks after.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TenantList {
    /// By name.
    pub items: Vec<TenantView>,
}

/// A tenant to be.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTenant {
    /// Name.
    pub name: String,
    /// What it is to the service: a customer or a partner.
    #[serde(default)]
    pub kind: TenantKind,
    /// Who sold the service to it; for customers only.
    #[serde(default)]
    pub partner: Option<TenantId>,
    /// How many machines its contract covers.
    #[serde(default)]
    #[schema(maximum = 10_000_000)]
    pub licensed_endpoints: Option<u64>,
}

/// What may be changed of a tenant; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TenantChange {
    /// Name; the operator's to change.
    pub name: Option<String>,
    /// Who sold the service to it; the operator's to change.
    pub partner: Option<TenantId>,
    /// Whether it lets its partner act for it; its own administrator's to change.
    pub partner_may_act: Option<bool>,
    /// How many machines its contract covers; the operator's to change.
    #[schema(maximum = 10_000_000)]
    pub licensed_endpoints: Option<u64>,
}

/// A time that somebody of the partner or the operator was in the tenant's data.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Visit {
    /// Name of the person.
    pub name: String,
    /// What the person is.
    pub role: Role,
    /// Whom the person works for.
    pub of: String,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub began_at: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
}

/// Who was in the tenant's data, latest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct VisitList {
    /// At most the latest 100.
    pub items: Vec<Visit>,
}
