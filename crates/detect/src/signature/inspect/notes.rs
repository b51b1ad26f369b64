//! What is taken down while a rule is asked: numbers that later steps use, and what goes into its alert.

use crate::limits::{CAPTURED_BYTES_MAX, NOTES_PER_MATCH_MAX, WATCHED_BYTES_MAX};
use crate::rule::ast::DatasetCommand;
use crate::signature::named::NamedValues;
use crate::signature::program::{Capture, ChainStep, SharedSet, Step};
use crate::signature::watch::NearMiss;
use std::sync::Arc;

/// Notes of one rule, kept over its buffers.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Numbers that the rule has extracted.
    pub numbers: Vec<i64>,
    /// What goes into the alert, or is judged with it.
    pub marks: Vec<Mark>,
    /// Numbers whose order of bytes the protocol says have their high byte first.
    pub high_byte_first: bool,
    /// Entropy of each buffer that was measured, whatever came of it.
    pub entropies: NamedValues<&'static str, f64, NOTES_PER_MATCH_MAX>,
    /// Whether it is to be noted how far the rule comes.
    pub watched: bool,
    /// How far the rule came in the buffer that it failed in, and where the steps of that buffer lie.
    pub near: Option<(usize, NearMiss)>,
}

/// One thing taken down.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// A group of an expression.
    Captured(Arc<Capture>, Vec<u8>),
    /// A value that a set which rules change has to be asked about.
    Asked(Arc<SharedSet>, DatasetCommand, Vec<u8>),
}

impl Notes {
    /// Forgets all, and makes room for so many numbers.
    pub fn restart(&mut self, numbers: usize) {
        self.numbers.clear();
        self.numbers.resize(numbers, 0);
        self.marks.clear();
        self.high_byte_first = false;
        self.near = None;
    }

    /// The buffer of these steps is not there.
    pub fn no_buffer(&mut self, steps: &[ChainStep]) {
        if self.watched {
            let near = NearMiss {
                missing: true,
                ..NearMiss::default()
            };
            self.near = Some((steps.as_ptr().addr(), near));
        }
    }

    /// A buffer failed at a step. Of several instances of one buffer that which came furthest is kept.
    pub fn failed(&mut self, steps: &[ChainStep], step: usize, cursor: usize, bytes: &[u8]) {
        let place = steps.as_ptr().addr();
        let is_nearer = match &self.near {
            Some((known, near)) => *known != place || near.missing || step > near.step,
            None => true,
        };
        if !is_nearer {
            return;
        }
        let counts_from_cursor = match steps.get(step).map(|step| &step.step) {
            Some(Step::Content(content)) => content.is_relative(),
            Some(Step::Pcre { relative, .. } | Step::IsDataAt { relative, .. }) => *relative,
            Some(Step::ByteTest(test)) => test.relative,
            Some(Step::ByteJump(jump)) => jump.relative,
            Some(Step::ByteExtract(extract)) => extract.relative,
            Some(Step::ByteMath(math)) => math.relative,
            _ => false,
        };
        let start = if counts_from_cursor { cursor } else { 0 };
        let start = start.min(bytes.len());
        let rest = bytes.get(start..).unwrap_or(&[]);
        let near = NearMiss {
            chain: 0,
            step,
            missing: false,
            length: bytes.len(),
            cursor,
            excerpt: rest.get(..WATCHED_BYTES_MAX).unwrap_or(rest).to_vec(),
            excerpt_start: start,
        };
        self.near = Some((place, near));
    }

    /// Takes something down, within the limit.
    pub fn add(&mut self, mark: Mark) {
        if self.marks.len() < NOTES_PER_MATCH_MAX {
            self.marks.push(mark);
        }
    }

    /// Takes down a group of an expression.
    pub fn capture(&mut self, capture: &Arc<Capture>, bytes: &[u8]) {
        let kept = bytes.get(..CAPTURED_BYTES_MAX).unwrap_or(bytes);
        self.add(Mark::Captured(Arc::clone(capture), kept.to_vec()));
    }

    /// Takes down how even the bytes of a buffer are spread.
    pub fn entropy(&mut self, buffer: &'static str, bits: f64) {
        self.entropies.set(buffer, bits);
    }
}
