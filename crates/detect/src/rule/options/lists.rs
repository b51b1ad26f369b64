//! Options on lists kept elsewhere (`dataset`, `datarep`, `iprep`, `geoip`) and `entropy`.

use super::comparison;
use crate::rule::argument::Argument;
use crate::rule::ast::{
    DataReputation, Dataset, DatasetCommand, DatasetKind, Entropy, Geography, IpReputation,
    Keyword, ReputationSide, Span,
};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;

/// Settings that take a value, and those that stand alone.
const SETTINGS: &[&str] = &[
    "load",
    "save",
    "state",
    "memcap",
    "hashsize",
    "format",
    "enrichment_key",
    "value_key",
    "array_key",
    "context_key",
];

type Settings = Vec<(String, String)>;

pub(super) fn dataset(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    needs_buffer(builder, "dataset", span)?;
    let mut parts = argument.split(b',');
    let command = match parts
        .next()
        .unwrap_or(argument)
        .choice("a command", &["set", "unset", "isset", "isnotset"])?
    {
        "set" => DatasetCommand::Set,
        "unset" => DatasetCommand::Unset,
        "isset" => DatasetCommand::IsSet,
        _ => DatasetCommand::IsNotSet,
    };
    let name = parts
        .next()
        .ok_or_else(|| argument.expected("`command, name`"))?
        .name("the name of the set")?;
    let (kind, settings) = settings(parts)?;
    let has = |key: &str| settings.iter().any(|(known, _)| known == key);
    if has("state") && (has("load") || has("save")) {
        return Err(argument.meaning("`state` is both `load` and `save`, so it excludes them"));
    }
    builder.push_on_buffer(
        Keyword::Dataset(Dataset {
            command,
            name,
            kind,
            settings,
        }),
        span,
    )
}

pub(super) fn datarep(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    needs_buffer(builder, "datarep", span)?;
    let mut parts = argument.split(b',');
    let name = parts
        .next()
        .unwrap_or(argument)
        .name("the name of the list")?;
    let missing = || argument.expected("`name, operator, value`");
    let sign = parts.next().ok_or_else(missing)?;
    let score = parts.next().ok_or_else(missing)?.number(65_535)?;
    let comparison = match sign.text {
        b"<" => crate::rule::ast::Comparison::Less(score),
        b">" => crate::rule::ast::Comparison::Greater(score),
        b"=" | b"==" => crate::rule::ast::Comparison::Equal(score),
        _ => return Err(sign.expected("an operator (<, >, ==)")),
    };
    let (kind, settings) = settings(parts)?;
    builder.push_on_buffer(
        Keyword::DataReputation(DataReputation {
            name,
            comparison,
            kind,
            settings,
        }),
        span,
    )
}

fn needs_buffer(builder: &Builder, name: &str, span: Span) -> Result<(), Fault> {
    if builder.has_sticky_buffer() {
        return Ok(());
    }
    Err(Fault::meaning(
        span,
        format!("`{name}` needs a sticky buffer before it"),
    ))
}

/// `type`, and the other settings as written.
fn settings<'a>(
    parts: impl Iterator<Item = Argument<'a>>,
) -> Result<(Option<DatasetKind>, Settings), Fault> {
    let mut kind = None;
    let mut settings = Settings::new();
    for part in parts {
        let (key, rest) = part.first_word();
        if key.is("type") {
            kind = Some(
                match rest.choice("a type", &["string", "md5", "sha256", "ipv4", "ip"])? {
                    "string" => DatasetKind::Text,
                    "md5" => DatasetKind::Md5,
                    "sha256" => DatasetKind::Sha256,
                    "ipv4" => DatasetKind::Ipv4,
                    _ => DatasetKind::Ip,
                },
            );
            continue;
        }
        if part.is("remove_key") {
            settings.push(("remove_key".to_owned(), String::new()));
            continue;
        }
        let name = key.choice("a setting", SETTINGS)?;
        if rest.is_empty() {
            return Err(part.syntax(format!("`{name}` needs a value behind it")));
        }
        settings.push((name.to_owned(), rest.string()));
    }
    Ok((kind, settings))
}

pub(super) fn entropy(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (mut bytes, mut offset, mut test) = (None, 0, None);
    for part in argument.split(b',') {
        let (key, rest) = part.first_word();
        match () {
            () if key.is("bytes") => bytes = Some(rest.number_u32()?).filter(|count| *count > 0),
            () if key.is("offset") => offset = rest.number_u32()?,
            () if key.is("value") => test = Some(comparison::decimal(rest)?),
            () => return Err(part.expected("`bytes N`, `offset N` or `value TEST`")),
        }
    }
    let comparison = test.ok_or_else(|| argument.syntax("`entropy` needs `value TEST`"))?;
    builder.push_on_buffer(
        Keyword::Entropy(Entropy {
            bytes,
            offset,
            comparison,
        }),
        span,
    )
}

pub(super) fn iprep(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let side = side(parts.next().unwrap_or(argument))?;
    let missing = || argument.expected("`side, category, operator, score`");
    let category = parts
        .next()
        .ok_or_else(missing)?
        .name("the name of a category")?;
    let sign = parts.next().ok_or_else(missing)?;
    let (comparison, is_set) = match () {
        () if sign.is("isset") => (None, Some(true)),
        () if sign.is("isnotset") => (None, Some(false)),
        () => {
            let score = parts.next().map_or(&b""[..], |score| score.text);
            let joined = [sign.text, score].concat();
            let test = Argument::new(&joined, sign.start);
            (Some(comparison::unsigned(test, 127, &[])?), None)
        }
    };
    if let Some(more) = parts.next() {
        return Err(more.expected("the end of `iprep`"));
    }
    builder.push(
        Keyword::IpReputation(IpReputation {
            side,
            category,
            comparison,
            is_set,
        }),
        span,
    );
    Ok(())
}

fn side(argument: Argument<'_>) -> Result<ReputationSide, Fault> {
    Ok(
        match argument.choice("a side", &["any", "src", "dst", "dest", "both"])? {
            "any" => ReputationSide::Any,
            "src" => ReputationSide::Source,
            "dst" | "dest" => ReputationSide::Destination,
            _ => ReputationSide::Both,
        },
    )
}

pub(super) fn geoip(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',').peekable();
    let named = parts.peek().copied().and_then(|first| side(first).ok());
    if named.is_some() {
        parts.next();
    }
    let mut countries = Vec::new();
    for part in parts {
        let (code, negated) = part.negation();
        if code.text.len() != 2 || !code.text.iter().all(u8::is_ascii_alphabetic) {
            return Err(code.expected("a country code of two letters"));
        }
        countries.push((code.string().to_ascii_uppercase(), negated));
    }
    if countries.is_empty() {
        return Err(argument.expected("a country code of two letters"));
    }
    let side = named.unwrap_or(ReputationSide::Any);
    builder.push(Keyword::Geography(Geography { side, countries }), span);
    Ok(())
}
