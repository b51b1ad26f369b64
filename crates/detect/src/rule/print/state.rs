//! Options on packets, flow and state.

use std::fmt::{self, Formatter};

use super::{Words, direction_word};
use crate::rule::ast::{
    BitOperation, DetectionFilter, Flow, FlowBits, FlowInt, FlowIntOperation, FlowState,
    FragmentBits, FragmentMode, HostBits, HostSide, SetModifier, StreamMode, StreamSide,
    StreamSize, Tag, TagMetric, TagScope, TcpFlags, Threshold, ThresholdKind, Track, XBits,
    XBitsTrack,
};

fn modifier(modifier: SetModifier) -> &'static str {
    match modifier {
        SetModifier::Exactly => "",
        SetModifier::AtLeast => "+",
        SetModifier::AnyOf => "*",
        SetModifier::Not => "!",
    }
}

pub(super) fn tcp_flags(flags: TcpFlags, out: &mut Formatter<'_>) -> fmt::Result {
    write!(
        out,
        "tcp.flags:{}{}",
        modifier(flags.modifier),
        flag_letters(flags.bits)
    )?;
    if flags.ignored != 0 {
        write!(out, ",{}", flag_letters(flags.ignored))?;
    }
    out.write_str(";")
}

fn flag_letters(bits: u8) -> String {
    let letters: String = "FSRPAUEC"
        .chars()
        .enumerate()
        .filter(|(place, _)| bits >> place & 1 == 1)
        .map(|(_, letter)| letter)
        .collect();
    if letters.is_empty() {
        "0".to_owned()
    } else {
        letters
    }
}

pub(super) fn fragment_bits(bits: FragmentBits, out: &mut Formatter<'_>) -> fmt::Result {
    write!(out, "fragbits:{}", modifier(bits.modifier))?;
    for (present, letter) in [
        (bits.more_fragments, 'M'),
        (bits.dont_fragment, 'D'),
        (bits.reserved, 'R'),
    ] {
        if present {
            write!(out, "{letter}")?;
        }
    }
    out.write_str(";")
}

pub(super) fn stream_size(size: &StreamSize, out: &mut Formatter<'_>) -> fmt::Result {
    let side = match size.side {
        StreamSide::Client => "client",
        StreamSide::Server => "server",
        StreamSide::Both => "both",
        StreamSide::Either => "either",
    };
    let text = size.comparison.to_string();
    let digits = text
        .find(|character: char| character.is_ascii_digit())
        .unwrap_or(0);
    let (sign, number) = text.split_at_checked(digits).unwrap_or(("", &text));
    write!(
        out,
        "stream_size:{side},{},{number};",
        if sign.is_empty() { "=" } else { sign }
    )
}

pub(super) fn flow(flow: &Flow, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("flow:")?;
    let mut words = Words::new(out);
    if let Some(state) = flow.state {
        words.add(match state {
            FlowState::Established => "established",
            FlowState::NotEstablished => "not_established",
            FlowState::Stateless => "stateless",
        })?;
    }
    if let Some(direction) = flow.direction {
        words.add(direction_word(direction))?;
    }
    if let Some(stream) = flow.stream {
        words.add(match stream {
            StreamMode::OnlyStream => "only_stream",
            StreamMode::NoStream => "no_stream",
        })?;
    }
    if let Some(fragment) = flow.fragment {
        words.add(match fragment {
            FragmentMode::NoFragment => "no_frag",
            FragmentMode::OnlyFragment => "only_frag",
        })?;
    }
    words.end()
}

fn operation(operation: BitOperation) -> &'static str {
    match operation {
        BitOperation::Set => "set",
        BitOperation::Unset => "unset",
        BitOperation::Toggle => "toggle",
        BitOperation::IsSet => "isset",
        BitOperation::IsNotSet => "isnotset",
    }
}

pub(super) fn flowbits(bits: &FlowBits, out: &mut Formatter<'_>) -> fmt::Result {
    write!(
        out,
        "flowbits:{},{};",
        operation(bits.operation),
        bits.names.join("|")
    )
}

