//! TLS 1.2 (RFC 5246) handshakes: server name, version, certificate, and bytes anywhere in them.

use super::ask::{Ask, Asked, exactly, shown};
use super::der::{Attribute, Certificate, attributes};
use super::{Carrier, Say, Talk};
use crate::bytes::ByteSet;
use crate::chain::{Shape, Unable};
use detect::rule::ast::PAYLOAD;

/// Room for bytes that a rule looks for anywhere.
const HOLE: usize = 600;
/// A byte of the room, long enough in a row to be found again.
const MARK: u8 = 0xa7;

pub(super) fn talk(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let version = version(ask)?;
    let payload = ask.buffer(PAYLOAD);
    let answers = ask.answers();
    let name = match ask.merged(&["tls.sni"]) {
        Some(asked) => {
            let shape = Shape {
                allowed: shown(),
                longest: 250,
                ..Shape::default()
            };
            asked.solve(shape, ask.seed, |_| true)?
        }
        None => format!("h{}.test", ask.seed).into_bytes(),
    };
    let hole_of = |wanted: bool| if wanted { vec![MARK; HOLE] } else { Vec::new() };
    let needs_hole = |message: &[u8]| payload.is_some_and(|asked| !asked.accepts(message));
    let mut hello = record(22, 0x0301, &client_hello(version, &name, &[]));
    if !answers && needs_hole(&hello) {
        let template = record(22, 0x0301, &client_hello(version, &name, &hole_of(true)));
        hello = filled(ask, payload, &template)?;
    }
    let certificate = certificate(ask)?;
    let flight = |certificate: &[u8]| {
        let hello = handshake(2, &server_hello(version));
        let list = [&length_24(certificate.len())[..], certificate].concat();
        let list = handshake(11, &[&length_24(list.len())[..], &list].concat());
        [
            record(22, version, &hello),
            record(22, version, &list),
            record(22, version, &handshake(14, &[])),
        ]
        .concat()
    };
    let mut answer = flight(&certificate.der());
    if answers && needs_hole(&answer) {
        let template = flight(
            &Certificate {
                note: hole_of(true),
                ..certificate
            }
            .der(),
        );
        answer = filled(ask, payload, &template)?;
    }
    let key = handshake(16, &[&[32][..], &[0x33; 32]].concat());
    let finished = [record(20, version, &[1]), record(22, version, &[0x44; 40])].concat();
    let says = vec![
        Say::Client(hello),
        Say::Server(answer),
        Say::Client([record(22, version, &key), finished.clone()].concat()),
        Say::Server(finished),
        Say::Client(record(23, version, &[0x55; 64])),
    ];
    Ok(Talk::new(Carrier::Tcp, says, 443))
}

fn version(ask: &Ask<'_>) -> Result<u16, Unable> {
    let mut words = ask.words("tls.version");
    words.extend(ask.words("ssl_version"));
    let number = |word: &str| match word.trim_start_matches("tls") {
        "1.0" => Some(0x0301),
        "1.1" => Some(0x0302),
        "1.2" => Some(0x0303),
        "sslv3" => Some(0x0300),
        _ => None,
    };
    match words.iter().find(|(_, negated)| !negated) {
        None => Ok(0x0303),
        Some((word, _)) => number(word).ok_or_else(|| format!("TLS {word}: no builder")),
    }
}

/// The template with its marked room filled so that what is asked of the stream holds.
fn filled(ask: &Ask<'_>, asked: Option<&Asked>, template: &[u8]) -> Result<Vec<u8>, Unable> {
    let asked = asked.ok_or_else(|| "nothing to fill".to_owned())?;
    solve_template(ask, asked, template)
}

fn solve_template(ask: &Ask<'_>, asked: &Asked, template: &[u8]) -> Result<Vec<u8>, Unable> {
    let head = template
        .iter()
        .map(|byte| {
            if *byte == MARK {
                ByteSet::ALL
            } else {
                ByteSet::one(*byte)
            }
        })
        .collect::<Vec<_>>();
    let shape = Shape {
        shortest: head.len(),
        longest: head.len(),
        head,
        ..Shape::default()
    };
    asked.solve(shape, ask.seed, |_| true).or_else(|why| {
        // As bytes of a record of their own: what the rule describes may not be a handshake as we know it.
        let shape = Shape {
            head: exactly(&[0x16, 3]),
            ..Shape::default()
        };
        asked
            .solve(shape, ask.seed, |_| true)
            .or_else(|_| asked.solve(Shape::default(), ask.seed, |_| true))
            .map_err(|_| why)
    })
}

