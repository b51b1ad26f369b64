//! Pages of servers that are broken, or mean harm.

use super::{Envelope, Gathered, encoded};
use event::Timestamp;
use intelligence::Loader;

const PAGE: &str = r#"{"more":true,"next":"p2","objects":[
{"type":"indicator","id":"indicator--1","modified":"2026-05-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z","pattern":"[domain-name:value = 'evil.example']"},
{"type":"indicator","id":"indicator--1","modified":"2026-04-01T00:00:00Z","pattern":"[ipv4-addr:value = '203.0.113.7']"},
{"type":"malware","id":"malware--1","name":"Some Rat","modified":"2026-05-01T00:00:00Z","revoked":false},
{"type":"identity","id":"identity--1","name":"nobody"},
{"type":"relationship","id":"relationship--1","source_ref":"indicator--1","target_ref":"malware--1","relationship_type":"indicates"}]}"#;

/// Takes a page as a poll does; the bundle that it makes.
fn bundle(page: &[u8]) -> Option<Vec<u8>> {
    let envelope = Envelope::read(page).ok()?;
    let mut gathered = Gathered::default();
    let now = Timestamp::new(1_790_000_000, 0);
    for object in envelope.objects {
        gathered.take(object, now).ok()?;
    }
    let held = gathered.objects.values();
    let bytes: usize = held.map(|(_, object)| object.get().len()).sum();
    assert_eq!(gathered.bytes, bytes);
    Some(gathered.bundle().expect("what was read can be written"))
}

fn assert_readable(page: &[u8]) {
    let Some(bundle) = bundle(page) else { return };
    let (_, report) = Loader::default().read("feed", &bundle);
    let page = String::from_utf8_lossy(page);
    assert!(report.unreadable.is_empty(), "{page}: {report:?}");
}

#[test]
fn whatever_is_damaged_makes_a_bundle_that_the_sensor_reads_or_none() {
    let bundle = bundle(PAGE.as_bytes()).unwrap();
    assert_eq!(Loader::default().read("feed", &bundle).1.entries, 1);
    for end in 0..PAGE.len() {
        assert_readable(&PAGE.as_bytes()[..end]);
    }
    for place in 0..PAGE.len() {
        for other in [b'"', b'{', b'[', b']', b',', b'0', b'\\', 0, 0xff] {
            let mut page = PAGE.as_bytes().to_vec();
            page[place] = other;
            assert_readable(&page);
        }
    }
    // Each value of another type.
    for (from, to) in [
        ("true", "7"),
        ("\"p2\"", "{}"),
        ("\"indicator--1\"", "[]"),
        ("\"2026-05-01T00:00:00Z\"", "-1e400"),
        ("\"2027-01-01T00:00:00Z\"", "\"9999999999-01-01T00:00:00Z\""),
        ("false", "null"),
        ("[\n{", "[null,[],7,{"),
    ] {
        assert_readable(PAGE.replace(from, to).as_bytes());
    }
}

#[test]
fn depth_and_length_do_no_harm() {
    let deep = ["[", "{\"a\":"].map(|open| {
        let object = open.repeat(100_000);
        format!("{{\"objects\":[{object}]}}")
    });
    let long = "x".repeat(1 << 20);
    let named = format!(r#"{{"objects":[{{"type":"malware","id":"{long}","name":"{long}"}}]}}"#);
    for page in deep.iter().chain([&named]) {
        assert_readable(page.as_bytes());
    }
}

#[test]
fn what_a_server_says_stays_within_its_place_of_the_next_question() {
    assert_eq!(
        encoded("a&limit=1#/../\r\n"),
        "a%26limit%3D1%23%2F..%2F%0D%0A"
    );
}
