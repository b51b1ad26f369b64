//! From rules as written to rules that run: log sources become views of events, fields become slots, correlations find
//! the rules that they join.

use super::collection::place;
use super::limits::CHAIN_MAX;
use super::problem::{Problem, ProblemClass, fault, shown};
use super::rule::{About, Condition, CorrelationRule, DetectionRule, Document, FilterRule};
use super::rules::{ChainFeed, Correlation, Entry, Feed, Outlook, Rule, RunView, SigmaRules};
use super::source::{Meaning, Only, Place, Source, View, source_of};
use event::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is under way.
#[derive(Default)]
struct Linker {
    rules: Vec<Rule>,
    /// Fields of each rule, as it names them.
    fields: Vec<Vec<String>>,
    views: Vec<RunView>,
}

/// What a name stands for in a correlation.
#[derive(Clone, Copy, Debug)]
enum Named {
    Rule(usize),
    /// By its place among the correlations as they were written.
    Correlation(usize),
}

/// Joins all documents; what cannot be joined becomes a problem.
pub(super) fn link(documents: Vec<Document>, problems: &mut Vec<Problem>) -> SigmaRules {
    let (mut detections, mut correlations, mut filters) = (Vec::new(), Vec::new(), Vec::new());
    for document in documents {
        match document {
            Document::Detection(rule) => detections.push(rule),
            Document::Correlation(rule) => correlations.push(rule),
            Document::Filter(rule) => filters.push(rule),
        }
    }
    for filter in &filters {
        if let Err(problem) = apply(filter, &mut detections) {
            problems.push(problem);
        }
    }
    let mut linker = Linker::default();
    let names = names(&detections, &correlations);
    for rule in detections {
        linker.add(rule);
    }
    let order = ordered(&correlations, &names, problems);
    let mut linked: Vec<Correlation> = Vec::new();
    // Where a correlation as written stands among those that are linked.
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for index in order {
        let Some(rule) = correlations.get(index) else {
            continue;
        };
        match linker.correlation(rule, &names, &places, &mut linked) {
            Ok(correlation) => {
                places.insert(index, linked.len());
                linked.push(correlation);
            }
            Err(problem) => problems.push(problem),
        }
    }
    let mut by_kind: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (index, view) in linker.views.iter().enumerate() {
        by_kind.entry(view.view.kind).or_default().push(index);
    }
    let opens_files =
        |view: &RunView| matches!(view.view.only, Only::FileOpened | Only::ShareOpened);
    SigmaRules {
        wants_shares: linker.views.iter().any(opens_files),
        rules: linker.rules,
        correlations: linked,
        views: linker.views,
        by_kind,
        filters: filters.len(),
        ..SigmaRules::default()
    }
}

/// Adds a filter to the rules that it names.
fn apply(filter: &FilterRule, rules: &mut [DetectionRule]) -> Result<(), Problem> {
    let mut found = 0;
    for rule in rules.iter_mut() {
        let is_named = match &filter.rules {
            Some(names) => names.iter().any(|name| is_called(&rule.about, name)),
            None => rule.source == filter.source,
        };
        if is_named {
            found += 1;
            rule.join(filter);
        }
    }
    if found == 0 {
        return Err(problem(
            &filter.about,
            filter.about.line,
            "このフィルターが指すルールがありません",
            "the rules that this filter names are not there",
        ));
    }
    Ok(())
}

fn is_called(about: &About, name: &str) -> bool {
    let is = |known: &Option<String>| {
        known
            .as_deref()
            .is_some_and(|known| known.eq_ignore_ascii_case(name))
    };
    is(&about.id) || about.name.as_deref() == Some(name)
}

fn names(rules: &[DetectionRule], correlations: &[CorrelationRule]) -> BTreeMap<String, Named> {
    let mut names = BTreeMap::new();
    let mut note = |about: &About, named: Named| {
        let id = about.id.as_ref().map(|id| id.to_ascii_lowercase());
        for name in [id, about.name.clone()].into_iter().flatten() {
            names.entry(name).or_insert(named);
        }
    };
    for (index, rule) in rules.iter().enumerate() {
        note(&rule.about, Named::Rule(index));
    }
    for (index, rule) in correlations.iter().enumerate() {
        note(&rule.about, Named::Correlation(index));
    }
    names
}

