//! Header lines that satisfy what is asked of single headers, of all of them, and of their names.

use crate::bytes::ByteSet;
use crate::chain::{Shape, Unable};
use crate::talk::ask::{Ask, Asked, exactly, shown};

/// Name and value.
pub(super) type Line = (Vec<u8>, Vec<u8>);

/// Buffers that are the value of one header.
pub(super) const REQUEST_HEADERS: &[(&str, &str)] = &[
    ("http.user_agent", "User-Agent"),
    ("http.accept", "Accept"),
    ("http.accept_lang", "Accept-Language"),
    ("http.accept_enc", "Accept-Encoding"),
    ("http.referer", "Referer"),
    ("http.connection", "Connection"),
    ("http.content_type", "Content-Type"),
    ("http.cookie", "Cookie"),
];
pub(super) const RESPONSE_HEADERS: &[(&str, &str)] = &[
    ("http.server", "Server"),
    ("http.location", "Location"),
    ("http.connection", "Connection"),
    ("http.content_type", "Content-Type"),
    ("http.cookie", "Set-Cookie"),
];

/// What a header says where nobody asks.
fn usual_value(name: &[u8], seed: u64) -> Vec<u8> {
    match name.to_ascii_lowercase().as_slice() {
        b"host" => format!("h{seed}.test").into_bytes(),
        b"user-agent" => b"Mozilla/5.0".to_vec(),
        b"accept" => b"*/*".to_vec(),
        b"accept-encoding" => b"identity".to_vec(),
        b"accept-language" => b"en".to_vec(),
        b"connection" => b"Keep-Alive".to_vec(),
        b"content-type" => b"text/plain".to_vec(),
        b"cache-control" | b"pragma" => b"no-cache".to_vec(),
        b"content-length" => b"0".to_vec(),
        b"referer" => b"http://r.test/".to_vec(),
        _ => b"1".to_vec(),
    }
}

/// Values of single headers that are asked for.
pub(super) fn values(ask: &Ask<'_>, table: &[(&str, &str)]) -> Result<Vec<Line>, Unable> {
    let mut lines = Vec::new();
    for (buffer, header) in table {
        let Some(asked) = ask.merged(&[buffer]) else {
            continue;
        };
        // Negations hold of a header that is not there, but the buffer must be there to be looked at.
        let usual = usual_value(header.as_bytes(), ask.seed);
        let value = asked.usual_or_solved(&[&usual], value_shape(), ask.seed, is_value)?;
        lines.push((header.as_bytes().to_vec(), value));
    }
    for asked in ask
        .entries("http.request_header")
        .chain(ask.entries("http.response_header"))
    {
        let shape = Shape {
            allowed: line_bytes(),
            ..Shape::default()
        };
        let text = asked.solve(shape, ask.seed, |text| lines_of(text).is_some())?;
        lines.extend(lines_of(&text).unwrap_or_default());
    }
    Ok(lines)
}

/// A shape for values of headers.
pub(super) fn value_shape() -> Shape {
    Shape {
        allowed: line_bytes(),
        ..Shape::default()
    }
}

/// Whether a value comes back as it was sent: white space around it is not part of it.
pub(super) fn is_value(text: &[u8]) -> bool {
    let blank = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    !blank(text.first()) && !blank(text.last())
}

fn line_bytes() -> ByteSet {
    ByteSet::of(b"\r\n\0").not()
}

/// Lines as text.
pub(super) fn text_of(lines: &[Line]) -> Vec<u8> {
    lines
        .iter()
        .flat_map(|(name, value)| [name, &b": "[..], value, b"\r\n"].concat())
        .collect()
}

/// The lines of a text, if it is made of header lines only.
fn lines_of(text: &[u8]) -> Option<Vec<Line>> {
    let text = std::str::from_utf8(text).map(str::as_bytes).unwrap_or(text);
    let mut lines: Vec<Line> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .windows(2)
            .position(|two| two == b"\r\n")
            .unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after.get(2..).unwrap_or_default();
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b": ")?;
        let fine = !name.is_empty() && name.iter().all(|byte| is_token(*byte)) && is_value(value);
        if !fine || value.contains(&b'\r') || value.contains(&b'\n') {
            return None;
        }
        lines.push((name.to_vec(), value.to_vec()));
    }
    Some(lines)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_!#$%&'*+.^`|~".contains(&byte)
}

