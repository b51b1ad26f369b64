//! Options of every command that detects.

use analyze::HomeNet;
use clap::Args;
use sensor::Settings;
use std::path::PathBuf;

/// What to look for, and how.
#[derive(Args, Clone, Debug)]
pub struct DetectionOptions {
    /// Rules in the Suricata language: a file, or a folder of *.rules files (may be repeated); our
    /// own rules are there beside them
    #[arg(long, value_name = "FILE|DIR")]
    pub rules: Vec<PathBuf>,
    /// Leave our own rules out
    #[arg(long)]
    pub no_own_rules: bool,
    /// A classification.config, reference.config or threshold.config (suppress lists, too) for the rules (may be
    /// repeated)
    #[arg(long, value_name = "FILE")]
    pub rule_config: Vec<PathBuf>,
    /// Indicators, one a line: IP, CIDR, domain, URL, file hash or JA3 (may be repeated)
    #[arg(long, value_name = "FILE")]
    pub indicators: Vec<PathBuf>,
    /// Your own networks
    #[arg(
        long,
        value_name = "CIDR,...",
        default_value = "192.168.0.0/16,10.0.0.0/8,172.16.0.0/12"
    )]
    pub home_net: HomeNet,
    /// Value of a rule variable, e.g. HTTP_PORTS=80,8080 (may be repeated)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
    /// Threads that follow flows [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: Option<u16>,
    /// Trust packets whatever their checksum says (a capture with many wrong ones is trusted anyhow:
    /// it was taken where the network card makes them)
    #[arg(long)]
    pub ignore_checksums: bool,
    /// Follow TCP connections whose start was not seen
    #[arg(long)]
    pub midstream: bool,
    /// Follow TCP connections of which only one direction is seen
    #[arg(long = "async")]
    pub one_sided: bool,
    /// Memory for all flows together, e.g. 1GiB or 512MiB; a plain number is of MiB. When it is reached flows end early,
    /// first those that nobody answered: an event of type limit says how many
    #[arg(long, value_name = "SIZE", default_value = "512MiB", value_parser = size)]
    pub memory: usize,
    /// Folder in which compiled rules are kept, so that the next start is quick [default: hinomi in
    /// $XDG_CACHE_HOME or ~/.cache]
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Keep no compiled rules
    #[arg(long, conflicts_with = "cache")]
    pub no_cache: bool,
}

impl DetectionOptions {
    /// The options as the sensor takes them.
    pub fn settings(&self) -> Settings {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Settings {
            rules: self.rules.clone(),
            own_rules: !self.no_own_rules,
            rule_config: self.rule_config.clone(),
            indicators: self.indicators.clone(),
            home_net: self.home_net.clone(),
            variables: self.variables.clone(),
            workers: self.workers.map_or(processors, usize::from),
            ignore_checksums: self.ignore_checksums,
            midstream: self.midstream,
            one_sided: self.one_sided,
            memory_bytes_max: self.memory,
            cache: self.cache_folder(),
        }
    }

    fn cache_folder(&self) -> Option<PathBuf> {
        if self.no_cache {
            return None;
        }
        let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let usual = || {
            let base = folder("XDG_CACHE_HOME").map(PathBuf::from);
            base.or_else(|| Some(PathBuf::from(folder("HOME")?).join(".cache")))
        };
        self.cache
            .clone()
            .or_else(|| usual().map(|base| base.join("hinomi")))
    }
}

/// The smallest budget with which anything can be followed.
const MEMORY_BYTES_MIN: usize = 16 << 20;

fn size(text: &str) -> Result<usize, String> {
    let wrong = || "expected a size such as 1GiB, 512MiB or 512 (MiB), at least 16MiB".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "k" | "kb" | "kib" => 10,
        "b" => 0,
        _ => return Err(wrong()),
    };
    let bytes = number
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(1 << shift));
    bytes
        .filter(|bytes| *bytes >= MEMORY_BYTES_MIN)
        .ok_or_else(wrong)
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.trim_start_matches('$').to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE, e.g. HTTP_PORTS=80,8080".to_owned()),
    }
}
