//! Tunnels inside DNS: names that carry data up, answers that carry data down.
//!
//! What is measured is information: how many different names under one registered domain a host asks for, how long and
//! how unpredictable they are (the character model of [`crate::domains`]), and what comes back. After Ozery, Nadler and
//! Shabtai, Information-Based Heavy Hitters for Real-Time DNS Data Exfiltration Detection, NDSS 2024, and Nadler and
//! others, Detection of malicious and low throughput data exfiltration over the DNS protocol, 2019.

use super::{dns, names};
use crate::domains::{Language, Model as DomainModel};
use crate::model::{Context, Model, Verdict};
use crate::{HomeNet, fnv, limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Different names under one domain that are judged.
const NAMES_MIN: u32 = 12;
/// A front shorter than this carries nothing worth counting.
const FRONT_MIN: usize = 5;
/// Underscored names with less than this beside describe a service of a machine.
const ATTRIBUTE_FRONT_MAX: usize = 24;
/// How long is counted; nanoseconds.
const WINDOW_NS: u64 = 24 * 3_600_000_000_000;
/// A time to live below this keeps caches out of the way; seconds.
const SHORT_LIFE_S: u64 = 10;
/// Other hosts that ask under a domain make it an ordinary one.
const ORDINARY_HOSTS: usize = 3;
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

/// How policies of mail begin (RFC 7208, 6376, 7489).
const POLICIES: [&str; 4] = ["v=spf1", "v=DKIM1", "k=rsa", "v=DMARC1"];
/// How a key in DER begins in base 64: a published key may stand without its version (RFC 6376 section 3.6.1).
const KEYS: [&str; 2] = ["p=MIG", "p=MII"];
/// A short text that lives for minutes and has come before for another name is a verdict, not data; characters and seconds.
const VERDICT_TEXT_MAX: usize = 48;
const VERDICT_LIFE_S: u64 = 300;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DnsTunnels {
    carried: Table<(IpAddr, u64), Carried>,
    /// Who asks under a domain, up to [`ORDINARY_HOSTS`].
    askers: Table<u64, BTreeSet<IpAddr>>,
    /// Domains under which a client also visits sites: then names lead somewhere.
    visited: Table<(IpAddr, u64), ()>,
}

/// What was asked under one domain.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Carried {
    since: Timestamp,
    /// The labels with which all fronts end: they carry nothing.
    tail: Option<String>,
    /// Hashes of different fronts, in order.
    fronts: Vec<u32>,
    /// Hashes of different answers, in order.
    replies: Vec<u32>,
    names: u32,
    characters: u32,
    /// Surprise of all characters; bits.
    bits: f32,
    /// Names asked for by types that carry much: NULL, TXT, CNAME, MX, and unusual ones.
    bulky: u32,
    requests: u32,
    responses: u32,
    data_bytes: u32,
    short_lived: u32,
    /// Answers of look-up services: no such name, or a verdict.
    look_ups: u32,
    /// Verdicts of them: an address of 127/8 (RFC 5782), or a text of a few.
    verdicts: u32,
    /// Answers that are published policies of mail (SPF, DKIM, DMARC), or addresses of the own network.
    ordinary: u32,
    told: u32,
}

impl DnsTunnels {
    pub fn new() -> Self {
        Self {
            carried: Table::new(limits::DOMAINS_MAX),
            askers: Table::new(limits::PAIRS_MAX),
            visited: Table::new(limits::PAIRS_MAX),
        }
    }

    fn visit(&mut self, event: &Event, name: Option<&str>) {
        if let (Some(client), Some(name)) = (event.source, name) {
            let domain = fnv::hash(names::registered(&name.to_ascii_lowercase()).bytes());
            if self.carried.at(&(client.ip, domain)).is_some() {
                self.visited.touch((client.ip, domain), event.time, || ());
            }
        }
    }

