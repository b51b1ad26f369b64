//! Base64 as rules decode it (RFC 4648, RFC 2045).

/// How bytes outside the alphabet are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// They end the text (RFC 4648).
    Stop,
    /// They are passed over (RFC 2045).
    Skip,
    /// They spoil it all; groups must be complete.
    Strict,
}

/// Decodes as far as the dialect allows; empty when there is nothing to decode.
pub(crate) fn decode(text: &[u8], dialect: Dialect) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut bits: u32 = 0;
    let mut count = 0_u8;
    for byte in text {
        let Some(value) = value(*byte) else {
            match (*byte, dialect) {
                (b'=', _) | (_, Dialect::Stop) => break,
                (_, Dialect::Skip) => continue,
                (_, Dialect::Strict) => return Vec::new(),
            }
        };
        bits = (bits << 6) | u32::from(value);
        count = count.saturating_add(1);
        if count == 4 {
            let [_, a, b, c] = bits.to_be_bytes();
            result.extend([a, b, c]);
            bits = 0;
            count = 0;
        }
    }
    if dialect == Dialect::Strict && !text.len().is_multiple_of(4) {
        return Vec::new();
    }
    match count {
        3 => {
            let [_, a, b, _] = (bits << 6).to_be_bytes();
            result.extend([a, b]);
        }
        2 => {
            let [_, a, _, _] = (bits << 12).to_be_bytes();
            result.push(a);
        }
        _ => {}
    }
    result
}

fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}
