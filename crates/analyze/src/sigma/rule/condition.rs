//! Conditions: `selection and not 1 of filter_*`.

use crate::sigma::limits::{CONDITION_BYTES_MAX, CONDITION_DEPTH_MAX};
use crate::sigma::problem::{Fault, ProblemClass, fault, shown};

/// A condition over numbered searches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Search(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// At least so many of these.
    Count(usize, Vec<usize>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word(String),
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    names: &'a [String],
    line: u32,
    depth: usize,
}

/// Reads a condition over searches with these names.
pub(crate) fn read(text: &str, names: &[String], line: u32) -> Result<Condition, Fault> {
    if text.len() > CONDITION_BYTES_MAX {
        return Err(fault(
            line,
            ProblemClass::Limit,
            format!("条件が {CONDITION_BYTES_MAX} バイトを超えています"),
            format!("the condition is longer than {CONDITION_BYTES_MAX} bytes"),
        ));
    }
    if text.contains('|') {
        return Err(bad(
            line,
            "条件の「|」（古い集計の書き方）は使えません。correlation のルールに書き直してください",
            "\"|\" in a condition (the old way to count) is not there any more; write a correlation rule instead",
        ));
    }
    let mut reader = Reader {
        tokens: tokens(text),
        at: 0,
        names,
        line,
        depth: 0,
    };
    let condition = reader.any()?;
    match reader.peek() {
        None => Ok(condition),
        Some(token) => Err(reader.unexpected(Some(token.clone()))),
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    for character in text.chars().chain(Some(' ')) {
        let is_bracket = matches!(character, '(' | ')');
        if (character.is_whitespace() || is_bracket) && !word.is_empty() {
            tokens.push(Token::Word(std::mem::take(&mut word)));
        }
        match character {
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            other if !other.is_whitespace() => word.push(other),
            _ => {}
        }
    }
    tokens
}

impl Reader<'_> {
    fn any(&mut self) -> Result<Condition, Fault> {
        let mut parts = vec![self.all()?];
        while self.takes("or") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, Fault> {
        let mut parts = vec![self.not()?];
        while self.takes("and") {
            parts.push(self.not()?);
        }
        Ok(joined(parts, Condition::All))
    }

    fn not(&mut self) -> Result<Condition, Fault> {
        self.depth += 1;
        if self.depth > CONDITION_DEPTH_MAX {
            return Err(fault(
                self.line,
                ProblemClass::Limit,
                format!("条件の括弧と not の入れ子が {CONDITION_DEPTH_MAX} 段を超えています"),
                format!("brackets and negations stand more than {CONDITION_DEPTH_MAX} deep"),
            ));
        }
        let condition = if self.takes("not") {
            Condition::Not(Box::new(self.not()?))
        } else {
            self.one()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn one(&mut self) -> Result<Condition, Fault> {
        let token = self.next();
        let Some(Token::Word(word)) = token else {
            if token != Some(Token::Open) {
                return Err(self.unexpected(token));
            }
            let inner = self.any()?;
            return match self.next() {
                Some(Token::Close) => Ok(inner),
                _ => Err(bad(
                    self.line,
                    "条件の閉じ括弧が足りません",
                    "a closing bracket is missing in the condition",
                )),
            };
        };
        if self.takes("of") {
            return self.count(&word);
        }
        if ["and", "or", "not", "of", "them"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
        {
            return Err(self.unexpected(Some(Token::Word(word))));
        }
        match self.names.iter().position(|name| *name == word) {
            Some(index) => Ok(Condition::Search(index)),
            None if word.contains('*') => {
                let found = self.matching(&word)?;
                Ok(Condition::Count(1, found))
            }
            None => Err(unknown(self.line, &word)),
        }
    }

    /// `1 of them`, `all of selection_*`.
    fn count(&mut self, quantity: &str) -> Result<Condition, Fault> {
        let Some(Token::Word(of)) = self.next() else {
            return Err(self.unexpected(None));
        };
        let found = if of.eq_ignore_ascii_case("them") {
            // A search whose name begins with _ is there to be named, not to be counted.
            let indices = self.names.iter().enumerate();
            indices
                .filter(|(_, name)| !name.starts_with('_'))
                .map(|(index, _)| index)
                .collect()
        } else {
            self.matching(&of)?
        };
        let least = match quantity {
            all if all.eq_ignore_ascii_case("all") => found.len(),
            any if any.eq_ignore_ascii_case("any") => 1,
            number => number
                .parse()
                .ok()
                .filter(|least| *least > 0)
                .ok_or_else(|| {
                    let number = shown(number);
                    bad(
                        self.line,
                        format!("「of」の前は数か all か any です（「{number}」でした）"),
                        format!("\"of\" needs a number, all or any before it, not {number:?}"),
                    )
                })?,
        };
        Ok(Condition::Count(least, found))
    }

    fn matching(&self, pattern: &str) -> Result<Vec<usize>, Fault> {
        let pieces: Vec<&str> = pattern.split('*').collect();
        let names = self.names.iter().enumerate();
        let found: Vec<usize> = names
            .filter(|(_, name)| fits(&pieces, name))
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() {
            return Err(unknown(self.line, pattern));
        }
        Ok(found)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let is_it =
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    fn unexpected(&self, token: Option<Token>) -> Fault {
        let text = match token {
            None => {
                return bad(
                    self.line,
                    "条件が途中で終わっています",
                    "the condition ends too early",
                );
            }
            Some(Token::Open) => "(".to_owned(),
            Some(Token::Close) => ")".to_owned(),
            Some(Token::Word(word)) => shown(&word),
        };
        bad(
            self.line,
            format!("条件のここに「{text}」は置けません"),
            format!("{text:?} cannot stand here in the condition"),
        )
    }
}

/// Whether a name consists of these pieces with anything between them.
fn fits(pieces: &[&str], name: &str) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|only| *only == name);
    };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    for piece in middle {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

fn joined(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        join(parts)
    }
}

fn unknown(line: u32, name: &str) -> Fault {
    let name = shown(name);
    bad(
        line,
        format!("条件にある「{name}」が detection にありません"),
        format!("the condition names {name:?}, which is not in the detection"),
    )
}

fn bad(line: u32, ja: impl Into<String>, en: impl Into<String>) -> Fault {
    fault(line, ProblemClass::Condition, ja, en)
}

impl Condition {
    /// Whether it holds, given whether each search does.
    pub fn holds(&self, search: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Self::Search(index) => search(*index),
            Self::Not(inner) => !inner.holds(search),
            Self::All(parts) => parts.iter().all(|part| part.holds(search)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(search)),
            Self::Count(least, of) => {
                let mut found = 0;
                *least == 0
                    || of.iter().any(|index| {
                        found += usize::from(search(*index));
                        found >= *least
                    })
            }
        }
    }

    /// The same over searches that stand further back.
    pub fn shifted(&self, by: usize) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.shifted(by)).collect();
        match self {
            Self::Search(index) => Self::Search(index + by),
            Self::Not(inner) => Self::Not(Box::new(inner.shifted(by))),
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::Count(least, of) => {
                Self::Count(*least, of.iter().map(|index| index + by).collect())
            }
        }
    }

    /// Whether it may hold, given what is known of each search; None: it depends.
    pub fn outlook(&self, search: &dyn Fn(usize) -> Option<bool>) -> Option<bool> {
        match self {
            Self::Search(index) => search(*index),
            Self::Not(inner) => inner.outlook(search).map(|known| !known),
            Self::All(parts) => every(parts.iter().map(|part| part.outlook(search))),
            Self::Any(parts) => every(
                parts
                    .iter()
                    .map(|part| part.outlook(search).map(|known| !known)),
            )
            .map(|known| !known),
            Self::Count(least, of) => {
                let known: Vec<Option<bool>> = of.iter().map(|index| search(*index)).collect();
                let sure = known.iter().filter(|one| **one == Some(true)).count();
                let possible = known.iter().filter(|one| **one != Some(false)).count();
                if sure >= *least {
                    Some(true)
                } else if possible < *least {
                    Some(false)
                } else {
                    None
                }
            }
        }
    }
}

