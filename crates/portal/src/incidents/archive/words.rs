//! Texts, each once and by number.

use std::collections::HashMap;

/// Texts by number. None has a line break in it.
#[derive(Default)]
pub struct Words {
    numbers: HashMap<Box<str>, u32>,
    /// All of them, one a line, in the order of their numbers.
    lines: String,
    /// Where each begins.
    starts: Vec<usize>,
}

/// Some of the texts.
pub struct Chosen(Vec<u64>);

impl Words {
    /// The number of a text, from now on.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        self.starts.push(self.lines.len());
        self.lines.push_str(text);
        self.lines.push('\n');
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of a text that is there.
    pub fn known(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let start = self.starts.get(number).copied().unwrap_or_default();
        let end = self.starts.get(number.saturating_add(1)).copied();
        let end = end.unwrap_or(self.lines.len()).saturating_sub(1);
        self.lines.get(start..end).unwrap_or_default()
    }

    /// Those in which a piece of text occurs.
    pub fn containing(&self, piece: &str) -> Chosen {
        let mut chosen = Chosen(vec![0; self.starts.len().div_ceil(64)]);
        let mut number = 0_usize;
        for place in memchr::memmem::find_iter(self.lines.as_bytes(), piece.as_bytes()) {
            let later = self.starts.get(number..).unwrap_or_default();
            number = number.saturating_add(later.partition_point(|start| *start <= place));
            // The one before the first that begins behind the place.
            chosen.choose(number.saturating_sub(1));
        }
        chosen
    }

    /// Bytes in memory, about.
    pub fn bytes(&self) -> usize {
        let each = size_of::<(Box<str>, u32)>() * 2;
        self.lines.capacity()
            + self.lines.len()
            + self.starts.capacity() * 8
            + self.numbers.len() * each
    }
}

impl Chosen {
    fn choose(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Whether a text is among them.
    pub fn has(&self, number: u32) -> bool {
        let word = self
            .0
            .get(number as usize / 64)
            .copied()
            .unwrap_or_default();
        word >> (number % 64) & 1 == 1
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Words;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_are_found_in_the_texts_that_have_them(
            texts in proptest::collection::vec("[ab犬猫.]{0,6}", 0..40), piece in "[ab犬猫.]{1,3}",
        ) {
            let mut words = Words::default();
            let numbers: Vec<u32> = texts.iter().map(|text| words.number(text)).collect();
            let chosen = words.containing(&piece);
            for (text, number) in texts.iter().zip(numbers) {
                prop_assert_eq!(words.text(number), text.as_str());
                prop_assert_eq!(words.known(text), Some(number));
                prop_assert_eq!(chosen.has(number), text.contains(&piece));
            }
        }
    }
}
