//! A small seeded generator (xoshiro256**, Blackman and Vigna), so that a seed means the same packets
//! on every machine and with every version of any library.

/// A stream of pseudo-random numbers. Forks by label are independent of how much was drawn elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: [u64; 4],
    root: u64,
}

impl Random {
    /// The generator that belongs to a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut mixer = seed;
        let state = [(); 4].map(|()| split_mix(&mut mixer));
        Self { state, root: seed }
    }

    /// An independent generator for a part of the work, named by a label and a number.
    pub(crate) fn fork(&self, label: &str, number: u64) -> Self {
        let mut hash = self.root ^ 0xcbf2_9ce4_8422_2325;
        for byte in label.bytes().chain(number.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self::new(split_mix(&mut hash))
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number below `limit` (0 when the limit is 0).
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// A number in `low..high` (`low` when the range is empty).
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.saturating_sub(low).max(0) as u64) as i64
    }

    /// A length or index in `low..high` (`low` when the range is empty).
    pub(crate) fn count(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) as u64) as usize
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A waiting time drawn from an exponential distribution, at most six times the mean.
    pub(crate) fn wait(&mut self, mean: i64) -> i64 {
        let factor = -(1.0 - self.unit()).ln();
        (mean as f64 * factor.min(6.0)) as i64
    }

    /// The value, off by up to `share` of itself in either direction.
    pub(crate) fn jitter(&mut self, value: i64, share: f64) -> i64 {
        value + (value as f64 * share * (self.unit() * 2.0 - 1.0)) as i64
    }

    /// One of the items. The slice must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.count(0, items.len())]
    }

    /// Bytes without any pattern, as encrypted or compressed data has them.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }

    /// A fixed number of random bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        [(); N].map(|()| self.next() as u8)
    }

    /// Text of the given length over an alphabet of ASCII characters.
    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(*self.pick(letters)))
            .collect()
    }

    /// Hexadecimal text of the given length.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.text("0123456789abcdef", length)
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut value = *state;
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_does_not_depend_on_what_was_drawn() {
        let mut first = Random::new(7);
        let before = first.fork("mail", 3).next();
        first.next();
        assert_eq!(first.fork("mail", 3).next(), before);
        assert_ne!(first.fork("mail", 4).next(), before);
    }

    #[test]
    fn ranges_are_kept() {
        let mut random = Random::new(1);
        for _ in 0..1000 {
            assert!((3..9).contains(&random.between(3, 9)));
            assert!((0.0..1.0).contains(&random.unit()));
        }
        assert_eq!(random.between(5, 5), 5);
        assert_eq!(random.below(0), 0);
    }
}
