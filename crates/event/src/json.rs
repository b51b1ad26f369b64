//! Events as lines of JSON (RFC 8259), written straight from their values: a sensor writes thousands a second, and the
//! general serialiser took twice the time. What is written is byte for byte what serialising [`Event::to_record`] gives.

use crate::address::push_address;
use crate::{Event, Record, Transport, Value};

impl Event {
    /// Adds the event as one line of JSON, with further text values at its end.
    pub fn write_line(&self, further: &[(&str, &str)], line: &mut Vec<u8>) {
        line.push(b'{');
        self.write_head(line);
        for (name, value) in self.body.iter() {
            push_name(name, line);
            push_value(value, line);
        }
        for (name, value) in further {
            push_name(name, line);
            push_text(value, line);
        }
        line.extend_from_slice(b"}\n");
    }

    fn write_head(&self, line: &mut Vec<u8>) {
        push_name("timestamp", line);
        push_text(&self.time.eve(), line);
        if let Some(flow) = self.flow {
            push_name("flow_id", line);
            push_number(flow.id, line);
        }
        if let Some(number) = self.packet_number {
            push_name("pcap_cnt", line);
            push_number(number, line);
        }
        push_name("event_type", line);
        push_text(&self.kind, line);
        if !self.vlan.is_empty() {
            push_name("vlan", line);
            push_list(&self.vlan, line, |id, line| {
                push_number(u64::from(*id), line)
            });
        }
        let ports = self.transport.is_some_and(Transport::has_ports);
        for (end, ip_name, port_name) in [
            (self.source, "src_ip", "src_port"),
            (self.dest, "dest_ip", "dest_port"),
        ] {
            if let Some(end) = end {
                push_name(ip_name, line);
                line.push(b'"');
                push_address(end.ip, line);
                line.push(b'"');
                if ports {
                    push_name(port_name, line);
                    push_number(u64::from(end.port), line);
                }
            }
        }
        if let Some(transport) = self.transport {
            push_name("proto", line);
            push_text(transport.name(), line);
        }
        if let Some(end) = self.source {
            push_name("ip_v", line);
            line.push(if end.ip.is_ipv6() { b'6' } else { b'4' });
        }
        if let Some(name) = self.app_proto {
            push_name("app_proto", line);
            push_text(name, line);
        }
        if let Some(id) = self.tx_id {
            push_name("tx_id", line);
            push_number(id, line);
        }
    }
}

/// A name with its colon, behind a comma unless it is the first of its object.
fn push_name(name: &str, line: &mut Vec<u8>) {
    if line.last() != Some(&b'{') {
        line.push(b',');
    }
    push_text(name, line);
    line.push(b':');
}

fn push_value(value: &Value, line: &mut Vec<u8>) {
    match value {
        Value::Null => line.extend_from_slice(b"null"),
        Value::Bool(true) => line.extend_from_slice(b"true"),
        Value::Bool(false) => line.extend_from_slice(b"false"),
        Value::Unsigned(number) => push_number(*number, line),
        Value::Signed(number) => {
            if *number < 0 {
                line.push(b'-');
            }
            push_number(number.unsigned_abs(), line);
        }
        // Numbers that JSON cannot write are null.
        Value::Float(number) => match serde_json::to_string(number) {
            Ok(text) => line.extend_from_slice(text.as_bytes()),
            Err(_) => line.extend_from_slice(b"null"),
        },
        Value::Text(text) => push_text(text, line),
        Value::List(values) => push_list(values, line, push_value),
        Value::Record(record) => push_record(record, line),
    }
}

fn push_record(record: &Record, line: &mut Vec<u8>) {
    line.push(b'{');
    for (name, value) in record.iter() {
        push_name(name, line);
        push_value(value, line);
    }
    line.push(b'}');
}

fn push_list<T>(values: &[T], line: &mut Vec<u8>, push: impl Fn(&T, &mut Vec<u8>)) {
    line.push(b'[');
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            line.push(b',');
        }
        push(value, line);
    }
    line.push(b']');
}

fn push_number(mut number: u64, line: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    while start > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[start..]);
}

/// Text in quotes. Stretches without anything to escape, which is nearly all, are copied whole.
fn push_text(text: &str, line: &mut Vec<u8>) {
    line.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (place, byte) in bytes.iter().enumerate() {
        if !MUST_ESCAPE[usize::from(*byte)] {
            continue;
        }
        line.extend_from_slice(&bytes[copied..place]);
        copied = place + 1;
        push_escape(*byte, line);
    }
    line.extend_from_slice(&bytes[copied..]);
    line.push(b'"');
}

fn push_escape(byte: u8, line: &mut Vec<u8>) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        _ => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            line.extend_from_slice(b"\\u00");
            line.push(HEX[usize::from(byte >> 4)]);
            line.push(HEX[usize::from(byte & 15)]);
            return;
        }
    };
    line.extend_from_slice(&[b'\\', letter]);
}

const MUST_ESCAPE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Endpoint, FlowRef, Timestamp};
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<u64>().prop_map(Value::Unsigned),
            any::<i64>().prop_map(Value::Signed),
            any::<f64>().prop_map(Value::Float),
            any::<String>().prop_map(Value::from),
            "[\u{0}-\u{7f}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            let entries = prop::collection::vec((any::<String>(), inner.clone()), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::List),
                entries.prop_map(|entries| {
                    let mut record = Record::new();
                    for (name, value) in entries {
                        record.push(name, value);
                    }
                    Value::Record(record)
                }),
            ]
        })
    }

    fn line(event: &Event) -> String {
        let mut line = Vec::new();
        event.write_line(&[], &mut line);
        String::from_utf8(line).unwrap()
    }

    proptest! {
        #[test]
        fn a_line_is_what_serialising_gives(value in values(), nanos: i64, source: Option<(std::net::IpAddr, u16)>) {
            let mut event = Event::new(Timestamp::from_nanos(nanos), "dns");
            event.source = source.map(|(ip, port)| Endpoint::new(ip, port));
            event.body.push("value", value);
            prop_assert_eq!(line(&event), serde_json::to_string(&event.to_record()).unwrap() + "\n");
        }
    }

    #[test]
    fn the_head_is_what_serialising_gives() {
        let mut event = Event::new(Timestamp::new(1, 5_000), "dns");
        event.flow = Some(FlowRef { id: 7 });
        event.packet_number = Some(3);
        event.source = Some(Endpoint::new("192.0.2.1".parse().unwrap(), 53));
        event.dest = Some(Endpoint::new("2001:db8::1".parse().unwrap(), 1053));
        event.transport = Some(Transport::Udp);
        event.vlan = vec![10, 20];
        event.app_proto = Some("dns");
        event.tx_id = Some(2);
        assert_eq!(
            line(&event),
            serde_json::to_string(&event.to_record()).unwrap() + "\n"
        );
    }
}
