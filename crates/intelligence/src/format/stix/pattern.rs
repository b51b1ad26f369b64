//! STIX patterns (STIX 2.1, section 9), as far as one observation decides: comparisons joined by AND and OR.
//!
//! A pattern becomes the ways to fulfil it, each a list of comparisons that hold together (disjunctive normal form).
//! What those mean for lists of indicators stands in [`super::ways`].

use super::tokens::{Token, tokens};
use super::ways::{Atom, entry_of};
use crate::limits::{PATTERN_DEPTH_MAX, PATTERN_WAYS_MAX};
use crate::report::Reason;

/// What is wrong with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternFault {
    TooLong,
    TooDeep,
    TooManyWays,
    Unclosed,
    Sign(char),
    Path,
    /// Something else was expected here: a comparison, a bracket, a constant.
    Expected(&'static str),
}

impl std::fmt::Display for PatternFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong => f.write_str("the pattern is too long"),
            Self::TooDeep => f.write_str("too many brackets within brackets"),
            Self::TooManyWays => f.write_str("too many alternatives"),
            Self::Unclosed => f.write_str("a quotation mark is missing"),
            Self::Sign(sign) => write!(f, "unexpected {sign:?}"),
            Self::Path => f.write_str("a path is missing after a colon"),
            Self::Expected(what) => write!(f, "expected {what}"),
        }
    }
}

/// What a pattern gives for lists of indicators.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// As they would stand in a plain list.
    pub(crate) entries: Vec<String>,
    /// Why other parts of the pattern give none.
    pub(crate) left_out: Option<Reason>,
}

/// Ways to fulfil an expression: any of these lists of comparisons, each as a whole.
type Ways = Vec<Vec<Atom>>;

/// The entries of a pattern.
pub(crate) fn entries_of(pattern: &str) -> Result<Entries, PatternFault> {
    let tokens = tokens(pattern)?;
    let mut parser = Parser {
        tokens: &tokens,
        place: 0,
        depth: 0,
    };
    let observed = parser.followed()?;
    if parser.place < tokens.len() {
        return Err(PatternFault::Expected("the end of the pattern"));
    }
    let mut found = Entries::default();
    for observation in observed {
        // Several observations together, or one that is to be repeated or at a time.
        let Observed::Single(ways) = observation else {
            found.left_out = Some(Reason::SeveralAtOnce);
            continue;
        };
        for way in ways {
            match entry_of(&way) {
                Ok(entry) if found.entries.contains(&entry) => {}
                Ok(entry) => found.entries.push(entry),
                Err(reason) => found.left_out = Some(reason),
            }
        }
    }
    Ok(found)
}

/// One of the alternatives of a pattern.
enum Observed {
    Single(Ways),
    /// It takes more than one observation.
    Several,
}

