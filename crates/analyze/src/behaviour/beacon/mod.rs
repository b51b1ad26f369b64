//! Beacons: one host calls one destination again and again, evenly.
//!
//! Much that is harmless calls home evenly too (mail, updates, clocks). So evenness alone stays weak. It speaks with what
//! else is odd about the calls, or where the watched network is large enough to know what is usual: only this host calls
//! there, and it began to after the host was known already.

mod peers;
mod series;
mod weigh;

use super::names;
use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, fnv, limits, table::Table};
use event::{
    Communication, Detection, Endpoint, Event, Record, Severity, Stage, Text, Timestamp, Transport,
};
use peers::{Peers, Standing};
use serde::{Deserialize, Serialize};
use series::{Rhythm, Series};
use std::net::IpAddr;
use weigh::{Age, Signs};

/// Ports whose protocols are periodic by design: DNS, DHCP, NTP, NetBIOS, SNMP, syslog, discovery, mail.
const PERIODIC_PORTS: [u16; 22] = [
    25, 53, 67, 68, 110, 123, 137, 138, 143, 161, 162, 465, 514, 546, 547, 587, 993, 995, 1900,
    3478, 5353, 5355,
];
const USUAL_PORTS: [u16; 12] = [80, 443, 25, 110, 143, 465, 587, 993, 995, 8080, 8443, 3128];

const DNS_PORT: u16 = 53;
/// How long a host must have been known before what begins is new; nanoseconds.
const KNOWN_NS: u64 = 24 * 3_600_000_000_000;
/// Where the network is known longer than the host, so long, and so many periods, do for the beginning; nanoseconds.
const LATE_NS: u64 = 2 * 3_600_000_000_000;
const PERIODS_OF_LATE: f32 = 3.0;
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
        // What many call is ordinary, unless something is odd about it and it is new to all of them.
        if standing.is_usual && (!standing.is_late_place || call.oddities & ODDITIES == 0) {
            return;
        }
        let key = (
            call.client.ip,
            place(call.layer, &call.to, call.server.port),
        );
        let series = self.series.touch(key, call.time, Series::default);
        let alone = series.add(call.time, call.size, call.oddities);
        // The calls that the questions are for speak themselves.
        if series.accompanied {
            return;
        }
        // Before habits are known, the same again is told at each doubling.
        let again = series.count >= series.told.saturating_mul(2);
        if !alone || !again && !standing.is_known() {
            return;
        }
        let known_since = self.peers.known_since(call.client.ip);
        // Who alone calls a site may have called another host of it, or by other means, before.
        let first = match standing.is_alone {
            true => series.first().min(standing.place_since),
            false => series.first(),
        };
        let known_ns = known_since.map_or(0, |since| first.since(since));
        if let Some(verdict) = verdict(&call, series, standing, known_ns) {
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

    /// A site is called after its name was asked for: the questions are part of those calls.
    fn connects(&mut self, event: &Event, name: Option<&str>) {
        let (Some(client), Some(name)) = (event.source, name) else {
            return;
        };
        let domain = crate::inventory::shortened(&names::registered(name).to_ascii_lowercase());
        let key = (client.ip, place(Layer::Dns, &domain, DNS_PORT));
        if let Some(questions) = self.series.at_mut(&key) {
            questions.accompanied = true;
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
fn place(layer: Layer, to: &str, port: u16) -> u64 {
    let tail = [layer as u8, (port >> 8) as u8, port as u8];
    fnv::hash(to.bytes().chain(tail))
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
            "quic" => return self.connects(event, event.text("quic.sni")),
            _ => return,
        };
        self.connects(event, name);
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

/// `known_ns`: how long the host had been known when the calls began.
fn verdict(call: &Call<'_>, series: &Series, standing: Standing, known_ns: u64) -> Option<Verdict> {
    let rhythm = series.rhythm()?;
    // What a machine has had all along shows within a period of its first sight.
    let periods_ns = (rhythm.period * PERIODS_OF_LATE * 1e9) as u64;
    let is_late = standing.is_late_place && known_ns >= periods_ns.max(LATE_NS);
    let from_page = series.oddities & FROM_PAGE != 0;
    let lasted_ns = call.time.since(series.first());
    let signs = Signs {
        rhythm,
        standing,
        layer: call.layer,
        oddities: series.oddities,
        same_size: series.same_size(),
        age: match () {
            () if known_ns >= KNOWN_NS => Age::New,
            () if is_late => Age::Late,
            () => Age::Habit,
        },
        // What a page asks for goes on as long as it is open.
        by_page: (standing.browses || from_page) && lasted_ns < PAGE_NS,
    };
    let (confidence, because) = signs.weigh()?;
    let (period, calls) = (rhythm.period, series.count);
    let percent = (rhythm.deviation * 100.0).round();
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
    reasons.extend(because);
    Some(Verdict {
        id: "beacon",
        name: format!("regular calls to {} every {period:.0} s", call.to),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::High,
        confidence,
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
