//! What the rule keyword `modbus` asks beside the function: unit, addresses, written values.

use crate::rule::ast::Comparison;

/// A test of what a request touches, in the form in which the protocol tells it (`modbus.touches`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModbusTest {
    /// Bit of the way, where the rule names one: 1 reads, 2 writes.
    pub way: Option<u8>,
    pub unit: Option<Comparison<u64>>,
    /// Counted from 1.
    pub address: Option<Comparison<u64>>,
    pub value: Option<Comparison<u64>>,
}

/// Way, unit, first and last address.
const HEAD_BYTES: usize = 10;

impl ModbusTest {
    pub fn accepts(&self, bytes: &[u8]) -> bool {
        let Some((head, values)) = bytes.split_at_checked(HEAD_BYTES) else {
            return false;
        };
        let [way, unit, a, b, c, d, e, f, g, h] = *head else {
            return false;
        };
        let first = u64::from(u32::from_be_bytes([a, b, c, d]));
        let last = u64::from(u32::from_be_bytes([e, f, g, h]));
        self.way.is_none_or(|wanted| wanted == way)
            && self.unit.is_none_or(|wanted| wanted.accepts(unit.into()))
            && self
                .address
                .is_none_or(|wanted| first > 0 && touches(wanted, first, last))
            && self
                .value
                .is_none_or(|wanted| self.value_fits(wanted, values, first))
    }

    /// A value that is written to one of the wanted addresses is as wanted.
    fn value_fits(&self, wanted: Comparison<u64>, values: &[u8], first: u64) -> bool {
        let (values, _) = values.as_chunks::<2>();
        let mut places = (first..).zip(values);
        places.any(|(place, value)| {
            self.address.is_none_or(|address| address.accepts(place))
                && wanted.accepts(u16::from_be_bytes(*value).into())
        })
    }
}

/// Whether one of the addresses from first to last is as wanted.
fn touches(wanted: Comparison<u64>, first: u64, last: u64) -> bool {
    match wanted {
        Comparison::Equal(address) => (first..=last).contains(&address),
        Comparison::Between(low, high) => last > low && first < high,
        other => other.accepts(first) || other.accepts(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_values_are_compared() {
        let test = |address, value| ModbusTest {
            way: Some(2),
            unit: Some(Comparison::Equal(7)),
            address: Some(address),
            value,
        };
        let request = [2, 7, 0, 0, 0, 100, 0, 0, 0, 101, 0, 5, 1, 0];
        for (address, value, wanted) in [
            (Comparison::Equal(101), None, true),
            (Comparison::Equal(102), None, false),
            (Comparison::Between(99, 200), None, true),
            (Comparison::Less(100), None, false),
            (Comparison::Equal(101), Some(Comparison::Greater(200)), true),
            (
                Comparison::Equal(100),
                Some(Comparison::Greater(200)),
                false,
            ),
        ] {
            assert_eq!(
                test(address, value).accepts(&request),
                wanted,
                "{address:?}"
            );
        }
        assert!(!test(Comparison::Equal(100), None).accepts(b"\x01\x07"));
    }
}
