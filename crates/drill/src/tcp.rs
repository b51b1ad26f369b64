//! A TCP conversation as a mirror port next to the office sees it: handshake with options, segments of the
//! negotiated size, slow start, delayed and selective acknowledgements, now and then a lost or overtaken
//! segment, orderly close or reset.

mod half;

use crate::engine::Outbox;
use crate::frame::{self, Flags, Segment};
use crate::random::Random;
use crate::udp::hop;
use crate::world::{MICROSECOND, MILLISECOND, Station};
use half::Half;

/// Longest time that a receiver keeps an acknowledgement back.
const DELAYED_ACK: i64 = 40 * MILLISECOND;
/// Most segments in flight.
const WINDOW_SEGMENTS: usize = 40;

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// An open conversation. Every sending call moves its clock forward.
pub(crate) struct Tcp {
    client: Half,
    server: Half,
    last: Side,
    now: i64,
    random: Random,
}

impl Tcp {
    /// Shakes hands from a fresh port of the client.
    pub(crate) fn open(
        out: &mut Outbox,
        random: &mut Random,
        client: &Station,
        (server, server_port): (&Station, u16),
        now: i64,
    ) -> Self {
        let port = out.port(client.address);
        Self::open_from(out, random, (client, port), (server, server_port), now)
    }

    /// Shakes hands from a given port of the client.
    pub(crate) fn open_from(
        out: &mut Outbox,
        random: &mut Random,
        (client, client_port): (&Station, u16),
        (server, server_port): (&Station, u16),
        now: i64,
    ) -> Self {
        let mut random = random.fork("tcp", random.clone().next() ^ now as u64);
        let mut tcp = Self {
            client: Half::new(client, client_port, &mut random),
            server: Half::new(server, server_port, &mut random),
            last: Side::Client,
            now,
            random,
        };
        tcp.shake_hands(out);
        tcp
    }

    /// The clock of the conversation.
    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// Lets time pass; acknowledgements that are due in it are sent.
    pub(crate) fn pause(&mut self, out: &mut Outbox, nanos: i64) {
        if nanos > DELAYED_ACK {
            self.settle(out);
        }
        self.now += nanos;
    }

    /// The client says something.
    pub(crate) fn client(&mut self, out: &mut Outbox, bytes: &[u8]) {
        self.say(out, Side::Client, bytes);
    }

    /// The server says something.
    pub(crate) fn server(&mut self, out: &mut Outbox, bytes: &[u8]) {
        self.say(out, Side::Server, bytes);
    }

    /// One side closes, the other closes too.
    pub(crate) fn close(mut self, out: &mut Outbox, first: Side) -> i64 {
        let second = first.other();
        self.turn(first);
        self.acknowledge(first);
        self.bare(out, first, Flags::FIN | Flags::ACK);
        self.half_mut(first).advance(1);
        self.turn(second);
        self.acknowledge(second);
        if self.random.chance(0.3) {
            self.bare(out, second, Flags::ACK);
            self.now += self.random.between(60 * MICROSECOND, 2 * MILLISECOND);
        }
        self.bare(out, second, Flags::FIN | Flags::ACK);
        self.half_mut(second).advance(1);
        self.turn(first);
        self.acknowledge(first);
        self.bare(out, first, Flags::ACK);
        self.now
    }

    /// One side breaks off.
    pub(crate) fn reset(mut self, out: &mut Outbox, side: Side) -> i64 {
        self.turn(side);
        self.acknowledge(side);
        self.half_mut(side).window = 0;
        self.bare(out, side, Flags::RST | Flags::ACK);
        self.now
    }

    fn shake_hands(&mut self, out: &mut Outbox) {
        let options = self.client.greeting(self.now, &self.server, true);
        self.emit(out, Side::Client, Flags::SYN, &options, &[]);
        self.client.advance(1);
        self.turn(Side::Server);
        self.acknowledge(Side::Server);
        let options = self.server.greeting(self.now, &self.client, false);
        self.emit(out, Side::Server, Flags::SYN | Flags::ACK, &options, &[]);
        self.server.advance(1);
        Half::agree(&mut self.client, &mut self.server);
        self.turn(Side::Client);
        self.acknowledge(Side::Client);
        self.bare(out, Side::Client, Flags::ACK);
        self.now += self.random.between(20 * MICROSECOND, 200 * MICROSECOND);
    }

