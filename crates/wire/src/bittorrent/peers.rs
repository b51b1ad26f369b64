//! How two peers greet each other over TCP (BEP 3): which content they are about, and which programs they are.

use crate::field::{VisitBytes, VisitNumber};
use crate::pieces::{Pieces, Step};
use crate::protocol::{
    Carrier, Direction, Fields, Parser, Probe, ProtocolSpec, Transaction, Visitor,
};
use crate::text::hex;

/// Peers that talk with each other.
pub static PEERS: ProtocolSpec = ProtocolSpec {
    name: "bittorrent",
    carrier: Carrier::Stream,
    ports: &[],
    probe: |_, bytes| {
        if bytes.len() >= GREETING.len() {
            match bytes.starts_with(GREETING) {
                true => Probe::Yes,
                false => Probe::No,
            }
        } else if GREETING.starts_with(bytes) {
            Probe::Unsure
        } else {
            Probe::No
        }
    },
    parser: || Box::new(Peers::default()),
    buffers: &[],
    numbers: &[],
    anomalies: &[],
};

/// How everybody begins.
const GREETING: &[u8] = b"\x13BitTorrent protocol";
/// Bytes of a hash or of a peer's number.
const HASH_BYTES: usize = 20;
/// Bytes of what is said first.
const HELLO_BYTES: usize = 68;

/// What a peer says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hello {
    reserved: [u8; 8],
    info_hash: [u8; HASH_BYTES],
    peer: [u8; HASH_BYTES],
}

impl Hello {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (reserved, rest) = bytes.strip_prefix(GREETING)?.split_first_chunk()?;
        let (info_hash, rest) = rest.split_first_chunk()?;
        Some(Self {
            reserved: *reserved,
            info_hash: *info_hash,
            peer: *rest.first_chunk()?,
        })
    }

    /// The part of a peer's number by which programs say what they are, such as `-qB4500-`.
    fn program(&self) -> Option<&[u8]> {
        let name = self.peer.get(..8)?;
        let is_name = name.first() == Some(&b'-') && name.last() == Some(&b'-');
        (is_name && name.iter().all(u8::is_ascii_graphic)).then_some(name)
    }
}

/// Two peers' greetings.
#[derive(Debug, Default)]
struct PeerTransaction {
    hellos: [Option<Hello>; 2],
}

/// One conversation.
#[derive(Debug, Default)]
struct Peers {
    sides: [Pieces; 2],
    transaction: PeerTransaction,
    ended: [bool; 2],
    told: bool,
}

const fn place(direction: Direction) -> usize {
    match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    }
}

impl Peers {
    fn tell(&mut self, visitor: &mut dyn Visitor) {
        if !self.told && self.transaction.hellos.iter().any(Option::is_some) {
            self.told = true;
            visitor.transaction_complete(&self.transaction);
        }
    }
}

impl Parser for Peers {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let Self {
            sides, transaction, ..
        } = self;
        let (Some(pieces), Some(slot)) = (
            sides.get_mut(place(direction)),
            transaction.hellos.get_mut(place(direction)),
        ) else {
            return;
        };
        let mut is_new = false;
        pieces.feed(bytes, |bytes| {
            let Some(hello) = bytes.get(..HELLO_BYTES) else {
                return Step::More;
            };
            *slot = Hello::read(hello);
            is_new = slot.is_some();
            Step::Over
        });
        if is_new && !self.told {
            visitor.side_complete(&self.transaction, direction);
        }
        if self.transaction.hellos.iter().all(Option::is_some) {
            self.tell(visitor);
        }
    }

    fn gap(&mut self, direction: Direction, _: u64, _: &mut dyn Visitor) {
        if let Some(side) = self.sides.get_mut(place(direction)) {
            side.end();
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        if let Some(ended) = self.ended.get_mut(place(direction)) {
            *ended = true;
        }
        if self.ended == [true; 2] {
            self.tell(visitor);
        }
    }
}

impl Transaction for PeerTransaction {
    fn id(&self) -> u64 {
        0
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &PEERS
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("bittorrent")
    }

    fn buffer(&self, _: usize, _: Direction, _: VisitBytes<'_>) {}

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        let known = self.hellos.iter().flatten().next();
        if let Some(hello) = known {
            fields.bytes("info_hash", hex(&hello.info_hash, None).as_bytes());
        }
        for (name, hello) in ["client", "server"].into_iter().zip(&self.hellos) {
            let Some(hello) = hello else { continue };
            fields.begin_record(name);
            fields.bytes("peer_id", hex(&hello.peer, None).as_bytes());
            if let Some(program) = hello.program() {
                fields.bytes("program", program);
            }
            fields.bytes("reserved", hex(&hello.reserved, None).as_bytes());
            fields.end();
        }
    }
}
