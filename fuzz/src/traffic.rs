//! Inputs become frames that almost make sense: a few flows whose segments come in order, twice,
//! overlapping, too early, in fragments, or not at all, while time passes.
//!
//! A step: what happens, which flow and which way, a figure, a length of two bytes, the payload.

use crate::input::Input;
use event::Timestamp;
use flow::{Frame, Observer, Tracker};
use wire::packet::LinkType;

const FLOWS: usize = 8;
/// Server ports of the flows; the first four are TCP, the others UDP.
const PORTS: [u16; FLOWS] = [80, 443, 22, 53, 53, 5353, 137, 67];
const START: i64 = 1_749_427_200;
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// What a step does.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Payload in its place.
    Next = 0,
    /// Payload that begins `figure` bytes earlier.
    Again = 1,
    /// Payload that begins `figure` bytes later; what comes next begins where it would have.
    Early = 2,
    /// The three-way handshake (UDP: nothing).
    Open = 3,
    /// Payload and the end.
    End = 4,
    /// A reset.
    Reset = 5,
    /// `figure` seconds pass.
    Wait = 6,
    /// Payload in its place, in two fragments cut after `figure` eights.
    Fragments = 7,
}

/// Appends a step of flow `flow` (0 to 7; from 4 on UDP).
pub fn write_step(into: &mut Vec<u8>, kind: Kind, flow: u8, to_client: bool, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    into.push(kind as u8);
    into.push(flow & 7 | u8::from(to_client) << 3);
    into.push(0);
    into.extend(length.to_be_bytes());
    into.extend(&bytes[..usize::from(length)]);
}

/// Plays an input through a tracker to its end.
pub fn play<S: Default, O: Observer<S>>(tracker: &mut Tracker<S>, data: &[u8], observer: &mut O) {
    let mut input = Input(data);
    let mut stage = Stage::new();
    while let (Some(kind), Some(place), Some(figure)) = (input.byte(), input.byte(), input.byte()) {
        let length = input.word().unwrap_or(u16::MAX);
        let payload = input.bytes(usize::from(length));
        if kind & 7 == Kind::Wait as u8 {
            stage.wait(i64::from(figure), tracker, observer);
            continue;
        }
        let from = if place & 16 == 0 {
            Version::Four
        } else {
            Version::Six
        };
        for packet in stage.step(kind & 7, place, u32::from(figure), payload, from) {
            stage.number += 1;
            let frame = Frame {
                time: stage.time(),
                number: stage.number,
                link: LinkType::RawIp,
                bytes: &packet,
                original_len: packet.len() as u32,
                checksums_ready: false,
            };
            tracker.packet(&frame, observer);
        }
    }
    let (now, number) = (stage.time(), stage.number);
    tracker.finish(now, number, observer);
}

#[derive(Clone, Copy)]
enum Version {
    Four,
    Six,
}

/// Next sequence numbers of the two sides of each flow, close to where they wrap.
struct Stage {
    next: [[u32; 2]; FLOWS],
    seconds: i64,
    number: u64,
}

impl Stage {
    fn new() -> Self {
        Self {
            next: [[u32::MAX - 2000, 7000]; FLOWS],
            seconds: START,
            number: 0,
        }
    }

    /// A millisecond for each packet.
    fn time(&self) -> Timestamp {
        let nanos = i64::try_from(self.number).unwrap_or(0) * 1_000_000;
        Timestamp::new(self.seconds, 0).plus_nanos(nanos)
    }

    fn wait<S: Default, O: Observer<S>>(
        &mut self,
        seconds: i64,
        tracker: &mut Tracker<S>,
        observer: &mut O,
    ) {
        for _ in 0..seconds.min(3) {
            self.seconds += 1;
            tracker.tick(self.time(), self.number, observer);
        }
        self.seconds += seconds;
        tracker.tick(self.time(), self.number, observer);
    }

    fn step(
        &mut self,
        kind: u8,
        place: u8,
        figure: u32,
        payload: &[u8],
        version: Version,
    ) -> Vec<Vec<u8>> {
        let flow = usize::from(place & 7);
        let side = usize::from(place >> 3 & 1);
        let parts = Parts {
            flow,
            side,
            version,
        };
        if flow >= FLOWS / 2 {
            return match kind {
                3 | 5 => Vec::new(),
                7 => parts.fragments(17, &parts.udp(payload), figure),
                _ => vec![parts.ip(17, 0, 0, &parts.udp(payload))],
            };
        }
        let [client, server] = self.next[flow];
        let (mine, theirs) = if side == 0 {
            (client, server)
        } else {
            (server, client)
        };
        let whole = |tcp: Vec<u8>| vec![parts.ip(6, 0, 0, &tcp)];
        match kind {
            1 => whole(parts.tcp(mine.wrapping_sub(figure), theirs, ACK, payload)),
            2 => whole(parts.tcp(mine.wrapping_add(figure), theirs, ACK, payload)),
            3 => self.open(&parts),
            4 => {
                self.advance(&parts, payload.len() + 1);
                whole(parts.tcp(mine, theirs, ACK | FIN, payload))
            }
            5 => whole(parts.tcp(mine.wrapping_add(figure), theirs, RST | ACK, &[])),
            7 => {
                self.advance(&parts, payload.len());
                parts.fragments(6, &parts.tcp(mine, theirs, ACK, payload), figure)
            }
            _ => {
                self.advance(&parts, payload.len());
                whole(parts.tcp(mine, theirs, ACK, payload))
            }
        }
    }

