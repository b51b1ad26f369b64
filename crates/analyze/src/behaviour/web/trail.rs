//! What one host fetched lately.

use super::super::names;
use crate::{inventory::shortened, limits};
use event::{Endpoint, Event, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};

/// What kind of thing an answer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Page,
    Script,
    /// Picture, style, font, sound, film: what ordinary sites are full of.
    Dressing,
    /// Flash, Java, Silverlight, PDF: what exploits came as.
    Plugin,
    /// Bytes without a type, or with that of a program.
    Binary,
    Other,
}

/// One transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Visit {
    pub time: Timestamp,
    pub flow: u64,
    pub server: Endpoint,
    pub host: String,
    pub url: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub kind: Kind,
    pub status: u64,
    pub length: u64,
    /// The request sent a form.
    pub posts: bool,
}

/// The last visits of one host, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Trail {
    pub visits: VecDeque<Visit>,
    /// Flows in which two different answers came for the same bytes.
    doubtful: BTreeSet<u64>,
    /// What was said already, so that it is said once.
    told: BTreeSet<String>,
}

impl Visit {
    pub fn from_event(event: &Event, server: Endpoint) -> Option<Self> {
        let host = event
            .text("http.hostname")
            .map_or_else(|| server.ip.to_string(), |host| host.to_ascii_lowercase());
        let host = match host.rsplit_once(':') {
            Some((front, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                front.to_owned()
            }
            _ => host,
        };
        let url = shortened(event.text("http.url").unwrap_or("/"));
        let host = shortened(&host);
        Some(Self {
            time: event.time,
            flow: event.flow?.id,
            server,
            from: event
                .text("http.http_refer")
                .or_else(|| event.text("http.referer"))
                .and_then(names::host_of_url),
            to: event
                .text("http.redirect")
                .or_else(|| event.text("http.location"))
                .and_then(names::host_of_url),
            kind: kind(event, &url),
            posts: event.text("http.http_method") == Some("POST"),
            status: event.number("http.status").unwrap_or(0),
            length: event.number("http.length").unwrap_or(0),
            host,
            url,
        })
    }
}

fn kind(event: &Event, url: &str) -> Kind {
    let content = event
        .text("http.http_content_type")
        .unwrap_or("")
        .to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| content.contains(word));
    if has(&[
        "flash",
        "java-archive",
        "java-vm",
        "silverlight",
        "application/pdf",
        "x-jar",
    ]) {
        Kind::Plugin
    } else if has(&["javascript", "ecmascript", "json"]) {
        Kind::Script
    } else if has(&["image/", "text/css", "font", "audio/", "video/"]) {
        Kind::Dressing
    } else if has(&["html"]) {
        Kind::Page
    } else if is_binary(&content, event, url) {
        Kind::Binary
    } else {
        Kind::Other
    }
}

/// Bytes with a program's type; or a large answer without any.
fn is_binary(content: &str, event: &Event, url: &str) -> bool {
    let types = [
        "octet-stream",
        "x-msdownload",
        "x-dosexec",
        "portable-executable",
        "x-msdos",
    ];
    let large = event.number("http.length").unwrap_or(0) > 20_000;
    types.iter().any(|known| content.contains(known))
        || content.is_empty() && large && !url.contains(".js")
}

impl Visit {
    /// The site that the host belongs to.
    pub fn site(&self) -> &str {
        names::site(&self.host)
    }

    /// Whether the visit came from another site.
    pub fn crossed(&self) -> bool {
        self.from
            .as_ref()
            .is_some_and(|from| names::site(from) != self.site())
    }
}

impl Trail {
    pub fn add(&mut self, visit: Visit) {
        if self.visits.len() >= limits::TRAIL_MAX {
            self.visits.pop_front();
        }
        self.visits.push_back(visit);
    }

    pub fn doubtful(&mut self, flow: u64) {
        if self.doubtful.len() >= limits::NAMES_MAX {
            self.doubtful.pop_first();
        }
        self.doubtful.insert(flow);
    }

    pub fn is_doubtful(&self, flow: u64) -> bool {
        self.doubtful.contains(&flow)
    }

    /// Whether this is to be said now, for the first time.
    pub fn first_time(&mut self, what: String) -> bool {
        if self.told.len() >= limits::NAMES_MAX {
            self.told.pop_first();
        }
        self.told.insert(what)
    }
}
