//! A conversation as packets.

use crate::ends::Ends;
use crate::talk::{Carrier, Header, Say, Talk};
use drill::Packet;
use drill::frame::{self, Flags, Hop, Segment};
use std::net::SocketAddr;

/// Time between two packets.
const STEP_NANOS: i64 = 100_000;
/// Most bytes of one segment.
const SEGMENT_MAX: usize = 32_000;

/// Plays the conversation from `time` on; the time after its last packet is returned with the packets.
pub(crate) fn play(talk: &Talk, ends: Ends, time: i64) -> (Vec<Packet>, i64) {
    let mut player = Player {
        ends,
        header: talk.header,
        time,
        next: [
            talk.header.sequence.unwrap_or(1_000),
            talk.header.acknowledgement.unwrap_or(9_000),
        ],
        packets: Vec::new(),
    };
    match talk.carrier {
        Carrier::Tcp => player.connection(&talk.says),
        Carrier::Segments { flags } => {
            for say in &talk.says {
                let (side, bytes) = parts(say);
                player.segment(side, flags, bytes);
            }
        }
        Carrier::Udp => {
            for say in &talk.says {
                let (side, bytes) = parts(say);
                let (from, to) = player.way(side);
                let frame = frame::udp(&player.hop(side), from.port(), to.port(), bytes);
                player.send(frame);
            }
        }
        Carrier::Icmp { kind, code } => {
            for say in &talk.says {
                let (side, bytes) = parts(say);
                let frame = frame::icmp(&player.hop(side), kind, code, bytes);
                player.send(frame);
            }
        }
    }
    (player.packets, player.time)
}

/// Who speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Client = 0,
    Server = 1,
}

fn parts(say: &Say) -> (Side, &[u8]) {
    match say {
        Say::Client(bytes) => (Side::Client, bytes),
        Say::Server(bytes) => (Side::Server, bytes),
    }
}

struct Player {
    ends: Ends,
    header: Header,
    time: i64,
    /// Next sequence number of client and server.
    next: [u32; 2],
    packets: Vec<Packet>,
}

impl Player {
    fn send(&mut self, bytes: Vec<u8>) {
        self.packets.push(Packet {
            time_nanos: self.time,
            bytes,
        });
        self.time += STEP_NANOS;
    }

    fn way(&self, side: Side) -> (SocketAddr, SocketAddr) {
        match side {
            Side::Client => (self.ends.client, self.ends.server),
            Side::Server => (self.ends.server, self.ends.client),
        }
    }

    fn hop(&self, side: Side) -> Hop {
        const MACS: [[u8; 6]; 2] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
        let (from, to) = self.way(side);
        Hop {
            source_mac: MACS[side as usize],
            target_mac: MACS[1 - side as usize],
            source: from.ip(),
            target: to.ip(),
            ttl: self.header.ttl.unwrap_or(64),
            id: self.header.id.unwrap_or(self.packets.len() as u16 + 1),
        }
    }

    fn segment(&mut self, side: Side, flags: u8, payload: &[u8]) {
        let (from, to) = self.way(side);
        let own = side as usize;
        let segment = Segment {
            source_port: from.port(),
            target_port: to.port(),
            sequence: self.next[own],
            acknowledgement: if flags & Flags::ACK != 0 {
                self.next[1 - own]
            } else {
                self.header.acknowledgement.unwrap_or(0)
            },
            flags,
            window: self.header.window.unwrap_or(64_000),
            options: &[],
            payload,
        };
        let frame = frame::tcp(&self.hop(side), &segment);
        let counted = u32::from(flags & (Flags::SYN | Flags::FIN) != 0);
        self.next[own] = self.next[own].wrapping_add(payload.len() as u32 + counted);
        self.send(frame);
    }

    fn connection(&mut self, says: &[Say]) {
        let other = |side: Side| match side {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        };
        self.segment(Side::Client, Flags::SYN, &[]);
        self.segment(Side::Server, Flags::SYN | Flags::ACK, &[]);
        self.segment(Side::Client, Flags::ACK, &[]);
        for say in says {
            let (side, bytes) = parts(say);
            for part in bytes.chunks(SEGMENT_MAX) {
                self.segment(side, Flags::PSH | Flags::ACK, part);
                self.segment(other(side), Flags::ACK, &[]);
            }
        }
        self.segment(Side::Client, Flags::FIN | Flags::ACK, &[]);
        self.segment(Side::Server, Flags::FIN | Flags::ACK, &[]);
        self.segment(Side::Client, Flags::ACK, &[]);
    }
}
