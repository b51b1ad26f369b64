//! The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of one length are consecutive, in the
//! order of their symbols, so that the lengths are all that has to be written down.

/// Bits of each byte's code, and of the end of string, which must not occur.
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5,
    5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6,
    6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22,
    23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22,
    21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20,
    22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19,
    21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22,
    22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/// The longest code.
const BITS_MAX: usize = 30;

/// Codes of one length.
#[derive(Clone, Copy)]
struct Class {
    /// One past the last code of this length, aligned to the left of 32 bits; 0 where there is none.
    limit: u64,
    /// The first code of this length.
    first: u32,
    /// Place of its symbol in `SYMBOLS`.
    place: u32,
}

/// Symbols by length of code, then by value.
static SYMBOLS: [u16; 257] = symbols();
static CLASSES: [Class; BITS_MAX + 1] = classes();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler; lengths are those of the arrays"
)]
const fn symbols() -> [u16; 257] {
    let mut sorted = [0u16; 257];
    let (mut place, mut length) = (0, 1);
    while length <= BITS_MAX {
        let mut symbol = 0;
        while symbol < LENGTHS.len() {
            if LENGTHS[symbol] as usize == length {
                sorted[place] = symbol as u16;
                place += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    sorted
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler; lengths are those of the arrays"
)]
const fn classes() -> [Class; BITS_MAX + 1] {
    let mut classes = [Class {
        limit: 0,
        first: 0,
        place: 0,
    }; BITS_MAX + 1];
    let (mut code, mut place, mut length) = (0u32, 0u32, 1usize);
    while length <= BITS_MAX {
        code <<= 1;
        let (first, start) = (code, place);
        let mut symbol = 0;
        while symbol < LENGTHS.len() {
            if LENGTHS[symbol] as usize == length {
                code += 1;
                place += 1;
            }
            symbol += 1;
        }
        classes[length] = Class {
            limit: (code as u64) << (32 - length),
            first,
            place: start,
        };
        length += 1;
    }
    classes
}

/// Decodes a string; None where it is no right code.
pub fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(bytes.len().saturating_mul(2));
    let mut input = bytes.iter();
    // The next bits, aligned to the left, and how many they are.
    let (mut bits, mut count) = (0u64, 0u32);
    loop {
        while count <= 56
            && let Some(byte) = input.next()
        {
            bits |= u64::from(*byte).checked_shl(56u32.saturating_sub(count))?;
            count = count.saturating_add(8);
        }
        let window = bits >> 32;
        let found = CLASSES
            .iter()
            .enumerate()
            .skip(5)
            .find(|(_, class)| window < class.limit);
        let (length, class) = match found {
            Some((length, class)) if length as u32 <= count => (length as u32, class),
            _ => {
                // What is left is less than a byte of ones.
                let padding = u64::MAX.checked_shl(64u32.saturating_sub(count));
                let is_padding =
                    count < 8 && (count == 0 || padding.is_some_and(|all| bits == all));
                return is_padding.then_some(decoded);
            }
        };
        let code = u32::try_from(window.checked_shr(32u32.saturating_sub(length))?).ok()?;
        let place = class.place.saturating_add(code.saturating_sub(class.first));
        let symbol = SYMBOLS.get(usize::try_from(place).ok()?)?;
        decoded.push(u8::try_from(*symbol).ok()?);
        bits = bits.checked_shl(length)?;
        count = count.saturating_sub(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    #[test]
    fn examples_of_the_standard_are_decoded() {
        // RFC 7541, C.4 and C.6.
        let cases = [
            ("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"),
            ("a8eb10649cbf", "no-cache"),
            ("25a849e95ba97d7f", "custom-key"),
            ("25a849e95bb8e8b4bf", "custom-value"),
            ("6402", "302"),
            ("aec3771a4b", "private"),
            (
                "d07abe941054d444a8200595040b8166e082a62d1bff",
                "Mon, 21 Oct 2013 20:13:21 GMT",
            ),
            ("", ""),
        ];
        for (code, text) in cases {
            assert_eq!(
                decode(&unhex(code)).as_deref(),
                Some(text.as_bytes()),
                "{text}"
            );
        }
    }

    #[test]
    fn wrong_codes_are_refused() {
        // Padding of zeros, padding of a whole byte, the end of string.
        for code in ["a8eb10649cbe", "6402ff", "ffffffff", "ff"] {
            assert_eq!(decode(&unhex(code)), None, "{code}");
        }
    }

    #[test]
    fn the_code_is_complete() {
        let total: u64 = LENGTHS.iter().map(|length| 1u64 << (30 - length)).sum();
        assert_eq!(total, 1 << 30);
    }
}
