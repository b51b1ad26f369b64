//! An automaton: slower than the others, but as quick on all bytes and all patterns; and the oracle in tests.

use crate::{CompileError, Pattern};
use aho_corasick::{AhoCorasick, AhoCorasickKind};

pub(crate) struct Automaton {
    exact: Option<(AhoCorasick, Vec<u32>)>,
    caseless: Option<(AhoCorasick, Vec<u32>)>,
}

impl Automaton {
    pub(crate) fn compile(patterns: &[Pattern<'_>]) -> Result<Self, CompileError> {
        Ok(Self {
            exact: half(patterns, false)?,
            caseless: half(patterns, true)?,
        })
    }

    pub(crate) fn scan(&self, bytes: &[u8], hits: &mut Vec<u32>) {
        for (automaton, numbers) in [&self.exact, &self.caseless].into_iter().flatten() {
            for found in automaton.find_overlapping_iter(bytes) {
                if let Some(number) = numbers.get(found.pattern().as_usize())
                    && hits.last() != Some(number)
                {
                    hits.push(*number);
                }
                // A pattern of one byte may hit at every place: keep the list short.
                if hits.len() >= 4096 {
                    hits.sort_unstable();
                    hits.dedup();
                }
            }
        }
    }
}

type Half = Option<(AhoCorasick, Vec<u32>)>;

fn half(patterns: &[Pattern<'_>], caseless: bool) -> Result<Half, CompileError> {
    let mut numbers = Vec::new();
    let mut bytes = Vec::new();
    for (number, pattern) in (0_u32..).zip(patterns) {
        if pattern.caseless == caseless {
            numbers.push(number);
            bytes.push(pattern.bytes);
        }
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(caseless)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(bytes)
        .map_err(|error| CompileError::Backend(error.to_string()))?;
    Ok(Some((automaton, numbers)))
}
