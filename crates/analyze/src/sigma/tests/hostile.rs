//! Rules that somebody wrote to do harm.

use super::{event, over, read, rules, titles};
use crate::sigma::limits;
use proptest::prelude::*;

#[test]
fn large_things_are_refused_by_name() {
    let wild = format!("s: {{a: '{}'}}\ncondition: s", "*x".repeat(200));
    let long = format!(
        "s: {{a: '{}'}}\ncondition: s",
        "x".repeat(limits::PATTERN_BYTES_MAX + 1)
    );
    let many: String = (0..limits::NODES_MAX + 1)
        .map(|number| format!("\n  - v{number}"))
        .collect();
    let many = format!("s:\n  a:{many}\ncondition: s");
    let regex = format!("s: {{'a|re': '{}'}}\ncondition: s", "(".repeat(500));
    let times = format!(
        "s: {{'a|re': '{}'}}\ncondition: s",
        "((((x{90}){90}){90}){90})"
    );
    let words = format!("s: {{a: x}}\ncondition: {}s", "s or ".repeat(10_000));
    for detection in [wild, long, many, regex, times, words] {
        let found = read(&over("http", &detection));
        assert_eq!(
            (found.len(), found.problems().len()),
            (0, 1),
            "{}",
            &detection[..60]
        );
    }
    let mut collection = crate::SigmaCollection::default();
    collection.read("large.yml", &vec![b' '; limits::FILE_BYTES_MAX + 1], None);
    collection.read("bytes.yml", b"\xff\xfe", None);
    assert_eq!(collection.finish().problems().len(), 2);
}

/// Regular expressions that take for ever elsewhere, and wildcards that go back and forth.
#[test]
fn matching_takes_little_time_whatever_the_rule() {
    let detection = format!(
        "r: {{'a|re': '(a+)+$'}}\nw: {{a: '{}b'}}\ncondition: r and w",
        "a*".repeat(60)
    );
    let rules = rules(&over("http", &detection));
    let body = format!(r#"{{"a":"{}!"}}"#, "a".repeat(100_000));
    assert!(titles(&rules, &[event("http", 0, &body)]).is_empty());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z:|\\- \n\\[\\]{}&*'\"?!%>#]{0,200}") {
        let rules = read(&text);
        let _ = titles(&rules, &[event("http", 0, r#"{"a":"b"}"#)]);
    }

    #[test]
    fn no_detection_makes_the_engine_panic(
        modifier in "(contains|startswith|endswith|all|re|cidr|base64|base64offset|wide|utf16|windash|exists|fieldref|expand|lt|gte|cased|neq|hour)(\\|(contains|all|cased|neq|i|base64offset))?",
        value in "[ -~]{0,20}",
        seen in "[ -~]{0,20}",
    ) {
        let value = value.replace('\'', "''");
        let rules = read(&over("http", &format!("s: {{'a|{modifier}': '{value}'}}\ncondition: s")));
        let body = serde_json::json!({ "a": seen }).to_string();
        let _ = titles(&rules, &[event("http", 0, &body)]);
    }
}
