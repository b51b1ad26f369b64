//! Whether a buffer satisfies what one rule wants of it, in order, trying later places where a first one fails.

use super::notes::{Mark, Notes};
use super::{number, remote};
use crate::limits::INSPECTION_STEPS_MAX;
use crate::rule::ast::{JumpOrigin, MathOperator, NumberFormat, TestOperator};
use crate::signature::inspect::regex::Expression;
use crate::signature::program::{
    ByteExtractStep, ByteJumpStep, ByteMathStep, ByteTestStep, Capture, ChainStep, ContentStep,
    Operand, Step,
};
use std::sync::Arc;

/// How a stretch of steps went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Matched,
    /// Another place of an earlier step may still do it.
    Failed,
    /// Whatever place earlier steps take, it will not match.
    Hopeless,
}

/// Whether `bytes` satisfy `steps`. What they give is noted.
pub(crate) fn matches(steps: &[ChainStep], bytes: &[u8], notes: &mut Notes) -> bool {
    let mut run = Run {
        bytes,
        notes,
        budget: INSPECTION_STEPS_MAX,
        places: None,
        count: steps.len(),
        furthest: None,
    };
    let matched = run.steps(steps, 0) == Outcome::Matched;
    if let Some((step, cursor)) = run.furthest.filter(|_| !matched && notes.watched) {
        notes.failed(steps, step, cursor, bytes);
    }
    matched
}

/// Where contents and expressions were found in bytes that satisfy the steps: start and end, in the order of steps.
/// `variables` is how many numbers the rule extracts.
pub(crate) fn places(steps: &[ChainStep], bytes: &[u8], variables: usize) -> Vec<(usize, usize)> {
    let mut notes = Notes::default();
    notes.restart(variables);
    let mut run = Run {
        bytes,
        notes: &mut notes,
        budget: INSPECTION_STEPS_MAX,
        places: Some(Vec::new()),
        count: steps.len(),
        furthest: None,
    };
    match run.steps(steps, 0) {
        Outcome::Matched => run.places.unwrap_or_default(),
        Outcome::Failed | Outcome::Hopeless => Vec::new(),
    }
}

struct Run<'a> {
    bytes: &'a [u8],
    notes: &'a mut Notes,
    budget: u32,
    /// Where something was found, if anybody wants to know.
    places: Option<Vec<(usize, usize)>>,
    /// Steps in all.
    count: usize,
    /// The furthest step begun, and where, while the rule is followed.
    furthest: Option<(usize, usize)>,
}

