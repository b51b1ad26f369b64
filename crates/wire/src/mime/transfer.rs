//! Transfer encodings undone (RFC 2045, 6; uuencode as POSIX has it), whatever the pieces.
//! Like mail programs they pass over what makes no sense, and say so.

/// How a body is encoded.
#[derive(Debug, Default)]
pub enum Coding {
    /// 7bit, 8bit, binary, and whatever nobody knows.
    #[default]
    Identity,
    /// base64
    Base64(Base64),
    /// quoted-printable
    QuotedPrintable(QuotedPrintable),
    /// uuencode, also in the midst of a text.
    Uuencode,
}

impl Coding {
    /// By the value of `Content-Transfer-Encoding`.
    pub fn named(value: &[u8]) -> Self {
        let word = value.trim_ascii();
        let end = word
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'(' | b','))
            .unwrap_or(word.len());
        let word = word.get(..end).unwrap_or_default();
        let word = word.strip_prefix(b"\"").unwrap_or(word);
        let word = word.strip_suffix(b"\"").unwrap_or(word);
        if word.eq_ignore_ascii_case(b"base64") {
            Self::Base64(Base64::default())
        } else if word.eq_ignore_ascii_case(b"quoted-printable") {
            Self::QuotedPrintable(QuotedPrintable::default())
        } else if [&b"x-uuencode"[..], b"uuencode", b"x-uue", b"uue"]
            .iter()
            .any(|name| word.eq_ignore_ascii_case(name))
        {
            Self::Uuencode
        } else {
            Self::Identity
        }
    }
}

/// base64 on its way. Texts put one after the other are read as one.
#[derive(Debug, Default)]
pub struct Base64 {
    bits: u32,
    digits: u8,
}

impl Base64 {
    /// Decodes the next digits; what is no digit is passed over (RFC 2045, 6.8).
    pub fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for byte in text {
            let Some(value) = base64_digit(*byte) else {
                if *byte == b'=' {
                    self.finish(out);
                }
                continue;
            };
            self.bits = self.bits << 6 | u32::from(value);
            self.digits = self.digits.saturating_add(1);
            if self.digits == 4 {
                let [_, a, b, c] = self.bits.to_be_bytes();
                out.extend_from_slice(&[a, b, c]);
                self.bits = 0;
                self.digits = 0;
            }
        }
    }

    /// The digits end, or are padded: whole bytes are let out. False where a digit is left over.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> bool {
        match self.digits {
            2 => out.push(low(self.bits >> 4)),
            3 => out.extend_from_slice(&[low(self.bits >> 10), low(self.bits >> 2)]),
            _ => {}
        }
        let is_whole = self.digits != 1;
        self.bits = 0;
        self.digits = 0;
        is_whole
    }
}

const fn low(bits: u32) -> u8 {
    let [_, _, _, low] = bits.to_be_bytes();
    low
}

const fn base64_digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// quoted-printable on its way: the beginning of an escape that a cut tore.
#[derive(Debug, Default)]
pub struct QuotedPrintable {
    torn: Vec<u8>,
}

/// What a piece of quoted-printable was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quoted {
    /// The line goes on with the next one.
    pub soft: bool,
    /// An escape made no sense; it was taken as it stood.
    pub invalid: bool,
}

