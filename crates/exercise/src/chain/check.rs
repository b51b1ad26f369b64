//! Whether bytes satisfy a chain: a plain search with backtracking over the places of each match.

use super::{Chain, Link, Pattern, number};
use detect::rule::ast::{Content, JumpOrigin, MathOperator, Value};

/// Steps after which a chain counts as not satisfied.
const STEPS_MAX: usize = 20_000;

pub(super) fn accepts(chain: &Chain, bytes: &[u8]) -> bool {
    let size = bytes.len() as u64;
    if !chain.sizes.iter().all(|test| test.accepts(size)) {
        return false;
    }
    let mut run = Run {
        links: &chain.links,
        bytes,
        steps: 0,
    };
    run.step(0, 0, &mut Variables::default())
}

/// Results of `byte_extract` and `byte_math`.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables(Vec<(String, i64)>);

impl Variables {
    pub(super) fn value(&self, value: &Value) -> Option<i64> {
        match value {
            Value::Number(number) => Some(*number),
            Value::Variable(name) => self
                .0
                .iter()
                .rev()
                .find(|(known, _)| known == name)
                .map(|(_, value)| *value),
        }
    }

    pub(super) fn optional(&self, value: Option<&Value>) -> Option<Option<i64>> {
        match value {
            None => Some(None),
            Some(value) => self.value(value).map(Some),
        }
    }

    pub(super) fn set(&mut self, name: &str, value: i64) {
        self.0.push((name.to_owned(), value));
    }
}

/// The first and one past the last byte of where a content must lie; the end may be open.
pub(super) fn region(
    content: &Content,
    cursor: usize,
    variables: &Variables,
) -> Option<(usize, Option<usize>)> {
    let offset = variables.optional(content.offset.as_ref())?;
    let depth = variables.optional(content.depth.as_ref())?;
    let distance = variables.optional(content.distance.as_ref())?;
    let within = variables.optional(content.within.as_ref())?;
    let (mut from, mut to) = (0_i64, None);
    if content.is_relative() {
        from = (cursor as i64).saturating_add(distance.unwrap_or(0));
        to = within.map(|within| from.saturating_add(within));
        from = from.max(0);
    }
    if let Some(offset) = offset {
        from = from.max(offset);
    }
    if let Some(depth) = depth {
        let end = offset.unwrap_or(0).saturating_add(depth);
        to = Some(to.map_or(end, |to: i64| to.min(end)));
    }
    if content.starts_with {
        to = Some(content.bytes.len() as i64);
    }
    Some((from.max(0) as usize, to.map(|to| to.max(0) as usize)))
}

/// Whether the content stands at this place.
pub(super) fn stands(content: &Content, bytes: &[u8], at: usize) -> bool {
    let Some(here) = bytes.get(at..at + content.bytes.len()) else {
        return false;
    };
    if content.nocase {
        here.eq_ignore_ascii_case(&content.bytes)
    } else {
        here == content.bytes
    }
}

struct Run<'a> {
    links: &'a [Link],
    bytes: &'a [u8],
    steps: usize,
}

