//! `threshold`, `detection_filter`, `tag`.

use crate::rule::argument::Argument;
use crate::rule::ast::{
    DetectionFilter, HostSide, Keyword, Span, Tag, TagMetric, TagScope, Threshold, ThresholdKind,
    Track,
};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;

/// What a `key value` list of thresholds may hold.
#[derive(Default)]
struct Settings<'a> {
    kind: Option<Argument<'a>>,
    track: Option<Track>,
    count: Option<u32>,
    seconds: Option<u32>,
    multiplier: Option<u32>,
    unique_on: Option<&'static str>,
}

pub(super) fn threshold(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    if builder
        .options
        .iter()
        .any(|item| matches!(item.keyword, Keyword::DetectionFilter(_)))
    {
        return Err(Fault::meaning(
            span,
            "`threshold` and `detection_filter` exclude each other",
        ));
    }
    let settings = read(argument)?;
    let missing = |name: &str| argument.syntax(format!("`threshold` needs `{name} ...`"));
    let word = settings.kind.ok_or_else(|| missing("type"))?;
    let kind = match word.choice("a type", &["threshold", "limit", "both", "backoff"])? {
        "threshold" => ThresholdKind::Threshold,
        "limit" => ThresholdKind::Limit,
        "both" => ThresholdKind::Both,
        _ => match settings.multiplier.ok_or_else(|| missing("multiplier"))? {
            0 | 1 => {
                return Err(argument.meaning("`multiplier` must be 2 or more, or nothing grows"));
            }
            multiplier => ThresholdKind::Backoff { multiplier },
        },
    };
    let backoff = matches!(kind, ThresholdKind::Backoff { .. });
    let track = settings.track.ok_or_else(|| missing("track"))?;
    if backoff && track != Track::ByFlow {
        return Err(argument.meaning("`type backoff` needs `track by_flow`"));
    }
    if let Some(name) = settings.unique_on {
        return Err(argument.meaning(format!(
            "`unique_on {name}` is possible in `detection_filter` only"
        )));
    }
    let seconds = match settings.seconds {
        Some(_) if backoff => return Err(argument.meaning("`type backoff` has no `seconds`")),
        None if !backoff => return Err(missing("seconds")),
        seconds => seconds.unwrap_or(0),
    };
    let count = settings.count.ok_or_else(|| missing("count"))?;
    builder.push(
        Keyword::Threshold(Threshold {
            kind,
            track,
            count,
            seconds,
        }),
        span,
    );
    Ok(())
}

pub(super) fn detection_filter(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let taken =
        |keyword: &Keyword| matches!(keyword, Keyword::Threshold(_) | Keyword::DetectionFilter(_));
    if builder.options.iter().any(|item| taken(&item.keyword)) {
        return Err(Fault::meaning(
            span,
            "only one `detection_filter` is possible in a rule, and no `threshold` beside it",
        ));
    }
    let settings = read(argument)?;
    if let Some(kind) = settings.kind {
        return Err(kind.meaning("`detection_filter` has no `type`"));
    }
    let missing = |name: &str| argument.syntax(format!("`detection_filter` needs `{name} ...`"));
    let filter = DetectionFilter {
        track: settings.track.ok_or_else(|| missing("track"))?,
        count: settings.count.ok_or_else(|| missing("count"))?,
        seconds: settings.seconds.ok_or_else(|| missing("seconds"))?,
        unique_on: settings.unique_on,
    };
    builder.push(Keyword::DetectionFilter(filter), span);
    Ok(())
}

fn read(argument: Argument<'_>) -> Result<Settings<'_>, Fault> {
    let mut settings = Settings::default();
    for part in argument.split(b',') {
        let (key, rest) = part.first_word();
        let repeated = match () {
            () if key.is("type") => settings.kind.replace(rest).is_some(),
            () if key.is("track") => settings.track.replace(track(rest)?).is_some(),
            () if key.is("count") => settings.count.replace(positive(rest)?).is_some(),
            () if key.is("seconds") => settings.seconds.replace(positive(rest)?).is_some(),
            () if key.is("multiplier") => settings.multiplier.replace(rest.number_u32()?).is_some(),
            () if key.is("unique_on") => settings
                .unique_on
                .replace(rest.choice("a field", &["src_port", "dst_port"])?)
                .is_some(),
            () => {
                return Err(part
                    .expected("`type`, `track`, `count`, `seconds`, `multiplier` or `unique_on`"));
            }
        };
        if repeated {
            return Err(part.meaning(format!("`{}` stands twice", key.shown())));
        }
    }
    Ok(settings)
}

fn track(argument: Argument<'_>) -> Result<Track, Fault> {
    Ok(
        match argument.choice(
            "what to count by",
            &["by_src", "by_dst", "by_both", "by_rule", "by_flow"],
        )? {
            "by_src" => Track::BySource,
            "by_dst" => Track::ByDestination,
            "by_both" => Track::ByBoth,
            "by_rule" => Track::ByRule,
            _ => Track::ByFlow,
        },
    )
}

fn positive(argument: Argument<'_>) -> Result<u32, Fault> {
    match argument.number_u32()? {
        0 => Err(argument.meaning("0 is not possible here")),
        number => Ok(number),
    }
}

pub(super) fn tag(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let kind = parts
        .next()
        .unwrap_or(argument)
        .choice("what to follow", &["session", "host"])?;
    // As Suricata: without numbers, five minutes.
    let count = parts.next().map_or(Ok(300), positive)?;
    let metric = match parts.next() {
        None => TagMetric::Seconds,
        Some(word) => match word.choice("a unit", &["packets", "seconds", "bytes"])? {
            "packets" => TagMetric::Packets,
            "seconds" => TagMetric::Seconds,
            _ => TagMetric::Bytes,
        },
    };
    let side = parts.next();
    let scope = match (kind, side) {
        ("session", None) => TagScope::Session,
        ("session", Some(side)) => return Err(side.meaning("a session has no side")),
        (_, None) => TagScope::Host(HostSide::Source),
        (_, Some(side)) => match side.choice("a side", &["src", "dst"])? {
            "src" => TagScope::Host(HostSide::Source),
            _ => TagScope::Host(HostSide::Destination),
        },
    };
    builder.push(
        Keyword::Tag(Tag {
            scope,
            count,
            metric,
        }),
        span,
    );
    Ok(())
}
