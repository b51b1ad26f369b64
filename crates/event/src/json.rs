//! Events as lines of JSON (RFC 8259), written straight from their values: a sensor writes thousands a second, and the
//! general serialiser took twice the time. What is written is byte for byte what serialising [`Event::to_record`] gives.

use crate::address::push_address;
use crate::{Event, Record, Transport, Value};
use std::borrow::Cow;

impl Event {
    /// Adds the event as one line of JSON, with further text values at its end.
    pub fn write_line(&self, further: &[(&str, &str)], line: &mut Vec<u8>) {
        self.write_head(line);
        push_members(&self.body, line);
        for (name, value) in further {
            line.push(b',');
            push_text(name.as_bytes(), line);
            line.push(b':');
            push_text(value.as_bytes(), line);
        }
        line.extend_from_slice(b"}\n");
    }

    /// Names stand with the marks around them, so that each is put down in one step.
    fn write_head(&self, line: &mut Vec<u8>) {
        line.extend_from_slice(b"{\"timestamp\":\"");
        line.extend_from_slice(&self.time.eve_bytes());
        line.push(b'"');
        if let Some(flow) = self.flow {
            line.extend_from_slice(b",\"flow_id\":");
            push_number(flow.id, line);
        }
        if let Some(number) = self.packet_number {
            line.extend_from_slice(b",\"pcap_cnt\":");
            push_number(number, line);
        }
        line.extend_from_slice(b",\"event_type\":");
        push_text(self.kind.as_bytes(), line);
        if !self.vlan.is_empty() {
            line.extend_from_slice(b",\"vlan\":");
            push_list(&self.vlan, line, |id, line| {
                push_number(u64::from(*id), line)
            });
        }
        let ports = self.transport.is_some_and(Transport::has_ports);
        for (end, ip_name, port_name) in [
            (
                self.source,
                b",\"src_ip\":\"".as_slice(),
                b"\",\"src_port\":".as_slice(),
            ),
            (self.dest, b",\"dest_ip\":\"", b"\",\"dest_port\":"),
        ] {
            if let Some(end) = end {
                line.extend_from_slice(ip_name);
                push_address(end.ip, line);
                if ports {
                    line.extend_from_slice(port_name);
                    push_number(u64::from(end.port), line);
                } else {
                    line.push(b'"');
                }
            }
        }
        if let Some(transport) = self.transport {
            line.extend_from_slice(b",\"proto\":");
            push_plain(transport.name(), line);
        }
        if let Some(end) = self.source {
            let is_v6 = end.ip.is_ipv6();
            line.extend_from_slice(if is_v6 {
                b",\"ip_v\":6"
            } else {
                b",\"ip_v\":4"
            });
        }
        if let Some(name) = self.app_proto {
            line.extend_from_slice(b",\"app_proto\":");
            push_plain(name, line);
        }
        if let Some(id) = self.tx_id {
            line.extend_from_slice(b",\"tx_id\":");
            push_number(id, line);
        }
    }
}

/// A name of ours with its colon, behind the comma of what stands before it.
fn push_name(name: &'static str, line: &mut Vec<u8>) {
    debug_assert_eq!(plain_length(name.as_bytes()), name.len());
    line.extend_from_slice(b",\"");
    line.extend_from_slice(name.as_bytes());
    line.extend_from_slice(b"\":");
}

/// A word of ours: there is nothing in it to escape.
fn push_plain(word: &'static str, line: &mut Vec<u8>) {
    debug_assert_eq!(plain_length(word.as_bytes()), word.len());
    line.push(b'"');
    line.extend_from_slice(word.as_bytes());
    line.push(b'"');
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
        Value::Text(text) => push_text(text.as_bytes(), line),
        Value::Short(text) => push_text(text.as_bytes(), line),
        Value::List(values) => push_list(values, line, push_value),
        Value::Record(record) => push_record(record, line),
    }
}

fn push_record(record: &Record, line: &mut Vec<u8>) {
    let start = line.len();
    push_members(record, line);
    match line.get_mut(start) {
        // Instead of the comma before the first.
        Some(comma) => *comma = b'{',
        None => line.push(b'{'),
    }
    line.push(b'}');
}

/// Names and values, a comma before each.
fn push_members(record: &Record, line: &mut Vec<u8>) {
    for (name, value) in record.entries() {
        match name {
            Cow::Borrowed(name) => push_name(name, line),
            Cow::Owned(name) => {
                line.push(b',');
                push_text(name.as_bytes(), line);
                line.push(b':');
            }
        }
        push_value(value, line);
    }
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
fn push_text(text: &[u8], line: &mut Vec<u8>) {
    line.push(b'"');
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_length(rest));
        line.extend_from_slice(plain);
        let Some((byte, behind)) = special.split_first() else {
            break;
        };
        push_escape(*byte, line);
        rest = behind;
    }
    line.push(b'"');
}

/// How many bytes stand before the first that must be escaped. Eight are looked at together.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    let plain_words = words.iter().take_while(|word| !has_special(**word)).count();
    let looked_at = plain_words * 8;
    let behind = bytes[looked_at..].iter();
    looked_at
        + behind
            .take_while(|byte| !MUST_ESCAPE[usize::from(**byte)])
            .count()
}

/// Whether one of the bytes must be escaped.
fn has_special(word: [u8; 8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_ne_bytes(word);
    // The high bit of a byte below the limit is set by the borrow that it asks for.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH;
    let quote = below(word ^ (ONES * u64::from(b'"')), 1);
    let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
    below(word, 0x20) | quote | backslash != 0
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
