//! Options on protocols, events and files.

use super::content;
use crate::rule::argument::Argument;
use crate::rule::ast::{
    AppLayerProtocol, DceInterface, FileHash, FileStore, FileText, HashKind, Keyword, LogConfig,
    Named, ProtocolScope, Rpc, Span,
};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;
use crate::rule::tables::buffers::DCERPC;
use crate::rule::tables::{nearest, protocols};

pub(super) fn app_layer_protocol(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (name, scope) = match argument.split_once(b',') {
        Some((name, scope)) => (name, protocol_scope(scope)?),
        None => (argument, ProtocolScope::Direction),
    };
    let (name, negated) = name.unquoted().negation();
    let lower = name.lower();
    let known = match lower.as_str() {
        "failed" | "unknown" => Some(lower.as_str()),
        _ => protocols::application(&lower),
    };
    let Some(known) = known else {
        return Err(unknown_protocol(name));
    };
    let option = AppLayerProtocol {
        name: known.to_owned(),
        negated,
        scope,
    };
    builder.push(Keyword::AppLayerProtocol(option), span);
    Ok(())
}

fn protocol_scope(argument: Argument<'_>) -> Result<ProtocolScope, Fault> {
    let words = [
        "direction",
        "final",
        "original",
        "either",
        "to_server",
        "to_client",
        "toserver",
        "toclient",
    ];
    Ok(match argument.choice("which protocol is meant", &words)? {
        "final" => ProtocolScope::Final,
        "original" => ProtocolScope::Original,
        "either" => ProtocolScope::Either,
        "to_server" | "toserver" => ProtocolScope::ToServer,
        "to_client" | "toclient" => ProtocolScope::ToClient,
        _ => ProtocolScope::Direction,
    })
}

fn unknown_protocol(name: Argument<'_>) -> Fault {
    let shown = name.shown();
    name.syntax(match nearest(&shown, protocols::names()) {
        Some(near) => format!("unknown protocol `{shown}`; did you mean `{near}`?"),
        None => format!("unknown protocol `{shown}`"),
    })
}

pub(super) fn app_layer_event(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    if let Some((protocol, _)) = argument.split_once(b'.')
        && protocols::application(&protocol.lower()).is_none()
    {
        return Err(unknown_protocol(protocol));
    }
    event(builder, "app-layer-event", argument, span)
}

pub(super) fn decode_event(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    event(builder, "decode-event", argument, span)
}

pub(super) fn stream_event(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    event(builder, "stream-event", argument, span)
}

fn event(
    builder: &mut Builder,
    keyword: &'static str,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if !argument.text.iter().all(plain) {
        return Err(argument.expected("the name of an event"));
    }
    builder.push(
        Keyword::Event(Named {
            keyword,
            words: vec![(argument.lower(), false)],
        }),
        span,
    );
    Ok(())
}

pub(super) fn dce_interface(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    builder.require_protocols(DCERPC, "dcerpc.iface", span)?;
    let mut parts = argument.split(b',');
    let mut option = DceInterface {
        uuid: uuid(parts.next().unwrap_or(argument))?,
        version: None,
        any_fragment: false,
    };
    for part in parts {
        if part.is("any_frag") {
            option.any_fragment = true;
        } else if option.version.is_some() {
            return Err(part.expected("`any_frag` or the end"));
        } else {
            option.version = Some(super::comparison::unsigned(part, u64::from(u16::MAX), &[])?);
        }
    }
    builder.push(Keyword::DceInterface(option), span);
    Ok(())
}

fn uuid(argument: Argument<'_>) -> Result<[u8; 16], Fault> {
    let wrong = || argument.expected("an interface (`12345678-1234-abcd-ef00-0123456789ab`)");
    let groups: Vec<usize> = argument
        .text
        .split(|byte| *byte == b'-')
        .map(<[u8]>::len)
        .collect();
    let digits: String = argument
        .string()
        .chars()
        .filter(|character| *character != '-')
        .collect();
    if groups != [8, 4, 4, 4, 12] {
        return Err(wrong());
    }
    u128::from_str_radix(&digits, 16)
        .map(u128::to_be_bytes)
        .map_err(|_| wrong())
}

