//! How long Sigma rules take: `cargo run -p analyze --example sigma_speed -- RULES EVENTS`.
//!
//! RULES is a folder of rules, EVENTS a file of EVE JSON lines as `hinomi replay --out` writes it. Prints seconds with and
//! without rules, so that what the events themselves cost does not count.

use analyze::{Brain, Settings, SigmaCollection};
use event::{Endpoint, Event, FlowRef, Record, Timestamp};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(rules), Some(events)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: sigma_speed RULES EVENTS");
        return;
    };
    let mut collection = SigmaCollection::default();
    let begin = Instant::now();
    read(Path::new(&rules), &mut collection);
    let rules = Arc::new(collection.finish());
    println!(
        "{} rules, {} of them over events, loaded in {:.2} s; resident {} KiB",
        rules.len(),
        rules.running(),
        begin.elapsed().as_secs_f64(),
        resident_kib()
    );
    let events = read_events(&events);
    let mut brain = Brain::new(Settings::default());
    for round in ["without rules", "with rules"] {
        let begin = Instant::now();
        events.iter().for_each(|event| brain.sigma(event));
        let seconds = begin.elapsed().as_secs_f64();
        let found = brain.take_sigma().len();
        println!(
            "{round}: {} events in {seconds:.3} s, {:.2} us each, {found} matches",
            events.len(),
            seconds * 1e6 / events.len().max(1) as f64
        );
        brain.set_sigma(Some(Arc::clone(&rules)));
    }
}

fn read(path: &Path, collection: &mut SigmaCollection) {
    if let Ok(entries) = std::fs::read_dir(path) {
        entries
            .flatten()
            .for_each(|entry| read(&entry.path(), collection));
    } else if path.extension().is_some_and(|extension| extension == "yml")
        && let Ok(bytes) = std::fs::read(path)
    {
        collection.read(&path.display().to_string(), &bytes, None);
    }
}

/// Events from their lines, with what rules ask for.
fn read_events(path: &str) -> Vec<Event> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let records = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Record>(line).ok());
    records.filter_map(of_record).collect()
}

fn of_record(record: Record) -> Option<Event> {
    let time = Timestamp::parse(record.text("timestamp")?)?;
    let mut event = Event::new(time, record.text("event_type")?.to_owned());
    let end = |ip, port| {
        let port = record.number(port).unwrap_or(0) as u16;
        Some(Endpoint::new(record.text(ip)?.parse().ok()?, port))
    };
    event.source = end("src_ip", "src_port");
    event.dest = end("dest_ip", "dest_port");
    event.flow = record.number("flow_id").map(|id| FlowRef { id });
    event.body = record;
    Some(event)
}

fn resident_kib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}
