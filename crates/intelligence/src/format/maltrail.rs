//! Trails of maltrail (github.com/stamparm/maltrail): the file's name and folder say what its entries are.

use crate::facts::Facts;
use crate::limits::{NAME_CHARACTERS_MAX, NOTE_CHARACTERS_MAX};
use crate::purpose::shortened;
use event::Purpose;
use std::sync::Arc;

/// A file of trails while it is read.
pub(super) struct Trail {
    base: Facts,
    reference: Option<Arc<str>>,
    /// The last line was a reference as well: they belong together, and the first is kept.
    follows: bool,
}

/// Files whose names say more than their folder.
const NAMED: &[(&str, Purpose)] = &[
    ("mass_scanner", Purpose::Scanner),
    ("onion", Purpose::Tor),
    ("crypto_mining", Purpose::Mining),
    ("anonymous_web_proxy", Purpose::AnonymousProxy),
    ("port_proxy", Purpose::AnonymousProxy),
    ("bad_proxy", Purpose::AnonymousProxy),
    ("web_shells", Purpose::CompromisedSite),
    ("wp_inject", Purpose::CompromisedSite),
    ("domain_shadowing", Purpose::CompromisedSite),
    ("evilginx", Purpose::Phishing),
    ("gophish", Purpose::Phishing),
    ("telekopye_scamtool", Purpose::Phishing),
    ("browser_locker", Purpose::Phishing),
    ("scareware", Purpose::Phishing),
];

impl Trail {
    /// By the folders of maltrail's archive.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let in_folder = ["static/malware/", "static/malicious/", "static/suspicious/"]
            .iter()
            .any(|folder| name.contains(folder));
        (in_folder || name.contains("maltrail/")).then(|| Self::of_words(name))
    }

    /// By the file's name, whatever its folder.
    pub(super) fn of_words(name: &str) -> Self {
        let stem = name.rsplit('/').next().unwrap_or(name);
        // Long trails are cut into numbered files.
        let stem = match stem.rsplit_once('-') {
            Some((front, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => front,
            _ => stem,
        };
        let lower = stem.to_ascii_lowercase();
        let purpose = purpose(name, &lower);
        let is_actor = lower.starts_with("apt_");
        let bare = ["apt_", "elf_", "osx_", "android_", "ek_", "win_"]
            .iter()
            .find_map(|front| lower.strip_prefix(front))
            .unwrap_or(&lower);
        let plain = shortened(&bare.replace('_', " "), NAME_CHARACTERS_MAX)
            .filter(|_| !matches!(bare, "generic" | "bad_history" | "domain"))
            .filter(|_| names_malware(purpose));
        let (actor, family) = if is_actor {
            (plain, None)
        } else {
            (None, plain)
        };
        Self {
            base: Facts {
                purpose: Some(purpose),
                family,
                actor,
                ..Facts::default()
            },
            reference: None,
            follows: false,
        }
    }

    /// `Reference: https://...` is about the entries that follow.
    pub(super) fn comment(&mut self, comment: &str) {
        match comment.strip_prefix("Reference:") {
            Some(_) if self.follows => {}
            Some(reference) => {
                self.reference = shortened(reference, NOTE_CHARACTERS_MAX);
                self.follows = true;
            }
            None => {}
        }
    }

    pub(super) fn facts(&self, comment: Option<&str>) -> Facts {
        let own = comment.and_then(|comment| shortened(comment, NOTE_CHARACTERS_MAX));
        Facts {
            note: own.or_else(|| self.reference.clone()),
            ..self.base.clone()
        }
    }

    /// An entry came: the next reference begins anew.
    pub(super) fn entry(&mut self) {
        self.follows = false;
    }
}

/// Whether files of a purpose are named after malware, kits or actors.
const fn names_malware(purpose: Purpose) -> bool {
    !matches!(
        purpose,
        Purpose::Suspicious
            | Purpose::Scanner
            | Purpose::Tor
            | Purpose::Mining
            | Purpose::AnonymousProxy
            | Purpose::CompromisedSite
            | Purpose::Sinkhole
    )
}

fn purpose(name: &str, stem: &str) -> Purpose {
    let named = NAMED.iter().find(|(known, _)| stem.starts_with(known));
    if let Some((_, purpose)) = named {
        return *purpose;
    }
    let has = |word: &str| stem.split('_').any(|part| part == word);
    let purpose = if has("ransomware") || stem.ends_with("ransom") {
        Some(Purpose::Ransomware)
    } else if has("sinkhole") {
        Some(Purpose::Sinkhole)
    } else if has("miner") || has("coinminer") {
        Some(Purpose::Mining)
    } else if has("tds") {
        Some(Purpose::Redirector)
    } else if has("ek") {
        Some(Purpose::ExploitSite)
    } else if has("c2") || name.contains("static/malware/") {
        Some(Purpose::CommandAndControl)
    } else {
        None
    };
    match purpose {
        Some(purpose) => purpose,
        None if name.contains("suspicious/") => Purpose::Suspicious,
        // Frameworks of attackers: what calls them is theirs.
        None if name.contains("malicious/") => Purpose::CommandAndControl,
        None => Purpose::Malware,
    }
}
