//! Tickets as thieves ask for them (MITRE ATT&CK T1558, T1550.002): accounts without pre-authentication, tickets for
//! services under a breakable cipher, logging on with a stolen hash, tickets that nobody issued, and names tried out.
//!
//! A Windows client offers all ciphers that it knows and proves its key; tools ask for the one that is broken fastest.

mod judge;

use super::ends::ends;
use crate::model::{Context, Model};
use crate::{limits, table::Table};
use event::{Detection, Endpoint, Event, Record, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

const WINDOW_NS: u64 = 600_000_000_000;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tickets {
    clients: Table<IpAddr, Client>,
    /// The latest request of a flow.
    requests: Table<u64, Request>,
    /// Somebody here was answered with AES.
    knows_aes: bool,
}

/// What a client asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Request {
    user: String,
    is_proven: Option<bool>,
    /// It takes weak ciphers only.
    weak_only: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Client {
    /// Names that no account has.
    unknown: BTreeMap<String, Timestamp>,
    /// Accounts answered without proof.
    unproven: BTreeMap<String, Timestamp>,
    /// Services whose tickets came under a weak cipher.
    weak: BTreeMap<String, Timestamp>,
    /// Users that logged on here.
    users: BTreeMap<String, Timestamp>,
    told: BTreeMap<String, usize>,
}

impl Client {
    /// Whether a count is news: the first that is enough, then at each doubling.
    fn is_news(&mut self, id: &str, count: usize, least: usize) -> bool {
        if self.told.len() >= limits::NAMES_MAX && !self.told.contains_key(id) {
            return false;
        }
        let told = self.told.entry(id.to_owned()).or_insert(0);
        let news = count >= least && count >= told.saturating_mul(2);
        if news {
            *told = count;
        }
        news
    }
}

/// What an answer is seen in.
struct Scene<'a> {
    event: &'a Event,
    body: &'a Record,
    client: Endpoint,
    server: Endpoint,
    request: Request,
    knows_aes: bool,
}

impl Tickets {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
            requests: Table::new(limits::PAIRS_MAX),
            knows_aes: false,
        }
    }

    fn ask(&mut self, event: &Event, body: &Record) {
        let Some(flow) = event.flow else {
            return;
        };
        let asked = body
            .member("requested_encryptions")
            .map_or(&[][..], Value::as_list);
        let request = Request {
            user: name(body, "cname"),
            is_proven: match body.member("preauthenticated") {
                Some(Value::Bool(proven)) => Some(*proven),
                _ => None,
            },
            weak_only: !asked.is_empty()
                && asked.iter().all(|one| one.as_text().is_some_and(is_weak)),
        };
        self.requests.take(&flow.id);
        self.requests.touch(flow.id, event.time, || request);
    }
}

impl Model for Tickets {
    fn event(&mut self, _: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        if event.kind != "krb5" {
            return;
        }
        let Some(body) = event.body.member("krb5").and_then(Value::as_record) else {
            return;
        };
        let kind = body.text("msg_type").unwrap_or_default();
        if kind.ends_with("_REQ") {
            self.ask(event, body);
            return;
        }
        let Some((client, server)) = ends(None, event) else {
            return;
        };
        let request = event
            .flow
            .and_then(|flow| self.requests.at(&flow.id).cloned())
            .unwrap_or_default();
        let scene = Scene {
            event,
            body,
            client,
            server,
            request,
            knows_aes: self.knows_aes,
        };
        let state = self.clients.touch(client.ip, event.time, Client::default);
        match kind {
            "KRB_ERROR" => out.extend(judge::unknown_names(&scene, state)),
            "KRB_AS_REP" => {
                out.extend(judge::without_proof(&scene, state));
                out.extend(judge::stolen_hash(&scene, state));
                remember(&mut state.users, name(body, "cname"), event.time);
            }
            "KRB_TGS_REP" => {
                out.extend(judge::service_tickets(&scene, state));
                out.extend(judge::forged(&scene, state));
            }
            _ => {}
        }
        let reply = body.text("encryption").unwrap_or_default();
        self.knows_aes |= reply.starts_with("aes");
    }
}

fn name(body: &Record, field: &str) -> String {
    let name = body.text(field).filter(|name| *name != "<empty>");
    crate::inventory::shortened(name.unwrap_or_default()).to_lowercase()
}

fn is_weak(cipher: &str) -> bool {
    cipher.starts_with("rc4") || cipher.starts_with("des")
}

/// Remembers a name; returns how many were seen not long ago.
fn remember(names: &mut BTreeMap<String, Timestamp>, name: String, now: Timestamp) -> usize {
    names.retain(|_, at| now.since(*at) <= WINDOW_NS);
    if !name.is_empty() && (names.len() < limits::NAMES_MAX || names.contains_key(&name)) {
        names.insert(name, now);
    }
    names.len()
}

#[cfg(test)]
mod tests;
