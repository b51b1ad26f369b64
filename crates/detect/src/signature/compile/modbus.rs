//! The keyword `modbus`: words that the protocol tells, and tests of what a request touches.

use super::Missing;
use crate::rule::ast::{Comparison, Named};
use crate::rule::number_test;
use crate::signature::inspect::modbus::ModbusTest;

/// What the keyword asks.
pub(super) struct Asked {
    /// Function or access, as the protocol tells them.
    pub words: Option<(Vec<u8>, bool)>,
    /// Unit, address and value.
    pub test: Option<ModbusTest>,
}

/// Its parts stand between commas, in any order.
pub(super) fn asked(named: &Named) -> Result<Asked, Missing> {
    let mut words = Vec::new();
    let mut negated = false;
    let mut test = ModbusTest {
        way: None,
        unit: None,
        address: None,
        value: None,
    };
    for (part, is_negated) in &named.words {
        negated |= *is_negated;
        let pieces: Vec<&str> = part.split_whitespace().collect();
        let number = |limit| {
            let text = pieces.get(1..).unwrap_or_default().concat();
            number_test(&text, limit)
                .map(Some)
                .ok_or_else(|| Missing::because("modbus", format!("no test of `{}`", part.trim())))
        };
        match pieces.as_slice() {
            ["unit", ..] => test.unit = number(u8::MAX.into())?,
            ["address", ..] => test.address = number(1 << 16)?,
            ["value", ..] => test.value = number(u16::MAX.into())?,
            ["access", "read", ..] => {
                test.way = Some(1);
                words.push(pieces.join(" "));
            }
            ["access", "write", ..] => {
                test.way = Some(2);
                words.push(pieces.join(" "));
            }
            _ => words.push(pieces.join(" ")),
        }
    }
    let is_test = |number: &Option<Comparison<u64>>| number.is_some();
    let has_test = [&test.unit, &test.address, &test.value]
        .into_iter()
        .any(is_test);
    Ok(Asked {
        words: (!words.is_empty()).then(|| (words.join(",").into_bytes(), negated)),
        test: has_test.then_some(test),
    })
}
