//! The options of a rule on one buffer: what must hold of its bytes, a text of which it holds, and the test of it.

mod check;
mod number;
mod place;
mod sheet;
mod solve;
mod transform;

use crate::bytes::ByteSet;
use crate::regex::{self, Node};
use detect::rule::Rule;
use detect::rule::ast::{
    Base64Decode, ByteExtract, ByteJump, ByteMath, ByteTest, Comparison, Content, IsDataAt,
    Keyword, Pcre,
};

pub(crate) use solve::solve;
pub(crate) use transform::{
    apply as transformed, base64 as base64_of, restrict as restricted, undo as untransformed,
};

/// One condition on the bytes of a buffer.
#[derive(Clone, Debug)]
pub(crate) enum Link {
    Content(Content),
    Pattern(Box<Pattern>),
    DataAt(IsDataAt),
    Test(ByteTest),
    Jump(ByteJump),
    Extract(ByteExtract),
    Math(ByteMath),
    Decode(Base64Decode),
}

impl Link {
    /// Whether its place is counted from the match before it.
    pub(crate) fn is_relative(&self) -> bool {
        match self {
            Self::Content(content) => content.is_relative(),
            Self::Pattern(pattern) => pattern.relative,
            Self::DataAt(option) => option.relative,
            Self::Test(option) => option.relative,
            Self::Jump(option) => option.relative,
            Self::Extract(option) => option.relative,
            Self::Math(option) => option.relative,
            Self::Decode(option) => option.relative,
        }
    }
}

/// An expression: as a tree to draw from, and ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) node: Option<Node>,
    pub(crate) regex: pcre2::bytes::Regex,
    pub(crate) negated: bool,
    pub(crate) relative: bool,
    pub(crate) anchored: bool,
}

/// All conditions on one buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    pub(crate) links: Vec<Link>,
    pub(crate) sizes: Vec<Comparison<u64>>,
    /// What `base64_decode` shall give.
    pub(crate) decoded: Option<Vec<u8>>,
}

/// What texts of a buffer are made of, before any rule asks for something.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// Bytes that may occur.
    pub(crate) allowed: ByteSet,
    /// Bytes that may stand where the rule does not care.
    pub(crate) filling: ByteSet,
    /// Bytes at the start.
    pub(crate) head: Vec<ByteSet>,
    /// Bytes at the end.
    pub(crate) tail: Vec<u8>,
    /// Shortest text.
    pub(crate) shortest: usize,
    /// Longest text.
    pub(crate) longest: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            allowed: ByteSet::ALL,
            filling: ByteSet::range(b'a', b'z'),
            head: Vec::new(),
            tail: Vec::new(),
            shortest: 1,
            longest: 30_000,
        }
    }
}

/// A rule's condition that this builder has no way to satisfy, in words.
pub(crate) type Unable = String;

impl Chain {
    /// The conditions of the rule on the buffer at `index`.
    pub(crate) fn of(rule: &Rule, index: usize) -> Result<Self, Unable> {
        let mut chain = Self::default();
        for item in rule.options_of(index) {
            match &item.keyword {
                Keyword::Content(content) => chain.links.push(Link::Content(content.clone())),
                Keyword::Pcre(pcre) => chain.links.push(Link::Pattern(Box::new(pattern(pcre)?))),
                Keyword::IsDataAt(option) => chain.links.push(Link::DataAt(option.clone())),
                Keyword::BufferSize(comparison) => chain.sizes.push(*comparison),
                Keyword::ByteTest(option) => chain.links.push(Link::Test(option.clone())),
                Keyword::ByteJump(option) => chain.links.push(Link::Jump(option.clone())),
                Keyword::ByteExtract(option) => chain.links.push(Link::Extract(option.clone())),
                Keyword::ByteMath(option) => chain.links.push(Link::Math(option.clone())),
                Keyword::Base64Decode(option) => chain.links.push(Link::Decode(option.clone())),
                Keyword::Absent(_) => return Err("absent".to_owned()),
                Keyword::Entropy(_) => return Err("entropy".to_owned()),
                Keyword::Dataset(_) | Keyword::DataReputation(_) => {
                    return Err("dataset".to_owned());
                }
                Keyword::Asn1(_) => return Err("asn1".to_owned()),
                _ => {}
            }
        }
        Ok(chain)
    }

    /// Whether nothing is asked.
    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.sizes.is_empty()
    }

    /// Whether the bytes satisfy it.
    pub(crate) fn accepts(&self, bytes: &[u8]) -> bool {
        check::accepts(self, bytes)
    }

    /// Both together, as if they were about one buffer.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.links.extend(other.links.iter().cloned());
        self.sizes.extend(other.sizes.iter().copied());
        self
    }
}

fn pattern(pcre: &Pcre) -> Result<Pattern, Unable> {
    let flags = &pcre.flags;
    let text = std::str::from_utf8(&pcre.pattern).map_err(|_| "pcre is not ASCII".to_owned())?;
    // What the binding has no switch for is said within the expression.
    let switch = if flags.ungreedy { "(?U)" } else { "" };
    let source = format!("{switch}{text}");
    let regex = pcre2::bytes::RegexBuilder::new()
        .caseless(flags.caseless)
        .multi_line(flags.multiline)
        .dotall(flags.dot_all)
        .extended(flags.extended)
        .build(&source)
        .map_err(|error| format!("pcre: {error}"))?;
    let node = regex::parse(&pcre.pattern, flags_of(flags));
    if node.is_none() && !pcre.negated {
        return Err("pcre of a form that no string is drawn from".to_owned());
    }
    Ok(Pattern {
        node,
        regex,
        negated: pcre.negated,
        relative: flags.relative,
        anchored: flags.anchored,
    })
}

fn flags_of(flags: &detect::rule::ast::PcreFlags) -> regex::Flags {
    regex::Flags {
        caseless: flags.caseless,
        multiline: flags.multiline,
        dot_all: flags.dot_all,
        extended: flags.extended,
    }
}

/// Shortest and longest length that passes all tests, within the bounds.
pub(crate) fn bounds(
    sizes: &[Comparison<u64>],
    (shortest, longest): (usize, usize),
) -> Option<(usize, usize)> {
    let passes = |size: usize| sizes.iter().all(|test| test.accepts(size as u64));
    let first = (shortest..=longest).find(|size| passes(*size))?;
    let last = (first..=longest)
        .find(|size| !passes(*size))
        .map_or(longest, |size| size - 1);
    Some((first, last))
}
