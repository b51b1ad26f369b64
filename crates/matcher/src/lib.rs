//! Which of many literal patterns occur in a block of bytes.
//!
//! Short blocks, as most buffers of transactions are, are looked through by windows ([`windows`]); long ones by Hyperscan,
//! where it is there, which needs microseconds to begin and less for each byte. Both give the same hits.
//!
//! A [`Database`] is made once and shared; each worker scans with a [`Scratch`] of its own.

mod cache;
mod common;
#[cfg(hyperscan)]
mod hyperscan;
mod portable;
mod rarity;
mod windows;

pub use cache::Cache;
pub use rarity::{rarity, rarity_among_words};

use std::fmt;

/// Longest pattern accepted, in bytes.
pub const PATTERN_BYTES_MAX: usize = 4096;

/// Most patterns in one database.
pub const PATTERNS_MAX: usize = 1 << 20;

/// A literal to look for. Its number is its place in the list given to [`Database::compile`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pattern<'a> {
    /// Never empty, at most [`PATTERN_BYTES_MAX`].
    pub bytes: &'a [u8],
    /// Without regard to the case of ASCII letters.
    pub caseless: bool,
}

/// Why a database could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// The pattern at this place is empty or too long.
    Pattern(usize),
    /// More than [`PATTERNS_MAX`] patterns.
    TooMany(usize),
    /// What the matcher says.
    Backend(String),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(place) => write!(
                f,
                "pattern {place} is empty or longer than {PATTERN_BYTES_MAX} bytes"
            ),
            Self::TooMany(count) => write!(f, "{count} patterns are more than {PATTERNS_MAX}"),
            Self::Backend(message) => write!(f, "pattern matcher: {message}"),
        }
    }
}

impl std::error::Error for CompileError {}

/// Longest block that is looked through by windows where there is a choice. Of 96, 256 and no bound at all, 256 took least
/// time on the HTTP and SMB of an enterprise mix; the differences were small.
#[cfg(hyperscan)]
const SHORT_BYTES_MAX: usize = 256;

/// Patterns, ready to be looked for.
pub struct Database {
    windows: windows::Windows,
    #[cfg(hyperscan)]
    for_long: Option<hyperscan::Database>,
    count: usize,
}

impl Database {
    /// Makes a database.
    ///
    /// # Errors
    /// When a pattern or their number breaks a limit, or the matcher refuses them.
    pub fn compile(patterns: &[Pattern<'_>]) -> Result<Self, CompileError> {
        check(patterns)?;
        Ok(Self {
            windows: windows::Windows::compile(patterns)?,
            #[cfg(hyperscan)]
            for_long: if !patterns.is_empty() && hyperscan::is_usable() {
                Some(hyperscan::Database::compile(patterns)?)
            } else {
                None
            },
            count: patterns.len(),
        })
    }

    /// Number of patterns.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there is nothing to look for.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Looks for all patterns; each that occurs is in [`Scratch::hits`] afterwards, once, in rising order.
    pub fn scan(&self, scratch: &mut Scratch, bytes: &[u8]) {
        scratch.hits.clear();
        #[cfg(hyperscan)]
        if bytes.len() > SHORT_BYTES_MAX
            && let Some(database) = &self.for_long
        {
            database.scan(&mut scratch.space, bytes, &mut scratch.hits);
            scratch.hits.sort_unstable();
            scratch.hits.dedup();
            return;
        }
        self.windows
            .scan(bytes, &mut scratch.seen, &mut scratch.hits);
        scratch.hits.sort_unstable();
        scratch.hits.dedup();
    }

    /// What takes long to make, as bytes for a cache; None where nothing does.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        #[cfg(hyperscan)]
        return self.for_long.as_ref()?.to_bytes();
        #[cfg(not(hyperscan))]
        None
    }

    /// A database from [`Database::to_bytes`] and its patterns. None when the bytes are damaged, of another version of the
    /// matcher, or of another kind of processor. The bytes must come from a place that only this program can write: the
    /// matcher checks a checksum, not intent.
    #[cfg_attr(
        not(hyperscan),
        expect(
            unused_variables,
            reason = "only Hyperscan databases are kept as bytes"
        )
    )]
    pub fn from_bytes(bytes: &[u8], patterns: &[Pattern<'_>]) -> Option<Self> {
        #[cfg(hyperscan)]
        if hyperscan::is_usable() {
            check(patterns).ok()?;
            return Some(Self {
                for_long: Some(hyperscan::Database::from_bytes(bytes)?),
                windows: windows::Windows::compile(patterns).ok()?,
                count: patterns.len(),
            });
        }
        None
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({} patterns)", self.count)
    }
}

/// Name and version of the matcher that makes databases here.
fn version() -> String {
    #[cfg(hyperscan)]
    if hyperscan::is_usable() {
        return hyperscan::version();
    }
    "portable".to_owned()
}

fn check(patterns: &[Pattern<'_>]) -> Result<(), CompileError> {
    if patterns.len() > PATTERNS_MAX {
        return Err(CompileError::TooMany(patterns.len()));
    }
    match patterns
        .iter()
        .position(|pattern| pattern.bytes.is_empty() || pattern.bytes.len() > PATTERN_BYTES_MAX)
    {
        Some(place) => Err(CompileError::Pattern(place)),
        None => Ok(()),
    }
}

/// A worker's working memory; it grows to fit the databases it is used with.
#[derive(Default)]
pub struct Scratch {
    #[cfg(hyperscan)]
    space: hyperscan::Space,
    hits: Vec<u32>,
    /// For windows: bits of the patterns found, none set between scans.
    seen: Vec<u64>,
}

impl Scratch {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Numbers of the patterns that the last scan found, in rising order.
    pub fn hits(&self) -> &[u32] {
        &self.hits
    }
}

#[cfg(test)]
mod tests;
