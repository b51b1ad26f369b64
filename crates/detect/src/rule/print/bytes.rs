//! Options on the bytes of a buffer.

use std::fmt::{self, Formatter};

use super::Words;
use crate::rule::ast::{
    AbsentMode, Asn1, Base64Decode, ByteExtract, ByteJump, ByteMath, ByteTest, Content, Entropy,
    FastPattern, IsDataAt, JumpOrigin, MathOperator, NumberFormat, Pcre, Radix, TestOperator,
    Value,
};

/// Bytes between double quotes: text where it is plain, else hexadecimal.
pub(super) fn quoted(bytes: &[u8], out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("\"")?;
    let mut hexadecimal = false;
    for byte in bytes {
        let plain = (byte.is_ascii_graphic() || *byte == b' ')
            && !matches!(byte, b'"' | b';' | b':' | b'\\' | b'|');
        match (hexadecimal, plain) {
            (false, true) => write!(out, "{}", char::from(*byte))?,
            (true, true) => write!(out, "|{}", char::from(*byte))?,
            (false, false) => write!(out, "|{byte:02x}")?,
            (true, false) => write!(out, " {byte:02x}")?,
        }
        hexadecimal = !plain;
    }
    out.write_str(if hexadecimal { "|\"" } else { "\"" })
}

/// Bytes between double quotes as a rule writes them.
pub fn quoted_bytes(bytes: &[u8]) -> String {
    struct Shown<'a>(&'a [u8]);
    impl std::fmt::Display for Shown<'_> {
        fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
            quoted(self.0, out)
        }
    }
    Shown(bytes).to_string()
}

fn negation(negated: bool) -> &'static str {
    if negated { "!" } else { "" }
}

pub(super) fn content(content: &Content, out: &mut Formatter<'_>) -> fmt::Result {
    write!(out, "content:{}", negation(content.negated))?;
    quoted(&content.bytes, out)?;
    out.write_str(";")?;
    for (present, name) in [
        (content.nocase, "nocase"),
        (content.rawbytes, "rawbytes"),
        (content.starts_with, "startswith"),
        (content.ends_with, "endswith"),
    ] {
        if present {
            write!(out, " {name};")?;
        }
    }
    for (value, name) in [
        (&content.offset, "offset"),
        (&content.depth, "depth"),
        (&content.distance, "distance"),
        (&content.within, "within"),
    ] {
        if let Some(value) = value {
            write!(out, " {name}:{value};")?;
        }
    }
    match content.fast_pattern {
        None => {}
        Some(FastPattern::Whole) => out.write_str(" fast_pattern;")?,
        Some(FastPattern::Only) => out.write_str(" fast_pattern:only;")?,
        Some(FastPattern::Part { offset, length }) => {
            write!(out, " fast_pattern:{offset},{length};")?
        }
    }
    if let Some(replacement) = &content.replace {
        out.write_str(" replace:")?;
        quoted(replacement, out)?;
        out.write_str(";")?;
    }
    Ok(())
}

pub(super) fn pcre(pcre: &Pcre, out: &mut Formatter<'_>) -> fmt::Result {
    write!(
        out,
        "pcre:{}\"/{}/",
        negation(pcre.negated),
        String::from_utf8_lossy(&pcre.pattern)
    )?;
    let flags = pcre.flags;
    for (present, letter) in [
        (flags.caseless, 'i'),
        (flags.multiline, 'm'),
        (flags.dot_all, 's'),
        (flags.extended, 'x'),
        (flags.anchored, 'A'),
        (flags.dollar_end_only, 'E'),
        (flags.ungreedy, 'G'),
        (flags.relative, 'R'),
        (flags.rawbytes, 'B'),
        (flags.override_limit, 'O'),
    ] {
        if present {
            write!(out, "{letter}")?;
        }
    }
    for name in &pcre.captures {
        write!(out, ", {name}")?;
    }
    out.write_str("\";")
}

pub(super) fn is_data_at(option: &IsDataAt, out: &mut Formatter<'_>) -> fmt::Result {
    write!(
        out,
        "isdataat:{}{}",
        negation(option.negated),
        option.position
    )?;
    if option.relative {
        out.write_str(",relative")?;
    }
    out.write_str(if option.rawbytes { ",rawbytes;" } else { ";" })
}

/// Number format as modifiers.
fn format(words: &mut Words<'_, '_>, format: NumberFormat) -> fmt::Result {
    match format {
        NumberFormat::Big => Ok(()),
        NumberFormat::Little => words.add("little"),
        NumberFormat::Dce => words.add("dce"),
        NumberFormat::Text(radix) => {
            words.add("string")?;
            words.add_if(radix != Radix::Auto, radix_word(radix))
        }
    }
}

fn radix_word(radix: Radix) -> &'static str {
    match radix {
        Radix::Auto => "",
        Radix::Decimal => "dec",
        Radix::Hexadecimal => "hex",
        Radix::Octal => "oct",
    }
}

