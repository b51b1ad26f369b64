//! From deeds to what the sensor tells the brain of them.

use super::deed::{Answer, Call, Channel, Deed, Flow, Found, What};
use analyze::{Brain, FlowFact, FlowMoment, tcp_flags};
use event::{Endpoint, Event, FlowRef, Record, Timestamp, Transport, Value};
use std::net::Ipv4Addr;

/// A Monday, midnight by the company's clock.
pub const START_S: i64 = 1_790_553_600;
/// Who answers questions of names.
pub const RESOLVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 10);

/// The time of milliseconds since the start.
pub fn time(at: u64) -> Timestamp {
    Timestamp::from_nanos(START_S * 1_000_000_000 + at as i64 * 1_000_000)
}

/// Shows a deed to the brain; numbers tell flows apart.
pub fn show(brain: &mut Brain, deed: &Deed, number: u64) {
    let now = time(deed.at);
    let client = Endpoint::new(deed.client.into(), 49_152 + (number % 16_000) as u16);
    match &deed.what {
        What::Lookup {
            name,
            kind,
            found,
            life_s,
        } => {
            for answer in [None, Some(found)] {
                brain.event(&lookup((now, client, number), name, kind, answer, *life_s));
            }
        }
        What::Call(call) => {
            let server = Endpoint::new(call.site.address.into(), call.site.port);
            if let Some(event) = conversation((now, client, server, number), call) {
                brain.event(&event);
            }
            brain.flow(&of_call((now, client, server, number), call));
        }
        What::Flow(flow) => brain.flow(&fact((now, client, number), flow)),
        What::Event {
            kind,
            server,
            port,
            flow,
            body,
        } => {
            let server = Endpoint::new((*server).into(), *port);
            let mut event = outline(kind, now, client, server, *flow);
            event.app_proto = match *kind {
                "smb" | "fileinfo" => Some("smb"),
                _ => None,
            };
            if *kind == "fileinfo" {
                event.body = Record::clone(body);
            } else {
                event.body.push(*kind, Record::clone(body));
            }
            brain.event(&event);
        }
    }
}

fn outline(
    kind: &'static str,
    now: Timestamp,
    client: Endpoint,
    server: Endpoint,
    flow: u64,
) -> Event {
    let mut event = Event::new(now, kind);
    event.source = Some(client);
    event.dest = Some(server);
    event.transport = Some(Transport::Tcp);
    event.flow = Some(FlowRef { id: flow });
    event
}

fn lookup(
    (now, client, number): (Timestamp, Endpoint, u64),
    name: &str,
    kind: &'static str,
    found: Option<&Found>,
    life_s: u32,
) -> Event {
    let resolver = Endpoint::new(RESOLVER.into(), 53);
    let mut event = match found {
        None => outline("dns", now, client, resolver, number),
        Some(_) => outline("dns", now.plus_nanos(20_000_000), resolver, client, number),
    };
    event.transport = Some(Transport::Udp);
    let mut query = Record::new();
    query.push("rrname", name.to_owned());
    query.push("rrtype", kind);
    let mut body = Record::new();
    body.push(
        "type",
        if found.is_some() {
            "response"
        } else {
            "request"
        },
    );
    if let Some(found) = found {
        let missing = matches!(found, Found::Missing);
        body.push("rcode", if missing { "NXDOMAIN" } else { "NOERROR" });
    }
    body.push("queries", Value::List(vec![Value::Record(query)]));
    let data = match found {
        Some(Found::Address(address)) => Some(address.to_string()),
        Some(Found::Text(text)) => Some(text.to_string()),
        _ => None,
    };
    if let Some(data) = data {
        let mut record = Record::new();
        record.push("rrname", name.to_owned());
        record.push("rrtype", kind);
        record.push("ttl", life_s);
        record.push("rdata", data);
        body.push("answers", Value::List(vec![Value::Record(record)]));
    }
    event.body.push("dns", body);
    event
}

