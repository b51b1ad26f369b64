//! `hinomi intel fetch`: feeds into the sensor's folder.

use super::words;
use crate::command::replay::language;
use anyhow::{Context, Result};
use clap::Args;
use event::Language;
use feeds::{Config, Outcome};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Asks each feed of the configuration (TAXII 2.1, MISP, files) for what is new, and puts it into the folder that the
/// sensor reads with --indicators. A feed's file is replaced in one step, or not at all; a running sensor takes it in on
/// SIGHUP. Exit code 1 when a feed could not be fetched or is held back, 0 otherwise.
#[derive(Args)]
pub struct Options {
    /// Configuration (TOML): see docs/intelligence.md
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Fetch these feeds only
    #[arg(value_name = "FEED")]
    feeds: Vec<String>,
    /// Language of the messages
    #[arg(long, visible_alias = "lang", value_name = "ja|en", default_value = "en", value_parser = language)]
    language: Language,
}

pub fn run(options: Options) -> Result<ExitCode> {
    let shown = options.config.display();
    let text =
        std::fs::read_to_string(&options.config).with_context(|| format!("cannot read {shown}"))?;
    let config: Config =
        toml::from_str(&text).with_context(|| format!("{shown} is no configuration of feeds"))?;
    config.check().with_context(|| shown.to_string())?;
    if let Some(name) = options
        .feeds
        .iter()
        .find(|name| config.feeds.iter().all(|feed| feed.name != **name))
    {
        anyhow::bail!("there is no feed {name:?} in {shown}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcomes = runtime.block_on(feeds::fetch(&config, &options.feeds, crate::signals::now()));
    let mut out = io::stdout().lock();
    let mut is_fine = true;
    for (name, outcome) in &outcomes {
        is_fine &= matches!(outcome, Outcome::Unchanged | Outcome::Taken { .. });
        writeln!(out, "{name}: {}", told(outcome, options.language))?;
    }
    Ok(if is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn told(outcome: &Outcome, language: Language) -> String {
    match outcome {
        Outcome::Unchanged => words::UNCHANGED.in_language(language).to_owned(),
        Outcome::Held(text) => text.in_language(language).to_owned(),
        Outcome::Failed(reason) => {
            format!("{}: {reason}", words::FAILED.in_language(language))
        }
        Outcome::Taken {
            came,
            bad,
            entries,
            left_out,
        } => match language {
            Language::Ja => format!(
                "更新しました。受信 {came} 件(うち読み取れないもの {bad} 件)、使われる項目 {entries} 件、除外 {left_out} 件"
            ),
            Language::En => format!(
                "taken: {came} came ({bad} of them cannot be read), {entries} entries in force, {left_out} left out"
            ),
        },
    }
}
