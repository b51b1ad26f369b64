//! Expressions in the dialect of PCRE, and strings that they match.

mod class;
mod draw;
mod parse;

use crate::bytes::ByteSet;

pub(crate) use draw::{choose, draw};
pub(crate) use parse::{Flags, parse};

/// An expression as a tree.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// One byte of these.
    Set(ByteSet),
    /// One after the other.
    Sequence(Vec<Node>),
    /// One of them.
    Choice(Vec<Node>),
    /// Several times.
    Repeat {
        node: Box<Node>,
        least: u32,
        most: Option<u32>,
    },
    /// A group whose text is remembered under its number.
    Group(usize, Box<Node>),
    /// The text of a group again.
    Back(usize),
    /// `^`; of the whole text, or of a line.
    Start { line: bool },
    /// `$`; of the whole text, or of a line.
    End { line: bool },
    /// What follows (or stands before) must match as well; `negated` ones are left to chance and to the check afterwards.
    Look {
        ahead: bool,
        negated: bool,
        node: Box<Node>,
    },
    /// Asks something of the place only (`\b`): left to the check afterwards.
    Edge,
}
