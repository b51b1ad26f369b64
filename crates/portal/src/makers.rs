//! Who made a network card, by the prefix of its hardware address: the listings of the IEEE Registration Authority, in
//! `content/makers/`.

use flate2::read::GzDecoder;
use std::collections::HashMap;
use std::io::Read as _;
use std::sync::LazyLock;

static PACKED: &[u8] = include_bytes!("../../../content/makers/makers.txt.gz");

/// Hexadecimal digits of a prefix, the longest first: blocks are cut out of larger ones.
const PREFIX_DIGITS: [usize; 3] = [9, 7, 6];

struct Makers {
    text: String,
    /// Where in the text the maker of a prefix stands: length of the prefix and its digits as a number, start and end.
    places: HashMap<(usize, u64), (u32, u32)>,
}

static MAKERS: LazyLock<Makers> = LazyLock::new(|| {
    let mut text = String::new();
    // It is our own file, which a test reads.
    let _ = GzDecoder::new(PACKED).read_to_string(&mut text);
    let mut places = HashMap::new();
    let mut start = 0_u32;
    for line in text.lines() {
        let (name, prefixes) = line.split_once('\t').unwrap_or_default();
        let end = start.saturating_add(name.len() as u32);
        for prefix in prefixes.split(' ') {
            if let Ok(number) = u64::from_str_radix(prefix, 16) {
                places.insert((prefix.len(), number), (start, end));
            }
        }
        start = start.saturating_add(line.len() as u32 + 1);
    }
    Makers { text, places }
});

/// The maker of the card with a hardware address such as `aa:bb:cc:dd:ee:ff`; none where the device made the address up
/// for itself (IEEE 802, the bit for locally administered addresses), or nobody is listed.
pub fn maker(address: &str) -> Option<&'static str> {
    let digits: String = address
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(12)
        .collect();
    let first = u8::from_str_radix(digits.get(..2)?, 16).ok()?;
    if first & 2 != 0 {
        return None;
    }
    let makers = &*MAKERS;
    PREFIX_DIGITS.into_iter().find_map(|length| {
        let number = u64::from_str_radix(digits.get(..length)?, 16).ok()?;
        let (start, end) = *makers.places.get(&(length, number))?;
        makers.text.get(start as usize..end as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::{MAKERS, PACKED, maker};

    #[test]
    fn the_longest_prefix_says_who_made_it() {
        let cases = [
            ("00:00:00:12:34:56", Some("XEROX CORPORATION")),
            ("3C:06:30:00:00:01", Some("Apple, Inc.")),
            // An MA-M, an MA-S.
            ("e0:5a:9f:90:00:01", Some("Gemalto Document Readers")),
            ("00:11:22:00:00:01", Some("CIMSYS Inc")),
            // Made up by the device itself, as phones do.
            ("02:00:00:00:00:01", None),
            ("da:a1:19:00:00:01", None),
            ("", None),
            ("zz", None),
            ("00", None),
        ];
        for (address, name) in cases {
            assert_eq!(maker(address), name, "{address}");
        }
        assert!(MAKERS.places.len() > 50_000);
        assert!(PACKED.len() < 1 << 20);
    }
}