fn certificate(ask: &Ask<'_>) -> Result<Certificate, Unable> {
    let common = format!("CN=h{}.test", ask.seed);
    let subject = distinguished(ask, "tls.cert_subject", &common)?;
    let issuer = distinguished(ask, "tls.cert_issuer", &common)?;
    let serial = match ask.merged(&["tls.cert_serial"]) {
        Some(asked) => {
            let shape = Shape {
                allowed: ByteSet::range(b'0', b'9')
                    .or(ByteSet::range(b'A', b'F'))
                    .or(ByteSet::one(b':')),
                filling: ByteSet::range(b'1', b'7'),
                ..Shape::default()
            };
            let text = asked.solve(shape, ask.seed, |text| serial(text).is_some())?;
            serial(&text).unwrap_or_default()
        }
        None => vec![0x4a, (ask.seed >> 8) as u8, ask.seed as u8],
    };
    let names = match ask.merged(&["tls.subjectaltname"]) {
        Some(asked) => {
            let shape = Shape {
                allowed: shown(),
                ..Shape::default()
            };
            vec![asked.solve(shape, ask.seed, |_| true)?]
        }
        None => Vec::new(),
    };
    let mut certificate = Certificate {
        serial,
        issuer,
        subject,
        names,
        note: b"\x0c\x01a".to_vec(),
    };
    if let Some(asked) = ask.merged(&["tls.certs"])
        && !asked.accepts(&certificate.der())
    {
        certificate.note = vec![MARK; HOLE];
        let template = certificate.der();
        let solved = solve_template(ask, &asked, &template)?;
        let from = template.iter().position(|byte| *byte == MARK).unwrap_or(0);
        if solved.len() == template.len() {
            certificate.note = solved[from..from + HOLE].to_vec();
        }
    }
    Ok(certificate)
}

fn serial(text: &[u8]) -> Option<Vec<u8>> {
    let bytes = text
        .split(|byte| *byte == b':')
        .map(|part| {
            let part = std::str::from_utf8(part)
                .ok()
                .filter(|part| part.len() == 2)?;
            u8::from_str_radix(part, 16).ok()
        })
        .collect::<Option<Vec<u8>>>()?;
    (!bytes.is_empty()).then_some(bytes)
}

/// The attributes of a name whose text satisfies what is asked.
fn distinguished(ask: &Ask<'_>, buffer: &str, usual: &str) -> Result<Vec<Attribute>, Unable> {
    let Some(asked) = ask.merged(&[buffer]) else {
        return Ok(attributes(usual.as_bytes()).unwrap_or_default());
    };
    let mut last = Err(String::new());
    let c = "C=US, ST=x, L=x, O=x, OU=x, CN=";
    for head in ["", "CN=", "C=US, O=", "C=US, ", "O=x, CN=", c] {
        let shape = Shape {
            allowed: ByteSet::range(0x20, 0x7e),
            head: exactly(head.as_bytes()),
            ..Shape::default()
        };
        last = asked.solve(shape, ask.seed, |text| attributes(text).is_some());
        if let Some(found) = last.as_ref().ok().and_then(|text| attributes(text)) {
            return Ok(found);
        }
    }
    last.map(|_| Vec::new())
}

/// A record around a fragment.
fn record(kind: u8, version: u16, fragment: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend(version.to_be_bytes());
    bytes.extend((fragment.len() as u16).to_be_bytes());
    bytes.extend_from_slice(fragment);
    bytes
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &length_24(body.len()), body].concat()
}

fn length_24(length: usize) -> [u8; 3] {
    let [_, a, b, c] = (length as u32).to_be_bytes();
    [a, b, c]
}

fn prefixed(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes()[..], content].concat()
}

fn client_hello(version: u16, name: &[u8], note: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([0x11; 32]);
    body.push(0);
    body.extend(prefixed(&[0xc0, 0x2f, 0xc0, 0x30, 0x00, 0x9c, 0x00, 0x2f]));
    body.extend([1, 0]);
    let entry = [&[0][..], &prefixed(name)].concat();
    let mut extensions = [&[0, 0][..], &prefixed(&prefixed(&entry))].concat();
    extensions.extend([0, 10, 0, 4, 0, 2, 0, 23]);
    if !note.is_empty() {
        // Padding (RFC 7685) that is none.
        extensions.extend([&[0, 21][..], &prefixed(note)].concat());
    }
    body.extend(prefixed(&extensions));
    handshake(1, &body)
}

fn server_hello(version: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([0x22; 32]);
    body.push(0);
    body.extend([0xc0, 0x2f, 0]);
    body.extend(prefixed(&[0xff, 0x01, 0, 1, 0]));
    body
}
