//! Rules that are ready to run.

use super::problem::Problem;
use super::rule::{About, Condition, CorrelationKind, LogSource, Search, Threshold};
use super::source::{Place, View};
use event::Text;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A set of Sigma rules, ready to run: shared by all who look at events, never changed.
#[derive(Default)]
pub struct SigmaRules {
    pub(super) rules: Vec<Rule>,
    pub(super) correlations: Vec<Correlation>,
    pub(super) views: Vec<RunView>,
    /// Views by kind of event.
    pub(super) by_kind: BTreeMap<&'static str, Vec<usize>>,
    pub(super) problems: Vec<Problem>,
    pub(super) omitted: usize,
    pub(super) files: usize,
    pub(super) filters: usize,
    /// Whether shares of file servers must be remembered.
    pub(super) wants_shares: bool,
}

/// What a rule can do with what a sensor on a network sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It looks at events of these kinds.
    Looks {
        /// `event_type` of the events, in order.
        kinds: Vec<&'static str>,
        /// Fields that our events do not have: they count as missing.
        without: Vec<String>,
    },
    /// It is about another log (of a host, a cloud, a device), and waits for such logs to be taken in.
    OtherLog(Text),
    /// It is about what we see, and yet can never match.
    Never(Text),
}

/// A rule in a list of rules.
#[derive(Clone, Debug)]
pub struct Review<'a> {
    /// The rule.
    pub about: &'a About,
    /// Its log source; None for correlations.
    pub source: Option<&'a LogSource>,
    /// What it can do here.
    pub outlook: &'a Outlook,
}

impl SigmaRules {
    /// Rules that were loaded, correlations included.
    pub fn len(&self) -> usize {
        self.rules.len() + self.correlations.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rules that look at events here.
    pub fn running(&self) -> usize {
        self.reviews()
            .filter(|review| matches!(review.outlook, Outlook::Looks { .. }))
            .count()
    }

    /// Files that were read.
    pub const fn files(&self) -> usize {
        self.files
    }

    /// Filters that were added to rules.
    pub const fn filters(&self) -> usize {
        self.filters
    }

    /// Why rules were refused, by file and line.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Problems beyond those that are kept.
    pub const fn omitted(&self) -> usize {
        self.omitted
    }

    /// Every rule that was loaded, and what it can do.
    pub fn reviews(&self) -> impl Iterator<Item = Review<'_>> {
        let rules = self.rules.iter().map(|rule| Review {
            about: &rule.about,
            source: Some(&rule.source),
            outlook: &rule.outlook,
        });
        rules.chain(self.correlations.iter().map(|correlation| Review {
            about: &correlation.about,
            source: None,
            outlook: &correlation.outlook,
        }))
    }
}

impl fmt::Debug for SigmaRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigmaRules")
            .field("rules", &self.rules.len())
            .field("correlations", &self.correlations.len())
            .field("problems", &self.problems.len())
            .finish_non_exhaustive()
    }
}

pub(super) struct Rule {
    pub about: Arc<About>,
    pub source: LogSource,
    pub searches: Vec<Search>,
    pub condition: Condition,
    pub outlook: Outlook,
    /// Whether a match is told, or only counted by correlations.
    pub speaks: bool,
}

pub(super) struct Correlation {
    pub about: Arc<About>,
    pub kind: CorrelationKind,
    pub timespan_ns: u64,
    pub threshold: Threshold,
    pub group_by: Vec<String>,
    /// Titles of the rules that it joins.
    pub members: Vec<String>,
    pub outlook: Outlook,
    pub speaks: bool,
    pub feeds: Vec<ChainFeed>,
}

/// A view, and the rules that look at it.
pub(super) struct RunView {
    pub view: &'static View,
    /// Fields that any of the rules asks for.
    pub slots: Vec<Place>,
    pub entries: Vec<Entry>,
}

/// A rule in a view.
pub(super) struct Entry {
    pub rule: usize,
    /// The slot of each of the rule's fields; None where events have no such field.
    pub slots: Vec<Option<usize>>,
    pub feeds: Vec<Feed>,
}

/// What a match gives to a correlation.
pub(super) struct Feed {
    pub correlation: usize,
    pub member: usize,
    pub group: Vec<usize>,
    pub value: Option<usize>,
}

/// What one correlation gives to another: its group's values, by their place.
pub(super) struct ChainFeed {
    pub correlation: usize,
    pub member: usize,
    pub group: Vec<usize>,
    pub value: Option<usize>,
}
