//! How rare bytes are in what networks carry.

use crate::common::{WINDOW, is_common, is_word};

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

/// Tenths of bits of a byte that stands in a common word ...
const COMMON_BYTE: u32 = 12;
/// ... and of all of the word.
const COMMON_RUN_MAX: u32 = 40;
/// Shorter pieces of common words mean nothing: `trol` is as rare as any four letters, though `cache-control` is common.
const COMMON_RUN_BYTES_MIN: usize = 6;

/// How rare a literal is, in tenths of bits, where the words that are common in traffic (`User-Agent: `, `.php?`) count for
/// little.
pub fn rarity_among_words(bytes: &[u8], caseless: bool) -> u32 {
    let kept = &bytes[..bytes.len().min(RATED_BYTES_MAX)];
    let folded = kept.to_ascii_lowercase();
    if is_word(&folded) {
        return of_common(kept.len());
    }
    let mut common = [false; RATED_BYTES_MAX];
    for (place, window) in folded.windows(WINDOW).enumerate() {
        if is_common(window) {
            common[place..place + WINDOW].fill(true);
        }
    }
    let (mut sum, mut from) = (0, 0);
    while from < kept.len() {
        let rest = &common[from..kept.len()];
        let length = rest.iter().take_while(|one| **one == rest[0]).count();
        let run = from..from + length;
        let counts = length >= COMMON_RUN_BYTES_MIN || is_word(&folded[run.clone()]);
        sum += if rest[0] && counts {
            of_common(length)
        } else {
            rarity(&kept[run], caseless)
        };
        from += length;
    }
    sum
}

fn of_common(length: usize) -> u32 {
    let bits = COMMON_BYTE.saturating_mul(u32::try_from(length).unwrap_or(u32::MAX));
    bits.min(COMMON_RUN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_not_rare() {
        for (rare, common) in [
            (&b"kind="[..], &b"Host: "[..]),
            (b"/inst.exe", b"\r\nUser-Agent\r\n"),
            (b".png?q", b"Mozilla/5.0 (compatible; MSIE "),
            (b"seetrol", b"GET"),
            (b".exe", b"/"),
            (b"/a.php?9", b"Windows NT"),
        ] {
            assert!(rarity_among_words(rare, false) > rarity_among_words(common, false));
        }
        let plain = b"\x90\x91\x92\x93";
        assert_eq!(rarity_among_words(plain, false), rarity(plain, false));
    }
}
