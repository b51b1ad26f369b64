//! Beacons: one host calls one destination again and again, evenly.
//!
//! Much that is harmless calls home evenly too (mail, updates, clocks). So evenness alone stays
//! weak, and speaks only with what else is odd about the calls.

use super::names;
use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{
    Communication, Detection, Endpoint, Event, Record, Severity, Stage, Text, Timestamp, Transport,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Calls that make a series.
const CALLS_MIN: usize = 9;
/// Deviation of the middle interval that still is even: a jitter of 50 % gives 0.25.
const DEVIATION_MAX: f32 = 0.30;
const DEVIATION_SMALL: f32 = 0.08;
/// Intervals shorter than this come from one page, not from a clock; nanoseconds.
const INTERVAL_MIN_NS: u64 = 900_000_000;
/// Ports whose protocols are periodic by design: DNS, DHCP, NTP, NetBIOS, SNMP, syslog, discovery, mail.
const PERIODIC_PORTS: [u16; 22] = [
    25, 53, 67, 68, 110, 123, 137, 138, 143, 161, 162, 465, 514, 546, 547, 587, 993, 995, 1900,
    3478, 5353, 5355,
];
const USUAL_PORTS: [u16; 12] = [80, 443, 25, 110, 143, 465, 587, 993, 995, 8080, 8443, 3128];

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Key {
    client: IpAddr,
    /// Name where known, else address.
    to: String,
    port: u16,
    layer: Layer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Layer {
    Http,
    Tls,
    Flow,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Series {
    times: Vec<Timestamp>,
    sizes: Vec<u64>,
    calls: u64,
    oddities: u8,
    told: u64,
}

/// What is odd about a call, as bits.
const BARE_ADDRESS: u8 = 1;
const ODD_AGENT: u8 = 2;
const POSTS: u8 = 4;
const ODD_PORT: u8 = 8;
const RANDOM_NAME: u8 = 16;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Beacons {
    series: Table<Key, Series>,
}

impl Beacons {
    pub fn new() -> Self {
        Self {
            series: Table::new(limits::PAIRS_MAX),
        }
    }

    fn call(&mut self, key: Key, call: Call<'_>, out: &mut Vec<Detection>) {
        let series = self.series.touch(key.clone(), call.time, Series::default);
        series.add(&call);
        if series.times.len() < CALLS_MIN || series.calls < series.told.saturating_mul(2) {
            return;
        }
        if let Some(verdict) = verdict(&key, series) {
            series.told = series.calls;
            out.push(
                verdict.about(
                    call.time,
                    call.client,
                    Some(call.server),
                    Some(key.to),
                    call.event
                        .map(Event::to_record)
                        .unwrap_or_else(|| outline(&call)),
                ),
            );
        }
    }
}

struct Call<'a> {
    time: Timestamp,
    client: Endpoint,
    server: Endpoint,
    size: u64,
    oddities: u8,
    event: Option<&'a Event>,
}

impl Model for Beacons {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        let (layer, name, size) = match event.kind.as_ref() {
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
        let key = Key {
            client: client.ip,
            to,
            port: server.port,
            layer,
        };
        let call = Call {
            time: event.time,
            client,
            server,
            size: size.unwrap_or(0),
            oddities,
            event: Some(event),
        };
        self.call(key, call, out);
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
        let key = Key {
            client: fact.client.ip,
            to: fact.server.ip.to_string(),
            port: fact.server.port,
            layer: Layer::Flow,
        };
        let call = Call {
            time: fact.start,
            client: fact.client,
            server: fact.server,
            size: fact.bytes_to_server,
            oddities: if odd_port { ODD_PORT } else { 0 },
            event: None,
        };
        self.call(key, call, out);
    }
}

impl Series {
    fn add(&mut self, call: &Call<'_>) {
        if self.times.len() >= limits::TIMES_MAX {
            self.times.remove(0);
            self.sizes.remove(0);
        }
        let at = self.times.partition_point(|time| *time <= call.time);
        self.times.insert(at, call.time);
        self.sizes.insert(at.min(self.sizes.len()), call.size);
        self.calls = self.calls.saturating_add(1);
        // What was odd about all of them counts.
        self.oddities = if self.calls == 1 {
            call.oddities
        } else {
            self.oddities & call.oddities
        };
    }

    /// Middle interval in seconds, and the middle deviation from it as a share of it.
    fn rhythm(&self) -> Option<(f32, f32, usize)> {
        let mut gaps: Vec<u64> = self
            .times
            .windows(2)
            .map(|pair| pair[1].since(pair[0]))
            .filter(|gap| *gap >= INTERVAL_MIN_NS)
            .collect();
        let all = self.times.len().saturating_sub(1);
        // Bursts: most calls came together, as a page and its parts do.
        if gaps.len() + 1 < CALLS_MIN || gaps.len() * 10 < all * 7 {
            return None;
        }
        let middle = median(&mut gaps)?;
        let mut off: Vec<u64> = gaps.iter().map(|gap| gap.abs_diff(middle)).collect();
        let deviation = median(&mut off)? as f32 / middle.max(1) as f32;
        Some((middle as f32 / 1e9, deviation, gaps.len()))
    }

    fn same_size(&self) -> bool {
        let mut sizes = self.sizes.clone();
        let Some(middle) = median(&mut sizes) else {
            return false;
        };
        let near = |size: &u64| size.abs_diff(middle) * 10 <= middle.max(10);
        middle > 0
            && self.sizes.iter().filter(|size| near(size)).count() * 10 >= self.sizes.len() * 8
    }
}

fn median(values: &mut [u64]) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
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
    }
    odd
}

fn verdict(key: &Key, series: &Series) -> Option<Verdict> {
    let (period, deviation, gaps) = series.rhythm()?;
    if deviation > DEVIATION_MAX {
        return None;
    }
    let mut confidence = if deviation <= DEVIATION_SMALL {
        0.32
    } else {
        0.27
    };
    let percent = (deviation * 100.0).round();
    let calls = series.calls;
    let mut reasons = vec![Text::new(
        format!(
            "約 {period:.0} 秒ごとに {calls} 回、同じ相手（{}）へ通信しています（間隔のばらつき {percent} %）",
            key.to
        ),
        format!(
            "calls {} every {period:.0} s, {calls} times so far (intervals vary by {percent} %)",
            key.to
        ),
    )];
    let mut add = |yes: bool, weight: f32, ja: &'static str, en: &'static str| {
        if yes {
            confidence += weight;
            reasons.push(Text::new(ja, en));
        }
    };
    let odd = |bit: u8| series.oddities & bit != 0;
    add(
        odd(BARE_ADDRESS) && key.layer != Layer::Flow,
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
    let fresh_each_time = key.layer != Layer::Http && period <= 15.0 && gaps >= 15;
    add(
        fresh_each_time,
        0.24,
        "短い間隔で毎回新しく接続し直しています",
        "opens a new connection each time, at a short interval",
    );
    Some(Verdict {
        id: "beacon",
        name: format!("regular calls to {} every {period:.0} s", key.to),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::High,
        confidence: confidence.min(0.8),
        technique: if key.layer == Layer::Flow {
            &["T1095"]
        } else {
            &["T1071.001"]
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