fn bitmask(words: &mut Words<'_, '_>, mask: Option<u32>) -> fmt::Result {
    match mask {
        Some(mask) => words.add(format_args!("bitmask {mask:#x}")),
        None => Ok(()),
    }
}

pub(super) fn byte_test(option: &ByteTest, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("byte_test:")?;
    let operator = match option.operator {
        TestOperator::Less => "<",
        TestOperator::Greater => ">",
        TestOperator::Equal => "=",
        TestOperator::LessOrEqual => "<=",
        TestOperator::GreaterOrEqual => ">=",
        TestOperator::And => "&",
        TestOperator::Xor => "^",
    };
    let mut words = Words::new(out);
    words.add(&option.count)?;
    words.add(format_args!("{}{operator}", negation(option.negated)))?;
    words.add(&option.value)?;
    words.add(&option.offset)?;
    words.add_if(option.relative, "relative")?;
    format(&mut words, option.format)?;
    bitmask(&mut words, option.bitmask)?;
    words.end()
}

pub(super) fn byte_jump(option: &ByteJump, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("byte_jump:")?;
    let mut words = Words::new(out);
    words.add(&option.count)?;
    words.add(&option.offset)?;
    words.add_if(option.relative, "relative")?;
    if option.multiplier != 1 {
        words.add(format_args!("multiplier {}", option.multiplier))?;
    }
    format(&mut words, option.format)?;
    words.add_if(option.align, "align")?;
    words.add_if(option.origin == JumpOrigin::Beginning, "from_beginning")?;
    words.add_if(option.origin == JumpOrigin::End, "from_end")?;
    if option.post_offset != Value::Number(0) {
        words.add(format_args!("post_offset {}", option.post_offset))?;
    }
    bitmask(&mut words, option.bitmask)?;
    words.end()
}

pub(super) fn byte_extract(option: &ByteExtract, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("byte_extract:")?;
    let mut words = Words::new(out);
    words.add(option.count)?;
    words.add(option.offset)?;
    words.add(&option.name)?;
    words.add_if(option.relative, "relative")?;
    if option.multiplier != 1 {
        words.add(format_args!("multiplier {}", option.multiplier))?;
    }
    format(&mut words, option.format)?;
    if let Some(align) = option.align {
        words.add(format_args!("align {align}"))?;
    }
    bitmask(&mut words, option.bitmask)?;
    words.end()
}

pub(super) fn byte_math(option: &ByteMath, out: &mut Formatter<'_>) -> fmt::Result {
    let operator = match option.operator {
        MathOperator::Add => "+",
        MathOperator::Subtract => "-",
        MathOperator::Multiply => "*",
        MathOperator::Divide => "/",
        MathOperator::ShiftLeft => "<<",
        MathOperator::ShiftRight => ">>",
    };
    out.write_str("byte_math:")?;
    let mut words = Words::new(out);
    words.add(format_args!("bytes {}", option.count))?;
    words.add(format_args!("offset {}", option.offset))?;
    words.add(format_args!("oper {operator}"))?;
    words.add(format_args!("rvalue {}", option.operand))?;
    words.add(format_args!("result {}", option.result))?;
    words.add_if(option.relative, "relative")?;
    match option.format {
        NumberFormat::Big => {}
        NumberFormat::Little => words.add("endian little")?,
        NumberFormat::Dce => words.add("dce")?,
        NumberFormat::Text(radix) => {
            words.add(format!("string {}", radix_word(radix)).trim_ascii_end())?
        }
    }
    bitmask(&mut words, option.bitmask)?;
    words.end()
}

pub(super) fn base64_decode(option: &Base64Decode, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("base64_decode:")?;
    let mut words = Words::new(out);
    if let Some(bytes) = option.bytes {
        words.add(format_args!("bytes {bytes}"))?;
    }
    words.add(format_args!("offset {}", option.offset))?;
    words.add_if(option.relative, "relative")?;
    words.end()
}

pub(super) fn absent(mode: AbsentMode, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str(match mode {
        AbsentMode::Only => "absent;",
        AbsentMode::OrElse => "absent:or_else;",
    })
}

pub(super) fn entropy(entropy: &Entropy, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("entropy:")?;
    let mut words = Words::new(out);
    if let Some(bytes) = entropy.bytes {
        words.add(format_args!("bytes {bytes}"))?;
    }
    if entropy.offset != 0 {
        words.add(format_args!("offset {}", entropy.offset))?;
    }
    words.add(format_args!("value {}", entropy.comparison))?;
    words.end()
}

pub(super) fn asn1(option: &Asn1, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("asn1:")?;
    let mut words = Words::new(out);
    words.add_if(option.double_overflow, "double_overflow")?;
    words.add_if(option.bitstring_overflow, "bitstring_overflow")?;
    if let Some(length) = option.oversize_length {
        words.add(format_args!("oversize_length {length}"))?;
    }
    let kind = if option.relative {
        "relative_offset"
    } else {
        "absolute_offset"
    };
    words.add(format_args!("{kind} {}", option.offset))?;
    words.end()
}
