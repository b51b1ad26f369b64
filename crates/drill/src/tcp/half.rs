//! What one end of a TCP conversation remembers.

use crate::random::Random;
use crate::world::{MILLISECOND, Stack, Station};

/// One end: its numbers, its window, its clock.
pub(super) struct Half {
    pub(super) station: Station,
    pub(super) port: u16,
    /// Next sequence number to send.
    pub(super) next: u32,
    /// What it has acknowledged.
    pub(super) acknowledged: u32,
    pub(super) window: u16,
    /// Most bytes of payload in one segment.
    pub(super) segment_size: usize,
    /// Segments that it may have in flight.
    pub(super) flight: usize,
    /// Round trip from the mirror port, in nanoseconds.
    pub(super) delay: i64,
    pub(super) id: u16,
    /// Whether an acknowledgement is owed.
    pub(super) owes: bool,
    /// Last value of its time stamp clock that was sent, and the peer's that was seen.
    pub(super) clock_sent: u32,
    pub(super) clock_seen: u32,
    clock_offset: u32,
    stamps: bool,
    last_time: i64,
}

impl Half {
    pub(super) fn new(station: &Station, port: u16, random: &mut Random) -> Self {
        Self {
            station: station.clone(),
            port,
            next: random.next() as u32,
            acknowledged: 0,
            window: if station.stack == Stack::Apple {
                65_535
            } else {
                64_240
            },
            segment_size: if station.address.is_ipv4() {
                1460
            } else {
                1440
            },
            flight: 10,
            delay: station.delay,
            id: random.next() as u16,
            owes: false,
            clock_sent: 0,
            clock_seen: 0,
            clock_offset: random.next() as u32,
            stamps: station.stack != Stack::Windows,
            last_time: i64::MIN,
        }
    }

    /// Moves the sequence number.
    pub(super) fn advance(&mut self, count: u32) {
        self.next = self.next.wrapping_add(count);
    }

    /// The time of the next packet: never before the last one of this end.
    pub(super) fn moment(&mut self, now: i64) -> i64 {
        self.last_time = now.max(self.last_time.saturating_add(1_000));
        self.clock_sent = self.clock(self.last_time);
        self.last_time
    }

    /// Options of its SYN, which offers what it can, or of its SYN-ACK, which grants what was offered.
    pub(super) fn greeting(&self, now: i64, peer: &Self, offers: bool) -> Vec<u8> {
        let [high, low] = (self.segment_size as u16).to_be_bytes();
        let mut options = vec![2, 4, high, low];
        let stamps = self.stamps && (offers || peer.stamps);
        match self.station.stack {
            Stack::Windows => options.extend([1, 3, 3, self.scale(), 1, 1, 4, 2]),
            Stack::Linux if stamps => {
                options.extend([4, 2, 8, 10]);
                options.extend(self.clock(now).to_be_bytes());
                options.extend(self.clock_seen.to_be_bytes());
                options.extend([1, 3, 3, self.scale()]);
            }
            Stack::Linux => options.extend([1, 1, 4, 2, 1, 3, 3, self.scale()]),
            Stack::Apple => {
                options.extend([1, 3, 3, self.scale(), 1, 1]);
                if stamps {
                    options.extend([8, 10]);
                    options.extend(self.clock(now).to_be_bytes());
                    options.extend(self.clock_seen.to_be_bytes());
                } else {
                    options.extend([1, 1]);
                }
                options.extend([4, 2]);
                options.resize(options.len().next_multiple_of(4), 0);
            }
        }
        options
    }

    /// Both ends settle on what both can.
    pub(super) fn agree(one: &mut Self, two: &mut Self) {
        let stamps = one.stamps && two.stamps;
        for half in [one, two] {
            half.stamps = stamps;
            if stamps {
                half.segment_size -= 12;
            }
            half.window = match half.station.stack {
                Stack::Windows => 1026,
                Stack::Linux => 502,
                Stack::Apple => 2058,
            };
        }
    }

    /// Options of an ordinary segment.
    pub(super) fn options(&self, now: i64) -> Vec<u8> {
        if !self.stamps {
            return Vec::new();
        }
        let mut options = vec![1, 1, 8, 10];
        options.extend(
            self.clock(now.max(self.last_time.saturating_add(1_000)))
                .to_be_bytes(),
        );
        options.extend(self.clock_seen.to_be_bytes());
        options
    }

    /// Options that also report a block received beyond a gap (RFC 2018).
    pub(super) fn sack_options(&self, now: i64, left: u32, right: u32) -> Vec<u8> {
        let mut options = self.options(now);
        options.extend([1, 1, 5, 10]);
        options.extend(left.to_be_bytes());
        options.extend(right.to_be_bytes());
        options
    }

    fn scale(&self) -> u8 {
        match self.station.stack {
            Stack::Windows => 8,
            Stack::Linux => 7,
            Stack::Apple => 6,
        }
    }

    fn clock(&self, now: i64) -> u32 {
        self.clock_offset
            .wrapping_add(now.div_euclid(MILLISECOND) as u32)
    }
}
