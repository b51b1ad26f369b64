//! Searches of a detection: fields with values, joined by "and" in a map, by "or" in a list.

use super::Setting;
use super::condition::every;
use super::encode::{as_text, base64_anywhere, wide, windash, with_ascii_classes};
use super::matcher::{Matcher, Network, Place, Seen};
use super::modifiers::{self, Meaning, Modifiers, Step, bad};
use super::pattern::Wild;
use crate::sigma::limits;
use crate::sigma::problem::{Fault, ProblemClass, fault, shown};
use crate::sigma::yaml::{Node, Scalar, Value};
use aho_corasick::AhoCorasick;
use event::base64;
use regex::bytes::RegexBuilder;

/// So many texts are looked for at once rather than one by one.
const TOGETHER_MIN: usize = 4;

/// What the condition names.
#[derive(Clone, Debug)]
pub(crate) enum Search {
    All(Vec<Item>),
    Any(Vec<Search>),
}

/// One field, and what is asked of it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Which of the rule's fields.
    pub field: usize,
    pub matchers: Vec<Matcher>,
    /// All matchers must hold, not one of them.
    pub every: bool,
    /// What is asked must not hold.
    pub is_negated: bool,
}

impl Search {
    /// The same with fields that stand further back.
    pub fn shifted(&self, by: usize) -> Self {
        match self {
            Self::All(items) => Self::All(items.iter().map(|item| item.shifted(by)).collect()),
            Self::Any(parts) => Self::Any(parts.iter().map(|part| part.shifted(by)).collect()),
        }
    }

    /// Whether it holds of the values of fields.
    pub fn holds<'a>(&self, values: &dyn Fn(usize) -> &'a [Seen]) -> bool {
        match self {
            Self::All(items) => items.iter().all(|item| item.holds(values)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(values)),
        }
    }

    /// Whether it may hold, given which fields are ever there; None: it depends.
    pub fn outlook(&self, has: &dyn Fn(usize) -> bool) -> Option<bool> {
        match self {
            Self::All(items) => every(items.iter().map(|item| item.outlook(has))),
            Self::Any(parts) => {
                let none = every(
                    parts
                        .iter()
                        .map(|part| part.outlook(has).map(|known| !known)),
                );
                none.map(|none| !none)
            }
        }
    }
}

impl Item {
    fn shifted(&self, by: usize) -> Self {
        Self {
            field: self.field + by,
            matchers: self
                .matchers
                .iter()
                .map(|matcher| matcher.shifted(by))
                .collect(),
            ..*self
        }
    }

    fn holds<'a>(&self, values: &dyn Fn(usize) -> &'a [Seen]) -> bool {
        let own = values(self.field);
        let mut matchers = self.matchers.iter();
        let holds = if self.every {
            matchers.all(|matcher| matcher.holds(own, values))
        } else {
            matchers.any(|matcher| matcher.holds(own, values))
        };
        holds != self.is_negated
    }

    fn outlook(&self, has: &dyn Fn(usize) -> bool) -> Option<bool> {
        if has(self.field) {
            return None;
        }
        let mut matchers = self.matchers.iter();
        let holds = if self.every {
            matchers.all(Matcher::holds_without_field)
        } else {
            matchers.any(Matcher::holds_without_field)
        };
        Some(holds != self.is_negated)
    }
}

/// Reads the searches of one rule.
pub(super) struct SearchReader<'a> {
    setting: &'a Setting,
    /// Names of fields so far.
    pub fields: Vec<String>,
    patterns: usize,
}

impl<'a> SearchReader<'a> {
    pub fn new(setting: &'a Setting) -> Self {
        Self {
            setting,
            fields: Vec::new(),
            patterns: 0,
        }
    }

    /// A map, a list of maps, or a list of words to be found anywhere.
    pub fn search(&mut self, node: &Node) -> Result<Search, Fault> {
        match &node.value {
            Value::Map(members) => {
                let items = members
                    .iter()
                    .map(|(key, value)| self.item(&key.text, value));
                let items: Vec<Item> = items.collect::<Result<_, _>>()?;
                if items.is_empty() {
                    return Err(empty(node.line));
                }
                Ok(Search::All(items))
            }
            Value::List(nodes) => {
                let words: Vec<&Node> = nodes
                    .iter()
                    .filter(|node| matches!(node.value, Value::Scalar(_)))
                    .collect();
                let mut parts = Vec::new();
                if !words.is_empty() {
                    parts.push(Search::All(vec![self.values("", &words, node.line)?]));
                }
                for node in nodes {
                    if !matches!(node.value, Value::Scalar(_)) {
                        parts.push(self.search(node)?);
                    }
                }
                if parts.is_empty() {
                    return Err(empty(node.line));
                }
                Ok(Search::Any(parts))
            }
            Value::Scalar(_) => Ok(Search::All(vec![self.values("", &[node], node.line)?])),
        }
    }