pub(super) fn flowint(counter: &FlowInt, out: &mut Formatter<'_>) -> fmt::Result {
    let (sign, value) = match &counter.operation {
        FlowIntOperation::Assign(value) => ("=", value),
        FlowIntOperation::Add(value) => ("+", value),
        FlowIntOperation::Subtract(value) => ("-", value),
        FlowIntOperation::Less(value) => ("<", value),
        FlowIntOperation::LessOrEqual(value) => ("<=", value),
        FlowIntOperation::Greater(value) => (">", value),
        FlowIntOperation::GreaterOrEqual(value) => (">=", value),
        FlowIntOperation::Equal(value) => ("==", value),
        FlowIntOperation::NotEqual(value) => ("!=", value),
        FlowIntOperation::IsSet => return write!(out, "flowint:{},isset;", counter.name),
        FlowIntOperation::IsNotSet => return write!(out, "flowint:{},notset;", counter.name),
    };
    write!(out, "flowint:{},{sign},{value};", counter.name)
}

pub(super) fn xbits(bits: &XBits, out: &mut Formatter<'_>) -> fmt::Result {
    let track = match bits.track {
        XBitsTrack::Source => "ip_src",
        XBitsTrack::Destination => "ip_dst",
        XBitsTrack::Pair => "ip_pair",
        XBitsTrack::Transaction => "tx",
    };
    let operation = operation(bits.operation);
    write!(
        out,
        "xbits:{operation},{},track {track},expire {};",
        bits.name, bits.expire_seconds
    )
}

pub(super) fn hostbits(bits: &HostBits, out: &mut Formatter<'_>) -> fmt::Result {
    let names = bits.names.join("|");
    write!(
        out,
        "hostbits:{},{names},{},{};",
        operation(bits.operation),
        side(bits.side),
        bits.expire_seconds
    )
}

fn side(side: HostSide) -> &'static str {
    match side {
        HostSide::Source => "src",
        HostSide::Destination => "dst",
        HostSide::Both => "both",
    }
}

fn track(track: Track) -> &'static str {
    match track {
        Track::BySource => "by_src",
        Track::ByDestination => "by_dst",
        Track::ByBoth => "by_both",
        Track::ByRule => "by_rule",
        Track::ByFlow => "by_flow",
    }
}

pub(super) fn threshold(threshold: &Threshold, out: &mut Formatter<'_>) -> fmt::Result {
    let Threshold {
        kind,
        track: by,
        count,
        seconds,
    } = *threshold;
    let kind = match kind {
        ThresholdKind::Threshold => "threshold",
        ThresholdKind::Limit => "limit",
        ThresholdKind::Both => "both",
        ThresholdKind::Backoff { multiplier } => {
            let by = track(by);
            return write!(
                out,
                "threshold:type backoff, track {by}, count {count}, multiplier {multiplier};"
            );
        }
    };
    write!(
        out,
        "threshold:type {kind}, track {}, count {count}, seconds {seconds};",
        track(by)
    )
}

pub(super) fn detection_filter(filter: &DetectionFilter, out: &mut Formatter<'_>) -> fmt::Result {
    let by = track(filter.track);
    write!(
        out,
        "detection_filter:track {by}, count {}, seconds {}",
        filter.count, filter.seconds
    )?;
    match filter.unique_on {
        Some(field) => write!(out, ", unique_on {field};"),
        None => out.write_str(";"),
    }
}

pub(super) fn tag(tag: Tag, out: &mut Formatter<'_>) -> fmt::Result {
    let metric = match tag.metric {
        TagMetric::Packets => "packets",
        TagMetric::Seconds => "seconds",
        TagMetric::Bytes => "bytes",
    };
    match tag.scope {
        TagScope::Session => write!(out, "tag:session,{},{metric};", tag.count),
        TagScope::Host(host) => write!(out, "tag:host,{},{metric},{};", tag.count, side(host)),
    }
}
