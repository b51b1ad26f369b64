//! DNS (RFC 1035) over UDP.

use super::ask::{Ask, Asked, exactly};
use super::{Carrier, Say, Talk};
use crate::bytes::ByteSet;
use crate::chain::{Shape, Unable};
use detect::rule::ast::PAYLOAD;

pub(super) fn talk(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let answers = ask.answers();
    let id = (ask.seed & 0xffff) as u16;
    let kind = ask.number("dns.rrtype", 1, 65_535)? as u16;
    let opcode = ask.number("dns.opcode", 0, 15)? as u16;
    let code = ask.number("dns.rcode", 0, 15)? as u16;
    let asked_name = ask.merged(&[
        "dns.query",
        "dns.query.name",
        "dns.queries.rrname",
        "dns.answers.rrname",
        "dns.answer.name",
        "dns.response.rrname",
    ]);
    let name = match &asked_name {
        Some(asked) => name(ask, asked)?,
        None => format!("h{}.test", ask.seed).into_bytes(),
    };
    let question = [&on_wire(&name)[..], &kind.to_be_bytes(), &[0, 1]].concat();
    let flags = 0x0100 | opcode << 11;
    let mut query = [&header(id, flags, 0)[..], &question].concat();
    let with_answer = code == 0;
    let mut response = [
        &header(id, 0x8080 | flags | code, u16::from(with_answer))[..],
        &question,
    ]
    .concat();
    if with_answer {
        response.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    }
    if let Some(asked) = ask.buffer(PAYLOAD) {
        let message = if answers { &mut response } else { &mut query };
        if !asked.accepts(message) {
            *message = raw(ask, asked, message)?;
        }
    }
    let says = vec![Say::Client(query), Say::Server(response)];
    Ok(Talk::new(Carrier::Udp, says, 53))
}

fn header(id: u16, flags: u16, answers: u16) -> Vec<u8> {
    [id, flags, 1, answers, 0, 0]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect()
}

/// A name with dots that satisfies what is asked.
fn name(ask: &Ask<'_>, asked: &Asked) -> Result<Vec<u8>, Unable> {
    let shape = Shape {
        longest: 250,
        ..Shape::default()
    };
    let plain = Shape {
        allowed: ByteSet::range(0x21, 0x7e),
        ..shape.clone()
    };
    asked
        .solve(plain, ask.seed, is_name)
        .or_else(|_| asked.solve(shape, ask.seed, is_name))
}

fn is_name(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'.')
        .all(|label| (1..=63).contains(&label.len()))
}

fn on_wire(name: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len() + 2);
    for label in name.split(|byte| *byte == b'.') {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label);
    }
    bytes.push(0);
    bytes
}

/// A message whose bytes satisfy what is asked of the datagram, as near to the usual one as can be.
fn raw(ask: &Ask<'_>, asked: &Asked, usual: &[u8]) -> Result<Vec<u8>, Unable> {
    let lead = [&usual[..12], b"\x03www"].concat();
    let heads = [
        exactly(usual),
        exactly(&usual[..12]),
        exactly(&lead),
        // Flags and counts as the rule wants them.
        [&exactly(&usual[..2])[..], &[ByteSet::ALL; 10]].concat(),
        Vec::new(),
    ];
    let mut last = Err("dns: no message".to_owned());
    for head in heads {
        let shape = Shape {
            head,
            longest: 1_400,
            ..Shape::default()
        };
        let solved = asked.solve(shape.clone(), ask.seed, |text| {
            completed(text).is_some_and(|whole| asked.accepts(&whole))
        });
        last = match solved {
            Ok(text) => return Ok(completed(&text).unwrap_or(text)),
            Err(why) => Err(why),
        };
    }
    let shape = Shape {
        longest: 1_400,
        ..Shape::default()
    };
    asked.solve(shape, ask.seed, |_| true).or(last)
}

/// The message with what its question still lacks.
fn completed(text: &[u8]) -> Option<Vec<u8>> {
    let mut whole = text.to_vec();
    if whole.len() < 12 {
        return None;
    }
    let mut at = 12;
    loop {
        match whole.get(at).copied() {
            None => {
                whole.push(0);
                whole.extend([0, 1, 0, 1]);
                return Some(whole);
            }
            Some(0) => {
                if whole.len() < at + 5 {
                    whole.resize(at + 5, 1);
                }
                return Some(whole);
            }
            Some(length @ 1..=63) => {
                at += 1 + usize::from(length);
                if whole.len() < at {
                    whole.resize(at, b'a');
                }
            }
            Some(_) => return None,
        }
    }
}
