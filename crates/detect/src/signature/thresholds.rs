//! What is remembered across flows: thresholds, detection filters, bits of hosts.
//!
//! Workers see only their own flows, so this is asked by the one place that sees all alerts in the order of
//! packets. That makes the verdicts the same for every number of workers.

use super::datasets::{SavedSet, SetChanges};
use super::{Alert, RuleMeta};
use crate::limits::THRESHOLD_ENTRIES_MAX;
use crate::rule::ast::{
    BitOperation, DetectionFilter, HostBits, HostSide, Threshold, ThresholdKind, Track, XBits,
    XBitsTrack,
};
use crate::rule::{AddressSet, SuppressedSide, Thinning};
use event::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;

/// Whether a match is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Tell it.
    Alert,
    /// It holds, and is not told: the rule is silent, or has told enough.
    Silent,
    /// It does not count.
    Suppress,
}

/// Memory of matches. Ask it about every alert, in the order of packets.
#[derive(Debug, Default)]
pub struct Thresholds {
    counts: HashMap<CountKey, Count>,
    bits: HashMap<BitKey, Timestamp>,
    sets: SetChanges,
    thinning: Arc<Thinning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct CountKey {
    gid: u32,
    sid: u32,
    kind: Counted,
    what: Tracked,
}

/// What a count is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Counted {
    Threshold,
    Filter,
    /// The rate filter at this place.
    Rate(usize),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Tracked {
    Rule,
    Host(IpAddr),
    Pair(IpAddr, IpAddr),
    Flow(u64),
}

#[derive(Debug, Clone)]
struct Count {
    start: Timestamp,
    matches: u64,
    /// Next count that alerts, for `backoff`.
    next: u64,
    /// Different ports counted, for `unique_on`.
    ports: Vec<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct BitKey {
    /// `xbits` and `hostbits` of one name are different bits.
    host_bits: bool,
    what: Tracked,
    name: String,
}

const UNIQUE_PORTS_MAX: usize = 4_096;

impl Thresholds {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers nothing yet, and thins out alerts as the lines say.
    pub fn with(thinning: Arc<Thinning>) -> Self {
        Self {
            thinning,
            ..Self::default()
        }
    }

    /// Thins out alerts by other lines from now on; what was counted stays. Counts of rate filters are known by
    /// their places among the lines, so they begin anew where these lines changed.
    pub fn replace_thinning(&mut self, thinning: Arc<Thinning>) {
        if thinning.rates != self.thinning.rates {
            self.counts
                .retain(|key, _| !matches!(key.kind, Counted::Rate(_)));
        }
        self.thinning = thinning;
    }

    /// Data sets that rules changed, as far as they are to be kept from one run to the next.
    pub fn saved_sets(&self) -> Vec<SavedSet> {
        self.sets.saved()
    }

    /// Judges one match and remembers it.
    pub fn decide(&mut self, alert: &Alert) -> Verdict {
        let rule = &*alert.rule;
        if rule.has_memory() {
            if !self.bits_hold(rule, alert) || !self.sets.hold(&alert.asked) {
                return Verdict::Suppress;
            }
            self.change_bits(rule, alert);
            if !self.passes_filter(rule, alert) {
                return Verdict::Suppress;
            }
        }
        let thinning = Arc::clone(&self.thinning);
        if is_suppressed(&thinning, rule, alert) || !self.passes_rates(&thinning, rule, alert) {
            return Verdict::Suppress;
        }
        match self.by_threshold(&thinning, rule, alert) {
            Verdict::Alert if rule.silent => Verdict::Silent,
            verdict => verdict,
        }
    }

    fn passes_filter(&mut self, rule: &RuleMeta, alert: &Alert) -> bool {
        let Some(DetectionFilter {
            track,
            count,
            seconds,
            unique_on,
        }) = &rule.filter
        else {
            return true;
        };
        let Some(what) = tracked(*track, alert) else {
            return false;
        };
        let now = alert.moment.time;
        let entry = self.count(
            CountKey {
                gid: rule.gid,
                sid: rule.sid,
                kind: Counted::Filter,
                what,
            },
            now,
        );
        if is_over(entry, now, *seconds) {
            *entry = Count::new(now);
        }
        match unique_on {
            Some(side) => {
                let end = if side.starts_with("src") {
                    alert.source
                } else {
                    alert.dest
                };
                let port = end.map_or(0, |end| end.port);
                if !entry.ports.contains(&port) && entry.ports.len() < UNIQUE_PORTS_MAX {
                    entry.ports.push(port);
                }
                entry.matches = u64::try_from(entry.ports.len()).unwrap_or(u64::MAX);
            }
            None => entry.matches = entry.matches.saturating_add(1),
        }
        entry.matches > u64::from(*count)
    }

