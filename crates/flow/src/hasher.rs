//! A quick hash with secret seeds, for keys that peers choose.
//!
//! Each word is folded in by a multiplication of 64 by 64 bits whose halves are joined, as in wyhash. Without the seeds,
//! which are drawn when the table is made, nobody can choose keys that fall together; and this is worked out for every
//! packet, where the standard library's SipHash takes several times as long.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Seeds of one table.
#[derive(Clone, Debug)]
pub(crate) struct Seeds {
    start: u64,
    word: u64,
}

impl Default for Seeds {
    fn default() -> Self {
        let random = RandomState::new();
        // Odd, so that no word is folded to nothing.
        Self {
            start: random.hash_one(0_u8),
            word: random.hash_one(1_u8) | 1,
        }
    }
}

impl BuildHasher for Seeds {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding {
            state: self.start,
            word: self.word,
        }
    }
}

/// The hash in work.
pub(crate) struct Folding {
    state: u64,
    word: u64,
}

impl Hasher for Folding {
    fn finish(&self) -> u64 {
        folded(self.state, self.word)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0_u8; 8];
            for (slot, byte) in word.iter_mut().zip(chunk) {
                *slot = *byte;
            }
            self.write_u64(u64::from_le_bytes(word));
        }
        self.write_u64(bytes.len() as u64);
    }

    fn write_u64(&mut self, word: u64) {
        self.state = folded(self.state ^ word, self.word);
    }

    fn write_u128(&mut self, word: u128) {
        self.write_u64(word as u64);
        self.write_u64((word >> 64) as u64);
    }
}

const fn folded(a: u64, b: u64) -> u64 {
    let product = (a as u128).wrapping_mul(b as u128);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn neighbours_fall_apart_and_seeds_differ() {
        let seeds = Seeds::default();
        let hashes: HashSet<u64> = (0_u128..100_000)
            .map(|key| seeds.hash_one(key << 16))
            .collect();
        assert_eq!(hashes.len(), 100_000);
        let low: HashSet<u64> = (0_u128..100_000)
            .map(|key| seeds.hash_one(key) & 0xffff)
            .collect();
        // Of 65,536 places nearly four in five are taken by 100,000 random throws.
        assert!((48_000..55_000).contains(&low.len()), "{}", low.len());
        assert_ne!(seeds.hash_one(7_u64), Seeds::default().hash_one(7_u64));
    }
}
