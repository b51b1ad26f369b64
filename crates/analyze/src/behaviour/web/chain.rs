//! The chain of sites: ordinary page -> (redirector ->) attack page -> exploit -> program.

use super::super::names;
use super::trail::{Kind, Trail, Visit};
use crate::model::Verdict;
use event::{Communication, Detection, Endpoint, Event, Severity, Stage, Text, Timestamp};

/// How far back a chain reaches; nanoseconds.
const REACH_NS: u64 = 300_000_000_000;
const HOPS_MAX: usize = 6;
/// What a program fetches by itself comes this soon after the page.
const UNASKED_NS: u64 = 30_000_000_000;
/// The answer to a form about the browser is this short.
const FORM_ANSWER_MAX: u64 = 1_000;
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
const ADVERTISING: [&str; 13] = [
    "koukoku",
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

/// What a host that serves an attack has shown of itself.
struct Manners {
    /// The page on which the browser arrived from another site.
    landing: Visit,
    /// A plug-in object was served.
    plugin: bool,
    /// Bytes large enough to be a payload were served.
    payload: bool,
    /// They came at once, without referrer: no link was clicked, a program fetched them.
    unasked: bool,
    /// A form about the browser went back before the next page came.
    profiles: bool,
}

/// Looks for an exploit kit's manners when a transaction is over: a page reached from another
/// site, then a plug-in object or nothing, then bytes that no link asked for, all from a site that
/// serves nothing else.
pub(super) fn kit(trail: &mut Trail, event: &Event, out: &mut Vec<Detection>) {
    let Some(last) = trail.visits.back() else {
        return;
    };
    if !matches!(last.kind, Kind::Binary | Kind::Plugin) || last.status >= 300 {
        return;
    }
    let last = last.clone();
    let Some(manners) = manners(trail, &last) else {
        return;
    };
    let whole = manners.payload && (manners.plugin || manners.unasked);
    if !whole && !manners.plugin {
        return;
    }
    let host = manners.landing.host.clone();
    let (Some(client), Some(server)) = (event.source, event.dest) else {
        return;
    };
    if !trail.first_time(format!("kit {host} {whole}")) {
        return;
    }
    let confidence = match (whole, manners.plugin) {
        (true, true) => 0.68,
        (true, false) => 0.56,
        (false, _) => 0.36,
    };
    let mut tell = |verdict: Verdict| {
        out.push(verdict.about(
            event.time,
            client,
            Some(server),
            Some(host.clone()),
            event.to_record(),
        ));
    };
    tell(exploit_page(&host, confidence));
    if !whole {
        return;
    }
    tell(exploit_payload(&host, last.length, confidence));
    if manners.profiles {
        tell(profiling(&host));
    }
    led_to(trail, &host, event.time, client, event, out);
}

fn manners(trail: &Trail, last: &Visit) -> Option<Manners> {
    let here: Vec<&Visit> = trail
        .visits
        .iter()
        .filter(|visit| visit.site() == last.site() && last.time.since(visit.time) <= REACH_NS)
        .collect();
    let ordinary = here.iter().any(|visit| visit.kind == Kind::Dressing);
    if ordinary || here.len() > 12 {
        return None;
    }
    let landing = here
        .iter()
        .find(|visit| visit.kind == Kind::Page && visit.status < 300 && visit.crossed())?;
    let is_payload = |visit: &&&Visit| {
        visit.kind == Kind::Binary && visit.length >= PAYLOAD_MIN && visit.status < 300
    };
    let payload = here.iter().find(is_payload);
    let form = here
        .iter()
        .position(|visit| visit.posts && visit.length < FORM_ANSWER_MAX);
    Some(Manners {
        landing: (*landing).clone(),
        plugin: here.iter().any(|visit| visit.kind == Kind::Plugin),
        payload: payload.is_some(),
        unasked: payload.is_some_and(|visit| {
            visit.from.is_none() && visit.time.since(landing.time) <= UNASKED_NS
        }),
        profiles: form.is_some_and(|at| {
            here.iter()
                .skip(at + 1)
                .any(|visit| visit.kind == Kind::Page)
        }),
    })
}

fn exploit_page(host: &str, confidence: f32) -> Verdict {
    Verdict {
        id: "exploit_page",
        name: format!("attack page on {host}"),
        communication: Some(Communication::ExploitSite),
        stage: Stage::Exploitation,
        severity: Severity::High,
        confidence,
        technique: &["T1189", "T1203"],
        reasons: vec![Text::new(
            format!(
                "別のサイトから {host} へ送られました。そこには攻撃に使うページとデータだけがあり、画像などの普通の内容はありませんでした"
            ),
            format!(
                "was sent on to {host} by another site, which has only pages and data as attacks use them, and nothing that ordinary sites have"
            ),
        )],
    }
}

fn exploit_payload(host: &str, bytes: u64, confidence: f32) -> Verdict {
    Verdict {
        id: "exploit_payload",
        name: format!("payload after exploit from {host}"),
        communication: Some(Communication::ExploitKitDownload),
        stage: Stage::Delivery,
        severity: Severity::High,
        confidence: confidence - 0.05,
        technique: &["T1189", "T1105"],
        reasons: vec![Text::new(
            format!(
                "続けて {host} から、利用者の操作なしに {bytes} バイトのデータを受け取りました"
            ),
            format!("then got {bytes} bytes from {host} without anybody clicking on a link"),
        )],
    }
}

fn profiling(host: &str) -> Verdict {
    Verdict {
        id: "browser_profiling",
        name: format!("browser profiled by {host}"),
        communication: Some(Communication::ProfilingSite),
        stage: Stage::Delivery,
        severity: Severity::Medium,
        confidence: 0.5,
        technique: &["T1592.002"],
        reasons: vec![Text::new(
            format!("{host} は、攻撃ページを出す前にブラウザの情報を送り返させました"),
            format!("{host} had the browser report about itself before it showed the attack page"),
        )],
    }
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
