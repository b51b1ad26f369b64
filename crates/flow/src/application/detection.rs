//! Which protocol? Asked of every protocol's probe with the first bytes of each direction.
//! Ports only settle what probes leave open.

use crate::limits::{PROTOCOL_DETECTION_BYTES_MAX, PROTOCOL_DETECTION_DATAGRAMS_MAX};
use wire::protocol::{Carrier, Direction, Probe, ProtocolSpec};
use wire::registry;

/// What is known after some bytes.
#[derive(Clone, Copy)]
pub(super) enum Verdict {
    /// More bytes will tell.
    Wait,
    /// It is this one.
    Found(&'static ProtocolSpec),
    /// Nothing fits yet, yet another datagram may.
    FailedSoFar,
    /// Nothing fits.
    Failed,
}

/// What the other direction speaks.
pub(super) enum Other {
    /// The same, as far as one can tell.
    Same,
    /// Nothing known.
    Unknown,
    /// Something else.
    Different(&'static str),
}

/// Detection at work.
#[derive(Default)]
pub(super) struct Detection {
    to_server: Side,
    to_client: Side,
    first: Option<Direction>,
    datagrams: u32,
}

#[derive(Default)]
struct Side {
    kept: Vec<u8>,
    /// Bit per protocol (in the order of the registry) that cannot be.
    excluded: u64,
    seen: bool,
    failed: bool,
}

impl Detection {
    /// The next bytes of a stream. They are kept here as long as the verdict is `Wait`; with
    /// `Found`, the caller has them still and feeds what is kept first.
    pub fn stream(&mut self, direction: Direction, bytes: &[u8], port: u16) -> Verdict {
        self.first.get_or_insert(direction);
        let side = self.side_mut(direction);
        side.seen = true;
        let found = if side.kept.is_empty() {
            side.probe(direction, bytes)
        } else {
            side.kept.extend_from_slice(bytes);
            let kept = std::mem::take(&mut side.kept);
            let found = side.probe(direction, &kept);
            side.kept = kept;
            if found.is_some() {
                let before = side.kept.len().saturating_sub(bytes.len());
                side.kept.truncate(before);
            }
            found
        };
        if let Some(spec) = found {
            return Verdict::Found(spec);
        }
        if side.kept.is_empty() {
            side.kept.extend_from_slice(bytes);
        }
        if !side.failed && side.kept.len() < PROTOCOL_DETECTION_BYTES_MAX {
            return Verdict::Wait;
        }
        match self.by_port(direction, port) {
            // The bytes are among what is kept: the caller must not feed them again.
            Some(spec) => {
                let side = self.side_mut(direction);
                let before = side.kept.len().saturating_sub(bytes.len());
                side.kept.truncate(before);
                Verdict::Found(spec)
            }
            None => self.give_up(direction),
        }
    }

    /// Whether nothing was seen yet.
    pub const fn is_new(&self) -> bool {
        !self.to_server.seen && !self.to_client.seen && self.datagrams == 0
    }

    /// A datagram, which is not kept.
    pub fn datagram(&mut self, direction: Direction, bytes: &[u8], port: u16) -> Verdict {
        self.datagrams = self.datagrams.saturating_add(1);
        let side = self.side_mut(direction);
        side.excluded = 0;
        let mut sure = None;
        let mut unsure = None;
        for spec in registry::of_carrier(Carrier::Datagram) {
            let is_usual = spec.ports.contains(&port);
            match (spec.probe)(direction, bytes) {
                // A DNS message with the right number may look like Kerberos too: the port decides.
                Probe::Yes if is_usual => return Verdict::Found(spec),
                Probe::Yes => sure = sure.or(Some(spec)),
                Probe::Unsure if is_usual => unsure = unsure.or(Some(spec)),
                Probe::Unsure | Probe::No => {}
            }
        }
        match sure.or(unsure) {
            Some(spec) => Verdict::Found(spec),
            None if self.datagrams < PROTOCOL_DETECTION_DATAGRAMS_MAX => Verdict::FailedSoFar,
            None => Verdict::Failed,
        }
    }

