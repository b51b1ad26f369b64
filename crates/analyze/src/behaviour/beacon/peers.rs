//! What is usual in the watched network: who calls where, and since when a host is known.

use crate::{limits, table::Table};
use event::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Hosts that must be watched before being alone means anything.
const POPULATION_MIN: usize = 20;
/// Hosts that call a place make it a usual one.
const USUAL: usize = 5;

/// Callers of each site, and hosts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Peers {
    /// Up to [`USUAL`] callers of a site, by hash.
    callers: Table<u64, Vec<IpAddr>>,
    /// Since when a host is known.
    hosts: Table<IpAddr, Timestamp>,
}

/// How a place stands in the network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Hosts that call anywhere.
    pub population: usize,
    /// Nobody else calls there, among enough hosts.
    pub is_alone: bool,
    /// Several hosts call there.
    pub is_usual: bool,
}

impl Peers {
    pub fn new() -> Self {
        Self {
            callers: Table::new(limits::SITES_MAX),
            hosts: Table::new(limits::HOSTS_MAX),
        }
    }

    /// A host calls a site.
    pub fn call(&mut self, client: IpAddr, site: &str, now: Timestamp) -> Standing {
        self.hosts.touch(client, now, || now);
        let hash = site.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let callers = self.callers.touch(hash, now, Vec::new);
        if callers.len() < USUAL && !callers.contains(&client) {
            callers.push(client);
        }
        let population = self.hosts.len();
        Standing {
            population,
            is_alone: population >= POPULATION_MIN && callers.len() == 1,
            // In a small network all hosts may have caught the same.
            is_usual: population >= POPULATION_MIN && callers.len() >= USUAL,
        }
    }

    /// Since when a host is known.
    pub fn known_since(&self, host: IpAddr) -> Option<Timestamp> {
        self.hosts.at(&host).copied()
    }
}
