//! FNV-1a with 64 bits (Fowler, Noll, Vo): the same on every machine and in every run, unlike the standard library's hashes.
//! For tables that are bounded otherwise: whoever chooses the input can make two of them equal.

/// What a hash begins with.
pub const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of bytes.
pub fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    from(OFFSET, bytes)
}

/// The hash of a text without regard to the case of its ASCII letters.
pub fn folded(text: &str) -> u64 {
    hash(text.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// The hash that goes on from another one, or begins with something else than [`OFFSET`].
pub fn from(start: u64, bytes: impl IntoIterator<Item = u8>) -> u64 {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    bytes.into_iter().fold(start, step)
}

#[cfg(test)]
mod tests {
    use super::{folded, from, hash};

    #[test]
    fn the_values_are_those_of_the_authors() {
        for (text, value) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(hash(text.bytes()), value);
        }
        assert_eq!(folded("FooBar"), hash("foobar".bytes()));
        assert_eq!(
            from(hash("foo".bytes()), "bar".bytes()),
            hash("foobar".bytes())
        );
    }
}
