//! Is it DNS? Told by whether a whole message can be read, not by ports.

use super::message::Message;
use super::parser::{self, HEADER_BYTES, Problem};
use crate::protocol::{Direction, Probe};
use std::cell::RefCell;

/// Questions above which a message is not taken for DNS without the port's help.
const QUESTIONS_USUAL_MAX: u16 = 16;

/// What a message looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// All of it makes sense.
    Whole,
    /// Its beginning makes sense.
    Begun,
    /// It makes no sense.
    None,
}

/// Over UDP, and neither mDNS nor NetBIOS, which share the form.
pub fn dns_datagram(_: Direction, bytes: &[u8]) -> Probe {
    with_message(bytes, |look, message| {
        if is_netbios(message) || is_multicast(message) {
            return Probe::No;
        }
        match look {
            Look::Whole if !is_link_local(message) && !is_local(message) => Probe::Yes,
            Look::Whole | Look::Begun => Probe::Unsure,
            Look::None => Probe::No,
        }
    })
}

/// Over TCP: the length first.
pub fn dns_stream(_: Direction, bytes: &[u8]) -> Probe {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else {
        return Probe::Unsure;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if length < HEADER_BYTES {
        return Probe::No;
    }
    if rest.len() < HEADER_BYTES {
        return Probe::Unsure;
    }
    let whole = rest.len() >= length;
    let message_bytes = rest.get(..length).unwrap_or(rest);
    with_message(message_bytes, |look, message| match look {
        _ if is_netbios(message) => Probe::No,
        Look::Whole => Probe::Yes,
        Look::Begun => Probe::Unsure,
        Look::None if whole => Probe::No,
        Look::None => match parser::header(message_bytes) {
            Some(header) if plausible(header) => Probe::Unsure,
            _ => Probe::No,
        },
    })
}

/// Multicast DNS.
pub fn mdns(_: Direction, bytes: &[u8]) -> Probe {
    with_message(bytes, |look, message| match look {
        Look::Whole if is_multicast(message) && !is_netbios(message) => Probe::Yes,
        Look::Whole | Look::Begun if message.header.opcode() == 0 && !is_netbios(message) => {
            Probe::Unsure
        }
        _ => Probe::No,
    })
}

/// Link-local multicast name resolution: told from DNS by the port alone.
pub fn llmnr(_: Direction, bytes: &[u8]) -> Probe {
    with_message(bytes, |look, message| match look {
        Look::Whole if is_link_local(message) && !is_netbios(message) => Probe::Unsure,
        _ => Probe::No,
    })
}

thread_local! {
    /// Room for reading, so that looking at a datagram does not allocate.
    static SCRATCH: RefCell<Message> = RefCell::default();
}

fn with_message(bytes: &[u8], judge: impl FnOnce(Look, &Message) -> Probe) -> Probe {
    SCRATCH.with_borrow_mut(|message| {
        let look = look(bytes, message);
        judge(look, message)
    })
}

fn look(bytes: &[u8], message: &mut Message) -> Look {
    message.clear();
    let Some(header) = parser::header(bytes) else {
        return Look::None;
    };
    message.header = header;
    if !plausible(header) {
        return Look::None;
    }
    let outcome = parser::message(bytes, message);
    let classes_known = message
        .questions
        .iter()
        .all(|question| matches!(question.class & 0x7fff, 1 | 3 | 4 | 254 | 255));
    let names_sane = message
        .questions
        .iter()
        .all(|question| is_sane(message.bytes(question.name)));
    let empty = message.questions.is_empty() && message.records.is_empty();
    match outcome.stopped {
        None if empty && header.is_response() && header.rcode() != 0 => Look::Begun,
        None if empty => Look::None,
        None if outcome.trailing_bytes == 0 && classes_known && names_sane => Look::Whole,
        // Padding, a cut datagram or a loop: the beginning has to speak for itself.
        None if classes_known => Look::Begun,
        Some((Problem::EndlessName, _)) => Look::Begun,
        Some(_) if classes_known && !message.questions.is_empty() => Look::Begun,
        _ => Look::None,
    }
}

/// Whether the numbers in a header are of the usual kind. Opcodes are not looked at: an unknown
/// one is worth an anomaly.
const fn plausible(header: super::message::Header) -> bool {
    let [questions, answers, authorities, additionals] = header.counts;
    questions <= QUESTIONS_USUAL_MAX
        && answers <= 4096
        && authorities <= 512
        && additionals <= 512
        && (questions > 0 || answers > 0 || header.is_response())
}

/// Names hold text; a few odd bytes are tolerated (tunnels), control characters mostly not.
fn is_sane(name: &[u8]) -> bool {
    let odd = name.iter().filter(|byte| **byte < 0x20).count();
    odd.saturating_mul(4) <= name.len()
}

/// Names of 32 letters from A to P are NetBIOS names (RFC 1001, 14.1).
fn is_netbios(message: &Message) -> bool {
    let encoded = |name: &[u8]| {
        let label = name.split(|byte| *byte == b'.').next().unwrap_or_default();
        label.len() == 32 && label.iter().all(|byte| (b'A'..=b'P').contains(byte))
    };
    let questions = message.questions.iter().map(|question| question.name);
    let records = message.records.iter().map(|record| record.name);
    questions
        .chain(records)
        .next()
        .is_some_and(|name| encoded(message.bytes(name)))
}

/// RFC 6762: no id, no recursion, and what is asked is local or has a class bit of its own.
fn is_multicast(message: &Message) -> bool {
    let header = message.header;
    if header.id != 0 || header.opcode() != 0 || header.flags & 0x0180 != 0 {
        return false;
    }
    let local = |name: &[u8]| is_local_name(name) || name.ends_with(b".arpa");
    let questions = message
        .questions
        .iter()
        .map(|question| (question.name, question.class));
    let records = message
        .records
        .iter()
        .filter(|record| record.kind != 41)
        .map(|record| (record.name, record.class));
    questions
        .chain(records)
        .any(|(name, class)| class & 0x8000 != 0 || local(message.bytes(name)))
}

/// Asked of the neighbours rather than of a server, by the name; some programs give such
/// questions an id, so the port has to decide.
fn is_local(message: &Message) -> bool {
    let questions = message.questions.iter().map(|question| question.name);
    let records = message.records.iter().map(|record| record.name);
    message.header.flags & 0x0180 == 0
        && questions
            .chain(records)
            .any(|name| is_local_name(message.bytes(name)))
}

fn is_local_name(name: &[u8]) -> bool {
    name.ends_with(b".local")
}

/// RFC 4795: one question for a single label (or an address), none of the flags of recursion.
fn is_link_local(message: &Message) -> bool {
    let header = message.header;
    let [question] = message.questions.as_slice() else {
        return false;
    };
    let name = message.bytes(question.name);
    header.opcode() == 0
        && header.flags & 0x01f0 == 0
        && !name.is_empty()
        && (!name.contains(&b'.') || name.ends_with(b".arpa"))
}
