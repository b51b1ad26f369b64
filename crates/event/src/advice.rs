//! What the customer is advised beside the plain list of things to do: by when, what comes next, what was checked,
//! whom to tell and to ask, and what the words mean.

use crate::{Severity, Text};
use serde::{Deserialize, Serialize};

/// How soon a thing has to be done.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Within ten minutes.
    Now,
    /// Before the day is over.
    #[default]
    Today,
    /// So that it does not happen again.
    Later,
}

/// By when somebody has to take an incident up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// At once, also at night.
    Now,
    /// Before the day is over.
    Today,
    /// On the next business day.
    NextBusinessDay,
    /// Nobody has to; it stands in the report.
    ReportOnly,
}

impl Severity {
    /// By when an incident of this severity has to be taken up.
    pub const fn deadline(self) -> Deadline {
        match self {
            Self::Critical => Deadline::Now,
            Self::High => Deadline::Today,
            Self::Medium => Deadline::NextBusinessDay,
            Self::Low => Deadline::ReportOnly,
        }
    }
}

/// What stands between a site and the internet; advice differs by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gateway {
    /// Nobody has said.
    #[default]
    Unknown,
    /// A UTM, or a firewall with URL filtering.
    UrlFilter,
    /// A firewall, and a proxy through which browsers go.
    FirewallProxy,
    /// A plain router.
    None,
}

impl Gateway {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Unknown,
        Self::UrlFilter,
        Self::FirewallProxy,
        Self::None,
    ];

    /// The name used in JSON and options.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::UrlFilter => "url_filter",
            Self::FirewallProxy => "firewall_proxy",
            Self::None => "none",
        }
    }
}

/// What kind of thing is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A malware family, or an attackers' tool, that evidence names.
    Family,
    /// A MITRE ATT&CK technique; the key is its id.
    Technique,
    /// A detector; the key is its id.
    Detector,
    /// A word that stands in the texts.
    Term,
}

/// A thing explained for a reader without security knowledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Explained {
    /// What kind of thing.
    pub subject: Subject,
    /// Stable name within the knowledge base.
    pub key: String,
    /// What it is called.
    pub name: Text,
    /// What it is.
    pub text: Text,
    /// Of a word: how it stands in the texts, in either language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
}

/// Advice that goes with an incident; every text is plain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Advice {
    /// By when somebody has to take it up.
    pub deadline: Deadline,
    /// What it means for the company.
    pub meaning: Text,
    /// How such a thing usually goes on.
    pub course: Text,
    /// What was looked for in the traffic, and what came of it.
    pub checked: Vec<Text>,
    /// Why we are as sure as we are.
    pub reasons: Vec<Text>,
    /// What to tell colleagues and others.
    pub tell: Text,
    /// How to keep the evidence.
    pub preserve: Text,
    /// Whom to ask, and what to have at hand.
    pub ask: Text,
    /// Families, techniques, detectors and words that occur.
    pub explained: Vec<Explained>,
}
