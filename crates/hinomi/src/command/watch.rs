//! `hinomi watch`: the same as replay, live.

use crate::detection_options::DetectionOptions;
use crate::{report, signals};
use anyhow::{Context, Result};
use clap::Args;
use event::{Event, Incident, Language};
use sensor::{
    Counters, Detectors, Folder, LoadReport, Outputs, Screen, Summary, WatchSettings, Wishes, watch,
};
use std::collections::HashMap;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Needs the right to capture packets (CAP_NET_RAW) and gives up every privilege once it does. Ends
/// with Ctrl-C; reads rules and lists again on SIGHUP.
#[derive(Args)]
pub struct Options {
    /// Interface to watch (may be repeated, or several after one another)
    #[arg(short, long = "interface", value_name = "IFACE", required = true, num_args = 1..)]
    interfaces: Vec<String>,
    #[command(flatten)]
    detection: DetectionOptions,
    /// Kernel rings on each interface, which share its flows
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    rings: u16,
    /// Write events.jsonl (EVE JSON) and incidents.jsonl to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_name = "ja|en", default_value = "en", value_parser = super::replay::language)]
    language: Language,
}

pub fn run(options: Options) -> Result<ExitCode> {
    let settings = options.detection.settings();
    let detectors = Arc::new(Detectors::load(&settings)?);
    report::loaded(&detectors.report);
    let folder = match &options.out {
        Some(path) => Some(
            Folder::create(path).with_context(|| format!("cannot write to {}", path.display()))?,
        ),
        None => None,
    };
    let mut screen = Terminal {
        folder,
        language: options.language,
        told: HashMap::new(),
        names: options.interfaces.join(", "),
        moving: io::stderr().is_terminal(),
        stop: signals::stop_flag()?,
    };
    let (stop, reload) = (Arc::clone(&screen.stop), signals::reload_flag()?);
    let watched = WatchSettings {
        interfaces: options.interfaces,
        rings_each: usize::from(options.rings),
    };
    let (counters, summary) = watch(
        &watched,
        &settings,
        &detectors,
        &mut screen,
        signals::now,
        Wishes {
            stop: &stop,
            reload: &reload,
        },
    )?;
    if screen.moving {
        eprintln!();
    }
    if let Some(folder) = &mut screen.folder {
        folder.finish_world()?;
    }
    eprintln!("{}", status(&counters, &summary));
    Ok(ExitCode::SUCCESS)
}

fn status(counters: &[Counters], summary: &Summary) -> String {
    let interfaces: Vec<String> = counters
        .iter()
        .map(|counted| {
            format!(
                "{}: {} packets, {} bytes, {} dropped by the kernel",
                counted.interface, counted.packets, counted.bytes, counted.drops
            )
        })
        .collect();
    let alerts: u64 = summary.alerts.values().map(|(_, number)| number).sum();
    format!(
        "{}; {} flows open, {alerts} alerts",
        interfaces.join("; "),
        summary.flows.flows_active
    )
}

/// Alerts and incidents as they come.
struct Terminal {
    folder: Option<Folder>,
    language: Language,
    /// Severity and number of communications told of an incident: it is told again when one rises.
    told: HashMap<String, (event::Severity, usize)>,
    names: String,
    /// Whether a status line can be written over itself.
    moving: bool,
    stop: Arc<AtomicBool>,
}

impl Screen for Terminal {
    fn ready(&mut self) {
        eprintln!("watching {}; Ctrl-C ends", self.names);
    }

    fn reloaded(&mut self, outcome: Result<&LoadReport, &str>) {
        match outcome {
            Ok(report) => {
                report::loaded(report);
                eprintln!(
                    "rules loaded anew: {} run, {} do not",
                    report.loaded,
                    report.refused()
                );
            }
            Err(reason) => eprintln!("the new rules are refused, the old ones go on: {reason}"),
        }
    }

    fn status(&mut self, counters: &[Counters], summary: &Summary) {
        if let Some(folder) = &mut self.folder {
            // Where the disk is full, the next event says so.
            let _ = folder.flush();
        }
        if self.moving && !io::stderr().is_terminal() {
            // The terminal is gone; its SIGHUP asked for new rules only.
            self.stop.store(true, Ordering::Relaxed);
        } else if self.moving {
            eprint!("\r\x1b[K{}", status(counters, summary));
        }
    }
}

impl Outputs for Terminal {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match &mut self.folder {
            Some(folder) => folder.event(event),
            None => Ok(()),
        }
    }

    fn incident(&mut self, incident: &Incident) -> io::Result<()> {
        let news = (incident.severity, incident.communications.len());
        if self
            .told
            .get(&incident.incident_id)
            .is_none_or(|told| *told < news)
        {
            self.told.insert(incident.incident_id.clone(), news);
            println!(
                "{} {}\n{}",
                incident.last_seen,
                incident.host.ip,
                report::story(incident, self.language)
            );
        }
        match &mut self.folder {
            Some(folder) => folder.incident(incident),
            None => Ok(()),
        }
    }
}
