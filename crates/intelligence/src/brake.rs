//! What slows an indicator down: warning lists, and names that everybody uses.
//!
//! A braked indicator is still told when it is seen, but never makes an incident by itself.

use crate::entry::{self, Parsed};
use crate::facts::Facts;
use crate::index::{Builder, Indicators, Tag, key};
use crate::limits;
use event::Timestamp;
use regex::bytes::{Regex, RegexBuilder};
use std::collections::HashSet;
use std::net::Ipv6Addr;
use std::sync::{Arc, LazyLock};

/// Names that everybody uses, and the digests of nothing.
static HOUSEHOLD: LazyLock<HashSet<u64>> =
    LazyLock::new(|| keys(include_str!("../../../content/intelligence/household.txt")));
/// Names under which anybody can have a name.
static SHARED: LazyLock<HashSet<u64>> =
    LazyLock::new(|| keys(include_str!("../../../content/intelligence/shared.txt")));

const HOUSEHOLD_NAME: &str = "names that everybody uses";

fn keys(text: &str) -> HashSet<u64> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    // A name such as `go.jp` is no indicator; here it is a name like any other.
    lines
        .filter_map(|line| match entry::parse(line) {
            Ok(parsed) => key::of(&parsed),
            Err(_) => Some(key::of_text(Tag::Domain, line)),
        })
        .collect()
}

/// How entries of a warning list are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WarningKind {
    /// The whole value.
    Whole,
    /// The value's host or one above it.
    Host,
    /// Addresses within networks.
    Network,
    /// Anywhere in the value.
    Substring,
    /// By a regular expression.
    Pattern,
}

/// What a warning list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WarningUse {
    /// Its entries may well be harmless.
    Brake,
    /// Anybody can have a name below its entries.
    Shared,
}

/// All warning lists.
#[derive(Debug, Default)]
pub(crate) struct Brakes {
    whole: Indicators,
    hosts: Indicators,
    shared: HashSet<u64>,
    substrings: Vec<(String, Arc<str>)>,
    patterns: Vec<(Regex, Arc<str>)>,
}

/// Warning lists while they are read.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    whole: Builder,
    hosts: Builder,
    brakes: Brakes,
    count: usize,
}

impl Gathering {
    /// Takes an entry; false where it is of no use.
    pub(crate) fn add(
        &mut self,
        list: &Arc<str>,
        kind: WarningKind,
        used: WarningUse,
        text: &str,
    ) -> bool {
        if self.count >= limits::WARNINGS_MAX || text.is_empty() {
            return false;
        }
        let patterns = self
            .brakes
            .substrings
            .len()
            .saturating_add(self.brakes.patterns.len());
        let taken = match kind {
            WarningKind::Substring | WarningKind::Pattern
                if patterns >= limits::WARNING_PATTERNS_MAX =>
            {
                false
            }
            WarningKind::Substring => {
                let text = text.to_ascii_lowercase();
                self.brakes.substrings.push((text, Arc::clone(list)));
                true
            }
            WarningKind::Pattern => match pattern(text) {
                Some(pattern) => {
                    self.brakes.patterns.push((pattern, Arc::clone(list)));
                    true
                }
                None => false,
            },
            WarningKind::Whole | WarningKind::Host | WarningKind::Network => {
                self.entry(list, kind, used, text)
            }
        };
        self.count = self.count.saturating_add(usize::from(taken));
        taken
    }

    fn entry(&mut self, list: &Arc<str>, kind: WarningKind, used: WarningUse, text: &str) -> bool {
        let below = text.starts_with('.');
        let Ok(parsed) = entry::parse(text.trim_start_matches('.')) else {
            return false;
        };
        if used == WarningUse::Shared {
            self.brakes.shared.extend(key::of(&parsed));
        }
        let by_host = kind == WarningKind::Host || below || !matches!(parsed, Parsed::Domain(_));
        let builder = if by_host {
            &mut self.hosts
        } else {
            &mut self.whole
        };
        builder.add(list, &parsed, &Facts::default());
        true
    }

    /// Entries taken.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn finish(self) -> Brakes {
        Brakes {
            whole: self.whole.finish().0,
            hosts: self.hosts.finish().0,
            ..self.brakes
        }
    }
}

