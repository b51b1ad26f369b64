//! The table behind the claims: `vocabulary.toml`, read once.

use event::{Communication, Severity, Stage};
use serde::Deserialize;
use std::sync::OnceLock;

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vocabulary {
    category: Vec<Row>,
    words: Vec<Words>,
    classtype: Vec<Row>,
}

/// What a category or a classtype stands for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    names: Vec<String>,
    #[serde(deserialize_with = "communication")]
    pub communication: Option<Communication>,
    pub stage: Stage,
    pub severity: Severity,
    pub confidence: f32,
    /// Confidence when the rule calls itself informational.
    pub informational: Option<f32>,
}

/// Words that say it more exactly.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[serde(rename = "in")]
    categories: Vec<String>,
    any: Vec<String>,
    #[serde(deserialize_with = "communication")]
    pub communication: Option<Communication>,
    pub stage: Stage,
    pub severity: Option<Severity>,
    pub confidence: Option<f32>,
}

/// The table; it is part of the program, and a test reads it.
pub(super) fn vocabulary() -> &'static Vocabulary {
    static TABLE: OnceLock<Vocabulary> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("vocabulary.toml")).unwrap_or(Vocabulary {
            category: Vec::new(),
            words: Vec::new(),
            classtype: Vec::new(),
        })
    })
}

impl Vocabulary {
    /// The row of a category such as `EXPLOIT_KIT`.
    pub fn category(&self, name: &str) -> Option<&Row> {
        find(&self.category, name)
    }

    /// The row of a classtype such as `trojan-activity`.
    pub fn classtype(&self, name: &str) -> Option<&Row> {
        find(&self.classtype, name)
    }

    /// The first row of words for a category that the message (in lower case) has.
    pub fn words(&self, category: &str, message: &str) -> Option<&Words> {
        self.words.iter().find(|row| {
            row.categories.iter().any(|name| name == category)
                && row.any.iter().any(|word| message.contains(word.as_str()))
        })
    }
}

fn find<'a>(rows: &'a [Row], name: &str) -> Option<&'a Row> {
    rows.iter()
        .find(|row| row.names.iter().any(|known| known == name))
}

fn communication<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Communication>, D::Error> {
    let key = String::deserialize(deserializer)?;
    if key == "none" {
        return Ok(None);
    }
    super::by_key(&Communication::ALL, Communication::key, &key)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(format!("unknown communication {key:?}")))
}

#[cfg(test)]
mod tests {
    use super::Vocabulary;

    #[test]
    fn the_table_can_be_read_and_words_are_lower_case() {
        let table: Vocabulary = toml::from_str(include_str!("vocabulary.toml")).unwrap();
        assert!(table.category.len() > 10 && table.classtype.len() > 5);
        for row in &table.words {
            for name in &row.categories {
                assert!(table.category(name).is_some(), "{name}");
            }
            for word in &row.any {
                assert_eq!(word.to_ascii_lowercase(), *word);
            }
        }
    }
}
