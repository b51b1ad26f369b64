//! How rare bytes are in what networks carry.

/// More bytes add nothing.
const RATED_BYTES_MAX: usize = 32;

/// How rare a literal is, in tenths of bits, estimated from how often each byte occurs in what networks carry; runs of
/// one byte, zeros above all, are hardly rarer than their first.
pub fn rarity(bytes: &[u8], caseless: bool) -> u32 {
    let mut before = None;
    let mut sum = 0;
    for byte in bytes.iter().take(RATED_BYTES_MAX) {
        let bits = match byte {
            same if before == Some(*same) => 7,
            0 => 12,
            1..=8 | 0xff => 35,
            b'a'..=b'z' | b'A'..=b'Z' if caseless => 36,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => 41,
            b' ' | b'\r' | b'\n' | b'.' | b'/' | b':' | b'-' | b'=' => 33,
            _ => 60,
        };
        before = Some(*byte);
        sum += bits;
    }
    sum
}
