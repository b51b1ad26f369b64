//! The classic pcap format as sensors write it: little-endian, with nanoseconds (draft-ietf-opsawg-pcap, section 4).

use crate::limits;

/// Bytes before the first packet, and before each packet's own bytes.
pub const FILE_HEADER_LEN: usize = 24;
const PACKET_HEADER_LEN: usize = 16;
/// Nanosecond magic number, version 2.4, no time zone, no accuracy.
const BEGINNING: [u8; 16] = [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// What a piece of a capture consists of.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    /// Link type, where the piece begins the file.
    pub link: Option<u32>,
    pub packets: u64,
}

/// The shape of a piece; None where it is none: written by a sensor, it may still be anything.
pub fn shape(piece: &[u8], begins: bool) -> Option<Shape> {
    let (link, packets) = if begins {
        let (header, packets) = piece.split_at_checked(FILE_HEADER_LEN)?;
        let is_ours = header.starts_with(&BEGINNING);
        (Some(is_ours.then_some(word(header, 20)?)?), packets)
    } else {
        (None, piece)
    };
    let mut rest = packets;
    let mut number = 0_u64;
    while !rest.is_empty() {
        let (_, after) = first(rest)?;
        rest = after;
        number = number.saturating_add(1);
    }
    Some(Shape {
        link,
        packets: number,
    })
}

/// One file of several, its packets in the order of time. All have this link type.
pub fn merged(link: u32, captures: &[Vec<u8>]) -> Vec<u8> {
    let mut packets = Vec::new();
    for capture in captures {
        let mut rest = capture.get(FILE_HEADER_LEN..).unwrap_or_default();
        while let Some((packet, after)) = first(rest) {
            packets.push(packet);
            rest = after;
        }
    }
    packets.sort_by_key(|packet| (word(packet, 0), word(packet, 4)));
    let mut file = Vec::with_capacity(captures.iter().map(Vec::len).sum());
    file.extend(BEGINNING);
    file.extend(limits::PACKET_BYTES_MAX.to_le_bytes());
    file.extend(link.to_le_bytes());
    for packet in packets {
        file.extend(packet);
    }
    file
}

/// The first packet with its header, and what follows it.
fn first(packets: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = word(packets, 8).filter(|length| *length <= limits::PACKET_BYTES_MAX)?;
    packets.split_at_checked(PACKET_HEADER_LEN.checked_add(usize::try_from(length).ok()?)?)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn header(link: u32) -> Vec<u8> {
        merged(link, &[])
    }

    pub fn packet(seconds: u32, bytes: &[u8]) -> Vec<u8> {
        let length = bytes.len() as u32;
        let words = [seconds, 5, length, length];
        let mut packet: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        packet.extend(bytes);
        packet
    }

    #[test]
    fn pieces_are_of_whole_packets_and_captures_merge_by_time() {
        let one = [header(1), packet(3, b"three"), packet(5, b"five")].concat();
        let two = [header(1), packet(4, b"four")].concat();
        let shape_of = |link, packets| Some(Shape { link, packets });
        assert_eq!(shape(&one, true), shape_of(Some(1), 2));
        assert_eq!(shape(&one[24..], false), shape_of(None, 2));
        assert_eq!(shape(&one[..one.len() - 1], true), None);
        assert_eq!(shape(&one[24..], true), None);
        assert_eq!(shape(&one, false), None);
        assert_eq!(shape(b"", true), None);
        let expected = [
            header(1),
            packet(3, b"three"),
            packet(4, b"four"),
            packet(5, b"five"),
        ];
        assert_eq!(merged(1, &[one, two]), expected.concat());
    }

    proptest! {
        /// Whatever a sensor sends harms nobody, and what is taken for packets is given back whole.
        #[test]
        fn anything_may_come(bytes in prop::collection::vec(any::<u8>(), 0..200), begins: bool) {
            if let Some(Shape { link: Some(link), .. }) = shape(&bytes, begins) {
                prop_assert_eq!(merged(link, std::slice::from_ref(&bytes)).len(), bytes.len());
            }
        }
    }
}
