//! Passwords that have leaked elsewhere or that everybody uses, as a table of short digests that the program carries: asked
//! without a network, and it gives no password away. About one good password in three thousand is refused by mistake.

use crate::text::folded;
use sha2::{Digest as _, Sha256};

/// Made by `scripts/breached-passwords.sh`; where from stands in `content/passwords/README.md`.
const SHIPPED: &[u8] = include_bytes!("../../../../content/passwords/breached.bin");
/// Digests are sorted into drawers by their first two bytes; a drawer holds the next two bytes of each.
const DRAWERS: usize = 1 << 16;
const START_BYTES: usize = 4;
const REST_BYTES: usize = 2;

/// Whether a password, or one that differs from it in upper and lower case only, is in the shipped table.
pub fn is_known(password: &str) -> bool {
    contains(SHIPPED, password)
}

/// Whether a table contains a password.
fn contains(table: &[u8], password: &str) -> bool {
    let (drawer, rest) = digest(password);
    let starts = DRAWERS.saturating_add(1).saturating_mul(START_BYTES);
    let Some((starts, rests)) = table.split_at_checked(starts) else {
        return false;
    };
    let (starts, _) = starts.as_chunks::<START_BYTES>();
    let (rests, _) = rests.as_chunks::<REST_BYTES>();
    let start = |place: usize| starts.get(place).map(|bytes| u32::from_le_bytes(*bytes));
    let (Some(from), Some(to)) = (start(drawer), start(drawer.saturating_add(1))) else {
        return false;
    };
    rests.get(from as usize..to as usize).is_some_and(|drawer| {
        drawer
            .binary_search_by_key(&rest, |bytes| u16::from_le_bytes(*bytes))
            .is_ok()
    })
}

/// The table of some passwords.
pub fn table(passwords: impl Iterator<Item = String>) -> Vec<u8> {
    let mut digests: Vec<(usize, u16)> = passwords.map(|password| digest(&password)).collect();
    digests.sort_unstable();
    digests.dedup();
    let mut table = Vec::new();
    for drawer in 0..=DRAWERS {
        let start = digests.partition_point(|(known, _)| *known < drawer);
        table.extend(u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes());
    }
    for (_, rest) in digests {
        table.extend(rest.to_le_bytes());
    }
    table
}

/// The drawer, and what lies in it.
fn digest(password: &str) -> (usize, u16) {
    let digest: [u8; 32] = Sha256::digest(folded(password).as_bytes()).into();
    let [a, b, c, d, ..] = digest;
    (
        usize::from(u16::from_be_bytes([a, b])),
        u16::from_be_bytes([c, d]),
    )
}

#[cfg(test)]
mod tests {
    use super::{SHIPPED, contains, is_known, table};
    use proptest::prelude::{ProptestConfig, proptest};

    #[test]
    fn what_everybody_uses_is_known_and_what_chance_makes_is_not() {
        for known in [
            "1qaz2wsx3edc4rfv",
            "QWERTY123456789",
            "passwordpassword",
            "correcthorsebatterystaple",
            "iloveyouforever",
            "sunshine",
        ] {
            assert!(is_known(known), "{known}");
        }
        let mistaken = (0..20_000)
            .filter(|number| is_known(&format!("never seen before: {number}")))
            .count();
        assert!(mistaken < 20, "{mistaken} of 20,000");
    }

    #[test]
    fn a_damaged_table_knows_nothing() {
        for length in [0, 1, SHIPPED.len() / 100] {
            assert!(!contains(SHIPPED.get(..length).unwrap(), "sunshine"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn a_table_contains_what_it_was_made_of(passwords in proptest::collection::vec(".{1,20}", 1..50)) {
            let table = table(passwords.clone().into_iter());
            for password in &passwords {
                assert!(contains(&table, password));
            }
        }
    }
}
