//! Networks: the line of all addresses cut into stretches, each with the narrowest network that covers it.
//!
//! A look-up is one binary search, however many lengths of prefixes there are; wider networks around the narrowest
//! follow by their numbers.

use super::Times;

/// A range of addresses, IPv4 as IPv4-mapped IPv6.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network {
    pub(super) bits: u128,
    pub(super) prefix: u8,
    pub(super) context: u32,
    pub(super) times: Times,
    /// The next wider one, plus one; 0 for none.
    wider: u32,
}

impl Network {
    pub(super) const fn new(bits: u128, prefix: u8, context: u32, times: Times) -> Self {
        Self {
            bits,
            prefix,
            context,
            times,
            wider: 0,
        }
    }

    /// The last address in it.
    const fn end(&self) -> u128 {
        match u128::MAX.checked_shr(self.prefix as u32) {
            Some(rest) => self.bits | rest,
            None => self.bits,
        }
    }
}

/// Everything below this is not IPv4.
const IPV4_START: u128 = 0xffff_0000_0000;
const IPV4_END: u128 = 0xffff_ffff_ffff;

/// All networks.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    networks: Box<[Network]>,
    /// Where stretches of IPv4 begin, and the narrowest network there, plus one.
    starts: Box<[u32]>,
    tops: Box<[u32]>,
    /// Where the stretches begin that start within each value of the first 16 bits; one more at the end.
    directory: Box<[u32]>,
    /// The same for everything else, in one.
    others: Box<[(u128, u32)]>,
}

impl Prefixes {
    pub(super) fn new(mut networks: Vec<Network>) -> Self {
        if networks.is_empty() {
            return Self::default();
        }
        networks.sort_by_key(|network| (network.bits, network.prefix));
        let mut stretches = stretches(&mut networks);
        cut_at(&mut stretches, IPV4_START);
        cut_at(&mut stretches, IPV4_END.saturating_add(1));
        let (mut starts, mut tops, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (start, top) in stretches {
            if (IPV4_START..=IPV4_END).contains(&start) {
                starts.push(start as u32);
                tops.push(top);
            } else {
                others.push((start, top));
            }
        }
        let mut directory = Vec::with_capacity(65_537);
        for (place, start) in starts.iter().enumerate() {
            while directory.len() <= (start >> 16) as usize {
                directory.push(place as u32);
            }
        }
        while directory.len() <= 65_536 {
            directory.push(starts.len() as u32);
        }
        Self {
            networks: networks.into_boxed_slice(),
            starts: starts.into_boxed_slice(),
            tops: tops.into_boxed_slice(),
            directory: directory.into_boxed_slice(),
            others: others.into_boxed_slice(),
        }
    }

    /// The networks that cover an address, narrowest first.
    pub(super) fn covering(&self, bits: u128) -> impl Iterator<Item = &Network> {
        let mut next = if (IPV4_START..=IPV4_END).contains(&bits) {
            self.top_v4(bits as u32)
        } else {
            let after = self.others.partition_point(|(start, _)| *start <= bits);
            after
                .checked_sub(1)
                .and_then(|place| self.others.get(place))
                .map_or(0, |(_, top)| *top)
        };
        std::iter::from_fn(move || {
            let place = (next as usize).checked_sub(1)?;
            let network = self.networks.get(place)?;
            next = network.wider;
            Some(network)
        })
    }

    fn top_v4(&self, address: u32) -> u32 {
        let bucket = (address >> 16) as usize;
        let place = |bucket: usize| self.directory.get(bucket).map(|place| *place as usize);
        let (Some(start), Some(end)) = (place(bucket), place(bucket.saturating_add(1))) else {
            return 0;
        };
        let near = self.starts.get(start..end).unwrap_or_default();
        let after = near.partition_point(|start| *start <= address);
        // The stretch may have begun in a bucket before.
        let last = start.saturating_add(after).checked_sub(1);
        last.and_then(|last| self.tops.get(last))
            .copied()
            .unwrap_or(0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Network> {
        self.networks.iter()
    }

    pub(super) const fn len(&self) -> usize {
        self.networks.len()
    }

    pub(super) fn bytes(&self) -> usize {
        [
            size_of_val(&*self.networks),
            size_of_val(&*self.starts),
            size_of_val(&*self.tops),
            size_of_val(&*self.directory),
            size_of_val(&*self.others),
        ]
        .into_iter()
        .sum()
    }
}

/// Where a stretch begins and the narrowest network there (plus one; 0 for none), in order. Networks are told which
/// one is around them.
fn stretches(networks: &mut [Network]) -> Vec<(u128, u32)> {
    let mut cuts: Vec<(u128, u32)> = Vec::new();
    let mut open: Vec<(u128, u32)> = Vec::new();
    let mut cut = |start: u128, top: u32| match cuts.last_mut() {
        Some(last) if last.0 == start => last.1 = top,
        _ => cuts.push((start, top)),
    };
    let close = |open: &mut Vec<(u128, u32)>, cut: &mut dyn FnMut(u128, u32)| {
        let Some((end, _)) = open.pop() else { return };
        if let Some(next) = end.checked_add(1) {
            cut(next, open.last().map_or(0, |(_, number)| *number));
        }
    };
    for (place, network) in networks.iter_mut().enumerate() {
        while open.last().is_some_and(|(end, _)| *end < network.bits) {
            close(&mut open, &mut cut);
        }
        network.wider = open.last().map_or(0, |(_, number)| *number);
        let number = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        open.push((network.end(), number));
        cut(network.bits, number);
    }
    while !open.is_empty() {
        close(&mut open, &mut cut);
    }
    cuts
}

/// A stretch that goes on over a place is cut in two there.
fn cut_at(stretches: &mut Vec<(u128, u32)>, at: u128) {
    let after = stretches.partition_point(|(start, _)| *start <= at);
    let before = after
        .checked_sub(1)
        .and_then(|place| stretches.get(place))
        .copied();
    match before {
        Some((start, _)) if start == at => {}
        Some((_, top)) => stretches.insert(after, (at, top)),
        None => stretches.insert(0, (at, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Network, Prefixes};
    use crate::entry::masked;
    use crate::index::Times;
    use proptest::prelude::*;

    fn network(bits: u128, prefix: u8) -> Network {
        Network::new(masked(bits, prefix), prefix, 0, Times::default())
    }

    fn bits() -> impl Strategy<Value = u128> {
        prop_oneof![
            (0u32..0x0003_0000).prop_map(|low| 0xffff_0000_0000 | u128::from(low)),
            Just(0xffff_ffff_ffff_u128),
            Just(u128::MAX),
            (0u128..8).prop_map(|high| high << 125),
            any::<u128>(),
        ]
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            networks in proptest::collection::vec((bits(), 1u8..=128), 0..40),
            asked in proptest::collection::vec(bits(), 1..20),
        ) {
            let networks: Vec<Network> = networks.into_iter().map(|(bits, prefix)| network(bits, prefix)).collect();
            let prefixes = Prefixes::new(networks.clone());
            for address in asked {
                let found: Vec<u8> = prefixes.covering(address).map(|network| network.prefix).collect();
                let mut wanted: Vec<u8> = networks
                    .iter()
                    .filter(|network| masked(address, network.prefix) == network.bits)
                    .map(|network| network.prefix)
                    .collect();
                wanted.sort_unstable_by(|one, other| other.cmp(one));
                prop_assert_eq!(found, wanted);
            }
        }
    }
}
