//! Which of many literal patterns occur in a block of bytes: Hyperscan where it is there, a portable
//! automaton where it is not. Both give the same hits.
//!
//! A [`Database`] is made once and shared; each worker scans with a [`Scratch`] of its own.

mod cache;
#[cfg(hyperscan)]
mod hyperscan;
mod portable;

pub use cache::Cache;

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

/// Patterns, ready to be looked for.
pub struct Database {
    engine: Engine,
    count: usize,
}

enum Engine {
    Nothing,
    Portable(portable::Automaton),
    #[cfg(hyperscan)]
    Hyperscan(hyperscan::Database),
}

impl Database {
    /// Makes a database with the quickest matcher that this machine has.
    ///
    /// # Errors
    /// When a pattern or their number breaks a limit, or the matcher refuses them.
    pub fn compile(patterns: &[Pattern<'_>]) -> Result<Self, CompileError> {
        check(patterns)?;
        if patterns.is_empty() {
            return Ok(Self {
                engine: Engine::Nothing,
                count: 0,
            });
        }
        #[cfg(hyperscan)]
        if hyperscan::is_usable() {
            let database = hyperscan::Database::compile(patterns)?;
            return Ok(Self {
                engine: Engine::Hyperscan(database),
                count: patterns.len(),
            });
        }
        Self::compile_portable(patterns)
    }

    /// Makes a database with the portable automaton, whatever this machine has.
    ///
    /// # Errors
    /// See [`Database::compile`].
    pub fn compile_portable(patterns: &[Pattern<'_>]) -> Result<Self, CompileError> {
        check(patterns)?;
        let automaton = portable::Automaton::compile(patterns)?;
        Ok(Self {
            engine: Engine::Portable(automaton),
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
        match &self.engine {
            Engine::Nothing => {}
            Engine::Portable(automaton) => automaton.scan(bytes, &mut scratch.hits),
            #[cfg(hyperscan)]
            Engine::Hyperscan(database) => {
                database.scan(&mut scratch.space, bytes, &mut scratch.hits)
            }
        }
        scratch.hits.sort_unstable();
        scratch.hits.dedup();
    }

    /// The database as bytes for a cache; None for matchers that are made in no time.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        match &self.engine {
            Engine::Nothing | Engine::Portable(_) => None,
            #[cfg(hyperscan)]
            Engine::Hyperscan(database) => database.to_bytes(),
        }
    }

    /// A database from [`Database::to_bytes`]; `count` is the number of its patterns. None when the bytes
    /// are damaged, of another version of the matcher, or of another kind of processor. The bytes must come
    /// from a place that only this program can write: the matcher checks a checksum, not intent.
    #[cfg_attr(
        not(hyperscan),
        expect(
            unused_variables,
            reason = "only Hyperscan databases are kept as bytes"
        )
    )]
    pub fn from_bytes(bytes: &[u8], count: usize) -> Option<Self> {
        #[cfg(hyperscan)]
        if hyperscan::is_usable() {
            let database = hyperscan::Database::from_bytes(bytes)?;
            return Some(Self {
                engine: Engine::Hyperscan(database),
                count,
            });
        }
        None
    }

    /// Name of the matcher in use.
    pub const fn backend(&self) -> &'static str {
        match &self.engine {
            Engine::Nothing => "none",
            Engine::Portable(_) => "aho-corasick",
            #[cfg(hyperscan)]
            Engine::Hyperscan(_) => "hyperscan",
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({}, {} patterns)", self.backend(), self.count)
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
