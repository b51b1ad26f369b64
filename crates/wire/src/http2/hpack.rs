//! Header blocks to header fields (RFC 7541).

use super::huffman;
use super::static_table::ENTRIES;
use crate::cursor::Cursor;
use crate::limits::{HTTP2_FIELDS_MAX, HTTP2_HEADER_BYTES_MAX, HTTP2_TABLE_BYTES_MAX};
use std::collections::VecDeque;

/// Name and value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// As it came; lower case where the sender kept the rules.
    pub name: Vec<u8>,
    /// As it came.
    pub value: Vec<u8>,
}

/// What a block held.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Sizes that the dynamic table was changed to.
    pub size_updates: Vec<u64>,
    /// Why reading ended early, as an anomaly.
    pub wrong: Option<&'static str>,
    /// Fields were left out because they were too many, or too long together.
    pub cut: bool,
    bytes: usize,
}

impl Block {
    fn add(&mut self, field: Field) {
        self.bytes = self.bytes.saturating_add(cost(&field));
        if self.fields.len() < HTTP2_FIELDS_MAX && self.bytes <= HTTP2_HEADER_BYTES_MAX {
            self.fields.push(field);
        } else {
            self.cut = true;
        }
    }
}

/// Bytes that an entry counts for (RFC 7541, 4.1).
const fn cost(field: &Field) -> usize {
    field
        .name
        .len()
        .saturating_add(field.value.len())
        .saturating_add(32)
}

/// The decoder of one direction.
#[derive(Debug)]
pub struct Decoder {
    table: VecDeque<Field>,
    bytes: usize,
    bytes_max: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            table: VecDeque::new(),
            bytes: 0,
            bytes_max: 4096,
        }
    }
}

/// What a string or number of a block cannot be.
type Wrong = &'static str;

const INVALID: Wrong = "invalid_header";
const OVERFLOW: Wrong = "header_integer_overflow";

impl Decoder {
    /// Reads a complete block.
    pub fn decode(&mut self, bytes: &[u8]) -> Block {
        let mut block = Block::default();
        let mut cursor = Cursor::new(bytes);
        while cursor.remaining() > 0 {
            if let Err(wrong) = self.representation(&mut cursor, &mut block) {
                block.wrong = Some(wrong);
                break;
            }
        }
        block
    }

    /// RFC 7541, 6.
    fn representation(&mut self, cursor: &mut Cursor<'_>, block: &mut Block) -> Result<(), Wrong> {
        let first = cursor.rest().first().copied().unwrap_or(0);
        if first & 0x80 != 0 {
            let index = integer(cursor, 7)?;
            block.add(self.entry(index)?);
        } else if first & 0xc0 == 0x40 {
            let field = self.literal(cursor, 6)?;
            self.insert(field.clone());
            block.add(field);
        } else if first & 0xe0 == 0x20 {
            let size = integer(cursor, 5)?;
            if block.size_updates.len() < HTTP2_FIELDS_MAX {
                block.size_updates.push(size);
            }
            self.bytes_max = usize::try_from(size)
                .unwrap_or(usize::MAX)
                .min(HTTP2_TABLE_BYTES_MAX);
            self.evict(0);
        } else {
            block.add(self.literal(cursor, 4)?);
        }
        Ok(())
    }

    fn literal(&self, cursor: &mut Cursor<'_>, prefix_bits: u32) -> Result<Field, Wrong> {
        let index = integer(cursor, prefix_bits)?;
        let name = if index == 0 {
            string(cursor)?
        } else {
            self.entry(index)?.name
        };
        Ok(Field {
            name,
            value: string(cursor)?,
        })
    }

    fn entry(&self, index: u64) -> Result<Field, Wrong> {
        let place = usize::try_from(index)
            .ok()
            .and_then(|index| index.checked_sub(1))
            .ok_or(INVALID)?;
        if let Some((name, value)) = ENTRIES.get(place) {
            return Ok(Field {
                name: name.as_bytes().to_vec(),
                value: value.as_bytes().to_vec(),
            });
        }
        self.table
            .get(place.saturating_sub(ENTRIES.len()))
            .cloned()
            .ok_or(INVALID)
    }

    fn insert(&mut self, field: Field) {
        let needed = cost(&field);
        self.evict(needed);
        if needed <= self.bytes_max {
            self.bytes = self.bytes.saturating_add(needed);
            self.table.push_front(field);
        }
    }

