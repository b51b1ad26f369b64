//! Words by which lists say what their entries are used for.

use event::Purpose;
use std::sync::Arc;

/// The first row with a word (or the beginning of one, from five letters on) in the text decides.
const WORDS: &[(&[&str], Purpose)] = &[
    (&["ransom", "ransomware"], Purpose::Ransomware),
    (&["sinkhole", "sinkholed"], Purpose::Sinkhole),
    (&["tor", "onion", "torproject"], Purpose::Tor),
    (
        &[
            "miner",
            "mining",
            "cryptomining",
            "coinminer",
            "cryptojacking",
            "resource-exploitation",
        ],
        Purpose::Mining,
    ),
    (&["malvertising", "malvert"], Purpose::Malvertising),
    (&["tds", "redirector"], Purpose::Redirector),
    (&["exploit-kit", "exploitkit", "ek"], Purpose::ExploitSite),
    (
        &["phish", "phishing", "credential-harvesting"],
        Purpose::Phishing,
    ),
    (
        &[
            "c2",
            "c&c",
            "cc",
            "cnc",
            "botnet",
            "command-and-control",
            "backdoor",
            "rat",
            "bot",
            "remote-access-trojan",
            "botnet_cc",
            "callback",
        ],
        Purpose::CommandAndControl,
    ),
    (&["compromised"], Purpose::CompromisedSite),
    (
        &["anonymization", "anonymizer", "proxy", "vpn"],
        Purpose::AnonymousProxy,
    ),
    (
        &[
            "scanner",
            "scanning",
            "bruteforce",
            "brute-force",
            "reconnaissance",
            "attackers",
        ],
        Purpose::Scanner,
    ),
    (
        &[
            "malware",
            "payload",
            "payload_delivery",
            "malware_download",
            "dropper",
            "downloader",
            "trojan",
            "worm",
            "virus",
            "keylogger",
            "spyware",
            "rootkit",
            "delivery",
            "stealer",
        ],
        Purpose::Malware,
    ),
    (
        &["benign", "unknown", "anomalous-activity", "suspicious"],
        Purpose::Suspicious,
    ),
];

/// What a text says that an indicator is used for.
pub(crate) fn of_words(text: &str) -> Option<Purpose> {
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> = text
        .split(|character: char| {
            !character.is_ascii_alphanumeric() && !matches!(character, '-' | '&' | '_')
        })
        .filter(|word| !word.is_empty())
        .collect();
    let parts: Vec<&str> = text
        .split(|character: char| !character.is_ascii_alphanumeric() && character != '&')
        .filter(|word| !word.is_empty())
        .collect();
    // "command and control" in three words.
    if parts
        .windows(3)
        .any(|three| three == ["command", "and", "control"])
    {
        return Some(Purpose::CommandAndControl);
    }
    WORDS.iter().find_map(|(names, purpose)| {
        let is_named = names.iter().any(|name| {
            words
                .iter()
                .chain(&parts)
                .any(|word| word == name || name.len() >= 5 && word.starts_with(name))
        });
        is_named.then_some(*purpose)
    })
}

/// An ATT&CK technique somewhere in a text: `T1071.001`.
pub(crate) fn technique(text: &str) -> Option<Arc<str>> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '.')
        .find(|word| {
            let Some(rest) = word.strip_prefix('T') else {
                return false;
            };
            let (number, part) = rest.split_once('.').unwrap_or((rest, "000"));
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            number.len() == 4 && digits(number) && part.len() == 3 && digits(part)
        })
        .map(Arc::from)
}

/// A name or note of bounded length, without control characters; None where nothing is left.
pub(crate) fn shortened(text: &str, characters_max: usize) -> Option<Arc<str>> {
    let clean: String = text
        .trim()
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(characters_max)
        .collect();
    (!clean.is_empty()).then(|| Arc::from(clean))
}

/// The more telling of what several parts of a record say.
pub(crate) fn better(one: Option<Purpose>, other: Option<Purpose>) -> Option<Purpose> {
    let rank = |purpose: Option<Purpose>| {
        purpose.map_or(0, |purpose| match purpose {
            Purpose::Suspicious => 1,
            Purpose::Malware => 2,
            _ => 3,
        })
    };
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::{of_words, technique};
    use event::Purpose;

    #[test]
    fn words_of_lists() {
        for (text, wanted) in [
            ("botnet_cc", Some(Purpose::CommandAndControl)),
            (
                "misp-galaxy:ransomware=\"Locky\"",
                Some(Purpose::Ransomware),
            ),
            (
                "kill-chain:Command and Control",
                Some(Purpose::CommandAndControl),
            ),
            ("remote-access-trojan", Some(Purpose::CommandAndControl)),
            ("malware_download", Some(Purpose::Malware)),
            ("Tor exit node", Some(Purpose::Tor)),
            ("monitor", None),
            ("strategy", None),
            ("anonymization", Some(Purpose::AnonymousProxy)),
        ] {
            assert_eq!(of_words(text), wanted, "{text}");
        }
        let found = technique("mitre-attack-pattern=\"Web Protocols - T1071.001\"");
        assert_eq!(found.as_deref(), Some("T1071.001"));
        assert_eq!(technique("T12345 TABC"), None);
    }
}
