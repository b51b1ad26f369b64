//! Messages for rules that look at the bytes of the stream, or at start line and headers as one text.

use super::headers::{Line, text_of};
use crate::bytes::ByteSet;
use crate::chain::{Shape, Unable};
use crate::talk::ask::{Ask, Asked, exactly, shown};

/// A request whose bytes satisfy what is asked of the stream.
pub(super) fn request(ask: &Ask<'_>, asked: &Asked) -> Result<Vec<u8>, Unable> {
    let seed = ask.seed;
    let text = asked.solve(Shape::default(), seed, |_| true);
    if let Some(text) = text.as_ref().ok().filter(|text| is_request_start(text)) {
        let whole = completed(text, b" HTTP/1.1", seed);
        if asked.accepts(&whole) {
            return Ok(whole);
        }
    }
    let line = format!("GET /{seed} HTTP/1.1\r\n");
    let looks_like_header = text
        .as_ref()
        .is_ok_and(|text| text.windows(2).any(|two| two == b"\r\n"));
    let heads = if looks_like_header {
        vec![
            format!("{line}Host: h{seed}.test\r\n"),
            line.clone(),
            "GET /".to_owned(),
            format!("{line}Host: h{seed}.test\r\nX-A: "),
        ]
    } else {
        Vec::new()
    };
    let started = heads.iter().find_map(|head| {
        let shape = Shape {
            head: exactly(head.as_bytes()),
            ..Shape::default()
        };
        let whole = |text: &[u8]| completed(text, b" HTTP/1.1", seed);
        let fits = |text: &[u8]| is_request(&whole(text)) && asked.accepts(&whole(text));
        asked.solve(shape, seed, fits).ok().map(|text| whole(&text))
    });
    if let Some(started) = started {
        return Ok(started);
    }
    let with_body = |body: &[u8]| {
        let head = format!(
            "POST /{seed} HTTP/1.1\r\nHost: h{seed}.test\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    asked
        .solve(Shape::default(), seed, |body| {
            asked.accepts(&with_body(body))
        })
        .map(|body| with_body(&body))
}

/// A response whose bytes satisfy what is asked of the stream.
pub(super) fn response(ask: &Ask<'_>, asked: &Asked) -> Result<Vec<u8>, Unable> {
    let seed = ask.seed;
    let text = asked.solve(Shape::default(), seed, |_| true);
    if let Some(text) = text.ok().filter(|text| text.starts_with(b"HTTP/1.")) {
        let whole = completed(&text, b"", seed);
        if asked.accepts(&whole) {
            return Ok(whole);
        }
    }
    let with_body = |body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let in_body = asked
        .solve(Shape::default(), seed, |body| {
            asked.accepts(&with_body(body))
        })
        .map(|body| with_body(&body));
    in_body.or_else(|why| {
        let shape = Shape {
            head: exactly(b"HTTP/1.1 200 OK\r\n"),
            ..Shape::default()
        };
        asked
            .solve(shape, seed, |text| {
                asked.accepts(&completed(text, b"", seed))
            })
            .map(|text| completed(&text, b"", seed))
            .map_err(|_| why)
    })
}

fn is_request_start(text: &[u8]) -> bool {
    let word = text
        .iter()
        .position(|byte| !byte.is_ascii_uppercase())
        .unwrap_or(0);
    word >= 3 && text.get(word) == Some(&b' ')
}

fn is_request(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\r').next().unwrap_or_default();
    is_request_start(text) && line.windows(8).any(|part| part.starts_with(b" HTTP/1."))
}

/// The text with what a message still lacks.
fn completed(text: &[u8], protocol: &[u8], seed: u64) -> Vec<u8> {
    let mut whole = text.to_vec();
    if whole.windows(4).any(|four| four == b"\r\n\r\n") {
        return whole;
    }
    let line_end = whole.windows(2).position(|two| two == b"\r\n");
    if line_end.is_none() && !whole.windows(7).any(|part| part == b"HTTP/1.") {
        whole.extend_from_slice(protocol);
    }
    if line_end.is_none() {
        whole.extend_from_slice(format!("\r\nHost: h{seed}.test\r\n\r\n").as_bytes());
        return whole;
    }
    if !whole.ends_with(b"\r\n") {
        let last = whole
            .rsplit(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let rest: &[u8] = if last.contains(&b':') { b"" } else { b": 1" };
        whole.extend_from_slice(rest);
        whole.extend_from_slice(b"\r\n");
    }
    whole.extend_from_slice(b"\r\n");
    whole
}

/// Method, target and protocol.
type LineParts = (Vec<u8>, Vec<u8>, Vec<u8>);

/// Method, target and protocol of a request line that satisfies what is asked.
pub(super) fn request_line(
    ask: &Ask<'_>,
    asked: &Asked,
    method: &[u8],
    uri: &[u8],
) -> Result<LineParts, Unable> {
    let methods = ask.merged(&["http.method"]);
    let uris = ask.merged(&["http.uri", "http.uri.raw"]);
    let split = |text: &[u8]| {
        let first = text.iter().position(|byte| *byte == b' ')?;
        let last = text.iter().rposition(|byte| *byte == b' ')?;
        let protocol = text.get(last + 1..)?;
        let fine = first > 0
            && last > first + 1
            && protocol.starts_with(b"HTTP/1.")
            && text[..first].iter().all(u8::is_ascii_alphabetic);
        let (method, uri) = (&text[..first], text.get(first + 1..last)?);
        let agrees = methods.as_ref().is_none_or(|asked| asked.accepts(method))
            && uris.as_ref().is_none_or(|asked| asked.accepts(uri));
        (fine && agrees).then(|| (method.to_vec(), uri.to_vec(), protocol.to_vec()))
    };
    let heads = [
        [method, b" ", uri].concat(),
        [method, b" /"].concat(),
        Vec::new(),
    ];
    let mut last = Err("http.request_line: no line".to_owned());
    for head in heads {
        for tail in [&b" HTTP/1.1"[..], b" HTTP/1.0", b""] {
            let shape = Shape {
                allowed: shown().or(ByteSet::one(b' ')),
                head: exactly(&head),
                tail: tail.to_vec(),
                ..Shape::default()
            };
            last = asked.solve(shape, ask.seed, |text| split(text).is_some());
            if let Some(parts) = last.as_ref().ok().and_then(|text| split(text)) {
                return Ok(parts);
            }
        }
    }
    last.map(|_| Default::default())
}

/// Start line and headers that satisfy what is asked of both as one text.
pub(super) fn start(
    ask: &Ask<'_>,
    asked: &Asked,
    line: &[u8],
    lines: &[Line],
) -> Result<Vec<u8>, Unable> {
    let first = [line, b"\r\n"].concat();
    let words = line.split(|byte| *byte == b' ').take(2);
    let target = words.collect::<Vec<_>>().join(&b' ');
    let heads = [
        [&first[..], &text_of(lines)].concat(),
        [&first[..], &text_of(lines), b"X-A: "].concat(),
        first,
        target,
        Vec::new(),
    ];
    let methods = ask.merged(&["http.method"]);
    let fits = |text: &[u8]| {
        let end = text.windows(2).position(|two| two == b"\r\n");
        let (line, rest) = text.split_at(end.unwrap_or(text.len()));
        let method = line.split(|byte| *byte == b' ').next().unwrap_or_default();
        line.windows(7).any(|part| part == b"HTTP/1.")
            && methods.as_ref().is_none_or(|asked| asked.accepts(method))
            && rest
                .split(|byte| *byte == b'\n')
                .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
                .all(|line| line.is_empty() || line.iter().position(|byte| *byte == b':') > Some(0))
    };
    let mut last = Err("http.start: no text".to_owned());
    for head in heads {
        let shape = Shape {
            head: exactly(&head),
            tail: b"\r\n\r\n".to_vec(),
            ..Shape::default()
        };
        last = asked.solve(shape, ask.seed, fits);
        if last.is_ok() {
            break;
        }
    }
    last
}
