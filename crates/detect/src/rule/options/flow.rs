//! Options on the flow and on bits and counters: `flow`, `flowbits`, `flowint`, `xbits`, `hostbits`.

use crate::rule::argument::Argument;
use crate::rule::ast::{
    BitOperation, Flow, FlowBits, FlowDirection, FlowInt, FlowIntOperation, FlowState,
    FragmentMode, HostBits, HostSide, Keyword, Span, StreamMode, Value, XBits, XBitsTrack,
};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;

/// Life of an `xbits` bit without `expire`, in seconds.
const XBITS_EXPIRE_SECONDS: u32 = 30;
/// Life of a `hostbits` bit without a time, in seconds.
const HOSTBITS_EXPIRE_SECONDS: u32 = 300;

pub(super) fn flow(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    if builder
        .options
        .iter()
        .any(|item| matches!(item.keyword, Keyword::Flow(_)))
    {
        return Err(Fault::meaning(
            span,
            "`flow` stands twice; write all its words in one",
        ));
    }
    let mut flow = Flow::default();
    for word in argument.split(b',') {
        match word.lower().as_str() {
            "to_server" | "from_client" => set(&mut flow.direction, FlowDirection::ToServer, word)?,
            "to_client" | "from_server" => set(&mut flow.direction, FlowDirection::ToClient, word)?,
            "established" => set(&mut flow.state, FlowState::Established, word)?,
            "not_established" => set(&mut flow.state, FlowState::NotEstablished, word)?,
            "stateless" => set(&mut flow.state, FlowState::Stateless, word)?,
            "only_stream" => set(&mut flow.stream, StreamMode::OnlyStream, word)?,
            "no_stream" => set(&mut flow.stream, StreamMode::NoStream, word)?,
            "only_frag" => set(&mut flow.fragment, FragmentMode::OnlyFragment, word)?,
            "no_frag" => set(&mut flow.fragment, FragmentMode::NoFragment, word)?,
            _ => {
                return Err(word.expected(
                    "a word of `flow` (to_server, to_client, from_server, from_client, established, not_established, \
                     stateless, only_stream, no_stream, only_frag, no_frag)",
                ));
            }
        }
    }
    builder.push(Keyword::Flow(flow), span);
    Ok(())
}

/// Sets a side of `flow` once.
fn set<T>(place: &mut Option<T>, value: T, word: Argument<'_>) -> Result<(), Fault> {
    if place.replace(value).is_some() {
        return Err(word.meaning(format!(
            "`{}` contradicts or repeats a word before it",
            word.shown()
        )));
    }
    Ok(())
}

pub(super) fn flowbits(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    if argument.is("noalert") {
        builder.push(Keyword::Flag("noalert"), span);
        return Ok(());
    }
    let Some((word, rest)) = argument.split_once(b',') else {
        return Err(argument.expected("an operation and a name (`set,name`), or `noalert`"));
    };
    let operation = bit_operation(word)?;
    let names = alternatives(rest, operation)?;
    builder.push(Keyword::FlowBits(FlowBits { operation, names }), span);
    Ok(())
}

fn bit_operation(argument: Argument<'_>) -> Result<BitOperation, Fault> {
    Ok(match argument.lower().as_str() {
        "set" => BitOperation::Set,
        "unset" => BitOperation::Unset,
        "toggle" => BitOperation::Toggle,
        "isset" => BitOperation::IsSet,
        "isnotset" => BitOperation::IsNotSet,
        _ => return Err(argument.expected("an operation (set, unset, toggle, isset, isnotset)")),
    })
}

/// Names with `|` between them, which only questions may have.
fn alternatives(argument: Argument<'_>, operation: BitOperation) -> Result<Vec<String>, Fault> {
    let names = argument
        .split(b'|')
        .map(bit_name)
        .collect::<Result<Vec<_>, _>>()?;
    let question = matches!(operation, BitOperation::IsSet | BitOperation::IsNotSet);
    if names.len() > 1 && !question {
        return Err(argument
            .meaning("several names with `|` are possible with `isset` and `isnotset` only"));
    }
    Ok(names)
}

fn bit_name(argument: Argument<'_>) -> Result<String, Fault> {
    if argument.text.iter().any(u8::is_ascii_whitespace) {
        return Err(argument.syntax(format!(
            "a name holds no space, found `{}`",
            argument.shown()
        )));
    }
    argument.name("the name of a bit")
}