    fn advance(&mut self, parts: &Parts, bytes: usize) {
        let next = &mut self.next[parts.flow][parts.side];
        *next = next.wrapping_add(bytes as u32);
    }

    fn open(&mut self, parts: &Parts) -> Vec<Vec<u8>> {
        let [client, server] = self.next[parts.flow];
        let (client_end, server_end) = (Parts { side: 0, ..*parts }, Parts { side: 1, ..*parts });
        let (client_next, server_next) = (client.wrapping_add(1), server.wrapping_add(1));
        self.next[parts.flow] = [client_next, server_next];
        let ack = client_end.tcp(client_next, server_next, ACK, &[]);
        vec![
            client_end.ip(6, 0, 0, &client_end.tcp(client, 0, SYN, &[])),
            server_end.ip(
                6,
                0,
                0,
                &server_end.tcp(server, client_next, SYN | ACK, &[]),
            ),
            client_end.ip(6, 0, 0, &ack),
        ]
    }
}

/// Who sends a packet of which flow.
#[derive(Clone, Copy)]
struct Parts {
    flow: usize,
    side: usize,
    version: Version,
}

impl Parts {
    fn ports(&self) -> Vec<u8> {
        let server = PORTS[self.flow].to_be_bytes();
        let client = (50_000 + self.flow as u16).to_be_bytes();
        if self.side == 0 {
            [client, server].concat()
        } else {
            [server, client].concat()
        }
    }

    fn tcp(&self, sequence: u32, acknowledged: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
        let mut tcp = self.ports();
        tcp.extend(sequence.to_be_bytes());
        tcp.extend(acknowledged.to_be_bytes());
        tcp.extend([5 << 4, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        tcp
    }

    fn udp(&self, payload: &[u8]) -> Vec<u8> {
        let mut udp = self.ports();
        let length = u16::try_from(payload.len() + 8).unwrap_or(u16::MAX);
        udp.extend(length.to_be_bytes());
        udp.extend([0, 0]);
        udp.extend(payload);
        udp
    }

    fn fragments(&self, protocol: u8, segment: &[u8], eights: u32) -> Vec<Vec<u8>> {
        let cut = (eights as usize * 8).min(segment.len() / 8 * 8);
        let (first, second) = segment.split_at(cut);
        vec![
            self.ip(protocol, 0x2000, eights as u8, first),
            self.ip(protocol, (cut / 8) as u16, eights as u8, second),
        ]
    }

    /// `fragment` as IPv4 has flags and offset, in units of eight bytes.
    fn ip(&self, protocol: u8, fragment: u16, id: u8, body: &[u8]) -> Vec<u8> {
        let mut body = body.to_vec();
        body.truncate(65_000);
        let ends = if self.side == 0 { [1, 2] } else { [2, 1] };
        match self.version {
            Version::Four => {
                let mut ip = vec![0x45, 0];
                ip.extend((body.len() as u16 + 20).to_be_bytes());
                ip.extend([0, id]);
                ip.extend(fragment.to_be_bytes());
                ip.extend([64, protocol, 0, 0]);
                ip.extend([192, 0, 2, ends[0], 192, 0, 2, ends[1]]);
                ip.extend(body);
                ip
            }
            Version::Six => {
                let address =
                    |end: u8| [[0x20, 1, 0xd, 0xb8], [0; 4], [0; 4], [0, 0, 0, end]].concat();
                let mut ip = vec![0x60, 0, 0, 0];
                let is_fragment = fragment != 0;
                let length = body.len() as u16 + if is_fragment { 8 } else { 0 };
                ip.extend(length.to_be_bytes());
                ip.extend([if is_fragment { 44 } else { protocol }, 64]);
                ip.extend(address(ends[0]));
                ip.extend(address(ends[1]));
                if is_fragment {
                    let more = u16::from(fragment & 0x2000 != 0);
                    ip.extend([protocol, 0]);
                    ip.extend(((fragment & 0x1fff) << 3 | more).to_be_bytes());
                    ip.extend([0, 0, 0, id]);
                }
                ip.extend(body);
                ip
            }
        }
    }
}
