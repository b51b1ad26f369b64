//! Sigma rules as they are written: detections, correlations, filters. What an event has for each field is found later.

pub(crate) mod condition;
mod correlation;
mod encode;
mod matcher;
mod modifiers;
mod moment;
mod pattern;
mod read;
mod search;

pub(crate) use condition::Condition;
pub(crate) use correlation::{CorrelationKind, CorrelationRule, Threshold};
pub(crate) use matcher::Seen;
pub(crate) use read::{Document, read};
pub(crate) use search::Search;

use event::{Communication, Severity, Stage};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values of placeholders (`%name%`) for the modifier `expand`.
pub type Placeholders = BTreeMap<String, Vec<String>>;

/// What rules are read with.
#[derive(Debug)]
pub(crate) struct Setting {
    pub placeholders: Placeholders,
    /// Bytes that regular expressions may still take.
    pub regex_bytes_left: Cell<usize>,
}

impl Setting {
    /// Nothing has been read yet.
    pub fn new(placeholders: Placeholders) -> Self {
        Self {
            placeholders,
            regex_bytes_left: Cell::new(super::limits::REGEX_SIZE_TOTAL_MAX),
        }
    }
}

impl Default for Setting {
    fn default() -> Self {
        Self::new(Placeholders::new())
    }
}

/// How bad the author says a match is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For the record.
    Informational,
    /// Rarely worth a look.
    Low,
    /// Worth a look; also what rules have that do not say.
    #[default]
    Medium,
    /// To be looked at soon.
    High,
    /// Now.
    Critical,
}

impl Level {
    /// The word in rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What a rule says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Its file, as the caller named it.
    pub file: Arc<str>,
    /// The line in which it begins.
    pub line: u32,
    /// What it finds.
    pub title: String,
    /// Its UUID.
    pub id: Option<String>,
    /// The name by which correlations call it.
    pub name: Option<String>,
    /// Who wrote it: the licence of SigmaHQ asks to say so wherever a match is shown.
    pub author: Option<String>,
    /// The licence that the rule, or the collection that it stands in, gives.
    pub licence: Option<String>,
    /// `stable`, `test`, `experimental`, `deprecated`, `unsupported`.
    pub status: Option<String>,
    /// How bad a match is.
    pub level: Level,
    /// `attack.t1071.001` and the like, in lower case.
    pub tags: Vec<String>,
    /// When the author expects false alarms.
    pub falsepositives: Vec<String>,
    /// What a match claims, where the rule says it itself (our own attribute `hinomi`).
    pub claim: OwnClaim,
}

/// What a rule of ours says of its match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnClaim {
    /// The communication of the threat table.
    pub communication: Option<Communication>,
    /// How far along an attack would be.
    pub stage: Option<Stage>,
    /// How bad it would be.
    pub severity: Option<Severity>,
    /// How likely the claim is true, 0 to 1.
    pub confidence: Option<f32>,
}

impl About {
    /// By what the rule is known: id, else name, else title.
    pub fn key(&self) -> &str {
        self.id
            .as_deref()
            .or(self.name.as_deref())
            .unwrap_or(&self.title)
    }
}

/// Which log a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSource {
    /// A kind of log whatever the product, e.g. `proxy`.
    pub category: Option<String>,
    /// Who makes the log, e.g. `zeek`.
    pub product: Option<String>,
    /// Which of the product's logs, e.g. `dns`.
    pub service: Option<String>,
}

impl LogSource {
    /// As rules are sorted by people: `category/product/service`, `*` for what is open.
    pub fn name(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
        let (category, product) = (part(&self.category), part(&self.product));
        format!("{category}/{product}/{}", part(&self.service))
    }
}

/// A rule over single events.
#[derive(Clone, Debug)]
pub(crate) struct DetectionRule {
    pub about: About,
    pub source: LogSource,
    /// Names of fields that are asked for; the empty name is any text of the event.
    pub fields: Vec<String>,
    pub searches: Vec<Search>,
    pub condition: Condition,
}

/// A condition that is added to other rules.
#[derive(Clone, Debug)]
pub(crate) struct FilterRule {
    pub about: About,
    /// None: all rules of its log source.
    pub rules: Option<Vec<String>>,
    pub source: LogSource,
    pub fields: Vec<String>,
    pub searches: Vec<Search>,
    pub condition: Condition,
}

impl DetectionRule {
    /// The rule, and the filter's condition as well.
    pub fn join(&mut self, filter: &FilterRule) {
        let first_field = self.fields.len();
        let first_search = self.searches.len();
        self.fields.extend(filter.fields.iter().cloned());
        self.searches.extend(
            filter
                .searches
                .iter()
                .map(|search| search.shifted(first_field)),
        );
        let own = std::mem::replace(&mut self.condition, Condition::All(Vec::new()));
        self.condition = Condition::All(vec![own, filter.condition.shifted(first_search)]);
    }

    /// Whether it may match, given which of its fields are ever there; None: it depends.
    pub fn outlook(&self, has: &dyn Fn(usize) -> bool) -> Option<bool> {
        self.condition
            .outlook(&|index| self.searches.get(index)?.outlook(has))
    }
}
