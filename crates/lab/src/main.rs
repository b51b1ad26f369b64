//! Trains the models that `analyze` carries, and measures them. Every figure of `docs/quality.md` about models is made here.

mod beacons;
mod boost;
mod brain;
mod domains;
mod flow_statistics;
mod office;
mod packets;
mod random;
mod reliability;
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
    /// Measure what is told of a company where nothing is wrong.
    Office {
        /// Machines of the company.
        #[arg(long, default_value_t = 1_000)]
        hosts: usize,
        /// Days.
        #[arg(long, default_value_t = 11)]
        days: u64,
        /// Another seed is another company.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
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
    /// Write tunnels inside DNS and ping, and what resembles them, as captures.
    Packets {
        /// The folder.
        #[arg(long)]
        out: PathBuf,
        /// Runs of each case at each pace and by each way.
        #[arg(long, default_value_t = 5)]
        runs: u64,
    },
    /// Measure a peer on the same tunnels: flow statistics without content.
    FlowStatistics,
    /// Tell what the sensor found in those captures.
    PacketsFound {
        /// The folder that `hinomi replay --out` wrote.
        #[arg(long)]
        replay: PathBuf,
        /// Runs of each case, as they were written.
        #[arg(long, default_value_t = 5)]
        runs: u64,
        /// Where to write how sure incidents were and whether they were right.
        #[arg(long)]
        points: Option<PathBuf>,
    },
    /// Write how sure the incidents of labelled captures were and whether they were right.
    CapturePoints {
        /// `incidents.jsonl`
        #[arg(long)]
        incidents: PathBuf,
        /// Table of captures with columns file and category.
        #[arg(long)]
        manifest: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
    /// Tell whether confidence means what it says.
    Reliability {
        /// Files that the other tasks wrote.
        #[arg(required = true)]
        points: Vec<PathBuf>,
    },
    /// Measure beacons over a grid of period and jitter among the traffic of an office.
    Beacons {
        /// Hosts of the office.
        #[arg(long, default_value_t = 1_000)]
        hosts: usize,
        /// Days.
        #[arg(long, default_value_t = 14)]
        days: u64,
        /// Another seed is another company.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to draw the heat map.
        #[arg(long)]
        picture: Option<PathBuf>,
        /// Where to draw recall over false incidents.
        #[arg(long)]
        curve: Option<PathBuf>,
        /// Where to write how sure incidents were and whether they were right.
        #[arg(long)]
        points: Option<PathBuf>,
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
        Task::Office { hosts, days, seed } => {
            office::measure(hosts, days, seed);
            Ok(())
        }
        Task::FlowStatistics => {
            flow_statistics::measure();
            Ok(())
        }
        Task::Packets { out, runs } => packets::write(&out, runs),
        Task::PacketsFound {
            replay,
            runs,
            points,
        } => packets::tell(&replay, runs, points.as_deref()),
        Task::CapturePoints {
            incidents,
            manifest,
            out,
        } => reliability::of_captures(&incidents, &manifest, &out),
        Task::Reliability { points } => reliability::tell(&points),
        Task::Beacons {
            hosts,
            days,
            seed,
            picture,
            curve,
            points,
        } => {
            let pictures = beacons::Pictures {
                heat_map: picture.as_deref(),
                curve: curve.as_deref(),
                points: points.as_deref(),
            };
            beacons::measure(hosts, days, seed, pictures)
        }
        Task::Brain { hosts, days, seed } => brain::measure(hosts, days, seed),
        Task::Domains { lists } => domains::measure(&lists.names, &lists.words, &lists.pairs),
    }
}