    fn item(&mut self, key: &str, node: &Node) -> Result<Item, Fault> {
        let values: Vec<&Node> = match &node.value {
            Value::List(nodes) => nodes.iter().collect(),
            Value::Scalar(_) => vec![node],
            Value::Map(_) => return Err(no_value(key, node.line)),
        };
        self.values(key, &values, node.line)
    }

    fn values(&mut self, key: &str, values: &[&Node], line: u32) -> Result<Item, Fault> {
        let (field, mut modifiers) = modifiers::read(key, line)?;
        // Words without field may stand anywhere in the event's texts.
        if field.is_empty() && modifiers.meaning == Meaning::Text && modifiers.place == Place::Whole
        {
            modifiers.place = Place::Inside;
        }
        if modifiers.every && values.len() < 2 && !field.is_empty() {
            // Harmless, and common: "all" of one.
            modifiers.every = false;
        }
        let mut matchers = Vec::new();
        for node in values {
            let Value::Scalar(scalar) = &node.value else {
                return Err(no_value(key, node.line));
            };
            let made = self.matchers(scalar, &modifiers, node.line)?;
            self.patterns = self.patterns.saturating_add(made.len());
            if self.patterns > limits::PATTERNS_MAX {
                return Err(fault(
                    node.line,
                    ProblemClass::Limit,
                    format!(
                        "このルールの値は、修飾子で増えた分も含めて {} 個を超えています",
                        limits::PATTERNS_MAX
                    ),
                    format!(
                        "this rule has more than {} values, those made by modifiers included",
                        limits::PATTERNS_MAX
                    ),
                ));
            }
            if modifiers.every && made.len() > 1 {
                // Each value by any of its forms: "all" joins values, not forms.
                matchers.push(one_of(made));
            } else {
                matchers.extend(made);
            }
        }
        if matchers.is_empty() {
            return Err(no_value(key, line));
        }
        if !modifiers.every {
            matchers = together(matchers);
        }
        Ok(Item {
            field: self.field(field),
            matchers,
            every: modifiers.every,
            is_negated: modifiers.is_negated,
        })
    }

    fn field(&mut self, name: &str) -> usize {
        if let Some(known) = self.fields.iter().position(|known| known == name) {
            return known;
        }
        self.fields.push(name.to_owned());
        self.fields.len() - 1
    }

    /// What one value of the rule becomes: more than one where modifiers give it several forms.
    fn matchers(
        &mut self,
        scalar: &Scalar,
        modifiers: &Modifiers,
        line: u32,
    ) -> Result<Vec<Matcher>, Fault> {
        let text = scalar.text.as_str();
        if scalar.is_null() {
            if modifiers.meaning != Meaning::Text
                || modifiers.place != Place::Whole
                || !modifiers.steps.is_empty()
            {
                return Err(unfit(text, line));
            }
            return Ok(vec![Matcher::Missing]);
        }
        let one = match modifiers.meaning {
            Meaning::Text => return self.texts(text, modifiers, line),
            Meaning::Regex {
                case_insensitive,
                multi_line,
                dot_matches_newline,
            } => {
                let configured = |text: &str| {
                    let mut builder = RegexBuilder::new(text);
                    builder
                        .case_insensitive(case_insensitive)
                        .multi_line(multi_line)
                        .dot_matches_new_line(dot_matches_newline)
                        .dfa_size_limit(limits::REGEX_CACHE_MAX)
                        .nest_limit(limits::REGEX_DEPTH_MAX);
                    builder
                };
                self.regex(text, &configured, line)?
            }
            Meaning::Network => {
                let texts = if modifiers.expands {
                    self.expanded(text, line)?
                } else {
                    vec![text.to_owned()]
                };
                let networks = texts
                    .iter()
                    .map(|text| Network::read(text).map(Matcher::Network));
                return networks
                    .collect::<Option<_>>()
                    .ok_or_else(|| unfit(text, line));
            }
            Meaning::Number(order) => {
                let number: Option<f64> = text.trim().parse().ok();
                let number = number.filter(|number| number.is_finite());
                Matcher::Number(order, number.ok_or_else(|| unfit(text, line))?)
            }
            Meaning::Exists => {
                let wanted = Scalar {
                    is_plain: true,
                    ..scalar.clone()
                }
                .as_bool();
                Matcher::Exists(wanted.ok_or_else(|| unfit(text, line))?)
            }
            Meaning::Field => Matcher::Field {
                slot: self.field(text),
                place: modifiers.place,
                is_cased: modifiers.is_cased,
            },
            Meaning::Time(part) => {
                let number = text.trim().parse().ok();
                Matcher::Time(part, number.ok_or_else(|| unfit(text, line))?)
            }
        };
        Ok(vec![one])
    }

