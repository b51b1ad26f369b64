//! `hinomi intel`: threat intelligence, before it is used.

mod check;
mod fetch;
mod words;

use anyhow::Result;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Looks at threat intelligence instead of traffic.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says what is read of indicator lists, what is left out and why, and which lists are held back
    Check(check::Options),
    /// Fetches feeds (TAXII 2.1, MISP, files) into the folder that the sensor reads
    Fetch(fetch::Options),
}

pub fn run(options: Options) -> Result<ExitCode> {
    match options.command {
        Command::Check(options) => check::run(options),
        Command::Fetch(options) => fetch::run(options),
    }
}
