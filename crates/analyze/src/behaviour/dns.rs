//! Names as malware uses them: generated domains that mostly do not exist, and tunnels that
//! carry data inside names.

use super::names;
use crate::model::{Context, Model, Verdict};
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Missing, random-looking domains within the window that make a burst.
const MISSING_MIN: usize = 6;
const MISSING_WINDOW_NS: u64 = 1_800_000_000_000;
/// Different names under one domain, and characters in them, that make a tunnel.
const TUNNEL_NAMES_MIN: u32 = 14;
const TUNNEL_CHARACTERS_MIN: u32 = 24;
const TUNNEL_WINDOW_NS: u64 = 3_600_000_000_000;
/// Domains under which long, changing names are ordinary: reputation look-ups of security
/// products, block lists, content delivery, measurement, reverse look-up.
const LONG_NAMES_EXPECTED: [&str; 26] = [
    "arpa",
    "spamhaus.org",
    "sophosxl.net",
    "mcafee.com",
    "e5.sk",
    "avast.com",
    "avcdn.net",
    "trendmicro.com",
    "senderbase.org",
    "surbl.org",
    "uribl.com",
    "barracudacentral.org",
    "cymru.com",
    "spamcop.net",
    "sorbs.net",
    "cloudfront.net",
    "akamaiedge.net",
    "akamaihd.net",
    "akamai.net",
    "amazonaws.com",
    "azure.com",
    "windows.net",
    "googleusercontent.com",
    "office.com",
    "microsoft.com",
    "local",
];

/// Who asked for which name, from a `dns` event of either direction.
pub(super) fn questions(event: &Event) -> impl Iterator<Item = (IpAddr, &str)> {
    // An answer may be told from the server's side.
    let answer = matches!(event.text("dns.type"), Some("answer" | "response"));
    let client = event.source.map(|asker| match event.dest {
        Some(dest) if answer && dest.port != 53 && asker.port == 53 => dest.ip,
        _ => asker.ip,
    });
    client
        .into_iter()
        .flat_map(|client| names_of(event).map(move |name| (client, name)))
}

fn names_of(event: &Event) -> impl Iterator<Item = &str> {
    let one = event.text("dns.rrname");
    let queries = match one {
        Some(_) => None,
        None => event.body.at("dns.queries"),
    };
    let several = queries.map_or(&[][..], Value::as_list).iter();
    let names = several.filter_map(|query| query.as_record()?.text("rrname"));
    one.into_iter().chain(names.take(4))
}

