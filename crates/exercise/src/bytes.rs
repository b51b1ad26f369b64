//! Sets of bytes: what may stand at one place of a text that is still being made.

/// A set of byte values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(crate) const NONE: Self = Self([0; 4]);
    pub(crate) const ALL: Self = Self([u64::MAX; 4]);

    pub(crate) fn one(byte: u8) -> Self {
        let mut set = Self::NONE;
        set.insert(byte);
        set
    }

    /// Both ends belong to it.
    pub(crate) fn range(first: u8, last: u8) -> Self {
        let mut set = Self::NONE;
        (first..=last).for_each(|byte| set.insert(byte));
        set
    }

    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut set = Self::NONE;
        bytes.iter().for_each(|byte| set.insert(*byte));
        set
    }

    /// The byte in both cases.
    pub(crate) fn caseless(byte: u8) -> Self {
        Self::of(&[byte.to_ascii_lowercase(), byte.to_ascii_uppercase()])
    }

    pub(crate) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(crate) fn remove(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] &= !(1 << (byte & 63));
    }

    pub(crate) fn contains(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|index| self.0[index] & other.0[index]))
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|index| self.0[index] | other.0[index]))
    }

    pub(crate) fn not(self) -> Self {
        Self(std::array::from_fn(|index| !self.0[index]))
    }

    pub(crate) fn count(self) -> u32 {
        self.0.iter().map(|part| part.count_ones()).sum()
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(move |byte| self.contains(*byte))
    }

    /// With each letter also in its other case.
    pub(crate) fn folded(self) -> Self {
        let mut set = self;
        for byte in self.iter().filter(u8::is_ascii_alphabetic) {
            set.insert(byte ^ 0x20);
        }
        set
    }

    /// The `number`-th member, counted round.
    pub(crate) fn nth(self, number: u64) -> Option<u8> {
        let count = self.count();
        (count > 0).then(|| self.iter().nth((number % u64::from(count)) as usize))?
    }
}

/// Numbers that look like chance and are always the same for one seed (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}
