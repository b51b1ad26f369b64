#![no_main]
//! A capture file of any form: pcap, pcapng, and both in gzip or zstd.

use capture::limits::FRAME_BYTES_MAX;
use capture::{Batch, CaptureFile, Filled, Source};
use std::io::Cursor;

/// A few bytes of zstd may unpack to gigabytes of small frames; these are enough.
const BATCHES_MAX: usize = 8;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(mut file) = CaptureFile::from_reader(Box::new(Cursor::new(data.to_vec())), "fuzz")
    else {
        return;
    };
    let mut batch = Batch::new();
    let mut number = 0;
    for _ in 0..BATCHES_MAX {
        batch.clear();
        let filled = file.fill(&mut batch);
        for frame in batch.iter() {
            number += 1;
            assert_eq!(frame.number, number);
            assert!(frame.bytes.len() <= FRAME_BYTES_MAX as usize);
        }
        match filled {
            Filled::Full => assert!(batch.is_full()),
            Filled::Idle => unreachable!("a file never waits"),
            Filled::End(damage) => {
                if let Some(damage) = damage {
                    assert!(!damage.to_string().is_empty());
                }
                let filled = file.fill(&mut batch);
                assert_eq!(filled, Filled::End(None), "a file ends once");
                return;
            }
        }
    }
});
