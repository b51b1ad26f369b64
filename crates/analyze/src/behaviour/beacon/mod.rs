//! Beacons: one host calls one destination again and again, evenly.
//!
//! Much that is harmless calls home evenly too (mail, updates, clocks). So evenness alone stays weak. It speaks with what
//! else is odd about the calls, or where the watched network is large enough to know what is usual: only this host calls
//! there, and it began to after the host was known already.

mod peers;
mod series;

use super::names;
use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{
    Communication, Detection, Endpoint, Event, Record, Severity, Stage, Text, Timestamp, Transport,
};
use peers::{Peers, Standing};
use serde::{Deserialize, Serialize};
use series::{Rhythm, Series};
use std::net::IpAddr;

/// Evidence for a clock from which a series is told, in nats, and from which it counts in full.
const EVIDENCE_MIN: f32 = 6.5;
const EVIDENCE_FULL: f32 = 20.0;
/// What being new and alone asks for to count in full, and what few calls ask for.
const EVIDENCE_OF_NEW: f32 = 10.0;
const EVIDENCE_OF_FEW: f32 = 12.0;
/// Uneven calls have to be this many.
const UNEVEN_GAPS_MIN: usize = 8;
/// Deviation of the middle interval that still is even: a jitter of 50 % gives 0.25.
const DEVIATION_MAX: f32 = 0.32;
const DEVIATION_SMALL: f32 = 0.08;
/// Ports whose protocols are periodic by design: DNS, DHCP, NTP, NetBIOS, SNMP, syslog, discovery, mail.
const PERIODIC_PORTS: [u16; 22] = [
    25, 53, 67, 68, 110, 123, 137, 138, 143, 161, 162, 465, 514, 546, 547, 587, 993, 995, 1900,
    3478, 5353, 5355,
];
const USUAL_PORTS: [u16; 12] = [80, 443, 25, 110, 143, 465, 587, 993, 995, 8080, 8443, 3128];

/// How long a host must have been known before what begins is new; nanoseconds.
const KNOWN_NS: u64 = 24 * 3_600_000_000_000;
/// A page that somebody left open calls its site for a working day at most; nanoseconds.
const PAGE_NS: u64 = 8 * 3_600_000_000_000;
/// Where habits are known the same is told again only when it is surer by so much.
const SURER: f32 = 0.1;
/// A belief from which a story speaks.
const SPEAKS: f32 = 0.5;

/// A pair of client and destination, by hash: there are many, and the event at hand says the rest.
type Key = (IpAddr, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Http,
    Tls,
    Dns,
    Flow,
}

/// What is odd about a call, as bits.
const BARE_ADDRESS: u8 = 1;
const ODD_AGENT: u8 = 2;
const POSTS: u8 = 4;
const ODD_PORT: u8 = 8;
const RANDOM_NAME: u8 = 16;
/// The page of the same site asked for it.
const FROM_PAGE: u8 = 32;
/// Bits that make a call odd.
const ODDITIES: u8 = !FROM_PAGE;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Beacons {
    series: Table<Key, Series>,
    peers: Peers,
}

struct Call<'a> {
    time: Timestamp,
    client: Endpoint,
    server: Endpoint,
    layer: Layer,
    /// Name where known, else address.
    to: String,
    size: u64,
    oddities: u8,
    event: Option<&'a Event>,
}

impl Beacons {
    pub fn new() -> Self {
        Self {
            series: Table::new(limits::BEACON_PAIRS_MAX),
            peers: Peers::new(),
        }
    }

    fn call(&mut self, call: Call<'_>, out: &mut Vec<Detection>) {
        let program = call.event.and_then(|event| event.text("tls.ja4"));
        let site = names::site(&call.to);
        let standing = self.peers.call(call.client.ip, site, program, call.time);
        // What many call is ordinary, unless something is odd about it.
        if standing.is_usual && call.oddities & ODDITIES == 0 {
            return;
        }
        let key = (call.client.ip, place(&call));
        let series = self.series.touch(key, call.time, Series::default);
        let alone = series.add(call.time, call.size, call.oddities);
        // Before habits are known, the same again is told at each doubling.
        let again = series.count >= series.told.saturating_mul(2);
        if !alone || !again && !standing.is_known() {
            return;
        }
        let known_since = self.peers.known_since(call.client.ip);
        let young = known_since.is_some_and(|since| series.first().since(since) >= KNOWN_NS);
        if let Some(verdict) = verdict(&call, series, standing, young) {
            let (before, now) = (series.told_belief, verdict.confidence);
            let speaks = before < SPEAKS && now >= SPEAKS;
            if standing.is_known() && series.told > 0 && !speaks && now < before + SURER {
                return;
            }
            series.told = series.count;
            series.told_belief = now;
            let event = call.event.map_or_else(|| outline(&call), Event::to_record);
            out.push(verdict.about(
                call.time,
                call.client,
                Some(call.server),
                Some(call.to),
                event,
            ));
        }
    }

