//! `hinomi rules check`: files in, everything that deserves a look out.

use super::words;
use crate::command::replay::language;
use anyhow::{Context, Result};
use clap::Args;
use detect::review::review;
use detect::rule::{Collection, Fault, PlacedRule, Problem, ProblemKind, locate};
use detect::signature::{Refused, Ruleset};
use event::Language;
use sensor::Settings;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Rules with errors do not run, all others do. Warnings are about rules that run and cost much, or that can never do
/// anything. Exit code 1 when there is an error (with --strict: or a warning), 0 otherwise.
#[derive(Args)]
pub struct Options {
    /// Rule files, or folders of *.rules files. Bits that rules ask for must be set in one of them: check together
    /// what runs together
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Value of a rule variable, e.g. HTTP_PORTS=80,8080 (may be repeated)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = crate::detection_options::variable)]
    variables: Vec<(String, String)>,
    /// One JSON object on standard output instead of text
    #[arg(long)]
    json: bool,
    /// Warnings count as errors
    #[arg(long)]
    strict: bool,
    /// Errors only
    #[arg(long, conflicts_with = "strict")]
    quiet: bool,
    /// Language of the messages
    #[arg(long, visible_alias = "lang", value_name = "ja|en", default_value = "en", value_parser = language)]
    language: Language,
}

/// What was found.
struct Findings {
    rules: usize,
    runs: usize,
    disabled: usize,
    omitted: usize,
    problems: Vec<Problem>,
}

