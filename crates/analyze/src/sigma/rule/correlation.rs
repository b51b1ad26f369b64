//! Correlation rules (Sigma correlation rules specification 2): matches of other rules, counted and put in order.

use super::About;
use super::condition::Condition;
use super::read::{lines, shape, unknown_value};
use crate::sigma::limits::{ENTRIES_MAX, GROUP_FIELDS_MAX, MEMBERS_MAX, TIMESPAN_S_MAX};
use crate::sigma::problem::{Fault, ProblemClass, fault, shown};
use crate::sigma::yaml::Node;
use std::collections::BTreeMap;

/// What is looked at within the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CorrelationKind {
    EventCount,
    ValueCount,
    Temporal,
    TemporalOrdered,
    ValueSum,
    ValueAverage,
    ValueMedian,
    /// The value below which so many of a hundred lie.
    ValuePercentile(u8),
}

impl CorrelationKind {
    /// The word in rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
            Self::ValueSum => "value_sum",
            Self::ValueAverage => "value_avg",
            Self::ValueMedian => "value_median",
            Self::ValuePercentile(_) => "value_percentile",
        }
    }
}

/// A comparison with a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Test {
    Less(f64),
    LessOrEqual(f64),
    Greater(f64),
    GreaterOrEqual(f64),
    Equal(f64),
    NotEqual(f64),
}

impl Test {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::Less(limit) => value < limit,
            Self::LessOrEqual(limit) => value <= limit,
            Self::Greater(limit) => value > limit,
            Self::GreaterOrEqual(limit) => value >= limit,
            Self::Equal(limit) => (value - limit).abs() < f64::EPSILON,
            Self::NotEqual(limit) => (value - limit).abs() >= f64::EPSILON,
        }
    }

    const fn limit(self) -> f64 {
        match self {
            Self::Less(limit)
            | Self::LessOrEqual(limit)
            | Self::Greater(limit)
            | Self::GreaterOrEqual(limit)
            | Self::Equal(limit)
            | Self::NotEqual(limit) => limit,
        }
    }
}

/// When a window speaks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Threshold {
    /// All of these hold of the number.
    Tests(Vec<Test>),
    /// Rules that were seen, by their place in the list.
    Seen(Condition),
}

impl Threshold {
    /// Whether the number is one to speak of.
    pub fn holds(&self, value: f64) -> bool {
        match self {
            Self::Tests(tests) => tests.iter().all(|test| test.holds(value)),
            Self::Seen(_) => false,
        }
    }

    /// The least number that counts, for words.
    pub fn limit(&self) -> f64 {
        match self {
            Self::Tests(tests) => tests.first().map_or(0.0, |test| test.limit()),
            Self::Seen(_) => 0.0,
        }
    }
}

/// A rule over matches of other rules.
#[derive(Clone, Debug)]
pub(crate) struct CorrelationRule {
    pub about: About,
    pub kind: CorrelationKind,
    /// Ids or names of rules, with the line in which they stand.
    pub rules: Vec<(u32, String)>,
    pub group_by: Vec<String>,
    /// Other names of fields, by rule.
    pub aliases: BTreeMap<String, BTreeMap<String, String>>,
    pub timespan_ns: u64,
    pub threshold: Threshold,
    /// The field whose values are counted.
    pub field: Option<String>,
    /// Whether the rules speak for themselves as well.
    pub generates: bool,
}

/// Reads the part of a document below `correlation`.
pub(super) fn read(node: &Node, about: &About) -> Result<CorrelationRule, Fault> {
    let part = |name: &str| {
        node.member(name).ok_or_else(|| {
            shape(
                node.line,
                format!("correlation に {name} がありません"),
                format!("the correlation has no {name}"),
            )
        })
    };
    let rules = lines(part("rules")?);
    if rules.is_empty() || rules.len() > MEMBERS_MAX {
        return Err(shape(
            node.line,
            format!("correlation の rules は 1～{MEMBERS_MAX} 個です"),
            format!("a correlation joins 1 to {MEMBERS_MAX} rules"),
        ));
    }
    let condition = node.member("condition");
    let kind = kind(part("type")?, condition)?;
    let timespan = node.member("timespan").or_else(|| node.member("timeframe"));
    let timespan_ns = match timespan {
        Some(timespan) => timespan_of(timespan)?,
        None => part("timespan").map(|_| 0)?,
    };
    let group_by = node.member("group-by").map(Node::texts).unwrap_or_default();
    if group_by.len() > GROUP_FIELDS_MAX {
        return Err(shape(
            node.line,
            format!("group-by は {GROUP_FIELDS_MAX} 個までです"),
            format!("at most {GROUP_FIELDS_MAX} fields to group by"),
        ));
    }
    let field = condition.and_then(|condition| condition.member("field"));
    let field = field.and_then(|field| field.texts().first().map(|text| (*text).to_owned()));
    let needs_field = !matches!(
        kind,
        CorrelationKind::EventCount | CorrelationKind::Temporal | CorrelationKind::TemporalOrdered
    );
    if needs_field && field.is_none() {
        return Err(shape(
            node.line,
            "この種類の correlation には、condition に field が要ります",
            "this type of correlation needs a field in its condition",
        ));
    }
    let generates = node
        .member("generate")
        .and_then(|generate| match &generate.value {
            crate::sigma::yaml::Value::Scalar(scalar) => scalar.as_bool(),
            _ => None,
        });
    Ok(CorrelationRule {
        about: about.clone(),
        kind,
        threshold: threshold(kind, condition, &rules, node.line)?,
        rules,
        group_by: group_by.into_iter().map(str::to_owned).collect(),
        aliases: aliases(node)?,
        timespan_ns,
        field: field.filter(|_| needs_field),
        generates: generates.unwrap_or(false),
    })
}

