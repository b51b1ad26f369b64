//! `hinomi sigma`: what is wrong with Sigma rules, and what each of them looks at.

use crate::command::replay::language;
use analyze::{SigmaOutlook, SigmaReview, SigmaRules};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use event::Language;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Looks at Sigma rules instead of traffic.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists every rule that is refused and why, and says which events each of the others looks at
    Check(CheckOptions),
}

/// Rules that are refused do not run, all others do. Exit code 1 when there is one, 0 otherwise.
#[derive(Args)]
struct CheckOptions {
    /// Files of Sigma rules, or folders of *.yml and *.yaml files. Correlations and their rules are checked together
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Value of a placeholder (%NAME%), several with commas between them (may be repeated)
    #[arg(long = "sigma-var", value_name = "NAME=VALUE", value_parser = crate::detection_options::variable)]
    variables: Vec<(String, String)>,
    /// One JSON object on standard output instead of text
    #[arg(long)]
    json: bool,
    /// Refused rules only, and the numbers
    #[arg(long)]
    quiet: bool,
    /// Language of the messages
    #[arg(long, visible_alias = "lang", value_name = "ja|en", default_value = "en", value_parser = language)]
    language: Language,
}

pub fn run(options: Options) -> Result<ExitCode> {
    let Command::Check(options) = options.command;
    for file in &options.files {
        std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let rules = sensor::load_sigma(&options.files, &options.variables);
    let mut out = io::BufWriter::new(io::stdout().lock());
    // What cannot be written (a closed pipe) is not worth an error.
    let _ = if options.json {
        print_json(&mut out, &rules, options.language)
    } else {
        print_text(&mut out, &rules, &options)
    };
    let _ = out.flush();
    Ok(if rules.problems().is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_text(out: &mut impl Write, rules: &SigmaRules, options: &CheckOptions) -> io::Result<()> {
    let language = options.language;
    for problem in rules.problems() {
        writeln!(out, "{}", problem.in_language(language))?;
    }
    if !options.quiet {
        for review in rules.reviews() {
            let about = review.about;
            let (class, words) = outlook(&review, language);
            writeln!(
                out,
                "{}:{}: note[{class}]: {}: {words}",
                about.file, about.line, about.title
            )?;
        }
    }
    let (looks, other, never) = counts(rules);
    let refused = rules.problems().len() + rules.omitted();
    let (loaded, files) = (rules.len(), rules.files());
    match language {
        Language::Ja => {
            writeln!(
                out,
                "ファイル: {files}、読み込んだルール: {loaded}、読み込めなかったもの: {refused}"
            )?;
            writeln!(out, "  センサーのイベントを見るルール: {looks}")?;
            writeln!(out, "  ほかのログ用（取り込みに備えて保持）: {other}")?;
            writeln!(out, "  一致することがないルール: {never}")
        }
        Language::En => {
            writeln!(
                out,
                "files: {files}; rules loaded: {loaded}; refused: {refused}"
            )?;
            writeln!(out, "  {looks:>6} look at events of the sensor")?;
            writeln!(out, "  {other:>6} are for other logs (kept for log intake)")?;
            writeln!(out, "  {never:>6} can never match")
        }
    }
}

/// Class and words of what a rule can do.
fn outlook(review: &SigmaReview<'_>, language: Language) -> (&'static str, String) {
    match review.outlook {
        SigmaOutlook::OtherLog(text) => ("other-log", text.in_language(language).to_owned()),
        SigmaOutlook::Never(text) => ("never", text.in_language(language).to_owned()),
        SigmaOutlook::Looks { kinds, without } => {
            let kinds = kinds.join(", ");
            let missing = without.join(", ");
            let words = match (language, without.is_empty()) {
                (Language::Ja, true) => format!("イベント {kinds} を見ます"),
                (Language::Ja, false) => {
                    format!(
                        "イベント {kinds} を見ます。{missing} はイベントにないため、値なしとして扱います"
                    )
                }
                (Language::En, true) => format!("looks at {kinds}"),
                (Language::En, false) => {
                    format!("looks at {kinds}; they have no {missing}, which counts as missing")
                }
            };
            ("looks", words)
        }
    }
}

/// Rules that look at events, are for other logs, can never match.
fn counts(rules: &SigmaRules) -> (usize, usize, usize) {
    let mut counts = (0, 0, 0);
    for review in rules.reviews() {
        match review.outlook {
            SigmaOutlook::Looks { .. } => counts.0 += 1,
            SigmaOutlook::OtherLog(_) => counts.1 += 1,
            SigmaOutlook::Never(_) => counts.2 += 1,
        }
    }
    counts
}

fn print_json(out: &mut impl Write, rules: &SigmaRules, language: Language) -> io::Result<()> {
    let problems: Vec<_> = rules
        .problems()
        .iter()
        .map(|problem| {
            json!({
                "file": &*problem.file,
                "line": problem.line,
                "rule": problem.rule,
                "class": problem.class.name(),
                "reason": problem.message.in_language(language),
            })
        })
        .collect();
    let reviews: Vec<_> = rules
        .reviews()
        .map(|review| {
            let about = review.about;
            let (class, words) = outlook(&review, language);
            let events = match review.outlook {
                SigmaOutlook::Looks { kinds, .. } => kinds.as_slice(),
                _ => &[],
            };
            json!({
                "file": &*about.file,
                "line": about.line,
                "id": about.id,
                "title": about.title,
                "author": about.author,
                "license": about.licence,
                "level": about.level.name(),
                "logsource": review.source.map(|source| source.name()),
                "class": class,
                "events": events,
                "words": words,
            })
        })
        .collect();
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in rules.problems() {
        *classes.entry(problem.class.name()).or_default() += 1;
    }
    let (looks, other, never) = counts(rules);
    let all = json!({
        "files": rules.files(),
        "rules": rules.len(),
        "filters": rules.filters(),
        "looks": looks,
        "other_logs": other,
        "never": never,
        "omitted": rules.omitted(),
        "refused": classes,
        "problems": problems,
        "reviews": reviews,
    });
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}
