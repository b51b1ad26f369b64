//! Classes of bytes: `\d`, `[a-z]`, `[[:alpha:]]`.

use crate::bytes::ByteSet;

pub(super) fn digits() -> ByteSet {
    ByteSet::range(b'0', b'9')
}

pub(super) fn words() -> ByteSet {
    letters().or(digits()).or(ByteSet::one(b'_'))
}

pub(super) fn spaces() -> ByteSet {
    ByteSet::of(b"\t\n\x0b\x0c\r ")
}

fn letters() -> ByteSet {
    ByteSet::range(b'a', b'z').or(ByteSet::range(b'A', b'Z'))
}

/// The class that an escape letter names.
pub(super) fn escaped(letter: u8) -> Option<ByteSet> {
    Some(match letter {
        b'd' => digits(),
        b'D' => digits().not(),
        b'w' => words(),
        b'W' => words().not(),
        b's' => spaces(),
        b'S' => spaces().not(),
        b'h' => ByteSet::of(b"\t \xa0"),
        b'H' => ByteSet::of(b"\t \xa0").not(),
        b'v' => ByteSet::of(b"\n\x0b\x0c\r\x85"),
        b'V' => ByteSet::of(b"\n\x0b\x0c\r\x85").not(),
        b'R' => ByteSet::of(b"\n\r"),
        b'N' => ByteSet::one(b'\n').not(),
        _ => return None,
    })
}

/// The class of a POSIX name.
pub(super) fn named(name: &[u8]) -> Option<ByteSet> {
    Some(match name {
        b"alpha" => letters(),
        b"digit" => digits(),
        b"alnum" => letters().or(digits()),
        b"upper" => ByteSet::range(b'A', b'Z'),
        b"lower" => ByteSet::range(b'a', b'z'),
        b"space" => spaces(),
        b"blank" => ByteSet::of(b"\t "),
        b"punct" => ByteSet::range(0x21, 0x7e).and(letters().or(digits()).not()),
        b"xdigit" => digits()
            .or(ByteSet::range(b'a', b'f'))
            .or(ByteSet::range(b'A', b'F')),
        b"word" => words(),
        b"print" => ByteSet::range(0x20, 0x7e),
        b"graph" => ByteSet::range(0x21, 0x7e),
        b"cntrl" => ByteSet::range(0, 0x1f).or(ByteSet::one(0x7f)),
        b"ascii" => ByteSet::range(0, 0x7f),
        _ => return None,
    })
}
