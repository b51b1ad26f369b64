//! Options of every command that detects.

use analyze::{HomeNet, Known};
use clap::Args;
use event::Gateway;
use sensor::{EvidenceSettings, Settings, StoreSettings};
use std::path::{Path, PathBuf};

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
    /// Indicators: plain lists, CSV, maltrail, STIX, MISP, warning lists, recognised by content; a file, an archive or a
    /// folder (may be repeated)
    #[arg(long, value_name = "FILE|DIR")]
    pub indicators: Vec<PathBuf>,
    /// Folder in which data sets that rules change (`dataset` with `save` or `state`) are kept from one run to the next
    #[arg(long, value_name = "DIR")]
    pub datasets: Option<PathBuf>,
    /// Alerts carry the bytes that their rules looked at (`payload`, in base64), and where they found something in them
    /// (`matched`) or in fields of transactions, frames and names of files (`matched_buffers`)
    #[arg(long)]
    pub alert_payload: bool,
    /// Database of countries in MaxMind's format, for rules with `geoip`
    #[arg(long, value_name = "FILE")]
    pub geoip: Option<PathBuf>,
    /// Categories of address reputation for rules with `iprep`, as Suricata has them: id,name,description (may be repeated)
    #[arg(long, value_name = "FILE")]
    pub reputation_categories: Vec<PathBuf>,
    /// Reputation of addresses and networks: address,category id,score (may be repeated)
    #[arg(long, value_name = "FILE")]
    pub reputation: Vec<PathBuf>,
    /// YARA rules for the files that pass: a file, or a folder of *.yar and *.yara files (may be repeated)
    #[arg(long, value_name = "FILE|DIR")]
    pub yara: Vec<PathBuf>,
    /// Sigma rules: a file, or a folder of *.yml and *.yaml files (may be repeated); `hinomi sigma check` says what each
    /// of them looks at
    #[arg(long, value_name = "FILE|DIR")]
    pub sigma: Vec<PathBuf>,
    /// Value of a placeholder in Sigma rules (%NAME%), several with commas between them (may be repeated)
    #[arg(long = "sigma-var", value_name = "NAME=VALUE", value_parser = variable)]
    pub sigma_variables: Vec<(String, String)>,
    /// First MiB of each file that YARA rules look at, and that are kept in memory until it ends
    #[arg(long, value_name = "MIB", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub file_depth: u32,
    /// Keep files in this folder, by their SHA-256: those that a `filestore` rule, a YARA rule or an indicator points at.
    /// What lies there may be malware
    #[arg(long, value_name = "DIR")]
    pub store_files: Option<PathBuf>,
    /// Keep every file, not only those that something points at
    #[arg(long, requires = "store_files")]
    pub store_all: bool,
    /// Disk space for kept files; when it is full, the files that were seen longest ago go
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = disk_size)]
    pub store_budget: u64,
    /// Keep the packets behind what is found in this folder: a capture for each flow
    #[arg(long, value_name = "DIR")]
    pub evidence: Option<PathBuf>,
    /// Disk space for such captures; when it is full, the oldest go
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = disk_size)]
    pub evidence_budget: u64,
    /// Your own networks
    #[arg(
        long,
        value_name = "CIDR,...",
        default_value = "192.168.0.0/16,10.0.0.0/8,172.16.0.0/12"
    )]
    pub home_net: HomeNet,
    /// Name of the place that is watched, as the texts of incidents call it
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// What stands between that place and the internet; advice differs by it
    #[arg(long, value_name = "unknown|url_filter|firewall_proxy|none", default_value = "unknown", value_parser = gateway)]
    pub gateway: Gateway,
    /// Machines whose work looks like an attack (scanners, backup, administrators), and what is normal for them: TOML as
    /// in content/context.toml, with [[machine]] address and role
    #[arg(long, value_name = "FILE", value_parser = known)]
    pub machines: Option<Known>,
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
            site: self.site.clone(),
            gateway: self.gateway,
            known: self.machines.clone().unwrap_or_default(),
            variables: self.variables.clone(),
            workers: self.workers.map_or(processors, usize::from),
            ignore_checksums: self.ignore_checksums,
            midstream: self.midstream,
            one_sided: self.one_sided,
            memory_bytes_max: self.memory,
            datasets: self.datasets.clone(),
            alert_payload: self.alert_payload,
            countries: self.geoip.clone(),
            reputation_categories: self.reputation_categories.clone(),
            reputations: self.reputation.clone(),
            yara: self.yara.clone(),
            sigma: self.sigma.clone(),
            sigma_variables: self.sigma_variables.clone(),
            file_bytes_max: (self.file_depth as usize) << 20,
            store: self.store_files.as_ref().map(|folder| StoreSettings {
                folder: folder.clone(),
                budget_bytes: self.store_budget,
                all: self.store_all,
            }),
            evidence: self.evidence.as_ref().map(|folder| EvidenceSettings {
                folder: folder.clone(),
                budget_bytes: self.evidence_budget,
            }),
            cache: self.cache_folder(),
            ..Settings::default()
        }
    }

    /// Files and packets of what is found, and data sets, are kept in this folder, where no other was named.
    pub fn keep_within(&mut self, folder: &Path) {
        self.store_files.get_or_insert_with(|| folder.join("files"));
        self.evidence.get_or_insert_with(|| folder.join("evidence"));
        self.datasets.get_or_insert_with(|| folder.join("datasets"));
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

fn known(path: &str) -> Result<Known, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Known::parse(&text).map_err(|error| match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    })
}

fn gateway(text: &str) -> Result<Gateway, String> {
    Gateway::ALL
        .into_iter()
        .find(|known| known.key() == text)
        .ok_or_else(|| "expected unknown, url_filter, firewall_proxy or none".to_owned())
}

/// `NAME=VALUE`, the name with or without its dollar.
pub fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.trim_start_matches('$').to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE, e.g. HTTP_PORTS=80,8080".to_owned()),
    }
}

/// A number of bytes: `500MiB`, `1GiB`, `2G` (both mean powers of 1024), or a plain number.
fn disk_size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as 500MiB or 1GiB".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text.get(digits.len()..).unwrap_or("") {
        "" | "B" => 0,
        "K" | "KiB" => 10,
        "M" | "MiB" => 20,
        "G" | "GiB" => 30,
        "T" | "TiB" => 40,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.trim().parse().map_err(|_| wrong())?;
    match number.checked_mul(1 << shift) {
        Some(bytes) if bytes > 0 => Ok(bytes),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::disk_size;

    #[test]
    fn sizes_are_read_and_nonsense_is_refused() {
        assert_eq!(disk_size("1GiB"), Ok(1 << 30));
        assert_eq!(disk_size("500M"), Ok(500 << 20));
        assert_eq!(disk_size("77"), Ok(77));
        for wrong in ["", "0", "-1GiB", "1.5GiB", "lots", "99999999999T", "1GB"] {
            assert!(disk_size(wrong).is_err(), "{wrong}");
        }
    }
}
