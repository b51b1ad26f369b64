#![no_main]
//! A list of indicators of any form (lines, columns, trails, STIX, MISP, warning lists), a zero byte, then events as
//! EVE JSON that are looked up in it. The second time the first index is in force, so that held lists carry over.

use hinomi_fuzz::eve;
use intelligence::Loader;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let end = data
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(data.len());
    let (list, events) = data.split_at(end);
    let (indicators, _) = Loader::default().read("fuzz", list);
    let again = Loader {
        before: Some(&indicators),
        ..Loader::default()
    };
    let (_, report) = again.read("maltrail/static/malware/fuzz", list);
    for held in report.held {
        std::hint::black_box(held.text());
    }
    for event in eve::events(events.get(1..).unwrap_or_default()) {
        std::hint::black_box(indicators.match_event(&event));
    }
    for line in String::from_utf8_lossy(list).lines() {
        std::hint::black_box(indicators.match_domain(line, "fuzz", Default::default()));
    }
});
