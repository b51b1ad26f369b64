#![no_main]
//! A pattern of STIX as the only indicator of a bundle.

use intelligence::Loader;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let pattern = serde_json::Value::from(String::from_utf8_lossy(data));
    let bundle = format!("{{\"objects\":[{{\"type\":\"indicator\",\"id\":\"1\",\"pattern\":{pattern}}}]}}");
    let (_, report) = Loader::default().read("fuzz", bundle.as_bytes());
    assert!(report.unreadable.is_empty(), "our own JSON is readable");
});
