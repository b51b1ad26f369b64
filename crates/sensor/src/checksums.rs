//! Whether a capture was taken on a machine that leaves checksums to its network card: then many
//! are wrong in the capture though they were right on the wire, and looking at them would
//! blind us to whole connections. (Suricata's setting `checksum-checks: auto` is the same idea.)

use capture::Batch;
use wire::packet::{Decoded, LinkType, TransportHeader, decode};

/// So many wrong ones are no accident ...
const WRONG_MIN: usize = 10;
/// ... if they are at least one in so many.
const WRONG_ONE_IN: usize = 5;

/// By so many frames at the beginning a capture is judged.
pub(crate) const FRAMES_JUDGED: usize = 2048;

/// Judges by the first frames of a capture.
pub(crate) fn are_left_to_the_card(first: &[Batch]) -> bool {
    let (mut seen, mut wrong) = (0, 0);
    for frame in first.iter().flat_map(Batch::iter) {
        let mut decoded = Decoded::default();
        decode(LinkType::from_number(frame.link), frame.bytes, &mut decoded);
        let right = decoded
            .packets
            .first()
            .and_then(|packet| match packet.transport {
                TransportHeader::Tcp(_) | TransportHeader::Udp(_) => Some(packet.checksum_ok()),
                _ => None,
            });
        if let Some(right) = right {
            seen += 1;
            wrong += usize::from(!right);
        }
    }
    wrong >= WRONG_MIN && wrong * WRONG_ONE_IN >= seen
}
