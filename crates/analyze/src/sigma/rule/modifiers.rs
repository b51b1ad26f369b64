//! What stands behind a field's name: `CommandLine|contains|all`.

use super::encode::Wide;
use super::matcher::{Order, Place, TimePart};
use crate::sigma::problem::{Fault, ProblemClass, fault, shown};

/// What a value of the rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Text,
    Regex {
        case_insensitive: bool,
        multi_line: bool,
        dot_matches_newline: bool,
    },
    Network,
    Number(Order),
    Exists,
    Field,
    Time(TimePart),
}

/// A step between the value of the rule and what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Windash,
    Wide(Wide),
    Base64,
    Base64Anywhere,
}

/// All that the modifiers of one field say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Modifiers {
    pub meaning: Meaning,
    pub place: Place,
    pub steps: Vec<Step>,
    pub every: bool,
    pub is_cased: bool,
    pub is_negated: bool,
    pub expands: bool,
}

/// The field's name and its modifiers.
pub(super) fn read(key: &str, line: u32) -> Result<(&str, Modifiers), Fault> {
    let mut parts = key.split('|');
    let field = parts.next().unwrap_or_default();
    let mut modifiers = Modifiers {
        meaning: Meaning::Text,
        place: Place::Whole,
        steps: Vec::new(),
        every: false,
        is_cased: false,
        is_negated: false,
        expands: false,
    };
    for name in parts {
        modifiers.take(name, line)?;
    }
    modifiers.check(key, line)?;
    Ok((field, modifiers))
}

impl Modifiers {
    fn take(&mut self, name: &str, line: u32) -> Result<(), Fault> {
        match name {
            "contains" => self.put(Place::Inside, line)?,
            "startswith" => self.put(Place::Start, line)?,
            "endswith" => self.put(Place::End, line)?,
            "all" => self.every = true,
            "cased" => self.is_cased = true,
            "neq" => self.is_negated = true,
            "expand" => self.expands = true,
            "windash" => self.steps.push(Step::Windash),
            "wide" | "utf16le" => self.steps.push(Step::Wide(Wide::LittleEndian)),
            "utf16be" => self.steps.push(Step::Wide(Wide::BigEndian)),
            "utf16" => self.steps.push(Step::Wide(Wide::Marked)),
            "base64" => self.steps.push(Step::Base64),
            "base64offset" => self.steps.push(Step::Base64Anywhere),
            "i" | "ignorecase" | "m" | "multiline" | "s" | "dotall" => self.flag(name, line)?,
            _ => {
                let meaning = meaning(name).ok_or_else(|| unknown(name, line))?;
                if self.meaning != Meaning::Text {
                    return Err(contradiction(name, line));
                }
                self.meaning = meaning;
            }
        }
        Ok(())
    }

    fn put(&mut self, place: Place, line: u32) -> Result<(), Fault> {
        if self.place != Place::Whole {
            return Err(contradiction("contains/startswith/endswith", line));
        }
        self.place = place;
        Ok(())
    }

    fn flag(&mut self, name: &str, line: u32) -> Result<(), Fault> {
        let Meaning::Regex {
            case_insensitive,
            multi_line,
            dot_matches_newline,
        } = &mut self.meaning
        else {
            return Err(bad(
                line,
                format!("「{name}」は re の後にだけ付けられます"),
                format!("{name:?} can only follow re"),
            ));
        };
        let flag = match name.as_bytes().first() {
            Some(b'i') => case_insensitive,
            Some(b'm') => multi_line,
            _ => dot_matches_newline,
        };
        *flag = true;
        Ok(())
    }

    /// What does not go together is an error rather than a guess.
    fn check(&self, key: &str, line: u32) -> Result<(), Fault> {
        let is_text = self.meaning == Meaning::Text;
        let may_have_place = is_text || self.meaning == Meaning::Field;
        let is_wrong = !self.steps.is_empty() && !is_text
            || self.place != Place::Whole && !may_have_place
            || self.is_cased && !may_have_place
            || self.expands && !is_text && self.meaning != Meaning::Network
            || self.every && self.meaning == Meaning::Exists;
        if is_wrong {
            return Err(contradiction(key, line));
        }
        Ok(())
    }
}

fn meaning(name: &str) -> Option<Meaning> {
    Some(match name {
        "re" => Meaning::Regex {
            case_insensitive: false,
            multi_line: false,
            dot_matches_newline: false,
        },
        "cidr" => Meaning::Network,
        "lt" => Meaning::Number(Order::Less),
        "lte" => Meaning::Number(Order::LessOrEqual),
        "gt" => Meaning::Number(Order::Greater),
        "gte" => Meaning::Number(Order::GreaterOrEqual),
        "exists" => Meaning::Exists,
        "fieldref" => Meaning::Field,
        "minute" => Meaning::Time(TimePart::Minute),
        "hour" => Meaning::Time(TimePart::Hour),
        "day" => Meaning::Time(TimePart::Day),
        "week" => Meaning::Time(TimePart::Week),
        "month" => Meaning::Time(TimePart::Month),
        "year" => Meaning::Time(TimePart::Year),
        _ => return None,
    })
}

fn unknown(name: &str, line: u32) -> Fault {
    let name = shown(name);
    if name == "not" {
        return bad(
            line,
            "「not」という修飾子はありません。条件で not を使うか、neq を使ってください",
            "there is no modifier \"not\"; use neq, or not in the condition",
        );
    }
    bad(
        line,
        format!("「{name}」という修飾子はありません"),
        format!("there is no modifier {name:?}"),
    )
}

fn contradiction(what: &str, line: u32) -> Fault {
    let what = shown(what);
    bad(
        line,
        format!("「{what}」の修飾子は一緒に使えません"),
        format!("the modifiers of {what:?} do not go together"),
    )
}

pub(super) fn bad(line: u32, ja: impl Into<String>, en: impl Into<String>) -> Fault {
    fault(line, ProblemClass::Modifier, ja, en)
}
