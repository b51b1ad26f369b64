//! From comparisons that hold together to one entry of a list.
//!
//! A list knows single things. Where comparisons only describe one thing more closely (a file by hash and name, an
//! address by its port), the thing is taken; where they want several things at once, none of them alone is.

use crate::report::Reason;

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Like,
    Subset,
    /// A range, an expression, or anything negated: it narrows, in a way that lists cannot.
    Other,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Atom {
    /// `network-traffic`
    pub(super) object: String,
    /// `dst_ref.value`
    pub(super) path: String,
    pub(super) value: String,
    pub(super) kind: Comparison,
}

impl Atom {
    pub(super) fn narrowing(object: String, path: String) -> Self {
        Self {
            object,
            path,
            value: String::new(),
            kind: Comparison::Other,
        }
    }

    fn meaning(&self) -> Meaning {
        use Comparison::{Equal, Like, Subset};
        let path = self.path.to_ascii_lowercase();
        let is_digest = path.starts_with("hashes.") || path.contains(".hashes.");
        match (self.object.as_str(), path.as_str(), self.kind) {
            ("ipv4-addr" | "ipv6-addr", "value", Equal | Subset) => Meaning::Address,
            ("network-traffic", "dst_ref.value" | "src_ref.value", Equal | Subset) => {
                if self.value.parse::<std::net::IpAddr>().is_ok() || self.value.contains('/') {
                    Meaning::Address
                } else {
                    Meaning::Domain
                }
            }
            ("domain-name", "value", Equal | Like) => Meaning::Domain,
            ("url", "value", Equal) => Meaning::Url,
            ("file" | "artifact" | "x509-certificate", _, Equal)
                if is_digest && self.digest_bytes() =>
            {
                Meaning::Digest
            }
            ("network-traffic", "dst_port", Equal) => Meaning::Port,
            (_, _, Equal) if path.ends_with("ja3") || path.ends_with("ja3_hash") => Meaning::Digest,
            (_, _, Equal) if path.ends_with("ja4") => Meaning::Digest,
            (_, _, Comparison::Other) => Meaning::Condition,
            _ => Meaning::Nothing,
        }
    }

    /// MD5, SHA-1, SHA-256: other digests are not made of files.
    fn digest_bytes(&self) -> bool {
        matches!(self.value.len(), 32 | 40 | 64)
            && self.value.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// `%.evil.example`: everything below a name.
    fn domain(&self) -> Option<String> {
        if self.kind != Comparison::Like {
            return Some(self.value.clone());
        }
        let name = self
            .value
            .strip_prefix("%.")
            .or_else(|| self.value.strip_prefix('%'))
            .unwrap_or(&self.value);
        (!name.contains(['%', '_'])).then(|| name.to_owned())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Address,
    Domain,
    Url,
    Digest,
    Port,
    /// A condition that lists do not know.
    Condition,
    /// Something that is not looked for, or says nothing by itself.
    Nothing,
}

/// The entry that comparisons mean together.
pub(super) fn entry_of(way: &[Atom]) -> Result<String, Reason> {
    let with = |meaning| way.iter().filter(move |atom| atom.meaning() == meaning);
    if with(Meaning::Condition).next().is_some() {
        return Err(Reason::SeveralAtOnce);
    }
    let several_of = |atoms: Vec<&Atom>| {
        atoms
            .windows(2)
            .any(|two| matches!(two, [one, other] if one.value != other.value))
    };
    let all_of = |objects: &[&str]| {
        way.iter()
            .all(|atom| objects.contains(&atom.object.as_str()))
    };
    let by_digest = with(Meaning::Digest).max_by_key(|atom| atom.value.len());
    if let Some(digest) = by_digest {
        // The longest names one file only; whatever else is said of that file is so.
        let one_thing = way.iter().all(|atom| atom.object == digest.object);
        return if one_thing {
            Ok(digest.value.clone())
        } else {
            Err(Reason::SeveralAtOnce)
        };
    }
    if let Some(url) = with(Meaning::Url).next() {
        let implied = |atom: &Atom| atom.object == "url" || url.value.contains(&atom.value);
        return if way.iter().all(implied) && !several_of(with(Meaning::Url).collect()) {
            Ok(url.value.clone())
        } else {
            Err(Reason::SeveralAtOnce)
        };
    }
    if let Some(domain) = with(Meaning::Domain).next() {
        let one_thing = all_of(&["domain-name", "network-traffic"])
            && with(Meaning::Address).next().is_none()
            && !several_of(with(Meaning::Domain).collect());
        return match domain.domain() {
            Some(name) if one_thing => Ok(name),
            Some(_) => Err(Reason::SeveralAtOnce),
            None => Err(Reason::OtherKind),
        };
    }
    if let Some(address) = with(Meaning::Address).next() {
        let one_thing = all_of(&["ipv4-addr", "ipv6-addr", "network-traffic"])
            && !several_of(with(Meaning::Address).collect());
        if !one_thing {
            return Err(Reason::SeveralAtOnce);
        }
        let port = with(Meaning::Port).next();
        return Ok(match port {
            // Of a network lists know no port; without it the claim would be wider.
            Some(_) if address.value.contains('/') => return Err(Reason::SeveralAtOnce),
            Some(port) if address.value.contains(':') => {
                format!("[{}]:{}", address.value, port.value)
            }
            Some(port) => format!("{}:{}", address.value, port.value),
            None => address.value.clone(),
        });
    }
    Err(Reason::OtherKind)
}
