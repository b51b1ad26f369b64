#![no_main]
//! JSON documents: STIX bundles, MISP events, manifests and warning lists.

use intelligence::Loader;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for wrapped in [
        data.to_vec(),
        [b"{\"objects\":[".as_slice(), data, b"]}"].concat(),
        [b"{\"Event\":".as_slice(), data, b"}"].concat(),
        [b"{\"name\":\"w\",\"type\":\"regex\",\"list\":[".as_slice(), data, b"]}"].concat(),
    ] {
        let (indicators, _) = Loader::default().read("fuzz", &wrapped);
        std::hint::black_box(indicators.len());
    }
});
