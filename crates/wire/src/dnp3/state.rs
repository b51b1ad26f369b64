//! Streams to transactions: frames to fragments, each of which stands alone.

use super::application::{Application, application};
use super::link::{Front, Header, data, front};
use crate::limits::DNP3_FRAGMENT_BYTES_MAX;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};

/// Function of a message that only confirms another.
const CONFIRM: u8 = 0;

/// A message of the application with the link that carried it.
#[derive(Debug)]
pub struct Dnp3Transaction {
    /// Number in the conversation.
    pub id: u64,
    /// Which way it travels.
    pub direction: Direction,
    /// Header of its last frame.
    pub link: Header,
    /// The fragment without checksums.
    pub data: Vec<u8>,
    /// What it says.
    pub application: Application,
}

#[derive(Debug, Default)]
struct Side {
    pieces: Pieces,
    /// What came of a fragment so far.
    fragment: Vec<u8>,
    begun: bool,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Dnp3 {
    to_server: Side,
    to_client: Side,
    next_id: u64,
}

impl Parser for Dnp3 {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(&mut self.side(direction).pieces);
        pieces.feed(bytes, |bytes| self.step(direction, bytes, visitor));
        self.side(direction).pieces = pieces;
    }

    fn gap(&mut self, direction: Direction, missing: u64, _: &mut dyn Visitor) {
        let side = self.side(direction);
        if !side.pieces.gap(missing) {
            side.fragment.clear();
            side.begun = false;
        }
    }

    fn finish(&mut self, direction: Direction, _: &mut dyn Visitor) {
        self.side(direction).pieces.end();
    }

    fn is_done(&self) -> bool {
        self.to_server.pieces.is_over() && self.to_client.pieces.is_over()
    }
}

impl Dnp3 {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn step(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let header = match front(bytes) {
            Front::Frame(header) => header,
            Front::Unknown => return Step::More,
            // The next frame may begin anywhere (after a gap).
            Front::NoFrame => {
                let next = bytes.iter().skip(1).position(|byte| *byte == 0x05);
                let passed = next.map_or(bytes.len(), |next| next.saturating_add(1));
                return Step::Used(passed as u64);
            }
        };
        if !header.is_intact {
            visitor.anomaly("bad_link_crc", direction, None);
            return Step::Used(2);
        }
        if header.length < 5 {
            visitor.anomaly("len_too_small", direction, None);
            return Step::Used(2);
        }
        let Some(frame) = bytes.get(..header.frame_bytes()) else {
            return Step::More;
        };
        if header.carries_data() {
            self.take(direction, header, frame, visitor);
        }
        Step::Used(frame.len() as u64)
    }

    fn take(
        &mut self,
        direction: Direction,
        header: Header,
        frame: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let (data, is_intact) = data(frame);
        if !is_intact {
            return visitor.anomaly("bad_transport_crc", direction, None);
        }
        let Some((transport, data)) = data.split_first() else {
            return visitor.anomaly("len_too_small", direction, None);
        };
        let (is_first, is_last) = (transport & 0x40 != 0, transport & 0x80 != 0);
        let side = self.side(direction);
        if is_first {
            side.fragment.clear();
            side.begun = true;
        }
        if !side.begun {
            return;
        }
        if side.fragment.len().saturating_add(data.len()) > DNP3_FRAGMENT_BYTES_MAX {
            side.fragment.clear();
            side.begun = false;
            return visitor.anomaly("too_long_reassembly", direction, None);
        }
        side.fragment.extend_from_slice(data);
        if is_last {
            side.begun = false;
            let data = std::mem::take(&mut side.fragment);
            self.tell(direction, header, data, visitor);
        }
    }

    fn tell(
        &mut self,
        direction: Direction,
        link: Header,
        data: Vec<u8>,
        visitor: &mut dyn Visitor,
    ) {
        let Some(application) = application(&data) else {
            return visitor.anomaly("len_too_small", direction, None);
        };
        // That something has arrived is no news.
        if application.function == CONFIRM {
            return;
        }
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        if application.unknown_object {
            visitor.anomaly("unknown_object", direction, Some(id));
        }
        let transaction = Dnp3Transaction {
            id,
            direction,
            link,
            data,
            application,
        };
        visitor.side_complete(&transaction, direction);
        visitor.transaction_complete(&transaction);
    }
}
