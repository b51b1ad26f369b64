//! Generated domains: a host looks for its master under names that a program makes, most of which do not exist.
//!
//! No single name decides. What a host asked for in vain is judged together by a trained model ([`crate::domains`]), over
//! the last minutes (a burst among ordinary failures) and over hours (a slow search).

use super::{dns, names};
use crate::domains::{BELIEVED, Member, Model as DomainModel};
use crate::model::{Context, Model, Verdict};
use crate::{fnv, limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Fewest missing domains that are judged.
const MISSING_MIN: usize = 5;
/// The windows that are judged; nanoseconds.
const SHORT_NS: u64 = 600_000_000_000;
const LONG_NS: u64 = 6 * 3_600_000_000_000;
/// So many other hosts that asked for a domain a while ago, and were not told since, make it an old link.
const ASKERS_OF_OLD: usize = 2;
const ASKERS_MAX: usize = 4;
/// Roots beside the official one under which malware looks (EmerDNS, Namecoin).
const OTHER_ROOTS: [&str; 6] = ["bazar", "bit", "coin", "emc", "lib", "bazaar"];

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct GeneratedDomains {
    hosts: Table<IpAddr, Host>,
    /// Who answers DNS questions of others: their own questions are other hosts'.
    servers: Table<IpAddr, ()>,
    /// Domains, by hash, that exist for somebody: where one host is told otherwise, a filter speaks.
    existing: Table<u64, ()>,
    /// Who asked for missing domains, by hash: what several harmless hosts ask for is an old link.
    askers: Table<u64, Vec<(IpAddr, Timestamp)>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Host {
    /// The latest missing domains, the oldest first.
    missing: Vec<Missing>,
    told: usize,
    told_at: Timestamp,
    /// It was told once: what it asks for makes no old link.
    is_suspect: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Missing {
    domain: String,
    at: Timestamp,
    member: Member,
}

impl GeneratedDomains {
    pub fn new() -> Self {
        Self {
            hosts: Table::new(limits::HOSTS_MAX),
            servers: Table::new(limits::HOSTS_MAX),
            existing: Table::new(limits::SITES_MAX),
            askers: Table::new(limits::PAIRS_MAX),
        }
    }

    /// Somebody got an answer.
    fn exists(&mut self, event: &Event) {
        let answers = event.body.at("dns.answers").map_or(&[][..], Value::as_list);
        if answers.is_empty() {
            return;
        }
        for (_, name) in dns::questions(event) {
            let domain = fnv::folded(names::registered(name));
            self.existing.touch(domain, event.time, || ());
        }
    }
}

impl Model for GeneratedDomains {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        if event.kind != "dns" {
            return;
        }
        if event.text("dns.rcode") != Some("NXDOMAIN") {
            return self.exists(event);
        }
        // Mail servers check who writes to them by MX and TXT; malware wants an address.
        let wants_address = matches!(dns::kind_of(event), None | Some("A" | "AAAA" | "HTTPS"));
        let (Some(model), true) = (DomainModel::shipped(), wants_address) else {
            return;
        };
        for (client, name) in dns::questions(event) {
            if let Some(server) =
                dns::server(event, client).filter(|server| context.home.contains(*server))
            {
                self.servers.touch(server, event.time, || ());
            }
            if self.servers.at(&client).is_none() {
                self.missing(model, client, name, event, out);
            }
        }
    }
}

impl GeneratedDomains {
    fn missing(
        &mut self,
        model: &DomainModel,
        client: IpAddr,
        name: &str,
        event: &Event,
        out: &mut Vec<Detection>,
    ) {
        let Some(member) = model.member(name).filter(|_| is_official(model, name)) else {
            return;
        };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let domain = crate::inventory::shortened(names::registered(&name));
        let now = event.time;
        let (existing, askers) = (&self.existing, &self.askers);
        let is_harmless = |domain: &str| {
            let key = fnv::folded(domain);
            let old =
                |asker: &&(IpAddr, Timestamp)| asker.0 != client && now.since(asker.1) > LONG_NS;
            let others = askers
                .at(&key)
                .map_or(0, |all| all.iter().filter(old).count());
            existing.at(&key).is_some() || others >= ASKERS_OF_OLD
        };
        let host = self.hosts.touch(client, now, Host::default);
        host.missing
            .retain(|one| now.since(one.at) <= LONG_NS && !is_harmless(&one.domain));
        let harmless = is_harmless(&domain);
        if !host.is_suspect {
            let askers = self.askers.touch(fnv::folded(&domain), now, Vec::new);
            if askers.len() < ASKERS_MAX && askers.iter().all(|(asker, _)| *asker != client) {
                askers.push((client, now));
            }
        }
        if harmless {
            return;
        }
        if host
            .missing
            .iter()
            .any(|one| one.domain == domain && one.member == member)
        {
            return;
        }
        if host.missing.len() >= limits::MISSING_MAX {
            host.missing.remove(0);
        }
        host.missing.push(Missing {
            domain,
            at: now,
            member,
        });
        if now.since(host.told_at) > LONG_NS {
            host.told = 0;
        }
        let Some((group, score)) = host.judge(model, now) else {
            return;
        };
        if group.len() < host.told.saturating_mul(2) {
            return;
        }
        let (count, verdict) = (group.len(), verdict(&group, score, now));
        for one in &group {
            if let Some(askers) = self.askers.at_mut(&fnv::folded(&one.domain)) {
                askers.retain(|(asker, _)| *asker != client);
            }
        }
        host.told = count;
        host.told_at = now;
        host.is_suspect = true;
        out.extend(dns::about(verdict, client, event, None));
    }
}

impl Host {
    /// The window that looks worse, when it is believed.
    fn judge(&self, model: &DomainModel, now: Timestamp) -> Option<(Vec<&Missing>, f32)> {
        let mut best: Option<(Vec<&Missing>, f32)> = None;
        for window in [SHORT_NS, LONG_NS] {
            let group: Vec<&Missing> = self
                .missing
                .iter()
                .filter(|one| now.since(one.at) <= window)
                .collect();
            if group.len() < MISSING_MIN
                || best
                    .as_ref()
                    .is_some_and(|(other, _)| other.len() == group.len())
            {
                continue;
            }
            let members: Vec<Member> = group.iter().map(|one| one.member).collect();
            let score = model.judge(&members);
            if score >= BELIEVED && best.as_ref().is_none_or(|(_, other)| score > *other) {
                best = Some((group, score));
            }
        }
        best
    }
}

/// Whether a name can exist: a made-up ending is a search suffix of the office, not malware.
fn is_official(model: &DomainModel, name: &str) -> bool {
    let last = name
        .trim_end_matches('.')
        .rsplit('.')
        .next()
        .unwrap_or_default();
    OTHER_ROOTS
        .iter()
        .any(|root| last.eq_ignore_ascii_case(root))
        || model.language.knows_ending(last)
}

fn verdict(group: &[&Missing], score: f32, now: Timestamp) -> Verdict {
    let count = group.len();
    let minutes = group
        .iter()
        .map(|one| now.since(one.at))
        .max()
        .unwrap_or(0)
        .div_ceil(60_000_000_000)
        .max(1);
    let mut worst: Vec<&&Missing> = group.iter().collect();
    worst.sort_by(|one, other| other.member.score.total_cmp(&one.member.score));
    let examples: Vec<&str> = worst
        .iter()
        .take(3)
        .map(|one| one.domain.as_str())
        .collect();
    let examples = examples.join(", ");
    let odds = score.min(12.0);
    let percent = 100.0 / (1.0 + (-odds).exp());
    let mut reasons = vec![
        Text::new(
            format!(
                "{minutes} 分間に、実在しないドメインを {count} 個問い合わせました（例: {examples}）"
            ),
            format!(
                "looked up {count} domains within {minutes} min that do not exist (such as {examples})"
            ),
        ),
        Text::new(
            format!(
                "名前の作られ方（文字の並び、単語、長さ、そろい方）を学習済みモデルで調べると、プログラムが自動生成した名前である見込みは {percent:.1} % です"
            ),
            format!(
                "by characters, words, lengths and likeness a trained model gives {percent:.1} % that a program made these names"
            ),
        ),
    ];
    let of_words = group
        .iter()
        .filter(|one| one.member.words >= 2 && one.member.covered > 200)
        .count();
    reasons.push(if of_words * 2 > count {
        Text::new(
            format!("{of_words} 個は、脈絡のない単語をつなげた名前です"),
            format!("{of_words} of them are words strung together without sense"),
        )
    } else {
        let readable: f32 = group
            .iter()
            .map(|one| f32::from(one.member.covered))
            .sum::<f32>()
            / 2.55
            / count.max(1) as f32;
        Text::new(
            format!("名前のうち単語として読める部分は平均 {readable:.0} % です"),
            format!("{readable:.0} % of the names can be read as words on average"),
        )
    });
    Verdict {
        id: "generated_domains",
        name: format!("looked for {count} generated domains that do not exist"),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::High,
        confidence: (0.6
            + 0.04 * (score - BELIEVED)
            + 0.05 * (count as f32 / MISSING_MIN as f32).log2())
        .clamp(0.6, 0.92),
        technique: &["T1568.002"],
        reasons,
    }
}
