//! Names to learn from and to be measured with: given lists, and families made here.

use super::made::{self, Made};
use super::statistics::{self, Name};
use analyze::domains::{Features, Forest, Language, Member, Model, parts, word_hash};
use anyhow::Context;
use std::collections::BTreeMap;
use std::path::Path;

/// Names of one family that are used at most; a large family teaches no more than a small one.
const NAMES_MAX: usize = 1_200;
const WORDS_OF_FAMILIES: usize = 20_000;

/// What was given.
pub struct Given {
    /// Names that people registered.
    pub benign: Vec<String>,
    /// Families and their names.
    pub families: BTreeMap<String, Vec<String>>,
    /// English words and how often they occur, the most common first.
    pub english: Vec<(String, u64)>,
    /// English words that follow each other, the most common first.
    pub pairs: Vec<(String, String)>,
}

/// Where a sample comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Registered by people.
    Benign,
    /// A listed family.
    Listed,
    /// A made-up family of characters.
    Characters,
    /// A made-up family of words, by grammar.
    Words(usize),
}

/// A name, measured.
pub struct Sample {
    pub family: usize,
    pub origin: Origin,
    pub features: Features,
    pub member: Member,
}

impl Given {
    /// Reads `dga.csv` (family,domain) and `benign.csv` (source,domain) of a folder, and English words (`word count`) and
    /// pairs (`word word count`).
    pub fn read(names: &Path, words: &Path, pairs: &Path) -> anyhow::Result<Self> {
        let text = |path: &Path| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let table = |text: &str| -> Vec<(String, String)> {
            let rows = text.lines().skip(1).filter_map(|line| line.split_once(','));
            rows.map(|(kind, name)| {
                (
                    kind.to_owned(),
                    name.trim().trim_matches('"').to_ascii_lowercase(),
                )
            })
            .collect()
        };
        let mut benign: Vec<String> = table(&text(&names.join("benign.csv"))?)
            .into_iter()
            .map(|row| row.1)
            .collect();
        benign.sort_unstable();
        benign.dedup();
        let mut families: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (family, name) in table(&text(&names.join("dga.csv"))?) {
            families.entry(family).or_default().push(name);
        }
        let letters =
            |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase()) && word.len() > 1;
        let mut english: Vec<(String, u64)> = text(words)?
            .lines()
            .filter_map(|line| line.trim_start_matches('\u{feff}').split_once(' '))
            .filter_map(|(word, count)| Some((word.to_owned(), count.trim().parse().ok()?)))
            .filter(|(word, _)| letters(word))
            .collect();
        english.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        let mut counted: Vec<(u64, String, String)> = text(pairs)?
            .lines()
            .filter_map(|line| {
                let mut fields = line.trim_start_matches('\u{feff}').split(' ');
                let (first, second) = (fields.next()?.to_owned(), fields.next()?.to_owned());
                Some((fields.next()?.trim().parse().ok()?, first, second))
            })
            .filter(|(_, first, second)| letters(first) && letters(second))
            .collect();
        counted.sort_by(|one, other| other.cmp(one));
        let pairs = counted
            .into_iter()
            .map(|(_, first, second)| (first, second))
            .collect();
        Ok(Self {
            benign,
            families,
            english,
            pairs,
        })
    }

    /// English words for made-up families: the half (0 or 1) of the common ones, or all.
    pub fn words(&self, half: Option<u32>) -> Vec<String> {
        let common = self
            .english
            .iter()
            .take(WORDS_OF_FAMILIES)
            .filter(|(word, _)| word.len() > 2);
        common
            .filter(|(word, _)| half.is_none_or(|half| word_hash(word.as_bytes()) % 2 == half))
            .map(|(word, _)| word.clone())
            .collect()
    }

    /// Statistics of language over the benign names of some tenths.
    pub fn language(&self, tenths: std::ops::Range<u32>) -> Language {
        let names: Vec<Name<'_>> = self
            .benign
            .iter()
            .filter_map(|name| parts(name))
            .filter(|parts| tenths.contains(&tenth(parts.label)))
            .map(|parts| Name {
                label: parts.label,
                ending: parts.ending,
            })
            .collect();
        statistics::count(&names, &self.english, &self.pairs)
    }
}

/// To which tenth a label belongs; the same label under several endings stays together.
fn tenth(label: &str) -> u32 {
    (word_hash(label.as_bytes()) >> 7) % 10
}

/// Samples of some families or of none, with the language that measures them.
pub struct Measure<'a> {
    pub language: &'a Language,
}

impl Measure<'_> {
    fn sample(&self, name: &str, family: usize, origin: Origin) -> Option<Sample> {
        let split = parts(name)?;
        let features = Features::of(&split, self.language);
        let model = Model {
            language: Language::default(),
            name: Forest::default(),
            group: Forest::default(),
        };
        let mut member = model.member(name)?;
        // The member knows of words what the features of the real language say.
        member.words = features.values[19] as u8;
        member.covered = (features.values[18] * 255.0) as u8;
        Some(Sample {
            family,
            origin,
            features,
            member,
        })
    }

    /// Benign names of some tenths.
    pub fn benign(&self, given: &Given, tenths: std::ops::Range<u32>) -> Vec<Sample> {
        let names = given
            .benign
            .iter()
            .filter(|name| parts(name).is_some_and(|split| tenths.contains(&tenth(split.label))));
        names
            .filter_map(|name| self.sample(name, 0, Origin::Benign))
            .collect()
    }

    /// The listed families, numbered from 1 by name; of a large one names spread over its list.
    pub fn listed(&self, given: &Given) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (family, names) in given.families.values().enumerate() {
            let step = names.len().div_ceil(NAMES_MAX).max(1);
            samples.extend(
                names
                    .iter()
                    .step_by(step)
                    .filter_map(|name| self.sample(name, family + 1, Origin::Listed)),
            );
        }
        samples
    }

    /// Made-up families, numbered from `first`.
    pub fn made(&self, made: &[Made], first: usize) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (family, made) in made.iter().enumerate() {
            let origin = made.grammar.map_or(Origin::Characters, Origin::Words);
            samples.extend(
                made.names
                    .iter()
                    .filter_map(|name| self.sample(name, first + family, origin)),
            );
        }
        samples
    }
}

/// All made-up families of characters.
pub fn characters(seed: u64) -> Vec<Made> {
    made::of_characters(seed, 250)
}
