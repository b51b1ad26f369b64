//! The knowledge base under `content/knowledge`, read once.

use super::content::{ACTIONS, DETECTORS, FAMILIES, FRAME, GLOSSARY, KINDS, PAGES, TECHNIQUES};
use crate::correlate::Link;
use event::{Communication, Gateway, Text, When};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What a page says, with slots still open.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Keys of actions, in the order in which they are to be done.
    pub actions: Vec<String>,
    pub checked: Vec<Question>,
    /// Keys of the frame.
    pub preserve: String,
    pub ask: String,
    pub title: Text,
    pub summary: Text,
    pub meaning: Text,
    pub course: Text,
    pub tell: Text,
}

/// What is looked for in the traffic of the affected machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Question {
    /// Did malware arrive?
    Download,
    /// Does it report to somebody?
    Control,
    /// Does it attack its neighbours?
    Spread,
    /// Does it make files unusable?
    Ransomware,
    /// Does it look around?
    Scan,
    /// Does it use the Tor network?
    Tor,
}

impl Question {
    #[cfg(test)]
    pub const ALL: [Self; 6] = [
        Self::Download,
        Self::Control,
        Self::Spread,
        Self::Ransomware,
        Self::Scan,
        Self::Tor,
    ];

    /// The communications that answer it with yes.
    pub const fn answered_by(self) -> &'static [Communication] {
        match self {
            Self::Download => &[
                Communication::MalwareDownload,
                Communication::ExploitKitDownload,
            ],
            Self::Control => &[Communication::CommandAndControl],
            Self::Spread => &[Communication::LateralMovement],
            Self::Ransomware => &[Communication::Ransomware],
            Self::Scan => &[Communication::ReconAccess],
            Self::Tor => &[Communication::Tor],
        }
    }
}

/// A thing to do; what the gateway can do for it decides the words where it says so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionText {
    pub when: When,
    ja: String,
    en: String,
    url_filter: Option<Text>,
    firewall_proxy: Option<Text>,
    none: Option<Text>,
}

impl ActionText {
    /// The words for a customer with this gateway.
    pub fn text(&self, gateway: Gateway) -> Text {
        let own = match gateway {
            Gateway::Unknown => &None,
            Gateway::UrlFilter => &self.url_filter,
            Gateway::FirewallProxy => &self.firewall_proxy,
            Gateway::None => &self.none,
        };
        own.clone()
            .unwrap_or_else(|| Text::new(self.ja.clone(), self.en.clone()))
    }
}

/// A name and what it means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub name: Text,
    pub text: Text,
}

/// A malware family, or a tool of attackers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    pub name: String,
    /// Names that rules and lists use, in lower case.
    pub aliases: Vec<String>,
    pub kind: String,
    /// Things to do beside those of the communication and the kind.
    #[serde(default)]
    pub actions: Vec<String>,
    /// What it is.
    pub what: Text,
    /// How it usually goes on.
    pub course: Text,
    /// What to look at in particular.
    pub care: Text,
}

/// A kind of family.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    pub actions: Vec<String>,
    /// What it means for the company.
    pub meaning: Text,
}

/// An answer to a [`Question`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answers {
    pub seen: Text,
    pub not_seen: Text,
}

/// Sentences around a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Frame {
    pub chain: Text,
    pub infected: Text,
    pub attempt: Text,
    pub family: Text,
    pub others: Text,
    pub link: BTreeMap<Link, Text>,
    pub reasons: BTreeMap<String, Text>,
    pub unknown_peer: Text,
    pub unknown_site: Text,
    pub checked: BTreeMap<Question, Answers>,
    pub checked_limits: Text,
    pub preserve: BTreeMap<String, Text>,
    pub ask: BTreeMap<String, Text>,
}

/// The whole base.
#[derive(Debug)]
pub(super) struct Knowledge {
    pub pages: BTreeMap<&'static str, Page>,
    pub nothing: Page,
    pub actions: BTreeMap<String, ActionText>,
    pub frame: Frame,
    pub glossary: BTreeMap<String, Entry>,
    pub techniques: BTreeMap<String, Entry>,
    pub detectors: BTreeMap<String, Entry>,
    pub families: BTreeMap<String, Family>,
    pub kinds: BTreeMap<String, Kind>,
}

/// The base; it is part of the program, and a test reads it. None when it cannot be read.
pub(super) fn knowledge() -> Option<&'static Knowledge> {
    static BASE: OnceLock<Option<Knowledge>> = OnceLock::new();
    BASE.get_or_init(|| read().ok()).as_ref()
}

pub(super) fn read() -> Result<Knowledge, toml::de::Error> {
    let mut pages = BTreeMap::new();
    for (name, file) in PAGES {
        pages.insert(name, toml::from_str(file)?);
    }
    Ok(Knowledge {
        pages,
        nothing: Page::default(),
        actions: toml::from_str(ACTIONS)?,
        frame: toml::from_str(FRAME)?,
        glossary: toml::from_str(GLOSSARY)?,
        techniques: joined(&TECHNIQUES)?,
        detectors: toml::from_str(DETECTORS)?,
        families: joined(&FAMILIES)?,
        kinds: toml::from_str(KINDS)?,
    })
}

fn joined<T: DeserializeOwned>(files: &[&str]) -> Result<BTreeMap<String, T>, toml::de::Error> {
    let mut all = BTreeMap::new();
    for file in files {
        all.append(&mut toml::from_str(file)?);
    }
    Ok(all)
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

    /// What is known of a technique such as `T1071.001`; of the whole technique, where nothing is of the part.
    pub fn technique(&self, id: &str) -> Option<(&str, &Entry)> {
        let whole = id.split('.').next().unwrap_or(id);
        [id, whole]
            .into_iter()
            .find_map(|id| self.techniques.get_key_value(id))
            .map(|(id, entry)| (id.as_str(), entry))
    }
}

#[cfg(test)]
#[path = "knowledge_tests.rs"]
mod tests;
