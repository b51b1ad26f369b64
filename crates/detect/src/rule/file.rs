//! Rule files: lines, continued lines, comments, duplicates, and problems with their place.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ast::Rule;
use super::limits::{FILE_BYTES_MAX, PROBLEMS_MAX, RULE_BYTES_MAX};
use super::parse::{find_sid, parse_rule};
use super::problem::{Fault, Problem, ProblemKind};

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// File as the caller named it.
    pub file: Arc<str>,
    /// Line of its first byte, from 1.
    pub line: u32,
}

/// A rule and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedRule {
    /// The rule.
    pub rule: Rule,
    /// Where it stands; files it names are relative to this file.
    pub place: Place,
}

/// Two rules of one identity: the newer revision is kept, of equal ones the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// `gid`
    pub gid: u32,
    /// `sid`
    pub sid: u32,
    /// The rule kept, with its revision.
    pub kept: (Place, u32),
    /// The rule dropped, with its revision.
    pub dropped: (Place, u32),
}

/// All rules of some files, and what happened on the way.
#[derive(Debug, Default)]
pub struct Collection {
    /// Rules in the order of files and lines.
    pub rules: Vec<PlacedRule>,
    /// Mistakes: these rules (or files) are not among the rules. At most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// Rules left out because their `requires` is not met.
    pub unmet: Vec<Problem>,
    /// Remarks on rules that are kept.
    pub remarks: Vec<Problem>,
    /// Rules of one identity.
    pub duplicates: Vec<Duplicate>,
    /// Rules commented out (`#alert ...`).
    pub disabled_count: usize,
    /// Files read.
    pub file_count: usize,
    /// Problems and remarks beyond [`PROBLEMS_MAX`], counted only.
    pub omitted_count: usize,
    identities: HashMap<(u32, u32), usize>,
}

impl Collection {
    /// Reads files, and the `*.rules` files directly within folders (in order of name). What cannot be read becomes a
    /// problem; the rest goes on.
    pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        let mut collection = Self::default();
        for path in paths {
            let path = path.as_ref();
            if path.is_dir() {
                collection.read_folder(path);
            } else {
                collection.read_path(path);
            }
        }
        collection
    }

    /// Reads the text of one rule file; `name` is what problems call it.
    pub fn read(&mut self, name: &str, text: &[u8]) {
        let file: Arc<str> = name.into();
        self.file_count = self.file_count.saturating_add(1);
        let mut lines = Lines::new(text);
        while let Some(joined) = lines.next_rule(&mut self.disabled_count) {
            self.read_rule(&file, &joined);
        }
    }

    fn read_rule(&mut self, file: &Arc<str>, joined: &Joined<'_>) {
        match parse_rule(&joined.text) {
            Err(fault) => {
                let mut problem = joined.problem(file, &fault);
                problem.sid = find_sid(&joined.text);
                let list = if fault.kind == ProblemKind::RequirementUnmet {
                    &mut self.unmet
                } else {
                    &mut self.problems
                };
                push_limited(list, problem, &mut self.omitted_count);
            }
            Ok(parsed) => {
                for remark in &parsed.remarks {
                    let mut problem = joined.problem(file, remark);
                    problem.sid = Some(parsed.rule.meta.sid);
                    push_limited(&mut self.remarks, problem, &mut self.omitted_count);
                }
                let line = joined.parts.first().map_or(0, |part| part.line);
                self.add(PlacedRule {
                    rule: parsed.rule,
                    place: Place {
                        file: Arc::clone(file),
                        line,
                    },
                });
            }
        }
    }

    /// Adds a rule unless a newer one of the same identity is there.
    fn add(&mut self, rule: PlacedRule) {
        let identity = (rule.rule.meta.gid, rule.rule.meta.sid);
        let known = self
            .identities
            .get(&identity)
            .and_then(|index| self.rules.get_mut(*index));
        let Some(known) = known else {
            self.identities.insert(identity, self.rules.len());
            self.rules.push(rule);
            return;
        };
        let dropped = if rule.rule.meta.revision > known.rule.meta.revision {
            std::mem::replace(known, rule)
        } else {
            rule
        };
        let (gid, sid) = identity;
        let side = |rule: &PlacedRule| (rule.place.clone(), rule.rule.meta.revision);
        let duplicate = Duplicate {
            gid,
            sid,
            kept: side(known),
            dropped: side(&dropped),
        };
        if self.duplicates.len() < PROBLEMS_MAX {
            self.duplicates.push(duplicate);
        } else {
            self.omitted_count = self.omitted_count.saturating_add(1);
        }
    }

    fn read_folder(&mut self, folder: &Path) {
        let name: Arc<str> = folder.display().to_string().into();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.problems.push(Problem::of_file(
                    &name,
                    format!("the folder cannot be read: {error}"),
                ));
                return;
            }
        };
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "rules")
                    && path.is_file()
            })
            .collect();
        paths.sort();
        if paths.is_empty() {
            self.problems
                .push(Problem::of_file(&name, "the folder holds no *.rules file"));
        }
        for path in paths {
            self.read_path(&path);
        }
    }

    fn read_path(&mut self, path: &Path) {
        let name = path.display().to_string();
        match read_limited(path) {
            Ok(text) => self.read(&name, &text),
            Err(message) => self.problems.push(Problem::of_file(&name.into(), message)),
        }
    }
}

