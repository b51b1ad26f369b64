//! Lines to commands and answers.

use crate::limits::POP3_ARGUMENTS_MAX;

/// A command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// In upper case.
    pub name: Vec<u8>,
    /// Words after it.
    pub arguments: Vec<Vec<u8>>,
}

/// Reads a line of a client; None for an empty one.
pub fn command(line: &[u8]) -> Option<Command> {
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let name = words.next()?.to_ascii_uppercase();
    let arguments = if name == b"PASS" {
        // Pass words may hold blanks.
        let rest = line.trim_ascii().get(4..).unwrap_or_default();
        vec![rest.trim_ascii().to_vec()]
    } else {
        words.take(POP3_ARGUMENTS_MAX).map(<[u8]>::to_vec).collect()
    };
    Some(Command { name, arguments })
}

impl Command {
    /// Whether the answer has more lines if it is a good one.
    pub fn asks_for_lines(&self) -> bool {
        match self.name.as_slice() {
            b"RETR" | b"TOP" | b"CAPA" => true,
            b"LIST" | b"UIDL" | b"AUTH" => self.arguments.is_empty(),
            _ => false,
        }
    }

    /// Whether those lines are a message.
    pub fn asks_for_message(&self) -> bool {
        matches!(self.name.as_slice(), b"RETR" | b"TOP")
    }
}

/// The first line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// `+OK`
    Ok(Vec<u8>),
    /// `-ERR`
    Error(Vec<u8>),
    /// `+ ...`: a challenge, no answer yet.
    Challenge,
}

/// Reads the first line of an answer; None where it is none.
pub fn status(line: &[u8]) -> Option<Status> {
    if let Some(text) = line.strip_prefix(b"+OK") {
        Some(Status::Ok(text.trim_ascii().to_vec()))
    } else if let Some(text) = line.strip_prefix(b"-ERR") {
        Some(Status::Error(text.trim_ascii().to_vec()))
    } else if line.starts_with(b"+ ") || line == b"+" {
        Some(Status::Challenge)
    } else {
        None
    }
}
