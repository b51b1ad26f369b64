//! What a value of an event is held against.

use super::pattern::Pattern;
use aho_corasick::AhoCorasick;
use regex::bytes::Regex;
use std::cmp::Ordering;
use std::net::IpAddr;

/// A value of a field: as it stands in the event, and in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub text: String,
    /// None where it is the same.
    lower: Option<String>,
}

impl Seen {
    /// Of a text.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let is_lower = text
            .bytes()
            .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let lower = (!is_lower).then(|| text.to_lowercase());
        Self { text, lower }
    }

    /// In lower case.
    pub fn lower(&self) -> &str {
        self.lower.as_deref().unwrap_or(&self.text)
    }

    /// As a number, if it is one.
    pub fn number(&self) -> Option<f64> {
        self.text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }
}

/// An IPv4 or IPv6 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    bits: u128,
    length: u32,
    is_v6: bool,
}

impl Network {
    /// From `10.0.0.0/8`, `fe80::/10`, or a single address.
    pub fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().ok()?;
        let (bits, is_v6) = bits(address);
        let most = if is_v6 { 128 } else { 32 };
        let length = length.unwrap_or(most);
        (length <= most).then(|| {
            // IPv4 stands in the last 32 bits.
            let length = length + 128 - most;
            Self {
                bits: bits & mask(length),
                length,
                is_v6,
            }
        })
    }

    /// Whether it holds this address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (bits, is_v6) = bits(address);
        is_v6 == self.is_v6 && bits & mask(self.length) == self.bits
    }
}

fn bits(address: IpAddr) -> (u128, bool) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u32::from(v4).into(), false),
        IpAddr::V6(v6) => (v6.into(), true),
    }
}

fn mask(length: u32) -> u128 {
    u128::MAX
        .checked_shl(128_u32.saturating_sub(length))
        .unwrap_or(0)
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// Whether `left` stands so to `right`.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match left.partial_cmp(&right) {
            None => false,
            Some(Ordering::Equal) => matches!(self, Self::LessOrEqual | Self::GreaterOrEqual),
            Some(Ordering::Less) => matches!(self, Self::Less | Self::LessOrEqual),
            Some(Ordering::Greater) => matches!(self, Self::Greater | Self::GreaterOrEqual),
        }
    }
}

/// Where in the value the value of another field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Whole,
    Start,
    End,
    Inside,
}

/// Part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimePart {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// What one value of a rule asks of the values of its field.
#[derive(Clone, Debug)]
pub(crate) enum Matcher {
    /// There is none.
    Missing,
    /// There is one, or not.
    Exists(bool),
    /// There is none, or it is empty.
    Empty,
    Text(Pattern),
    CasedText(Pattern),
    /// One of many texts stands somewhere, in lower case.
    AnyInside(Box<AhoCorasick>),
    Regex(Box<Regex>),
    Network(Network),
    Number(Order, f64),
    /// Another field, by its slot.
    Field {
        slot: usize,
        place: Place,
        is_cased: bool,
    },
    Time(TimePart, u32),
    /// Any of several forms of one value.
    Forms(Vec<Matcher>),
}

impl Matcher {
    /// Whether it holds of these values; `other` gives the values of other fields.
    pub fn holds<'a>(&self, values: &'a [Seen], other: &dyn Fn(usize) -> &'a [Seen]) -> bool {
        let any = |test: &dyn Fn(&Seen) -> bool| values.iter().any(test);
        match self {
            Self::Missing => values.is_empty(),
            Self::Exists(wanted) => values.is_empty() != *wanted,
            Self::Empty => values.iter().all(|seen| seen.text.is_empty()),
            Self::Text(pattern) => any(&|seen| pattern.matches(seen.lower())),
            Self::CasedText(pattern) => any(&|seen| pattern.matches(&seen.text)),
            Self::AnyInside(automaton) => any(&|seen| automaton.is_match(seen.lower())),
            Self::Regex(regex) => any(&|seen| regex.is_match(seen.text.as_bytes())),
            Self::Network(network) => any(&|seen| {
                let address = seen.text.trim().parse();
                address.is_ok_and(|address| network.contains(address))
            }),
            Self::Number(order, right) => {
                any(&|seen| seen.number().is_some_and(|left| order.holds(left, *right)))
            }
            Self::Field {
                slot,
                place,
                is_cased,
            } => {
                let others = other(*slot);
                any(&|seen| {
                    let mut others = others.iter();
                    others.any(|other| stands(*place, *is_cased, seen, other))
                })
            }
            Self::Time(part, wanted) => {
                any(&|seen| super::moment::part(&seen.text, *part) == Some(*wanted))
            }
            Self::Forms(forms) => forms.iter().any(|form| form.holds(values, other)),
        }
    }

    /// The same with fields that stand further back.
    pub fn shifted(&self, by: usize) -> Self {
        match self {
            Self::Field {
                slot,
                place,
                is_cased,
            } => Self::Field {
                slot: slot + by,
                place: *place,
                is_cased: *is_cased,
            },
            Self::Forms(forms) => Self::Forms(forms.iter().map(|form| form.shifted(by)).collect()),
            other => other.clone(),
        }
    }

    /// Whether it holds where the field is never there.
    pub fn holds_without_field(&self) -> bool {
        matches!(self, Self::Missing | Self::Empty | Self::Exists(false))
    }
}

fn stands(place: Place, is_cased: bool, value: &Seen, other: &Seen) -> bool {
    let (value, other) = if is_cased {
        (value.text.as_str(), other.text.as_str())
    } else {
        (value.lower(), other.lower())
    };
    match place {
        Place::Whole => value == other,
        Place::Start => value.starts_with(other),
        Place::End => value.ends_with(other),
        Place::Inside => value.contains(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        for (network, address, expected) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("192.168.1.7", "192.168.1.7", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("fe80::/10", "fe80::1", true),
            ("::/0", "10.0.0.1", false),
            ("::1", "::1", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
        ] {
            let network = Network::read(network).unwrap();
            assert_eq!(
                network.contains(address.parse().unwrap()),
                expected,
                "{network:?} {address}"
            );
        }
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "x", "::/129", "10.0.0.0/-1"] {
            assert_eq!(Network::read(wrong), None, "{wrong}");
        }
    }
}