fn find(names: &BTreeMap<String, Named>, name: &str) -> Option<Named> {
    names
        .get(name)
        .or_else(|| names.get(&name.to_ascii_lowercase()))
        .copied()
}

/// Correlations in an order in which each comes after those that it joins. Those that join each other are refused.
fn ordered(
    correlations: &[CorrelationRule],
    names: &BTreeMap<String, Named>,
    problems: &mut Vec<Problem>,
) -> Vec<usize> {
    let mut order = Vec::new();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    for _ in 0..CHAIN_MAX {
        let mut ready = Vec::new();
        for (index, rule) in correlations.iter().enumerate() {
            let waits = rule.rules.iter().any(|(_, name)| match find(names, name) {
                Some(Named::Correlation(other)) => !done.contains(&other),
                _ => false,
            });
            if !waits && !done.contains(&index) {
                ready.push(index);
            }
        }
        done.extend(&ready);
        order.extend(ready);
    }
    for (index, rule) in correlations.iter().enumerate() {
        if !done.contains(&index) {
            problems.push(problem(
                &rule.about,
                rule.about.line,
                format!("correlation が互いを指しているか、{CHAIN_MAX} 段を超えて重なっています"),
                format!(
                    "correlations that join each other, or more than {CHAIN_MAX} upon each other"
                ),
            ));
        }
    }
    order
}

impl Linker {
    fn add(&mut self, rule: DetectionRule) {
        let index = self.rules.len();
        let outlook = match source_of(&rule.source) {
            Meaning::OtherLog => Outlook::OtherLog(other_log(&rule.source.name())),
            Meaning::Seen(source) => self.place(index, &rule, source),
        };
        // What does not run now need not be kept in memory.
        let runs = matches!(outlook, Outlook::Looks { .. });
        self.rules.push(Rule {
            about: Arc::new(rule.about),
            source: rule.source,
            searches: if runs { rule.searches } else { Vec::new() },
            condition: if runs {
                rule.condition
            } else {
                Condition::Any(Vec::new())
            },
            outlook,
            speaks: true,
        });
        self.fields.push(rule.fields);
    }

    /// Puts a rule into the views in which it can be judged best.
    fn place(&mut self, index: usize, rule: &DetectionRule, source: &'static Source) -> Outlook {
        let known =
            |group: &[&View], field: &str| group.iter().all(|view| view.place(field).is_some());
        let score = |group: &[&View]| {
            rule.fields
                .iter()
                .filter(|field| known(group, field))
                .count()
        };
        // The first that has them all; else the best, and of equals the last, which is the most special.
        let mut best = source.groups.first().copied().unwrap_or_default();
        for group in source.groups.iter().skip(1) {
            if score(best) < rule.fields.len() && score(group) >= score(best) {
                best = group;
            }
        }
        let without: Vec<String> = rule
            .fields
            .iter()
            .filter(|field| !known(best, field))
            .cloned()
            .collect();
        if source.needs_all_fields && !without.is_empty() {
            return Outlook::OtherLog(needs_host(&without));
        }
        let has = |field: usize| {
            rule.fields
                .get(field)
                .is_some_and(|field| known(best, field))
        };
        if rule.outlook(&has) == Some(false) {
            return Outlook::Never(never(source.name, &without));
        }
        for view in best {
            let run = self.view(view);
            let slots = rule.fields.iter().map(|field| run.slot(field)).collect();
            run.entries.push(Entry {
                rule: index,
                slots,
                feeds: Vec::new(),
            });
        }
        let mut kinds: Vec<&'static str> = best.iter().map(|view| view.kind).collect();
        kinds.dedup();
        Outlook::Looks { kinds, without }
    }

