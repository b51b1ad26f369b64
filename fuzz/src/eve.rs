//! Events from the lines of EVE JSON.

use event::{Endpoint, Event, FlowRef, Record, Timestamp, Transport};

/// The events of all lines that can be read.
pub fn events(text: &[u8]) -> impl Iterator<Item = Event> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .filter_map(|record: Record| event(&record))
}

fn event(record: &Record) -> Option<Event> {
    let time = record.text("timestamp").and_then(Timestamp::parse)?;
    let mut event = Event::new(time, record.text("event_type")?.to_owned());
    let end = |ip: &str, port: &str| {
        let port = record
            .number(port)
            .and_then(|port| u16::try_from(port).ok());
        let ip = record.text(ip)?.parse().ok()?;
        Some(Endpoint::new(ip, port.unwrap_or(0)))
    };
    event.source = end("src_ip", "src_port");
    event.dest = end("dest_ip", "dest_port");
    event.flow = record.number("flow_id").map(|id| FlowRef { id });
    event.packet_number = record.number("pcap_cnt");
    event.tx_id = record.number("tx_id");
    event.transport = record.text("proto").and_then(|name| {
        (0..=u8::MAX)
            .map(Transport::from_number)
            .find(|transport| transport.name() == name)
    });
    let name = record.text("app_proto");
    event.app_proto = name.map(|name| {
        let known = wire::registry::PROTOCOLS
            .iter()
            .find(|spec| spec.name == name);
        known.map_or("failed", |spec| spec.name)
    });
    for (name, value) in record.iter() {
        event.body.push(name.to_owned(), value.clone());
    }
    Some(event)
}
