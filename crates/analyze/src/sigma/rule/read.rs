//! From a YAML document to a rule.

use super::correlation::{self, CorrelationRule};
use super::search::{Search, SearchReader};
use super::{About, Condition, DetectionRule, FilterRule, Level, LogSource, OwnClaim, Setting};
use crate::sigma::problem::{Fault, ProblemClass, fault, shown};
use crate::sigma::yaml::{Node, Value};
use event::{Communication, Severity, Stage};
use std::sync::Arc;

/// Bytes kept of one line of a rule's description of itself.
const TEXT_BYTES_MAX: usize = 512;
/// Tags, and other lists of that kind.
const LIST_MAX: usize = 64;

/// What a document of a rule file is.
#[derive(Clone, Debug)]
pub(crate) enum Document {
    Detection(DetectionRule),
    Correlation(CorrelationRule),
    Filter(FilterRule),
}

/// Reads one document of a file under a licence; with the rule's id or title where it has a fault.
pub(crate) fn read(
    node: &Node,
    file: &Arc<str>,
    licence: Option<&str>,
    setting: &Setting,
) -> Result<Document, (String, Fault)> {
    if node.members().is_none() {
        let fault = shape(
            node.line,
            "Sigma のルールではありません（マップではありません）",
            "this is no Sigma rule: not a map",
        );
        return Err((String::new(), fault));
    }
    let about = about(node, file, licence);
    document(node, &about, setting).map_err(|fault| (about.key().to_owned(), fault))
}

fn document(node: &Node, about: &About, setting: &Setting) -> Result<Document, Fault> {
    if let Some(action) = node.member("action") {
        return Err(shape(
            action.line,
            "action（global・reset・repeat）は古い書き方です。それぞれのルールを完全な形で書いてください",
            "action (global, reset, repeat) is not there any more; write each rule in full",
        ));
    }
    if about.title.is_empty() {
        return Err(shape(node.line, "title がありません", "there is no title"));
    }
    if let Some(id) = node.member("id").filter(|_| about.id.is_none()) {
        return Err(shape(
            id.line,
            "id が文字列ではありません",
            "the id is not text",
        ));
    }
    if let Some(level) = node.member("level") {
        level_of(level).ok_or_else(|| {
            shape(
                level.line,
                "level は informational・low・medium・high・critical のどれかです",
                "level must be informational, low, medium, high or critical",
            )
        })?;
    }
    if let Some(correlation) = node.member("correlation") {
        return correlation::read(correlation, about).map(Document::Correlation);
    }
    if let Some(filter) = node.member("filter") {
        return read_filter(node, filter, about, setting).map(Document::Filter);
    }
    let Some(detection) = node.member("detection") else {
        return Err(shape(
            node.line,
            "detection も correlation も filter もありません",
            "there is neither detection nor correlation nor filter",
        ));
    };
    let source = log_source(node)?;
    let mut reader = SearchReader::new(setting);
    let (searches, condition) = read_detection(detection, &mut reader, &[])?;
    Ok(Document::Detection(DetectionRule {
        about: about.clone(),
        source,
        fields: reader.fields,
        searches,
        condition,
    }))
}

fn read_filter(
    node: &Node,
    filter: &Node,
    about: &About,
    setting: &Setting,
) -> Result<FilterRule, Fault> {
    let rules = match filter.member("rules") {
        None => None,
        Some(rules) if rules.text() == Some("any") => None,
        Some(rules) => Some(rules.texts().into_iter().map(str::to_owned).collect()),
    };
    let mut reader = SearchReader::new(setting);
    let (searches, condition) = read_detection(filter, &mut reader, &["rules"])?;
    Ok(FilterRule {
        about: about.clone(),
        rules,
        source: log_source(node)?,
        fields: reader.fields,
        searches,
        condition,
    })
}

/// Searches and condition; some names are neither.
fn read_detection(
    node: &Node,
    reader: &mut SearchReader<'_>,
    others: &[&str],
) -> Result<(Vec<Search>, Condition), Fault> {
    let Some(members) = node.members() else {
        return Err(shape(
            node.line,
            "detection はマップでなければなりません",
            "the detection must be a map",
        ));
    };
    let mut names = Vec::new();
    let mut searches = Vec::new();
    for (key, value) in members {
        let name = key.text.as_str();
        if matches!(name, "condition" | "timeframe") || others.contains(&name) {
            continue;
        }
        names.push(name.to_owned());
        searches.push(reader.search(value)?);
    }
    let Some(condition) = node.member("condition") else {
        return Err(shape(
            node.line,
            "condition がありません",
            "there is no condition",
        ));
    };
    // A list of conditions (old, but harmless) is any of them.
    let texts = condition.texts();
    let mut conditions = texts
        .iter()
        .map(|text| super::condition::read(text, &names, condition.line));
    let mut all: Vec<Condition> = conditions.by_ref().collect::<Result<_, _>>()?;
    let joined = match all.len() {
        0 => {
            return Err(shape(
                condition.line,
                "condition が空です",
                "the condition is empty",
            ));
        }
        1 => all.remove(0),
        _ => Condition::Any(all),
    };
    Ok((searches, joined))
}