pub(super) fn dce_operations(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    builder.require_protocols(DCERPC, "dcerpc.opnum", span)?;
    let number = |part: Argument<'_>| {
        part.number(u64::from(u16::MAX))
            .map(|number| u16::try_from(number).unwrap_or(0))
    };
    let mut ranges = Vec::new();
    for part in argument.split(b',') {
        let range = if let Some(rest) = part.strip(">") {
            (number(rest.trim())?.saturating_add(1), u16::MAX)
        } else if let Some(rest) = part.strip("<") {
            (0, number(rest.trim())?.saturating_sub(1))
        } else if let Some((low, high)) = part.split_once(b'-') {
            (number(low)?, number(high)?)
        } else {
            let single = number(part)?;
            (single, single)
        };
        if range.0 > range.1 {
            return Err(
                part.meaning("the range is empty: its first number must not be above its second")
            );
        }
        ranges.push(range);
    }
    builder.push(Keyword::DceOperations(ranges), span);
    Ok(())
}

pub(super) fn rpc(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let program = parts.next().unwrap_or(argument).number_u32()?;
    let mut next = || match parts.next() {
        None => Ok(None),
        Some(part) if part.text == b"*" => Ok(None),
        Some(part) => part.number_u32().map(Some),
    };
    let option = Rpc {
        program,
        version: next()?,
        procedure: next()?,
    };
    builder.push(Keyword::Rpc(option), span);
    Ok(())
}

pub(super) fn file_name(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    file_text(builder, "filename", argument, span)
}

pub(super) fn file_extension(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    file_text(builder, "fileext", argument, span)
}

pub(super) fn file_magic(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    file_text(builder, "filemagic", argument, span)
}

fn file_text(
    builder: &mut Builder,
    keyword: &'static str,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (quoted, negated) = argument.negation();
    let text = content::pattern(if quoted.text.starts_with(b"\"") {
        quoted.quoted()?
    } else {
        quoted
    })?;
    if text.is_empty() {
        return Err(quoted.meaning("the text is empty"));
    }
    builder.push(
        Keyword::FileText(FileText {
            keyword,
            text,
            negated,
        }),
        span,
    );
    Ok(())
}

pub(super) fn file_md5(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    file_hash(builder, HashKind::Md5, argument, span)
}

pub(super) fn file_sha1(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    file_hash(builder, HashKind::Sha1, argument, span)
}

pub(super) fn file_sha256(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    file_hash(builder, HashKind::Sha256, argument, span)
}

fn file_hash(
    builder: &mut Builder,
    kind: HashKind,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (list, negated) = argument.negation();
    let list = list.unquoted().name("the name of a list file")?;
    builder.push(
        Keyword::FileHash(FileHash {
            kind,
            list,
            negated,
        }),
        span,
    );
    Ok(())
}

pub(super) fn file_store(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut option = FileStore {
        direction: None,
        scope: None,
    };
    if !argument.is_empty() {
        let mut parts = argument.split(b',');
        let words = ["request", "response", "both", "to_server", "to_client"];
        option.direction = Some(
            parts
                .next()
                .unwrap_or(argument)
                .choice("a direction", &words)?,
        );
        option.scope = parts
            .next()
            .map(|part| part.choice("a scope", &["file", "tx", "ssn", "flow"]))
            .transpose()?;
        if let Some(more) = parts.next() {
            return Err(more.expected("the end of `filestore`"));
        }
    }
    builder.push(Keyword::FileStore(option), span);
    Ok(())
}

pub(super) fn config(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let (subsystem, action) = parts.next().unwrap_or(argument).first_word();
    let mut next = |key: &str| -> Result<String, Fault> {
        let part = parts
            .next()
            .ok_or_else(|| argument.syntax(format!("`config` needs `{key} ...`")))?;
        let (name, rest) = part.first_word();
        if !name.is(key) {
            return Err(part.expected(&format!("`{key} ...`")));
        }
        Ok(rest.choice("a unit", &["tx", "flow", "packet"])?.to_owned())
    };
    let option = LogConfig {
        subsystem: (
            subsystem
                .choice("a part of the configuration", &["logging", "tracking"])?
                .to_owned(),
            action.choice("what to do", &["disable"])?.to_owned(),
        ),
        kind: next("type")?,
        scope: next("scope")?,
    };
    builder.push(Keyword::LogConfig(option), span);
    Ok(())
}

pub(super) fn prefilter(builder: &mut Builder, _: Argument<'_>, span: Span) -> Result<(), Fault> {
    if builder.options.is_empty() {
        return Err(Fault::meaning(
            span,
            "`prefilter` needs an option before it",
        ));
    }
    if builder
        .options
        .iter()
        .any(|item| item.keyword == Keyword::Prefilter)
    {
        return Err(Fault::meaning(
            span,
            "`prefilter` stands twice in this rule",
        ));
    }
    builder.push(Keyword::Prefilter, span);
    Ok(())
}
