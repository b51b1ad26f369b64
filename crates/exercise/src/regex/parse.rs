//! Text of an expression into its tree. What is not understood is refused, never guessed.

use super::{Node, class};
use crate::bytes::ByteSet;

/// Deepest nesting of groups.
const DEPTH_MAX: usize = 40;
/// Most repetitions written out.
const REPEAT_MAX: u32 = 20_000;

/// Letters that change how an expression is read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Flags {
    pub(crate) caseless: bool,
    pub(crate) multiline: bool,
    pub(crate) dot_all: bool,
    pub(crate) extended: bool,
}

/// Reads an expression.
pub(crate) fn parse(pattern: &[u8], flags: Flags) -> Option<Node> {
    let mut reader = Reader {
        text: pattern,
        at: 0,
        flags,
        groups: 0,
        depth: 0,
    };
    let node = reader.choice()?;
    (reader.at == pattern.len()).then_some(node)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    flags: Flags,
    groups: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn eat(&mut self, word: &[u8]) -> bool {
        let found = self.text[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn choice(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        // Flags set within a group end with it.
        let flags = self.flags;
        let mut branches = vec![self.sequence()?];
        while self.eat(b"|") {
            branches.push(self.sequence()?);
        }
        self.flags = flags;
        self.depth -= 1;
        Some(match branches.len() {
            1 => branches.remove(0),
            _ => Node::Choice(branches),
        })
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut parts = Vec::new();
        while let Some(byte) = self.peek() {
            if matches!(byte, b'|' | b')') {
                break;
            }
            if self.flags.extended && byte.is_ascii_whitespace() {
                self.at += 1;
                continue;
            }
            if self.eat(b"\\Q") {
                self.quoted(&mut parts);
                continue;
            }
            let Some(atom) = self.atom()? else { continue };
            parts.push(self.repeated(atom)?);
        }
        Some(match parts.len() {
            1 => parts.remove(0),
            _ => Node::Sequence(parts),
        })
    }

    fn quoted(&mut self, parts: &mut Vec<Node>) {
        while self.at < self.text.len() && !self.eat(b"\\E") {
            if let Some(byte) = self.next() {
                parts.push(self.literal(byte));
            }
        }
    }

    fn literal(&self, byte: u8) -> Node {
        Node::Set(if self.flags.caseless {
            ByteSet::caseless(byte)
        } else {
            ByteSet::one(byte)
        })
    }

    /// One thing; `Some(None)` for what leaves nothing (flags, comments).
    fn atom(&mut self) -> Option<Option<Node>> {
        let line = self.flags.multiline;
        Some(Some(match self.next()? {
            b'(' => return self.group(),
            b'[' => self.class()?,
            b'.' if self.flags.dot_all => Node::Set(ByteSet::ALL),
            b'.' => Node::Set(ByteSet::one(b'\n').not()),
            b'^' => Node::Start { line },
            b'$' => Node::End { line },
            b'\\' => self.escape()?,
            b'*' | b'+' | b'?' => return None,
            byte => self.literal(byte),
        }))
    }

    fn escape(&mut self) -> Option<Node> {
        let byte = self.next()?;
        if let Some(set) = class::escaped(byte) {
            return Some(Node::Set(set));
        }
        Some(match byte {
            b'b' | b'B' | b'G' | b'K' | b'E' => Node::Edge,
            b'A' => Node::Start { line: false },
            b'z' | b'Z' => Node::End { line: false },
            b'1'..=b'9' => {
                let number = usize::from(byte - b'0');
                match self.peek() {
                    Some(b'0'..=b'9') => {
                        let second = usize::from(self.next()? - b'0');
                        Node::Back(number * 10 + second)
                    }
                    _ => Node::Back(number),
                }
            }
            _ => {
                self.at -= 1;
                let byte = self.character()?;
                self.literal(byte)
            }
        })
    }

    /// A byte written with an escape, behind its backslash.
    fn character(&mut self) -> Option<u8> {
        Some(match self.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'f' => 0x0c,
            b'a' => 7,
            b'e' => 0x1b,
            b'0' => {
                let mut value = 0_u32;
                let mut digits = 0;
                while let Some(digit @ b'0'..=b'7') = self.peek().filter(|_| digits < 2) {
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                    digits += 1;
                }
                u8::try_from(value).ok()?
            }
            b'x' => {
                let braced = self.eat(b"{");
                let mut value = 0_u32;
                let mut digits = 0;
                while let Some(digit) = self.peek().and_then(|byte| (byte as char).to_digit(16)) {
                    if digits == 2 && !braced {
                        break;
                    }
                    value = value.checked_mul(16)? + digit;
                    digits += 1;
                    self.at += 1;
                }
                if braced && !self.eat(b"}") {
                    return None;
                }
                u8::try_from(value).ok()?
            }
            byte if byte.is_ascii_alphanumeric() => return None,
            byte => byte,
        })
    }

    fn group(&mut self) -> Option<Option<Node>> {
        if !self.eat(b"?") {
            self.groups += 1;
            let number = self.groups;
            return self.close(|node| Node::Group(number, Box::new(node)));
        }
        for (word, ahead, negated) in [
            (&b"="[..], true, false),
            (b"!", true, true),
            (b"<=", false, false),
            (b"<!", false, true),
        ] {
            if self.eat(word) {
                return self.close(|node| Node::Look {
                    ahead,
                    negated,
                    node: Box::new(node),
                });
            }
        }
        if self.eat(b"#") {
            while self.next()? != b')' {}
            return Some(None);
        }
        if self.eat(b":") || self.eat(b">") || self.eat(b"|") {
            return self.close(|node| node);
        }
        if self.eat(b"P<") || self.eat(b"<") {
            while self.next()? != b'>' {}
            self.groups += 1;
            let number = self.groups;
            return self.close(|node| Node::Group(number, Box::new(node)));
        }
        self.inline_flags()
    }

    fn inline_flags(&mut self) -> Option<Option<Node>> {
        let before = self.flags;
        let mut on = true;
        loop {
            match self.next()? {
                b'-' => on = false,
                b'i' => self.flags.caseless = on,
                b'm' => self.flags.multiline = on,
                b's' => self.flags.dot_all = on,
                b'x' => self.flags.extended = on,
                b')' => return Some(None),
                b':' => {
                    let node = self.close(|node| node);
                    self.flags = before;
                    return node;
                }
                _ => return None,
            }
        }
    }

    fn close(&mut self, wrap: impl FnOnce(Node) -> Node) -> Option<Option<Node>> {
        let node = self.choice()?;
        self.eat(b")").then(|| Some(wrap(node)))
    }

    fn class(&mut self) -> Option<Node> {
        let negated = self.eat(b"^");
        let mut set = ByteSet::NONE;
        let mut first = true;
        loop {
            if self.eat(b"]") && !first {
                break;
            }
            // A bracket at the beginning stands for itself.
            let literal_bracket = first && self.at > 0 && self.text[self.at - 1] == b']';
            first = false;
            if literal_bracket {
                set.insert(b']');
                continue;
            }
            if self.eat(b"[:") {
                let rest = &self.text[self.at..];
                let end = rest.windows(2).position(|two| two == b":]")?;
                set = set.or(class::named(&rest[..end])?);
                self.at += end + 2;
                continue;
            }
            let low = match self.class_member()? {
                Ok(members) => {
                    set = set.or(members);
                    continue;
                }
                Err(byte) => byte,
            };
            let is_range =
                self.peek() == Some(b'-') && !matches!(self.text.get(self.at + 1), Some(b']'));
            if !is_range {
                set.insert(low);
                continue;
            }
            self.at += 1;
            match self.class_member()? {
                Err(high) => set = set.or(ByteSet::range(low, high)),
                Ok(members) => set = set.or(members).or(ByteSet::of(&[low, b'-'])),
            }
        }
        if self.flags.caseless {
            set = set.folded();
        }
        Some(Node::Set(if negated { set.not() } else { set }))
    }

    /// A class within a class, or a byte.
    fn class_member(&mut self) -> Option<Result<ByteSet, u8>> {
        let byte = self.next()?;
        if byte != b'\\' {
            return Some(Err(byte));
        }
        let letter = self.peek()?;
        if let Some(set) = class::escaped(letter) {
            self.at += 1;
            return Some(Ok(set));
        }
        if letter == b'b' {
            self.at += 1;
            return Some(Err(8));
        }
        Some(Err(self.character()?))
    }

    fn repeated(&mut self, atom: Node) -> Option<Node> {
        let mut node = atom;
        loop {
            let (least, most) = match self.peek() {
                Some(b'*') => (0, None),
                Some(b'+') => (1, None),
                Some(b'?') => (0, Some(1)),
                Some(b'{') => match self.counts() {
                    Some(counts) => counts,
                    None => return Some(node),
                },
                _ => return Some(node),
            };
            self.at += 1;
            // Lazy or possessive: the same strings.
            if matches!(self.peek(), Some(b'?' | b'+')) {
                self.at += 1;
            }
            if least > REPEAT_MAX {
                return None;
            }
            node = Node::Repeat {
                node: Box::new(node),
                least,
                most,
            };
        }
    }

    /// `{2}`, `{2,}`, `{2,5}`: leaves the reader on the closing brace; anything else is a literal brace.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let rest = &self.text[self.at + 1..];
        let end = rest.iter().position(|byte| *byte == b'}')?;
        let inside = std::str::from_utf8(&rest[..end]).ok()?;
        let counts = match inside.split_once(',') {
            None => {
                let count = inside.parse().ok()?;
                (count, Some(count))
            }
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        };
        self.at += end + 1;
        Some(counts)
    }
}