fn kind_of(event: &Event) -> Option<&str> {
    event.text("dns.rrtype").or_else(|| {
        let queries = event.body.at("dns.queries")?.as_list();
        queries.first()?.as_record()?.text("rrtype")
    })
}

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DnsNames {
    missing: Table<IpAddr, Missing>,
    carried: Table<(IpAddr, String), Carried>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Missing {
    #[serde(with = "crate::table::pairs")]
    domains: BTreeMap<String, Timestamp>,
    told: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Carried {
    since: Timestamp,
    /// Hashes of the names seen, to count different ones.
    seen: BTreeSet<u64>,
    names: u32,
    characters: u64,
    entropy: f32,
    /// Questions for NULL, TXT, and other types that carry much.
    bulky: u32,
    told: u32,
}

impl DnsNames {
    pub fn new() -> Self {
        Self {
            missing: Table::new(limits::HOSTS_MAX),
            carried: Table::new(limits::PAIRS_MAX / 4),
        }
    }
}

impl Model for DnsNames {
    fn event(&mut self, _: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        if event.kind != "dns" {
            return;
        }
        let missing = event.text("dns.rcode") == Some("NXDOMAIN");
        let asks = !matches!(event.text("dns.type"), Some("answer" | "response"));
        for (client, name) in questions(event) {
            let name = name.to_ascii_lowercase();
            if missing {
                self.missing(client, &name, event, out);
            }
            if asks || missing {
                self.carried(client, &name, event, out);
            }
        }
    }
}

impl DnsNames {
    fn missing(&mut self, client: IpAddr, name: &str, event: &Event, out: &mut Vec<Detection>) {
        let domain = names::registered(name);
        if !domain.contains('.')
            || domain.ends_with(".arpa")
            || domain.ends_with(".local")
            || !names::looks_random(names::main_label(name))
        {
            return;
        }
        let now = event.time;
        let host = self.missing.touch(client, now, Missing::default);
        host.domains
            .retain(|_, at| now.since(*at) <= MISSING_WINDOW_NS);
        if host.domains.len() < limits::NAMES_MAX {
            host.domains.insert(domain.to_owned(), now);
        }
        let count = host.domains.len();
        if count < MISSING_MIN || count < host.told * 2 {
            return;
        }
        host.told = count;
        let examples: Vec<&str> = host.domains.keys().take(3).map(String::as_str).collect();
        let examples = examples.join(", ");
        let verdict = Verdict {
            id: "generated_domains",
            name: format!("looked for {count} generated domains that do not exist"),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::High,
            confidence: (0.5 + 0.1 * (count as f32 / MISSING_MIN as f32).log2()).min(0.9),
            technique: &["T1568.002"],
            reasons: vec![Text::new(
                format!(
                    "無作為に作られたように見え、実在しないドメインを30分以内に {count} 個問い合わせました（例: {examples}）"
                ),
                format!(
                    "looked up {count} random-looking domains within half an hour that do not exist (such as {examples})"
                ),
            )],
        };
        out.extend(about(verdict, client, event, None));
    }

    fn carried(&mut self, client: IpAddr, name: &str, event: &Event, out: &mut Vec<Detection>) {
        let domain = names::registered(name);
        let expected = LONG_NAMES_EXPECTED
            .iter()
            .filter_map(|known| domain.strip_suffix(known))
            .any(|front| front.is_empty() || front.ends_with('.'));
        let front = name
            .trim_end_matches('.')
            .strip_suffix(domain)
            .unwrap_or_default()
            .trim_end_matches('.');
        if expected || front.is_empty() || !name.contains('.') {
            return;
        }
        let now = event.time;
        let key = (client, crate::inventory::shortened(domain));
        let under = self.carried.touch(key, now, || Carried::since(now));
        if now.since(under.since) > TUNNEL_WINDOW_NS {
            *under = Carried {
                told: under.told,
                ..Carried::since(now)
            };
        }
        under.add(front, kind_of(event));
        let domain = if domain.is_empty() {
            "(no domain)"
        } else {
            domain
        };
        if let Some(verdict) = under.verdict(domain) {
            out.extend(about(verdict, client, event, Some(domain.to_owned())));
        }
    }
}

impl Carried {
    fn since(since: Timestamp) -> Self {
        Self {
            since,
            seen: BTreeSet::new(),
            names: 0,
            characters: 0,
            entropy: 0.0,
            bulky: 0,
            told: 0,
        }
    }

    fn add(&mut self, front: &str, kind: Option<&str>) {
        let hash = front.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        if self.seen.contains(&hash) || self.seen.len() >= limits::NAMES_MAX {
            return;
        }
        self.seen.insert(hash);
        self.names += 1;
        self.characters += front.len() as u64;
        let bare: String = front
            .chars()
            .filter(|character| *character != '.')
            .collect();
        self.entropy += names::entropy(&bare);
        if matches!(
            kind,
            Some("NULL" | "TXT" | "KEY" | "PRIVATE" | "CNAME" | "MX" | "SRV")
        ) || kind.is_some_and(|kind| kind.bytes().all(|byte| byte.is_ascii_digit()))
        {
            self.bulky += 1;
        }
    }

    fn verdict(&mut self, domain: &str) -> Option<Verdict> {
        if self.names < TUNNEL_NAMES_MIN || self.names < self.told.saturating_mul(2) {
            return None;
        }
        let names = self.names as f32;
        let length = self.characters as f32 / names;
        let entropy = self.entropy / names;
        let bulky = self.bulky * 10 >= self.names * 6;
        let long = length >= TUNNEL_CHARACTERS_MIN as f32 && entropy >= 3.0;
        let short_yet_bulky = bulky && length >= 8.0 && self.names >= 2 * TUNNEL_NAMES_MIN;
        if !long && !short_yet_bulky {
            return None;
        }
        self.told = self.names;
        let mut confidence = if long { 0.5 } else { 0.42 };
        confidence += 0.1 * ((length - TUNNEL_CHARACTERS_MIN as f32) / 40.0).clamp(0.0, 1.0);
        confidence += 0.08 * (names / TUNNEL_NAMES_MIN as f32).log2().min(3.0);
        if bulky {
            confidence += 0.12;
        }
        let count = self.names;
        Some(Verdict {
            id: "dns_tunnel",
            name: format!("data carried in names under {domain}"),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::High,
            confidence: confidence.min(0.92),
            technique: &["T1071.004", "T1572"],
            reasons: vec![Text::new(
                format!(
                    "{domain} の下の異なる名前を {count} 個問い合わせ、名前は平均 {length:.0} 文字・エントロピー {entropy:.1} ビットです。DNS にデータを載せて運ぶ通信の特徴です"
                ),
                format!(
                    "asked for {count} different names under {domain}, {length:.0} characters long and {entropy:.1} bits of entropy on average, as when data is carried inside DNS"
                ),
            )],
        })
    }
}

fn about(
    verdict: Verdict,
    client: IpAddr,
    event: &Event,
    name: Option<String>,
) -> Option<Detection> {
    let (source, dest) = (event.source?, event.dest?);
    let (subject, peer) = if source.ip == client {
        (source, dest)
    } else {
        (dest, source)
    };
    Some(verdict.about(event.time, subject, Some(peer), name, event.to_record()))
}