fn log_source(node: &Node) -> Result<LogSource, Fault> {
    let Some(source) = node.member("logsource") else {
        return Err(shape(
            node.line,
            "logsource がありません",
            "there is no logsource",
        ));
    };
    let part = |name| {
        let text = source.member(name).and_then(Node::text)?;
        Some(limited(text).to_ascii_lowercase())
    };
    let found = LogSource {
        category: part("category"),
        product: part("product"),
        service: part("service"),
    };
    if found == LogSource::default() {
        return Err(shape(
            source.line,
            "logsource に category・product・service のどれもありません",
            "the logsource has neither category nor product nor service",
        ));
    }
    Ok(found)
}

fn about(node: &Node, file: &Arc<str>, licence: Option<&str>) -> About {
    let text = |name: &str| node.member(name).and_then(Node::text).map(limited);
    let list = |name: &str| -> Vec<String> {
        let texts = node.member(name).map(Node::texts).unwrap_or_default();
        texts.into_iter().take(LIST_MAX).map(limited).collect()
    };
    let author = node
        .member("author")
        .map(|author| author.texts().join(", "));
    About {
        file: Arc::clone(file),
        line: node.line,
        title: text("title").unwrap_or_default(),
        id: text("id").filter(|id| !id.is_empty()),
        name: text("name").filter(|name| !name.is_empty()),
        author: author
            .map(|author| limited(&author))
            .filter(|author| !author.is_empty()),
        licence: text("license").or_else(|| licence.map(str::to_owned)),
        status: text("status").map(|status| status.to_ascii_lowercase()),
        level: node.member("level").and_then(level_of).unwrap_or_default(),
        tags: list("tags")
            .iter()
            .map(|tag| tag.to_ascii_lowercase())
            .collect(),
        falsepositives: list("falsepositives"),
        claim: node.member("hinomi").map(own_claim).unwrap_or_default(),
    }
}

fn level_of(node: &Node) -> Option<Level> {
    Some(match node.text()?.to_ascii_lowercase().as_str() {
        "informational" => Level::Informational,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "critical" => Level::Critical,
        _ => return None,
    })
}

fn own_claim(node: &Node) -> OwnClaim {
    fn by_key<T: Copy>(
        node: &Node,
        name: &str,
        all: &[T],
        key_of: fn(T) -> &'static str,
    ) -> Option<T> {
        let wanted = node.member(name)?.text()?;
        all.iter().copied().find(|value| key_of(*value) == wanted)
    }
    OwnClaim {
        communication: by_key(
            node,
            "communication",
            &Communication::ALL,
            Communication::key,
        ),
        stage: by_key(node, "stage", &Stage::ALL, Stage::key),
        severity: by_key(node, "severity", &Severity::ALL, Severity::key),
        confidence: node
            .member("confidence")
            .and_then(|node| node.text()?.parse().ok())
            .filter(|number: &f32| number.is_finite()),
    }
}

/// Text of a rule that goes into detections: not longer than anybody would read, without control characters.
fn limited(text: &str) -> String {
    let mut kept = String::new();
    for character in text.trim().chars() {
        if kept.len() + character.len_utf8() > TEXT_BYTES_MAX {
            break;
        }
        kept.push(if character.is_control() {
            ' '
        } else {
            character
        });
    }
    kept
}

/// The members of a list or a single value, each with its line.
pub(super) fn lines(node: &Node) -> Vec<(u32, String)> {
    let one = |node: &Node| Some((node.line, node.text()?.to_owned()));
    match &node.value {
        Value::List(nodes) => nodes.iter().filter_map(one).collect(),
        _ => one(node).into_iter().collect(),
    }
}

pub(super) fn shape(line: u32, ja: impl Into<String>, en: impl Into<String>) -> Fault {
    fault(line, ProblemClass::Shape, ja, en)
}

/// A value that is not among those that are known.
pub(super) fn unknown_value(line: u32, name: &str, value: &str, known: &str) -> Fault {
    let value = shown(value);
    shape(
        line,
        format!("{name} の「{value}」は使えません。使えるのは {known} です"),
        format!("{name} cannot be {value:?}; it can be {known}"),
    )
}