fn conversation(
    (now, client, server, number): (Timestamp, Endpoint, Endpoint, u64),
    call: &Call,
) -> Option<Event> {
    let name = call.site.name.to_string();
    let mut body = Record::new();
    let kind = match call.site.channel {
        Channel::Raw => return None,
        Channel::Quic => {
            body.push("sni", name);
            "quic"
        }
        Channel::Tls => {
            if !name.is_empty() {
                body.push("sni", name);
            }
            body.push("ja4", format!("t13d{:04}h2_{0:012x}_{0:012x}", call.stack));
            let version = if call.site.self_signed {
                "TLS 1.2"
            } else {
                "TLS 1.3"
            };
            body.push("version", version);
            if call.site.self_signed {
                let owner = format!("CN=device-{}", call.site.address.octets()[2]);
                body.push("subject", owner.clone());
                body.push("issuerdn", owner);
            }
            "tls"
        }
        Channel::Http => {
            let host = if name.is_empty() {
                server.ip.to_string()
            } else {
                name
            };
            body.push("hostname", host);
            body.push("url", call.path);
            body.push("http_method", call.method);
            if !call.agent.is_empty() {
                body.push("http_user_agent", call.agent);
            }
            if let Some(from) = &call.from {
                body.push("http_refer", format!("http://{from}/"));
            }
            body.push("http_content_type", call.kind);
            body.push("status", call.status);
            body.push("length", call.down);
            "http"
        }
    };
    let mut event = outline(kind, now, client, server, number);
    if call.site.channel == Channel::Quic {
        event.transport = Some(Transport::Udp);
    }
    event.body.push(kind, body);
    Some(event)
}

fn of_call(
    (now, client, server, number): (Timestamp, Endpoint, Endpoint, u64),
    call: &Call,
) -> FlowFact {
    let IpOf(address) = IpOf::of(server);
    let flow = Flow {
        server: address,
        port: server.port,
        transport: match call.site.channel {
            Channel::Quic => Transport::Udp,
            _ => Transport::Tcp,
        },
        app: match call.site.channel {
            Channel::Tls => Some("tls"),
            Channel::Http => Some("http"),
            Channel::Quic => Some("quic"),
            Channel::Raw => Some("failed"),
        },
        answer: Answer::Talks,
        up: call.up,
        down: call.down,
        packets: 6 + call.down / 1_400,
        seconds: 1,
    };
    fact((now, client, number), &flow)
}

struct IpOf(Ipv4Addr);

impl IpOf {
    fn of(end: Endpoint) -> Self {
        match end.ip {
            std::net::IpAddr::V4(address) => Self(address),
            std::net::IpAddr::V6(_) => Self(Ipv4Addr::UNSPECIFIED),
        }
    }
}

fn fact((now, client, number): (Timestamp, Endpoint, u64), flow: &Flow) -> FlowFact {
    use tcp_flags::{ACK, FIN, PSH, RST, SYN};
    let is_tcp = flow.transport == Transport::Tcp;
    let talks = flow.answer == Answer::Talks;
    let (ours, theirs) = match (is_tcp, flow.answer) {
        (false, _) => (0, 0),
        (true, Answer::Talks) => (SYN | ACK | PSH | FIN, SYN | ACK | PSH | FIN),
        (true, Answer::Refuses) => (SYN, RST | ACK),
        (true, Answer::Silent) => (SYN, 0),
    };
    let back = match flow.answer {
        Answer::Talks => u64::from(flow.packets),
        Answer::Refuses => 1,
        Answer::Silent => 0,
    };
    FlowFact {
        time: now,
        flow: number,
        moment: FlowMoment::Ended,
        client,
        server: Endpoint::new(flow.server.into(), flow.port),
        transport: flow.transport,
        start: now.plus_nanos(-i64::from(flow.seconds) * 1_000_000_000),
        last: now,
        packets_to_server: if talks { u64::from(flow.packets) } else { 2 },
        packets_to_client: back,
        bytes_to_server: if talks { u64::from(flow.up) + 300 } else { 132 },
        bytes_to_client: if talks {
            u64::from(flow.down) + 300
        } else {
            back * 60
        },
        flags_to_server: ours,
        flags_to_client: theirs,
        icmp_type: (flow.transport == Transport::Icmp).then_some(8),
        echoes_foreign: 0,
        app_proto: flow.app,
    }
}