/// Warning lists write expressions as PHP does, with slashes around them.
fn pattern(text: &str) -> Option<Regex> {
    let (body, caseless) = match text
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'))
    {
        Some((body, flags)) => (body, flags.contains('i')),
        None => (text, false),
    };
    RegexBuilder::new(&body.replace("\\/", "/"))
        .unicode(false)
        .case_insensitive(caseless)
        .size_limit(limits::WARNING_PATTERN_BYTES_MAX)
        .dfa_size_limit(limits::WARNING_PATTERN_BYTES_MAX)
        .build()
        .ok()
}

impl Brakes {
    /// Whether an entry is a name or address that everybody uses, or the digest of nothing.
    pub(crate) fn is_household(parsed: &Parsed) -> bool {
        let known = |key: Option<u64>| key.is_some_and(|key| HOUSEHOLD.contains(&key));
        match parsed {
            Parsed::Domain(name) => {
                let bare = name.strip_prefix("www.").unwrap_or(name);
                known(Some(key::of_text(Tag::Domain, bare)))
            }
            Parsed::Socket { bits, .. } => known(Some(key::of_address(*bits))),
            _ => known(key::of(parsed)),
        }
    }

    /// The warning list that names an entry, if one does.
    pub(crate) fn judge(&self, parsed: &Parsed) -> Option<Arc<str>> {
        if Self::is_household(parsed) {
            return Some(Arc::from(HOUSEHOLD_NAME));
        }
        let found = match parsed {
            Parsed::Domain(name) => self.host(name),
            Parsed::Network { bits, prefix } => self.address(*bits, *prefix),
            Parsed::Socket { bits, .. } => self.address(*bits, 128),
            Parsed::Url(_) | Parsed::Hash(_) | Parsed::Ja4(_) | Parsed::Hashed(_) => None,
        };
        found
            .or_else(|| self.whole(parsed))
            .or_else(|| self.text(parsed))
    }

    /// The warning list that knows a name, or one above it, as long as not anybody can have a name there. Parts of names
    /// and patterns do not count: whoever chooses a name may choose what it contains.
    pub(crate) fn name(&self, name: &str) -> Option<Arc<str>> {
        let parsed = Parsed::Domain(name.trim_end_matches('.').to_ascii_lowercase());
        if Self::is_household(&parsed) {
            return Some(Arc::from(HOUSEHOLD_NAME));
        }
        let Parsed::Domain(name) = &parsed else {
            return None;
        };
        self.host(name).or_else(|| self.whole(&parsed))
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        // A key and the slack of the table that it stands in.
        let shared = self.shared.capacity().saturating_mul(16);
        let lists = self.whole.bytes().saturating_add(self.hosts.bytes());
        lists.saturating_add(shared)
    }

    fn whole(&self, parsed: &Parsed) -> Option<Arc<str>> {
        let key = key::of(parsed)?;
        let found = self
            .whole
            .find(key, Timestamp::default())
            .or_else(|| self.hosts.find(key, Timestamp::default()));
        found.map(|found| found.list)
    }

    /// A name that a list of hosts has, or one above it, as long as not anybody can have a name there.
    fn host(&self, name: &str) -> Option<Arc<str>> {
        let mut rest = name;
        let mut is_itself = true;
        while rest.contains('.') {
            let key = key::of_text(Tag::Domain, rest);
            if !is_itself && (SHARED.contains(&key) || self.shared.contains(&key)) {
                return None;
            }
            if !is_itself && HOUSEHOLD.contains(&key) {
                return Some(Arc::from(HOUSEHOLD_NAME));
            }
            if let Some(found) = self.hosts.find(key, Timestamp::default()) {
                return Some(found.list);
            }
            is_itself = false;
            rest = rest.split_once('.')?.1;
        }
        None
    }

    fn address(&self, bits: u128, prefix: u8) -> Option<Arc<str>> {
        let exact = (prefix == 128)
            .then(|| self.hosts.find(key::of_address(bits), Timestamp::default()))
            .flatten();
        if let Some(found) = exact {
            return Some(found.list);
        }
        let (found, of) = self.hosts.find_network(bits, Timestamp::default())?;
        (found <= prefix).then_some(of.list)
    }

