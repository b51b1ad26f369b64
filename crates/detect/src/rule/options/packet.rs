//! Options on packet headers that are more than one number.

use super::comparison;
use crate::rule::argument::Argument;
use crate::rule::ast::{
    Asn1, FragmentBits, Keyword, SetModifier, Span, StreamSide, StreamSize, TcpFlags,
};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;

pub(super) fn tcp_flags(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (wanted, ignored) = match argument.split_once(b',') {
        Some((wanted, ignored)) => (wanted, flag_bits(ignored)?),
        None => (argument, 0),
    };
    let (modifier, letters) = set_modifier(wanted);
    if letters.is_empty() {
        return Err(wanted.expected("flags (F, S, R, P, A, U, E, C, or 0 for none)"));
    }
    let bits = flag_bits(letters)?;
    builder.push(
        Keyword::TcpFlags(TcpFlags {
            modifier,
            bits,
            ignored,
        }),
        span,
    );
    Ok(())
}

/// The modifier before or behind the letters.
fn set_modifier(argument: Argument<'_>) -> (SetModifier, Argument<'_>) {
    let kind = |byte: u8| match byte {
        b'+' => Some(SetModifier::AtLeast),
        b'*' => Some(SetModifier::AnyOf),
        b'!' => Some(SetModifier::Not),
        _ => None,
    };
    if let Some(modifier) = argument.text.first().copied().and_then(kind) {
        return (modifier, argument.skip(1).trim());
    }
    if let Some(modifier) = argument.text.last().copied().and_then(kind) {
        return (
            modifier,
            argument.take(argument.text.len().saturating_sub(1)).trim(),
        );
    }
    (SetModifier::Exactly, argument)
}

fn flag_bits(argument: Argument<'_>) -> Result<u8, Fault> {
    let mut bits = 0;
    for (position, byte) in argument.text.iter().enumerate() {
        bits |= match byte.to_ascii_uppercase() {
            b'F' => 0x01,
            b'S' => 0x02,
            b'R' => 0x04,
            b'P' => 0x08,
            b'A' => 0x10,
            b'U' => 0x20,
            b'E' | b'2' => 0x40,
            b'C' | b'1' => 0x80,
            b'0' => 0,
            _ => {
                return Err(argument
                    .skip(position)
                    .take(1)
                    .expected("a TCP flag (F, S, R, P, A, U, E, C, 1, 2, 0)"));
            }
        };
    }
    Ok(bits)
}

pub(super) fn fragment_bits(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (modifier, letters) = set_modifier(argument);
    let mut bits = FragmentBits {
        modifier,
        more_fragments: false,
        dont_fragment: false,
        reserved: false,
    };
    if letters.is_empty() {
        return Err(argument.expected("fragment bits (M, D, R)"));
    }
    for (position, byte) in letters.text.iter().enumerate() {
        match byte.to_ascii_uppercase() {
            b'M' => bits.more_fragments = true,
            b'D' => bits.dont_fragment = true,
            b'R' => bits.reserved = true,
            _ => {
                return Err(letters
                    .skip(position)
                    .take(1)
                    .expected("a fragment bit (M, D, R)"));
            }
        }
    }
    builder.push(Keyword::FragmentBits(bits), span);
    Ok(())
}

pub(super) fn stream_size(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let Some((side, rest)) = argument.split_once(b',') else {
        return Err(argument.expected("`side, operator, bytes`"));
    };
    let side = match side.choice("a side", &["client", "server", "both", "either"])? {
        "client" => StreamSide::Client,
        "server" => StreamSide::Server,
        "both" => StreamSide::Both,
        _ => StreamSide::Either,
    };
    let Some((sign, number)) = rest.split_once(b',') else {
        return Err(rest.expected("an operator and a number (`>, 5000`)"));
    };
    let joined = [sign.text, number.text].concat();
    let comparison =
        comparison::unsigned(Argument::new(&joined, sign.start), u64::from(u32::MAX), &[])?;
    builder.push(Keyword::StreamSize(StreamSize { side, comparison }), span);
    Ok(())
}

pub(super) fn asn1(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    let mut option = Asn1 {
        double_overflow: false,
        bitstring_overflow: false,
        oversize_length: None,
        offset: 0,
        relative: false,
    };
    for part in argument.split(b',') {
        let (key, rest) = part.first_word();
        let offset = |rest: Argument<'_>| {
            rest.signed(-65_535, 65_535)
                .map(|offset| i32::try_from(offset).unwrap_or(0))
        };
        match () {
            () if part.is("double_overflow") => option.double_overflow = true,
            () if part.is("bitstring_overflow") => option.bitstring_overflow = true,
            () if key.is("oversize_length") => option.oversize_length = Some(rest.number_u32()?),
            () if key.is("absolute_offset") => option.offset = offset(rest)?,
            () if key.is("relative_offset") => {
                option.offset = offset(rest)?;
                option.relative = true;
            }
            () => {
                return Err(part.expected(
                    "double_overflow, bitstring_overflow, oversize_length N, absolute_offset N or relative_offset N",
                ));
            }
        }
    }
    builder.push_on_buffer(Keyword::Asn1(option), span)
}