impl Run<'_> {
    fn found(&mut self, start: usize, end: usize) {
        if let Some(places) = &mut self.places {
            places.push((start, end));
        }
    }

    /// Another place is tried: what was found after so many does not count.
    fn unfound(&mut self, kept: usize) {
        if let Some(places) = &mut self.places {
            places.truncate(kept);
        }
    }

    fn found_count(&self) -> usize {
        self.places.as_ref().map_or(0, Vec::len)
    }

    /// `cursor` is the end of the previous match.
    fn steps(&mut self, mut steps: &[ChainStep], mut cursor: usize) -> Outcome {
        while let Some((ChainStep { step, retry }, rest)) = steps.split_first() {
            let Some(left) = self.budget.checked_sub(1) else {
                return Outcome::Hopeless;
            };
            self.budget = left;
            if self.notes.watched {
                self.reach(steps.len(), cursor);
            }
            match step {
                Step::Content(content) if !content.negated => {
                    if *retry {
                        return self.content_places(content, rest, cursor);
                    }
                    match self.find(content, cursor, 0) {
                        Some((start, end)) => {
                            self.found(start, end);
                            cursor = end;
                        }
                        None => return content_failure(content),
                    }
                }
                Step::Pcre {
                    expression,
                    negated: false,
                    relative,
                    captures,
                } => {
                    let base = if *relative { cursor } else { 0 };
                    let Some(area) = self.bytes.get(base..) else {
                        return Outcome::Failed;
                    };
                    if *retry {
                        return self.pcre_places(step, rest, base);
                    }
                    match expression.find(area) {
                        Some((start, end)) => {
                            self.note_groups(expression, captures, area);
                            cursor = base.saturating_add(end);
                            self.found(base.saturating_add(start), cursor);
                        }
                        None if *relative => return Outcome::Failed,
                        None => return Outcome::Hopeless,
                    }
                }
                other => match self.simple(other, cursor) {
                    Ok(moved) => cursor = moved,
                    Err(outcome) => return outcome,
                },
            }
            steps = rest;
        }
        Outcome::Matched
    }

    /// A step is begun, with so many left.
    fn reach(&mut self, left: usize, cursor: usize) {
        let step = self.count.saturating_sub(left);
        if self.furthest.is_none_or(|(known, _)| step > known) {
            self.furthest = Some((step, cursor));
        }
    }

    /// Tries every place of a content until the rest matches.
    fn content_places(
        &mut self,
        content: &ContentStep,
        rest: &[ChainStep],
        cursor: usize,
    ) -> Outcome {
        let mut from = 0;
        let mut failure = content_failure(content);
        let noted = self.notes.marks.len();
        let places = self.found_count();
        while let Some((start, end)) = self.find(content, cursor, from) {
            self.notes.marks.truncate(noted);
            self.unfound(places);
            self.found(start, end);
            match self.steps(rest, end) {
                Outcome::Failed => {}
                decided => return decided,
            }
            // It was there, only what follows was not: an earlier step's other place may help.
            failure = Outcome::Failed;
            if self.budget == 0 {
                return Outcome::Hopeless;
            }
            from = start.saturating_add(1);
        }
        failure
    }

    /// The same for an expression.
    fn pcre_places(&mut self, step: &Step, rest: &[ChainStep], base: usize) -> Outcome {
        let Step::Pcre {
            expression,
            captures,
            ..
        } = step
        else {
            return Outcome::Failed;
        };
        let mut from = base;
        let noted = self.notes.marks.len();
        let places = self.found_count();
        loop {
            let Some((start, end)) = self
                .bytes
                .get(from..)
                .and_then(|area| expression.find(area))
            else {
                return Outcome::Failed;
            };
            self.notes.marks.truncate(noted);
            self.unfound(places);
            self.found(from.saturating_add(start), from.saturating_add(end));
            if let Some(area) = self.bytes.get(from..) {
                self.note_groups(expression, captures, area);
            }
            match self.steps(rest, from.saturating_add(end)) {
                Outcome::Failed => {}
                decided => return decided,
            }
            let Some(left) = self.budget.checked_sub(20) else {
                return Outcome::Hopeless;
            };
            self.budget = left;
            from = from.saturating_add(start).saturating_add(1);
        }
    }

    /// A step that has only one way to match: where the cursor stands then.
    fn simple(&mut self, step: &Step, cursor: usize) -> Result<usize, Outcome> {
        let (holds, relative) = match step {
            Step::Content(content) => (
                self.find(content, cursor, 0).is_none(),
                content.is_relative(),
            ),
            Step::Pcre {
                expression,
                relative,
                ..
            } => {
                let base = if *relative { cursor } else { 0 };
                let found = self
                    .bytes
                    .get(base..)
                    .and_then(|area| expression.find(area));
                (found.is_none(), *relative)
            }
            Step::IsDataAt {
                position,
                negated,
                relative,
            } => {
                // Absolute positions are of a byte that must be there, relative ones may be the very end.
                let base = if *relative { signed(cursor) } else { 1 };
                let wanted = self.value(*position).saturating_add(base);
                ((wanted <= signed(self.bytes.len())) != *negated, *relative)
            }
            Step::Size(comparison) => (comparison.accepts(self.bytes.len() as u64), false),
            Step::ByteTest(test) => (self.byte_test(test, cursor), test.relative),
            Step::ByteJump(jump) => return self.byte_jump(jump, cursor).ok_or(Outcome::Failed),
            Step::ByteExtract(extract) => {
                return self.byte_extract(extract, cursor).ok_or(Outcome::Failed);
            }
            Step::ByteMath(math) => return self.byte_math(math, cursor).ok_or(Outcome::Failed),
            Step::Base64 { decode, inner } => {
                let base = if decode.relative { cursor } else { 0 };
                (self.base64(decode, inner, base), decode.relative)
            }
            Step::Entropy(entropy, buffer) => {
                let start = usize::try_from(entropy.offset).unwrap_or(usize::MAX);
                let area = self.bytes.get(start..).unwrap_or(&[]);
                let count = entropy
                    .bytes
                    .and_then(|count| usize::try_from(count).ok())
                    .unwrap_or(area.len());
                let area = area.get(..count).unwrap_or(area);
                let bits = number::entropy(area);
                if !area.is_empty() {
                    self.notes.entropy(buffer, bits);
                }
                (
                    !area.is_empty() && entropy.comparison.accepts_ordered(bits).unwrap_or(false),
                    false,
                )
            }
            Step::Dataset { set, negated } => (set.contains_key(self.bytes) != *negated, false),
            Step::SharedDataset { set, command } => {
                // The set is asked when the alert is judged, in the order of packets.
                let value = self.bytes.to_vec();
                self.notes
                    .add(Mark::Asked(Arc::clone(set), *command, value));
                (true, false)
            }
            Step::Asn1(asn1) => (super::asn1::is_odd(asn1, self.bytes, cursor), false),
            Step::Reputation { set, comparison } => {
                let score = set.get(self.bytes);
                (score.is_some_and(|score| comparison.accepts(*score)), false)
            }
            Step::Interface(interface) => (remote::is_interface(self.bytes, interface), false),
            Step::Modbus(test) => (test.accepts(self.bytes), false),
            Step::Operations(ranges) => (remote::is_operation(self.bytes, ranges), false),
            Step::Words(words) => (
                words
                    .iter()
                    .all(|(word, negated)| !negated || !word.eq_ignore_ascii_case(self.bytes))
                    && (words.iter().all(|(_, negated)| *negated)
                        || words.iter().any(|(word, negated)| {
                            !negated && word.eq_ignore_ascii_case(self.bytes)
                        })),
                false,
            ),
        };
        match (holds, relative || self.uses_variables(step)) {
            (true, _) => Ok(cursor),
            (false, true) => Err(Outcome::Failed),
            (false, false) => Err(Outcome::Hopeless),
        }
    }

    fn uses_variables(&self, step: &Step) -> bool {
        let variable = |operand: &Operand| matches!(operand, Operand::Variable(_));
        match step {
            Step::Content(content) => has_variable(content),
            Step::IsDataAt { position, .. } => variable(position),
            Step::ByteTest(test) => [test.count, test.value, test.offset].iter().any(variable),
            Step::Base64 { .. } => true,
            _ => false,
        }
    }

    /// First place of a content at or after `from`, within its bounds: start and end.
    fn find(&self, content: &ContentStep, cursor: usize, from: usize) -> Option<(usize, usize)> {
        let length = signed(self.bytes.len());
        let (low, high) = if content.is_relative() {
            let low = signed(cursor).saturating_add(self.value_of(content.distance));
            let high = match content.within {
                Some(within) => low.saturating_add(self.value(within)),
                None => length,
            };
            (low, high)
        } else {
            let low = self.value_of(content.offset);
            let high = match content.depth {
                Some(depth) => low.saturating_add(self.value(depth)),
                None => length,
            };
            (low, high)
        };
        let size = content.needle.len();
        let low = usize::try_from(low.max(0)).ok()?.max(from);
        let high = usize::try_from(high.min(length)).ok()?;
        if content.ends {
            let start = self.bytes.len().checked_sub(size)?;
            let area = self.bytes.get(start..)?;
            let inside = start >= low && high == self.bytes.len();
            return (inside && content.needle.is(area)).then_some((start, self.bytes.len()));
        }
        let area = self.bytes.get(low..high)?;
        let start = low.checked_add(content.needle.find(area)?)?;
        Some((start, start.checked_add(size)?))
    }

    /// How a number is written, where the rule leaves that to the protocol.
    const fn order(&self, format: NumberFormat) -> NumberFormat {
        match format {
            NumberFormat::Dce if self.notes.high_byte_first => NumberFormat::Big,
            NumberFormat::Dce => NumberFormat::Little,
            format => format,
        }
    }

    fn byte_test(&self, test: &ByteTestStep, cursor: usize) -> bool {
        let base = if test.relative { signed(cursor) } else { 0 };
        let start = base.saturating_add(self.value(test.offset));
        let Some((raw, _)) = number::read(
            self.bytes,
            start,
            self.value(test.count),
            self.order(test.format),
        ) else {
            return false;
        };
        let left = number::masked(raw, test.bitmask);
        let right = self.value(test.value) as u64;
        let holds = match test.operator {
            TestOperator::Less => left < right,
            TestOperator::Greater => left > right,
            TestOperator::Equal => left == right,
            TestOperator::LessOrEqual => left <= right,
            TestOperator::GreaterOrEqual => left >= right,
            TestOperator::And => left & right != 0,
            TestOperator::Xor => left ^ right != 0,
        };
        holds != test.negated
    }

    fn byte_jump(&self, jump: &ByteJumpStep, cursor: usize) -> Option<usize> {
        let base = if jump.relative { signed(cursor) } else { 0 };
        let start = base.checked_add(self.value(jump.offset))?;
        let count = self.value(jump.count);
        let (value, used) = if count == 0 {
            (0, 0)
        } else {
            number::read(self.bytes, start, count, self.order(jump.format))?
        };
        let mut value = number::masked(value, jump.bitmask).checked_mul(jump.multiplier.into())?;
        if jump.align {
            value = number::aligned(value, 4);
        }
        let value = i64::try_from(value).ok()?;
        let origin = match jump.origin {
            JumpOrigin::Here => start.checked_add(i64::try_from(used).ok()?)?,
            JumpOrigin::Beginning => 0,
            JumpOrigin::End => signed(self.bytes.len()),
        };
        let target = origin
            .checked_add(value)?
            .checked_add(self.value(jump.post_offset))?;
        // Before the beginning is the beginning.
        let target = usize::try_from(target.max(0)).ok()?;
        (target <= self.bytes.len()).then_some(target)
    }

    fn byte_extract(&mut self, extract: &ByteExtractStep, cursor: usize) -> Option<usize> {
        let base = if extract.relative { signed(cursor) } else { 0 };
        let start = base.checked_add(extract.offset)?;
        let (raw, used) =
            number::read(self.bytes, start, extract.count, self.order(extract.format))?;
        let mut value =
            number::masked(raw, extract.bitmask).checked_mul(extract.multiplier.into())?;
        if let Some(align) = extract.align {
            value = number::aligned(value, align.into());
        }
        self.keep(extract.variable, i64::try_from(value).ok()?)?;
        usize::try_from(start.checked_add(i64::try_from(used).ok()?)?).ok()
    }

    fn byte_math(&mut self, math: &ByteMathStep, cursor: usize) -> Option<usize> {
        let base = if math.relative { signed(cursor) } else { 0 };
        let start = base.checked_add(self.value(math.offset))?;
        let (left, used) = number::read(
            self.bytes,
            start,
            self.value(math.count),
            self.order(math.format),
        )?;
        let right = self.value(math.operand) as u64;
        let shift = u32::try_from(right).ok();
        let value = match math.operator {
            MathOperator::Add => left.wrapping_add(right),
            MathOperator::Subtract => left.wrapping_sub(right),
            MathOperator::Multiply => left.wrapping_mul(right),
            MathOperator::Divide => left.checked_div(right)?,
            MathOperator::ShiftLeft => left.checked_shl(shift?).unwrap_or(0),
            MathOperator::ShiftRight => left.checked_shr(shift?).unwrap_or(0),
        };
        // Results are 32 bits wide, and the mask is applied to the result.
        let value = number::masked(value & 0xffff_ffff, math.bitmask);
        self.keep(math.variable, i64::try_from(value).ok()?)?;
        usize::try_from(start.checked_add(i64::try_from(used).ok()?)?).ok()
    }

    fn base64(
        &mut self,
        decode: &crate::rule::ast::Base64Decode,
        inner: &[ChainStep],
        base: usize,
    ) -> bool {
        let start = usize::try_from(decode.offset)
            .ok()
            .and_then(|offset| base.checked_add(offset));
        let Some(text) = start.and_then(|start| self.bytes.get(start..)) else {
            return false;
        };
        let text = match decode.bytes.and_then(|count| usize::try_from(count).ok()) {
            Some(count) => text.get(..count).unwrap_or(text),
            None => text,
        };
        let decoded = super::base64::decode(text, super::base64::Dialect::Stop);
        if decoded.is_empty() {
            return false;
        }
        let mut run = Run {
            bytes: &decoded,
            notes: self.notes,
            budget: self.budget,
            // Of what was decoded nobody sees the places.
            places: None,
            count: inner.len(),
            furthest: None,
        };
        let outcome = run.steps(inner, 0);
        self.budget = run.budget;
        outcome == Outcome::Matched
    }

    /// Takes down the groups of an expression that have names.
    fn note_groups(&mut self, expression: &Expression, captures: &[Arc<Capture>], area: &[u8]) {
        if captures.is_empty() {
            return;
        }
        let groups: Vec<usize> = captures.iter().map(|capture| capture.group).collect();
        for (capture, bytes) in captures.iter().zip(expression.groups(area, &groups)) {
            if let Some(bytes) = bytes {
                self.notes.capture(capture, bytes);
            }
        }
    }

    fn keep(&mut self, variable: usize, value: i64) -> Option<()> {
        *self.notes.numbers.get_mut(variable)? = value;
        Some(())
    }

    fn value(&self, operand: Operand) -> i64 {
        match operand {
            Operand::Number(number) => number,
            Operand::Variable(variable) => self.notes.numbers.get(variable).copied().unwrap_or(0),
        }
    }

    fn value_of(&self, operand: Option<Operand>) -> i64 {
        operand.map_or(0, |operand| self.value(operand))
    }
}

fn has_variable(content: &ContentStep) -> bool {
    [
        content.offset,
        content.depth,
        content.distance,
        content.within,
    ]
    .iter()
    .any(|operand| matches!(operand, Some(Operand::Variable(_))))
}

/// A content at a fixed place that is not there will not be there for another place of an earlier step.
fn content_failure(content: &ContentStep) -> Outcome {
    if content.is_relative() || has_variable(content) {
        Outcome::Failed
    } else {
        Outcome::Hopeless
    }
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
