//! Shows logged events (EVE JSON lines) to the brain: what would be told of them, without rules and lists.

use analyze::{Brain, Settings};
use anyhow::Context;
use event::{Endpoint, Event, FlowRef, Record, Severity, Timestamp, Transport};
use std::io::BufRead;
use std::path::Path;

/// Reads the lines, a world for each capture, and prints incidents of medium and more.
pub fn show(path: &Path) -> anyhow::Result<()> {
    let file =
        std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut world = String::new();
    let mut brain = Brain::new(Settings::default());
    let (mut worlds, mut loud) = (0, 0);
    for line in std::io::BufReader::new(file).lines() {
        let Ok(mut body) = serde_json::from_str::<Record>(&line?) else {
            continue;
        };
        let capture = body.text("pcap_filename").unwrap_or_default().to_owned();
        if capture != world {
            loud += u32::from(end(&world, &mut brain));
            brain = Brain::new(Settings::default());
            world = capture;
            worlds += 1;
        }
        if let Some(event) = event(&mut body) {
            brain.event(&event);
        }
    }
    loud += u32::from(end(&world, &mut brain));
    println!("{loud} of {worlds} captures have an incident of medium or more");
    Ok(())
}

fn event(body: &mut Record) -> Option<Event> {
    let kind = body.text("event_type")?.to_owned();
    if matches!(kind.as_str(), "alert" | "stats") {
        return None;
    }
    let mut event = Event::new(Timestamp::parse(body.text("timestamp")?)?, kind);
    let end = |ip: &str, port: &str| {
        let ip = body.text(ip)?.parse().ok()?;
        let port = body.number(port).and_then(|port| u16::try_from(port).ok());
        Some(Endpoint::new(ip, port.unwrap_or(0)))
    };
    event.source = end("src_ip", "src_port");
    event.dest = end("dest_ip", "dest_port");
    event.transport = match body.text("proto") {
        Some("TCP") => Some(Transport::Tcp),
        Some("UDP") => Some(Transport::Udp),
        Some("ICMP") => Some(Transport::Icmp),
        Some("IPv6-ICMP") => Some(Transport::Icmpv6),
        _ => None,
    };
    event.flow = body.number("flow_id").map(|id| FlowRef { id });
    // The sensor's own names stand for what a log may say; any other is as good as unknown.
    event.app_proto = match body.text("app_proto") {
        None => None,
        Some("failed") => Some("failed"),
        Some(_) => Some("known"),
    };
    event.body = std::mem::take(body);
    Some(event)
}

/// Ends a world and tells of it.
fn end(world: &str, brain: &mut Brain) -> bool {
    brain.finish(Timestamp::default());
    let incidents = brain.changed_incidents();
    let told: Vec<_> = incidents
        .iter()
        .filter(|incident| incident.severity >= Severity::Medium)
        .collect();
    for incident in &told {
        let names: Vec<&str> = incident
            .detections
            .iter()
            .map(|line| line.id.as_str())
            .collect();
        println!(
            "{world}: {} {:.2} {}",
            incident.host.ip,
            incident.confidence,
            names.join(" ")
        );
    }
    !told.is_empty()
}
