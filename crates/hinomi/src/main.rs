//! The one binary of Hinomi: a tower that watches a network, the portal that people read, and the
//! tools around them.

mod command;
mod detection_options;
mod report;
mod signals;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What one thread allocates another frees, packet by packet: with the allocator of glibc the threads wait for each
/// other's locks.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Watches a network, finds attacks by itself, and says in plain words what happened and what to do.
#[derive(Parser)]
#[command(name = "hinomi", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads captures and reports what was found in them
    Replay(command::replay::Options),
    /// Checks rule files, and explains a rule: what it looks for, why it did or did not match
    Rules(command::rules::Options),
    /// Checks Sigma rules, and says which events each of them looks at
    Sigma(command::sigma::Options),
    /// Checks threat intelligence (what is read of indicator lists, what is held back) and fetches it
    Intel(command::intel::Options),
    /// Watches network interfaces and reports on the terminal
    Watch(command::watch::Options),
    /// Watches network interfaces and reports to a portal
    Sensor(command::sensor::Options),
    /// Serves the portal: the web pages that people read, and the link for sensors
    Portal(command::portal::Options),
    /// Makes traffic: office life and staged attacks, as a capture or into an interface
    Drill(command::drill::Options),
    /// Shows all of it on this machine: a portal, a sensor, and attacks to be found
    Demo(command::demo::Options),
}

/// Exit codes: 0 done, 1 failed (input that could not be read, a port that is taken, ...), 2 the
/// command line was wrong.
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log();
    let result = match arguments.command {
        Command::Replay(options) => command::replay::run(options),
        Command::Rules(options) => command::rules::run(options),
        Command::Sigma(options) => command::sigma::run(options),
        Command::Intel(options) => command::intel::run(options),
        Command::Watch(options) => command::watch::run(options),
        Command::Sensor(options) => command::sensor::run(options),
        Command::Portal(options) => command::portal::run(options),
        Command::Drill(options) => command::drill::run(options),
        Command::Demo(options) => command::demo::run(options),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hinomi: {}", reasons(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and what brought it about, each once: many errors name the reason themselves, for those who read nothing
/// but them (the log), and give it as their source as well.
fn reasons(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// `HINOMI_LOG` chooses what is logged to standard error, e.g. `debug` or `link=debug,info`.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HINOMI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}