fn kind(node: &Node, condition: Option<&Node>) -> Result<CorrelationKind, Fault> {
    let name = node.text().unwrap_or_default();
    Ok(match name {
        "event_count" => CorrelationKind::EventCount,
        "value_count" => CorrelationKind::ValueCount,
        "temporal" => CorrelationKind::Temporal,
        "temporal_ordered" | "ordered_temporal" => CorrelationKind::TemporalOrdered,
        "value_sum" => CorrelationKind::ValueSum,
        "value_avg" => CorrelationKind::ValueAverage,
        "value_median" => CorrelationKind::ValueMedian,
        "value_percentile" => {
            let given = condition.and_then(|condition| condition.member("percentile"));
            let Some(given) = given else {
                // The middle, where nothing is said.
                return Ok(CorrelationKind::ValuePercentile(50));
            };
            let percent = given
                .text()
                .and_then(|text| text.parse().ok())
                .filter(|percent| *percent <= 100);
            let wrong = || {
                unknown_value(
                    given.line,
                    "percentile",
                    given.text().unwrap_or_default(),
                    "0-100",
                )
            };
            CorrelationKind::ValuePercentile(percent.ok_or_else(wrong)?)
        }
        other => {
            return Err(unknown_value(
                node.line,
                "type",
                other,
                "event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_median, value_percentile",
            ));
        }
    })
}

fn timespan_of(node: &Node) -> Result<u64, Fault> {
    let text = node.text().unwrap_or_default();
    let split = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit_s: Option<u64> = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        "w" => Some(7 * 86_400),
        _ => None,
    };
    let seconds = unit_s.and_then(|unit| number.parse::<u64>().ok()?.checked_mul(unit));
    match seconds {
        Some(seconds) if (1..=TIMESPAN_S_MAX).contains(&seconds) => Ok(seconds * 1_000_000_000),
        _ => Err(unknown_value(
            node.line,
            "timespan",
            text,
            "15s, 5m, 1h, 1d (1s-30d)",
        )),
    }
}

fn threshold(
    kind: CorrelationKind,
    condition: Option<&Node>,
    rules: &[(u32, String)],
    line: u32,
) -> Result<Threshold, Fault> {
    let is_temporal = matches!(
        kind,
        CorrelationKind::Temporal | CorrelationKind::TemporalOrdered
    );
    let Some(condition) = condition else {
        if is_temporal {
            return Ok(Threshold::Tests(vec![Test::GreaterOrEqual(
                rules.len() as f64
            )]));
        }
        return Err(shape(
            line,
            "correlation に condition がありません",
            "the correlation has no condition",
        ));
    };
    if let Some(text) = condition.text() {
        if !is_temporal {
            return Err(shape(
                condition.line,
                "文字列の condition は temporal だけで使えます",
                "only temporal correlations have a condition in words",
            ));
        }
        let names: Vec<String> = rules.iter().map(|(_, name)| name.clone()).collect();
        return super::condition::read(text, &names, condition.line).map(Threshold::Seen);
    }
    let mut tests = Vec::new();
    for (key, value) in condition.members().unwrap_or_default() {
        let make: fn(f64) -> Test = match key.text.as_str() {
            "lt" => Test::Less,
            "lte" => Test::LessOrEqual,
            "gt" => Test::Greater,
            "gte" => Test::GreaterOrEqual,
            "eq" => Test::Equal,
            "neq" => Test::NotEqual,
            "field" | "percentile" => continue,
            other => {
                return Err(unknown_value(
                    key.line,
                    "condition",
                    other,
                    "lt, lte, gt, gte, eq, neq, field, percentile",
                ));
            }
        };
        let number = value.text().and_then(|text| text.trim().parse().ok());
        let number = number
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| {
                let text = shown(value.text().unwrap_or_default());
                shape(
                    value.line,
                    format!("「{text}」は数ではありません"),
                    format!("{text:?} is no number"),
                )
            })?;
        tests.push(make(number));
    }
    if tests.is_empty() {
        return Err(shape(
            condition.line,
            "condition に gte などの比較がありません",
            "the condition compares with no number (gte and the like)",
        ));
    }
    let counts = matches!(
        kind,
        CorrelationKind::EventCount | CorrelationKind::ValueCount
    );
    if counts && tests.iter().any(|test| test.limit() > ENTRIES_MAX as f64) {
        return Err(fault(
            condition.line,
            ProblemClass::Limit,
            format!("{ENTRIES_MAX} 件を超える数は数えられません"),
            format!("more than {ENTRIES_MAX} cannot be counted"),
        ));
    }
    Ok(Threshold::Tests(tests))
}

fn aliases(node: &Node) -> Result<BTreeMap<String, BTreeMap<String, String>>, Fault> {
    let Some(aliases) = node.member("aliases") else {
        return Ok(BTreeMap::new());
    };
    let wrong = |line| {
        shape(
            line,
            "aliases は「別名: ルール: フィールド」の形です",
            "aliases are maps: alias, rule, field",
        )
    };
    let mut all = BTreeMap::new();
    for (alias, by_rule) in aliases.members().ok_or_else(|| wrong(aliases.line))? {
        let mut fields = BTreeMap::new();
        for (rule, field) in by_rule.members().ok_or_else(|| wrong(by_rule.line))? {
            let field = field.text().ok_or_else(|| wrong(field.line))?;
            fields.insert(rule.text.clone(), field.to_owned());
        }
        all.insert(alias.text.clone(), fields);
    }
    Ok(all)
}
