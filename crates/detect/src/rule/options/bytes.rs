//! `byte_test` and its family.

use super::content::known;
use crate::rule::argument::Argument;
use crate::rule::ast::{
    Base64Decode, ByteExtract, ByteJump, ByteMath, ByteTest, JumpOrigin, Keyword, MathOperator,
    NumberFormat, Radix, Span, TestOperator, Value,
};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;

/// Positions and jumps.
const OFFSET_MAX: i64 = 65_535;
/// Bytes of a binary number.
const BINARY_BYTES_MAX: i64 = 8;
/// Digits of a number in text (as Suricata).
const TEXT_BYTES_MAX: i64 = 23;

/// Modifiers that the whole family shares.
#[derive(Default)]
struct Modifiers {
    relative: bool,
    little: Option<bool>,
    dce: bool,
    text: bool,
    radix: Option<Radix>,
    bitmask: Option<u32>,
}

impl Modifiers {
    /// Takes `word` if it is one of the shared modifiers.
    fn take(&mut self, word: Argument<'_>) -> Result<bool, Fault> {
        let (name, rest) = word.first_word();
        if name.is("bitmask") {
            let mask = rest.number_u32()?;
            if mask == 0 {
                return Err(rest.meaning("a bitmask of 0 leaves nothing"));
            }
            self.bitmask = Some(mask);
            return Ok(true);
        }
        match () {
            () if word.is("relative") => self.relative = true,
            () if word.is("big") => self.little = Some(false),
            () if word.is("little") => self.little = Some(true),
            () if word.is("dce") => self.dce = true,
            () if word.is("string") => self.text = true,
            () if word.is("hex") => self.radix = Some(Radix::Hexadecimal),
            () if word.is("dec") => self.radix = Some(Radix::Decimal),
            () if word.is("oct") => self.radix = Some(Radix::Octal),
            () => return Ok(false),
        }
        Ok(true)
    }

    /// The number format, and that the count fits it.
    fn format(
        &self,
        whole: Argument<'_>,
        count: &Value,
        zero: bool,
    ) -> Result<NumberFormat, Fault> {
        if self.dce && (self.text || self.little.is_some()) {
            return Err(whole.meaning("`dce` takes the byte order from the protocol, so it excludes `big`, `little`, `string`"));
        }
        if self.radix.is_some() && !self.text {
            return Err(whole.meaning("`hex`, `dec` and `oct` need `string`"));
        }
        let limit = if self.text {
            TEXT_BYTES_MAX
        } else {
            BINARY_BYTES_MAX
        };
        let least = i64::from(!(zero || self.text));
        if let Value::Number(count) = count
            && (*count < least || *count > limit)
        {
            return Err(whole.meaning(format!(
                "{count} bytes to read, {least} to {limit} are possible"
            )));
        }
        Ok(if self.dce {
            NumberFormat::Dce
        } else if self.text {
            NumberFormat::Text(self.radix.unwrap_or(Radix::Auto))
        } else if self.little == Some(true) {
            NumberFormat::Little
        } else {
            NumberFormat::Big
        })
    }
}

/// Takes the next part or says what is missing.
fn next<'a>(
    parts: &mut impl Iterator<Item = Argument<'a>>,
    whole: Argument<'a>,
    what: &str,
) -> Result<Argument<'a>, Fault> {
    let end = whole.skip(whole.text.len());
    parts.next().ok_or_else(|| end.expected(what))
}

fn value(builder: &Builder, argument: Argument<'_>, low: i64, high: i64) -> Result<Value, Fault> {
    let value = argument.value(low, high)?;
    known(builder, &value, argument)?;
    Ok(value)
}

pub(super) fn byte_test(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let count = value(
        builder,
        next(&mut parts, argument, "the number of bytes")?,
        0,
        TEXT_BYTES_MAX,
    )?;
    let (operator, negated) = test_operator(next(&mut parts, argument, "an operator")?)?;
    let wanted = value(
        builder,
        next(&mut parts, argument, "a value to compare with")?,
        i64::MIN,
        i64::MAX,
    )?;
    let offset = value(
        builder,
        next(&mut parts, argument, "an offset")?,
        -OFFSET_MAX,
        OFFSET_MAX,
    )?;
    let mut modifiers = Modifiers::default();
    for word in parts {
        if !modifiers.take(word)? {
            return Err(word.expected("a modifier of `byte_test` (relative, big, little, string, hex, dec, oct, dce, bitmask)"));
        }
    }
    let format = modifiers.format(argument, &count, false)?;
    let option = ByteTest {
        count,
        negated,
        operator,
        value: wanted,
        offset,
        relative: modifiers.relative,
        format,
        bitmask: modifiers.bitmask,
    };
    builder.push_on_buffer(Keyword::ByteTest(option), span)
}

