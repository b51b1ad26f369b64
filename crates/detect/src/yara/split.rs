//! Cuts the text of a YARA file into its rules, so that one mistake costs one rule.
//!
//! It knows just enough of the language to tell where a rule ends: comments, texts, expressions and braces.

/// A piece of a file: a rule, an import or an include.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Its text.
    pub text: &'a str,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Whether rules may lean on it (`import`, `include`).
    pub is_preamble: bool,
}

/// The pieces of a file, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
    };
    let mut pieces = Vec::new();
    while let Some(piece) = reader.piece() {
        pieces.push(piece);
    }
    pieces
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Reader<'a> {
    fn piece(&mut self) -> Option<Piece<'a>> {
        self.skip_blank();
        let (start, line) = (self.at, self.line);
        self.peek()?;
        let is_preamble = self.begins(b"import") || self.begins(b"include");
        if is_preamble {
            self.until_text_ends();
        } else {
            self.until_rule_ends(start);
        }
        Some(Piece {
            text: self.text.get(start..self.at)?,
            line,
            is_preamble,
        })
    }

    /// An import ends with its text, or with its line.
    fn until_text_ends(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => return self.skip_text(),
                b'\n' => return,
                _ => self.advance(),
            }
        }
    }

    /// A rule ends with its closing brace; where that is missing, before the next line that begins a rule.
    fn until_rule_ends(&mut self, start: usize) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            if self.at > start && self.is_line_start() && self.begins_rule() {
                return;
            }
            match byte {
                b'"' => self.skip_text(),
                b'/' => self.skip_comment_or_expression(),
                b'{' => {
                    depth = depth.saturating_add(1);
                    self.advance();
                }
                b'}' => {
                    self.advance();
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.advance(),
            }
        }
    }

    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'/' if matches!(self.next(), Some(b'/' | b'*')) => {
                    self.skip_comment_or_expression();
                }
                _ if byte.is_ascii_whitespace() => self.advance(),
                // A mark of byte order.
                0xef if self.at == 0 && self.bytes.starts_with(b"\xef\xbb\xbf") => {
                    self.at = 3;
                }
                _ => return,
            }
        }
    }

    /// From a quotation mark to the next that is not escaped, or to the end of the line.
    fn skip_text(&mut self) {
        self.advance();
        self.skip_escaped(b'"');
    }

    fn skip_escaped(&mut self, end: u8) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => return,
                b'\\' if self.next().is_some_and(|next| next != b'\n') => {
                    self.advance();
                    self.advance();
                }
                _ => {
                    self.advance();
                    if byte == end {
                        return;
                    }
                }
            }
        }
    }

    fn skip_comment_or_expression(&mut self) {
        match self.next() {
            Some(b'/') => {
                while self.peek().is_some_and(|byte| byte != b'\n') {
                    self.advance();
                }
            }
            Some(b'*') => {
                self.advance();
                self.advance();
                while self.peek().is_some() {
                    let ends = self.peek() == Some(b'*') && self.next() == Some(b'/');
                    self.advance();
                    if ends {
                        self.advance();
                        return;
                    }
                }
            }
            _ => {
                self.advance();
                self.skip_escaped(b'/');
            }
        }
    }

    fn is_line_start(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        before == Some(&b'\n')
    }

    fn begins_rule(&self) -> bool {
        [&b"rule"[..], b"private", b"global", b"import"]
            .iter()
            .any(|word| self.begins(word))
    }

    /// Whether a word stands here.
    fn begins(&self, word: &[u8]) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        rest.strip_prefix(word).is_some_and(|after| {
            after
                .first()
                .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&self) -> Option<u8> {
        self.bytes.get(self.at.saturating_add(1)).copied()
    }

    fn advance(&mut self) {
        if self.peek() == Some(b'\n') {
            self.line = self.line.saturating_add(1);
        }
        self.at = self.at.saturating_add(1);
    }
}
