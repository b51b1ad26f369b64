//! Sites as the portal shows them.

use crate::incidents::PersonName;
use crate::tenancy::{Id, SensorId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Marks identifiers of sites.
pub enum SiteKind {}

/// A site.
pub type SiteId = Id<SiteKind>;

/// A site by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SiteName {
    /// Identifier.
    pub id: SiteId,
    /// Name.
    pub name: String,
}

/// A site: a building, a branch, a company of the group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Identifier.
    pub id: SiteId,
    /// Name.
    pub name: String,
    /// What else is to be known of it.
    pub note: String,
    /// The sensors that stand there.
    pub sensors: Vec<SensorId>,
    /// People who see this site and others that they are given, and nothing else. Shown to those only who may change sites.
    pub people: Vec<PersonName>,
}

/// The sites that the caller sees.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SiteList {
    /// By name.
    pub items: Vec<Site>,
}

/// A site as it is to be.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Name: 1 to 100 characters, no other site's.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What else is to be known of it.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
    /// The sensors that stand there; one that stood elsewhere moves.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub sensors: Vec<SensorId>,
    /// Contacts and viewers who are to see this site only, or this one as well.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub people: Vec<UserId>,
}
