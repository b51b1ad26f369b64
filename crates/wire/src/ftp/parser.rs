//! Lines to commands, answers and addresses.

use crate::text::{decimal, find, split_once};
use std::net::{IpAddr, Ipv4Addr};

/// A command and what follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// In upper case.
    pub name: Vec<u8>,
    /// Empty where nothing follows.
    pub data: Vec<u8>,
}

/// Reads a line of a client; None for an empty one.
pub fn command(line: &[u8]) -> Option<Command> {
    // Telnet's signals may come first (RFC 959, 4.1.3: abort).
    let start = line
        .iter()
        .position(|byte| !matches!(byte, 0xf0..=0xff))
        .unwrap_or(line.len());
    let line = line.get(start..)?.trim_ascii();
    if line.is_empty() {
        return None;
    }
    // Suricata counts the mechanism to the name.
    if line.eq_ignore_ascii_case(b"AUTH TLS") || line.eq_ignore_ascii_case(b"AUTH SSL") {
        return Some(Command {
            name: line.to_ascii_uppercase(),
            data: Vec::new(),
        });
    }
    let (name, data) = split_once(line, b' ').unwrap_or((line, b""));
    Some(Command {
        name: name.to_ascii_uppercase(),
        data: data.trim_ascii().to_vec(),
    })
}

/// A line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Three digits, where the line begins with them.
    pub code: Option<u16>,
    /// What follows the digits; the line where there are none.
    pub text: Vec<u8>,
    /// A dash follows the digits: more lines belong to the answer.
    pub goes_on: bool,
}

/// Reads a line of a server.
pub fn reply(line: &[u8]) -> Reply {
    let digits = line.get(..3).and_then(decimal);
    let Some(code) = digits.and_then(|code| u16::try_from(code).ok()) else {
        return Reply {
            code: None,
            text: line.to_vec(),
            goes_on: false,
        };
    };
    let after = line.get(3..).unwrap_or_default();
    let text = match after.split_first() {
        Some((b' ' | b'-', text)) => text,
        _ => after,
    };
    Reply {
        code: Some(code),
        text: text.to_vec(),
        goes_on: after.first() == Some(&b'-'),
    }
}

/// An address and port as `h1,h2,h3,h4,p1,p2` (RFC 959, 4.1.2), wherever in a text it stands.
pub fn host_and_port(text: &[u8]) -> Option<(IpAddr, u16)> {
    let begins = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        before.is_none_or(|byte| !byte.is_ascii_digit() && *byte != b',')
    };
    (0..text.len()).filter(begins).find_map(|at| {
        let mut numbers = [0u8; 6];
        let end = text
            .get(at..)?
            .iter()
            .position(|byte| !byte.is_ascii_digit() && *byte != b',')
            .map_or(text.len(), |length| at.saturating_add(length));
        let mut parts = text.get(at..end)?.split(|byte| *byte == b',');
        for number in &mut numbers {
            *number = u8::try_from(decimal(parts.next()?)?).ok()?;
        }
        let [a, b, c, d, high, low] = numbers;
        let address = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
        Some((address, u16::from_be_bytes([high, low])))
    })
}

/// An address and port as `|1|10.0.0.1|6275|` (RFC 2428, 2).
pub fn extended_host_and_port(text: &[u8]) -> Option<(IpAddr, u16)> {
    let (separator, rest) = text.split_first()?;
    let mut parts = rest.split(|byte| byte == separator).skip(1);
    let address = std::str::from_utf8(parts.next()?).ok()?.parse().ok()?;
    let port = u16::try_from(decimal(parts.next()?)?).ok()?;
    Some((address, port))
}

/// The port of `Entering Extended Passive Mode (|||6446|)` (RFC 2428, 3).
pub fn extended_passive_port(text: &[u8]) -> Option<u16> {
    let rest = text.get(find(text, b"(")?.saturating_add(1)..)?;
    let separator = rest.first()?;
    let port = rest.split(|byte| byte == separator).nth(3)?;
    u16::try_from(decimal(port)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_answers() {
        let read = command(b"\xff\xf4\xff\xf2retr  a file \r").unwrap();
        assert_eq!(
            (read.name.as_slice(), read.data.as_slice()),
            (&b"RETR"[..], &b"a file"[..])
        );
        assert_eq!(command(b" "), None);
        let expected = |code: Option<u16>, text: &[u8], goes_on: bool| Reply {
            code,
            text: text.to_vec(),
            goes_on,
        };
        assert_eq!(reply(b"220-hello"), expected(Some(220), b"hello", true));
        assert_eq!(reply(b"220 hello"), expected(Some(220), b"hello", false));
        assert_eq!(reply(b"226"), expected(Some(226), b"", false));
        assert_eq!(reply(b"227x"), expected(Some(227), b"x", false));
        assert_eq!(reply(b" UTF8"), expected(None, b" UTF8", false));
    }

    #[test]
    fn addresses_and_ports() {
        let local: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(host_and_port(b"10,0,0,1,4,1"), Some((local, 1025)));
        assert_eq!(
            host_and_port(b"Entering 1 Passive, Mode (10,0,0,1,0,21)."),
            Some((local, 21))
        );
        for wrong in [&b"10,0,0,1,4"[..], b"10,0,0,256,4,1", b"", b"1,2,,3,4,5"] {
            assert_eq!(host_and_port(wrong), None);
        }
        assert_eq!(
            extended_host_and_port(b"|1|10.0.0.1|99|"),
            Some((local, 99))
        );
        assert_eq!(
            extended_host_and_port(b"|2|2001:db8::1|65535|"),
            Some(("2001:db8::1".parse().unwrap(), 65535))
        );
        assert_eq!(extended_host_and_port(b"|1|x|1|"), None);
        assert_eq!(extended_passive_port(b"ok (|||6446|)"), Some(6446));
        assert_eq!(extended_passive_port(b"ok (|||66446|)"), None);
    }
}
