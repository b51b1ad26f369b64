#![no_main]
//! Segments that almost make sense through flows, streams and parsers; see
//! `hinomi_fuzz::traffic`. The first byte chooses settings.

use flow::{Settings, Tracker};
use hinomi_fuzz::traffic;
use hinomi_fuzz::watcher::{Shown, Watcher};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let settings = Settings {
        midstream: choice & 1 != 0,
        one_sided: choice & 2 != 0,
        memory_bytes_max: if choice & 4 == 0 { 64 << 20 } else { 64 << 10 },
        stream_depth_bytes: if choice & 8 == 0 { 1 << 20 } else { 100 },
        ..Settings::default()
    };
    let mut tracker = Tracker::<Shown>::new(settings);
    let mut watcher = Watcher::default();
    traffic::play(&mut tracker, data, &mut watcher);
    assert_eq!(watcher.flows, 0, "flows that never end");
});
