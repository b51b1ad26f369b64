//! Is it SMTP?

use crate::protocol::{Direction, Probe};
use crate::text::{contains_ignoring_case, starts_with_ignoring_case};

/// Words that only mail servers are greeted with.
const GREETINGS: [&[u8]; 5] = [b"EHLO", b"HELO", b"LHLO", b"MAIL FROM:", b"RCPT TO:"];
/// Words that other protocols know too.
const SHARED: [&[u8]; 6] = [b"QUIT", b"NOOP", b"RSET", b"AUTH ", b"STARTTLS", b"HELP"];
/// Answers with which a server greets, or refuses to.
const CODES: [&[u8]; 4] = [b"220", b"421", b"554", b"550"];

/// Looks at the beginning of a direction.
pub fn smtp(direction: Direction, bytes: &[u8]) -> Probe {
    match direction {
        Direction::ToServer => client(bytes),
        Direction::ToClient => server(bytes),
    }
}

fn client(bytes: &[u8]) -> Probe {
    for word in GREETINGS {
        if starts_with_ignoring_case(bytes, word) {
            let after = bytes.get(word.len());
            return match after {
                _ if word.ends_with(b":") => Probe::Yes,
                None => Probe::Unsure,
                Some(b' ' | b'\t' | b'\r' | b'\n') => Probe::Yes,
                Some(_) => Probe::No,
            };
        }
    }
    let may_be = |word: &&[u8]| {
        starts_with_ignoring_case(word, bytes) || starts_with_ignoring_case(bytes, word)
    };
    if GREETINGS.iter().any(may_be) || SHARED.iter().any(may_be) {
        Probe::Unsure
    } else {
        Probe::No
    }
}

fn server(bytes: &[u8]) -> Probe {
    let Some((code, rest)) = bytes.split_at_checked(3) else {
        let may_be = CODES.iter().any(|code| code.starts_with(bytes));
        return if may_be { Probe::Unsure } else { Probe::No };
    };
    if !CODES.contains(&code) || !matches!(rest.first(), None | Some(b' ' | b'-')) {
        return Probe::No;
    }
    let end = rest.iter().position(|byte| *byte == b'\n');
    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
    if contains_ignoring_case(line, b"SMTP") {
        Probe::Yes
    } else if end.is_some() && contains_ignoring_case(line, b"FTP") {
        Probe::No
    } else {
        Probe::Unsure
    }
}
