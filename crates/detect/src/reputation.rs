//! Reputation of addresses, from lists in Suricata's format: categories as `id,name,description`, scores as
//! `address or network,id of the category,score`.

use crate::limits::REPUTATIONS_MAX;
use crate::rule::{Problem, ProblemKind};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

/// Scores by address and category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reputations {
    categories: HashMap<String, u8>,
    /// By the length of the prefix, the addresses of its networks as 128 bits, with category and score.
    networks: BTreeMap<u8, HashMap<u128, Vec<(u8, u8)>>>,
    count: usize,
}

impl Reputations {
    /// Reads a list of categories; lines that make no sense come back.
    pub fn read_categories(&mut self, name: &str, text: &[u8]) -> Vec<Problem> {
        each_line(name, text, |line| {
            let mut parts = line.splitn(3, ',').map(str::trim);
            let id: Option<u8> = parts.next().and_then(|id| id.parse().ok());
            let id = id
                .filter(|id| (1..60).contains(id))
                .ok_or("expected the number of a category, 1 to 59")?;
            let short = parts.next().filter(|short| !short.is_empty());
            let short = short.ok_or("expected the short name of a category")?;
            self.categories.insert(short.to_owned(), id);
            Ok(())
        })
    }

    /// Reads a list of scores; lines that make no sense come back.
    pub fn read_scores(&mut self, name: &str, text: &[u8]) -> Vec<Problem> {
        each_line(name, text, |line| {
            let mut parts = line.split(',').map(str::trim);
            let (bits, length) = parts
                .next()
                .and_then(network)
                .ok_or("expected an address or a network")?;
            let category: u8 = parts
                .next()
                .and_then(|id| id.parse().ok())
                .ok_or("expected the number of a category")?;
            let score: u8 = parts
                .next()
                .and_then(|score| score.parse().ok())
                .filter(|score| *score <= 127)
                .ok_or("expected a score, 0 to 127")?;
            if self.count >= REPUTATIONS_MAX {
                return Err("there are too many scores");
            }
            self.count = self.count.saturating_add(1);
            let scores = self.networks.entry(length).or_default();
            let scores = scores.entry(bits).or_default();
            scores.retain(|(known, _)| *known != category);
            scores.push((category, score));
            Ok(())
        })
    }

    /// The number of a category.
    pub(crate) fn category(&self, name: &str) -> Option<u8> {
        self.categories.get(name).copied()
    }

    /// The score of an address in a category: that of the smallest network around it that has any scores.
    pub fn score(&self, address: IpAddr, category: u8) -> Option<u8> {
        let bits = bits_of(address);
        let scores = self
            .networks
            .iter()
            .rev()
            .find_map(|(length, networks)| networks.get(&(bits & mask(*length))))?;
        let found = scores.iter().find(|(known, _)| *known == category)?;
        Some(found.1)
    }

    /// Number of scores.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no scores.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// IPv4 as IPv6 has it (RFC 4291, 2.5.5.2).
fn bits_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn mask(length: u8) -> u128 {
    let low = 128_u32.saturating_sub(length.into());
    u128::MAX.checked_shl(low).unwrap_or(0)
}

fn network(text: &str) -> Option<(u128, u8)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (width, before) = if address.is_ipv4() {
        (32, 96)
    } else {
        (128, 0)
    };
    let length = length.unwrap_or(width);
    if length > width {
        return None;
    }
    let length = length.checked_add(before)?;
    Some((bits_of(address) & mask(length), length))
}

/// Lines that are neither empty nor remarks; what is wrong with them.
fn each_line(
    name: &str,
    text: &[u8],
    mut read: impl FnMut(&str) -> Result<(), &'static str>,
) -> Vec<Problem> {
    let file: Arc<str> = name.into();
    let mut problems = Vec::new();
    let text = String::from_utf8_lossy(text);
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Err(message) = read(trimmed)
            && problems.len() < crate::limits::BAD_LINES_SHOWN_MAX
        {
            let number = u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1);
            problems.push(Problem::at(
                ProblemKind::Syntax,
                &file,
                number,
                line.as_bytes(),
                0,
                message,
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_found_by_the_smallest_network() {
        let mut lists = Reputations::default();
        let bad = lists.read_categories(
            "c",
            b"# remark\n1,BadHosts,Known bad\n2,CnC,Masters\n99,x,y\nz\n",
        );
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [4, 5]);
        let text = b"10.0.0.0/8,1,20\n10.1.1.1,1,100\n10.1.1.1,2,7\n2001:db8::/32,2,50\n1.2.3.4,1\n1.2.3.4/33,1,1\nx,1,1\n1.1.1.1,1,200\n";
        let bad = lists.read_scores("s", text);
        assert_eq!(
            bad.iter().map(|bad| bad.line).collect::<Vec<_>>(),
            [5, 6, 7, 8]
        );
        assert_eq!(
            (lists.category("CnC"), lists.category("cnc"), lists.len()),
            (Some(2), None, 4)
        );
        let score = |address: &str, category| lists.score(address.parse().unwrap(), category);
        assert_eq!(score("10.9.9.9", 1), Some(20));
        assert_eq!(score("10.1.1.1", 1), Some(100));
        assert_eq!(score("10.1.1.1", 2), Some(7));
        assert_eq!(score("11.0.0.1", 1), None);
        assert_eq!(score("2001:db8:1::5", 2), Some(50));
        assert_eq!(score("::ffff:10.1.1.1", 2), Some(7));
    }
}