    fn text(&self, parsed: &Parsed) -> Option<Arc<str>> {
        if self.substrings.is_empty() && self.patterns.is_empty() {
            return None;
        }
        let text = match parsed {
            Parsed::Network { bits, .. } | Parsed::Socket { bits, .. } => {
                let address = Ipv6Addr::from_bits(*bits);
                address
                    .to_ipv4_mapped()
                    .map_or_else(|| address.to_string(), |address| address.to_string())
            }
            Parsed::Domain(text)
            | Parsed::Url(text)
            | Parsed::Hash(text)
            | Parsed::Ja4(text)
            | Parsed::Hashed(text) => text.clone(),
        };
        let part = self
            .substrings
            .iter()
            .find(|(part, _)| text.contains(part.as_str()));
        let by_pattern = || {
            self.patterns
                .iter()
                .find(|(one, _)| one.is_match(text.as_bytes()))
        };
        part.map(|(_, list)| list)
            .or_else(|| by_pattern().map(|(_, list)| list))
            .map(Arc::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::{Gathering, WarningKind, WarningUse};
    use crate::entry::parse;
    use std::sync::Arc;

    #[test]
    fn each_kind_of_warning_list_brakes() {
        let mut lists = Gathering::default();
        let mut add = |kind, used, text: &str| {
            let name: Arc<str> = Arc::from(format!("{kind:?}"));
            assert!(lists.add(&name, kind, used, text), "{text}");
        };
        use WarningKind::{Host, Network, Pattern, Substring, Whole};
        add(Whole, WarningUse::Brake, "exact.example.com");
        add(Host, WarningUse::Brake, "popular.example.org");
        add(Host, WarningUse::Brake, ".dotted.example.org");
        add(Host, WarningUse::Shared, "dynamic.example.net");
        add(Network, WarningUse::Brake, "203.0.113.0/24");
        add(Substring, WarningUse::Brake, "telemetry");
        add(Pattern, WarningUse::Brake, r"/^update[0-9]+\./i");
        let brakes = lists.finish();
        for (entry, wanted) in [
            ("exact.example.com", Some("Whole")),
            ("below.exact.example.com", None),
            ("a.popular.example.org", Some("Host")),
            ("a.dotted.example.org", Some("Host")),
            ("dynamic.example.net", Some("Host")),
            ("evil.dynamic.example.net", None),
            ("203.0.113.77", Some("Network")),
            ("203.0.113.77:8080", Some("Network")),
            ("203.0.113.0/25", Some("Network")),
            ("203.0.112.0/22", None),
            ("my-telemetry.test.example", Some("Substring")),
            ("update7.test.example", Some("Pattern")),
            ("www.google.com", Some("names that everybody uses")),
            ("drive.google.com", Some("names that everybody uses")),
            ("evil.sites.google.com", None),
            ("evil.github.io", None),
            ("8.8.8.8", Some("names that everybody uses")),
            (
                "d41d8cd98f00b204e9800998ecf8427e",
                Some("names that everybody uses"),
            ),
            ("popular.example.org/evil.exe", None),
            ("evil.test.example", None),
        ] {
            let found = brakes.judge(&parse(entry).unwrap());
            assert_eq!(found.as_deref(), wanted, "{entry}");
        }
    }

    #[test]
    fn a_connections_name_is_known_by_its_host_and_not_by_its_parts() {
        let mut lists = Gathering::default();
        let name: Arc<str> = Arc::from("list");
        for (kind, used, text) in [
            (WarningKind::Host, WarningUse::Brake, "popular.example.org"),
            (WarningKind::Host, WarningUse::Shared, "dynamic.example.net"),
            (WarningKind::Substring, WarningUse::Brake, "telemetry"),
        ] {
            assert!(lists.add(&name, kind, used, text));
        }
        let brakes = lists.finish();
        for (name, wanted) in [
            ("WWW.Popular.Example.org.", true),
            ("a.dynamic.example.net", false),
            ("telemetry.evil.example", false),
            ("www.google.com", true),
            ("evil.github.io", false),
            ("ec2-203-0-113-7.compute-1.amazonaws.com", false),
            ("evil.example", false),
            ("", false),
        ] {
            assert_eq!(brakes.name(name).is_some(), wanted, "{name}");
        }
    }

    #[test]
    fn bad_patterns_are_refused() {
        let mut lists = Gathering::default();
        let name: Arc<str> = Arc::from("x");
        for text in ["/(/", "(a{1000}){1000}"] {
            assert!(!lists.add(&name, WarningKind::Pattern, WarningUse::Brake, text));
        }
    }
}
