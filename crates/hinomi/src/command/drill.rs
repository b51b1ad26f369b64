//! `hinomi drill`: traffic from a seed, to a file or into an interface.

use crate::signals;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use drill::{Attack, Network, Plan, Truth, write_pcap};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The same seed and options give the same packets. Nothing in them works as an attack: programs
/// and exploit pages are inert. Traffic goes into an interface only of a test network of your own.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    instead: Option<Instead>,
    /// What everything is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    duration: u64,
    /// Office machines
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=2000))]
    hosts: u16,
    /// Attacks to stage: a name, several with commas, all or none
    #[arg(
        long,
        value_name = "NAME,...",
        default_value = "all",
        value_delimiter = ','
    )]
    attacks: Vec<String>,
    /// List the attacks and end
    #[arg(long)]
    list: bool,
    /// The office's network
    #[arg(long, value_name = "CIDR")]
    home: Option<Network>,
    /// VLAN id of all frames
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u16).range(1..=4094))]
    vlan: Option<u16>,
    /// Only the attacks, without office life
    #[arg(long)]
    no_office: bool,
    /// Begin at this time (RFC 3339) [default: 2025-06-09T00:00:00Z; with --interface now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    start: Option<event::Timestamp>,
    /// Write a capture to this file; - is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "interface")]
    out: Option<PathBuf>,
    /// Play into this interface, in real time
    #[arg(short, long, value_name = "IFACE")]
    interface: Option<String>,
    /// Play so many times faster
    #[arg(long, value_name = "N", default_value_t = 1.0, requires = "interface")]
    speed: f64,
    /// Write what a sensor ought to find to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Instead {
    /// Makes each rule of a rule set speak: a capture with a hit and a near miss for each rule
    Rules(super::exercise::Options),
}

fn time(text: &str) -> Result<event::Timestamp, String> {
    event::Timestamp::parse(text)
        .ok_or_else(|| "expected a time such as 2026-04-01T09:00:00Z".to_owned())
}

pub fn run(options: Options) -> Result<ExitCode> {
    if let Some(Instead::Rules(options)) = options.instead {
        return super::exercise::run(options);
    }
    if options.list {
        for attack in Attack::ALL {
            println!("{:20} {}", attack.key(), attack.communications().join(", "));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let plan = plan(&options)?;
    if let Some(path) = &options.truth {
        let mut file = BufWriter::new(
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
        );
        for truth in plan.truths() {
            writeln!(file, "{}", truth_line(&truth))?;
        }
        file.flush()?;
    }
    match (&options.out, &options.interface) {
        (Some(path), None) => write(&plan, path)?,
        (None, Some(interface)) => play(&plan, interface, options.speed)?,
        _ => bail!("say where the traffic goes: --out FILE or --interface IFACE"),
    }
    Ok(ExitCode::SUCCESS)
}

fn plan(options: &Options) -> Result<Plan> {
    let attacks = match options
        .attacks
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["all"] => Attack::ALL.to_vec(),
        ["none"] => Vec::new(),
        names => names
            .iter()
            .map(|name| name.parse())
            .collect::<Result<_, _>>()?,
    };
    let default = Plan::default();
    let start = match (options.start, &options.interface) {
        (Some(start), _) => start.nanos(),
        (None, Some(_)) => signals::now().nanos(),
        (None, None) => default.start_nanos,
    };
    let plan = Plan {
        seed: options.seed,
        start_nanos: start,
        duration: Duration::from_secs(options.duration),
        hosts: usize::from(options.hosts),
        office: !options.no_office,
        home: options.home.unwrap_or(default.home),
        vlan: options.vlan,
        ..default
    };
    Ok(plan.with_attacks(attacks))
}

fn truth_line(truth: &Truth) -> serde_json::Value {
    serde_json::json!({
        "attack": truth.attack.key(),
        "communications": truth.communications,
        "victim": truth.victim.to_string(),
        "peers": truth.peers,
        "first_seen": event::Timestamp::from_nanos(truth.first_nanos),
        "last_seen": event::Timestamp::from_nanos(truth.last_nanos),
    })
}

fn write(plan: &Plan, path: &std::path::Path) -> Result<()> {
    let count = if path == std::path::Path::new("-") {
        write_pcap(&mut BufWriter::new(io::stdout().lock()), plan.packets())?
    } else {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut file = BufWriter::new(file);
        let count = write_pcap(&mut file, plan.packets())?;
        file.flush()?;
        count
    };
    eprintln!("{count} packets, {} attacks", plan.truths().len());
    Ok(())
}

/// Sends each frame when its time has come.
fn play(plan: &Plan, interface: &str, speed: f64) -> Result<()> {
    if !(speed.is_finite() && speed > 0.0) {
        bail!("--speed must be above 0");
    }
    let sender = capture::FrameSender::open(interface)?;
    let stop = signals::stop_flag()?;
    let begun = std::time::Instant::now();
    let mut count = 0_u64;
    for packet in plan.packets() {
        let due = Duration::from_nanos((packet.time_nanos - plan.start_nanos).max(0) as u64)
            .div_f64(speed);
        while begun.elapsed() < due && !stop.load(Ordering::Relaxed) {
            std::thread::sleep((due - begun.elapsed().min(due)).min(Duration::from_millis(200)));
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
        sender.send(&packet.bytes)?;
        count += 1;
    }
    eprintln!("{count} packets sent into {interface}");
    Ok(())
}
