//! What the control connection said of a transfer.

use crate::text::split_once;

/// A transfer's command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// RETR, STOR, LIST, ...
    pub command: &'a [u8],
    /// What follows it.
    pub name: &'a [u8],
}

/// Reads `RETR name`.
pub fn note(text: &[u8]) -> Note<'_> {
    let (command, name) = split_once(text, b' ').unwrap_or((text, b""));
    Note { command, name }
}

impl Note<'_> {
    /// Whether a file is moved rather than a listing.
    pub const fn is_file(&self) -> bool {
        matches!(self.command, b"RETR" | b"STOR" | b"STOU" | b"APPE")
    }
}