impl QuotedPrintable {
    /// Decodes a piece of a line.
    pub fn push(&mut self, text: &[u8], ends: bool, out: &mut Vec<u8>) -> Quoted {
        let mut said = Quoted::default();
        let mut joined = std::mem::take(&mut self.torn);
        let mut rest = if joined.is_empty() {
            text
        } else {
            joined.extend_from_slice(text);
            joined.as_slice()
        };
        // Blanks at a line's end are of those who carried it.
        while ends && let Some((b' ' | b'\t', before)) = rest.split_last() {
            rest = before;
        }
        while let Some(at) = rest.iter().position(|byte| *byte == b'=') {
            out.extend_from_slice(rest.get(..at).unwrap_or_default());
            let escape = rest.get(at..).unwrap_or_default();
            if escape.len() < 3 && !ends {
                self.torn = escape.to_vec();
                return said;
            }
            if escape.len() == 1 {
                said.soft = true;
                return said;
            }
            let value = match escape {
                [_, high, low, ..] => crate::text::hex_digit(*high)
                    .zip(crate::text::hex_digit(*low))
                    .map(|(high, low)| high << 4 | low),
                _ => None,
            };
            let read = if let Some(value) = value {
                out.push(value);
                3
            } else {
                said.invalid = true;
                out.push(b'=');
                1
            };
            rest = escape.get(read..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        said
    }
}

/// Decodes a line of uuencode.
pub fn uuencoded_line(line: &[u8], out: &mut Vec<u8>) {
    let value = |byte: &u8| byte.wrapping_sub(b' ') & 0x3f;
    let Some((length, digits)) = line.split_first() else {
        return;
    };
    let end = out.len().saturating_add(usize::from(value(length)));
    for group in digits.chunks(4) {
        let mut bits = 0u32;
        for index in 0..4 {
            bits = bits << 6 | u32::from(group.get(index).map_or(0, value));
        }
        let [_, a, b, c] = bits.to_be_bytes();
        out.extend_from_slice(&[a, b, c]);
    }
    out.truncate(end);
}

/// The name in the line that begins uuencoded bytes: `begin 644 name`.
pub fn uuencode_begin(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"begin ")?;
    let digits = rest
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let (_, rest) = rest
        .split_at_checked(digits)
        .filter(|_| (3..=4).contains(&digits))?;
    let name = rest.strip_prefix(b" ")?.trim_ascii();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64(text: &[u8], piece: usize) -> (Vec<u8>, bool) {
        let mut coding = Base64::default();
        let mut out = Vec::new();
        for text in text.chunks(piece) {
            coding.push(text, &mut out);
        }
        let is_whole = coding.finish(&mut out);
        (out, is_whole)
    }

    #[test]
    fn base64_is_read_as_mail_programs_do() {
        let cases: &[(&[u8], &[u8], bool)] = &[
            (b"aGVsbG8=", b"hello", true),
            (b"aGVs\r\nbG8", b"hello", true),
            (b"YQ==Yg==", b"ab", true),
            (b"aG!Vs*bG8=", b"hello", true),
            (b"YWJja", b"abc", false),
            (b"+/+/", b"\xfb\xff\xbf", true),
        ];
        for (text, expected, is_whole) in cases {
            for piece in [1, 3, 100] {
                assert_eq!(base64(text, piece), (expected.to_vec(), *is_whole));
            }
        }
    }

    #[test]
    fn quoted_printable_with_soft_ends_and_nonsense() {
        let cases: &[(&[u8], &[u8], bool, bool)] = &[
            (b"a=3Db  ", b"a=b", false, false),
            (b"a=", b"a", true, false),
            (b"a= \t", b"a", true, false),
            (b"=zz=4", b"=zz=4", false, true),
        ];
        for (text, expected, soft, invalid) in cases {
            let mut out = Vec::new();
            let said = QuotedPrintable::default().push(text, true, &mut out);
            assert_eq!(
                (out.as_slice(), said.soft, said.invalid),
                (*expected, *soft, *invalid)
            );
        }
        let mut coding = QuotedPrintable::default();
        let mut out = Vec::new();
        coding.push(b"a=4", false, &mut out);
        coding.push(b"1b", true, &mut out);
        assert_eq!(out, b"aAb");
    }

    #[test]
    fn uuencode_lines() {
        let mut out = Vec::new();
        uuencoded_line(b"#0V%T", &mut out);
        assert_eq!(out, b"Cat");
        assert_eq!(uuencode_begin(b"begin 644 a b.exe"), Some(&b"a b.exe"[..]));
        for wrong in [&b"begin here we go"[..], b"begin 644", b"begin 64 x"] {
            assert_eq!(uuencode_begin(wrong), None);
        }
    }
}
