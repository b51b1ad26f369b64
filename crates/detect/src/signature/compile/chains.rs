//! Options on bytes become chains of steps.

use super::Missing;
use super::lists::Lists;
use crate::limits::{STEPS_PER_BUFFER_MAX, VARIABLES_PER_RULE_MAX};
use crate::rule::ast::{
    ByteExtract, ByteJump, ByteMath, ByteTest, Content, Dataset, DatasetKind, IsDataAt, Keyword,
    PAYLOAD, Pcre, Rule, Value,
};
use crate::signature::inspect::regex::Expression;
use crate::signature::inspect::search::Needle;
use crate::signature::program::{
    ByteExtractStep, ByteJumpStep, ByteMathStep, ByteTestStep, Capture, CaptureScope, ChainStep,
    ContentStep, Operand, SharedSet, Step,
};
use std::sync::Arc;

/// Names of the numbers that a rule extracts, in the order of their numbers.
#[derive(Default)]
pub(super) struct Names(Vec<String>);

impl Names {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn define(&mut self, name: &str) -> Result<usize, Missing> {
        if let Some(place) = self.0.iter().position(|known| known == name) {
            return Ok(place);
        }
        if self.0.len() >= VARIABLES_PER_RULE_MAX {
            return Err(Missing::new("more variables than the limit"));
        }
        self.0.push(name.to_owned());
        Ok(self.0.len().saturating_sub(1))
    }

    fn operand(&self, value: &Value) -> Result<Operand, Missing> {
        match value {
            Value::Number(number) => Ok(Operand::Number(*number)),
            Value::Variable(name) => self
                .0
                .iter()
                .position(|known| known == name)
                .map(Operand::Variable)
                .ok_or_else(|| Missing::new("variable of another kind")),
        }
    }

    fn optional(&self, value: Option<&Value>) -> Result<Option<Operand>, Missing> {
        value.map(|value| self.operand(value)).transpose()
    }
}

/// The steps of one buffer. `base64` are the steps on what `base64_decode` makes.
pub(super) fn steps(
    rule: &Rule,
    buffer: usize,
    base64: &mut Option<Vec<ChainStep>>,
    names: &mut Names,
    lists: &mut Lists<'_>,
) -> Result<Vec<ChainStep>, Missing> {
    let mut steps = Vec::new();
    let name = rule
        .buffers
        .get(buffer)
        .map_or(PAYLOAD, |buffer| buffer.name);
    let places = (0..rule.options.len()).filter(|place| buffer_of(rule, *place) == buffer);
    for item in places.filter_map(|place| rule.options.get(place)) {
        if let Some(step) = step(&item.keyword, name, base64, names, lists)? {
            steps.push(step);
        }
    }
    if steps.len() > STEPS_PER_BUFFER_MAX {
        return Err(Missing::new("more options on one buffer than the limit"));
    }
    // A wrong size is told at once.
    steps.sort_by_key(|step| !matches!(step, Step::Size(_)));
    let retries: Vec<bool> = (1..=steps.len())
        .map(|next| is_counted_from(steps.get(next..).unwrap_or(&[])))
        .collect();
    Ok(steps
        .into_iter()
        .zip(retries)
        .map(|(step, retry)| ChainStep { step, retry })
        .collect())
}

/// The buffer of an option. A `base64_decode` that counts from a content with an older modifier is on that
/// content's buffer.
fn buffer_of(rule: &Rule, place: usize) -> usize {
    let Some(item) = rule.options.get(place) else {
        return 0;
    };
    if let Keyword::Base64Decode(decode) = &item.keyword
        && decode.relative
        && item.buffer == 0
    {
        let before = rule.options.get(..place).unwrap_or(&[]);
        let last = before
            .iter()
            .rev()
            .find(|item| matches!(item.keyword, Keyword::Content(_) | Keyword::Pcre(_)));
        return last.map_or(0, |item| item.buffer);
    }
    item.buffer
}

/// Whether one of the steps counts from where the step before them ends.
fn is_counted_from(following: &[Step]) -> bool {
    for step in following {
        let (relative, moves) = match step {
            Step::Content(content) => (content.is_relative(), !content.negated),
            Step::Pcre {
                relative, negated, ..
            } => (*relative, !negated),
            Step::IsDataAt { relative, .. } => (*relative, false),
            Step::ByteTest(test) => (test.relative, false),
            Step::ByteJump(jump) => (jump.relative, true),
            Step::ByteExtract(extract) => (extract.relative, true),
            Step::ByteMath(math) => (math.relative, true),
            Step::Base64 { decode, .. } => (decode.relative, false),
            Step::Asn1(asn1) => (asn1.relative, false),
            Step::Size(_)
            | Step::Entropy(..)
            | Step::SharedDataset { .. }
            | Step::Words(_)
            | Step::Interface(_)
            | Step::Operations(_)
            | Step::Modbus(_)
            | Step::Dataset { .. }
            | Step::Reputation { .. } => (false, false),
        };
        if relative {
            return true;
        }
        if moves {
            return false;
        }
    }
    false
}

