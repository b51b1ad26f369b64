//! What shall happen: the parameters of a drill.

use crate::attack::{self, Attack, Truth};
use crate::engine::{Outbox, Packets};
use crate::office;
use crate::world::{Inventory, World};
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// The parameters of a drill. The same values always give the same packets.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Where all chance comes from.
    pub seed: u64,
    /// Time of the beginning, in nanoseconds since 1970.
    pub start_nanos: i64,
    /// How long new communications begin; those under way at the end are finished.
    pub duration: Duration,
    /// Number of office computers; at least one, at most what the home network holds.
    pub hosts: usize,
    /// What is staged, spread over the duration in this order.
    pub attacks: Vec<Attack>,
    /// Whether the office works; without it there are only the attacks.
    pub office: bool,
    /// The office network. The first addresses belong to router and servers.
    pub home: Network,
    /// The VLAN whose tag every frame bears.
    pub vlan: Option<u16>,
    /// How often the network loses or reorders segments.
    pub disorder: Disorder,
}

impl Default for Plan {
    /// Ten minutes of an office of twelve, without attacks, on 9 June 2025 at 09:00 in Japan.
    fn default() -> Self {
        Self {
            seed: 1,
            start_nanos: 1_749_427_200_000_000_000,
            duration: Duration::from_secs(600),
            hosts: 12,
            attacks: Vec::new(),
            office: true,
            home: Network::new(Ipv4Addr::new(192, 168, 10, 0), 24),
            vlan: None,
            disorder: Disorder::default(),
        }
    }
}

impl Plan {
    /// The plan with these attacks.
    #[must_use]
    pub fn with_attacks(self, attacks: impl IntoIterator<Item = Attack>) -> Self {
        Self {
            attacks: attacks.into_iter().collect(),
            ..self
        }
    }

    /// The packets, in order of time, made while they are taken.
    pub fn packets(&self) -> Packets {
        let world = Arc::new(World::new(self));
        let mut actors = attack::stage(self, &world)
            .into_iter()
            .map(attack::Staged::into_actor)
            .collect();
        if self.office {
            office::open(self, &world, &mut actors);
        }
        Packets::new(Outbox::new(self.vlan, self.disorder), actors)
    }

    /// What a sensor ought to find: one entry for each attack of the plan, in the same order. The times are
    /// those of the first and the last packet of the attack.
    pub fn truths(&self) -> Vec<Truth> {
        let world = Arc::new(World::new(self));
        attack::stage(self, &world)
            .into_iter()
            .map(|staged| staged.measure(self.disorder))
            .collect()
    }

    /// The machines of the office.
    pub fn inventory(&self) -> Vec<Inventory> {
        World::new(self).inventory()
    }

    /// Nanoseconds after which nothing new begins, since 1970.
    pub(crate) fn end_nanos(&self) -> i64 {
        self.start_nanos.saturating_add(self.duration_nanos())
    }

    /// The duration in nanoseconds, at least a second, at most a year.
    pub(crate) fn duration_nanos(&self) -> i64 {
        self.duration
            .clamp(Duration::from_secs(1), Duration::from_secs(31_536_000))
            .as_nanos() as i64
    }
}

/// How often segments are lost or change places, as probabilities for one TCP segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disorder {
    /// A segment is lost behind the mirror port, so that it is seen twice.
    pub loss: f64,
    /// A segment from outside is overtaken by the next one.
    pub swap: f64,
}

impl Disorder {
    /// A perfect network.
    pub const NONE: Self = Self {
        loss: 0.0,
        swap: 0.0,
    };
}

impl Default for Disorder {
    fn default() -> Self {
        Self {
            loss: 0.000_5,
            swap: 0.000_5,
        }
    }
}

/// An IPv4 network: its first address and the length of its prefix (8 to 26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: Ipv4Addr,
    prefix: u8,
}

impl Network {
    /// The network of the given prefix length (brought into 8 to 26) that holds the address.
    pub const fn new(address: Ipv4Addr, prefix: u8) -> Self {
        let prefix = if prefix < 8 {
            8
        } else if prefix > 26 {
            26
        } else {
            prefix
        };
        let mask = u32::MAX << (32 - prefix as u32);
        Self {
            first: Ipv4Addr::from_bits(address.to_bits() & mask),
            prefix,
        }
    }

    /// The address at an offset, which wraps inside the network.
    pub const fn address(&self, offset: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.first.to_bits() + offset % self.size())
    }

    /// The number of addresses.
    pub const fn size(&self) -> u32 {
        1 << (32 - self.prefix as u32)
    }

    /// The last address.
    pub const fn broadcast(&self) -> Ipv4Addr {
        self.address(self.size() - 1)
    }

    /// The mask.
    pub const fn mask(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(u32::MAX << (32 - self.prefix as u32))
    }

    /// Whether the address belongs to the network.
    pub const fn contains(&self, address: Ipv4Addr) -> bool {
        address.to_bits() & self.mask().to_bits() == self.first.to_bits()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.first, self.prefix)
    }
}

impl FromStr for Network {
    type Err = UnknownNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownNetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(unknown)?;
        let address = address.parse().map_err(|_| unknown())?;
        let prefix = prefix.parse().map_err(|_| unknown())?;
        if !(8..=26).contains(&prefix) {
            return Err(unknown());
        }
        Ok(Self::new(address, prefix))
    }
}

/// The text is not an IPv4 network with a prefix length of 8 to 26.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IPv4 network with a prefix of 8 to 26, such as 192.168.10.0/24")]
pub struct UnknownNetwork(String);