    fn texts(&self, text: &str, modifiers: &Modifiers, line: u32) -> Result<Vec<Matcher>, Fault> {
        let texts = if modifiers.expands {
            self.expanded(text, line)?
        } else {
            vec![text.to_owned()]
        };
        let mut matchers = Vec::new();
        for text in &texts {
            if text.is_empty() && modifiers.place == Place::Whole && modifiers.steps.is_empty() {
                matchers.push(Matcher::Empty);
                continue;
            }
            for mut wild in stepped(text, &modifiers.steps, line)? {
                if matches!(modifiers.place, Place::End | Place::Inside) {
                    wild.open_start();
                }
                if matches!(modifiers.place, Place::Start | Place::Inside) {
                    wild.open_end();
                }
                if !wild.is_within_limits() {
                    return Err(fault(
                        line,
                        ProblemClass::Limit,
                        format!(
                            "値が長すぎるか、ワイルドカードが {} 個を超えています",
                            limits::WILDCARDS_MAX
                        ),
                        format!(
                            "the value is too long, or has more than {} wildcards",
                            limits::WILDCARDS_MAX
                        ),
                    ));
                }
                let pattern = wild.compile(modifiers.is_cased);
                matchers.push(if modifiers.is_cased {
                    Matcher::CasedText(pattern)
                } else {
                    Matcher::Text(pattern)
                });
            }
        }
        Ok(matchers)
    }

    fn regex(
        &self,
        text: &str,
        configured: &dyn Fn(&str) -> RegexBuilder,
        line: u32,
    ) -> Result<Matcher, Fault> {
        if text.len() > limits::REGEX_BYTES_MAX {
            return Err(fault(
                line,
                ProblemClass::Limit,
                format!(
                    "正規表現が {} バイトを超えています",
                    limits::REGEX_BYTES_MAX
                ),
                format!(
                    "the regular expression is longer than {} bytes",
                    limits::REGEX_BYTES_MAX
                ),
            ));
        }
        let left = &self.setting.regex_bytes_left;
        let size = limits::REGEX_SIZE_MAX.min(left.get());
        // As bytes, so that \w and \d mean ASCII; characters beyond that in brackets have to be characters.
        let first = configured(text).size_limit(size).unicode(false).build();
        let built = first.or_else(|error| {
            let text = with_ascii_classes(text);
            let second = configured(&text).size_limit(size).build();
            second.map_err(|_| error)
        });
        match built {
            Ok(regex) => {
                left.set(left.get().saturating_sub(limits::REGEX_SIZE_USUAL));
                return Ok(Matcher::Regex(Box::new(regex)));
            }
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(error) => return Err(bad_regex(&error, line)),
        }
        Err(fault(
            line,
            ProblemClass::Limit,
            "この正規表現は展開すると大きくなりすぎるか、全体での上限に達しました",
            "this regular expression becomes too large when it is unfolded, or all of them together are",
        ))
    }

    /// The text with each value of its placeholders.
    fn expanded(&self, text: &str, line: u32) -> Result<Vec<String>, Fault> {
        let mut texts = vec![String::new()];
        let mut pieces = text.split('%');
        for one in &mut texts {
            one.push_str(pieces.next().unwrap_or_default());
        }
        while let (Some(name), Some(after)) = (pieces.next(), pieces.next()) {
            let Some(values) = self
                .setting
                .placeholders
                .get(name)
                .filter(|values| !values.is_empty())
            else {
                let name = shown(name);
                return Err(bad(
                    line,
                    format!(
                        "プレースホルダー %{name}% の値が決められていません。--sigma-var {name}=値 で決めてください"
                    ),
                    format!(
                        "the placeholder %{name}% has no value; give it with --sigma-var {name}=VALUE"
                    ),
                ));
            };
            if texts.len().saturating_mul(values.len()) > limits::PATTERNS_MAX {
                return Err(unfit(text, line));
            }
            texts = texts
                .iter()
                .flat_map(|begun| {
                    values
                        .iter()
                        .map(move |value| format!("{begun}{value}{after}"))
                })
                .collect();
        }
        Ok(texts)
    }
}

