#![no_main]
//! Frames of any bytes through flows, streams and parsers. A step: link type and seconds that
//! pass, a length of two bytes, the frame.

use event::Timestamp;
use flow::{Frame, Settings, Tracker};
use hinomi_fuzz::input::Input;
use hinomi_fuzz::watcher::{Shown, Watcher};
use wire::packet::LinkType;

const LINKS: [u32; 8] = [1, 1, 1, 101, 113, 276, 0, 9];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let Some(choice) = input.byte() else { return };
    let settings = Settings {
        midstream: choice & 1 != 0,
        one_sided: choice & 2 != 0,
        ignore_checksums: choice & 4 == 0,
        memory_bytes_max: if choice & 8 == 0 { 8 << 20 } else { 16 << 10 },
        ..Settings::default()
    };
    let mut tracker = Tracker::<Shown>::new(settings);
    let mut watcher = Watcher::default();
    let (mut seconds, mut number) = (0_i64, 0);
    while let Some(head) = input.byte() {
        let length = input.word().unwrap_or(u16::MAX);
        let bytes = input.bytes(usize::from(length));
        number += 1;
        let link = LinkType::from_number(LINKS[usize::from(head & 7)]);
        // Captures jump, back too, and anywhere.
        seconds = match head >> 3 {
            0..=15 => seconds,
            16..=23 => seconds.saturating_add(i64::from(head & 31)),
            24..=28 => seconds.saturating_add(i64::from(head) * 16),
            29 | 30 => seconds.saturating_sub(100),
            _ => i64::MAX / 1_000_000_000 - i64::from(head),
        };
        let time = Timestamp::new(seconds, 0);
        tracker.tick(time, number, &mut watcher);
        let frame = Frame {
            time,
            number,
            link,
            bytes,
            original_len: bytes.len() as u32,
            checksums_ready: true,
        };
        tracker.packet(&frame, &mut watcher);
    }
    tracker.finish(Timestamp::new(seconds, 0), number, &mut watcher);
    assert_eq!(watcher.flows, 0, "flows that never end");
});
