//! Options: each keyword's argument into its value.

mod bytes;
mod comparison;
mod content;
mod dates;
mod flow;
mod lists;
mod meta;
mod number;
mod packet;
mod pcre;
mod requires;
mod size;
mod thresholds;
mod transaction;
mod transform;
mod words;

pub(crate) use requires::check_requirements;

use super::argument::Argument;
use super::ast::{Comparison, FlowDirection, Keyword, Span, Transform};
use super::builder::Builder;
use super::problem::{Fault, ProblemKind};
use super::tables::{self, Form, OptionParser};

/// A keyword with a parser of its own.
pub(crate) struct Special {
    /// Canonical name.
    pub name: &'static str,
    /// Whether an argument must, may, or must not follow.
    pub argument: Needs,
    /// Reads the argument.
    pub parse: OptionParser,
}

/// Whether an argument follows the keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Argument,
    Maybe,
    Nothing,
}

const fn special(name: &'static str, argument: Needs, parse: OptionParser) -> Special {
    Special {
        name,
        argument,
        parse,
    }
}

/// Every keyword with a parser of its own. To add one, add a line.
pub(crate) static SPECIALS: &[Special] = &[
    special("msg", Needs::Argument, meta::message),
    special("sid", Needs::Argument, meta::sid),
    special("gid", Needs::Argument, meta::gid),
    special("rev", Needs::Argument, meta::revision),
    special("classtype", Needs::Argument, meta::classtype),
    special("priority", Needs::Argument, meta::priority),
    special("reference", Needs::Argument, meta::reference),
    special("metadata", Needs::Argument, meta::metadata),
    special("target", Needs::Argument, meta::target),
    special("requires", Needs::Argument, requires::requires),
    special("content", Needs::Argument, content::content),
    special("nocase", Needs::Nothing, content::nocase),
    special("rawbytes", Needs::Nothing, content::rawbytes),
    special("startswith", Needs::Nothing, content::starts_with),
    special("endswith", Needs::Nothing, content::ends_with),
    special("offset", Needs::Argument, content::offset),
    special("depth", Needs::Argument, content::depth),
    special("distance", Needs::Argument, content::distance),
    special("within", Needs::Argument, content::within),
    special("fast_pattern", Needs::Maybe, content::fast_pattern),
    special("replace", Needs::Argument, content::replace),
    special("isdataat", Needs::Argument, size::is_data_at),
    special("bsize", Needs::Argument, size::buffer_size),
    special("absent", Needs::Maybe, size::absent),
    special("pcre", Needs::Argument, pcre::pcre),
    special("byte_test", Needs::Argument, bytes::byte_test),
    special("byte_jump", Needs::Argument, bytes::byte_jump),
    special("byte_extract", Needs::Argument, bytes::byte_extract),
    special("byte_math", Needs::Argument, bytes::byte_math),
    special("base64_decode", Needs::Maybe, bytes::base64_decode),
    special("entropy", Needs::Argument, lists::entropy),
    special("dataset", Needs::Argument, lists::dataset),
    special("datarep", Needs::Argument, lists::datarep),
    special("iprep", Needs::Argument, lists::iprep),
    special("geoip", Needs::Argument, lists::geoip),
    special("asn1", Needs::Argument, packet::asn1),
    special("tcp.flags", Needs::Argument, packet::tcp_flags),
    special("fragbits", Needs::Argument, packet::fragment_bits),
    special("stream_size", Needs::Argument, packet::stream_size),
    special("flow", Needs::Argument, flow::flow),
    special("flowbits", Needs::Argument, flow::flowbits),
    special("flowint", Needs::Argument, flow::flowint),
    special("xbits", Needs::Argument, flow::xbits),
    special("hostbits", Needs::Argument, flow::hostbits),
    special("threshold", Needs::Argument, thresholds::threshold),
    special(
        "detection_filter",
        Needs::Argument,
        thresholds::detection_filter,
    ),
    special("tag", Needs::Argument, thresholds::tag),
    special(
        "app-layer-protocol",
        Needs::Argument,
        transaction::app_layer_protocol,
    ),
    special(
        "app-layer-event",
        Needs::Argument,
        transaction::app_layer_event,
    ),
    special("decode-event", Needs::Argument, transaction::decode_event),
    special("stream-event", Needs::Argument, transaction::stream_event),
    special("dcerpc.iface", Needs::Argument, transaction::dce_interface),
    special("dcerpc.opnum", Needs::Argument, transaction::dce_operations),
    special("rpc", Needs::Argument, transaction::rpc),
    special("filename", Needs::Argument, transaction::file_name),
    special("fileext", Needs::Argument, transaction::file_extension),
    special("filemagic", Needs::Argument, transaction::file_magic),
    special("filemd5", Needs::Argument, transaction::file_md5),
    special("filesha1", Needs::Argument, transaction::file_sha1),
    special("filesha256", Needs::Argument, transaction::file_sha256),
    special("filestore", Needs::Maybe, transaction::file_store),
    special("config", Needs::Argument, transaction::config),
    special("prefilter", Needs::Nothing, transaction::prefilter),
    special("xor", Needs::Argument, transform::xor),
    special("pcrexform", Needs::Argument, transform::pcre),
    special("from_base64", Needs::Maybe, transform::from_base64),
    special("gunzip", Needs::Maybe, transform::gunzip),
    special("zlib_deflate", Needs::Maybe, transform::zlib_deflate),
    special("subslice", Needs::Argument, transform::subslice),
];

