//! Rule files in, one set of rules that is ready to run out, with all that is wrong named.

use super::limits::{FILE_BYTES_MAX, PROBLEMS_MAX, RULES_MAX};
use super::link::link;
use super::problem::{Fault, Problem, ProblemClass, fault};
use super::rule::{self, About, Document, Placeholders, Setting};
use super::rules::SigmaRules;
use super::yaml;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rules as they are read, file by file.
#[derive(Debug, Default)]
pub struct SigmaCollection {
    setting: Setting,
    documents: Vec<Document>,
    /// Where each id was first seen.
    ids: BTreeMap<String, (Arc<str>, u32)>,
    problems: Vec<Problem>,
    omitted: usize,
    files: usize,
}

impl SigmaCollection {
    /// An empty one, with values for placeholders (`expand`).
    pub fn new(placeholders: Placeholders) -> Self {
        Self {
            setting: Setting::new(placeholders),
            ..Self::default()
        }
    }

    /// Reads a file: one or more documents, each a rule. A bad document costs itself only. `licence` is that of the
    /// folder that the file stands in, for rules that give none themselves.
    pub fn read(&mut self, name: &str, bytes: &[u8], licence: Option<&str>) {
        let file: Arc<str> = name.into();
        self.files += 1;
        if bytes.len() > FILE_BYTES_MAX {
            let limit = FILE_BYTES_MAX >> 20;
            return self.add(
                &file,
                String::new(),
                fault(
                    0,
                    ProblemClass::Limit,
                    format!("ファイルが {limit} MiB を超えています"),
                    format!("the file is larger than {limit} MiB"),
                ),
            );
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.add(
                &file,
                String::new(),
                fault(
                    0,
                    ProblemClass::File,
                    "ファイルの文字コードが UTF-8 ではありません",
                    "the file is not UTF-8",
                ),
            );
        };
        for document in yaml::documents(text) {
            let read = document.map_err(|fault| (String::new(), fault));
            let read = read.and_then(|node| rule::read(&node, &file, licence, &self.setting));
            match read {
                Ok(document) => self.take(document),
                Err((rule, fault)) => self.add(&file, rule, fault),
            }
        }
    }

    /// A file that could not be read at all.
    pub fn unreadable(&mut self, name: &str, reason: &str) {
        self.add(
            &name.into(),
            String::new(),
            fault(
                0,
                ProblemClass::File,
                format!("ファイルを読めません（{reason}）"),
                format!("cannot be read: {reason}"),
            ),
        );
    }

    /// Joins the rules to the events that they are about, and to each other.
    pub fn finish(self) -> SigmaRules {
        let mut problems = self.problems;
        let mut rules = link(self.documents, &mut problems);
        problems.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
        rules.omitted = self.omitted + problems.len().saturating_sub(PROBLEMS_MAX);
        problems.truncate(PROBLEMS_MAX);
        rules.problems = problems;
        rules.files = self.files;
        rules
    }

    fn take(&mut self, document: Document) {
        let about = match &document {
            Document::Detection(rule) => &rule.about,
            Document::Correlation(rule) => &rule.about,
            Document::Filter(rule) => &rule.about,
        };
        let (file, line, rule) = (Arc::clone(&about.file), about.line, about.key().to_owned());
        if self.documents.len() >= RULES_MAX {
            return self.add(
                &file,
                rule,
                fault(
                    line,
                    ProblemClass::Limit,
                    format!("ルールが {RULES_MAX} 個を超えました。これより後は使いません"),
                    format!("more than {RULES_MAX} rules; from here on they are left out"),
                ),
            );
        }
        if let Err(fault) = self.note_id(&file, line, about_id(about)) {
            return self.add(&file, rule, fault);
        }
        self.documents.push(document);
    }

    fn note_id(&mut self, file: &Arc<str>, line: u32, id: Option<String>) -> Result<(), Fault> {
        let Some(id) = id else { return Ok(()) };
        if let Some((first, at)) = self.ids.get(&id) {
            return Err(fault(
                line,
                ProblemClass::Duplicate,
                format!("同じ id のルールが {first}:{at} にもあります。後のほうは使いません"),
                format!("the same id stands at {first}:{at}; the later rule is left out"),
            ));
        }
        self.ids.insert(id, (Arc::clone(file), line));
        Ok(())
    }

    fn add(&mut self, file: &Arc<str>, rule: String, fault: Fault) {
        if self.problems.len() >= PROBLEMS_MAX {
            self.omitted += 1;
            return;
        }
        self.problems.push(place(file, rule, fault));
    }
}

fn about_id(about: &About) -> Option<String> {
    about.id.as_ref().map(|id| id.to_ascii_lowercase())
}

/// A fault with the file and rule that it stands in.
pub(crate) fn place(file: &Arc<str>, rule: String, fault: Fault) -> Problem {
    Problem {
        file: Arc::clone(file),
        line: fault.line,
        rule,
        class: fault.class,
        message: fault.message,
    }
}
