//! HTTP/1.1 (RFC 9112) requests and responses from what a rule asks.

mod headers;
mod raw;

use super::ask::{Ask, exactly, shown};
use super::{Say, Talk};
use crate::bytes::ByteSet;
use crate::chain::{Shape, Unable};
use headers::{Line, REQUEST_HEADERS, RESPONSE_HEADERS, assemble, is_value, text_of, values};

/// A body that takes longer than this to send is not made.
const BODY_MAX: usize = 120_000;

/// Request and response in which the rule matches.
pub(super) fn talk(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let answers = ask.answers();
    let request = if answers {
        plain_request(ask.seed)
    } else {
        request(ask)?
    };
    let response = if answers {
        response(ask)?
    } else {
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok".to_vec()
    };
    Ok(Talk::tcp(vec![Say::Client(request), Say::Server(response)]))
}

fn plain_request(seed: u64) -> Vec<u8> {
    format!("GET /{seed} HTTP/1.1\r\nHost: h{seed}.test\r\n\r\n").into_bytes()
}

fn request(ask: &Ask<'_>) -> Result<Vec<u8>, Unable> {
    let payload = ask.buffer(detect::rule::ast::PAYLOAD);
    if let Some(payload) = payload.filter(|_| !ask.names().any(|name| name.starts_with("http"))) {
        return raw::request(ask, payload);
    }
    let length = content_length(ask)?;
    let body = body(ask, &["http.request_body", "file.data"], length, true)?;
    let (mut method, mut uri) = (method(ask, body.is_some())?, uri(ask)?);
    let mut protocol = match ask.buffer("http.protocol") {
        Some(asked) => {
            asked.usual_or_solved(&[b"HTTP/1.1", b"HTTP/1.0"], word_shape(), ask.seed, |_| {
                true
            })?
        }
        None => b"HTTP/1.1".to_vec(),
    };
    if let Some(asked) = ask.buffer("http.request_line") {
        let line = [&method[..], b" ", &uri, b" ", &protocol].concat();
        if !asked.accepts(&line) {
            let parts = raw::request_line(ask, asked, &method, &uri)?;
            (method, uri, protocol) = parts;
        }
    }
    let (mut fixed, mut loose) = (values(ask, REQUEST_HEADERS)?, Vec::new());
    match host(ask)? {
        Some(host) => fixed.insert(0, (b"Host".to_vec(), host)),
        None => loose.push((b"Host".to_vec(), format!("h{}.test", ask.seed).into_bytes())),
    }
    add_length(&mut fixed, body.as_deref(), ask);
    let lines = assemble(ask, fixed, loose)?;
    let line = [&method[..], b" ", &uri, b" ", &protocol].concat();
    let message = message(ask, &line, &lines)?;
    Ok([&message[..], &body.unwrap_or_default()].concat())
}

fn response(ask: &Ask<'_>) -> Result<Vec<u8>, Unable> {
    let payload = ask.buffer(detect::rule::ast::PAYLOAD);
    if let Some(payload) = payload.filter(|_| {
        !ask.names()
            .any(|name| name.starts_with("http") || name == "file.data")
    }) {
        return raw::response(ask, payload);
    }
    let length = content_length(ask)?;
    let body = body(ask, &["http.response_body", "file.data"], length, false)?;
    let word = |name: &str, usual: &[&[u8]]| match ask.buffer(name) {
        Some(asked) => asked.usual_or_solved(usual, word_shape(), ask.seed, is_value),
        None => Ok(usual[0].to_vec()),
    };
    let code = word(
        "http.stat_code",
        &[b"200", b"302", b"404", b"301", b"500", b"403", b"401"],
    )?;
    let text = word("http.stat_msg", &[b"OK", b"Found"])?;
    let protocol = word("http.protocol", &[b"HTTP/1.1", b"HTTP/1.0"])?;
    let mut line = [&protocol[..], b" ", &code, b" ", &text].concat();
    if let Some(asked) = ask.buffer("http.response_line")
        && !asked.accepts(&line)
    {
        let shape = Shape {
            allowed: ByteSet::of(b"\r\n").not(),
            ..Shape::default()
        };
        line = asked.solve(shape, ask.seed, |text| text.starts_with(b"HTTP/1."))?;
    }
    let mut fixed = values(ask, RESPONSE_HEADERS)?;
    let mut loose = vec![(b"Date".to_vec(), b"Mon, 06 Apr 2026 00:00:00 GMT".to_vec())];
    if !fixed.iter().any(|(name, _)| name == b"Content-Type") {
        loose.push((b"Content-Type".to_vec(), b"text/html".to_vec()));
    }
    add_length(&mut fixed, Some(body.as_deref().unwrap_or_default()), ask);
    let lines = assemble(ask, fixed, loose)?;
    let message = message(ask, &line, &lines)?;
    Ok([&message[..], &body.unwrap_or_default()].concat())
}

/// Start line and header lines, with what is asked of both together.
fn message(ask: &Ask<'_>, line: &[u8], lines: &[Line]) -> Result<Vec<u8>, Unable> {
    let start = [line, b"\r\n", &text_of(lines), b"\r\n"].concat();
    match ask.buffer("http.start") {
        Some(asked) if !asked.accepts(&start) => raw::start(ask, asked, line, lines),
        _ => Ok(start),
    }
}

fn word_shape() -> Shape {
    Shape {
        allowed: shown(),
        ..Shape::default()
    }
}

