//! Which addresses are the customer's own.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address range in CIDR form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix {
    network: IpAddr,
    length: u8,
}

/// Why a text is no address range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address range like 192.168.0.0/16 or fd00::/8")]
pub struct BadPrefix(String);

impl Prefix {
    /// A range from its parts; None when the length does not fit the family.
    pub fn new(network: IpAddr, length: u8) -> Option<Self> {
        let longest = if network.is_ipv4() { 32 } else { 128 };
        (length <= longest).then_some(Self { network, length })
    }

    /// Whether the address lies in the range. An IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.length))
                    .unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.length))
                    .unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.length)
    }
}

impl FromStr for Prefix {
    type Err = BadPrefix;

    fn from_str(text: &str) -> Result<Self, BadPrefix> {
        let bad = || BadPrefix(text.to_owned());
        let text = text.trim();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().map_err(|_| bad())?;
        let length = match length {
            Some(length) => length.parse().map_err(|_| bad())?,
            None if network.is_ipv4() => 32,
            None => 128,
        };
        Self::new(network, length).ok_or_else(bad)
    }
}

impl TryFrom<String> for Prefix {
    type Error = BadPrefix;

    fn try_from(text: String) -> Result<Self, BadPrefix> {
        text.parse()
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.to_string()
    }
}

/// The customer's own address ranges; the default is private, unique-local and link-local space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeNet {
    /// The ranges; an address in any of them is the customer's.
    pub prefixes: Vec<Prefix>,
}

impl HomeNet {
    /// Whether the address belongs to the customer.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.prefixes.iter().any(|prefix| prefix.contains(address))
    }

    /// Reads ranges separated by commas, with or without brackets around them.
    pub fn parse(text: &str) -> Result<Self, BadPrefix> {
        let prefixes = text
            .trim()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .split(',')
            .filter(|part| !part.trim().is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self { prefixes })
    }
}

impl FromStr for HomeNet {
    type Err = BadPrefix;

    fn from_str(text: &str) -> Result<Self, BadPrefix> {
        Self::parse(text)
    }
}

/// The ranges, separated by commas.
impl fmt::Display for HomeNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, prefix) in self.prefixes.iter().enumerate() {
            let separator = if place == 0 { "" } else { "," };
            write!(f, "{separator}{}/{}", prefix.network, prefix.length)?;
        }
        Ok(())
    }
}

impl Default for HomeNet {
    fn default() -> Self {
        let v4 = |a, b, length| Prefix {
            network: Ipv4Addr::new(a, b, 0, 0).into(),
            length,
        };
        let v6 = |first, length| Prefix {
            network: Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0).into(),
            length,
        };
        Self {
            prefixes: vec![
                v4(192, 168, 16),
                v4(10, 0, 8),
                v4(172, 16, 12),
                v4(169, 254, 16),
                v6(0xfc00, 7),
                v6(0xfe80, 10),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HomeNet, Prefix};

    #[test]
    fn ranges_contain_what_they_say() {
        let home = HomeNet::parse("[10.0.0.0/8, fd00::/8,0.0.0.0/0]").unwrap();
        assert!(home.contains("8.8.8.8".parse().unwrap()));
        assert!(home.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!home.contains("2001:db8::1".parse().unwrap()));
        assert!(!HomeNet::default().contains("172.32.0.1".parse().unwrap()));
        assert!(HomeNet::default().contains("172.31.0.1".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Prefix>().is_err());
    }
}