/// Puts faults of rules that were read before at their places in the file's text. `faults` are by the line in which
/// their rule begins, each with the rule's `sid`.
pub fn locate(
    name: &Arc<str>,
    text: &[u8],
    faults: &BTreeMap<u32, Vec<(u32, Fault)>>,
) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut lines = Lines::new(text);
    while let Some(joined) = lines.next_rule(&mut 0) {
        let line = joined.parts.first().map_or(0, |part| part.line);
        for (sid, fault) in faults.get(&line).into_iter().flatten() {
            let mut problem = joined.problem(name, fault);
            problem.sid = Some(*sid);
            found.push(problem);
        }
    }
    found
}

fn push_limited(list: &mut Vec<Problem>, problem: Problem, omitted_count: &mut usize) {
    if list.len() < PROBLEMS_MAX {
        list.push(problem);
    } else {
        *omitted_count = omitted_count.saturating_add(1);
    }
}

fn read_limited(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut text = Vec::new();
    file.take(FILE_BYTES_MAX.saturating_add(1))
        .read_to_end(&mut text)
        .map_err(unreadable)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        return Err(format!("the file has more than {FILE_BYTES_MAX} bytes"));
    }
    Ok(text)
}

/// One rule with its lines put together.
struct Joined<'a> {
    text: Vec<u8>,
    parts: Vec<Part<'a>>,
}

/// One line of a rule.
struct Part<'a> {
    /// Number of the line in the file, from 1.
    line: u32,
    /// The line.
    text: &'a [u8],
    /// Offset in the joined text of the first byte of the line.
    start: usize,
}

impl Joined<'_> {
    /// A fault of the joined text, placed in its line.
    fn problem(&self, file: &Arc<str>, fault: &Fault) -> Problem {
        let part = self
            .parts
            .iter()
            .rev()
            .find(|part| part.start <= fault.span.start)
            .or(self.parts.first());
        let (line, text, offset) = match part {
            Some(part) => (
                part.line,
                part.text,
                fault.span.start.saturating_sub(part.start),
            ),
            None => (0, &b""[..], 0),
        };
        Problem::at(fault.kind, file, line, text, offset, fault.message.clone())
    }
}

/// The lines of a file, put together where a backslash continues them.
struct Lines<'a> {
    lines: std::slice::Split<'a, u8, fn(&u8) -> bool>,
    number: u32,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        Self {
            lines: text.split(|byte| *byte == b'\n'),
            number: 0,
        }
    }

    /// The next rule; comments and empty lines are passed over, disabled rules counted.
    fn next_rule(&mut self, disabled_count: &mut usize) -> Option<Joined<'a>> {
        let mut joined = Joined {
            text: Vec::new(),
            parts: Vec::new(),
        };
        for line in self.lines.by_ref() {
            self.number = self.number.saturating_add(1);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if joined.parts.is_empty() {
                let content = line.trim_ascii_start();
                if let Some(comment) = content.strip_prefix(b"#") {
                    *disabled_count = disabled_count.saturating_add(usize::from(is_rule(comment)));
                    continue;
                }
                if content.is_empty() {
                    continue;
                }
            }
            let start = joined.text.len();
            let (content, continued) = match line.trim_ascii_end().strip_suffix(b"\\") {
                Some(content) => (content, true),
                None => (line, false),
            };
            joined.parts.push(Part {
                line: self.number,
                text: line,
                start,
            });
            // Beyond the limit the rule is refused anyway; its text need not be kept.
            if joined.text.len() <= RULE_BYTES_MAX {
                joined.text.extend_from_slice(content);
            }
            if !continued {
                return Some(joined);
            }
        }
        (!joined.parts.is_empty()).then_some(joined)
    }
}

/// Whether a comment holds a rule.
fn is_rule(comment: &[u8]) -> bool {
    let comment = comment.trim_ascii_start();
    let actions: [&[u8]; 5] = [b"alert ", b"drop ", b"pass ", b"reject ", b"config "];
    actions.iter().any(|action| comment.starts_with(action))
        && comment.trim_ascii_end().ends_with(b")")
}
