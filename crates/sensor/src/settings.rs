//! What an operator may choose for replay and watching alike.

use crate::evidence::EvidenceSettings;
use crate::files::StoreSettings;
use crate::memory::share;
use analyze::{HomeNet, Known};
use event::Gateway;
use flow::limits::FRAGMENT_BYTES_MAX;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// At most this part of the budget is for fragments.
const FRAGMENTS_SHARE: usize = 8;

/// Settings of a pipeline.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Rule files, or folders of them, beside our own rules.
    pub rules: Vec<PathBuf>,
    /// Whether our own rules are there.
    pub own_rules: bool,
    /// Files with classes and references of rules, and lines that thin out alerts (`classification.config`,
    /// `reference.config`, `threshold.config`).
    pub rule_config: Vec<PathBuf>,
    /// Indicator lists.
    pub indicators: Vec<PathBuf>,
    /// The customer's own addresses, for incidents and as `$HOME_NET`.
    pub home_net: HomeNet,
    /// The customer's name for the place that is watched, as texts of incidents call it.
    pub site: Option<String>,
    /// What stands between that place and the internet; advice differs by it.
    pub gateway: Gateway,
    /// Machines that the customer has named, and what is normal for them.
    pub known: Known,
    /// Further values of rule variables, as name and value.
    pub variables: Vec<(String, String)>,
    /// Threads that follow flows.
    pub workers: usize,
    /// Whether packets are trusted whatever their checksum says.
    pub ignore_checksums: bool,
    /// Whether TCP connections whose start was not seen are followed.
    pub midstream: bool,
    /// Whether TCP connections of which one direction is seen are followed.
    pub one_sided: bool,
    /// Bytes that all flows together may hold, fragments included.
    pub memory_bytes_max: usize,
    /// Folder in which data sets that rules change are kept from one run to the next; None: they are forgotten.
    pub datasets: Option<PathBuf>,
    /// Whether alerts carry the bytes that their rules looked at, and where they found something.
    pub alert_payload: bool,
    /// Whether lines about what a TCP stream showed wait for the packet that acknowledged it and stand under that one, as
    /// in Suricata's logs of captures. What is told of flows as they pass should not wait.
    pub told_when_acknowledged: bool,
    /// Database of countries in MaxMind's format, for rules with `geoip`.
    pub countries: Option<PathBuf>,
    /// Lists of reputation categories, for rules with `iprep`.
    pub reputation_categories: Vec<PathBuf>,
    /// Lists of reputation scores.
    pub reputations: Vec<PathBuf>,
    /// Files of YARA rules, or folders of them.
    pub yara: Vec<PathBuf>,
    /// Files of Sigma rules, or folders of them.
    pub sigma: Vec<PathBuf>,
    /// Values of placeholders in Sigma rules, as name and value.
    pub sigma_variables: Vec<(String, String)>,
    /// First bytes of each file that YARA rules look at, and that are kept in memory until it ends.
    pub file_bytes_max: usize,
    /// Time that YARA rules may take for one file.
    pub scan_time_max: Duration,
    /// Where files are kept; None: nowhere.
    pub store: Option<StoreSettings>,
    /// Where the packets behind what was found are kept; None: nowhere.
    pub evidence: Option<EvidenceSettings>,
    /// Folder in which compiled rules are kept from one start to the next.
    pub cache: Option<PathBuf>,
}

/// What others may wish of a sensor that watches.
#[derive(Clone, Copy)]
pub struct Wishes<'a> {
    /// That it end.
    pub stop: &'a AtomicBool,
    /// That it read rules and lists again; unset when it begins to.
    pub reload: &'a AtomicBool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            own_rules: true,
            rule_config: Vec::new(),
            indicators: Vec::new(),
            home_net: HomeNet::default(),
            site: None,
            gateway: Gateway::Unknown,
            known: Known::default(),
            variables: Vec::new(),
            workers: 1,
            ignore_checksums: false,
            midstream: false,
            one_sided: false,
            memory_bytes_max: 512 << 20,
            datasets: None,
            alert_payload: false,
            told_when_acknowledged: false,
            countries: None,
            reputation_categories: Vec::new(),
            reputations: Vec::new(),
            yara: Vec::new(),
            sigma: Vec::new(),
            sigma_variables: Vec::new(),
            file_bytes_max: 8 << 20,
            scan_time_max: Duration::from_secs(10),
            store: None,
            evidence: None,
            cache: None,
        }
    }
}

impl Settings {
    /// What each worker's flow table gets of them.
    pub(crate) fn flow(&self) -> flow::Settings {
        let workers = self.workers.max(1);
        flow::Settings {
            file_bytes_max: if self.wants_files() {
                self.file_bytes_max
            } else {
                0
            },
            files_bytes_max: self.memory_bytes_max / 4 / workers,
            memory_bytes_max: share(
                self.memory_bytes_max - self.fragment_bytes_max(),
                self.workers,
            ),
            fragment_bytes_max: self.fragment_bytes_max(),
            midstream: self.midstream,
            one_sided: self.one_sided,
            ignore_checksums: self.ignore_checksums,
            ..flow::Settings::default()
        }
    }

    /// What fragments that wait get of the budget.
    fn fragment_bytes_max(&self) -> usize {
        FRAGMENT_BYTES_MAX.min(self.memory_bytes_max / FRAGMENTS_SHARE)
    }

    /// Whether anybody wants to know the bytes of files.
    pub(crate) fn wants_files(&self) -> bool {
        !self.yara.is_empty() || self.store.is_some()
    }

    /// What the brain gets of them.
    pub(crate) fn brain(&self) -> analyze::Settings {
        analyze::Settings {
            home_net: self.home_net.clone(),
            site: self.site.clone(),
            gateway: self.gateway,
            known: self.known.clone(),
            ..analyze::Settings::default()
        }
    }
}
