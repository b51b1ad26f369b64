//! What is known of an indicator, and what a hit tells.

use event::{Purpose, Timestamp};
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

/// What a list says about an entry; each part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it is used for.
    pub purpose: Option<Purpose>,
    /// How sure its source is, 0 to 100.
    pub confidence: Option<u8>,
    /// The malware family.
    pub family: Option<Arc<str>>,
    /// Who is behind it.
    pub actor: Option<Arc<str>>,
    /// MITRE ATT&CK technique, e.g. `T1071.001`.
    pub technique: Option<Arc<str>>,
    /// What else the list says beside the entry: a comment, a reference, further columns.
    pub note: Option<Arc<str>>,
    /// The warning list that names it: it may well be harmless.
    pub brake: Option<Arc<str>>,
    /// When it was first seen, to the day.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen, to the day.
    pub last_seen: Option<Timestamp>,
    /// From when on it means nothing any more, to the second.
    pub valid_until: Option<Timestamp>,
}

/// An indicator was seen in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What the indicator is about.
    pub kind: IndicatorKind,
    /// The entry in normal form.
    pub value: String,
    /// Name of the list: its file name without folder and extension.
    pub list: Arc<str>,
    /// Path of the value in the event, e.g. `tls.sni`.
    pub place: &'static str,
    /// What the list says beside the entry.
    pub facts: Facts,
    /// Names of other lists that have it as well.
    pub others: Vec<Arc<str>>,
    /// The name for which a listed address was reached, where warning lists or everybody know that name: then
    /// `facts.brake` says which of them.
    pub harmless_name: Option<String>,
}

impl Hit {
    /// Slows down an address that is reached for a name that a warning list has.
    pub fn brake_for(&mut self, name: &str, list: Arc<str>) {
        if self.kind == IndicatorKind::Address {
            self.facts.brake.get_or_insert(list);
            self.harmless_name = Some(name.to_owned());
        }
    }
}
