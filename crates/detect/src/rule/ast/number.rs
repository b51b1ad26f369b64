//! Numbers compared: the argument form that most keywords share.

use super::state::FlowDirection;

/// A keyword whose argument is a test of one number: `ttl:<5`, `dns.rcode:!3`, `urilen:10<>20`.
///
/// Names are resolved (`dns.rrtype:A` holds 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Canonical name of the keyword.
    pub keyword: &'static str,
    /// Test to make.
    pub comparison: Comparison<u64>,
    /// Which of several values (`vlan.id:300,1`); `None` where the keyword has one value or the rule names none (any).
    pub index: Option<Index>,
    /// A word after the number that changes what is measured: `raw` or `norm` for `urilen`.
    pub qualifier: Option<&'static str>,
    /// Direction before the number, in rules over both directions (`filesize:to_client, <100`).
    pub direction: Option<FlowDirection>,
}

/// A test of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison<N> {
    /// `5` or `=5`
    Equal(N),
    /// `!5` or `!=5`
    NotEqual(N),
    /// `<5`
    Less(N),
    /// `<=5`
    LessOrEqual(N),
    /// `>5`
    Greater(N),
    /// `>=5`
    GreaterOrEqual(N),
    /// `5-9` or `5<>9`: between, **without the ends** (as Suricata counts).
    Between(N, N),
    /// `!5-9`: not strictly between, so the ends match.
    NotBetween(N, N),
    /// `&0xf0=0x10`, `&0xf0!=0`: test of some bits.
    Bits {
        /// Bits looked at.
        mask: N,
        /// What they must be.
        value: N,
        /// `!=`: they must differ from `value`.
        negated: bool,
    },
}

impl<N: PartialOrd + Copy> Comparison<N> {
    /// Whether `number` passes; `None` for [`Comparison::Bits`], which [`Comparison::<u64>::accepts`] answers.
    pub fn accepts_ordered(&self, number: N) -> Option<bool> {
        Some(match *self {
            Self::Equal(wanted) => number == wanted,
            Self::NotEqual(wanted) => number != wanted,
            Self::Less(limit) => number < limit,
            Self::LessOrEqual(limit) => number <= limit,
            Self::Greater(limit) => number > limit,
            Self::GreaterOrEqual(limit) => number >= limit,
            Self::Between(low, high) => number > low && number < high,
            Self::NotBetween(low, high) => number <= low || number >= high,
            Self::Bits { .. } => return None,
        })
    }
}

impl Comparison<u64> {
    /// The same comparison with another number, where it is with one.
    pub const fn with(self, number: u64) -> Self {
        match self {
            Self::Equal(_) => Self::Equal(number),
            Self::NotEqual(_) => Self::NotEqual(number),
            Self::Less(_) => Self::Less(number),
            Self::LessOrEqual(_) => Self::LessOrEqual(number),
            Self::Greater(_) => Self::Greater(number),
            Self::GreaterOrEqual(_) => Self::GreaterOrEqual(number),
            Self::Between(..) | Self::NotBetween(..) | Self::Bits { .. } => self,
        }
    }

    /// Whether `number` passes the test.
    pub fn accepts(&self, number: u64) -> bool {
        match *self {
            Self::Bits {
                mask,
                value,
                negated,
            } => (number & mask == value) != negated,
            _ => self.accepts_ordered(number).unwrap_or(false),
        }
    }
}

/// Which of several values of one kind a number test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// `any`: at least one.
    Any,
    /// `all`: every one, and there is one.
    All,
    /// `all_or_absent`: every one; none at all passes too.
    AllOrNone,
    /// `or_absent`: at least one; none at all passes too.
    AnyOrNone,
    /// The n-th, from 0; from the end if negative (-1 is the last).
    At(i32),
    /// `oob_or 3`: as [`Index::At`]; passes too if there is no such place.
    AtOrOutside(i32),
    /// `nb>3`: how many pass is tested in turn.
    Count(Comparison<u64>),
}

#[cfg(test)]
mod tests {
    use super::Comparison;

    #[test]
    fn ranges_are_without_their_ends() {
        let accepted = |comparison: Comparison<u64>| {
            (0..8)
                .filter(|number| comparison.accepts(*number))
                .collect::<Vec<_>>()
        };
        assert_eq!(accepted(Comparison::Between(2, 5)), [3, 4]);
        assert_eq!(accepted(Comparison::NotBetween(2, 5)), [0, 1, 2, 5, 6, 7]);
        assert_eq!(accepted(Comparison::Less(2)), [0, 1]);
        assert_eq!(accepted(Comparison::GreaterOrEqual(6)), [6, 7]);
        assert_eq!(accepted(Comparison::NotEqual(3)), [0, 1, 2, 4, 5, 6, 7]);
        assert_eq!(
            accepted(Comparison::Bits {
                mask: 6,
                value: 2,
                negated: false
            }),
            [2, 3]
        );
        assert_eq!(
            accepted(Comparison::Bits {
                mask: 6,
                value: 0,
                negated: true
            }),
            [2, 3, 4, 5, 6, 7]
        );
    }
}