    fn asked(
        &mut self,
        (language, home): (&Language, &HomeNet),
        client: IpAddr,
        name: &str,
        event: &Event,
    ) -> Option<Verdict> {
        let name = name.trim_end_matches('.');
        let domain = names::registered(name);
        let front = name.strip_suffix(domain)?.trim_end_matches('.');
        let is_underscored = front.starts_with('_');
        let front = payload(front);
        let is_attribute = is_underscored && front.len() < ATTRIBUTE_FRONT_MAX;
        if front.len() < FRONT_MIN || !name.contains('.') || is_expected(domain) {
            return None;
        }
        let now = event.time;
        let key = (client, fnv::hash(domain.bytes()));
        let askers = self.askers.touch(key.1, now, BTreeSet::new);
        if askers.len() <= ORDINARY_HOSTS {
            askers.insert(client);
        }
        let is_ordinary = askers.len() > ORDINARY_HOSTS;
        let under = self.carried.touch(key, now, Carried::default);
        if now.since(under.since) > WINDOW_NS {
            *under = Carried {
                since: now,
                told: under.told / 2,
                ..Carried::default()
            };
        }
        under.add((&front, is_attribute), language, home, event);
        if under.names < NAMES_MIN || under.names < under.told.saturating_mul(2) {
            return None;
        }
        let score = under.score(is_ordinary, self.visited.at(&key).is_some());
        if score <= 0.0 {
            return None;
        }
        under.told = under.names;
        Some(under.verdict(
            score,
            if domain.is_empty() {
                "(no domain)"
            } else {
                domain
            },
            now,
        ))
    }
}

impl Model for DnsTunnels {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        match event.kind.as_ref() {
            "tls" => return self.visit(event, event.text("tls.sni")),
            "quic" => return self.visit(event, event.text("quic.sni")),
            "http" => return self.visit(event, event.text("http.hostname")),
            "dns" => {}
            _ => return,
        }
        let Some(model) = DomainModel::shipped() else {
            return;
        };
        for (client, name) in dns::questions(event) {
            let name = name.to_ascii_lowercase();
            if let Some(verdict) = self.asked((&model.language, context.home), client, &name, event)
            {
                let domain = names::registered(&name);
                let peer = (!domain.is_empty()).then(|| crate::inventory::shortened(domain));
                out.extend(dns::about(verdict, client, event, peer));
            }
        }
    }
}

/// The labels of a front that can carry data: not those of services (`_ldap`, RFC 2782).
fn payload(front: &str) -> String {
    let labels: Vec<&str> = front
        .split('.')
        .filter(|label| !label.starts_with('_'))
        .collect();
    labels.join(".")
}

/// The labels that two fronts end with alike.
fn common_end<'a>(one: &'a str, other: &str) -> &'a str {
    let alike = one.rsplit('.').zip(other.rsplit('.'));
    let labels = alike.take_while(|(one, other)| one == other);
    let length: usize = labels.map(|(label, _)| label.len() + 1).sum();
    let start = one.len() - length.min(one.len());
    one.get(start..).unwrap_or_default()
}

fn is_expected(domain: &str) -> bool {
    let ends = |known: &&str| {
        domain
            .strip_suffix(*known)
            .is_some_and(|front| front.is_empty() || front.ends_with('.'))
    };
    LONG_NAMES_EXPECTED.iter().any(ends)
}

/// An address as its network (/16, /32), other data as it is: the servers of a service stand in few networks, while data
/// written as addresses is spread over all.
fn network(data: &str) -> Cow<'_, str> {
    match data.parse() {
        Ok(IpAddr::V4(address)) => {
            let [one, two, ..] = address.octets();
            format!("{one}.{two}").into()
        }
        Ok(IpAddr::V6(address)) => {
            let [one, two, ..] = address.segments();
            format!("{one:x}:{two:x}").into()
        }
        Err(_) => data.into(),
    }
}

/// Adds to an ordered set with a bound; whether it was new.
fn insert(set: &mut Vec<u32>, text: &str) -> bool {
    let hash = fnv::hash(text.bytes());
    let value = (hash ^ (hash >> 32)) as u32;
    match set.binary_search(&value) {
        Err(at) if set.len() < limits::FRONTS_MAX => {
            set.insert(at, value);
            true
        }
        _ => false,
    }
}

