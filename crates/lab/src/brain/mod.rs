//! What the brain costs: time for each flow, memory over days, the longest that one event holds up the packets.
//!
//! A plain office, each of its calls told as the sensor tells it: a look-up and its answer, a flow that opens
//! and is answered, the transaction, the flow's end. What a flow costs is the processor's time, as the kernel counts it for
//! this process, less the time that making the office takes; memory is the growth of the process.

mod network;

use analyze::{Brain, FlowFact, FlowMoment, Settings};
use event::{Endpoint, Event, FlowRef, Record, Transport, Value};
use network::{Call, Channel, Office, event_of};
use std::net::Ipv4Addr;
use std::time::Instant;

const DAY_MS: u64 = 24 * 3_600_000;
const RESOLVER: Ipv4Addr = Ipv4Addr::new(10, 255, 0, 53);

/// Simulates, measures, prints.
pub fn measure(hosts: usize, days: usize, seed: u64) -> anyhow::Result<()> {
    let mut office = Office::new(seed, hosts, days);
    office.live();
    let mut calls = std::mem::take(&mut office.calls);
    calls.sort_by_key(|call| (call.at, call.host, call.site));
    let flows = calls.len() * 2;
    let making = on_processor_ns()?;
    for call in &calls {
        std::hint::black_box(Shown::of(call));
    }
    let making = on_processor_ns()?.saturating_sub(making);
    let mut took_ns: Vec<u64> = Vec::with_capacity(calls.len());
    let before = resident_kib()?;
    let mut brain = Brain::new(Settings::default());
    let start = on_processor_ns()?;
    println!("| day | flows | memory, MiB |\n|---|---|---|");
    let mut day = 0;
    for call in &calls {
        if call.at / DAY_MS != day {
            day = call.at / DAY_MS;
            let grown = resident_kib()?.saturating_sub(before) >> 10;
            println!("| {day} | {} | {grown} |", took_ns.len() * 2);
        }
        took_ns.push(Shown::of(call).to(&mut brain));
    }
    let all = on_processor_ns()?.saturating_sub(start + making);
    let grown = resident_kib()?.saturating_sub(before) >> 10;
    println!("| {} | {flows} | {grown} |", day + 1);
    took_ns.sort_unstable();
    let at = |per_myriad: usize| {
        let place = (took_ns.len() * per_myriad / 10_000).min(took_ns.len().saturating_sub(1));
        took_ns.get(place).copied().unwrap_or(0) as f64 / 1_000.0
    };
    let a_flow = all as f64 / flows.max(1) as f64;
    println!(
        "\n{hosts} hosts, {days} days: {:.1} us of one core for a flow with all that is told of it, {:.1} million flows a minute",
        a_flow / 1_000.0,
        60e9 / a_flow / 1e6
    );
    println!(
        "by the clock, all of a call to its incidents: median {:.0} us, 99 % {:.0} us, 99.99 % {:.0} us, longest {:.1} ms",
        at(5_000),
        at(9_900),
        at(9_999),
        at(10_000) / 1_000.0
    );
    println!(
        "state as JSON: {:.1} MB",
        brain.snapshot()?.len() as f64 / 1e6
    );
    Ok(())
}

/// Everything that the sensor tells of a call.
struct Shown {
    lookup: Event,
    facts: Vec<FlowFact>,
    event: Event,
    ends: [Event; 2],
}

impl Shown {
    fn of(call: &Call) -> Self {
        let event = event_of(call);
        let lookup = lookup(call, &event);
        let moments = [FlowMoment::Opened, FlowMoment::Answered];
        let facts = moments
            .into_iter()
            .filter_map(|moment| fact(&event, call, moment));
        Self {
            facts: facts.collect(),
            ends: [flow_end(&lookup, call), flow_end(&event, call)],
            lookup,
            event,
        }
    }

