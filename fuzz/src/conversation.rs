//! One conversation for one parser.
//!
//! A step: a byte that says what (lowest two bits: bytes to the server, bytes to the client, a
//! gap, an end; above: size of pieces, or the way), a length of two bytes, the bytes.

use crate::input::Input;
use crate::listener::Listener;
use wire::protocol::{Carrier, Direction, Parser, ProtocolSpec};

/// Step of bytes that travel so; `piece` 0 is all in one.
pub fn write_step(into: &mut Vec<u8>, direction: Direction, piece: u8, bytes: &[u8]) {
    let kind = match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    };
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    into.push(kind | piece << 2);
    into.extend(length.to_be_bytes());
    into.extend(&bytes[..usize::from(length)]);
}

/// Holds a conversation with the parser; a stream is held again with other cuts, which must not
/// make a difference. (After a gap they may: a parser looks for its place where bytes begin.)
pub fn hold(spec: &'static ProtocolSpec, data: &[u8]) {
    let cut = run(spec, data, true);
    if spec.carrier == Carrier::Stream {
        let whole = run(spec, data, false);
        let first = cut.iter().zip(&whole).find(|(cut, whole)| cut != whole);
        assert!(first.is_none(), "cuts make a difference: {first:#?}");
        assert_eq!(cut, whole, "cuts make a difference in the end");
    }
}

fn run(spec: &'static ProtocolSpec, data: &[u8], cuts: bool) -> Vec<String> {
    let mut parser = (spec.parser)();
    let mut listener = Listener::new(spec);
    let mut input = Input(data);
    let mut ended = [false; 2];
    let mut cuts = cuts && spec.carrier == Carrier::Stream;
    while !listener.has_changed()
        && !parser.is_done()
        && let Some(head) = input.byte()
    {
        let number = input.word().unwrap_or(u16::MAX);
        let (direction, end) = match head & 3 {
            0 => (Direction::ToServer, 0),
            1 => (Direction::ToClient, 1),
            _ if head & 4 == 0 => (Direction::ToServer, 0),
            _ => (Direction::ToClient, 1),
        };
        if ended[end] {
            continue;
        }
        match head & 3 {
            2 => {
                cuts = false;
                let missing = u64::from(number) << (head >> 3);
                parser.gap(direction, missing.max(1), &mut listener);
            }
            3 => {
                ended[end] = true;
                parser.finish(direction, &mut listener);
            }
            _ => {
                let bytes = input.bytes(usize::from(number));
                let piece = match head >> 2 {
                    0 => usize::MAX,
                    piece if cuts => usize::from(piece),
                    _ => usize::MAX,
                };
                feed(parser.as_mut(), direction, bytes, piece, &mut listener);
            }
        }
    }
    for (end, direction) in crate::reading::DIRECTIONS.into_iter().enumerate() {
        if !ended[end] {
            parser.finish(direction, &mut listener);
        }
    }
    listener.check_ended();
    listener.lines
}

fn feed(
    parser: &mut dyn Parser,
    direction: Direction,
    bytes: &[u8],
    piece: usize,
    listener: &mut Listener,
) {
    if bytes.is_empty() {
        return parser.feed(direction, bytes, listener);
    }
    for bytes in bytes.chunks(piece) {
        if listener.has_changed() {
            listener.hand_over(direction, bytes);
        } else if !parser.is_done() {
            parser.feed(direction, bytes, listener);
        }
    }
}
