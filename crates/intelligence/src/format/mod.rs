//! Forms in which indicators are exchanged, told apart by content.

mod column;
mod json;
mod lines;
mod list;
mod maltrail;
mod misp;
mod stix;
mod warning;

#[cfg(test)]
mod tests;

pub(crate) use json::read_json;
pub(crate) use lines::Lines;
pub(crate) use list::read_list;
pub(crate) use misp::hashed;
#[cfg(test)]
use stix::entries_of;
pub(crate) use warning::read_warnings;

use std::fmt;

/// What a document was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// One entry a line.
    Plain,
    /// Columns, with or without a header.
    Columns,
    /// Trails of maltrail.
    Maltrail,
    /// STIX 2.0 or 2.1: a bundle, the envelope of a TAXII server, or single objects.
    Stix,
    /// MISP events or attributes.
    Misp,
    /// The `manifest.json` of a MISP feed.
    MispManifest,
    /// The `hashes.csv` of a MISP feed.
    MispHashes,
    /// A warning list of MISP.
    Warning,
    /// A JSON array of texts.
    JsonTexts,
    /// JSON of no form that is known here.
    UnknownJson,
}

impl Format {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain list",
            Self::Columns => "CSV",
            Self::Maltrail => "maltrail",
            Self::Stix => "STIX",
            Self::Misp => "MISP event",
            Self::MispManifest => "MISP manifest",
            Self::MispHashes => "MISP hashes",
            Self::Warning => "warning list",
            Self::JsonTexts => "JSON array",
            Self::UnknownJson => "unknown JSON",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a document is JSON, by its beginning.
pub(crate) fn is_json(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let mut rest = start
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace());
    match rest.next() {
        Some(b'{') => matches!(rest.next(), Some(b'"' | b'}') | None),
        // `[2001:db8::1]:80` begins a plain list.
        Some(b'[') => matches!(rest.next(), Some(b'"' | b'{' | b'[' | b']') | None),
        _ => false,
    }
}