    /// The beginning of a direction is lost: it cannot be recognised by it any more.
    pub fn gap(&mut self, direction: Direction, port: u16) -> Verdict {
        let side = self.side_mut(direction);
        side.seen = true;
        self.end(direction, port)
    }

    /// Nothing more comes in a direction.
    pub fn end(&mut self, direction: Direction, port: u16) -> Verdict {
        let side = self.side_mut(direction);
        let found = if side.seen {
            self.by_port(direction, port)
        } else {
            None
        };
        match found {
            Some(spec) => Verdict::Found(spec),
            None if !self.to_server.seen && !self.to_client.seen => Verdict::Wait,
            None => self.give_up(direction),
        }
    }

    /// What was kept, by the order in which the directions spoke.
    pub fn into_kept(self) -> [(Direction, Vec<u8>); 2] {
        let to_server = (Direction::ToServer, self.to_server.kept);
        let to_client = (Direction::ToClient, self.to_client.kept);
        match self.first {
            Some(Direction::ToClient) => [to_client, to_server],
            _ => [to_server, to_client],
        }
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let to_client = self.to_client.kept.capacity();
        self.to_server.kept.capacity().saturating_add(to_client)
    }

    const fn side_mut(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    /// A protocol that this direction may be and that is usual on the port.
    fn by_port(&mut self, direction: Direction, port: u16) -> Option<&'static ProtocolSpec> {
        let side = self.side_mut(direction);
        numbered()
            .filter(|(bit, _)| side.excluded & bit == 0)
            .map(|(_, spec)| spec)
            .find(|spec| spec.ports.contains(&port))
    }

    /// This direction was not recognised; the other one still may be.
    fn give_up(&mut self, direction: Direction) -> Verdict {
        let side = self.side_mut(direction);
        side.failed = true;
        let other = match direction {
            Direction::ToServer => &self.to_client,
            Direction::ToClient => &self.to_server,
        };
        let kept = self.to_server.kept.len().max(self.to_client.kept.len());
        let patient = !other.failed && kept < PROTOCOL_DETECTION_BYTES_MAX;
        if patient {
            Verdict::Wait
        } else {
            Verdict::Failed
        }
    }
}

impl Side {
    fn probe(&mut self, direction: Direction, bytes: &[u8]) -> Option<&'static ProtocolSpec> {
        let mut open = false;
        for (bit, spec) in numbered() {
            if self.excluded & bit != 0 {
                continue;
            }
            match (spec.probe)(direction, bytes) {
                Probe::Yes => return Some(spec),
                Probe::No => self.excluded |= bit,
                Probe::Unsure => open = true,
            }
        }
        self.failed = !open;
        None
    }
}

/// The protocols of streams with a bit for each; there are fewer than 64.
fn numbered() -> impl Iterator<Item = (u64, &'static ProtocolSpec)> {
    registry::of_carrier(Carrier::Stream)
        .enumerate()
        .map(|(index, spec)| (1u64.checked_shl(index as u32).unwrap_or(0), spec))
}

/// The protocol of a name.
pub(super) fn by_name(carrier: Carrier, name: &str) -> Option<&'static ProtocolSpec> {
    registry::of_carrier(carrier).find(|spec| spec.name == name)
}

/// Whether the first bytes of a direction fit a protocol that the other direction spoke.
pub(super) fn other_protocol(
    spec: &'static ProtocolSpec,
    direction: Direction,
    bytes: &[u8],
) -> Other {
    if (spec.probe)(direction, bytes) != Probe::No {
        return Other::Same;
    }
    let other = numbered().find(|(_, other)| (other.probe)(direction, bytes) == Probe::Yes);
    match other {
        Some((_, other)) if other.name != spec.name => Other::Different(other.name),
        Some(_) => Other::Same,
        None => Other::Unknown,
    }
}
