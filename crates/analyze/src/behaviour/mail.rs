//! Mails that lure: links whose names imitate the receiver's own site, senders who pretend to be colleagues, links to bare
//! addresses and programs; and whether somebody followed such a link.

use super::names;
use crate::model::{Context, Model, Verdict, settled};
use crate::{inventory::shortened, limits, table::Table};
use event::{Detection, Event, Severity, Stage, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};

/// Links of one mail that are looked at.
const LINKS_MAX: usize = 32;
/// A link that is followed later than this was followed for other reasons; nanoseconds.
const FOLLOWED_NS: u64 = 14 * 86_400 * 1_000_000_000;
/// What a mail must show to be worth remembering.
const SAID: f32 = 0.3;
/// Endings of what runs when it is opened.
const PROGRAMS: [&str; 16] = [
    ".exe", ".scr", ".hta", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".jar", ".iso", ".img", ".lnk",
    ".msi", ".bat", ".cmd", ".ps1",
];

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Lures {
    /// Doubtful links by host.
    links: Table<String, Lure>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lure {
    time: Timestamp,
    belief: f32,
    told: bool,
}

impl Lures {
    pub fn new() -> Self {
        Self {
            links: Table::new(limits::SITES_MAX / 8),
        }
    }
}

impl Model for Lures {
    fn event(&mut self, _: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        match event.kind.as_ref() {
            "smtp" => out.extend(self.mail(event)),
            "http" => out.extend(self.visit(event, event.text("http.hostname"))),
            "tls" => out.extend(self.visit(event, event.text("tls.sni"))),
            _ => {}
        }
    }
}

/// What is doubtful about a mail.
#[derive(Default)]
struct Doubt {
    belief: f32,
    reasons: Vec<Text>,
    hosts: Vec<String>,
}

impl Doubt {
    fn add(&mut self, weight: f32, ja: String, en: String) {
        self.belief += weight;
        self.reasons.push(Text::new(ja, en));
    }
}

impl Lures {
    fn mail(&mut self, event: &Event) -> Option<Detection> {
        let (sender, server) = (event.source?, event.dest?);
        let doubt = doubt(event);
        if doubt.belief < SAID {
            return None;
        }
        let name = doubt.hosts.first().cloned();
        for host in &doubt.hosts {
            let lure = self.links.touch(host.clone(), event.time, || Lure {
                time: event.time,
                belief: 0.0,
                told: false,
            });
            lure.time = lure.time.max(event.time);
            lure.belief = lure.belief.max(doubt.belief);
        }
        let verdict = Verdict {
            id: "luring_mail",
            name: "mail with a doubtful link or sender".to_owned(),
            communication: None,
            stage: Stage::Delivery,
            severity: Severity::Medium,
            confidence: settled(doubt.belief, 0.7),
            technique: &["T1566.002"],
            reasons: doubt.reasons,
        };
        Some(verdict.about(event.time, server, Some(sender), name, event.to_record()))
    }

    fn visit(&mut self, event: &Event, host: Option<&str>) -> Option<Detection> {
        let host = shortened(&host?.to_ascii_lowercase());
        let lure = self.links.at_mut(&host)?;
        let late = event.time < lure.time || event.time.since(lure.time) > FOLLOWED_NS;
        if lure.told || late {
            return None;
        }
        lure.told = true;
        let verdict = Verdict {
            id: "lure_followed",
            name: format!("a link from a doubtful mail was followed to {host}"),
            communication: None,
            stage: Stage::Delivery,
            severity: Severity::Medium,
            confidence: settled(lure.belief + 0.15, 0.8),
            technique: &["T1566.002", "T1204.001"],
            reasons: vec![Text::new(
                format!("不審な点のあるメールに書かれていたリンク先（{host}）が開かれました"),
                format!("somebody opened {host}, to which a doubtful mail had a link"),
            )],
        };
        verdict.about_client(event, Some(host))
    }
}

fn doubt(event: &Event) -> Doubt {
    let mut doubt = Doubt::default();
    let own: Vec<String> = texts(event.body.at("smtp.rcpt_to"))
        .filter_map(domain_of)
        .collect();
    let links = texts(event.body.at("email.url")).take(LINKS_MAX);
    let mut imitates = None;
    let (mut bare, mut program) = (None, None);
    for link in links {
        let (host, path) = link.split_once('/').unwrap_or((link, ""));
        let host = shortened(&host.split(':').next().unwrap_or(host).to_ascii_lowercase());
        if host.is_empty() || own.iter().any(|own| names::registered(&host) == own) {
            continue;
        }
        let path = path
            .split(['?', '#'])
            .next()
            .unwrap_or("")
            .to_ascii_lowercase();
        if own.iter().any(|own| imitation(&host, own)) {
            imitates.get_or_insert_with(|| host.clone());
        }
        if names::is_address(&host) {
            bare.get_or_insert_with(|| host.clone());
        }
        if PROGRAMS.iter().any(|ending| path.ends_with(ending)) {
            program.get_or_insert_with(|| host.clone());
        }
        if !doubt.hosts.contains(&host) {
            doubt.hosts.push(host);
        }
    }
    if let Some(host) = imitates {
        doubt.add(
            0.52,
            format!("リンク先 {host} は、受信者自身の組織の名前を含みますが、別の人が持つサイトです"),
            format!("the link to {host} bears the name of the receiver's own site but belongs to somebody else"),
        );
    }
    if let Some(host) = bare {
        doubt.add(
            0.3,
            format!("リンク先がサイト名ではなく IP アドレス（{host}）です"),
            format!("a link leads to a bare address ({host})"),
        );
    }
    if let Some(host) = program {
        doubt.add(
            0.3,
            format!("リンク先（{host}）が、開くと動くプログラムです"),
            format!("a link to {host} leads to something that runs when it is opened"),
        );
    }
    sender(event, &own, &mut doubt);
    doubt
}

/// Whether the sender pretends to be one of the receiver's own, or shows another address than its own.
fn sender(event: &Event, own: &[String], doubt: &mut Doubt) {
    let from = event.text("email.from").unwrap_or("");
    let (shown, real) = match from.rsplit_once('<') {
        Some((shown, real)) => (shown, real),
        None => ("", from),
    };
    let (Some(said), Some(envelope)) = (
        domain_of(real),
        event.text("smtp.mail_from").and_then(domain_of),
    ) else {
        return;
    };
    let has_links = !doubt.hosts.is_empty();
    if has_links && own.contains(&said) && !own.contains(&envelope) {
        doubt.add(
            0.25,
            format!("差出人は受信者と同じ組織（{said}）を名乗っていますが、実際の送信元は {envelope} です"),
            format!("the sender says to be of the receiver's own {said}, but it was sent by {envelope}"),
        );
    }
    if let Some(other) = domain_of(shown)
        && other != said
        && other != envelope
    {
        doubt.add(
            0.25,
            format!("表示名に別のアドレス（{other}）を書き、本当の差出人（{said}）を隠しています"),
            format!(
                "the name shown is an address at {other}, which hides the true sender at {said}"
            ),
        );
    }
}

/// Whether a host carries a whole foreign domain in its front, as `www.example.com.login.test` does.
fn imitation(host: &str, own: &str) -> bool {
    own.contains('.') && format!(".{host}").contains(&format!(".{own}."))
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value
        .map_or(&[][..], Value::as_list)
        .iter()
        .filter_map(Value::as_text)
}

/// The registered domain of a mail address, in angle brackets or not.
fn domain_of(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let domain = names::registered(domain).to_ascii_lowercase();
    (domain.contains('.')).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::Lures;
    use crate::HomeNet;
    use crate::model::{Context, Model};
    use event::{Detection, Endpoint, Event, Record, Timestamp};

    fn event(kind: &'static str, second: i64, json: &str) -> Event {
        let mut event = Event::new(Timestamp::new(second, 0), kind);
        event.source = Some(Endpoint::new("192.168.1.5".parse().unwrap(), 50_000));
        event.dest = Some(Endpoint::new("192.168.1.25".parse().unwrap(), 25));
        event.body = serde_json::from_str::<Record>(json).unwrap();
        event
    }

    fn found(events: &[Event]) -> Vec<Detection> {
        let (mut model, home) = (Lures::new(), HomeNet::default());
        let mut out = Vec::new();
        for event in events {
            model.event(&Context { home: &home }, event, &mut out);
        }
        out
    }

    fn mail(from: &str, envelope: &str, link: &str) -> Event {
        let json = format!(
            r#"{{"smtp":{{"mail_from":"<a@{envelope}>","rcpt_to":["<b@shop.example>"]}},
                "email":{{"from":"{from}","url":["{link}"]}}}}"#
        );
        event("smtp", 1, &json)
    }

    #[test]
    fn a_link_that_imitates_the_receivers_site_speaks_and_its_visit_more_so() {
        let lure = mail(
            "A <a@free.test>",
            "free.test",
            "www.shop.example.login.test/x",
        );
        let visit = event(
            "http",
            90,
            r#"{"http":{"hostname":"www.shop.example.login.test","url":"/x"}}"#,
        );
        let found = found(&[lure, visit]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].confidence >= 0.5 && found[1].confidence > found[0].confidence);
        assert_eq!(found[1].subject.ip.to_string(), "192.168.1.5");
    }

    #[test]
    fn newsletters_and_ones_own_links_do_not_speak() {
        for (from, envelope, link) in [
            (
                "News <a@news.test>",
                "bounce.mailer.test",
                "track.mailer.test/u/123",
            ),
            (
                "C <c@shop.example>",
                "shop.example",
                "www.shop.example/minutes",
            ),
            ("C <c@shop.example>", "crm.test", "crm.test/case/1"),
            ("D <d@maker.test>", "maker.test", "shop-example.maker.test/"),
        ] {
            let found = found(&[mail(from, envelope, link)]);
            assert!(found.iter().all(|one| one.confidence < 0.5), "{found:?}");
        }
    }

    #[test]
    fn several_small_doubts_are_enough_together() {
        let found = found(&[mail(
            "\\\"boss@shop.example\\\" <x@free.test>",
            "free.test",
            "203.0.113.9/invoice.pdf.exe",
        )]);
        assert!(found[0].confidence >= 0.5, "{found:?}");
    }
}