/// `[!]operator`; `!` alone is "not equal".
fn test_operator(argument: Argument<'_>) -> Result<(TestOperator, bool), Fault> {
    let (sign, negated) = argument.negation();
    let operator = match sign.text {
        b"<" => TestOperator::Less,
        b">" => TestOperator::Greater,
        b"=" | b"==" => TestOperator::Equal,
        b"" if negated => TestOperator::Equal,
        b"<=" => TestOperator::LessOrEqual,
        b">=" => TestOperator::GreaterOrEqual,
        b"&" => TestOperator::And,
        b"^" => TestOperator::Xor,
        _ => {
            return Err(
                argument.expected("an operator (<, >, =, <=, >=, &, ^, each may follow a `!`)")
            );
        }
    };
    Ok((operator, negated))
}

pub(super) fn byte_jump(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let count = value(
        builder,
        next(&mut parts, argument, "the number of bytes")?,
        0,
        TEXT_BYTES_MAX,
    )?;
    let offset = value(
        builder,
        next(&mut parts, argument, "an offset")?,
        -OFFSET_MAX,
        OFFSET_MAX,
    )?;
    let mut modifiers = Modifiers::default();
    let mut option = ByteJump {
        count,
        offset,
        relative: false,
        format: NumberFormat::Big,
        multiplier: 1,
        align: false,
        origin: JumpOrigin::Here,
        post_offset: Value::Number(0),
        bitmask: None,
    };
    for word in parts {
        if modifiers.take(word)? {
            continue;
        }
        let (name, rest) = word.first_word();
        match () {
            () if word.is("align") => option.align = true,
            () if word.is("from_beginning") => option.origin = JumpOrigin::Beginning,
            () if word.is("from_end") => option.origin = JumpOrigin::End,
            () if name.is("multiplier") => option.multiplier = multiplier(rest)?,
            () if name.is("post_offset") => {
                option.post_offset = value(builder, rest, -OFFSET_MAX, OFFSET_MAX)?
            }
            () => {
                return Err(word.expected(
                    "a modifier of `byte_jump` (relative, multiplier, big, little, string, hex, dec, oct, align, \
                     from_beginning, from_end, post_offset, dce, bitmask)",
                ));
            }
        }
    }
    option.format = modifiers.format(argument, &option.count, true)?;
    option.relative = modifiers.relative;
    option.bitmask = modifiers.bitmask;
    builder.push_on_buffer(Keyword::ByteJump(option), span)
}

fn multiplier(argument: Argument<'_>) -> Result<u32, Fault> {
    match argument.number(65_535)? {
        0 => Err(argument.meaning("a multiplier of 0 leaves nothing")),
        factor => Ok(u32::try_from(factor).unwrap_or(1)),
    }
}

pub(super) fn byte_extract(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let count = next(&mut parts, argument, "the number of bytes")?.signed(1, TEXT_BYTES_MAX)?;
    let offset = next(&mut parts, argument, "an offset")?.signed(-OFFSET_MAX, OFFSET_MAX)?;
    let name_at = next(&mut parts, argument, "a name for the result")?;
    let name = result_name(name_at)?;
    let mut modifiers = Modifiers::default();
    let (mut factor, mut align) = (1, None);
    for word in parts {
        if modifiers.take(word)? {
            continue;
        }
        let (key, rest) = word.first_word();
        match () {
            () if key.is("multiplier") => factor = multiplier(rest)?,
            () if key.is("align") => {
                align = Some(match rest.text {
                    b"2" => 2,
                    b"4" => 4,
                    _ => return Err(rest.expected("2 or 4")),
                });
            }
            () => {
                return Err(word.expected(
                    "a modifier of `byte_extract` (relative, multiplier, big, little, string, hex, dec, oct, align, dce, \
                     bitmask)",
                ));
            }
        }
    }
    let option = ByteExtract {
        format: modifiers.format(argument, &Value::Number(count), false)?,
        count: u8::try_from(count).unwrap_or(0),
        offset: i32::try_from(offset).unwrap_or(0),
        name: name.clone(),
        relative: modifiers.relative,
        multiplier: factor,
        align,
        bitmask: modifiers.bitmask,
    };
    builder.push_on_buffer(Keyword::ByteExtract(option), span)?;
    builder.add_variable(name);
    Ok(())
}

