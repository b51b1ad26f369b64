//! Finding one literal.

use memchr::memmem::Finder;

/// A literal to look for, with or without regard to the case of ASCII letters.
#[derive(Debug)]
pub(crate) struct Needle {
    kind: Kind,
    length: usize,
}

#[derive(Debug)]
enum Kind {
    Exact(Box<Finder<'static>>),
    /// In lower case, with the place of the letter looked for first and its two forms.
    Caseless {
        lower: Box<[u8]>,
        probe: usize,
        forms: (u8, u8),
    },
}

impl Needle {
    pub fn new(bytes: &[u8], caseless: bool) -> Self {
        let has_letters = bytes.iter().any(u8::is_ascii_alphabetic);
        let kind = if caseless && has_letters {
            let lower: Box<[u8]> = bytes.to_ascii_lowercase().into();
            let (probe, rarest) = lower
                .iter()
                .copied()
                .enumerate()
                .min_by_key(|(_, byte)| frequency(*byte))
                .unwrap_or((0, 0));
            Kind::Caseless {
                lower,
                probe,
                forms: (rarest, rarest.to_ascii_uppercase()),
            }
        } else {
            Kind::Exact(Box::new(Finder::new(bytes).into_owned()))
        };
        Self {
            kind,
            length: bytes.len(),
        }
    }

    pub const fn len(&self) -> usize {
        self.length
    }

    /// The literal, in lower case if case does not count, and whether it does not.
    pub fn literal(&self) -> (&[u8], bool) {
        match &self.kind {
            Kind::Exact(finder) => (finder.needle(), false),
            Kind::Caseless { lower, .. } => (lower, true),
        }
    }

    /// First place of the literal in `bytes`.
    pub fn find(&self, bytes: &[u8]) -> Option<usize> {
        match &self.kind {
            Kind::Exact(finder) => finder.find(bytes),
            Kind::Caseless {
                lower,
                probe,
                forms,
            } => {
                let mut from = 0_usize;
                loop {
                    let area = bytes.get(from.checked_add(*probe)?..)?;
                    let hop = memchr::memchr2(forms.0, forms.1, area)?;
                    let start = from.checked_add(hop)?;
                    let end = start.checked_add(lower.len())?;
                    if bytes.get(start..end)?.eq_ignore_ascii_case(lower) {
                        return Some(start);
                    }
                    from = start.checked_add(1)?;
                }
            }
        }
    }

    /// Whether `bytes` are the literal.
    pub fn is(&self, bytes: &[u8]) -> bool {
        match &self.kind {
            Kind::Exact(finder) => finder.needle() == bytes,
            Kind::Caseless { lower, .. } => bytes.eq_ignore_ascii_case(lower),
        }
    }
}

/// Roughly how common a byte is in network traffic; higher is commoner.
const fn frequency(byte: u8) -> u8 {
    match byte {
        0 | b' ' | b'e' | b't' => 10,
        b'a' | b'i' | b'o' | b'n' | b's' | b'r' | b'/' | b'.' => 8,
        b'h' | b'l' | b'd' | b'c' | b'm' | b'p' | b'u' | b'-' | b'=' | 0xff => 6,
        b'0'..=b'9' | b'\r' | b'\n' | b':' | b';' => 5,
        b'a'..=b'z' => 4,
        _ => 2,
    }
}