pub(super) fn flowint(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let name = parts
        .next()
        .unwrap_or(argument)
        .name("the name of a counter")?;
    let sign = parts
        .next()
        .ok_or_else(|| argument.expected("`name, operator, value`"))?;
    let value = parts.next();
    if let Some(more) = parts.next() {
        return Err(more.expected("the end of `flowint`"));
    }
    let operand = || -> Result<Value, Fault> {
        let value = value.ok_or_else(|| {
            sign.skip(sign.text.len())
                .expected("a value behind the operator")
        })?;
        value.value(0, i64::from(u32::MAX))
    };
    let operation = match sign.lower().as_str() {
        "=" => FlowIntOperation::Assign(operand()?),
        "+" => FlowIntOperation::Add(operand()?),
        "-" => FlowIntOperation::Subtract(operand()?),
        "<" => FlowIntOperation::Less(operand()?),
        "<=" => FlowIntOperation::LessOrEqual(operand()?),
        ">" => FlowIntOperation::Greater(operand()?),
        ">=" => FlowIntOperation::GreaterOrEqual(operand()?),
        "==" => FlowIntOperation::Equal(operand()?),
        "!=" => FlowIntOperation::NotEqual(operand()?),
        "isset" => FlowIntOperation::IsSet,
        "notset" | "isnotset" => FlowIntOperation::IsNotSet,
        _ => {
            return Err(
                sign.expected("an operator (=, +, -, <, <=, >, >=, ==, !=, isset, isnotset)")
            );
        }
    };
    let question = matches!(
        operation,
        FlowIntOperation::IsSet | FlowIntOperation::IsNotSet
    );
    if let Some(value) = value.filter(|_| question) {
        return Err(value.syntax(format!("`{}` takes no value", sign.shown())));
    }
    builder.push(Keyword::FlowInt(FlowInt { name, operation }), span);
    Ok(())
}

pub(super) fn xbits(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let operation = bit_operation(parts.next().unwrap_or(argument))?;
    let name = bit_name(
        parts
            .next()
            .ok_or_else(|| argument.expected("`operation, name, track ...`"))?,
    )?;
    let (mut track, mut expire) = (None, None);
    for part in parts {
        let (key, rest) = part.first_word();
        match () {
            () if key.is("track") => track = Some(xbits_track(rest)?),
            () if key.is("expire") => expire = Some((seconds(rest)?, rest)),
            () => return Err(part.expected("`track ip_src|ip_dst|ip_pair|tx` or `expire SECONDS`")),
        }
    }
    let track = track.ok_or_else(|| {
        argument.syntax("`xbits` needs `track ip_src`, `ip_dst`, `ip_pair` or `tx`")
    })?;
    if track == XBitsTrack::Transaction
        && !matches!(operation, BitOperation::Set | BitOperation::IsSet)
    {
        return Err(argument.meaning("`track tx` is possible with `set` and `isset` only"));
    }
    let expire_seconds = expire.map_or(XBITS_EXPIRE_SECONDS, |(seconds, _)| seconds);
    builder.push(
        Keyword::XBits(XBits {
            operation,
            name,
            track,
            expire_seconds,
        }),
        span,
    );
    Ok(())
}

fn xbits_track(argument: Argument<'_>) -> Result<XBitsTrack, Fault> {
    Ok(
        match argument.choice("what to track", &["ip_src", "ip_dst", "ip_pair", "tx"])? {
            "ip_src" => XBitsTrack::Source,
            "ip_dst" => XBitsTrack::Destination,
            "ip_pair" => XBitsTrack::Pair,
            _ => XBitsTrack::Transaction,
        },
    )
}

/// A time in seconds, at least one.
fn seconds(argument: Argument<'_>) -> Result<u32, Fault> {
    match argument.number_u32()? {
        0 => Err(argument.meaning("a time of 0 seconds is over at once")),
        seconds => Ok(seconds),
    }
}

pub(super) fn hostbits(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let operation = bit_operation(parts.next().unwrap_or(argument))?;
    let names = alternatives(
        parts
            .next()
            .ok_or_else(|| argument.expected("`operation, name`"))?,
        operation,
    )?;
    let side = match parts.next() {
        None => HostSide::Source,
        Some(word) => match word.choice("a side", &["src", "dst", "both"])? {
            "src" => HostSide::Source,
            "dst" => HostSide::Destination,
            _ => HostSide::Both,
        },
    };
    let expire_seconds = parts.next().map_or(Ok(HOSTBITS_EXPIRE_SECONDS), seconds)?;
    if let Some(more) = parts.next() {
        return Err(more.expected("the end of `hostbits`"));
    }
    builder.push(
        Keyword::HostBits(HostBits {
            operation,
            names,
            side,
            expire_seconds,
        }),
        span,
    );
    Ok(())
}
