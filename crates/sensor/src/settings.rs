//! What an operator may choose for replay and watching alike.

use crate::memory::share;
use analyze::HomeNet;
use flow::limits::FRAGMENT_BYTES_MAX;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

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
            variables: Vec::new(),
            workers: 1,
            ignore_checksums: false,
            midstream: false,
            one_sided: false,
            memory_bytes_max: 512 << 20,
            cache: None,
        }
    }
}

impl Settings {
    /// What each worker's flow table gets of them.
    pub(crate) fn flow(&self) -> flow::Settings {
        flow::Settings {
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

    /// What the brain gets of them.
    pub(crate) fn brain(&self) -> analyze::Settings {
        analyze::Settings {
            home_net: self.home_net.clone(),
            ..analyze::Settings::default()
        }
    }
}