fn same_name(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// All lines, from those that single buffers ask for. `loose` ones may be left out if somebody does not want them.
pub(super) fn assemble(
    ask: &Ask<'_>,
    fixed: Vec<Line>,
    loose: Vec<Line>,
) -> Result<Vec<Line>, Unable> {
    let mut lines = loose.clone();
    lines.extend(fixed.iter().cloned());
    for name in ["http.header", "http.header.raw"] {
        if let Some(asked) = ask.merged(&[name]) {
            lines = with_text(ask, &asked, &fixed, &lines)?;
        }
    }
    match ask.merged(&["http.header_names"]) {
        Some(asked) => with_names(ask, &asked, lines, &loose),
        None => Ok(lines),
    }
}

/// Lines whose text satisfies what is asked of all headers.
fn with_text(
    ask: &Ask<'_>,
    asked: &Asked,
    fixed: &[Line],
    lines: &[Line],
) -> Result<Vec<Line>, Unable> {
    if asked.accepts(&visible(asked, lines)) {
        return Ok(lines.to_vec());
    }
    if asked.accepts(&visible(asked, fixed)) {
        return Ok(fixed.to_vec());
    }
    let heads = [
        (text_of(lines), Vec::new()),
        ([&text_of(lines)[..], b"X-A: "].concat(), Vec::new()),
        (text_of(fixed), Vec::new()),
        (Vec::new(), lines.to_vec()),
        (Vec::new(), fixed.to_vec()),
        (b"X-A: ".to_vec(), lines.to_vec()),
        ([&text_of(fixed)[..], b"X-A: "].concat(), Vec::new()),
        (b"X-A: ".to_vec(), Vec::new()),
        (b"Cookie: ".to_vec(), fixed.to_vec()),
    ];
    let mut last = Err("http.header: no lines".to_owned());
    for (head, rest) in heads {
        let whole = |text: &[u8]| {
            let mut all = lines_of(text)?;
            let new: Vec<Line> = rest
                .iter()
                .filter(|(name, _)| !all.iter().any(|(known, _)| same_name(known, name)))
                .cloned()
                .collect();
            all.extend(new);
            let doubled = all.iter().enumerate().any(|(index, (name, _))| {
                all[..index].iter().any(|(known, _)| same_name(known, name))
            });
            (!doubled && keeps(fixed, &all)).then_some(all)
        };
        let shape = Shape {
            allowed: ByteSet::ALL,
            head: exactly(&head),
            tail: b"\r\n".to_vec(),
            ..Shape::default()
        };
        last = asked.solve(shape, ask.seed, |text| {
            whole(text).is_some_and(|all| asked.accepts(&visible(asked, &all)))
        });
        if let Ok(text) = &last
            && let Some(all) = whole(text)
        {
            return Ok(all);
        }
    }
    last.map(|_| Vec::new())
}

/// The lines as the buffer shows them: cookies have buffers of their own.
fn visible(asked: &Asked, lines: &[Line]) -> Vec<u8> {
    if asked.name == "http.header.raw" {
        return text_of(lines);
    }
    let shown: Vec<Line> = lines
        .iter()
        .filter(|(name, _)| !same_name(name, b"Cookie") && !same_name(name, b"Set-Cookie"))
        .cloned()
        .collect();
    text_of(&shown)
}

/// Whether what single headers must say is still said.
fn keeps(fixed: &[Line], all: &[Line]) -> bool {
    fixed.iter().all(|(name, value)| {
        all.iter()
            .any(|(known, said)| same_name(known, name) && said == value)
    })
}

/// The names as the buffer shows them.
fn names_of(lines: &[Line]) -> Vec<u8> {
    let mut text = b"\r\n".to_vec();
    for (name, _) in lines {
        text.extend_from_slice(name);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text
}

/// The lines in an order, and with those added or left out, that what is asked of the names wants.
fn with_names(
    ask: &Ask<'_>,
    asked: &Asked,
    lines: Vec<Line>,
    loose: &[Line],
) -> Result<Vec<Line>, Unable> {
    if asked.accepts(&names_of(&lines)) {
        return Ok(lines);
    }
    let headers = ask.merged(&["http.header"]);
    let arranged = |text: &[u8]| {
        let all = arrange(asked, text, &lines, loose, ask.seed)?;
        let fits = headers
            .as_ref()
            .is_none_or(|headers| headers.accepts(&visible(headers, &all)));
        fits.then_some(all)
    };
    let token = ByteSet::of(
        &(0..=u8::MAX)
            .filter(|byte| is_token(*byte))
            .collect::<Vec<_>>(),
    );
    let shape = Shape {
        allowed: token
            .or(ByteSet::of(b"\r\n"))
            .and(shown().or(ByteSet::of(b"\r\n"))),
        filling: ByteSet::range(b'a', b'z'),
        head: exactly(b"\r\n"),
        tail: b"\r\n\r\n".to_vec(),
        ..Shape::default()
    };
    let text = asked.solve(shape, ask.seed, |text| arranged(text).is_some())?;
    arranged(&text).ok_or_else(|| "http.header_names: no order of lines".to_owned())
}

fn arrange(
    asked: &Asked,
    text: &[u8],
    lines: &[Line],
    loose: &[Line],
    seed: u64,
) -> Option<Vec<Line>> {
    let inside = text.strip_prefix(b"\r\n")?.strip_suffix(b"\r\n\r\n")?;
    let names: Vec<&[u8]> = split_lines(inside);
    if names
        .iter()
        .any(|name| name.is_empty() || !name.iter().all(|byte| is_token(*byte)))
    {
        return None;
    }
    let mut all: Vec<Line> = names
        .iter()
        .map(|name| {
            let known = lines.iter().find(|(known, _)| same_name(known, name));
            let value = known.map_or_else(|| usual_value(name, seed), |(_, value)| value.clone());
            (name.to_vec(), value)
        })
        .collect();
    for line in lines {
        if all.iter().any(|(name, _)| same_name(name, &line.0)) {
            continue;
        }
        let place = (0..=all.len()).rev().find(|place| {
            let mut tried = all.clone();
            tried.insert(*place, line.clone());
            asked.accepts(&names_of(&tried))
        });
        match place {
            Some(place) => all.insert(place, line.clone()),
            None if loose.contains(line) => {}
            None => return None,
        }
    }
    asked.accepts(&names_of(&all)).then_some(all)
}

fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        parts.push(&rest[..end]);
        rest = &rest[end + 2..];
    }
    parts.push(rest);
    parts
}
