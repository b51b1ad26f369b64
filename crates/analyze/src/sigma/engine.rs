//! Events in, matches out.

use super::limits::{GROUP_BYTES_MAX, MATCHES_MAX};
use super::rule::{About, Seen};
use super::rules::{Correlation, Entry, RunView, SigmaRules};
use super::source::{Scene, Shares, values};
use super::window::{GroupKey, Measure, Verdict, Windows};
use crate::HomeNet;
use event::{Event, Timestamp};
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::sync::Arc;

/// What Sigma rules remember: it goes into the snapshot, and stays when rules are exchanged (by the ids of rules).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SigmaState {
    windows: Windows,
    shares: Shares,
}

/// A rule matched.
#[derive(Clone, Debug)]
pub(crate) struct SigmaMatch {
    pub about: Arc<About>,
    /// What was counted, where a correlation speaks.
    pub counted: Option<Counted>,
}

/// Why a correlation speaks.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    /// `event_count` and the like, as rules write it.
    pub kind: &'static str,
    /// Fields that it groups by, with the values of this group.
    pub group: Vec<(String, String)>,
    /// The number that was compared.
    pub value: f64,
    /// The number that it was compared with; 0 where it was none.
    pub limit: f64,
    /// Matches in the window.
    pub matches: usize,
    /// The time of the first of them.
    pub first: Timestamp,
    /// Titles of the rules that matched.
    pub members: Vec<String>,
}

impl SigmaRules {
    /// Shows an event to the rules of its kind. Matches come in the order of the rules.
    pub(crate) fn event(
        &self,
        state: &mut SigmaState,
        event: &Event,
        home: &HomeNet,
    ) -> Vec<SigmaMatch> {
        let share = if self.wants_shares {
            state.shares.of(event).map(str::to_owned)
        } else {
            None
        };
        let Some(views) = self.by_kind.get(event.kind.as_ref()) else {
            return Vec::new();
        };
        let scene = Scene {
            event,
            home,
            share: share.as_deref(),
        };
        let mut found = Found {
            rules: self,
            windows: &mut state.windows,
            now: event.time,
            matches: Vec::new(),
        };
        for run in views.iter().filter_map(|index| self.views.get(*index)) {
            if run.view.shows(&scene) {
                let cache = Cache::new(run, &scene);
                for entry in &run.entries {
                    found.entry(entry, &cache);
                }
            }
        }
        found.matches
    }
}

/// Values of fields, found when they are first asked for.
struct Cache<'a> {
    run: &'a RunView,
    scene: &'a Scene<'a>,
    cells: Vec<OnceCell<Vec<Seen>>>,
}

impl<'a> Cache<'a> {
    fn new(run: &'a RunView, scene: &'a Scene<'a>) -> Self {
        Self {
            run,
            scene,
            cells: vec![OnceCell::new(); run.slots.len()],
        }
    }

    fn at(&self, slot: usize) -> &[Seen] {
        let (Some(cell), Some(place)) = (self.cells.get(slot), self.run.slots.get(slot)) else {
            return &[];
        };
        cell.get_or_init(|| values(place, self.scene))
    }

    /// The first value: that by which matches are grouped and counted.
    fn first(&self, slot: usize) -> Option<&str> {
        self.at(slot).first().map(|seen| seen.text.as_str())
    }
}

struct Found<'a> {
    rules: &'a SigmaRules,
    windows: &'a mut Windows,
    now: Timestamp,
    matches: Vec<SigmaMatch>,
}

impl Found<'_> {
    fn entry(&mut self, entry: &Entry, cache: &Cache<'_>) {
        let Some(rule) = self.rules.rules.get(entry.rule) else {
            return;
        };
        let values = |field: usize| match entry.slots.get(field).copied().flatten() {
            Some(slot) => cache.at(slot),
            None => &[],
        };
        let mut search = |index: usize| {
            rule.searches
                .get(index)
                .is_some_and(|search| search.holds(&values))
        };
        if !rule.condition.holds(&mut search) {
            return;
        }
        if rule.speaks {
            self.tell(SigmaMatch {
                about: Arc::clone(&rule.about),
                counted: None,
            });
        }
        for feed in &entry.feeds {
            let group = feed
                .group
                .iter()
                .map(|slot| cache.first(*slot).map(limited));
            // What has no value to be grouped by belongs to no group.
            let Some(group) = group.collect::<Option<Vec<String>>>() else {
                continue;
            };
            let value = feed.value.and_then(|slot| cache.first(slot));
            self.feed(feed.correlation, feed.member, group, value);
        }
    }

    /// A match goes to a correlation, and from there to those above it.
    fn feed(&mut self, index: usize, member: usize, group: Vec<String>, value: Option<&str>) {
        let Some(correlation) = self.rules.correlations.get(index) else {
            return;
        };
        let Some(measure) = Measure::of(correlation.kind, value) else {
            return;
        };
        let key: GroupKey = (correlation.about.key().to_owned(), group.clone());
        let Some(verdict) = self
            .windows
            .take(correlation, key, member, measure, self.now)
        else {
            return;
        };
        if correlation.speaks {
            self.tell(SigmaMatch {
                about: Arc::clone(&correlation.about),
                counted: Some(counted(correlation, &group, verdict)),
            });
        }
        for feed in &correlation.feeds {
            let part = |place: &usize| group.get(*place).cloned().unwrap_or_default();
            let above = feed.group.iter().map(part).collect();
            let value = feed.value.as_ref().map(part);
            self.feed(feed.correlation, feed.member, above, value.as_deref());
        }
    }

    fn tell(&mut self, found: SigmaMatch) {
        if self.matches.len() < MATCHES_MAX {
            self.matches.push(found);
        }
    }
}

fn counted(correlation: &Correlation, group: &[String], verdict: Verdict) -> Counted {
    let names = correlation.group_by.iter().cloned();
    Counted {
        kind: correlation.kind.name(),
        group: names.zip(group.iter().cloned()).collect(),
        value: verdict.value,
        limit: correlation.threshold.limit(),
        matches: verdict.matches,
        first: verdict.first,
        members: correlation.members.clone(),
    }
}

fn limited(text: &str) -> String {
    let mut end = text.len().min(GROUP_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
