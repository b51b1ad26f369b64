//! Whether a capture was taken on a machine that leaves checksums to its network card: then many
//! are wrong in the capture though they were right on the wire, and looking at them would
//! blind us to whole connections. (Suricata's setting `checksum-checks: auto` is the same idea.)

use capture::Batch;
use wire::packet::{Decoded, LinkType, TransportHeader, decode};

/// So many wrong ones are no accident ...
const WRONG_MIN: usize = 10;
/// ... if they are at least one in so many.
const WRONG_ONE_IN: usize = 5;

/// Fewer are enough if four in five of them hold just what a system hands to its card to be finished.
const UNFINISHED_MIN: usize = 2;

/// By so many frames at the beginning a capture is judged.
pub(crate) const FRAMES_JUDGED: usize = 2048;

/// Judges by the first frames of a capture.
pub(crate) fn are_left_to_the_card(first: &[Batch]) -> bool {
    let (mut seen, mut wrong, mut unfinished) = (0, 0, 0);
    for frame in first.iter().flat_map(Batch::iter) {
        let mut decoded = Decoded::default();
        decode(LinkType::from_number(frame.link), frame.bytes, &mut decoded);
        let found = decoded
            .packets
            .first()
            .and_then(|packet| match packet.transport {
                TransportHeader::Tcp(_) | TransportHeader::Udp(_) => {
                    Some((packet.checksum_ok(), packet.checksum_is_unfinished()))
                }
                _ => None,
            });
        if let Some((right, is_unfinished)) = found {
            seen += 1;
            wrong += usize::from(!right);
            unfinished += usize::from(!right && is_unfinished);
        }
    }
    let many = wrong >= WRONG_MIN && wrong * WRONG_ONE_IN >= seen;
    many || unfinished >= UNFINISHED_MIN && unfinished * 5 >= wrong * 4
}
