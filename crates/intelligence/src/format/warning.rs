//! Warning lists of MISP (github.com/MISP/misp-warninglists): what may well be harmless.

use crate::brake::{Gathering, WarningKind, WarningUse};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    matching_attributes: Vec<String>,
    list: Vec<String>,
}

/// Kinds of attributes that are looked for in traffic.
const SEEN: &[&str] = &[
    "domain", "hostname", "ip-src", "ip-dst", "url", "md5", "sha1", "sha256", "ja3", "x509",
];

/// Takes the entries of a warning list; None where the document is none, else their number and how many are of no use.
pub(crate) fn read_warnings(
    file: &str,
    bytes: &[u8],
    into: &mut Gathering,
) -> Option<(usize, usize)> {
    let list: List = serde_json::from_slice(bytes).ok()?;
    let kind = match list.kind.as_deref()? {
        "string" => WarningKind::Whole,
        "hostname" => WarningKind::Host,
        "cidr" => WarningKind::Network,
        "substring" => WarningKind::Substring,
        "regex" => WarningKind::Pattern,
        _ => return Some((0, list.list.len())),
    };
    let concerns = list.matching_attributes.is_empty()
        || list
            .matching_attributes
            .iter()
            .any(|name| SEEN.iter().any(|seen| name.contains(seen)));
    let name = list.name.as_deref().unwrap_or(file);
    let lower = name.to_ascii_lowercase();
    // Who calls a sinkhole is infected: that is no reason to believe an entry less.
    if !concerns || lower.contains("sinkhole") {
        return Some((0, list.list.len()));
    }
    let used = if lower.contains("dynamic dns") {
        WarningUse::Shared
    } else {
        WarningUse::Brake
    };
    let name: Arc<str> = Arc::from(name.chars().take(120).collect::<String>());
    let taken = list
        .list
        .iter()
        .filter(|text| into.add(&name, kind, used, text.trim()))
        .count();
    Some((taken, list.list.len().saturating_sub(taken)))
}