    fn evict(&mut self, needed: usize) {
        while self.bytes.saturating_add(needed) > self.bytes_max
            && let Some(oldest) = self.table.pop_back()
        {
            self.bytes = self.bytes.saturating_sub(cost(&oldest));
        }
    }
}

/// RFC 7541, 5.1.
fn integer(cursor: &mut Cursor<'_>, prefix_bits: u32) -> Result<u64, Wrong> {
    let mask = 1u64
        .checked_shl(prefix_bits)
        .map_or(u64::MAX, |above| above.saturating_sub(1));
    let mut value = u64::from(cursor.u8().ok_or(INVALID)?) & mask;
    if value < mask {
        return Ok(value);
    }
    // Nine further bytes hold 63 bits; more is only written to overflow.
    for shift in (0..63).step_by(7) {
        let byte = cursor.u8().ok_or(INVALID)?;
        let part = u64::from(byte & 0x7f).checked_shl(shift).ok_or(OVERFLOW)?;
        value = value.checked_add(part).ok_or(OVERFLOW)?;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(OVERFLOW)
}

/// RFC 7541, 5.2.
fn string(cursor: &mut Cursor<'_>) -> Result<Vec<u8>, Wrong> {
    let is_coded = cursor.rest().first().is_some_and(|first| first & 0x80 != 0);
    let length = usize::try_from(integer(cursor, 7)?).map_err(|_| INVALID)?;
    let bytes = cursor.take(length).ok_or(INVALID)?;
    if is_coded {
        huffman::decode(bytes).ok_or(INVALID)
    } else {
        Ok(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    fn shown(block: &Block) -> Vec<String> {
        block
            .fields
            .iter()
            .map(|field| {
                format!(
                    "{}={}",
                    field.name.escape_ascii(),
                    field.value.escape_ascii()
                )
            })
            .collect()
    }

    #[test]
    fn requests_of_the_standard_are_decoded_one_after_the_other() {
        // RFC 7541, C.4.
        let mut decoder = Decoder::default();
        let first = decoder.decode(&unhex("828684418cf1e3c2e5f23a6ba0ab90f4ff"));
        assert_eq!(
            shown(&first),
            [
                ":method=GET",
                ":scheme=http",
                ":path=/",
                ":authority=www.example.com"
            ]
        );
        let second = decoder.decode(&unhex("828684be5886a8eb10649cbf"));
        assert_eq!(
            shown(&second)[3..],
            [":authority=www.example.com", "cache-control=no-cache"]
        );
        let third = decoder.decode(&unhex("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"));
        assert_eq!(
            shown(&third)[3..],
            [":authority=www.example.com", "custom-key=custom-value"]
        );
        assert_eq!(decoder.bytes, 164);
    }

    #[test]
    fn small_tables_forget_the_oldest() {
        // RFC 7541, C.6: a table of 256 bytes.
        let mut decoder = Decoder {
            bytes_max: 256,
            ..Decoder::default()
        };
        decoder.decode(&unhex(
            "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        ));
        let second = decoder.decode(&unhex("4883640effc1c0bf"));
        assert_eq!(
            shown(&second),
            [
                ":status=307",
                "cache-control=private",
                "date=Mon, 21 Oct 2013 20:13:21 GMT",
                "location=https://www.example.com"
            ]
        );
        assert_eq!(decoder.bytes, 222);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("80", INVALID),                      // index 0
            ("be", INVALID),                      // an empty dynamic table
            ("4003", INVALID),                    // a string without its bytes
            ("7fffffffffffffffffffff", OVERFLOW), // a number without end
            ("0085ffffffffff0161", INVALID),      // a code that is none
        ];
        for (bytes, wrong) in cases {
            assert_eq!(
                Decoder::default().decode(&unhex(bytes)).wrong,
                Some(wrong),
                "{bytes}"
            );
        }
        let updates = Decoder::default().decode(&unhex("3fe11f82"));
        assert_eq!(updates.size_updates, [4096]);
        assert_eq!(shown(&updates), [":method=GET"]);
    }

    #[test]
    fn a_bomb_of_references_is_cut() {
        let mut decoder = Decoder::default();
        let mut bytes = vec![0x40, 1, b'a', 0x7f, 0xa1, 0x1e];
        bytes.extend(vec![b'x'; 4000]);
        bytes.extend(vec![0xbe; 100_000]);
        let block = decoder.decode(&bytes);
        assert!(block.cut);
        assert!(block.fields.len() < 100);
    }
}
