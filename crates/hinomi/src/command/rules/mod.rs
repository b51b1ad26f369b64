//! `hinomi rules`: what is wrong with rules, and what one of them looks for.

mod capture;
mod check;
mod explain;
mod words;

pub use words::Phrase;

use anyhow::Result;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Looks at rules instead of traffic.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists everything wrong with rule files, and rules that are slow or can never do anything
    Check(check::Options),
    /// Says in words what a rule looks for, and why it did or did not match in captures
    Explain(explain::Options),
}

pub fn run(options: Options) -> Result<ExitCode> {
    match options.command {
        Command::Check(options) => check::run(options),
        Command::Explain(options) => explain::run(options),
    }
}
