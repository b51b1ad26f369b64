//! What is wrong with a rule, with its place, in both languages.

use event::{Language, Text};
use std::sync::Arc;

/// Classes of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemClass {
    /// The file cannot be read.
    File,
    /// Not YAML.
    Yaml,
    /// YAML, but no Sigma rule: something is missing, or of the wrong shape.
    Shape,
    /// A modifier that does not exist, or does not go with its value.
    Modifier,
    /// A condition that cannot be read, or names what is not there.
    Condition,
    /// A correlation that cannot be linked.
    Correlation,
    /// Beyond a limit of this program.
    Limit,
    /// The same id twice; the later one is left out.
    Duplicate,
}

impl ProblemClass {
    /// The name by which machines know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Yaml => "yaml",
            Self::Shape => "shape",
            Self::Modifier => "modifier",
            Self::Condition => "condition",
            Self::Correlation => "correlation",
            Self::Limit => "limit",
            Self::Duplicate => "duplicate",
        }
    }
}

/// Why a rule was refused, and where the reason stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// As the caller named the file.
    pub file: Arc<str>,
    /// From 1; 0 where the file itself is the problem.
    pub line: u32,
    /// The rule's id, or its title where it has none; empty where neither could be read.
    pub rule: String,
    /// What kind of problem.
    pub class: ProblemClass,
    /// What is wrong, and what to do.
    pub message: Text,
}

impl Problem {
    /// The whole line, as compilers write it.
    pub fn in_language(&self, language: Language) -> String {
        let place = if self.line == 0 {
            format!("{}:", self.file)
        } else {
            format!("{}:{}:", self.file, self.line)
        };
        let rule = if self.rule.is_empty() {
            String::new()
        } else {
            format!(" {}:", self.rule)
        };
        let message = self.message.in_language(language);
        format!("{place} error[{}]:{rule} {message}", self.class.name())
    }
}

/// A problem before its file and rule are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub line: u32,
    pub class: ProblemClass,
    pub message: Text,
}

/// A fault with its two texts.
pub(crate) fn fault(
    line: u32,
    class: ProblemClass,
    ja: impl Into<String>,
    en: impl Into<String>,
) -> Fault {
    Fault {
        line,
        class,
        message: Text::new(ja.into(), en.into()),
    }
}

/// Text of a rule in a message: short, and on one line.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN_MAX: usize = 80;
    let mut short: String = text.chars().take(SHOWN_MAX).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short.escape_debug().to_string()
}