    /// False while a rate filter keeps the rule quiet.
    fn passes_rates(&mut self, thinning: &Thinning, rule: &RuleMeta, alert: &Alert) -> bool {
        let mut passes = true;
        for (place, rate) in thinning.rates.iter().enumerate() {
            if !rate.about.means(rule.gid, rule.sid) {
                continue;
            }
            let Some(what) = tracked(rate.track, alert) else {
                continue;
            };
            let now = alert.moment.time;
            let key = CountKey {
                gid: rule.gid,
                sid: rule.sid,
                kind: Counted::Rate(place),
                what,
            };
            let entry = self.count(key, now);
            // `next` says whether it applies since `start`.
            let applies = entry.next > 0 && !is_over(entry, now, rate.timeout_seconds);
            if !applies {
                if entry.next > 0 || is_over(entry, now, rate.seconds) {
                    *entry = Count::new(now);
                }
                entry.matches = entry.matches.saturating_add(1);
                if entry.matches > u64::from(rate.count) {
                    entry.start = now;
                    entry.next = 1;
                }
            }
            passes &= entry.next == 0 || !rate.quiet;
        }
        passes
    }

    fn by_threshold(&mut self, thinning: &Thinning, rule: &RuleMeta, alert: &Alert) -> Verdict {
        // A rule's own threshold stands before that of the file.
        let of_file = || {
            let mut lines = thinning.thresholds.iter();
            let found = lines.find(|(about, _)| about.means(rule.gid, rule.sid));
            found.map(|(_, threshold)| *threshold)
        };
        let Some(Threshold {
            kind,
            track,
            count,
            seconds,
        }) = rule.threshold.or_else(of_file)
        else {
            return Verdict::Alert;
        };
        let Some(what) = tracked(track, alert) else {
            return Verdict::Suppress;
        };
        let now = alert.moment.time;
        let wanted = u64::from(count);
        let entry = self.count(
            CountKey {
                gid: rule.gid,
                sid: rule.sid,
                kind: Counted::Threshold,
                what,
            },
            now,
        );
        let endless = matches!(kind, ThresholdKind::Backoff { .. });
        if !endless && is_over(entry, now, seconds) {
            *entry = Count::new(now);
        }
        entry.matches = entry.matches.saturating_add(1);
        let is_told = match kind {
            ThresholdKind::Limit => entry.matches <= wanted,
            ThresholdKind::Both => entry.matches == wanted,
            ThresholdKind::Threshold => {
                let reached = entry.matches >= wanted;
                if reached {
                    entry.matches = 0;
                }
                reached
            }
            ThresholdKind::Backoff { multiplier } => {
                let next = entry.next.max(wanted);
                let reached = entry.matches == next;
                entry.next = if reached {
                    next.saturating_mul(multiplier.into())
                } else {
                    next
                };
                reached
            }
        };
        match (is_told, kind) {
            (true, _) => Verdict::Alert,
            // What is beyond the limit has been told before.
            (false, ThresholdKind::Limit) => Verdict::Silent,
            (false, _) => Verdict::Suppress,
        }
    }

    fn count(&mut self, key: CountKey, now: Timestamp) -> &mut Count {
        if self.counts.len() >= THRESHOLD_ENTRIES_MAX && !self.counts.contains_key(&key) {
            forget_half(&mut self.counts, |count| count.start);
        }
        self.counts.entry(key).or_insert_with(|| Count::new(now))
    }

    fn bits_hold(&self, rule: &RuleMeta, alert: &Alert) -> bool {
        let now = alert.moment.time;
        let is_set = |host_bits: bool, what: &Tracked, name: &str| {
            let key = BitKey {
                host_bits,
                what: what.clone(),
                name: name.to_owned(),
            };
            self.bits.get(&key).is_some_and(|end| *end >= now)
        };
        let host = rule.host_bits.iter().all(
            |HostBits {
                 operation,
                 names,
                 side,
                 ..
             }| {
                let hosts = hosts_of(*side, alert);
                let any = names
                    .iter()
                    .any(|name| hosts.iter().any(|what| is_set(true, what, name)));
                let all = names
                    .iter()
                    .all(|name| hosts.iter().any(|what| is_set(true, what, name)));
                match operation {
                    BitOperation::IsSet => any,
                    BitOperation::IsNotSet => !all,
                    BitOperation::Set | BitOperation::Unset | BitOperation::Toggle => true,
                }
            },
        );
        host && rule.x_bits.iter().all(
            |XBits {
                 operation,
                 name,
                 track,
                 ..
             }| {
                let set = pair_of(*track, alert).is_some_and(|what| is_set(false, &what, name));
                match operation {
                    BitOperation::IsSet => set,
                    BitOperation::IsNotSet => !set,
                    BitOperation::Set | BitOperation::Unset | BitOperation::Toggle => true,
                }
            },
        )
    }