impl Run<'_> {
    fn step(&mut self, index: usize, cursor: usize, variables: &mut Variables) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return false;
        }
        let links = self.links;
        let Some(link) = links.get(index) else {
            return true;
        };
        match link {
            Link::Content(content) => self.content(content, index, cursor, variables),
            Link::Pattern(pattern) => self.pattern(pattern, index, cursor, variables),
            _ => match self.move_on(link, cursor, variables) {
                Some(cursor) => self.step(index + 1, cursor, variables),
                None => false,
            },
        }
    }

    fn content(
        &mut self,
        content: &Content,
        index: usize,
        cursor: usize,
        variables: &mut Variables,
    ) -> bool {
        let Some((from, to)) = region(content, cursor, variables) else {
            return false;
        };
        let end = to.unwrap_or(usize::MAX).min(self.bytes.len());
        let last = end.checked_sub(content.bytes.len());
        let places = last.map(|last| from..=last).into_iter().flatten();
        for at in places {
            let here = stands(content, self.bytes, at)
                && (!content.ends_with || at + content.bytes.len() == self.bytes.len());
            if !here {
                continue;
            }
            if content.negated {
                return false;
            }
            if self.step(index + 1, at + content.bytes.len(), variables) {
                return true;
            }
        }
        content.negated && self.step(index + 1, cursor, variables)
    }

    fn pattern(
        &mut self,
        pattern: &Pattern,
        index: usize,
        cursor: usize,
        variables: &mut Variables,
    ) -> bool {
        let base = if pattern.relative { cursor } else { 0 };
        let Some(text) = self.bytes.get(base..) else {
            return pattern.negated && self.step(index + 1, cursor, variables);
        };
        let mut from = 0;
        while let Ok(Some(found)) = pattern.regex.find_at(text, from) {
            if pattern.anchored && found.start() != 0 {
                break;
            }
            if pattern.negated {
                return false;
            }
            if self.step(index + 1, base + found.end(), variables) {
                return true;
            }
            from = found.start() + 1;
            if from > text.len() {
                break;
            }
        }
        pattern.negated && self.step(index + 1, cursor, variables)
    }

    /// The cursor after a link that has one place only, if it holds there.
    fn move_on(&self, link: &Link, cursor: usize, variables: &mut Variables) -> Option<usize> {
        let length = self.bytes.len() as i64;
        let base = |relative: bool| if relative { cursor as i64 } else { 0 };
        match link {
            Link::DataAt(option) => {
                let position = variables.value(&option.position)?;
                let there = if option.relative {
                    cursor as i64 + position <= length
                } else {
                    position < length
                };
                (there != option.negated).then_some(cursor)
            }
            Link::Test(option) => {
                let at = base(option.relative) + variables.value(&option.offset)?;
                let count = variables.value(&option.count)?;
                let number = number::read(self.slice(at, count)?, option.format, option.bitmask)?;
                let value = variables.value(&option.value)?;
                number::passes(option.operator, option.negated, number, value).then_some(cursor)
            }
            Link::Extract(option) => {
                let at = base(option.relative) + i64::from(option.offset);
                let count = i64::from(option.count);
                let number = number::read(self.slice(at, count)?, option.format, option.bitmask)?;
                variables.set(&option.name, number * i64::from(option.multiplier));
                Some((at + count) as usize)
            }
            Link::Math(option) => {
                let at = base(option.relative) + variables.value(&option.offset)?;
                let count = variables.value(&option.count)?;
                let number = number::read(self.slice(at, count)?, option.format, option.bitmask)?;
                let operand = variables.value(&option.operand)?;
                variables.set(&option.result, compute(option.operator, number, operand)?);
                Some((at + count) as usize)
            }
            Link::Jump(option) => {
                let at = base(option.relative) + variables.value(&option.offset)?;
                let count = variables.value(&option.count)?;
                let number = match count {
                    0 => 0,
                    _ => number::read(self.slice(at, count)?, option.format, option.bitmask)?,
                };
                let mut jump = number * i64::from(option.multiplier);
                if option.align {
                    jump = (jump + 3) / 4 * 4;
                }
                let origin = match option.origin {
                    JumpOrigin::Here => at + count,
                    JumpOrigin::Beginning => 0,
                    JumpOrigin::End => length,
                };
                let target = origin + jump + variables.value(&option.post_offset)?;
                usize::try_from(target)
                    .ok()
                    .filter(|target| *target <= self.bytes.len())
            }
            // What is decoded is a chain of its own.
            _ => Some(cursor),
        }
    }

    fn slice(&self, at: i64, count: i64) -> Option<&[u8]> {
        let at = usize::try_from(at).ok()?;
        // Of text, 0 means all that is there.
        let count = match usize::try_from(count).ok()? {
            0 => self.bytes.len().checked_sub(at)?,
            count => count,
        };
        self.bytes.get(at..at.checked_add(count)?)
    }
}

pub(super) fn compute(operator: MathOperator, number: i64, operand: i64) -> Option<i64> {
    match operator {
        MathOperator::Add => number.checked_add(operand),
        MathOperator::Subtract => number.checked_sub(operand),
        MathOperator::Multiply => number.checked_mul(operand),
        MathOperator::Divide => number.checked_div(operand),
        MathOperator::ShiftLeft => number.checked_shl(u32::try_from(operand).ok()?),
        MathOperator::ShiftRight => number.checked_shr(u32::try_from(operand).ok()?),
    }
}