impl Carried {
    fn add(
        &mut self,
        (front, is_attribute): (&str, bool),
        language: &Language,
        home: &HomeNet,
        event: &Event,
    ) {
        if self.names == 0 {
            self.since = event.time;
        }
        // Texts under an underscored name are how services are described (RFC 8552).
        let kind = dns::kind_of(event).filter(|_| !is_attribute);
        let is_bulky = kind.is_some_and(|kind| {
            matches!(kind, "NULL" | "TXT" | "KEY" | "PRIVATE" | "CNAME" | "MX")
                || kind.bytes().all(|byte| byte.is_ascii_digit())
        });
        let is_response = dns::is_answer(event);
        let counted = if is_response {
            &mut self.responses
        } else {
            &mut self.requests
        };
        *counted = counted.saturating_add(1);
        if insert(&mut self.fronts, front) {
            self.names += 1;
            let front = self.without_tail(front);
            self.characters = self.characters.saturating_add(front.len() as u32);
            self.bits += language.bits(&front);
            self.bulky += u32::from(is_bulky);
        }
        if is_response {
            self.answer(home, is_attribute, event);
        }
    }

    /// The front without the labels that all fronts so far have at their end; the dots carry nothing either.
    fn without_tail(&mut self, front: &str) -> String {
        let first = front.find('.').map_or("", |dot| &front[dot..]);
        let tail = match &self.tail {
            Some(tail) => common_end(tail, front).to_owned(),
            None => first.to_owned(),
        };
        let own = front.strip_suffix(tail.as_str()).unwrap_or(front);
        let own = own.replace('.', "");
        self.tail = Some(crate::inventory::shortened(&tail));
        own
    }

    fn answer(&mut self, home: &HomeNet, is_attribute: bool, event: &Event) {
        let answers = event.body.at("dns.answers").map_or(&[][..], Value::as_list);
        let is_missing = answers.is_empty() && event.text("dns.rcode") == Some("NXDOMAIN");
        let (mut short, mut ordinary, mut verdict) = (false, false, false);
        for answer in answers.iter().take(8).filter_map(Value::as_record) {
            let data = answer.text("rdata").unwrap_or_default();
            let life = answer.number("ttl");
            let is_new = insert(&mut self.replies, &network(data));
            self.data_bytes = self.data_bytes.saturating_add(data.len() as u32);
            short |= life.is_some_and(|life| life < SHORT_LIFE_S);
            let is_text = answer.text("rrtype") == Some("TXT") && data.len() <= VERDICT_TEXT_MAX;
            verdict |= data.starts_with("127.")
                || is_text && !is_new && life.is_some_and(|life| life >= VERDICT_LIFE_S);
            ordinary |= POLICIES.iter().chain(&KEYS).any(|it| data.starts_with(it))
                || data.contains("-verification=")
                || data.parse().is_ok_and(|address| home.contains(address));
        }
        self.ordinary += u32::from(ordinary || is_attribute);
        self.look_ups += u32::from(is_missing || verdict);
        self.verdicts += u32::from(verdict);
        self.short_lived += u32::from(short);
    }

