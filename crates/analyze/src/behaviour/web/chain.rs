//! The chain of sites: ordinary page -> (redirector ->) attack page -> exploit -> program.

use super::super::names;
use super::trail::{Kind, Trail, Visit};
use crate::model::Verdict;
use event::{Communication, Detection, Endpoint, Event, Severity, Stage, Text, Timestamp};

/// How far back a chain reaches; nanoseconds.
const REACH_NS: u64 = 300_000_000_000;
const HOPS_MAX: usize = 6;
/// A script that only sends on is this small, and the browser leaves this soon.
const SCRIPT_SMALL: u64 = 2_500;
const SCRIPT_NEAR_NS: u64 = 10_000_000_000;
/// A binary this large after a plug-in object is a payload.
const PAYLOAD_MIN: u64 = 15_000;
/// Sites on which every walk through the web begins.
const BEGINNINGS: [&str; 6] = [
    "google.",
    "bing.com",
    "yahoo.",
    "duckduckgo.com",
    "baidu.com",
    "goo.ne.jp",
];
const ADVERTISING: [&str; 12] = [
    "adserv",
    "doubleclick",
    "adnxs",
    "/ads/",
    "/ads?",
    "/adx",
    "banner",
    "popunder",
    "clickid",
    "adsystem",
    "ads.",
    "/ad/",
];

/// Looks for an exploit kit's manners when a transaction is over: a page reached from another
/// site, a plug-in object, then bytes without type, all from a host that serves nothing else.
pub(super) fn kit(trail: &mut Trail, event: &Event, out: &mut Vec<Detection>) {
    let Some(last) = trail.visits.back().cloned() else {
        return;
    };
    if !matches!(last.kind, Kind::Binary | Kind::Plugin) || last.status >= 300 {
        return;
    }
    let here: Vec<&Visit> = trail
        .visits
        .iter()
        .filter(|visit| visit.site() == last.site() && last.time.since(visit.time) <= REACH_NS)
        .collect();
    let ordinary = here.iter().any(|visit| visit.kind == Kind::Dressing) || here.len() > 12;
    let landing = here
        .iter()
        .find(|visit| visit.kind == Kind::Page && visit.status < 300 && visit.crossed());
    let plugin = here.iter().any(|visit| visit.kind == Kind::Plugin);
    let payload = here.iter().any(|visit| {
        visit.kind == Kind::Binary && visit.length >= PAYLOAD_MIN && visit.status < 300
    });
    if ordinary || landing.is_none() || !plugin {
        return;
    }
    let host = landing.map_or_else(|| last.host.clone(), |visit| visit.host.clone());
    let (Some(client), Some(server)) = (event.source, event.dest) else {
        return;
    };
    let confidence = if payload { 0.68 } else { 0.36 };
    if !trail.first_time(format!("kit {host} {payload}")) {
        return;
    }
    let exploit = Verdict {
        id: "exploit_page",
        name: format!("attack page on {host}"),
        communication: Some(Communication::ExploitSite),
        stage: Stage::Exploitation,
        severity: Severity::High,
        confidence,
        technique: &["T1189", "T1203"],
        reasons: vec![Text::new(
            format!(
                "別のサイトから {host} へ送られ、そこでページとプラグイン用データだけを受け取りました（画像などの普通の内容はありません）"
            ),
            format!(
                "was sent on to {host} by another site and got only a page and plug-in data there, nothing that ordinary sites have"
            ),
        )],
    };
    out.push(exploit.about(
        event.time,
        client,
        Some(server),
        Some(host.clone()),
        event.to_record(),
    ));
    if !payload {
        return;
    }
    let download = Verdict {
        id: "exploit_payload",
        name: format!("payload after exploit from {host}"),
        communication: Some(Communication::ExploitKitDownload),
        stage: Stage::Delivery,
        severity: Severity::High,
        confidence: 0.62,
        technique: &["T1189", "T1105"],
        reasons: vec![Text::new(
            format!(
                "続けて {host} から、種類を隠した {} バイトのデータを受け取りました",
                last.length
            ),
            format!("then got {} bytes without a type from {host}", last.length),
        )],
    };
    out.push(download.about(
        event.time,
        client,
        Some(server),
        Some(host.clone()),
        event.to_record(),
    ));
    led_to(trail, &host, event.time, client, event, out);
}

/// Names the sites that led to a host from which harm came.
pub(super) fn led_to(
    trail: &mut Trail,
    host: &str,
    time: Timestamp,
    client: Endpoint,
    event: &Event,
    out: &mut Vec<Detection>,
) {
    let hops = walk(trail, host, time);
    let Some((first, middle)) = hops.split_last() else {
        return;
    };
    let mut claims = Vec::new();
    for hop in middle {
        let communication = if is_advertising(hop) {
            Communication::MalvertisingSite
        } else {
            Communication::RedirectorSite
        };
        claims.push((hop, communication));
    }
    // The first is where the user meant to go, unless it did nothing but send on.
    let sent_on = (300..400).contains(&first.status);
    let communication = if is_advertising(first) {
        Communication::MalvertisingSite
    } else if sent_on {
        Communication::RedirectorSite
    } else {
        Communication::CompromisedSite
    };
    claims.push((first, communication));
    for (hop, communication) in claims {
        if !trail.first_time(format!("hop {} {}", hop.host, communication.key())) {
            continue;
        }
        let (id, ja, en) = match communication {
            Communication::CompromisedSite => (
                "tampered_site",
                "この閲覧から攻撃サイトへの連鎖が始まりました",
                "the chain to the attack began with this visit",
            ),
            Communication::MalvertisingSite => (
                "malicious_advertisement",
                "広告を経由して攻撃サイトへ送られました",
                "an advertisement led on to the attack",
            ),
            _ => (
                "redirector",
                "攻撃サイトへ転送しました",
                "it sent the browser on towards the attack",
            ),
        };
        let verdict = Verdict {
            id,
            name: format!("{} led to {host}", hop.host),
            communication: Some(communication),
            stage: Stage::Delivery,
            severity: Severity::Medium,
            confidence: 0.5,
            technique: &["T1189"],
            reasons: vec![Text::new(
                format!("{}: {ja}（行き先: {host}）", hop.host),
                format!("{}: {en} ({host})", hop.host),
            )],
        };
        out.push(verdict.about(
            hop.time,
            client,
            Some(hop.server),
            Some(hop.host.clone()),
            event.to_record(),
        ));
    }
}

