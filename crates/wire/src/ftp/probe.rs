//! Is it FTP?

use crate::protocol::{Direction, Probe};
use crate::text::{contains_ignoring_case, starts_with_ignoring_case};

/// What clients begin with, and nobody else.
const BEGINNINGS: [&[u8]; 6] = [
    b"AUTH TLS\r",
    b"AUTH SSL\r",
    b"FEAT\r",
    b"SYST\r",
    b"PORT ",
    b"EPSV\r",
];
/// Answers that follow the greeting, and belong to FTP alone.
const FOLLOWING: [&[u8]; 4] = [b"331 ", b"230 ", b"230-", b"530 "];

/// Looks at the beginning of a direction.
pub fn ftp(direction: Direction, bytes: &[u8]) -> Probe {
    match direction {
        Direction::ToServer => client(bytes),
        Direction::ToClient => server(bytes),
    }
}

fn client(bytes: &[u8]) -> Probe {
    if starts_with_ignoring_case(bytes, b"USER ") {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
        // Chat has the same word with four arguments.
        return if contains_ignoring_case(line, b" :") || line.len() > 512 {
            Probe::No
        } else if end.is_some() {
            Probe::Yes
        } else {
            Probe::Unsure
        };
    }
    let known = |word: &&[u8]| starts_with_ignoring_case(bytes, word);
    if BEGINNINGS.iter().any(known) {
        return Probe::Yes;
    }
    let may_be = |word: &&[u8]| starts_with_ignoring_case(word, bytes) || known(word);
    let shared: [&[u8]; 6] = [b"USER ", b"PASS ", b"QUIT", b"OPTS ", b"HOST ", b"NOOP"];
    if BEGINNINGS.iter().any(may_be) || shared.iter().any(may_be) {
        Probe::Unsure
    } else {
        Probe::No
    }
}

fn server(bytes: &[u8]) -> Probe {
    let codes: [&[u8]; 4] = [b"220", b"120", b"421", b"530"];
    let Some((code, rest)) = bytes.split_at_checked(3) else {
        let may_be = codes.iter().any(|code| code.starts_with(bytes));
        return if may_be { Probe::Unsure } else { Probe::No };
    };
    if !codes.contains(&code) || !matches!(rest.first(), None | Some(b' ' | b'-' | b'\r')) {
        return Probe::No;
    }
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    if contains_ignoring_case(first, b"SMTP") {
        return Probe::No;
    }
    let is_named = first.ends_with(b"\n") && contains_ignoring_case(first, b"FTP");
    let goes_on = lines.any(|line| FOLLOWING.iter().any(|start| line.starts_with(start)));
    if is_named || goes_on {
        Probe::Yes
    } else {
        Probe::Unsure
    }
}