struct Parser<'a> {
    tokens: &'a [Token],
    place: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.place)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.place).cloned();
        self.place = self.place.saturating_add(1);
        token
    }

    fn has_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(text)) if text == word);
        self.place = self.place.saturating_add(usize::from(found));
        found
    }

    fn has(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.place = self.place.saturating_add(usize::from(found));
        found
    }

    fn enter(&mut self) -> Result<(), PatternFault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > PATTERN_DEPTH_MAX {
            return Err(PatternFault::TooDeep);
        }
        Ok(())
    }

    fn followed(&mut self) -> Result<Vec<Observed>, PatternFault> {
        let mut found = self.any_observed()?;
        while self.has_word("FOLLOWEDBY") {
            self.any_observed()?;
            found = vec![Observed::Several];
        }
        Ok(found)
    }

    fn any_observed(&mut self) -> Result<Vec<Observed>, PatternFault> {
        let mut found = self.all_observed()?;
        while self.has_word("OR") {
            found.extend(self.all_observed()?);
        }
        Ok(found)
    }

    fn all_observed(&mut self) -> Result<Vec<Observed>, PatternFault> {
        let mut found = self.observed()?;
        while self.has_word("AND") {
            self.observed()?;
            found = vec![Observed::Several];
        }
        Ok(found)
    }

    fn observed(&mut self) -> Result<Vec<Observed>, PatternFault> {
        self.enter()?;
        let mut found = if self.has(&Token::Open) {
            let found = self.followed()?;
            if !self.has(&Token::Close) {
                return Err(PatternFault::Expected("a closing bracket"));
            }
            found
        } else {
            if !self.has(&Token::Begin) {
                return Err(PatternFault::Expected("an observation in square brackets"));
            }
            let ways = self.any()?;
            if !self.has(&Token::End) {
                return Err(PatternFault::Expected(
                    "AND, OR or a closing square bracket",
                ));
            }
            vec![Observed::Single(ways)]
        };
        self.depth = self.depth.saturating_sub(1);
        if self.qualified()? {
            found = vec![Observed::Several];
        }
        Ok(found)
    }

    /// `WITHIN 5 SECONDS` says nothing about a single observation; the others do.
    fn qualified(&mut self) -> Result<bool, PatternFault> {
        let mut narrows = false;
        loop {
            if self.has_word("WITHIN") {
                self.take();
                if !self.has_word("SECONDS") {
                    return Err(PatternFault::Expected("SECONDS"));
                }
            } else if self.has_word("REPEATS") {
                narrows |= self.take() != Some(Token::Word("1".to_owned()));
                if !self.has_word("TIMES") {
                    return Err(PatternFault::Expected("TIMES"));
                }
            } else if self.has_word("START") {
                narrows = true;
                self.take();
                if !self.has_word("STOP") {
                    return Err(PatternFault::Expected("STOP"));
                }
                self.take();
            } else {
                return Ok(narrows);
            }
        }
    }

    fn any(&mut self) -> Result<Ways, PatternFault> {
        let mut ways = self.all()?;
        while self.has_word("OR") {
            ways.extend(self.all()?);
            if ways.len() > PATTERN_WAYS_MAX {
                return Err(PatternFault::TooManyWays);
            }
        }
        Ok(ways)
    }

    fn all(&mut self) -> Result<Ways, PatternFault> {
        let mut ways = self.one()?;
        while self.has_word("AND") {
            let others = self.one()?;
            let atoms = |ways: &Ways| ways.iter().map(Vec::len).sum::<usize>();
            let size = ways
                .len()
                .saturating_mul(others.len())
                .saturating_add(atoms(&ways).saturating_mul(others.len()));
            if size > PATTERN_WAYS_MAX {
                return Err(PatternFault::TooManyWays);
            }
            let join = |one: &Vec<Atom>, other: &Vec<Atom>| [one.clone(), other.clone()].concat();
            ways = ways
                .iter()
                .flat_map(|one| others.iter().map(move |other| join(one, other)))
                .collect();
        }
        Ok(ways)
    }

    fn one(&mut self) -> Result<Ways, PatternFault> {
        if self.has(&Token::Open) {
            self.enter()?;
            let ways = self.any()?;
            self.depth = self.depth.saturating_sub(1);
            if !self.has(&Token::Close) {
                return Err(PatternFault::Expected("a closing bracket"));
            }
            return Ok(ways);
        }
        if self.has_word("EXISTS") {
            return match self.take() {
                Some(Token::Path(object, path)) => Ok(vec![vec![Atom::narrowing(object, path)]]),
                _ => Err(PatternFault::Expected("a path")),
            };
        }
        let Some(Token::Path(object, path)) = self.take() else {
            return Err(PatternFault::Expected(
                "a comparison such as ipv4-addr:value = '...'",
            ));
        };
        self.comparison(object, path)
    }

    fn comparison(&mut self, object: String, path: String) -> Result<Ways, PatternFault> {
        let mut negated = self.has_word("NOT");
        let atom = |value: String, kind| Atom {
            object: object.clone(),
            path: path.clone(),
            value,
            kind,
        };
        use super::ways::Comparison::{Equal, Like, Other, Subset};
        let kind = match self.take() {
            Some(Token::Compare(sign)) => match sign.as_str() {
                "=" => Equal,
                "!=" => {
                    negated = true;
                    Equal
                }
                "<" | ">" | "<=" | ">=" => Other,
                _ => return Err(PatternFault::Expected("=, !=, <, >, <= or >=")),
            },
            Some(Token::Word(word)) => match word.as_str() {
                "IN" => {
                    let kind = if negated { Other } else { Equal };
                    let values = self.set()?;
                    let ways = values.into_iter().map(|value| vec![atom(value, kind)]);
                    return Ok(ways.collect());
                }
                "LIKE" => Like,
                "ISSUBSET" => Subset,
                "MATCHES" | "ISSUPERSET" => Other,
                _ => return Err(PatternFault::Expected("a way to compare")),
            },
            _ => return Err(PatternFault::Expected("a way to compare")),
        };
        let value = self.constant()?;
        Ok(vec![vec![atom(value, if negated { Other } else { kind })]])
    }

    fn constant(&mut self) -> Result<String, PatternFault> {
        match self.take() {
            Some(Token::Text(text) | Token::Word(text)) => Ok(text),
            _ => Err(PatternFault::Expected("a constant")),
        }
    }

    fn set(&mut self) -> Result<Vec<String>, PatternFault> {
        if !self.has(&Token::Open) {
            return Err(PatternFault::Expected("a set in brackets"));
        }
        let mut values = Vec::new();
        loop {
            values.push(self.constant()?);
            if self.has(&Token::Close) {
                return Ok(values);
            }
            if !self.has(&Token::Comma) {
                return Err(PatternFault::Expected("a comma or a closing bracket"));
            }
            if values.len() > PATTERN_WAYS_MAX {
                return Err(PatternFault::TooManyWays);
            }
        }
    }
}