fn method(ask: &Ask<'_>, has_body: bool) -> Result<Vec<u8>, Unable> {
    const USUAL: [&[u8]; 9] = [
        b"POST", b"GET", b"PUT", b"HEAD", b"OPTIONS", b"DELETE", b"PATCH", b"CONNECT", b"TRACE",
    ];
    let usual = if has_body {
        USUAL.to_vec()
    } else {
        let mut usual = USUAL.to_vec();
        usual.swap(0, 1);
        usual
    };
    match ask.merged(&["http.method"]) {
        Some(asked) => {
            let shape = Shape {
                allowed: ByteSet::range(b'A', b'Z')
                    .or(ByteSet::range(b'a', b'z'))
                    .or(ByteSet::of(b"-_")),
                filling: ByteSet::range(b'A', b'Z'),
                ..Shape::default()
            };
            asked.usual_or_solved(&usual, shape, ask.seed, |_| true)
        }
        None => Ok(usual[0].to_vec()),
    }
}

/// The request target as it goes over the wire.
fn uri(ask: &Ask<'_>) -> Result<Vec<u8>, Unable> {
    let sizes = ask.numbers("urilen");
    let asked = ask.merged(&["http.uri", "http.uri.raw"]);
    let raw = ask.names_any(&["http.uri.raw"]);
    let Some(mut asked) = asked else {
        let (first, _) = crate::chain::bounds(&sizes, (1, 8_000))
            .ok_or_else(|| "no length passes urilen".to_owned())?;
        let length = if sizes.is_empty() { 2 } else { first };
        let filling = std::iter::repeat_n(b'a', length - 1);
        return Ok(std::iter::once(b'/').chain(filling).collect());
    };
    asked.chain.sizes.extend(sizes);
    let fits = |text: &[u8]| !text.starts_with(b"//") && (raw || !changes_when_normal(text));
    let mut shape = Shape {
        head: exactly(b"/"),
        ..Shape::default()
    };
    if raw {
        shape.allowed = shown();
    }
    let seed = ask.seed;
    let with_head = |head: &[u8]| Shape {
        head: exactly(head),
        ..shape.clone()
    };
    let text = asked
        .solve(shape.clone(), seed, fits)
        .or_else(|_| asked.solve(with_head(b"/?"), seed, fits))
        .or_else(|_| asked.solve(with_head(b""), seed, fits))
        .or_else(|_| asked.solve(shape, seed, |_| true))?;
    Ok(if raw { text } else { on_wire(&text) })
}

/// Whether a server would write the path in another way.
fn changes_when_normal(text: &[u8]) -> bool {
    let path = text.split(|byte| *byte == b'?').next().unwrap_or_default();
    path.contains(&b'\\')
        || ["//", "/./", "/../"].iter().any(|part| {
            path.windows(part.len())
                .any(|window| window == part.as_bytes())
        })
}

/// A normal URI as a client writes it.
fn on_wire(text: &[u8]) -> Vec<u8> {
    text.iter()
        .flat_map(|byte| match byte {
            0x21..=0x24 | 0x26..=0x7e => vec![*byte],
            _ => format!("%{byte:02X}").into_bytes(),
        })
        .collect()
}

fn host(ask: &Ask<'_>) -> Result<Option<Vec<u8>>, Unable> {
    let Some(asked) = ask.merged(&["http.host", "http.host.raw"]) else {
        return Ok(None);
    };
    let usual = format!("h{}.test", ask.seed);
    let allowed = shown().and(ByteSet::range(b'A', b'Z').or(ByteSet::of(b"/:")).not());
    let shape = Shape {
        allowed,
        ..Shape::default()
    };
    let wide = Shape {
        allowed: shown(),
        ..Shape::default()
    };
    asked
        .usual_or_solved(&[usual.as_bytes()], shape, ask.seed, |_| true)
        .or_else(|_| asked.solve(wide, ask.seed, |_| true))
        .map(Some)
}

/// The number that `Content-Length` must say.
fn content_length(ask: &Ask<'_>) -> Result<Option<usize>, Unable> {
    let Some(asked) = ask.merged(&["http.content_len"]) else {
        return Ok(None);
    };
    let shape = Shape {
        allowed: ByteSet::range(b'0', b'9'),
        filling: ByteSet::range(b'1', b'9'),
        ..Shape::default()
    };
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<usize>().ok();
    let text = asked.usual_or_solved(&[b"100", b"1000"], shape, ask.seed, |text| {
        number(text).is_some_and(|number| number <= BODY_MAX)
    })?;
    Ok(number(&text))
}

/// The body, of a given length if there is one.
fn body(
    ask: &Ask<'_>,
    names: &[&str],
    length: Option<usize>,
    also_payload: bool,
) -> Result<Option<Vec<u8>>, Unable> {
    let payload = detect::rule::ast::PAYLOAD;
    let mut names = names.to_vec();
    if also_payload || ask.names_any(&[payload]) {
        names.push(payload);
    }
    let (shortest, longest) = length.map_or((1, 60_000), |length| (length, length));
    // Files are judged by their size as well.
    let sizes = ask.numbers("filesize");
    let Some(mut asked) = ask.merged(&names) else {
        let (first, _) = crate::chain::bounds(&sizes, (shortest, BODY_MAX))
            .ok_or_else(|| "no length passes filesize".to_owned())?;
        let wanted = length.is_some() || !sizes.is_empty();
        return Ok(wanted.then(|| vec![b'a'; first]));
    };
    asked.chain.sizes.extend(sizes);
    let shape = Shape {
        shortest,
        longest,
        ..Shape::default()
    };
    asked.solve(shape, ask.seed, |_| true).map(Some)
}

fn add_length(lines: &mut Vec<Line>, body: Option<&[u8]>, ask: &Ask<'_>) {
    if let Some(body) = body {
        let value = body.len().to_string().into_bytes();
        lines.push((b"Content-Length".to_vec(), value));
    } else if ask.names_any(&["http.content_len"]) {
        lines.push((b"Content-Length".to_vec(), b"0".to_vec()));
    }
}