    fn say(&mut self, out: &mut Outbox, side: Side, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.turn(side);
        self.acknowledge(side);
        let mut rest = bytes;
        while !rest.is_empty() {
            let half = self.half(side);
            let (burst, later) = rest.split_at(rest.len().min(half.flight * half.segment_size));
            rest = later;
            self.flight(out, side, burst, later.is_empty());
            let half = self.half_mut(side);
            half.flight = (half.flight * 2).min(WINDOW_SEGMENTS);
        }
    }

    /// Sends what fits into the window and lets the other side acknowledge it.
    fn flight(&mut self, out: &mut Outbox, side: Side, burst: &[u8], last: bool) {
        let size = self.half(side).segment_size;
        let spacing = if self.half(side).delay > MILLISECOND {
            58
        } else {
            13
        } * MICROSECOND;
        let other = side.other();
        let echo = self.half(other).delay + 15 * MICROSECOND;
        let disorder = out.disorder();
        let count = burst.len().div_ceil(size);
        let mut first_answer = None;
        let mut owed = 0;
        let mut number = 0;
        while number < count {
            let from = number * size;
            let two = &burst[from..burst.len().min(from + 2 * size)];
            let one = &two[..two.len().min(size)];
            let push = number + 1 == count;
            if push && self.random.chance(disorder.loss) {
                self.repeat(out, side, one);
            } else if two.len() > size && side == Side::Server && self.random.chance(disorder.swap)
            {
                self.overtake(out, side, one, &two[size..]);
                number += 1;
            } else {
                self.segment(out, side, one, push);
            }
            number += 1;
            owed += 1;
            if owed == 2 && number < count {
                owed = 0;
                self.answer(out, other, self.now + echo);
                first_answer.get_or_insert(self.now + echo);
            }
            if number < count {
                self.now += self.random.jitter(spacing, 0.3);
            }
        }
        if last {
            self.half_mut(other).owes = true;
        } else {
            self.answer(out, other, self.now + echo);
            let turn = first_answer.unwrap_or(self.now + echo) + self.half(side).delay;
            self.now = (self.now + spacing).max(turn);
        }
    }

    /// A segment is lost behind the mirror port; the timer sends it again.
    fn repeat(&mut self, out: &mut Outbox, side: Side, bytes: &[u8]) {
        let sequence = self.half(side).next;
        self.segment(out, side, bytes, true);
        self.half_mut(side).next = sequence;
        self.now += self.random.between(210 * MILLISECOND, 320 * MILLISECOND);
        self.segment(out, side, bytes, true);
    }

    /// The second segment arrives before the first; the receiver reports the gap.
    fn overtake(&mut self, out: &mut Outbox, side: Side, one: &[u8], two: &[u8]) {
        let gap = self.half(side).next;
        self.half_mut(side).advance(one.len() as u32);
        let sack = self.half(side).next;
        self.segment(out, side, two, false);
        let after = self.half(side).next;
        let other = side.other();
        let now = self.now;
        self.now += 25 * MICROSECOND;
        let options = self.half(other).sack_options(self.now, sack, after);
        self.emit(out, other, Flags::ACK, &options, &[]);
        self.now = now.max(self.now) + 15 * MICROSECOND;
        self.half_mut(side).next = gap;
        self.segment(out, side, one, false);
        self.half_mut(side).next = after;
    }

    fn segment(&mut self, out: &mut Outbox, side: Side, bytes: &[u8], push: bool) {
        let flags = if push {
            Flags::ACK | Flags::PSH
        } else {
            Flags::ACK
        };
        let options = self.half(side).options(self.now);
        self.emit(out, side, flags, &options, bytes);
        self.half_mut(side).advance(bytes.len() as u32);
    }

    /// A bare acknowledgement at a time of its own.
    fn answer(&mut self, out: &mut Outbox, side: Side, time: i64) {
        let now = std::mem::replace(&mut self.now, time);
        self.acknowledge(side);
        self.bare(out, side, Flags::ACK);
        self.now = now;
    }

    /// Sends the acknowledgement that is owed, if any.
    fn settle(&mut self, out: &mut Outbox) {
        for side in [Side::Client, Side::Server] {
            if self.half(side).owes {
                let delay = self.half(side).delay + DELAYED_ACK.min(5 * MILLISECOND);
                self.answer(out, side, self.now + delay);
                self.half_mut(side).owes = false;
            }
        }
    }

