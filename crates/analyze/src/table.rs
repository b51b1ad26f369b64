//! A map with a bound: when it is full, the entries touched longest ago give way.

use event::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::Hash;

/// Keys with values and the time of the last touch, never more than a fixed number. By hash, since nearly every event
/// asks; whoever goes through all of them puts them in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(
    serialize = "K: Serialize + Ord + Hash, V: Serialize",
    deserialize = "K: Deserialize<'de> + Ord + Hash, V: Deserialize<'de>"
))]
pub(crate) struct Table<K: Ord + Hash, V> {
    #[serde(with = "hashed_pairs")]
    entries: HashMap<K, Entry<V>>,
    most: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry<V> {
    touched: Timestamp,
    value: V,
}

impl<K: Ord + Hash + Clone, V> Table<K, V> {
    /// An empty table for at most so many entries.
    pub fn new(most: usize) -> Self {
        Self {
            entries: HashMap::new(),
            most: most.max(1),
        }
    }

    /// The value of a key, made when missing; touches it.
    pub fn touch(&mut self, key: K, now: Timestamp, make: impl FnOnce() -> V) -> &mut V {
        if self.entries.len() >= self.most && !self.entries.contains_key(&key) {
            self.thin_out();
        }
        let entry = self.entries.entry(key).or_insert_with(|| Entry {
            touched: now,
            value: make(),
        });
        entry.touched = entry.touched.max(now);
        &mut entry.value
    }

    /// The value of a key.
    pub fn at(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// The value of a key, to change it without touching it.
    pub fn at_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// Takes an entry out.
    pub fn take(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key).map(|entry| entry.value)
    }

    /// Keys and values in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, entry)| (key, &entry.value))
    }

    /// Keys and values, by key.
    pub fn sorted(&self) -> Vec<(&K, &V)> {
        let mut sorted: Vec<_> = self.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        sorted
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Drops the half of the entries that was touched longest ago.
    pub fn halve(&mut self) {
        self.drop_oldest(self.len().div_ceil(2));
    }

    /// Drops the eighth of the entries that was touched longest ago.
    fn thin_out(&mut self) {
        self.drop_oldest((self.most / 8).max(1));
    }

    fn drop_oldest(&mut self, count: usize) {
        let mut order: Vec<(Timestamp, &K)> = self
            .entries
            .iter()
            .map(|(key, entry)| (entry.touched, key))
            .collect();
        if count < order.len() {
            // Which ones is enough; their order is not asked for.
            order.select_nth_unstable(count);
        }
        let oldest: Vec<K> = order
            .into_iter()
            .take(count)
            .map(|(_, key)| key.clone())
            .collect();
        for key in oldest {
            self.entries.remove(&key);
        }
    }
}

/// Maps as lists of pairs, since JSON has no other keys than text.
pub(crate) mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}

/// The same of a hash map, by key, so that the same state has the same text.
pub(crate) mod hashed_pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::HashMap;
    use std::hash::Hash;

    pub fn serialize<K: Serialize + Ord, V: Serialize, S: Serializer>(
        map: &HashMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut sorted: Vec<_> = map.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        serializer.collect_seq(sorted)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<HashMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Eq + Hash,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use event::Timestamp;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_holds_more_than_its_bound(keys in proptest::collection::vec(0u8..40, 0..200)) {
            let mut table = Table::new(16);
            for (at, key) in keys.iter().enumerate() {
                table.touch(*key, Timestamp::new(at as i64, 0), || 0u32);
                prop_assert!(table.len() <= 16);
                prop_assert!(table.at(key).is_some());
            }
        }
    }
}
