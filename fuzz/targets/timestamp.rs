#![no_main]
//! Times as text, and times of any number.

use event::Timestamp;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some(time) = std::str::from_utf8(data).ok().and_then(Timestamp::parse) {
        check(time);
    }
    if let Some((number, _)) = data.split_first_chunk() {
        let number = i64::from_le_bytes(*number);
        check(Timestamp::from_nanos(number));
        check(Timestamp::from_micros(number));
        check(Timestamp::new(number, u32::MAX));
    }
});

/// What is printed is read again, to the microsecond.
fn check(time: Timestamp) {
    let printed = Timestamp::parse(&time.rfc3339()).map(Timestamp::micros);
    assert_eq!(printed.unwrap_or(time.micros()), time.micros());
    assert_eq!(
        Timestamp::parse(&time.eve()),
        Timestamp::parse(&time.rfc3339())
    );
}