    fn acknowledge(&mut self, side: Side) {
        let sender = self.half(side.other());
        let (next, clock) = (sender.next, sender.clock_sent);
        let half = self.half_mut(side);
        half.acknowledged = next;
        half.clock_seen = clock;
        half.owes = false;
    }

    fn bare(&mut self, out: &mut Outbox, side: Side, flags: u8) {
        let options = self.half(side).options(self.now);
        self.emit(out, side, flags, &options, &[]);
    }

    /// Gives a side the word: what it says follows what it has heard.
    fn turn(&mut self, side: Side) {
        if self.last != side {
            let delay = self.half(side).delay;
            self.now += self.random.jitter(delay, 0.04) + self.random.between(5_000, 60_000);
            self.last = side;
        }
    }

    fn emit(&mut self, out: &mut Outbox, side: Side, flags: u8, options: &[u8], payload: &[u8]) {
        let other = self.half(side.other());
        let (target, target_port) = (other.station.clone(), other.port);
        let now = self.now;
        let half = self.half_mut(side);
        half.id = half.id.wrapping_add(1);
        let time = half.moment(now);
        let half = self.half(side);
        let segment = Segment {
            source_port: half.port,
            target_port,
            sequence: half.next,
            acknowledgement: if flags & Flags::ACK == 0 {
                0
            } else {
                half.acknowledged
            },
            flags,
            window: half.window,
            options,
            payload,
        };
        out.send(
            time,
            frame::tcp(&hop(&half.station, &target, half.id), &segment),
        );
        self.now = self.now.max(time);
    }

    fn half(&self, side: Side) -> &Half {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

/// A connection that is refused: a SYN and a reset. Returns when it is over.
pub(crate) fn refused(
    out: &mut Outbox,
    random: &mut Random,
    (client, client_port): (&Station, u16),
    (server, server_port): (&Station, u16),
    now: i64,
) -> i64 {
    let sequence = knock(
        out,
        random,
        (client, client_port),
        (server, server_port),
        now,
    );
    let back = now + server.delay + 8 * MICROSECOND;
    let segment = Segment {
        source_port: server_port,
        target_port: client_port,
        sequence: 0,
        acknowledgement: sequence.wrapping_add(1),
        flags: Flags::RST | Flags::ACK,
        window: 0,
        options: &[],
        payload: &[],
    };
    out.send(back, frame::tcp(&hop(server, client, 0), &segment));
    back
}

/// A port that is found open by half a handshake, which the scanner breaks off. Returns when it is over.
pub(crate) fn half_open(
    out: &mut Outbox,
    random: &mut Random,
    (client, client_port): (&Station, u16),
    (server, server_port): (&Station, u16),
    now: i64,
) -> i64 {
    let sequence = knock(
        out,
        random,
        (client, client_port),
        (server, server_port),
        now,
    );
    let mut half = Half::new(server, server_port, random);
    half.acknowledged = sequence.wrapping_add(1);
    let back = now + server.delay + 12 * MICROSECOND;
    let answer = Segment {
        source_port: server_port,
        target_port: client_port,
        sequence: half.next,
        acknowledgement: half.acknowledged,
        flags: Flags::SYN | Flags::ACK,
        window: 64_240,
        options: &[2, 4, 5, 180],
        payload: &[],
    };
    out.send(back, frame::tcp(&hop(server, client, 0), &answer));
    let end = back + client.delay + 20 * MICROSECOND;
    let reset = Segment {
        source_port: client_port,
        target_port: server_port,
        sequence: half.acknowledged,
        acknowledgement: 0,
        flags: Flags::RST,
        window: 0,
        options: &[],
        payload: &[],
    };
    out.send(end, frame::tcp(&hop(client, server, 0), &reset));
    end
}

/// A lone SYN; returns its sequence number.
pub(crate) fn knock(
    out: &mut Outbox,
    random: &mut Random,
    (client, client_port): (&Station, u16),
    (server, server_port): (&Station, u16),
    now: i64,
) -> u32 {
    let sequence = random.next() as u32;
    let segment = Segment {
        source_port: client_port,
        target_port: server_port,
        sequence,
        acknowledgement: 0,
        flags: Flags::SYN,
        window: 1024,
        options: &[2, 4, 5, 180],
        payload: &[],
    };
    out.send(
        now,
        frame::tcp(&hop(client, server, random.next() as u16), &segment),
    );
    sequence
}
