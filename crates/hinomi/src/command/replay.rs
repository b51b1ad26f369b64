//! `hinomi replay`: captures in, a report and JSON lines out.

use crate::detection_options::DetectionOptions;
use crate::report;
use anyhow::{Context, Result};
use clap::Args;
use event::Language;
use indicatif::{ProgressBar, ProgressStyle};
use sensor::{Detectors, Folder, Progress, Settings, replay};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Reads pcap and pcapng files, also compressed with gzip or zstd. Exit code 1 when a capture
/// could not be opened; a damaged one is analysed up to the damage, which is reported.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    detection: DetectionOptions,
    /// Treat all captures as one, in the order given, instead of each as a world of its own
    #[arg(long)]
    together: bool,
    /// Write events.jsonl (EVE JSON) and incidents.jsonl to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_name = "ja|en", default_value = "en", value_parser = language)]
    language: Language,
    /// Captures; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// `ja` or `en`.
pub fn language(text: &str) -> Result<Language, String> {
    match text {
        "ja" => Ok(Language::Ja),
        "en" => Ok(Language::En),
        _ => Err("expected ja or en".to_owned()),
    }
}

pub fn run(options: Options) -> Result<ExitCode> {
    let settings = Settings {
        told_when_acknowledged: options.out.is_some(),
        ..options.detection.settings()
    };
    let detectors = Arc::new(Detectors::load(&settings)?);
    report::loaded(&detectors.report);
    let mut folder = match &options.out {
        Some(path) => Some(
            Folder::create(path).with_context(|| format!("cannot write to {}", path.display()))?,
        ),
        None => None,
    };
    if let Some(path) = &options.out {
        report::write_refused(path, &detectors.report)?;
    }
    let bar = progress_bar(&options.files);
    let mut totals = report::Totals::default();
    let out = std::io::stdout();
    replay(
        &options.files,
        options.together,
        &settings,
        &detectors,
        folder.as_mut(),
        |progress| show(&bar, progress),
        |result| bar.suspend(|| totals.add(&mut out.lock(), &result, options.language)),
    )?;
    bar.finish_and_clear();
    totals.finish(&mut out.lock(), options.out.as_deref());
    Ok(if totals.unopened > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// By bytes for one capture, by captures for many; nothing where nobody looks.
fn progress_bar(files: &[PathBuf]) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (length, template) = match files {
        [one] => {
            let length = std::fs::metadata(one).map_or(0, |data| data.len());
            (
                length,
                "{bar:30} {bytes} of {total_bytes}, {elapsed}, {msg}",
            )
        }
        many => (
            many.len() as u64,
            "{bar:30} {pos} of {len}, {elapsed}, {msg}",
        ),
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

fn show(bar: &ProgressBar, progress: Progress<'_>) {
    let position = if progress.count == 1 {
        progress.offset
    } else {
        progress.index as u64
    };
    bar.set_position(position);
    bar.set_message(progress.path.display().to_string());
}
