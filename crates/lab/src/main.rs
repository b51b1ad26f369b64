//! Trains the models that `analyze` carries, and measures them. Every figure of `docs/quality.md` about models is made here.

mod beacons;
mod boost;
mod brain;
mod domains;
mod random;
mod replay;
mod tunnels;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Training and measuring of models.
#[derive(Debug, Parser)]
#[command(name = "lab")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Train the model of generated domains.
    TrainDomains {
        #[command(flatten)]
        lists: Lists,
        /// The model to write.
        #[arg(long, default_value = "content/models/domains.bin")]
        out: PathBuf,
    },
    /// Measure generated domains over families left out of training.
    Domains {
        #[command(flatten)]
        lists: Lists,
    },
    /// Show logged events (EVE JSON lines) to the models.
    Events {
        /// The log.
        log: PathBuf,
    },
    /// Measure tunnels inside DNS beside look-ups that resemble them.
    Tunnels,
    /// Measure what the brain costs: time for a flow, memory over days.
    Brain {
        /// Hosts of the office.
        #[arg(long, default_value_t = 1_000)]
        hosts: usize,
        /// Days.
        #[arg(long, default_value_t = 7)]
        days: usize,
        /// Another seed is another office.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Measure beacons over a grid of period and jitter among the traffic of an office.
    Beacons {
        /// Hosts of the office.
        #[arg(long, default_value_t = 1_000)]
        hosts: usize,
        /// Days.
        #[arg(long, default_value_t = 14)]
        days: usize,
        /// Another seed is another office.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to draw the heat map.
        #[arg(long)]
        picture: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct Lists {
    /// Folder with dga.csv (family,domain) and benign.csv (source,domain).
    #[arg(long)]
    names: PathBuf,
    /// English words: lines of `word count`.
    #[arg(long)]
    words: PathBuf,
    /// English pairs of words: lines of `word word count`.
    #[arg(long)]
    pairs: PathBuf,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::TrainDomains { lists, out } => {
            domains::train(&lists.names, &lists.words, &lists.pairs, &out)
        }
        Task::Events { log } => replay::show(&log),
        Task::Tunnels => {
            tunnels::measure();
            Ok(())
        }
        Task::Beacons {
            hosts,
            days,
            seed,
            picture,
        } => beacons::measure(hosts, days, seed, picture.as_deref()),
        Task::Brain { hosts, days, seed } => brain::measure(hosts, days, seed),
        Task::Domains { lists } => domains::measure(&lists.names, &lists.words, &lists.pairs),
    }
}
