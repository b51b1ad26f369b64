#![no_main]
//! A list of indicators, a zero byte, then events as EVE JSON that are looked up in it.

use detect::indicator::{Indicators, LoadReport};
use hinomi_fuzz::eve;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let end = data
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(data.len());
    let (list, events) = data.split_at(end);
    let mut indicators = Indicators::default();
    let mut report = LoadReport::default();
    indicators
        .read("fuzz", list, &mut report)
        .expect("memory can be read");
    for event in eve::events(events.get(1..).unwrap_or_default()) {
        std::hint::black_box(indicators.match_event(&event));
    }
    for line in String::from_utf8_lossy(list).lines() {
        std::hint::black_box(indicators.match_domain(line, "fuzz"));
    }
});