fn step(
    keyword: &Keyword,
    buffer: &'static str,
    base64: &mut Option<Vec<ChainStep>>,
    names: &mut Names,
    lists: &mut Lists<'_>,
) -> Result<Option<Step>, Missing> {
    Ok(Some(match keyword {
        Keyword::Content(content) => Step::Content(content_step(content, names)?),
        Keyword::Pcre(pcre) => {
            let expression =
                Expression::new(pcre).map_err(|reason| Missing::because("pcre", reason))?;
            Step::Pcre {
                captures: captures(pcre, &expression),
                expression,
                negated: pcre.negated,
                relative: pcre.flags.relative,
            }
        }
        Keyword::IsDataAt(IsDataAt {
            position,
            negated,
            relative,
            ..
        }) => Step::IsDataAt {
            position: names.operand(position)?,
            negated: *negated,
            relative: *relative,
        },
        Keyword::BufferSize(comparison) => Step::Size(*comparison),
        Keyword::ByteTest(test) => Step::ByteTest(byte_test(test, names)?),
        Keyword::ByteJump(jump) => Step::ByteJump(byte_jump(jump, names)?),
        Keyword::ByteExtract(extract) => Step::ByteExtract(byte_extract(extract, names)?),
        Keyword::ByteMath(math) => Step::ByteMath(byte_math(math, names)?),
        Keyword::Base64Decode(decode) => Step::Base64 {
            decode: decode.clone(),
            inner: base64.take().unwrap_or_default(),
        },
        // Once all rules are read, sets that none of them changes are asked at once.
        Keyword::Dataset(dataset) => Step::SharedDataset {
            set: Arc::new(SharedSet {
                name: dataset.name.clone(),
                initial: lists.initial(dataset)?,
                saved: saved_file(dataset),
            }),
            command: dataset.command,
        },
        Keyword::DataReputation(reputation) => Step::Reputation {
            set: lists.reputation(reputation)?,
            comparison: reputation.comparison,
        },
        Keyword::Entropy(entropy) => Step::Entropy(entropy.clone(), buffer),
        Keyword::Asn1(asn1) => Step::Asn1(asn1.clone()),
        _ => return Ok(None),
    }))
}

/// Where a rule wants its set to be kept from one run to the next.
fn saved_file(dataset: &Dataset) -> Option<(String, DatasetKind)> {
    let mut settings = dataset.settings.iter();
    let (_, file) = settings.find(|(key, _)| key == "save" || key == "state")?;
    Some((file.clone(), dataset.kind?))
}

/// Groups that the option names after the expression, in order, and those whose names in the expression say that
/// they are kept (`flow_x`, `pkt_x`, `alert_x`).
fn captures(pcre: &Pcre, expression: &Expression) -> Vec<Arc<Capture>> {
    let capture = |group: usize, name: &str, separator: char| {
        let (scope, name) = name.split_once(separator)?;
        let scope = match scope {
            "alert" => CaptureScope::Alert,
            "flow" => CaptureScope::Flow,
            "pkt" => CaptureScope::Packet,
            _ => return None,
        };
        let name = Arc::from(name);
        Some(Arc::new(Capture { group, scope, name }))
    };
    let listed = (1_usize..)
        .zip(&pcre.captures)
        .filter_map(|(group, name)| capture(group, name, ':'));
    let named = expression
        .group_names()
        .filter_map(|(group, name)| capture(group, name, '_'));
    listed.chain(named).collect()
}

fn content_step(content: &Content, names: &Names) -> Result<ContentStep, Missing> {
    let length = i64::try_from(content.bytes.len()).unwrap_or(i64::MAX);
    let (mut offset, mut depth) = (
        names.optional(content.offset.as_ref())?,
        names.optional(content.depth.as_ref())?,
    );
    if content.starts_with {
        offset = Some(Operand::Number(0));
        depth = Some(Operand::Number(length));
    }
    Ok(ContentStep {
        needle: Needle::new(&content.bytes, content.nocase),
        fast: content.fast_pattern.is_some(),
        negated: content.negated,
        ends: content.ends_with,
        offset,
        depth,
        distance: names.optional(content.distance.as_ref())?,
        within: names.optional(content.within.as_ref())?,
    })
}

fn byte_test(test: &ByteTest, names: &Names) -> Result<ByteTestStep, Missing> {
    Ok(ByteTestStep {
        count: names.operand(&test.count)?,
        negated: test.negated,
        operator: test.operator,
        value: names.operand(&test.value)?,
        offset: names.operand(&test.offset)?,
        relative: test.relative,
        format: test.format,
        bitmask: test.bitmask,
    })
}

fn byte_jump(jump: &ByteJump, names: &Names) -> Result<ByteJumpStep, Missing> {
    Ok(ByteJumpStep {
        count: names.operand(&jump.count)?,
        offset: names.operand(&jump.offset)?,
        relative: jump.relative,
        format: jump.format,
        multiplier: jump.multiplier,
        align: jump.align,
        origin: jump.origin,
        post_offset: names.operand(&jump.post_offset)?,
        bitmask: jump.bitmask,
    })
}

fn byte_extract(extract: &ByteExtract, names: &mut Names) -> Result<ByteExtractStep, Missing> {
    Ok(ByteExtractStep {
        count: extract.count.into(),
        offset: extract.offset.into(),
        variable: names.define(&extract.name)?,
        relative: extract.relative,
        format: extract.format,
        multiplier: extract.multiplier,
        align: extract.align,
        bitmask: extract.bitmask,
    })
}

fn byte_math(math: &ByteMath, names: &mut Names) -> Result<ByteMathStep, Missing> {
    let (count, offset, operand) = (
        names.operand(&math.count)?,
        names.operand(&math.offset)?,
        names.operand(&math.operand)?,
    );
    Ok(ByteMathStep {
        count,
        offset,
        operator: math.operator,
        operand,
        variable: names.define(&math.result)?,
        relative: math.relative,
        format: math.format,
        bitmask: math.bitmask,
    })
}
