//! Indicators of compromise from plain lists, looked for in events.
//!
//! A list has one entry a line: an address, a range of addresses, `address:port`, a domain (its subdomains count
//! as well), a URL, a file hash, a JA3 or JA4 fingerprint. What kind an entry is shows by its form.

mod entry;
mod load;
mod lookup;

#[cfg(test)]
mod tests;

pub use load::{BadLine, LoadReport};

use flow::Digests;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What an indicator is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndicatorKind {
    /// An address, with or without a port, or a range of addresses.
    Address,
    /// A domain name with all names below it.
    Domain,
    /// A URL.
    Url,
    /// MD5, SHA-1 or SHA-256 of a file.
    FileHash,
    /// SHA-1 or SHA-256 of a TLS certificate.
    Certificate,
    /// A JA3 or JA3S fingerprint.
    Ja3,
    /// A JA4 fingerprint.
    Ja4,
}

impl IndicatorKind {
    /// In lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::FileHash => "file_hash",
            Self::Certificate => "certificate",
            Self::Ja3 => "ja3",
            Self::Ja4 => "ja4",
        }
    }
}

/// An indicator was seen in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What the indicator is about.
    pub kind: IndicatorKind,
    /// The entry as the list has it.
    pub value: String,
    /// Name of the list: its file name without folder and extension.
    pub list: Arc<str>,
    /// Path of the value in the event, e.g. `tls.sni`.
    pub place: &'static str,
    /// What the list says beside the entry, if anything.
    pub context: Option<Arc<str>>,
}

/// All entries of some lists.
#[derive(Debug, Default)]
pub struct Indicators {
    lists: Vec<Arc<str>>,
    contexts: Vec<Arc<str>>,
    /// Names, URLs, hashes and fingerprints, in normal form.
    texts: HashMap<Box<str>, Entry>,
    /// Addresses with a port.
    sockets: HashMap<(u128, u16), Entry>,
    /// By length of the prefix in bits (IPv4 as IPv4-mapped IPv6), the networks of that length.
    networks: BTreeMap<u8, HashMap<u128, Entry>>,
    count: usize,
    digests: Digests,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    list: u16,
    /// Place in `contexts`, plus one; 0 for none.
    context: u32,
}

impl Indicators {
    /// Number of entries.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there is nothing to look for.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The digests of files that entries could be, by their length.
    pub const fn digests(&self) -> Digests {
        self.digests
    }

    fn hit(
        &self,
        kind: IndicatorKind,
        value: String,
        entry: Entry,
        place: &'static str,
    ) -> Option<Hit> {
        let context = usize::try_from(entry.context)
            .ok()?
            .checked_sub(1)
            .and_then(|place| self.contexts.get(place));
        Some(Hit {
            kind,
            value,
            list: Arc::clone(self.lists.get(usize::from(entry.list))?),
            place,
            context: context.map(Arc::clone),
        })
    }
}
