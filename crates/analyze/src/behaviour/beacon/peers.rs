//! What is usual in the watched network: who calls where, and since when a host is known.

use crate::{fnv, limits, table::Table};
use event::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Hosts that must be watched before being alone means anything.
const POPULATION_MIN: usize = 20;
/// Hosts that call a place make it a usual one.
const USUAL: usize = 5;
/// So few hosts may have caught the same.
const FEW: usize = 3;
/// How long anything must have been watched before a place can be new; nanoseconds.
const WATCHED_NS: u64 = 24 * 3_600_000_000_000;
/// A program that asks so many places is one by which somebody reads.
const BROWSES_MIN: u32 = 12;
/// A machine that asks so few places does little else.
const PLACES_FEW: u32 = 4;

/// Callers of each site, and hosts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Peers {
    /// Sites, by hash.
    sites: Table<u64, Site>,
    hosts: Table<IpAddr, Host>,
    /// Different places that a host's way of speaking TLS called, by hash of both.
    programs: Table<u64, u32>,
    /// The first call ever.
    begun: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Site {
    /// Up to [`USUAL`] callers.
    callers: Vec<IpAddr>,
    since: Timestamp,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Host {
    since: Timestamp,
    /// Places that it called first.
    places: u32,
}

/// How a place stands in the network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Hosts that call anywhere.
    pub population: usize,
    /// Nobody else calls there, among enough hosts.
    pub is_alone: bool,
    /// Hardly anybody calls there, and nobody did before.
    pub is_new_place: bool,
    /// Several hosts call there.
    pub is_usual: bool,
    /// Since when anybody has called there.
    pub place_since: Timestamp,
    /// Nobody had called there when the network had been watched for a day.
    pub is_late_place: bool,
    /// The machine calls hardly anything else, as a camera or a gate does.
    pub does_little_else: bool,
    /// The program that calls is one by which somebody reads.
    pub browses: bool,
}

impl Standing {
    /// Enough hosts are watched to know what is usual.
    pub fn is_known(&self) -> bool {
        self.population >= POPULATION_MIN
    }
}

impl Peers {
    pub fn new() -> Self {
        Self {
            sites: Table::new(limits::SITES_MAX),
            hosts: Table::new(limits::HOSTS_MAX),
            programs: Table::new(limits::PAIRS_MAX),
            begun: None,
        }
    }

    /// A host calls a site, by a program that a fingerprint of TLS tells from others.
    pub fn call(
        &mut self,
        client: IpAddr,
        site: &str,
        program: Option<&str>,
        now: Timestamp,
    ) -> Standing {
        let begun = *self.begun.get_or_insert(now);
        let hash = fold(site, 0);
        let place = self.sites.touch(hash, now, || Site {
            callers: Vec::new(),
            since: now,
        });
        let is_first = !place.callers.contains(&client);
        if place.callers.len() < USUAL && is_first {
            place.callers.push(client);
        }
        let (callers, since) = (place.callers.len(), place.since);
        let host = self.hosts.touch(client, now, || Host {
            since: now,
            places: 0,
        });
        host.places = host.places.saturating_add(u32::from(is_first));
        let places = host.places;
        let browses = program.is_some_and(|program| {
            let start = number(client);
            let key = fold(program, start);
            let count = self.programs.touch(key, now, || 0);
            *count = count.saturating_add(u32::from(is_first));
            *count >= BROWSES_MIN
        });
        let population = self.hosts.len();
        let is_known = population >= POPULATION_MIN;
        Standing {
            population,
            is_alone: is_known && callers == 1,
            is_new_place: is_known && callers <= FEW && since.since(begun) >= WATCHED_NS,
            // In a small network all hosts may have caught the same.
            is_usual: is_known && callers >= USUAL,
            place_since: since,
            is_late_place: since.since(begun) >= WATCHED_NS,
            does_little_else: is_known && places < PLACES_FEW,
            browses,
        }
    }

    /// Since when a host is known.
    pub fn known_since(&self, host: IpAddr) -> Option<Timestamp> {
        self.hosts.at(&host).map(|host| host.since)
    }
}

/// An address as a number to begin a hash with.
fn number(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => (address.to_bits() >> 64) as u64 ^ address.to_bits() as u64,
    }
}

fn fold(text: &str, start: u64) -> u64 {
    let start = fnv::OFFSET ^ start.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    fnv::from(start, text.bytes().map(|byte| byte.to_ascii_lowercase()))
}