    fn change_bits(&mut self, rule: &RuleMeta, alert: &Alert) {
        for HostBits {
            operation,
            names,
            side,
            expire_seconds,
        } in &rule.host_bits
        {
            for what in hosts_of(*side, alert) {
                for name in names {
                    let key = BitKey {
                        host_bits: true,
                        what: what.clone(),
                        name: name.clone(),
                    };
                    self.change_bit(*operation, key, alert.moment.time, *expire_seconds);
                }
            }
        }
        for XBits {
            operation,
            name,
            track,
            expire_seconds,
        } in &rule.x_bits
        {
            if let Some(what) = pair_of(*track, alert) {
                let key = BitKey {
                    host_bits: false,
                    what,
                    name: name.clone(),
                };
                self.change_bit(*operation, key, alert.moment.time, *expire_seconds);
            }
        }
    }

    fn change_bit(
        &mut self,
        operation: BitOperation,
        key: BitKey,
        now: Timestamp,
        expire_seconds: u32,
    ) {
        let set = self.bits.get(&key).is_some_and(|end| *end >= now);
        let (add, remove) = match operation {
            BitOperation::Set => (true, false),
            BitOperation::Unset => (false, true),
            BitOperation::Toggle => (!set, set),
            BitOperation::IsSet | BitOperation::IsNotSet => (false, false),
        };
        if remove {
            self.bits.remove(&key);
        }
        if add {
            if self.bits.len() >= THRESHOLD_ENTRIES_MAX && !self.bits.contains_key(&key) {
                forget_half(&mut self.bits, |end| *end);
            }
            let life_nanos = i64::from(expire_seconds).saturating_mul(1_000_000_000);
            self.bits.insert(key, now.plus_nanos(life_nanos));
        }
    }
}

/// Whether a `suppress` line is about the alert.
fn is_suppressed(thinning: &Thinning, rule: &RuleMeta, alert: &Alert) -> bool {
    let inside = |set: &AddressSet, end: Option<event::Endpoint>| {
        end.is_some_and(|end| set.contains(end.ip))
    };
    thinning
        .suppressions
        .iter()
        .filter(|line| line.about.means(rule.gid, rule.sid))
        .any(|line| match &line.hosts {
            None => true,
            Some((SuppressedSide::Source, set)) => inside(set, alert.source),
            Some((SuppressedSide::Destination, set)) => inside(set, alert.dest),
            Some((SuppressedSide::Either, set)) => {
                inside(set, alert.source) || inside(set, alert.dest)
            }
        })
}

impl Count {
    fn new(start: Timestamp) -> Self {
        Self {
            start,
            matches: 0,
            next: 0,
            ports: Vec::new(),
        }
    }
}

fn is_over(count: &Count, now: Timestamp, seconds: u32) -> bool {
    now.since(count.start) > u64::from(seconds).saturating_mul(1_000_000_000)
}

fn tracked(track: Track, alert: &Alert) -> Option<Tracked> {
    let (source, dest) = (alert.source.map(|end| end.ip), alert.dest.map(|end| end.ip));
    Some(match track {
        Track::ByRule => Tracked::Rule,
        Track::BySource => Tracked::Host(source?),
        Track::ByDestination => Tracked::Host(dest?),
        Track::ByBoth => pair(source?, dest?),
        Track::ByFlow => Tracked::Flow(alert.flow?.id),
    })
}

/// The same for both directions.
fn pair(one: IpAddr, other: IpAddr) -> Tracked {
    Tracked::Pair(one.min(other), one.max(other))
}

fn pair_of(track: XBitsTrack, alert: &Alert) -> Option<Tracked> {
    let (source, dest) = (alert.source.map(|end| end.ip), alert.dest.map(|end| end.ip));
    Some(match track {
        XBitsTrack::Source => Tracked::Host(source?),
        XBitsTrack::Destination => Tracked::Host(dest?),
        XBitsTrack::Pair => pair(source?, dest?),
        XBitsTrack::Transaction => return None,
    })
}

fn hosts_of(side: HostSide, alert: &Alert) -> Vec<Tracked> {
    let (source, dest) = (alert.source, alert.dest);
    let ends = match side {
        HostSide::Source => [source, None],
        HostSide::Destination => [dest, None],
        HostSide::Both => [source, dest],
    };
    ends.into_iter()
        .flatten()
        .map(|end| Tracked::Host(end.ip))
        .collect()
}

/// Makes room by age; ties are broken by key, so that every run forgets the same.
fn forget_half<K: Clone + Eq + Hash + Ord, V>(map: &mut HashMap<K, V>, age: fn(&V) -> Timestamp) {
    let mut order: Vec<(Timestamp, K)> = map
        .iter()
        .map(|(key, value)| (age(value), key.clone()))
        .collect();
    order.sort_unstable();
    let half = order.len() / 2;
    for (_, key) in order.into_iter().take(half) {
        map.remove(&key);
    }
}
