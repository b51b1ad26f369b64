//! Reads YARA files: good rules are kept, bad ones reported with their place.

use super::split::{Piece, pieces};
use crate::limits::{YARA_FILE_BYTES_MAX, YARA_FILES_MAX, YARA_PROBLEMS_MAX};
use crate::rule::{Problem, ProblemKind};
use boreal::Compiler;
use boreal::compiler::{AddRuleError, CompilerParams};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Symbols that rule collections expect from the scanning program; those that we cannot know are empty.
const TEXT_SYMBOLS: &[&str] = &[
    "filename",
    "filepath",
    "extension",
    "filetype",
    "file_type",
    "owner",
];

/// What was loaded, and what was not and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Rules that run.
    pub loaded: usize,
    /// Files read.
    pub files: usize,
    /// Rules and files with mistakes.
    pub problems: Vec<Problem>,
    /// Problems beyond the number that is kept.
    pub omitted: usize,
}

pub(super) fn load(paths: &[PathBuf]) -> (boreal::Scanner, LoadReport) {
    let mut loader = Loader {
        compiler: Compiler::new(),
        report: LoadReport::default(),
    };
    // A rule set may come from elsewhere: it names no files of this machine.
    loader
        .compiler
        .set_params(CompilerParams::default().disable_includes(true));
    for symbol in TEXT_SYMBOLS {
        loader.compiler.define_symbol(*symbol, "");
    }
    let files: Vec<PathBuf> = paths.iter().flat_map(|path| files(path)).collect();
    for path in files.iter().take(YARA_FILES_MAX) {
        loader.file(path);
    }
    if let Some(path) = files.get(YARA_FILES_MAX) {
        let name: Arc<str> = path.display().to_string().into();
        let message = format!("more than {YARA_FILES_MAX} files: this and later ones are left out");
        loader.problem(Problem::of_file(&name, message));
    }
    (loader.compiler.finalize(), loader.report)
}

/// The file, or the rule files of the folder, in order of name.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let is_rules = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("yar" | "yara")) && path.is_file()
    };
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_rules).collect();
    files.sort();
    files
}

struct Loader {
    compiler: Compiler,
    report: LoadReport,
}

impl Loader {
    fn file(&mut self, path: &Path) {
        let name: Arc<str> = path.display().to_string().into();
        let text = match read(path) {
            Ok(text) => text,
            Err(message) => return self.problem(Problem::of_file(&name, message)),
        };
        self.report.files = self.report.files.saturating_add(1);
        let stem = path.file_stem().unwrap_or_default();
        let namespace = stem.to_string_lossy();
        for piece in pieces(&text) {
            match self
                .compiler
                .add_rules_str_in_namespace(piece.text, &namespace)
            {
                Ok(_) if piece.is_preamble => {}
                Ok(_) => self.report.loaded = self.report.loaded.saturating_add(1),
                Err(error) => self.problem(problem(&name, &piece, &error)),
            }
        }
    }

    fn problem(&mut self, problem: Problem) {
        if self.report.problems.len() < YARA_PROBLEMS_MAX {
            self.report.problems.push(problem);
        } else {
            self.report.omitted = self.report.omitted.saturating_add(1);
        }
    }
}

/// A mistake, with its place in the file that the piece was cut from.
fn problem(file: &Arc<str>, piece: &Piece<'_>, error: &AddRuleError) -> Problem {
    let diagnostic = error.to_diagnostic();
    let first = diagnostic.labels.first();
    let start = first.map_or(0, |label| label.range.start);
    // What is missing at the end is missing from the last line that has something.
    let start = start.min(piece.text.trim_end().len());
    let before = piece.text.get(..start).unwrap_or("");
    let offset = before.rsplit('\n').next().unwrap_or("").len();
    let further = before.matches('\n').count();
    let line = piece.line.saturating_add(further);
    let text = piece.text.lines().nth(further).unwrap_or("");
    // The label says it more exactly than the title ("syntax error").
    let message = match first.map(|label| label.message.as_str()) {
        Some(detail) if !detail.is_empty() => format!("{}: {detail}", diagnostic.message),
        _ => diagnostic.message.clone(),
    };
    Problem::at(
        ProblemKind::Syntax,
        file,
        u32::try_from(line).unwrap_or(u32::MAX),
        text.as_bytes(),
        offset,
        message,
    )
}

fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(YARA_FILE_BYTES_MAX).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot read it: {error}"))?;
    if bytes.len() as u64 == YARA_FILE_BYTES_MAX {
        return Err(format!("is larger than {YARA_FILE_BYTES_MAX} bytes"));
    }
    // Comments are written in any encoding.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
