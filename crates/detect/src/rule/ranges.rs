//! Sets of addresses and ports as sorted ranges that do not touch.

use std::net::IpAddr;

/// A number whose neighbours are known.
pub trait Position: Copy + Ord {
    /// Lowest of all.
    const FIRST: Self;
    /// Highest of all.
    const LAST: Self;
    /// The next higher one.
    fn next(self) -> Option<Self>;
    /// The next lower one.
    fn previous(self) -> Option<Self>;
}

macro_rules! position {
    ($($number:ty),*) => {$(
        impl Position for $number {
            const FIRST: Self = Self::MIN;
            const LAST: Self = Self::MAX;

            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }

            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )*};
}

position!(u16, u32, u128);

/// A set as sorted ranges; both ends belong to a range, and between two ranges something is missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RangeSet<T> {
    ranges: Vec<(T, T)>,
}

impl<T: Position> RangeSet<T> {
    /// The empty set.
    pub fn empty() -> Self {
        Self { ranges: Vec::new() }
    }

    /// Everything.
    pub fn all() -> Self {
        Self {
            ranges: vec![(T::FIRST, T::LAST)],
        }
    }

    /// The set of these ranges, in any order; a range that ends before it begins is left out.
    pub fn of(mut ranges: Vec<(T, T)>) -> Self {
        ranges.retain(|(first, last)| first <= last);
        ranges.sort_unstable();
        let mut joined: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if end.next().is_none_or(|after| first <= after) => {
                    *end = last.max(*end)
                }
                _ => joined.push((first, last)),
            }
        }
        Self { ranges: joined }
    }

    /// The ranges, sorted.
    pub fn ranges(&self) -> &[(T, T)] {
        &self.ranges
    }

    /// Whether nothing belongs to it.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether everything belongs to it.
    pub fn is_all(&self) -> bool {
        self.ranges.first() == Some(&(T::FIRST, T::LAST))
    }

    /// Whether `position` belongs to it.
    pub fn contains(&self, position: T) -> bool {
        let above = self.ranges.partition_point(|(first, _)| *first <= position);
        above
            .checked_sub(1)
            .and_then(|index| self.ranges.get(index))
            .is_some_and(|(_, last)| position <= *last)
    }

    /// What belongs to either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.ranges.iter().chain(&other.ranges).copied().collect())
    }

    /// What does not belong to it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len().saturating_add(1));
        let mut begin = Some(T::FIRST);
        for (first, last) in &self.ranges {
            if let (Some(begin), Some(end)) = (begin, first.previous())
                && begin <= end
            {
                ranges.push((begin, end));
            }
            begin = last.next();
        }
        ranges.extend(begin.map(|begin| (begin, T::LAST)));
        Self { ranges }
    }

    /// What belongs to this and not to `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.complement().union(other).complement()
    }
}

/// A set of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressSet {
    /// IPv4, as big-endian numbers.
    pub v4: RangeSet<u32>,
    /// IPv6, as big-endian numbers.
    pub v6: RangeSet<u128>,
}

impl AddressSet {
    /// The empty set.
    pub fn empty() -> Self {
        Self {
            v4: RangeSet::empty(),
            v6: RangeSet::empty(),
        }
    }

    /// Every address.
    pub fn all() -> Self {
        Self {
            v4: RangeSet::all(),
            v6: RangeSet::all(),
        }
    }

    /// Addresses from `first` to `last`, both of one family.
    pub fn range(first: IpAddr, last: IpAddr) -> Self {
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Self {
                v4: RangeSet::of(vec![(first.into(), last.into())]),
                v6: RangeSet::empty(),
            },
            (IpAddr::V6(first), IpAddr::V6(last)) => Self {
                v4: RangeSet::empty(),
                v6: RangeSet::of(vec![(first.into(), last.into())]),
            },
            _ => Self::empty(),
        }
    }

    /// The network of `address`; host bits do not count.
    pub fn network(address: IpAddr, prefix_bits: u8) -> Self {
        match address {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(u32::from(prefix_bits)).unwrap_or(0);
                let base = u32::from(address) & !host;
                Self {
                    v4: RangeSet::of(vec![(base, base | host)]),
                    v6: RangeSet::empty(),
                }
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(u32::from(prefix_bits)).unwrap_or(0);
                let base = u128::from(address) & !host;
                Self {
                    v4: RangeSet::empty(),
                    v6: RangeSet::of(vec![(base, base | host)]),
                }
            }
        }
    }

    /// Whether `address` belongs to it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.into()),
            IpAddr::V6(address) => self.v6.contains(address.into()),
        }
    }

    /// Whether no address belongs to it.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether every address belongs to it.
    pub fn is_all(&self) -> bool {
        self.v4.is_all() && self.v6.is_all()
    }
}

/// A set of ports.
pub type PortSet = RangeSet<u16>;
