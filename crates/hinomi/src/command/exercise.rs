//! `hinomi drill rules`: a capture in which each rule of a rule set ought to speak, and one beside it that ought not.

use anyhow::{Context, Result, bail};
use clap::Args;
use exercise::{Course, Rules};
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes DIR/exercise.pcap, and DIR/plan.jsonl with one line for each conversation: sid, kind (hit or miss), its ends,
/// what was broken; or why a rule could not be exercised. Play the capture to any engine with the same rules and
/// variables and hold its alerts against the plan; scripts/exerciser.py does.
#[derive(Args)]
pub struct Options {
    /// Rule files, or folders with *.rules files
    #[arg(long, value_name = "FILE", required = true)]
    rules: Vec<PathBuf>,
    /// Value of a rule variable
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// Write to this folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only these rules
    #[arg(long, value_name = "SID,...", value_delimiter = ',')]
    sids: Vec<u32>,
    /// Only every so many-th rule
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
    /// At most so many rules
    #[arg(long, value_name = "N", default_value_t = usize::MAX, hide_default_value = true)]
    limit: usize,
}

pub fn run(options: Options) -> Result<ExitCode> {
    let mut rules = Rules::load(&options.rules);
    for variable in &options.variables {
        let Some((name, value)) = variable.split_once('=') else {
            bail!("--var {variable}: expected NAME=VALUE");
        };
        rules
            .set_variable(name, value)
            .map_err(|error| anyhow::anyhow!("--var {variable}: {error}"))?;
    }
    for problem in rules.problems() {
        eprintln!("{problem}");
    }
    let cannot_write = || format!("cannot write to {}", options.out.display());
    std::fs::create_dir_all(&options.out).with_context(cannot_write)?;
    let course = Course {
        sids: options.sids,
        every: options.every,
        limit: options.limit,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let summary = course
        .write(&rules, &options.out)
        .with_context(cannot_write)?;
    eprintln!(
        "{} hits, {} near misses, {} packets",
        summary.hits, summary.misses, summary.packets
    );
    for (reason, count) in summary.reasons.iter().take(20) {
        eprintln!("{count:7} not exercised: {reason}");
    }
    Ok(ExitCode::SUCCESS)
}