/// The test of a number that a part of an argument is.
pub(crate) fn number_test(text: &str, limit: u64) -> Option<Comparison<u64>> {
    comparison::unsigned(Argument::new(text.trim().as_bytes(), 0), limit, &[]).ok()
}

/// One option as cut out of the rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawOption<'a> {
    /// The keyword.
    pub name: Argument<'a>,
    /// What follows the colon, trimmed; `None` without a colon.
    pub argument: Option<Argument<'a>>,
}

impl RawOption<'_> {
    fn span(&self) -> Span {
        let end = self
            .argument
            .map_or(self.name.span().end, |argument| argument.span().end);
        Span {
            start: self.name.start,
            end,
        }
    }
}

/// Adds one option to the rule.
pub(crate) fn apply(builder: &mut Builder, option: RawOption<'_>) -> Result<(), Fault> {
    let name = std::str::from_utf8(option.name.text).unwrap_or("");
    let Some(form) = tables::form(name) else {
        return Err(unknown_keyword(option.name));
    };
    let span = option.span();
    let argument = option.argument.unwrap_or(Argument::new(b"", span.end));
    match form {
        Form::Special(special) => {
            check_argument(option, special.argument)?;
            (special.parse)(builder, argument, span)
        }
        Form::Buffer(buffer) => {
            let (parameter, direction) = buffer_argument(option, buffer.parameter)?;
            builder.select(buffer, parameter, direction, span)
        }
        Form::Payload => {
            check_argument(option, Needs::Nothing)?;
            builder.select_payload()
        }
        Form::Modifier(buffer) => {
            check_argument(option, Needs::Nothing)?;
            builder.move_content(buffer, option.name)
        }
        Form::ContentOn(buffer) => {
            check_argument(option, Needs::Argument)?;
            let content = content::parse(argument)?;
            builder.push_beside(Keyword::Content(content), buffer, span)
        }
        Form::Transform(name) => {
            check_argument(option, Needs::Nothing)?;
            builder.transform(Transform::Plain(name), name, span)
        }
        Form::Number(keyword) => {
            check_argument(option, Needs::Argument)?;
            builder.require_protocols(keyword.protocols, keyword.name, span)?;
            let number = number::parse(keyword, argument)?;
            builder.push(Keyword::Number(number), span);
            Ok(())
        }
        Form::Words(keyword) => {
            check_argument(option, Needs::Argument)?;
            builder.require_protocols(keyword.protocols, keyword.name, span)?;
            let named = words::parse(keyword, argument)?;
            builder.push(Keyword::Named(named), span);
            Ok(())
        }
        Form::Flag(name, protocols) => {
            check_argument(option, Needs::Nothing)?;
            builder.require_protocols(protocols, name, span)?;
            builder.push(Keyword::Flag(name), span);
            Ok(())
        }
        Form::Refused(reason) => Err(Fault {
            kind: ProblemKind::Refused,
            span: option.name.span(),
            message: reason.to_owned(),
        }),
    }
}

/// The keyword must have an argument, or must not.
fn check_argument(option: RawOption<'_>, needs: Needs) -> Result<(), Fault> {
    let name = option.name.shown();
    match (needs, option.argument) {
        (Needs::Argument, None) => Err(option
            .name
            .syntax(format!("`{name}` needs an argument: `{name}:...;`"))),
        (Needs::Argument, Some(argument)) if argument.is_empty() => Err(argument.syntax(format!(
            "`{name}` needs an argument, found nothing after the colon"
        ))),
        (Needs::Nothing, Some(argument)) if !argument.is_empty() => Err(argument.syntax(format!(
            "`{name}` takes no argument, found `{}`",
            argument.shown()
        ))),
        _ => Ok(()),
    }
}

/// Parameter and direction of a sticky buffer.
fn buffer_argument(
    option: RawOption<'_>,
    parameter: bool,
) -> Result<(Option<String>, Option<FlowDirection>), Fault> {
    if parameter {
        check_argument(option, Needs::Argument)?;
        let name = option
            .argument
            .unwrap_or(option.name)
            .name("the name of a frame")?;
        return Ok((Some(name), None));
    }
    match option.argument.filter(|argument| !argument.is_empty()) {
        None => Ok((None, None)),
        Some(argument) if argument.is("to_client") => Ok((None, Some(FlowDirection::ToClient))),
        Some(argument) if argument.is("to_server") => Ok((None, Some(FlowDirection::ToServer))),
        Some(argument) => Err(argument.syntax(format!(
            "a sticky buffer takes no argument (but `to_client` or `to_server`), found `{}`",
            argument.shown()
        ))),
    }
}

fn unknown_keyword(name: Argument<'_>) -> Fault {
    let shown = name.shown();
    let message = match tables::nearest_keyword(&shown) {
        Some(near) => format!("unknown keyword `{shown}`; did you mean `{near}`?"),
        None => format!("unknown keyword `{shown}`"),
    };
    Fault {
        kind: ProblemKind::UnknownKeyword,
        span: name.span(),
        message,
    }
}
