//! What is measured of one name.

use super::language::{Language, Word};
use super::split::Parts;
use crate::behaviour::names::entropy;

/// Number of features of a name.
pub const FEATURES: usize = 32;

/// The features of one name, in the order of [`Features::of`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features {
    /// Values.
    pub values: [f32; FEATURES],
}

impl Features {
    /// Measures a name.
    pub fn of(parts: &Parts<'_>, language: &Language) -> Self {
        let lower = parts.label.to_ascii_lowercase();
        let label = lower.as_bytes();
        let length = label.len() as f32;
        let (mut surprises, mut fours) = (Vec::new(), Vec::new());
        language.surprises(&lower, &mut surprises);
        language.four_levels(&lower, &mut fours);
        let mean = surprises.iter().sum::<f32>() / surprises.len().max(1) as f32;
        let spread = surprises
            .iter()
            .map(|one| (one - mean) * (one - mean))
            .sum::<f32>()
            / surprises.len().max(1) as f32;
        let worst = surprises
            .windows(3)
            .map(|three| three.iter().sum::<f32>())
            .fold(0.0, f32::max);
        let level = |wanted: fn(u8) -> bool| {
            fours.iter().filter(|one| wanted(**one)).count() as f32 / fours.len().max(1) as f32
        };
        let shape = Shape::of(label);
        let (words, cost) = language.segment(label);
        let words = Words::of(&words, label, language);
        let ending = language.ending(parts.ending);
        let last = parts.ending.rsplit('.').next().unwrap_or_default().len();
        Self {
            values: [
                length,
                mean,
                spread,
                worst,
                surprises.iter().sum(),
                level(|one| one == 0),
                level(|one| one == 3),
                shape.digits / length,
                shape.turns,
                shape.vowels / (length - shape.digits).max(1.0),
                shape.consonants_max,
                shape.distinct / length,
                entropy(&lower),
                shape.hex,
                shape.hyphens,
                f32::from(ending),
                last as f32,
                f32::from(u8::from(parts.is_lent)),
                words.covered / length,
                words.count,
                words.longest,
                words.english,
                words.names,
                words.rarest,
                words.contrast,
                words.pairs,
                cost / length,
                shape.digits_last,
                shape.alternation,
                f32::from(u8::from(label.first().is_some_and(u8::is_ascii_digit))),
                language.ending_of_country(parts.ending),
                words.short,
            ],
        }
    }
}

impl Language {
    /// 1 for an ending of a country, 2 for one with a registry's label in front, else 0.
    fn ending_of_country(&self, ending: &str) -> f32 {
        match ending.rsplit_once('.') {
            Some((_, last)) if last.len() == 2 => 2.0,
            None if ending.len() == 2 => 1.0,
            _ => 0.0,
        }
    }
}

#[derive(Default)]
struct Shape {
    digits: f32,
    turns: f32,
    vowels: f32,
    consonants_max: f32,
    distinct: f32,
    hex: f32,
    hyphens: f32,
    digits_last: f32,
    alternation: f32,
}

impl Shape {
    fn of(label: &[u8]) -> Self {
        let vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
        let mut shape = Self::default();
        let (mut run, mut seen) = (0.0, 0u64);
        for byte in label {
            seen |= 1 << super::split::place(*byte);
            if byte.is_ascii_alphabetic() && !vowel(*byte) {
                run += 1.0;
                shape.consonants_max = shape.consonants_max.max(run);
            } else {
                run = 0.0;
            }
            shape.digits += f32::from(u8::from(byte.is_ascii_digit()));
            shape.vowels += f32::from(u8::from(vowel(*byte)));
            shape.hyphens += f32::from(u8::from(*byte == b'-'));
        }
        let pairs = label.len().saturating_sub(1).max(1) as f32;
        let count = |wanted: &dyn Fn(u8, u8) -> bool| {
            label
                .windows(2)
                .filter(|two| wanted(two[0], two[1]))
                .count() as f32
        };
        shape.turns = count(&|one, two| one.is_ascii_digit() != two.is_ascii_digit()) / pairs;
        let letters = |one: u8, two: u8| one.is_ascii_alphabetic() && two.is_ascii_alphabetic();
        shape.alternation =
            count(&|one, two| letters(one, two) && vowel(one) != vowel(two)) / pairs;
        shape.distinct = seen.count_ones() as f32;
        shape.digits_last = label
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count() as f32;
        shape.hex = f32::from(u8::from(label.iter().all(u8::is_ascii_hexdigit)));
        shape
    }
}

#[derive(Default)]
struct Words {
    covered: f32,
    count: f32,
    longest: f32,
    english: f32,
    names: f32,
    rarest: f32,
    contrast: f32,
    pairs: f32,
    short: f32,
}

impl Words {
    fn of(found: &[Word], label: &[u8], language: &Language) -> Self {
        let mut words = Self {
            rarest: 31.0,
            contrast: -31.0,
            ..Self::default()
        };
        let long: Vec<&Word> = found.iter().filter(|word| word.length > 2).collect();
        let text = |word: &Word| {
            label
                .get(word.start..word.start + word.length)
                .unwrap_or_default()
        };
        for word in &long {
            words.covered += word.length as f32;
            words.count += 1.0;
            words.longest = words.longest.max(word.length as f32);
            words.english += f32::from(word.english);
            words.names += f32::from(word.names);
            words.rarest = words.rarest.min(f32::from(word.names));
            words.contrast = words
                .contrast
                .max(f32::from(word.english) - f32::from(word.names));
        }
        let pairs = long
            .windows(2)
            .filter(|two| language.is_pair(text(two[0]), text(two[1])))
            .count();
        words.pairs = pairs as f32 / (words.count - 1.0).max(1.0);
        words.short = found.len() as f32 - words.count;
        words.english /= words.count.max(1.0);
        words.names /= words.count.max(1.0);
        words
    }
}