    /// A question for an address, as a call to the domain.
    fn question(&mut self, event: &Event, out: &mut Vec<Detection>) {
        if matches!(event.text("dns.type"), Some("answer" | "response")) {
            return;
        }
        let (Some(client), Some(server)) = (event.source, event.dest) else {
            return;
        };
        for (_, name) in super::dns::questions(event) {
            let domain = names::registered(name);
            if !domain.contains('.') || domain.ends_with(".arpa") || domain.ends_with(".local") {
                continue;
            }
            let call = Call {
                time: event.time,
                client,
                server,
                layer: Layer::Dns,
                to: crate::inventory::shortened(&domain.to_ascii_lowercase()),
                size: 0,
                oddities: 0,
                event: Some(event),
            };
            self.call(call, out);
        }
    }
}

/// What stands for destination, port and layer in a key.
fn place(call: &Call<'_>) -> u64 {
    let tail = [
        call.layer as u8,
        (call.server.port >> 8) as u8,
        call.server.port as u8,
    ];
    call.to
        .bytes()
        .chain(tail)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

impl Model for Beacons {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        let (layer, name, size) = match event.kind.as_ref() {
            "dns" => return self.question(event, out),
            "http" => (
                Layer::Http,
                event.text("http.hostname"),
                event.number("http.length"),
            ),
            "tls" => (Layer::Tls, event.text("tls.sni"), None),
            _ => return,
        };
        let (Some(client), Some(server)) = (event.source, event.dest) else {
            return;
        };
        let within = context.home.contains(server.ip) && context.home.contains(client.ip);
        if within || PERIODIC_PORTS.contains(&server.port) {
            return;
        }
        let to = name.map_or_else(|| server.ip.to_string(), crate::inventory::shortened);
        let oddities = oddities(event, &to, server.port, layer);
        let call = Call {
            time: event.time,
            client,
            server,
            layer,
            to,
            size: size.unwrap_or(0),
            oddities,
            event: Some(event),
        };
        self.call(call, out);
    }

    /// Flows of no known protocol.
    fn flow(&mut self, context: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let known = fact
            .app_proto
            .is_some_and(|name| !matches!(name, "failed" | "unknown"));
        let spoken = fact.moment == FlowMoment::Ended
            && fact.packets_to_client > 0
            && fact.transport == Transport::Tcp
            && fact.flags_to_client & crate::tcp_flags::SYN != 0;
        let within = context.home.contains(fact.server.ip) && context.home.contains(fact.client.ip);
        if known || !spoken || within || PERIODIC_PORTS.contains(&fact.server.port) {
            return;
        }
        let odd_port = !USUAL_PORTS.contains(&fact.server.port);
        let call = Call {
            time: fact.start,
            client: fact.client,
            server: fact.server,
            layer: Layer::Flow,
            to: fact.server.ip.to_string(),
            size: fact.bytes_to_server,
            oddities: if odd_port { ODD_PORT } else { 0 },
            event: None,
        };
        self.call(call, out);
    }
}

fn oddities(event: &Event, to: &str, port: u16, layer: Layer) -> u8 {
    let mut odd = 0;
    if names::is_address(to) {
        odd |= BARE_ADDRESS;
    } else if names::looks_random(names::main_label(to)) {
        odd |= RANDOM_NAME;
    }
    if !USUAL_PORTS.contains(&port) {
        odd |= ODD_PORT;
    }
    if layer == Layer::Http {
        if super::web::agent_is_odd(event.text("http.http_user_agent")) {
            odd |= ODD_AGENT;
        }
        if event.text("http.http_method") == Some("POST") {
            odd |= POSTS;
        }
        let referrer = event.text("http.http_refer").and_then(names::host_of_url);
        if referrer.is_some_and(|host| names::site(&host) == names::site(to)) {
            odd |= FROM_PAGE;
        }
    }
    odd
}

