//! Perl-compatible expressions, bounded.

use crate::limits::{PCRE_MATCH_LIMIT, PCRE_SUBJECT_BYTES_MAX};
use crate::rule::ast::{Pcre, PcreFlags};
use pcre2::bytes::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// An expression of a rule. Machine code is made for it when it is first asked: of tens of thousands of rules few ever
/// are, and the code of all would take a hundred megabytes and a second.
#[derive(Debug)]
pub(crate) struct Expression {
    text: Box<str>,
    flags: PcreFlags,
    /// Groups that have a name, by number.
    names: Box<[(usize, Box<str>)]>,
    ready: OnceLock<Option<Box<Regex>>>,
}

impl Expression {
    /// From the tree.
    ///
    /// # Errors
    /// What PCRE2 says of an expression that it does not understand.
    pub fn new(pcre: &Pcre) -> Result<Self, String> {
        Self::from_parts(&pcre.pattern, pcre.flags)
    }

    /// From bytes and flags. See [`Self::new`].
    pub fn from_parts(pattern: &[u8], flags: PcreFlags) -> Result<Self, String> {
        let text = source(pattern, flags).into_boxed_str();
        let regex = builder(flags)
            .build(&text)
            .map_err(|error| error.to_string())?;
        let names = regex.capture_names().iter().enumerate();
        let names = names.filter_map(|(group, name)| Some((group, name.as_deref()?.into())));
        Ok(Self {
            names: names.collect(),
            text,
            flags,
            ready: OnceLock::new(),
        })
    }

    /// First match in `bytes`; None as well when a limit is reached.
    pub fn find(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        let bytes = bytes.get(..PCRE_SUBJECT_BYTES_MAX).unwrap_or(bytes);
        let found = self.regex()?.find(bytes).ok()??;
        Some((found.start(), found.end()))
    }

    /// The groups of these numbers in the first match.
    pub fn groups<'a>(&self, bytes: &'a [u8], numbers: &[usize]) -> Vec<Option<&'a [u8]>> {
        let bytes = bytes.get(..PCRE_SUBJECT_BYTES_MAX).unwrap_or(bytes);
        let found = self.regex().map(|regex| regex.captures(bytes));
        let Some(Ok(Some(captures))) = found else {
            return Vec::new();
        };
        numbers
            .iter()
            .map(|number| captures.get(*number).map(|group| group.as_bytes()))
            .collect()
    }

    /// Groups that have a name, by number.
    pub fn group_names(&self) -> impl Iterator<Item = (usize, &str)> {
        self.names.iter().map(|(group, name)| (*group, &**name))
    }

    /// First capture group of the first match.
    pub fn capture<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let bytes = bytes.get(..PCRE_SUBJECT_BYTES_MAX).unwrap_or(bytes);
        let captures = self.regex()?.captures(bytes).ok()??;
        captures.get(1).map(|group| group.as_bytes())
    }

    /// Always there, because the same text was understood before.
    fn regex(&self) -> Option<&Regex> {
        let make = || {
            let regex = builder(self.flags).jit_if_available(true).build(&self.text);
            regex.ok().map(Box::new)
        };
        self.ready.get_or_init(make).as_deref()
    }
}

fn builder(flags: PcreFlags) -> RegexBuilder {
    let mut builder = RegexBuilder::new();
    builder
        .caseless(flags.caseless)
        .dotall(flags.dot_all)
        .multi_line(flags.multiline)
        .extended(flags.extended)
        .utf(false)
        .ucp(false);
    builder
}

/// The expression as PCRE2 takes it: limits in front, bytes above ASCII as escapes, flags without a setting of
/// their own as syntax.
fn source(pattern: &[u8], flags: PcreFlags) -> String {
    use std::fmt::Write as _;
    let mut body = String::with_capacity(pattern.len());
    for byte in pattern {
        if byte.is_ascii() {
            body.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(body, "\\x{byte:02x}");
        }
    }
    if flags.dollar_end_only && !flags.multiline && body.ends_with('$') && !body.ends_with("\\$") {
        body.pop();
        body.push_str("\\z");
    }
    let mut text = format!("(*LIMIT_MATCH={PCRE_MATCH_LIMIT})(*LIMIT_DEPTH={PCRE_MATCH_LIMIT})");
    // Verbs of the rule itself must stay at the front.
    while body.starts_with("(*")
        && let Some(end) = body.find(')')
        && !body.starts_with("(*LIMIT")
    {
        let rest = body.split_off(end.saturating_add(1));
        text.push_str(&body);
        body = rest;
    }
    if flags.ungreedy {
        text.push_str("(?U)");
    }
    if flags.anchored {
        // The line end keeps a comment of an extended pattern from swallowing the bracket.
        let close = if flags.extended { "\n)" } else { ")" };
        let _ = write!(text, "\\A(?:{body}{close}");
    } else {
        text.push_str(&body);
    }
    text
}
