//! Tor: the link handshake asks for an invented server name and shows an invented certificate
//! (tor-spec, "Negotiating and initializing channels": `www.` + 8-20 letters of base 32 + `.com`,
//! certificates signed by themselves for another such name under `.net`).

use super::names;
use crate::model::{Context, Model, Verdict};
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TorLinks {
    clients: Table<IpAddr, Client>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Client {
    /// Names that the client asked the DNS for; real sites are asked for.
    resolved: BTreeSet<String>,
    /// Invented-looking names that it asked servers for.
    #[serde(with = "crate::table::pairs")]
    links: BTreeMap<String, IpAddr>,
    told: usize,
}

impl TorLinks {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
        }
    }
}

impl Model for TorLinks {
    fn event(&mut self, _: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        match event.kind.as_ref() {
            "dns" => {
                for (client, name) in super::dns::questions(event) {
                    if invented(name, ".com").is_some() || name.starts_with("www.") {
                        let client = self.clients.touch(client, event.time, Client::default);
                        if client.resolved.len() < limits::NAMES_MAX {
                            client.resolved.insert(name.to_ascii_lowercase());
                        }
                    }
                }
            }
            "tls" => self.handshake(event, out),
            _ => {}
        }
    }
}

impl TorLinks {
    fn handshake(&mut self, event: &Event, out: &mut Vec<Detection>) {
        let (Some(source), Some(dest)) = (event.source, event.dest) else {
            return;
        };
        let Some(name) = event.text("tls.sni").map(str::to_ascii_lowercase) else {
            return;
        };
        if invented(&name, ".com").is_none() {
            return;
        }
        let client = self.clients.touch(source.ip, event.time, Client::default);
        if client.resolved.contains(&name) || client.links.len() >= limits::NAMES_MAX {
            return;
        }
        client.links.insert(name.clone(), dest.ip);
        let certificate = event
            .text("tls.subject")
            .zip(event.text("tls.issuerdn"))
            .is_some_and(|(subject, issuer)| {
                common_name(subject).is_some_and(|name| invented(name, ".net").is_some())
                    && common_name(issuer).is_some_and(|name| invented(name, ".com").is_some())
            });
        let servers: BTreeSet<IpAddr> = client.links.values().copied().collect();
        let links = client.links.len();
        if links > 3 && links < client.told * 2 {
            return;
        }
        let confidence = match (certificate, servers.len()) {
            (true, _) => 0.75,
            (false, 0 | 1) => 0.38,
            (false, 2) => 0.6,
            (false, _) => 0.8,
        };
        client.told = links;
        let mut reasons = vec![Text::new(
            format!(
                "Tor に特有の、実在しないサーバー名（例: {name}）で {} 台の相手に TLS 接続しました。DNS での名前解決はありません",
                servers.len()
            ),
            format!(
                "TLS to {} server(s) under invented names as Tor uses them (such as {name}), which were never looked up in the DNS",
                servers.len()
            ),
        )];
        if certificate {
            reasons.push(Text::new(
                "証明書も Tor の中継ノードに特有の形式です",
                "the certificate has the form that Tor relays use",
            ));
        }
        let verdict = Verdict {
            id: "tor_link",
            name: "TLS handshake in the manner of Tor".to_owned(),
            communication: Some(Communication::Tor),
            stage: Stage::CommandAndControl,
            severity: Severity::Medium,
            confidence,
            technique: &["T1090.003"],
            reasons,
        };
        out.extend(verdict.about_client(event, None));
    }
}

/// The middle of `www.<base 32>.com` when it looks drawn by lot.
fn invented<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let middle = name.strip_prefix("www.")?.strip_suffix(ending)?;
    let base32 = middle
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    let fits = (8..=26).contains(&middle.len()) && base32;
    (fits && (names::looks_random(middle) || names::wordness(middle) < 0.5)).then_some(middle)
}

/// The CN of a distinguished name as EVE writes it.
fn common_name(distinguished: &str) -> Option<&str> {
    let at = distinguished.find("CN=")?;
    let rest = &distinguished[at + 3..];
    Some(rest.split([',', '/']).next().unwrap_or(rest).trim())
}

#[cfg(test)]
mod tests {
    use super::invented;

    #[test]
    fn real_sites_are_not_invented() {
        assert!(invented("www.gh5kwzq2vxtm.com", ".com").is_some());
        for name in [
            "www.google.com",
            "www.bloomberg.com",
            "www.microsoft.com",
            "www.x.com",
        ] {
            assert!(invented(name, ".com").is_none(), "{name}");
        }
    }
}