/// The value after its modifiers, in all its forms.
fn stepped(text: &str, steps: &[Step], line: u32) -> Result<Vec<Wild>, Fault> {
    let mut forms = vec![Wild::read(text)];
    // Bytes, once UTF-16 made the text so; wildcards stay out of base64.
    for (index, step) in steps.iter().enumerate() {
        let is_wide_before = |steps: &[Step]| {
            steps.iter().rev().find_map(|step| match step {
                Step::Wide(order) => Some(*order),
                _ => None,
            })
        };
        let before = is_wide_before(steps.get(..index).unwrap_or_default());
        let mut changed = Vec::new();
        for form in &forms {
            match step {
                Step::Windash => changed.extend(windash(form)),
                // UTF-16 before base64 is applied there, on bytes.
                Step::Wide(order) => {
                    let goes_on = steps.get(index + 1..).unwrap_or_default();
                    let is_encoded = goes_on
                        .iter()
                        .any(|step| matches!(step, Step::Base64 | Step::Base64Anywhere));
                    changed.push(if is_encoded {
                        form.clone()
                    } else {
                        form.map(|text| as_text(&wide(text, *order)))
                    });
                }
                Step::Base64 | Step::Base64Anywhere => {
                    let Some(plain) = form.plain().filter(|plain| !plain.is_empty()) else {
                        return Err(bad(
                            line,
                            "base64 にする値には、ワイルドカードを入れられません",
                            "a value that is to be base64 cannot have wildcards or be empty",
                        ));
                    };
                    let bytes = match before {
                        Some(order) => wide(plain, order),
                        None => plain.as_bytes().to_vec(),
                    };
                    if *step == Step::Base64 {
                        changed.push(Wild::of_text(&base64(&bytes)));
                    } else {
                        changed.extend(
                            base64_anywhere(&bytes)
                                .iter()
                                .map(|text| Wild::of_text(text)),
                        );
                    }
                }
            }
        }
        forms = changed;
        if forms.len() > limits::PATTERNS_MAX {
            return Err(unfit(text, line));
        }
    }
    Ok(forms)
}

/// The library draws the place over several lines; the last one says what is wrong.
fn bad_regex(error: &regex::Error, line: u32) -> Fault {
    let error = error.to_string();
    let reason = error.lines().last().unwrap_or_default();
    let reason = reason.trim_start_matches("error: ");
    bad(
        line,
        format!("正規表現が正しくないか、後方参照や先読みを使っています（{reason}）"),
        format!(
            "the regular expression is wrong, or looks around or back, which would take unbounded time: {reason}"
        ),
    )
}

/// Texts that may stand anywhere are looked for at once.
fn together(matchers: Vec<Matcher>) -> Vec<Matcher> {
    let inside = |matcher: &Matcher| match matcher {
        Matcher::Text(pattern) => pattern.inside().map(<[u8]>::to_vec),
        _ => None,
    };
    let needles: Vec<Vec<u8>> = matchers.iter().filter_map(inside).collect();
    if needles.len() < TOGETHER_MIN {
        return matchers;
    }
    let Ok(automaton) = AhoCorasick::new(&needles) else {
        return matchers;
    };
    let mut others: Vec<Matcher> = matchers
        .into_iter()
        .filter(|matcher| inside(matcher).is_none())
        .collect();
    others.push(Matcher::AnyInside(Box::new(automaton)));
    others
}

/// One matcher for several forms of one value.
fn one_of(forms: Vec<Matcher>) -> Matcher {
    let all_inside: Option<Vec<Vec<u8>>> = forms
        .iter()
        .map(|form| match form {
            Matcher::Text(pattern) => pattern.inside().map(<[u8]>::to_vec),
            _ => None,
        })
        .collect();
    match all_inside.and_then(|needles| AhoCorasick::new(needles).ok()) {
        Some(automaton) => Matcher::AnyInside(Box::new(automaton)),
        None => Matcher::Forms(forms),
    }
}

fn empty(line: u32) -> Fault {
    fault(
        line,
        ProblemClass::Shape,
        "検索の中身が空です",
        "the search is empty",
    )
}

fn no_value(key: &str, line: u32) -> Fault {
    let key = shown(key);
    fault(
        line,
        ProblemClass::Shape,
        format!("「{key}」の値は、文字列・数・真偽値か、そのリストにしてください"),
        format!("the value of {key:?} must be text, a number, a truth value, or a list of them"),
    )
}

fn unfit(text: &str, line: u32) -> Fault {
    let text = shown(text);
    bad(
        line,
        format!("値「{text}」は、この修飾子では使えません"),
        format!("the value {text:?} does not go with its modifiers"),
    )
}
