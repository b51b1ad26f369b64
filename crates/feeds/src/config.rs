//! What to fetch from where: the configuration of `hinomi intel fetch`.

use crate::limits;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A configuration. Secrets stand in files of their own, never here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The sensor's folder of indicator lists.
    pub folder: PathBuf,
    /// The feeds.
    #[serde(default, rename = "feed")]
    pub feeds: Vec<Feed>,
}

/// How a feed is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedKind {
    /// A TAXII 2.1 server.
    Taxii,
    /// A folder with `manifest.json` and a file for each event.
    Misp,
    /// One file of any form that `--indicators` takes.
    List,
}

/// A feed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Its name: of its file, and in hits.
    pub name: String,
    /// How it is asked.
    pub kind: FeedKind,
    /// Of TAXII: discovery (`.../taxii2/`) or an api root; of MISP: the folder; else the file.
    pub url: String,
    /// Collections of TAXII by id, alias or title; all that can be read where none is named.
    #[serde(default)]
    pub collections: Vec<String>,
    /// The first poll of TAXII asks for what was added in so many days; everything where none is named.
    #[serde(default)]
    pub first_days: Option<u32>,
    /// Of MISP: only the digests of values (`hashes.csv`), not the events.
    #[serde(default)]
    pub hashes_only: bool,
    /// Basic authentication.
    #[serde(default)]
    pub user: Option<String>,
    /// With the password in this file.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Bearer authentication with the token in this file.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// A certificate (PEM, with its chain) to show.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// And its key (PEM).
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Authorities (PEM) to trust instead of the system's.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// Seconds for one question and its answer.
    #[serde(default)]
    pub answer_time_s: Option<u32>,
    /// Take the feed even where it would be held back.
    #[serde(default)]
    pub trusting: bool,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A name that is no name of a file.
    #[error(
        "the feed name {0:?} is to have letters, digits, '-', '_' or '.' only, at most 64 of them, and no dot in front"
    )]
    Name(String),
    /// Two feeds with one name.
    #[error("two feeds are called {0:?}: give each a name of its own")]
    Twice(String),
    /// Half of what belongs together.
    #[error("the feed {0:?} has {1} without {2}: both are needed")]
    Half(String, &'static str, &'static str),
    /// Two ways to say who asks.
    #[error("the feed {0:?} has both a password and a token: choose one")]
    Both(String),
    /// Too many.
    #[error("more than {} feeds", limits::FEEDS_MAX)]
    TooMany,
}

impl Config {
    /// Looks through what types alone cannot say.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.feeds.len() > limits::FEEDS_MAX {
            return Err(ConfigError::TooMany);
        }
        let mut names = BTreeSet::new();
        for feed in &self.feeds {
            feed.check()?;
            if !names.insert(feed.name.to_ascii_lowercase()) {
                return Err(ConfigError::Twice(feed.name.clone()));
            }
        }
        Ok(())
    }
}

impl Feed {
    fn check(&self) -> Result<(), ConfigError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let is_name = !self.name.is_empty()
            && self.name.len() <= 64
            && !self.name.starts_with('.')
            && self.name.bytes().all(plain);
        if !is_name {
            return Err(ConfigError::Name(self.name.clone()));
        }
        let half = |one, other| ConfigError::Half(self.name.clone(), one, other);
        match (&self.user, &self.password_file) {
            (Some(_), None) => return Err(half("user", "password_file")),
            (None, Some(_)) => return Err(half("password_file", "user")),
            (Some(_), Some(_)) if self.token_file.is_some() => {
                return Err(ConfigError::Both(self.name.clone()));
            }
            _ => {}
        }
        match (&self.certificate_file, &self.key_file) {
            (Some(_), None) => Err(half("certificate_file", "key_file")),
            (None, Some(_)) => Err(half("key_file", "certificate_file")),
            _ => Ok(()),
        }
    }
}