fn verdict(call: &Call<'_>, series: &Series, standing: Standing, young: bool) -> Option<Verdict> {
    let rhythm = series.rhythm()?;
    let Rhythm {
        period,
        deviation,
        evidence,
        gaps,
    } = rhythm;
    let alone = standing.is_alone || standing.is_new_place;
    let few = gaps < UNEVEN_GAPS_MIN && !(alone && young && evidence >= EVIDENCE_OF_FEW);
    if few || deviation > DEVIATION_MAX || evidence < EVIDENCE_MIN {
        return None;
    }
    let sure = ((evidence - EVIDENCE_MIN) / (EVIDENCE_FULL - EVIDENCE_MIN)).clamp(0.0, 1.0);
    let mut confidence = if deviation <= DEVIATION_SMALL {
        0.32
    } else if alone {
        0.27 + 0.05 * sure
    } else {
        0.27
    };
    let percent = (deviation * 100.0).round();
    let calls = series.count;
    let mut reasons = vec![Text::new(
        format!(
            "約 {period:.0} 秒ごとに {calls} 回、同じ相手（{}）へ通信しています（間隔のばらつき {percent} %）",
            call.to
        ),
        format!(
            "calls {} every {period:.0} s, {calls} times so far (intervals vary by {percent} %)",
            call.to
        ),
    )];
    let odd = |bit: u8| series.oddities & bit != 0;
    let population = standing.population;
    // Machines that have a maker of their own are alone, too: that weighs nothing until it is new.
    if standing.is_alone {
        reasons.push(Text::new(
            format!("見ている {population} 台のうち、この相手に通信するのはこの機器だけです"),
            format!("of {population} machines watched only this one calls there"),
        ));
    }
    let mut add = |yes: bool, weight: f32, ja: &'static str, en: &'static str| {
        if yes {
            confidence += weight;
            reasons.push(Text::new(ja, en));
        }
    };
    // What a page asks for goes on as long as it is open.
    let lasted_ns = call.time.since(series.first());
    let by_page = (standing.browses || odd(FROM_PAGE)) && lasted_ns < PAGE_NS;
    let weight_of_new = if by_page { 0.4 } else { 1.0 };
    add(
        alone && young,
        weight_of_new
            * 0.2
            * ((evidence - EVIDENCE_MIN) / (EVIDENCE_OF_NEW - EVIDENCE_MIN)).clamp(0.0, 1.0)
            + weight_of_new * 0.05 * sure,
        "この機器を見始めてから1日以上たって、新しく始まった通信です",
        "the calls began more than a day after the machine was first seen",
    );
    add(
        odd(BARE_ADDRESS) && call.layer != Layer::Flow,
        0.14,
        "名前ではなく IP アドレスを直接指定しています",
        "the destination is a bare address, not a name",
    );
    add(
        odd(RANDOM_NAME),
        0.14,
        "相手の名前が無作為な文字列に見えます",
        "the name of the destination looks drawn by lot",
    );
    add(
        odd(ODD_PORT),
        0.12,
        "一般的でないポート番号を使っています",
        "the port is an unusual one",
    );
    add(
        odd(ODD_AGENT),
        0.12,
        "ブラウザではない、または不自然な User-Agent です",
        "the user agent is no browser's, or missing",
    );
    add(
        odd(POSTS),
        0.06,
        "毎回データを送信（POST）しています",
        "each call sends data (POST)",
    );
    add(
        series.same_size(),
        0.05,
        "毎回ほぼ同じ大きさです",
        "each call is of nearly the same size",
    );
    let fresh_each_time =
        matches!(call.layer, Layer::Tls | Layer::Flow) && period <= 15.0 && gaps >= 15;
    add(
        fresh_each_time,
        0.24,
        "短い間隔で毎回新しく接続し直しています",
        "opens a new connection each time, at a short interval",
    );
    let is_habit = standing.is_known() && !young;
    add(
        is_habit && standing.does_little_else,
        -0.2,
        "この機器はほかの相手とほとんど通信せず、見始めたときから続いているため、本来の働きと考えて割り引きました",
        "the machine calls hardly anything else and has done so since it was first seen, as its work may be; this counts for less",
    );
    add(
        is_habit && !standing.does_little_else,
        -0.07,
        "この機器を見始めたころから続いているため、割り引きました",
        "it has called there since it was first seen; this counts for less",
    );
    Some(Verdict {
        id: "beacon",
        name: format!("regular calls to {} every {period:.0} s", call.to),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::High,
        confidence: confidence.clamp(0.05, 0.8),
        technique: match call.layer {
            Layer::Flow => &["T1095"],
            Layer::Dns => &["T1071.004"],
            Layer::Http | Layer::Tls => &["T1071.001"],
        },
        reasons,
    })
}

fn outline(call: &Call<'_>) -> Record {
    let mut record = Record::new();
    record.push("timestamp", call.time.eve());
    record.push("event_type", "flow");
    record.push("src_ip", call.client.ip.to_string());
    record.push("dest_ip", call.server.ip.to_string());
    record.push("dest_port", call.server.port);
    record
}