    /// Shows it; nanoseconds by the clock.
    fn to(&self, brain: &mut Brain) -> u64 {
        let start = Instant::now();
        brain.event(&self.lookup);
        for fact in &self.facts {
            brain.flow(fact);
        }
        brain.event(&self.event);
        for end in &self.ends {
            brain.event(end);
        }
        std::hint::black_box(brain.changed_incidents());
        brain.take_detected();
        start.elapsed().as_nanos() as u64
    }
}

/// The answer of the resolver that led to the call.
fn lookup(call: &Call, event: &Event) -> Event {
    let mut lookup = Event::new(event.time, "dns");
    lookup.flow = Some(FlowRef {
        id: (call.at ^ u64::from(call.host) << 40) | 1 << 62,
    });
    lookup.source = Some(Endpoint::new(RESOLVER.into(), 53));
    lookup.dest = event.source;
    lookup.transport = Some(Transport::Udp);
    let name = ["tls.sni", "http.hostname"]
        .iter()
        .find_map(|place| event.text(place))
        .unwrap_or_default();
    let record = |fields: &[(&'static str, String)]| {
        let mut record = Record::new();
        for (name, text) in fields {
            record.push(*name, text.clone());
        }
        Value::from(vec![Value::from(record)])
    };
    let address = event
        .dest
        .map_or_else(String::new, |end| end.ip.to_string());
    let mut dns = Record::new();
    dns.push("type", "response");
    dns.push("rcode", "NOERROR");
    dns.push(
        "queries",
        record(&[("rrname", name.to_owned()), ("rrtype", "A".to_owned())]),
    );
    dns.push(
        "answers",
        record(&[
            ("rrname", name.to_owned()),
            ("rrtype", "A".to_owned()),
            ("rdata", address),
        ]),
    );
    lookup.body.push("dns", dns);
    lookup
}

fn fact(event: &Event, call: &Call, moment: FlowMoment) -> Option<FlowFact> {
    let answered = u64::from(moment != FlowMoment::Opened);
    Some(FlowFact {
        time: event.time,
        flow: event.flow?.id,
        moment,
        client: event.source?,
        server: event.dest?,
        transport: event.transport?,
        start: event.time,
        last: event.time,
        packets_to_server: 1,
        packets_to_client: answered,
        bytes_to_server: 74,
        bytes_to_client: 74 * answered,
        flags_to_server: 0x02,
        flags_to_client: 0x12,
        icmp_type: None,
        echoes_foreign: 0,
        app_proto: match call.channel {
            Channel::Tls => Some("tls"),
            Channel::Http => Some("http"),
        },
    })
}

/// The `flow` event of the conversation that an event belongs to.
fn flow_end(event: &Event, call: &Call) -> Event {
    let mut end = Event::new(event.time, "flow");
    end.flow = event.flow;
    (end.source, end.dest) = if event.kind == "dns" {
        (event.dest, event.source)
    } else {
        (event.source, event.dest)
    };
    end.transport = event.transport;
    let mut flow = Record::new();
    flow.push("pkts_toserver", 8_u64);
    flow.push("pkts_toclient", 10_u64);
    flow.push("bytes_toserver", 1_200_u64);
    flow.push("bytes_toclient", 2_000 + u64::from(call.bytes));
    flow.push("start", event.time.eve());
    flow.push("end", event.time.eve());
    flow.push("state", "closed");
    end.body.push("flow", flow);
    if event.transport == Some(Transport::Tcp) {
        let mut tcp = Record::new();
        tcp.push("tcp_flags_ts", "1b");
        tcp.push("tcp_flags_tc", "1b");
        end.body.push("tcp", tcp);
    }
    end
}

/// Nanoseconds that this process has had a processor.
fn on_processor_ns() -> anyhow::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let first = text.split_whitespace().next().unwrap_or_default();
    Ok(first.parse()?)
}

fn resident_kib() -> anyhow::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.unwrap_or_default().parse()?)
}
