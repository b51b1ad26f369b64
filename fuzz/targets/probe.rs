#![no_main]
//! The first look of every protocol at the beginning of a direction, whole and byte by byte.

use hinomi_fuzz::reading::DIRECTIONS;
use wire::registry::PROTOCOLS;

/// How far a beginning is looked at byte by byte.
const STEPS_MAX: usize = 64;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for spec in PROTOCOLS {
        for direction in DIRECTIONS {
            for end in 0..data.len().min(STEPS_MAX) {
                std::hint::black_box((spec.probe)(direction, &data[..end]));
            }
            std::hint::black_box((spec.probe)(direction, data));
        }
    }
});
