//! Rules about nothing but addresses: blocklists make hundreds of them, each with many networks. They are found by the
//! packet's addresses instead of being asked one by one.

use crate::rule::{AddressSet, Position};
use crate::signature::program::{Header, Program};
use std::net::IpAddr;

/// A set with more IPv4 addresses is not narrow: `!$HOME_NET` and the like.
const NARROW_ADDRESSES_MAX: u64 = 1 << 26;

/// The rules, by the end of which they say the narrower thing.
#[derive(Debug, Default)]
pub(crate) struct AddressRules {
    by_source: Index,
    by_destination: Index,
    /// Rules that say nothing narrow of either end.
    others: Vec<u32>,
}

#[derive(Debug, Default)]
struct Index {
    v4: Segments<u32>,
    v6: Segments<u128>,
}

/// The rules of each segment between two neighbouring borders.
#[derive(Debug)]
struct Segments<T> {
    starts: Vec<T>,
    rules: Vec<Vec<u32>>,
}

impl<T> Default for Segments<T> {
    fn default() -> Self {
        Self {
            starts: Vec::new(),
            rules: Vec::new(),
        }
    }
}

impl AddressRules {
    /// Of these rules, each with its number.
    pub(super) fn new<'p>(rules: impl Iterator<Item = (u32, &'p Program)>) -> Self {
        let (mut by_source, mut by_destination, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (rule, program) in rules {
            match narrow_end(&program.header) {
                Some(End::Source(set)) => by_source.push((rule, set)),
                Some(End::Destination(set)) => by_destination.push((rule, set)),
                None => others.push(rule),
            }
        }
        Self {
            by_source: Index::new(&by_source),
            by_destination: Index::new(&by_destination),
            others,
        }
    }

    /// Adds every rule that may be about a packet between these two, and perhaps a few that are not.
    pub(crate) fn select(&self, ends: Option<(IpAddr, IpAddr)>, found: &mut Vec<u32>) {
        found.extend_from_slice(&self.others);
        if let Some((source, destination)) = ends {
            found.extend_from_slice(self.by_source.of(source));
            found.extend_from_slice(self.by_destination.of(destination));
        }
    }
}

enum End<'a> {
    Source(&'a AddressSet),
    Destination(&'a AddressSet),
}

/// The end with fewer addresses, if there are few at all.
fn narrow_end(header: &Header) -> Option<End<'_>> {
    if header.either || header.transaction {
        return None;
    }
    let narrow = |set: &Option<std::sync::Arc<AddressSet>>| {
        let size = set.as_deref().map(size)?;
        (size <= NARROW_ADDRESSES_MAX).then_some(size)
    };
    let source = narrow(&header.source);
    let destination = narrow(&header.destination);
    let is_source = match (source, destination) {
        (Some(source), Some(destination)) => source <= destination,
        (source, _) => source.is_some(),
    };
    if is_source {
        header.source.as_deref().map(End::Source)
    } else {
        destination?;
        header.destination.as_deref().map(End::Destination)
    }
}

/// Number of IPv4 addresses; IPv6 counts by ranges, unless all of it belongs to the set.
fn size(set: &AddressSet) -> u64 {
    if set.v6.is_all() {
        return u64::MAX;
    }
    let v4 = set
        .v4
        .ranges()
        .iter()
        .map(|(first, last)| u64::from(last.saturating_sub(*first)).saturating_add(1));
    let wide_v6 = set
        .v6
        .ranges()
        .iter()
        .any(|(first, last)| last.saturating_sub(*first) >> 100 != 0);
    if wide_v6 {
        return u64::MAX;
    }
    v4.fold(0, u64::saturating_add)
}

impl Index {
    fn new(rules: &[(u32, &AddressSet)]) -> Self {
        Self {
            v4: Segments::new(rules.iter().map(|(rule, set)| (*rule, set.v4.ranges()))),
            v6: Segments::new(rules.iter().map(|(rule, set)| (*rule, set.v6.ranges()))),
        }
    }

    fn of(&self, address: IpAddr) -> &[u32] {
        match address {
            IpAddr::V4(address) => self.v4.of(address.into()),
            IpAddr::V6(address) => self.v6.of(address.into()),
        }
    }
}

impl<T: Position> Segments<T> {
    fn new<'s>(sets: impl Iterator<Item = (u32, &'s [(T, T)])> + Clone) -> Self
    where
        T: 's,
    {
        let mut starts: Vec<T> = sets
            .clone()
            .flat_map(|(_, ranges)| ranges)
            .flat_map(|(first, last)| [Some(*first), last.next()])
            .flatten()
            .collect();
        starts.sort_unstable();
        starts.dedup();
        let mut rules: Vec<Vec<u32>> = vec![Vec::new(); starts.len()];
        for (rule, ranges) in sets {
            for (first, last) in ranges {
                let from = starts.partition_point(|start| start < first);
                let to = starts.partition_point(|start| start <= last);
                for segment in rules.get_mut(from..to).unwrap_or_default() {
                    segment.push(rule);
                }
            }
        }
        Self { starts, rules }
    }

    fn of(&self, position: T) -> &[u32] {
        let above = self.starts.partition_point(|start| *start <= position);
        let segment = above.checked_sub(1).and_then(|place| self.rules.get(place));
        segment.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Variables, parse_rule};
    use crate::signature::{Ruleset, Settings};
    use proptest::prelude::*;

    fn network() -> impl Strategy<Value = String> {
        let v4 = (any::<[u8; 4]>(), 6_u8..=32).prop_map(|([a, b, c, d], bits)| {
            format!("{}.{}.{}.{}/{bits}", a % 4, b % 4, c % 4, d % 4)
        });
        let v6 = (0_u16..4, 16_u8..=128).prop_map(|(a, bits)| format!("2001:{a:x}::/{bits}"));
        prop_oneof![3 => v4, 1 => v6, 1 => Just("any".to_owned())]
    }

    proptest! {
        /// Every rule whose header fits is selected.
        #[test]
        fn no_rule_is_overlooked(
            ends in prop::collection::vec((network(), network(), any::<bool>()), 1..12),
            source in any::<[u8; 4]>(),
            destination in any::<[u8; 4]>(),
        ) {
            let rules: Vec<_> = (1..).zip(&ends).map(|(sid, (left, right, either))| {
                let arrow = if *either { "<>" } else { "->" };
                parse_rule(format!("alert ip {left} any {arrow} {right} any (sid:{sid};)").as_bytes()).unwrap().rule
            }).collect();
            let (ruleset, refused) = Ruleset::compile(&rules, &Variables::default(), &Settings::default());
            prop_assert!(refused.is_empty());
            let numbered = (0_u32..).zip(&ruleset.programs);
            let index = AddressRules::new(numbered.clone());
            let near = |bytes: [u8; 4]| IpAddr::from(bytes.map(|byte| byte % 4));
            let (source, destination) = (near(source), near(destination));
            let mut found = Vec::new();
            index.select(Some((source, destination)), &mut found);
            for (number, program) in numbered {
                let fits = |set: &Option<std::sync::Arc<AddressSet>>, address| {
                    set.as_ref().is_none_or(|set| set.contains(address))
                };
                let header = &program.header;
                if fits(&header.source, source) && fits(&header.destination, destination) {
                    prop_assert!(found.contains(&number));
                }
            }
        }
    }
}