/// Kleene's "and".
pub(super) fn every(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["selection_a", "selection_b", "filter", "_hidden"];

    fn names() -> Vec<String> {
        NAMES.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn conditions_hold_as_the_specification_says() {
        // Condition, the searches that hold, whether it holds.
        for (text, held, expected) in [
            ("selection_a", "a", true),
            ("selection_a and selection_b", "a", false),
            ("selection_a or selection_b", "b", true),
            ("not selection_a", "b", true),
            ("not selection_a and selection_b", "b", true),
            ("not (selection_a and selection_b)", "ab", false),
            ("selection_a or selection_b and filter", "a", true),
            ("(selection_a or selection_b) and filter", "a", false),
            ("1 of selection_*", "b", true),
            ("all of selection_*", "b", false),
            ("all of selection_* and not filter", "ab", true),
            ("all of selection_* and not filter", "abf", false),
            ("1 of them", "h", false),
            ("all of them", "abf", true),
            ("2 of them", "af", true),
            ("2 of them", "f", false),
            ("any of them", "f", true),
            ("1 of *ction*b", "b", true),
            ("ALL OF selection_* AND NOT filter", "ab", true),
            ("not not selection_a", "a", true),
            ("1 of selection_* and not 1 of filter*", "bf", false),
        ] {
            let condition = read(text, &names(), 1).unwrap();
            let letters = ["a", "b", "f", "h"];
            let holds = condition.holds(&mut |index| held.contains(letters[index]));
            assert_eq!(holds, expected, "{text} with {held}");
            let known = condition.outlook(&|index| Some(held.contains(letters[index])));
            assert_eq!(known, Some(expected), "{text} with {held}");
        }
    }

    #[test]
    fn wrong_conditions_are_refused() {
        let deep = "(".repeat(100) + "filter" + &")".repeat(100);
        let nots = "not ".repeat(100_000) + "filter";
        for text in [
            "",
            "and",
            "filter and",
            "filter filter",
            "(filter",
            "filter)",
            "nothing",
            "1 of nothing*",
            "0 of them",
            "some of them",
            "1 of",
            "filter | count() > 5",
            &deep,
            &nots,
        ] {
            assert!(read(text, &names(), 1).is_err(), "{}", shown(text));
        }
    }
}