/// The visits that led to a host, nearest first, by referrer and redirection.
fn walk(trail: &Trail, host: &str, time: Timestamp) -> Vec<Visit> {
    let mut hops: Vec<Visit> = Vec::new();
    let mut at = names::site(host).to_owned();
    for _ in 0..HOPS_MAX {
        let near = |visit: &&Visit| visit.time <= time && time.since(visit.time) <= REACH_NS;
        let sent =
            trail.visits.iter().filter(near).find(|visit| {
                visit.site() != at && visit.to.as_deref().map(names::site) == Some(&at)
            });
        let from = trail
            .visits
            .iter()
            .filter(near)
            .find(|visit| visit.site() == at && visit.crossed())
            .and_then(|visit| visit.from.clone());
        let page_of = |from: &str| {
            let mut visits = trail.visits.iter().filter(near);
            let first = visits.clone().find(|visit| visit.host == from);
            visits
                .find(|visit| visit.host == from && visit.kind == Kind::Page)
                .or(first)
        };
        let next = sent.or_else(|| page_of(&from?)).cloned();
        let Some(next) = next else {
            break;
        };
        let begins = BEGINNINGS.iter().any(|known| next.host.contains(known));
        let known = hops.iter().any(|hop| hop.site() == next.site());
        if begins || known || next.site() == names::site(host) {
            break;
        }
        next.site().clone_into(&mut at);
        hops.push(next);
    }
    insert_script(trail, host, time, &mut hops);
    hops
}

/// A small script from a third site, loaded by the first page just before the browser left for
/// the attack, is what sent it there, though the referrer names only the page.
fn insert_script(trail: &Trail, host: &str, time: Timestamp, hops: &mut Vec<Visit>) {
    let Some(first) = hops.last() else {
        return;
    };
    let left = trail
        .visits
        .iter()
        .find(|visit| visit.site() == names::site(host) && time.since(visit.time) <= REACH_NS)
        .map(|visit| visit.time);
    let script = trail.visits.iter().rev().find(|visit| {
        visit.kind == Kind::Script
            && visit.length < SCRIPT_SMALL
            && visit.from.as_deref() == Some(&first.host)
            && visit.site() != first.site()
            && visit.site() != names::site(host)
            && left
                .is_some_and(|left| visit.time <= left && left.since(visit.time) <= SCRIPT_NEAR_NS)
    });
    if let Some(script) = script
        && hops.iter().all(|hop| hop.site() != script.site())
    {
        hops.insert(hops.len() - 1, script.clone());
    }
}

fn is_advertising(visit: &Visit) -> bool {
    let whole = format!("{}{}", visit.host, visit.url).to_ascii_lowercase();
    ADVERTISING.iter().any(|word| whole.contains(word))
}

/// Two different answers to one request, one of them a redirection: somebody on the way answered
/// faster than the site ("Quantum Insert").
pub(super) fn injected(trail: &mut Trail, event: &Event, out: &mut Vec<Detection>) {
    let Some(flow) = event.flow.filter(|flow| trail.is_doubtful(flow.id)) else {
        return;
    };
    let answered = trail
        .visits
        .iter()
        .rev()
        .find(|visit| visit.flow == flow.id && (300..400).contains(&visit.status))
        .cloned();
    let Some(visit) = answered else {
        return;
    };
    let client = [event.source, event.dest]
        .into_iter()
        .flatten()
        .find(|end| end.ip != visit.server.ip);
    let Some(client) = client else {
        return;
    };
    if !trail.first_time(format!("injected {}", visit.host)) {
        return;
    }
    let to = visit.to.clone().unwrap_or_default();
    let verdict = Verdict {
        id: "injected_redirect",
        name: format!("second answer in the name of {}", visit.host),
        communication: Some(Communication::RedirectorSite),
        stage: Stage::Delivery,
        severity: Severity::High,
        confidence: 0.6,
        technique: &["T1557", "T1189"],
        reasons: vec![Text::new(
            format!(
                "{} への1つの要求に、内容の異なる2つの応答が届き、片方は別の場所（{to}）へ転送するものでした。通信経路で偽の応答が差し込まれた疑いがあります",
                visit.host
            ),
            format!(
                "one request to {} got two different answers, and one of them redirects elsewhere ({to}): somebody on the way may have put it there",
                visit.host
            ),
        )],
    };
    out.push(verdict.about(
        event.time,
        client,
        Some(visit.server),
        Some(visit.host),
        event.to_record(),
    ));
}
