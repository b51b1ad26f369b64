//! Columns: what they are called, and what that says.

use crate::entry;
use crate::facts::Facts;
use crate::limits::{COLUMNS_MAX, NAME_CHARACTERS_MAX, NOTE_CHARACTERS_MAX};
use crate::purpose::{self, better, shortened};
use crate::time;

/// Names of columns that hold indicators, best first.
const VALUES: &[&str] = &[
    "indicator",
    "ioc",
    "ioc_value",
    "value",
    "ipaddr",
    "ip",
    "ip_address",
    "address",
    "dst_ip",
    "domain",
    "host",
    "hostname",
    "url",
    "sha256",
    "sha256_hash",
    "sha1",
    "md5",
    "ja3",
    "ja3_md5",
    "ja4",
];

/// Digests of one and the same file, of which each is taken.
const DIGESTS: &[&str] = &[
    "sha256",
    "sha256_hash",
    "sha1",
    "sha1_hash",
    "md5",
    "md5_hash",
];

/// Columns whose values look like hashes and are none that we look for.
const OTHERS: &[&str] = &["hassh", "fingerprint", "image"];

/// What a column that is no indicator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Family,
    Actor,
    Purpose,
    Confidence,
    First,
    Last,
    Until,
    Technique,
    Note,
    /// Said by the indicator itself, or of no use to people.
    Nothing,
}

const ROLES: &[(&[&str], Role)] = &[
    (
        &[
            "malware_printable",
            "malware",
            "malware_family",
            "family",
            "signature",
            "listingreason",
        ],
        Role::Family,
    ),
    (
        &["actor", "threat_actor", "attribution", "intrusion_set"],
        Role::Actor,
    ),
    (
        &[
            "threat_type",
            "threat",
            "tags",
            "category",
            "classification",
            "indicator_type",
        ],
        Role::Purpose,
    ),
    (&["confidence_level", "confidence"], Role::Confidence),
    (
        &[
            "first_seen",
            "first_seen_utc",
            "firstseen",
            "dateadded",
            "listingdate",
        ],
        Role::First,
    ),
    (
        &["last_seen", "last_seen_utc", "lastseen", "last_online"],
        Role::Last,
    ),
    (
        &[
            "valid_until",
            "expires",
            "expiration",
            "expiry",
            "expire",
            "expires_at",
        ],
        Role::Until,
    ),
    (
        &["technique", "mitre_attack", "attack_technique"],
        Role::Technique,
    ),
    (
        &["ioc_type", "ioc_id", "id", "type", "anonymous"],
        Role::Nothing,
    ),
];

/// Which columns hold what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The columns of indicators; empty where the list holds something that is not looked for.
    pub(super) values: Vec<usize>,
    roles: Vec<Role>,
}

impl Layout {
    /// One column of indicators, notes in the others.
    pub(super) fn plain(column: usize) -> Self {
        Self {
            values: vec![column],
            roles: Vec::new(),
        }
    }

    /// The layout that a header says, if it is one.
    pub(super) fn of_header(columns: &[String]) -> Option<Self> {
        let lower: Vec<String> = columns
            .iter()
            .map(|name| name.trim().to_ascii_lowercase().replace(' ', "_"))
            .collect();
        let is = |names: &[&str], column: &String| names.contains(&column.as_str());
        let found = VALUES
            .iter()
            .find_map(|name| lower.iter().position(|column| column == name));
        let values = match found {
            Some(first) if lower.get(first).is_some_and(|name| is(DIGESTS, name)) => lower
                .iter()
                .enumerate()
                .filter(|(_, name)| is(DIGESTS, name))
                .map(|(place, _)| place)
                .collect(),
            Some(first) => vec![first],
            None if columns.len() > 1 && lower.iter().any(|name| is(OTHERS, name)) => Vec::new(),
            None => return None,
        };
        let role = |name: &String| {
            let row = ROLES.iter().find(|(names, _)| is(names, name));
            row.map_or(Role::Note, |(_, role)| *role)
        };
        Some(Self {
            values,
            roles: lower.iter().map(role).collect(),
        })
    }

    /// The layout of lines without header: the first column with indicators in at least half of the lines, else the
    /// one with most.
    pub(super) fn guess<'a>(lines: impl Iterator<Item = &'a [String]>) -> Self {
        let mut counts: Vec<usize> = Vec::new();
        let mut total = 0_usize;
        for columns in lines {
            total = total.saturating_add(1);
            counts.resize(counts.len().max(columns.len()), 0);
            for (count, text) in counts.iter_mut().zip(columns) {
                *count = count.saturating_add(usize::from(entry::parse(text).is_ok()));
            }
        }
        let half = total.div_ceil(2).max(1);
        let most = counts.iter().copied().max().unwrap_or(0);
        let column = counts
            .iter()
            .position(|count| *count >= half)
            .or_else(|| counts.iter().position(|count| *count == most));
        Self::plain(column.unwrap_or(0))
    }

    /// What a line says beside its indicators.
    pub(super) fn facts(&self, columns: &[String], comment: Option<&str>) -> Facts {
        let mut facts = Facts::default();
        let mut notes: Vec<&str> = Vec::new();
        for (place, text) in columns.iter().enumerate() {
            if self.values.contains(&place) || text.is_empty() || text == "None" || text == "null" {
                continue;
            }
            let name = || shortened(text, NAME_CHARACTERS_MAX);
            match self.roles.get(place).copied().unwrap_or(Role::Note) {
                Role::Family => {
                    facts.purpose = better(facts.purpose, purpose::of_words(text));
                    facts.family = facts.family.take().or_else(name);
                }
                Role::Actor => facts.actor = name(),
                Role::Purpose => {
                    facts.purpose = better(facts.purpose, purpose::of_words(text));
                    notes.push(text);
                }
                Role::Confidence => facts.confidence = confidence(text),
                Role::First => facts.first_seen = time::parse(text),
                Role::Last => facts.last_seen = time::parse(text),
                Role::Until => facts.valid_until = time::parse(text),
                Role::Technique => facts.technique = purpose::technique(text),
                Role::Note => notes.push(text),
                Role::Nothing => {}
            }
        }
        notes.extend(comment.filter(|comment| !comment.is_empty()));
        if !notes.is_empty() {
            facts.note = shortened(&notes.join(", "), NOTE_CHARACTERS_MAX);
        }
        facts
    }
}

/// 0 to 100, or in words.
fn confidence(text: &str) -> Option<u8> {
    let text = text.trim().trim_end_matches('%');
    match text.to_ascii_lowercase().as_str() {
        "high" => Some(85),
        "medium" | "moderate" => Some(50),
        "low" => Some(15),
        number => number.parse::<u8>().ok().filter(|number| *number <= 100),
    }
}

/// Columns by comma, semicolon or tab, quotation marks around them taken off (RFC 4180); a line without them is one
/// column, up to its first blank.
pub(super) fn split(text: &str) -> Vec<String> {
    let separator = [',', ';', '\t']
        .into_iter()
        .find(|separator| text.contains(*separator));
    let Some(separator) = separator else {
        let first = text.split_whitespace().next().unwrap_or("");
        return vec![first.trim_matches('"').to_owned()];
    };
    let mut columns = Vec::new();
    let mut column = String::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' if quoted || column.trim().is_empty() => quoted = !quoted,
            _ if character == separator && !quoted => {
                columns.push(column.trim().to_owned());
                column.clear();
                if columns.len() >= COLUMNS_MAX {
                    return columns;
                }
            }
            _ => column.push(character),
        }
    }
    columns.push(column.trim().trim_matches('"').to_owned());
    columns
}