    fn view(&mut self, view: &'static View) -> &mut RunView {
        let known = self
            .views
            .iter()
            .position(|run| std::ptr::eq(run.view, view));
        let index = known.unwrap_or_else(|| {
            self.views.push(RunView {
                view,
                slots: Vec::new(),
                entries: Vec::new(),
            });
            self.views.len() - 1
        });
        &mut self.views[index]
    }

    fn correlation(
        &mut self,
        rule: &CorrelationRule,
        names: &BTreeMap<String, Named>,
        places: &BTreeMap<usize, usize>,
        linked: &mut [Correlation],
    ) -> Result<Correlation, Problem> {
        let own = linked.len();
        let mut members = Vec::new();
        let mut outlooks: Vec<Outlook> = Vec::new();
        // All names first: a correlation that lacks one must not silence the others.
        for (line, name) in &rule.rules {
            let title = match find(names, name) {
                Some(Named::Rule(index)) => {
                    self.rules.get(index).map(|rule| rule.about.title.clone())
                }
                Some(Named::Correlation(index)) => {
                    let correlation = places.get(&index).and_then(|place| linked.get(*place));
                    correlation.map(|correlation| correlation.about.title.clone())
                }
                None => None,
            };
            members.push(title.ok_or_else(|| no_such_rule(&rule.about, *line, name))?);
        }
        for (member, (_, name)) in rule.rules.iter().enumerate() {
            match find(names, name) {
                Some(Named::Rule(index)) => {
                    outlooks.push(self.feed(own, member, index, name, rule))
                }
                Some(Named::Correlation(index)) => {
                    if let Some(other) = places.get(&index).and_then(|place| linked.get_mut(*place))
                    {
                        outlooks.push(chain(own, member, name, other, rule)?);
                    }
                }
                None => {}
            }
        }
        Ok(Correlation {
            about: Arc::new(rule.about.clone()),
            kind: rule.kind,
            timespan_ns: rule.timespan_ns,
            threshold: rule.threshold.clone(),
            group_by: rule.group_by.clone(),
            members,
            outlook: joined(rule, outlooks),
            speaks: true,
            feeds: Vec::new(),
        })
    }

    /// Matches of a rule go to a correlation.
    fn feed(
        &mut self,
        correlation: usize,
        member: usize,
        index: usize,
        name: &str,
        rule: &CorrelationRule,
    ) -> Outlook {
        let Some(detection) = self.rules.get_mut(index) else {
            return Outlook::Never(Text::default());
        };
        detection.speaks &= rule.generates;
        let outlook = detection.outlook.clone();
        let mut missing = Vec::new();
        for run in &mut self.views {
            let RunView {
                view,
                slots,
                entries,
            } = run;
            for entry in entries.iter_mut().filter(|entry| entry.rule == index) {
                let mut slot_of = |field: &String| {
                    let field = alias(rule, field, name);
                    let slot = slot(view, slots, field);
                    if slot.is_none() {
                        missing.push(field.to_owned());
                    }
                    slot
                };
                let group: Option<Vec<usize>> = rule.group_by.iter().map(&mut slot_of).collect();
                let value = rule.field.as_ref().map(&mut slot_of);
                let (Some(group), None | Some(Some(_))) = (group, value) else {
                    continue;
                };
                entry.feeds.push(Feed {
                    correlation,
                    member,
                    group,
                    value: value.flatten(),
                });
            }
        }
        if missing.is_empty() {
            outlook
        } else {
            Outlook::Never(no_group_field(&missing))
        }
    }
}

impl RunView {
    fn slot(&mut self, field: &str) -> Option<usize> {
        slot(self.view, &mut self.slots, field)
    }
}

fn slot(view: &View, slots: &mut Vec<Place>, field: &str) -> Option<usize> {
    let place = view.place(field)?;
    let known = slots.iter().position(|known| *known == place);
    Some(known.unwrap_or_else(|| {
        slots.push(place);
        slots.len() - 1
    }))
}

