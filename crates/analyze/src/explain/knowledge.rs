//! The knowledge base under `content/knowledge`, read once.

use event::{Communication, Text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Text as a page has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    ja: String,
    en: String,
}

/// A page as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPage {
    title: Words,
    summary: Words,
    meaning: Words,
    actions: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    when: When,
    ja: String,
    en: String,
}

/// How soon a thing has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum When {
    /// Within ten minutes.
    Now,
    /// Before the day is over.
    Today,
    /// So that it does not happen again.
    Later,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFrame {
    chain: Words,
    infected: Words,
    attempt: Words,
    unknown_peer: Words,
}

/// What a page says, with slots still open.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub title: Text,
    pub summary: Text,
    pub meaning: Text,
    pub actions: Vec<(String, When, Text)>,
}

/// The whole base.
#[derive(Debug, Default)]
pub(super) struct Knowledge {
    pages: BTreeMap<&'static str, Page>,
    nothing: Page,
    pub chain: Text,
    pub infected: Text,
    pub attempt: Text,
    pub unknown_peer: Text,
}

/// Pages for what the threat table does not name.
pub(super) const SERVER_ATTACK: &str = "server_attack";
pub(super) const PHISHING: &str = "phishing";
pub(super) const OTHER: &str = "suspicious_other";

macro_rules! page {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../../content/knowledge/", $name, ".toml")),
        )
    };
}

const FILES: [(&str, &str); 15] = [
    page!("recon_access"),
    page!("redirector_site"),
    page!("compromised_site"),
    page!("malvertising_site"),
    page!("exploit_site"),
    page!("profiling_site"),
    page!("malware_download"),
    page!("exploit_kit_download"),
    page!("command_and_control"),
    page!("ransomware"),
    page!("lateral_movement"),
    page!("tor"),
    page!("server_attack"),
    page!("phishing"),
    page!("suspicious_other"),
];
const ACTIONS: &str = include_str!("../../../../content/knowledge/actions.toml");
const FRAME: &str = include_str!("../../../../content/knowledge/frame.toml");

/// The base; it is part of the program, and a test reads it.
pub(super) fn knowledge() -> &'static Knowledge {
    static BASE: OnceLock<Knowledge> = OnceLock::new();
    BASE.get_or_init(|| read().unwrap_or_default())
}

fn read() -> Result<Knowledge, toml::de::Error> {
    let actions: BTreeMap<String, RawAction> = toml::from_str(ACTIONS)?;
    let frame: RawFrame = toml::from_str(FRAME)?;
    let mut base = Knowledge {
        chain: frame.chain.into(),
        infected: frame.infected.into(),
        attempt: frame.attempt.into(),
        unknown_peer: frame.unknown_peer.into(),
        ..Knowledge::default()
    };
    for (name, file) in FILES {
        let raw: RawPage = toml::from_str(file)?;
        let mut list: Vec<(String, When, Text)> = raw
            .actions
            .iter()
            .filter_map(|key| {
                let action = actions.get(key)?;
                let text = Text::new(action.ja.clone(), action.en.clone());
                Some((key.clone(), action.when, text))
            })
            .collect();
        list.sort_by_key(|(_, when, _)| *when);
        let page = Page {
            title: raw.title.into(),
            summary: raw.summary.into(),
            meaning: raw.meaning.into(),
            actions: list,
        };
        base.pages.insert(name, page);
    }
    Ok(base)
}

impl Knowledge {
    /// The page of a communication.
    pub fn of(&self, communication: Communication) -> &Page {
        self.page(communication.key())
    }

    /// A page by its name.
    pub fn page(&self, name: &str) -> &Page {
        self.pages.get(name).unwrap_or(&self.nothing)
    }
}

impl From<Words> for Text {
    fn from(words: Words) -> Self {
        Self::new(words.ja, words.en)
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, FILES, RawAction, RawPage, knowledge, read};
    use event::{Communication, Text};
    use std::collections::{BTreeMap, BTreeSet};

    fn slots(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(slot, _)| slot)
            .collect()
    }

    fn both_languages(what: &str, text: &Text) {
        assert!(!text.ja.is_empty() && !text.en.is_empty(), "{what}");
        assert_eq!(slots(&text.ja), slots(&text.en), "{what}");
        assert!(text.en.is_ascii(), "{what}: English with Japanese in it");
        assert!(!text.ja.is_ascii(), "{what}: Japanese without any");
        for slot in slots(&text.ja) {
            assert!(
                ["host", "peer", "time", "count", "chain"].contains(&slot),
                "{what}: {slot}"
            );
        }
    }

    #[test]
    fn every_communication_has_a_page_in_both_languages_with_the_same_slots() {
        read().unwrap();
        let base = knowledge();
        for communication in Communication::ALL {
            assert!(base.pages.contains_key(communication.key()));
        }
        for (name, page) in &base.pages {
            both_languages(name, &page.title);
            both_languages(name, &page.summary);
            both_languages(name, &page.meaning);
            for (key, _, text) in &page.actions {
                both_languages(key, text);
            }
        }
        for (what, text) in [
            ("chain", &base.chain),
            ("infected", &base.infected),
            ("attempt", &base.attempt),
        ] {
            both_languages(what, text);
        }
    }

    #[test]
    fn pages_name_known_actions_and_every_action_is_used() {
        let actions: BTreeMap<String, RawAction> = toml::from_str(ACTIONS).unwrap();
        let mut used = BTreeSet::new();
        for (name, file) in FILES {
            let page: RawPage = toml::from_str(file).unwrap();
            assert!(page.actions.len() >= 4, "{name}");
            let mut last = None;
            for key in page.actions {
                let when = actions.get(&key).map(|action| action.when);
                assert!(when.is_some(), "{name}: {key}");
                assert!(when >= last, "{name}: {key} is out of order");
                last = when;
                used.insert(key);
            }
        }
        let unused: Vec<&String> = actions.keys().filter(|key| !used.contains(*key)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
