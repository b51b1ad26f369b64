//! What is wrong with a rule, and where.

use std::fmt;
use std::sync::Arc;

use super::ast::Span;
use super::japanese::japanese;
use super::limits::SHOWN_LINE_BYTES_MAX;
use event::Language;

/// Kind of a problem; the caller decides by it whether to warn, count or stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The text does not follow the language.
    Syntax,
    /// A keyword that the language does not have.
    UnknownKeyword,
    /// Well written, but contradicts itself or can never match.
    Meaning,
    /// Understood, and refused by choice (Lua, for example).
    Refused,
    /// `requires` asks for something this reader does not claim to have; not a mistake.
    RequirementUnmet,
    /// A limit of the reader is passed.
    Limit,
    /// The file cannot be read.
    File,
    /// The rule is kept; something about it deserves a look.
    Remark,
    /// The rule is kept, and costs much.
    Slow,
    /// The rule is kept, and can never do anything, or nothing that another does not do.
    Useless,
    /// Well written, but the engine cannot run it.
    CannotRun,
    /// Another rule has the same number; this one is left out.
    Duplicate,
}

/// A mistake within one rule, placed by byte offset in the joined rule text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Kind of mistake.
    pub kind: ProblemKind,
    /// Where it is.
    pub span: Span,
    /// What was expected, or why it cannot be; lower case, no full stop.
    pub message: String,
}

impl Fault {
    /// A mistake in the writing.
    pub fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Syntax,
            span,
            message: message.into(),
        }
    }

    /// A contradiction.
    pub fn meaning(span: Span, message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Meaning,
            span,
            message: message.into(),
        }
    }

    /// A limit passed.
    pub fn limit(span: Span, message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Limit,
            span,
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (byte {})", self.message, self.span.start)
    }
}

impl std::error::Error for Fault {}

/// A problem with its place in a file, ready to show to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Kind of problem.
    pub kind: ProblemKind,
    /// File as the caller named it.
    pub file: Arc<str>,
    /// Line from 1; 0 if the problem is the file itself.
    pub line: u32,
    /// Column from 1, in characters; 0 if the problem is the file itself.
    pub column: u32,
    /// `sid` of the rule, where it could be read.
    pub sid: Option<u32>,
    /// What was expected, or why it cannot be.
    pub message: String,
    /// Text of the line around the column, at most [`SHOWN_LINE_BYTES_MAX`] bytes; empty if the file is the problem.
    pub source: String,
    /// Column of the caret below `source`, from 0.
    pub caret: u32,
}

impl Problem {
    /// A problem of a whole file.
    pub fn of_file(file: &Arc<str>, message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::File,
            file: Arc::clone(file),
            line: 0,
            column: 0,
            sid: None,
            message: message.into(),
            source: String::new(),
            caret: 0,
        }
    }

    /// The same in one of the product's languages. A message without Japanese form stays as it is.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        if language == Language::Ja
            && let Some(message) = japanese(&self.message)
        {
            self.message = message;
        }
        self
    }

    /// A problem at `offset` bytes into `line_text`.
    pub fn at(
        kind: ProblemKind,
        file: &Arc<str>,
        line: u32,
        line_text: &[u8],
        offset: usize,
        message: impl Into<String>,
    ) -> Self {
        let (before, after) = line_text.split_at(offset.min(line_text.len()));
        let before = String::from_utf8_lossy(before);
        let after = String::from_utf8_lossy(after);
        let column = before.chars().count();
        let room = SHOWN_LINE_BYTES_MAX / 2;
        let shown_before = tail_chars(&before, room);
        let mut source: String = shown_before.chars().map(printable).collect();
        let mut caret = shown_before.chars().count();
        if shown_before.len() < before.len() {
            source.insert_str(0, "...");
            caret = caret.saturating_add(3);
        }
        let shown_after: String = after.trim_end().chars().take(room).map(printable).collect();
        source.push_str(&shown_after);
        if after.trim_end().chars().count() > room {
            source.push_str("...");
        }
        Self {
            kind,
            file: Arc::clone(file),
            line,
            column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1),
            sid: None,
            message: message.into(),
            source,
            caret: u32::try_from(caret).unwrap_or(0),
        }
    }
}

/// `file:line:column: message`, then the line and a caret below the place.
impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return write!(formatter, "{}: {}", self.file, self.message);
        }
        write!(
            formatter,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        if !self.source.is_empty() {
            let width = self.caret as usize;
            write!(formatter, "\n    {}\n    {:width$}^", self.source, "")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// Tabs and control characters would move the caret.
fn printable(character: char) -> char {
    if character.is_control() {
        ' '
    } else {
        character
    }
}

/// The last `count` characters.
fn tail_chars(text: &str, count: usize) -> &str {
    match text.char_indices().rev().nth(count.saturating_sub(1)) {
        Some((start, _)) => text.get(start..).unwrap_or(text),
        None => text,
    }
}
