//! One direction of a stream, taken apart into messages however it was cut.

/// What was done with the bytes at the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// They do not make a whole message yet. Whoever says so sees the same bytes again with more
    /// behind them, so a message must be given up at a length of its own, not at that of a piece.
    More,
    /// That many are used; those not there yet are passed over when they come.
    Used(u64),
    /// Nothing more of this direction will be understood.
    Over,
}

/// Bytes that wait for the rest of their message.
#[derive(Debug, Default)]
pub struct Pieces {
    held: Vec<u8>,
    pass_over: u64,
    over: bool,
}

impl Pieces {
    /// The next bytes. `step` sees what is unread, again after each message, and never nothing.
    pub fn feed(&mut self, bytes: &[u8], mut step: impl FnMut(&[u8]) -> Step) {
        self.feed_with_seen(bytes, |bytes, _| step(bytes));
    }

    /// The next bytes. `step` is also told how many bytes at the front it saw before.
    pub fn feed_with_seen(&mut self, bytes: &[u8], mut step: impl FnMut(&[u8], usize) -> Step) {
        let mut held = std::mem::take(&mut self.held);
        let mut seen = held.len();
        let mut rest = self.passed(bytes);
        if !held.is_empty() {
            held.extend_from_slice(rest);
            rest = &held;
        }
        let unread = rest.len();
        while !self.over && !rest.is_empty() {
            match step(rest, std::mem::take(&mut seen)) {
                Step::More => break,
                Step::Over => self.over = true,
                Step::Used(count) => {
                    self.pass_over = count;
                    rest = self.passed(rest);
                }
            }
        }
        if self.over {
            return;
        }
        // Bytes are moved only when some have been used, so that dribbles cost no more than their length.
        if held.is_empty() || rest.len() < unread {
            held = rest.to_vec();
        }
        self.held = held;
    }

    /// Whether a gap of `missing` bytes lies in what is passed over anyway; then it is passed over.
    /// Else nothing is changed.
    pub fn passes_over(&mut self, missing: u64) -> bool {
        let left = self.pass_over.checked_sub(missing);
        self.pass_over = left.unwrap_or(self.pass_over);
        left.is_some()
    }

    /// Bytes are missing. True where only bytes are missing that were to be passed over anyway;
    /// else what was held is lost, and so is the place in the stream.
    pub fn gap(&mut self, missing: u64) -> bool {
        let passed = self.passes_over(missing);
        if !passed {
            self.held = Vec::new();
            self.pass_over = 0;
        }
        passed
    }

    /// Nothing more of this direction is wanted.
    pub fn end(&mut self) {
        self.held = Vec::new();
        self.over = true;
    }

    /// Whether nothing more is wanted.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// What waits.
    pub fn held(&self) -> &[u8] {
        &self.held
    }

    fn passed<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let now = self.pass_over.min(length);
        self.pass_over = self.pass_over.saturating_sub(now);
        usize::try_from(now)
            .ok()
            .and_then(|now| bytes.get(now..))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A byte that says how long the message is, and the message; 0 ends all.
    fn messages(cuts: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let mut pieces = Pieces::default();
        for cut in cuts {
            pieces.feed(cut, |bytes| match bytes.first() {
                Some(0) => Step::Over,
                Some(length) if *length >= 100 => Step::Used(u64::from(*length)),
                Some(length) => match bytes.get(1..usize::from(*length) + 1) {
                    Some(message) => {
                        found.push(message.to_vec());
                        Step::Used(u64::from(*length) + 1)
                    }
                    None => Step::More,
                },
                None => unreachable!(),
            });
        }
        found
    }

    #[test]
    fn messages_are_found_however_they_are_cut() {
        let mut stream = vec![2, 7, 7, 1, 9, 101];
        stream.extend([3; 100]);
        stream.extend([1, 5, 0, 1, 6]);
        let expected = [vec![7, 7], vec![9], vec![5]];
        assert_eq!(messages(&[&stream]), expected);
        for size in [1, 2, 3, 50] {
            let cuts: Vec<&[u8]> = stream.chunks(size).collect();
            assert_eq!(messages(&cuts), expected, "pieces of {size}");
        }
    }

    #[test]
    fn a_gap_in_what_is_passed_over_loses_nothing() {
        let mut pieces = Pieces::default();
        pieces.feed(b"x", |_| Step::Used(10));
        assert!(pieces.gap(9));
        pieces.feed(b"y", |bytes| {
            assert_eq!(bytes, b"y");
            Step::More
        });
        assert_eq!(pieces.held(), b"y");
        assert!(!pieces.gap(1));
        assert_eq!(pieces.held(), b"");
    }
}