    /// Log-odds that data is carried, by hand and measured (docs/models/dns-tunnels.md).
    fn score(&self, is_ordinary: bool, is_visited: bool) -> f32 {
        let names = self.names.max(1) as f32;
        let share = |count: u32, of: u32| count as f32 / of.max(1) as f32;
        let (length, surprise) = self.shape();
        let verdicts = share(self.verdicts, self.responses);
        // What gives a few verdicts back carries nothing back, by whichever type.
        let bulky = share(self.bulky, self.names) * (1.0 - verdicts);
        let short_lived = share(self.short_lived, self.responses);
        let replies = (share(
            self.replies.len() as u32,
            self.responses.min(limits::FRONTS_MAX as u32),
        ))
        .min(1.0);
        let novelty = share(
            self.names,
            self.requests
                .max(self.responses)
                .min(limits::FRONTS_MAX as u32),
        );
        let brake = |on: bool, weight: f32| if on { weight } else { 0.0 };
        // Many short names with few answers are a large site.
        let long = ((length - 16.0) / 24.0).clamp(0.0, 1.0);
        // Names that nobody asks for twice, and that are to be forgotten at once, are none of a site.
        let strange = ((surprise - 4.4) / 0.4).clamp(0.0, 1.0);
        let fresh = short_lived * ((novelty - 0.8) * 5.0).clamp(0.0, 1.0) * strange;
        let carries = 0.25 + 0.75 * bulky.max(long).max(fresh);
        -4.2 + 1.3 * ((length - 16.0) / 24.0).clamp(-0.6, 2.0)
            + 1.2 * ((surprise - 4.2) / 0.9).clamp(-1.5, 1.2)
            + 1.6 * bulky
            // A network for each name is a host for each name; texts for each name are data.
            + (0.4 + 0.8 * bulky) * replies
            + 0.8 * short_lived
            + 0.6 * carries * (names / NAMES_MIN as f32).log2().clamp(0.0, 4.0)
            + 0.8 * ((novelty - 0.4) * 2.0).clamp(0.0, 1.0)
            - (2.5 * share(self.look_ups, self.responses) + 0.8 * verdicts) * (1.0 - bulky)
            - 4.0 * share(self.ordinary, self.responses)
            - brake(is_ordinary, 3.0)
            - brake(is_visited, 3.0)
    }

    /// Mean characters of a name, and mean surprise of a character in bits.
    fn shape(&self) -> (f32, f32) {
        let length = self.characters as f32 / self.names.max(1) as f32;
        (length, self.bits / self.characters.max(1) as f32)
    }

    fn verdict(&self, score: f32, domain: &str, now: Timestamp) -> Verdict {
        let (length, surprise) = self.shape();
        let (names, minutes) = (
            self.names,
            now.since(self.since).div_ceil(60_000_000_000).max(1),
        );
        let up = self.bits / 8.0;
        let mut reasons = vec![
            Text::new(
                format!(
                    "{minutes} 分間に {domain} の下の異なる名前を {names} 個問い合わせました。名前は平均 {length:.0} 文字で、1文字あたり {surprise:.1} ビットの予測できない内容を含みます（普通の名前は約 3 ビット）"
                ),
                format!(
                    "asked for {names} different names under {domain} within {minutes} min, {length:.0} characters long on average with {surprise:.1} bits of surprise each (ordinary names have about 3)"
                ),
            ),
            Text::new(
                format!(
                    "名前だけで約 {up:.0} バイトを外へ運べます。DNS にデータを載せて運ぶ通信の特徴です"
                ),
                format!(
                    "the names alone can carry about {up:.0} bytes out, as when data is carried inside DNS"
                ),
            ),
        ];
        if self.bulky * 2 > self.names {
            let bulky = self.bulky;
            reasons.push(Text::new(
                format!("{bulky} 個は TXT、NULL、CNAME、MX など多くのデータを返せる種類の問い合わせです"),
                format!("{bulky} of them ask for record types that can carry much back (TXT, NULL, CNAME, MX)"),
            ));
        }
        if self.replies.len() as u32 * 2 > self.responses && self.responses > 0 {
            let (replies, bytes) = (self.replies.len(), self.data_bytes);
            reasons.push(Text::new(
                format!("応答も毎回のように異なり（{replies} 種類、計 {bytes} バイト）、データが戻ってきています"),
                format!("answers differ nearly each time ({replies} of them, {bytes} bytes), so data comes back"),
            ));
        }
        Verdict {
            id: "dns_tunnel",
            name: format!("data carried in names under {domain}"),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::High,
            confidence: 0.52 + 0.4 * (score / 3.0).tanh(),
            technique: &["T1071.004", "T1572"],
            reasons,
        }
    }
}
