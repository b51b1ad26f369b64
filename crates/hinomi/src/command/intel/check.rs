//! `hinomi intel check`: lists in, everything that deserves a look out.

use super::words;
use crate::command::replay::language;
use anyhow::Result;
use clap::Args;
use event::Language;
use intelligence::{Format, Indicators, LoadReport, Loader};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Reads lists as the sensor does: plain lists, CSV, maltrail, STIX, MISP, warning lists, recognised by content. Exit
/// code 1 when a list is held back or cannot be read, 0 otherwise.
#[derive(Args)]
pub struct Options {
    /// Lists, folders of lists, archives (.gz, .tar.gz). Check together what runs together: warning lists slow down the
    /// entries of the other lists
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// One JSON object on standard output instead of text
    #[arg(long)]
    json: bool,
    /// A line for each list
    #[arg(long)]
    lists: bool,
    /// Language of the messages
    #[arg(long, visible_alias = "lang", value_name = "ja|en", default_value = "en", value_parser = language)]
    language: Language,
}

pub fn run(options: Options) -> Result<ExitCode> {
    let loader = Loader {
        now: Some(crate::signals::now()),
        ..Loader::default()
    };
    let (indicators, report) = loader.load(&options.files);
    let mut out = io::stdout().lock();
    if options.json {
        print_json(&mut out, &indicators, &report)?;
    } else {
        print_text(&mut out, &indicators, &report, &options)?;
    }
    let is_fine = report.held.is_empty() && report.unreadable.is_empty();
    Ok(if is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_text(
    out: &mut impl Write,
    indicators: &Indicators,
    report: &LoadReport,
    options: &Options,
) -> io::Result<()> {
    let language = options.language;
    for (file, reason) in &report.unreadable {
        let word = words::UNREADABLE.in_language(language);
        writeln!(out, "{file}: error[unreadable]: {word}: {reason}")?;
    }
    for held in &report.held {
        let text = held.text();
        writeln!(
            out,
            "{}: error[held]: {}",
            held.file,
            text.in_language(language)
        )?;
    }
    for skipped in &report.shown {
        let reason = skipped.reason.text();
        writeln!(
            out,
            "{}:{}: note[{}]: {}: {}",
            skipped.file,
            skipped.place,
            skipped.reason.key(),
            reason.in_language(language),
            skipped.text
        )?;
    }
    let more = report.skipped_total().saturating_sub(report.shown.len());
    if more > 0 {
        writeln!(
            out,
            "  {more:>8} {}",
            words::MORE_NOT_SHOWN.in_language(language)
        )?;
    }
    if options.lists {
        for list in &report.each {
            writeln!(
                out,
                "  {:>8} {} ({}, {} {})",
                list.entries,
                list.name,
                list.format,
                list.skipped,
                words::LEFT_OUT.in_language(language)
            )?;
        }
    }
    summary(out, indicators, report, language)
}

fn summary(
    out: &mut impl Write,
    indicators: &Indicators,
    report: &LoadReport,
    language: Language,
) -> io::Result<()> {
    for (word, number) in [
        (words::LISTS_READ, report.lists),
        (words::ENTRIES, report.entries),
        (words::REPEATED, report.repeated),
        (words::BRAKED, report.braked),
        (words::EXPIRED, report.expired),
        (words::WARNINGS, report.warnings),
        (words::HELD, report.held.len()),
        (words::LEFT_OUT_IN_ALL, report.skipped_total()),
        (words::MEMORY_KIB, indicators.bytes() >> 10),
    ] {
        writeln!(out, "{}: {number}", word.in_language(language))?;
    }
    for (reason, count) in &report.skipped {
        let text = reason.text();
        writeln!(
            out,
            "  {count:>8} [{}] {}",
            reason.key(),
            text.in_language(language)
        )?;
    }
    for (format, count) in formats(report) {
        writeln!(
            out,
            "  {count:>8} {}",
            words::format(format).in_language(language)
        )?;
    }
    Ok(())
}

fn formats(report: &LoadReport) -> BTreeMap<Format, usize> {
    let mut formats = BTreeMap::new();
    for list in &report.each {
        *formats.entry(list.format).or_default() += 1;
    }
    formats
}

fn print_json(
    out: &mut impl Write,
    indicators: &Indicators,
    report: &LoadReport,
) -> io::Result<()> {
    let lists: Vec<_> = report
        .each
        .iter()
        .map(|list| {
            json!({
                "name": list.name,
                "file": list.file,
                "format": list.format.name(),
                "entries": list.entries,
                "skipped": list.skipped,
            })
        })
        .collect();
    let skipped: Vec<_> = report
        .shown
        .iter()
        .map(|skipped| {
            json!({
                "file": skipped.file,
                "place": skipped.place.to_string(),
                "reason": skipped.reason.key(),
                "text": skipped.text,
            })
        })
        .collect();
    let held: Vec<_> = report
        .held
        .iter()
        .map(|held| {
            let text = held.text();
            json!({
                "list": held.list,
                "file": held.file,
                "entries": held.entries,
                "examples": held.examples,
                "kept": held.kept,
                "reason_ja": text.in_language(Language::Ja),
                "reason_en": text.in_language(Language::En),
            })
        })
        .collect();
    let counts: BTreeMap<&str, usize> = report
        .skipped
        .iter()
        .map(|(reason, count)| (reason.key(), *count))
        .collect();
    let all = json!({
        "lists_read": report.lists,
        "entries": report.entries,
        "repeated": report.repeated,
        "braked": report.braked,
        "expired": report.expired,
        "warnings": report.warnings,
        "memory_bytes": indicators.bytes(),
        "left_out": counts,
        "skipped": skipped,
        "held": held,
        "unreadable": report.unreadable,
        "lists": lists,
    });
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}