pub fn run(options: Options) -> Result<ExitCode> {
    let settings = Settings {
        rules: options.files.clone(),
        variables: options.variables.clone(),
        ..Settings::default()
    };
    for file in &options.files {
        std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let mut findings = find(&settings)?;
    if options.quiet {
        findings.problems.retain(|problem| is_error(problem.kind));
    }
    let problems = findings.problems.into_iter();
    findings.problems = problems
        .map(|problem| problem.in_language(options.language))
        .collect();
    let mut out = io::BufWriter::new(io::stdout().lock());
    // What cannot be written (a closed pipe) is not worth an error.
    let _ = if options.json {
        print_json(&mut out, &findings)
    } else {
        print_text(&mut out, &findings, options.language)
    };
    let _ = out.flush();
    let failed = findings
        .problems
        .iter()
        .any(|problem| is_error(problem.kind) || options.strict && is_warning(problem.kind));
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn find(settings: &Settings) -> Result<Findings> {
    let collection = Collection::load(&settings.rules);
    let variables = sensor::variables(settings)?;
    let compiler = detect::signature::Settings {
        list_folders: sensor::list_folders(settings),
        ..detect::signature::Settings::default()
    };
    let rules = collection.rules.iter().map(|placed| &placed.rule);
    let (ruleset, refused) = Ruleset::compile(rules, &variables, &compiler);
    let mut faults: Vec<(usize, Fault)> = refused.iter().map(cannot_run).collect();
    faults.extend(
        review(&collection.rules)
            .into_iter()
            .map(|advice| (advice.position, advice.fault)),
    );
    let mut problems = place(&collection.rules, faults)?;
    problems.extend(collection.duplicates.iter().map(|duplicate| {
        let (dropped, revision) = &duplicate.dropped;
        let (kept, kept_revision) = &duplicate.kept;
        let message = format!(
            "sid {} stands at {}:{} as well, there as revision {kept_revision}; this one, revision {revision}, is left out",
            duplicate.sid, kept.file, kept.line
        );
        let mut problem = Problem::at(
            ProblemKind::Duplicate,
            &dropped.file,
            dropped.line,
            b"",
            0,
            message,
        );
        problem.sid = Some(duplicate.sid);
        problem
    }));
    problems.extend(collection.problems);
    problems.extend(collection.unmet);
    problems.extend(collection.remarks);
    problems.sort_by(|one, other| {
        let key = |problem: &Problem| (Arc::clone(&problem.file), problem.line, problem.column);
        key(one).cmp(&key(other))
    });
    Ok(Findings {
        rules: collection.rules.len(),
        runs: ruleset.len(),
        disabled: collection.disabled_count,
        omitted: collection.omitted_count,
        problems,
    })
}

fn cannot_run(rule: &Refused) -> (usize, Fault) {
    let detail = rule
        .detail
        .as_ref()
        .map_or_else(String::new, |detail| format!(" ({detail})"));
    let fault = Fault {
        kind: ProblemKind::CannotRun,
        span: detect::rule::ast::Span::default(),
        message: format!("cannot run for want of {}{detail}", rule.missing),
    };
    (rule.position, fault)
}

/// Faults of a file by the line in which their rule begins, each with the rule's sid.
type Faults = BTreeMap<u32, Vec<(u32, Fault)>>;

/// Reads each file again to show the faults at their places.
fn place(rules: &[PlacedRule], faults: Vec<(usize, Fault)>) -> Result<Vec<Problem>> {
    let mut by_file: BTreeMap<Arc<str>, Faults> = BTreeMap::new();
    for (position, fault) in faults {
        let Some(placed) = rules.get(position) else {
            continue;
        };
        by_file
            .entry(Arc::clone(&placed.place.file))
            .or_default()
            .entry(placed.place.line)
            .or_default()
            .push((placed.rule.meta.sid, fault));
    }
    let mut problems = Vec::new();
    for (file, faults) in by_file {
        let text = std::fs::read(&*file).with_context(|| format!("cannot read {file}"))?;
        problems.extend(locate(&file, &text, &faults));
    }
    Ok(problems)
}

/// The rule (or file) does not run.
const fn is_error(kind: ProblemKind) -> bool {
    !is_warning(kind) && !matches!(kind, ProblemKind::RequirementUnmet)
}

const fn is_warning(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::Slow | ProblemKind::Useless | ProblemKind::Remark | ProblemKind::Duplicate
    )
}

/// Name of a class of problems, and whose severity it is.
const fn class(kind: ProblemKind) -> (&'static str, &'static str) {
    match kind {
        ProblemKind::Syntax => ("syntax", "error"),
        ProblemKind::UnknownKeyword => ("unknown-keyword", "error"),
        ProblemKind::Meaning => ("contradiction", "error"),
        ProblemKind::Refused => ("refused", "error"),
        ProblemKind::Limit => ("limit", "error"),
        ProblemKind::File => ("file", "error"),
        ProblemKind::CannotRun => ("cannot-run", "error"),
        ProblemKind::RequirementUnmet => ("requirement-unmet", "note"),
        ProblemKind::Remark => ("remark", "warning"),
        ProblemKind::Slow => ("slow", "warning"),
        ProblemKind::Useless => ("useless", "warning"),
        ProblemKind::Duplicate => ("duplicate", "warning"),
    }
}

fn summary(findings: &Findings) -> BTreeMap<(&'static str, &'static str), usize> {
    let mut counts = BTreeMap::new();
    for problem in &findings.problems {
        let (name, severity) = class(problem.kind);
        *counts.entry((severity, name)).or_default() += 1;
    }
    counts
}

fn print_text(out: &mut impl Write, findings: &Findings, language: Language) -> io::Result<()> {
    for problem in &findings.problems {
        let (name, severity) = class(problem.kind);
        let sid = problem
            .sid
            .map_or_else(String::new, |sid| format!(" sid {sid}:"));
        let text = problem.to_string();
        // The place first, then what it is, then why: editors find their way by that.
        let place = if problem.line == 0 {
            format!("{}:", problem.file)
        } else {
            format!("{}:{}:{}:", problem.file, problem.line, problem.column)
        };
        let reason = text.strip_prefix(&place).unwrap_or(&text).trim_start();
        writeln!(out, "{place} {severity}[{name}]:{sid} {reason}")?;
    }
    writeln!(
        out,
        "{}: {}; {}: {}; {}: {}",
        words::RULES_READ.in_language(language),
        findings.rules,
        words::RULES_RUN.in_language(language),
        findings.runs,
        words::COMMENTED_OUT.in_language(language),
        findings.disabled
    )?;
    for ((severity, name), count) in summary(findings) {
        writeln!(out, "  {count:>6} {severity}[{name}]")?;
    }
    if findings.omitted > 0 {
        let more = words::MORE_NOT_LISTED.in_language(language);
        writeln!(out, "  {:>6} {more}", findings.omitted)?;
    }
    Ok(())
}

fn print_json(out: &mut impl Write, findings: &Findings) -> io::Result<()> {
    let problems: Vec<_> = findings
        .problems
        .iter()
        .map(|problem| {
            let (name, severity) = class(problem.kind);
            json!({
                "file": &*problem.file,
                "line": problem.line,
                "column": problem.column,
                "sid": problem.sid,
                "severity": severity,
                "class": name,
                "reason": problem.message,
            })
        })
        .collect();
    let counts: BTreeMap<&str, usize> = summary(findings)
        .into_iter()
        .map(|((_, name), count)| (name, count))
        .collect();
    let all = json!({
        "rules": findings.rules,
        "runs": findings.runs,
        "commented_out": findings.disabled,
        "omitted": findings.omitted,
        "summary": counts,
        "problems": problems,
    });
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}