/// The name of a result: must not look like a number.
fn result_name(argument: Argument<'_>) -> Result<String, Fault> {
    let name = argument.name("a name for the result")?;
    if name.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '+') {
        return Err(argument.syntax(format!(
            "`{name}` looks like a number; the name of a result begins with a letter"
        )));
    }
    Ok(name)
}

pub(super) fn byte_math(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (mut count, mut offset, mut operator, mut operand, mut result) =
        (None, None, None, None, None);
    let mut modifiers = Modifiers::default();
    for part in argument.split(b',') {
        let (key, rest) = part.first_word();
        match () {
            () if key.is("bytes") => count = Some(value(builder, rest, 1, TEXT_BYTES_MAX)?),
            () if key.is("offset") => offset = Some(value(builder, rest, -OFFSET_MAX, OFFSET_MAX)?),
            () if key.is("oper") => operator = Some(math_operator(rest)?),
            () if key.is("rvalue") => operand = Some(value(builder, rest, 0, i64::from(u32::MAX))?),
            () if key.is("result") => result = Some(result_name(rest)?),
            () if key.is("endian") => {
                modifiers.little =
                    Some(rest.choice("a byte order", &["big", "little"])? == "little")
            }
            () if key.is("string") => {
                modifiers.text = true;
                if !rest.is_empty() && !modifiers.take(rest)? {
                    return Err(rest.expected("hex, dec or oct"));
                }
            }
            () => {
                if !modifiers.take(part)? {
                    return Err(part.expected(
                        "`bytes`, `offset`, `oper`, `rvalue`, `result`, `relative`, `endian`, `string`, `dce` or `bitmask`",
                    ));
                }
            }
        }
    }
    let missing = |name: &str| argument.syntax(format!("`byte_math` needs `{name} ...`"));
    let count = count.ok_or_else(|| missing("bytes"))?;
    let result = result.ok_or_else(|| missing("result"))?;
    let option = ByteMath {
        format: modifiers.format(argument, &count, false)?,
        count,
        offset: offset.ok_or_else(|| missing("offset"))?,
        operator: operator.ok_or_else(|| missing("oper"))?,
        operand: operand.ok_or_else(|| missing("rvalue"))?,
        result: result.clone(),
        relative: modifiers.relative,
        bitmask: modifiers.bitmask,
    };
    if option.operator == MathOperator::Divide && option.operand == Value::Number(0) {
        return Err(argument.meaning("division by zero"));
    }
    builder.push_on_buffer(Keyword::ByteMath(option), span)?;
    builder.add_variable(result);
    Ok(())
}

fn math_operator(argument: Argument<'_>) -> Result<MathOperator, Fault> {
    Ok(match argument.text {
        b"+" => MathOperator::Add,
        b"-" => MathOperator::Subtract,
        b"*" => MathOperator::Multiply,
        b"/" => MathOperator::Divide,
        b"<<" => MathOperator::ShiftLeft,
        b">>" => MathOperator::ShiftRight,
        _ => return Err(argument.expected("an operator (+, -, *, /, <<, >>)")),
    })
}

pub(super) fn base64_decode(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut option = Base64Decode {
        bytes: None,
        offset: 0,
        relative: false,
    };
    if !argument.is_empty() {
        for part in argument.split(b',') {
            let (key, rest) = part.first_word();
            match () {
                () if key.is("bytes") => option.bytes = Some(at_least_one(rest)?),
                () if key.is("offset") => option.offset = rest.number_u32()?,
                () if part.is("relative") => option.relative = true,
                () => return Err(part.expected("`bytes N`, `offset N` or `relative`")),
            }
        }
    }
    builder.push_on_buffer(Keyword::Base64Decode(option), span)
}

fn at_least_one(argument: Argument<'_>) -> Result<u32, Fault> {
    match argument.number_u32()? {
        0 => Err(argument.meaning("0 bytes leave nothing")),
        number => Ok(number),
    }
}
