//! A few values by name.

/// At most `MAX` values, each with its name, in the order in which the names came. A known name gets its new value; of
/// too many names the later ones are left out.
#[derive(Debug, Clone)]
pub(crate) struct NamedValues<N, V, const MAX: usize>(Vec<(N, V)>);

impl<N, V, const MAX: usize> Default for NamedValues<N, V, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<N: PartialEq, V, const MAX: usize> NamedValues<N, V, MAX> {
    /// The name has this value from now on.
    pub fn set(&mut self, name: N, value: V) {
        let is_full = self.0.len() >= MAX;
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None if !is_full => self.0.push((name, value)),
            None => {}
        }
    }

    /// Names and values.
    pub fn iter(&self) -> std::slice::Iter<'_, (N, V)> {
        self.0.iter()
    }

    /// Takes all out; the room stays.
    pub fn drain(&mut self) -> std::vec::Drain<'_, (N, V)> {
        self.0.drain(..)
    }
}

#[cfg(test)]
mod tests {
    use super::NamedValues;

    #[test]
    fn known_names_change_and_later_ones_are_left_out() {
        let mut values = NamedValues::<&str, u8, 2>::default();
        for (name, value) in [("a", 1), ("b", 2), ("c", 3), ("a", 4)] {
            values.set(name, value);
        }
        assert_eq!(values.drain().collect::<Vec<_>>(), [("a", 4), ("b", 2)]);
        assert_eq!(values.iter().count(), 0);
    }
}