/// What a field of a correlation is called in one of its rules.
fn alias<'a>(rule: &'a CorrelationRule, field: &'a str, member: &str) -> &'a str {
    let aliases = rule.aliases.get(field);
    aliases
        .and_then(|by_rule| by_rule.get(member))
        .map_or(field, String::as_str)
}

/// One correlation goes to another; fields are those that the first groups by.
fn chain(
    correlation: usize,
    member: usize,
    name: &str,
    other: &mut Correlation,
    rule: &CorrelationRule,
) -> Result<Outlook, Problem> {
    let place_of = |field: &String| {
        let field = alias(rule, field, name);
        other
            .group_by
            .iter()
            .position(|known| known == field)
            .ok_or_else(|| {
                let field = shown(field);
                problem(
                    &rule.about,
                    rule.about.line,
                    format!("フィールド「{field}」が、もとの correlation の group-by にありません"),
                    format!("the correlation that is joined does not group by {field:?}"),
                )
            })
    };
    let group = rule
        .group_by
        .iter()
        .map(place_of)
        .collect::<Result<_, _>>()?;
    let value = rule.field.as_ref().map(place_of).transpose()?;
    other.speaks &= rule.generates;
    other.feeds.push(ChainFeed {
        correlation,
        member,
        group,
        value,
    });
    Ok(other.outlook.clone())
}

/// A correlation can do what its rules can; in order, and together, it needs all of them.
fn joined(rule: &CorrelationRule, outlooks: Vec<Outlook>) -> Outlook {
    use super::rule::{CorrelationKind, Threshold};
    let is_temporal = matches!(
        rule.kind,
        CorrelationKind::Temporal | CorrelationKind::TemporalOrdered
    );
    let needs_all = is_temporal && !matches!(rule.threshold, Threshold::Seen(_));
    let mut all_kinds: Vec<&'static str> = Vec::new();
    let mut all_without = Vec::new();
    let mut looks = 0;
    let count = outlooks.len();
    let mut other = None;
    for outlook in outlooks {
        match outlook {
            Outlook::Looks { kinds, without } => {
                looks += 1;
                all_kinds.extend(kinds);
                all_without.extend(without);
            }
            worse => other = Some(worse),
        }
    }
    match other {
        Some(worse) if looks == 0 || needs_all && looks < count => worse,
        _ => {
            all_kinds.sort_unstable();
            all_kinds.dedup();
            Outlook::Looks {
                kinds: all_kinds,
                without: all_without,
            }
        }
    }
}

fn problem(about: &About, line: u32, ja: impl Into<String>, en: impl Into<String>) -> Problem {
    let fault = fault(line, ProblemClass::Correlation, ja, en);
    place(&about.file, about.key().to_owned(), fault)
}

fn no_such_rule(about: &About, line: u32, name: &str) -> Problem {
    let name = shown(name);
    problem(
        about,
        line,
        format!("ルール「{name}」がないか、読み込めませんでした。id か name で指してください"),
        format!("the rule {name:?} is not there, or was refused; name it by its id or name"),
    )
}

fn other_log(source: &str) -> Text {
    Text::new(
        format!(
            "{source} のログ用です。ネットワークのセンサーには見えません（ログの取り込み用に保持します）"
        ),
        format!(
            "for logs of {source}, which a sensor on the network does not see; kept for log intake"
        ),
    )
}

fn needs_host(without: &[String]) -> Text {
    let fields = without.join(", ");
    Text::new(
        format!("{fields} を見ます。端末のログにしかない項目です（ログの取り込み用に保持します）"),
        format!("asks for {fields}, which only the log of a host has; kept for log intake"),
    )
}

fn never(source: &str, without: &[String]) -> Text {
    let fields = without.join(", ");
    Text::new(
        format!("{source} として見えるイベントに {fields} がないため、一致することがありません"),
        format!("can never match: what is seen as {source} has no {fields}"),
    )
}

fn no_group_field(missing: &[String]) -> Text {
    let fields = missing.join(", ");
    Text::new(
        format!("group-by か field の {fields} がイベントにないため、数えられません"),
        format!("can never match: the events have no {fields} to group by or to count"),
    )
}
