//! One direction of a conversation: where it stands, and the gathering of lines.

use super::chunk::Chunks;
use crate::limits::HTTP_HEAD_BYTES_MAX;

/// Where in a direction the stream stands.
#[derive(Debug, Default)]
pub enum Phase {
    /// Before or in a first line.
    #[default]
    Line,
    /// In what should be an answer's first line but is none.
    Headless,
    /// In the headers.
    Headers,
    /// In a body of this many more bytes.
    Counted(u64),
    /// In a chunked body.
    Chunked(Chunks),
    /// In a body that ends with the connection.
    Open,
    /// Behind a request that may have a body, but announced none: another request, or that body.
    Unannounced,
    /// A tunnel was asked for; what is sent meanwhile is held.
    Tunnel(Vec<u8>),
    /// What came makes no sense, or was missed: until a line begins a message.
    Lost,
}

/// What an answer begins with.
pub const ANSWER_START: &[u8] = b"HTTP/";

/// What a line holds so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blank {
    /// Nothing.
    #[default]
    Yes,
    /// A CR.
    Ending,
    /// Several blanks and CRs: empty only among lines that end without CR.
    Loose,
    /// Anything else.
    No,
}

impl Blank {
    pub const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Yes, b'\r') => Self::Ending,
            (Self::No, _) => Self::No,
            (_, b' ' | b'\t' | b'\r') => Self::Loose,
            _ => Self::No,
        }
    }
}

/// One direction.
#[derive(Default)]
pub struct Side {
    /// Where it stands.
    pub phase: Phase,
    /// First line and headers so far.
    pub head: Vec<u8>,
    /// Bytes of the first line, once it is complete.
    pub line_bytes: usize,
    /// Whether the current line is an empty one.
    pub blank: Blank,
    /// The current line's last byte so far.
    pub last: Option<u8>,
    /// The line before ended without CR.
    pub bare: bool,
    /// The head is longer than we keep.
    pub overflow: bool,
    /// The transaction it works on.
    pub current: Option<u64>,
    /// Nothing more comes.
    pub finished: bool,
}

impl Side {
    /// Gathers bytes up to the end of a line: what follows, and whether the line was empty; None
    /// while it is not complete.
    pub fn gather<'a>(&mut self, bytes: &'a [u8]) -> Option<(&'a [u8], bool)> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = match end {
            Some(end) => bytes.get(..end.saturating_add(1))?,
            None => bytes,
        };
        let room = HTTP_HEAD_BYTES_MAX.saturating_sub(self.head.len());
        self.head
            .extend_from_slice(part.get(..room).unwrap_or(part));
        self.overflow |= part.len() > room;
        let text = match end {
            Some(end) => bytes.get(..end)?,
            None => bytes,
        };
        for byte in text {
            if self.blank == Blank::No {
                break;
            }
            self.blank = self.blank.after(*byte);
        }
        self.last = text.last().copied().or(self.last);
        let after = bytes.get(end?.saturating_add(1)..)?;
        let was_blank = match self.blank {
            Blank::Yes | Blank::Ending => true,
            Blank::Loose => self.bare,
            Blank::No => false,
        };
        self.bare = self.last != Some(b'\r');
        self.last = None;
        self.blank = Blank::default();
        Some((after, was_blank))
    }

    /// Bytes of the line of junk before an answer, once it is complete.
    pub fn junk_line_bytes(&self) -> Option<usize> {
        let end = self.head.iter().position(|byte| *byte == b'\n')?;
        Some(end.saturating_add(1))
    }

    pub fn restart(&mut self) {
        self.head = Vec::new();
        self.line_bytes = 0;
        self.blank = Blank::default();
        self.last = None;
        self.bare = false;
        self.overflow = false;
        self.current = None;
        self.phase = Phase::Line;
    }
}
