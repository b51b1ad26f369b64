//! Generators of our own, in the shapes that the literature describes (Plohmann and others, A Comprehensive Measurement
//! Study of Domain Generating Malware, 2016): they teach shapes, so that families nobody has listed are known too.

use crate::random::Random;

/// Names of one made-up family.
pub struct Made {
    /// The kind of words' grammar; None for families made of characters.
    pub grammar: Option<usize>,
    /// Names.
    pub names: Vec<String>,
}

const ENDINGS: &[&str] = &[
    "com",
    "net",
    "org",
    "info",
    "biz",
    "ru",
    "cc",
    "su",
    "in",
    "eu",
    "pw",
    "top",
    "xyz",
    "club",
    "online",
    "tk",
    "me",
    "co",
    "us",
    "ws",
    "de",
    "nl",
    "br",
    "cn",
    "io",
    "to",
    "site",
    "space",
    "life",
    "live",
    "name",
    "ddns.net",
    "duckdns.org",
];
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const ALL: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const BASE32: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
const HEX: &[u8] = b"0123456789abcdef";
const CONSONANTS: &[u8] = b"bcdfghjklmnprstvwxz";
const VOWELS: &[u8] = b"aeiou";
/// Grammars of words: how words are put together.
pub const GRAMMARS: usize = 8;

/// Families of characters: `each` names of each.
pub fn of_characters(seed: u64, each: usize) -> Vec<Made> {
    let mut families = Vec::new();
    for kind in 0..12 {
        for variant in 0..4 {
            let family = format!("made:characters-{kind}-{variant}");
            let mut random = Random::new(seed, &family);
            let endings = some_endings(&mut random);
            let shape = Shape::draw(&mut random, kind);
            let names = (0..each)
                .map(|_| format!("{}.{}", shape.label(&mut random), random.pick(&endings)))
                .collect();
            families.push(Made {
                grammar: None,
                names,
            });
        }
    }
    families
}

fn some_endings(random: &mut Random) -> Vec<&'static str> {
    let count = *random.pick(&[1, 1, 2, 4, 6, 8]);
    (0..count).map(|_| *random.pick(ENDINGS)).collect()
}

/// One family's way of making labels.
struct Shape {
    kind: usize,
    low: usize,
    high: usize,
    alphabet: Vec<u8>,
    fixed: String,
}

impl Shape {
    fn draw(random: &mut Random, kind: usize) -> Self {
        let (low, high) = *random.pick(&[
            (6, 9),
            (8, 13),
            (10, 16),
            (12, 21),
            (16, 28),
            (12, 13),
            (16, 17),
        ]);
        let mut alphabet = LETTERS.to_vec();
        for at in (1..alphabet.len()).rev() {
            alphabet.swap(at, random.count(0, at + 1));
        }
        alphabet.truncate(random.count(9, 19));
        let length = random.count(5, 10);
        let fixed = syllables(random, length);
        Self {
            kind,
            low,
            high,
            alphabet,
            fixed,
        }
    }

    fn label(&self, random: &mut Random) -> String {
        let length = random.count(self.low, self.high);
        match self.kind {
            0 | 1 => random.text(LETTERS, length),
            2 => random.text(ALL, length),
            3 => random.text(HEX, (length / 4).max(2) * 4),
            4 => random.text(BASE32, length),
            5 => random.text(&self.alphabet, length),
            6 => syllables(random, length.min(14)),
            7 => {
                // Closed syllables: consonant, vowel, consonant.
                let mut label = String::new();
                while label.len() < length.min(12) {
                    label.push_str(&syllables(random, 2));
                    if random.chance(0.5) {
                        label.push(char::from(*random.pick(CONSONANTS)));
                    }
                }
                label
            }
            8 => format!("{}{}", random.text(LETTERS, 4), self.fixed),
            9 => {
                let length = random.count(4, 7);
                random.text(LETTERS, length)
            }
            10 => format!(
                "{}{}",
                random.text(LETTERS, length / 2 + 2),
                random.text(b"0123456789", 2)
            ),
            _ => random.text(ALL, length / 2 + 2),
        }
    }
}

fn syllables(random: &mut Random, length: usize) -> String {
    let odd = random.chance(0.3);
    (0..length)
        .map(|at| {
            char::from(*random.pick(if (at % 2 == 0) != odd {
                CONSONANTS
            } else {
                VOWELS
            }))
        })
        .collect()
}

/// Families of words out of the given ones: `variants` of each grammar, `each` names of each.
pub fn of_words(seed: u64, words: &[String], variants: usize, each: usize) -> Vec<Made> {
    let mut families = Vec::new();
    for grammar in 0..GRAMMARS {
        for variant in 0..variants {
            let family = format!("made:words-{grammar}-{variant}");
            let mut random = Random::new(seed, &family);
            let endings = some_endings(&mut random);
            // Lists of malware are common words, some with long ones only.
            let reach = (*random.pick(&[1_500, 4_000, 10_000, 20_000])).min(words.len());
            let shortest = random.count(3, 6);
            let size = *random.pick(&[80, 300, 1_000]);
            let mut list: Vec<&str> = Vec::new();
            while list.len() < size {
                let word = &words[random.count(0, reach)];
                if word.len() >= shortest && word.len() <= 12 {
                    list.push(word);
                }
            }
            let names = (0..each)
                .map(|_| {
                    format!(
                        "{}.{}",
                        phrase(&mut random, grammar, &list),
                        random.pick(&endings)
                    )
                })
                .collect();
            families.push(Made {
                grammar: Some(grammar),
                names,
            });
        }
    }
    families
}

fn phrase(random: &mut Random, grammar: usize, list: &[&str]) -> String {
    let mut word = || (*random.pick(list)).to_owned();
    match grammar {
        0 | 1 => word() + &word(),
        2 => word() + &word() + &word(),
        3 => word() + "-" + &word(),
        4 => {
            let mut label = word();
            while label.len() < 14 {
                label += &word();
            }
            label.truncate(23);
            label
        }
        5 => {
            let front = word() + &word();
            front + &random.text(b"0123456789", 2)
        }
        6 => {
            let front = word();
            let front = front
                .get(..front.len().min(5))
                .unwrap_or_default()
                .to_owned();
            let back = word();
            front + &back + *random.pick(&["ing", "er", "ly", "ed", "", "s"])
        }
        _ => {
            let front = *random.pick(&["pre", "un", "re", "over", "non", "semi", "inter", "de"]);
            let middle = *random.pick(list);
            front.to_owned() + middle + *random.pick(list)
        }
    }
}
