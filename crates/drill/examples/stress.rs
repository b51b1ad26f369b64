//! Writes traffic that would like to fill a sensor's memory, as an endless-looking capture on standard output:
//! `stress scan FLOWS_A_SECOND SECONDS`, `stress open FLOWS`, `stress elephant BYTES`, `stress bytes SEGMENTS`,
//! `stress fragments FRAGMENTS`.
//!
//! In each of them one client goes on asking its server, a byte now and then from beginning to end and once more
//! quickly at the end: `/bystander/first` and `/bystander/last`. Whoever is not busy with the noise sees both.

use std::error::Error;
use std::io::{BufWriter, StdoutLock, Write, stdout};

const SYN: u8 = 2;
const SYN_ACK: u8 = 0x12;
const ACK: u8 = 0x10;
const PSH_ACK: u8 = 0x18;
/// 2026-04-01T00:00:00Z.
const START_NANOS: u64 = 1_775_001_600_000_000_000;
const SEGMENT_BYTES: usize = 1_448;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut capture = Capture::begin()?;
    match words.as_slice() {
        ["scan", rate, seconds] => scan(&mut capture, rate.parse()?, seconds.parse()?)?,
        ["open", flows] => open(&mut capture, flows.parse()?)?,
        ["elephant", bytes] => elephant(&mut capture, bytes.parse()?)?,
        ["bytes", segments] => bytes(&mut capture, segments.parse()?)?,
        ["fragments", fragments] => pieces(&mut capture, fragments.parse()?)?,
        _ => return Err("usage: stress scan RATE SECONDS | open FLOWS | elephant BYTES | bytes SEGMENTS | fragments FRAGMENTS".into()),
    }
    Ok(capture.file.flush()?)
}

/// Every SYN is a flow of its own, and nobody answers.
fn scan(capture: &mut Capture, rate: u64, seconds: u64) -> Result<()> {
    let flows = rate * seconds;
    let mut bystander = Bystander::new(flows);
    for number in 0..flows {
        let from = ([10, 66, 0, 1], 1_024 + (number / 60_000 % 60_000) as u16);
        let [_, b, c, d] = (number as u32 / 200 + 1).to_be_bytes();
        let to = ([100, 64 | b, c, d], 1 + (number % 200) as u16);
        capture.tcp(from, to, (number as u32, 0), SYN, b"")?;
        capture.pass(1_000_000_000 / rate);
        bystander.go_on(capture, number)?;
    }
    bystander.finish(capture)
}

/// Connections that are made, used once and never ended; all of them within a minute.
fn open(capture: &mut Capture, flows: u64) -> Result<()> {
    let mut bystander = Bystander::new(flows);
    for number in 0..flows {
        let [_, b, c, d] = (number as u32 / 50_000).to_be_bytes();
        let client = ([10, 70 + b, c, 1 + d], 10_000 + (number % 50_000) as u16);
        let server = ([198, 18, 0, 1], 9_999);
        let sequence = number as u32;
        capture.tcp(client, server, (sequence, 0), SYN, b"")?;
        capture.tcp(server, client, (7, sequence + 1), SYN_ACK, b"")?;
        capture.tcp(client, server, (sequence + 1, 8), ACK, b"")?;
        capture.tcp(client, server, (sequence + 1, 8), PSH_ACK, b"hello\r\n")?;
        capture.pass(60_000_000_000 / flows);
        bystander.go_on(capture, number)?;
    }
    bystander.finish(capture)
}

/// One connection with more bytes than anybody keeps.
fn elephant(capture: &mut Capture, bytes: u64) -> Result<()> {
    let (client, server) = (([10, 71, 0, 1], 40_000), ([198, 18, 0, 2], 873));
    let segments = bytes.div_ceil(SEGMENT_BYTES as u64);
    let mut bystander = Bystander::new(segments);
    let payload: Vec<u8> = (0..SEGMENT_BYTES)
        .map(|place| (place * 7 % 251) as u8)
        .collect();
    capture.tcp(client, server, (0, 0), SYN, b"")?;
    capture.tcp(server, client, (0, 1), SYN_ACK, b"")?;
    capture.tcp(client, server, (1, 1), ACK, b"")?;
    for number in 0..segments {
        let sent = (number * SEGMENT_BYTES as u64) as u32;
        let sequence = sent.wrapping_add(1);
        capture.tcp(server, client, (sequence, 1), ACK, &payload)?;
        if number % 2 == 1 {
            let taken = sequence.wrapping_add(SEGMENT_BYTES as u32);
            capture.tcp(client, server, (1, taken), ACK, b"")?;
        }
        capture.pass(10_000);
        bystander.go_on(capture, number)?;
    }
    bystander.finish(capture)
}

/// A hundred connections whose segments have one byte each, every second pair in the wrong order.
fn bytes(capture: &mut Capture, segments: u64) -> Result<()> {
    const FLOWS: u64 = 100;
    let text =
        b"POST /upload HTTP/1.1\r\nHost: stress.example\r\nContent-Length: 1000000000\r\n\r\n";
    let server = ([198, 18, 0, 3], 80);
    let client = |flow: u64| ([10, 72, 0, flow as u8 + 1], 40_000);
    let mut bystander = Bystander::new(segments);
    for flow in 0..FLOWS {
        capture.tcp(client(flow), server, (0, 0), SYN, b"")?;
        capture.tcp(server, client(flow), (0, 1), SYN_ACK, b"")?;
        capture.tcp(client(flow), server, (1, 1), ACK, b"")?;
    }
    for number in 0..segments {
        let (flow, mut place) = (number % FLOWS, number / FLOWS);
        if place % 4 >= 2 {
            place ^= 1;
        }
        let byte = text
            .get(place as usize)
            .copied()
            .unwrap_or(b'a' + (place % 26) as u8);
        capture.tcp(
            client(flow),
            server,
            (1 + place as u32, 1),
            PSH_ACK,
            &[byte],
        )?;
        capture.pass(10_000);
        bystander.go_on(capture, number)?;
    }
    bystander.finish(capture)
}

/// Fragments, most of them of datagrams that never become whole, some of them overlapping.
fn pieces(capture: &mut Capture, fragments: u64) -> Result<()> {
    let mut bystander = Bystander::new(fragments);
    let payload = [0x5a; 1_024];
    for number in 0..fragments {
        let [_, b, c, d] = (number as u32 / 3).to_be_bytes();
        let (from, to) = ([10, 80 + b % 8, c, d], [198, 18, 0, 4]);
        let field = match number % 3 {
            0 => 0x2000,
            1 => 0x2000 | 64,
            _ => 0x2000 | 512,
        };
        capture.ipv4(from, to, (number / 3) as u16, field, 17, &payload)?;
        capture.pass(10_000);
        bystander.go_on(capture, number)?;
    }
    bystander.finish(capture)
}

/// The one whose conversation is to be seen all the same.
struct Bystander {
    text: Vec<u8>,
    said: usize,
    /// Steps of the noise between two bytes.
    every: u64,
    begun: bool,
}

const ASKS: ([u8; 4], u16) = ([10, 60, 0, 1], 50_001);
const ASKS_AGAIN: ([u8; 4], u16) = ([10, 60, 0, 1], 50_002);
const ANSWERS: ([u8; 4], u16) = ([198, 18, 0, 80], 80);
const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

impl Bystander {
    fn new(steps: u64) -> Self {
        let text = request("first");
        Self {
            every: (steps / (text.len() as u64 + 1)).max(1),
            text,
            said: 0,
            begun: false,
        }
    }

    fn go_on(&mut self, capture: &mut Capture, step: u64) -> Result<()> {
        if !self.begun {
            self.begun = true;
            greet(capture, ASKS)?;
        }
        if step % self.every == self.every - 1 && self.said < self.text.len() {
            self.say(capture, 1)?;
        }
        Ok(())
    }

    fn say(&mut self, capture: &mut Capture, count: usize) -> Result<()> {
        let at = 1 + self.said as u32;
        let end = self.text.len().min(self.said + count);
        capture.tcp(ASKS, ANSWERS, (at, 1), PSH_ACK, &self.text[self.said..end])?;
        self.said = end;
        capture.tcp(ANSWERS, ASKS, (1, 1 + end as u32), ACK, b"")
    }

    fn finish(mut self, capture: &mut Capture) -> Result<()> {
        self.say(capture, usize::MAX / 2)?;
        let end = 1 + self.text.len() as u32;
        capture.tcp(ANSWERS, ASKS, (1, end), PSH_ACK, NOT_FOUND)?;
        capture.tcp(ASKS, ANSWERS, (end, 1 + NOT_FOUND.len() as u32), ACK, b"")?;
        greet(capture, ASKS_AGAIN)?;
        let again = request("last");
        capture.tcp(ASKS_AGAIN, ANSWERS, (1, 1), PSH_ACK, &again)?;
        let end = 1 + again.len() as u32;
        capture.tcp(ANSWERS, ASKS_AGAIN, (1, end), PSH_ACK, NOT_FOUND)?;
        capture.tcp(
            ASKS_AGAIN,
            ANSWERS,
            (end, 1 + NOT_FOUND.len() as u32),
            ACK,
            b"",
        )
    }
}

fn request(name: &str) -> Vec<u8> {
    let patience = "patience ".repeat(20);
    format!(
        "GET /bystander/{name} HTTP/1.1\r\nHost: bystander.example\r\nX-Needs: {patience}\r\n\r\n"
    )
    .into_bytes()
}

fn greet(capture: &mut Capture, client: ([u8; 4], u16)) -> Result<()> {
    capture.tcp(client, ANSWERS, (0, 0), SYN, b"")?;
    capture.tcp(ANSWERS, client, (0, 1), SYN_ACK, b"")?;
    capture.tcp(client, ANSWERS, (1, 1), ACK, b"")
}

/// A pcap file being written (nanosecond form, link type Ethernet).
struct Capture {
    file: BufWriter<StdoutLock<'static>>,
    now_nanos: u64,
    frame: Vec<u8>,
}

impl Capture {
    fn begin() -> Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, stdout().lock());
        for word in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 262_144, 1] {
            file.write_all(&word.to_le_bytes())?;
        }
        Ok(Self {
            file,
            now_nanos: START_NANOS,
            frame: Vec::new(),
        })
    }

    fn pass(&mut self, nanos: u64) {
        self.now_nanos += nanos;
    }

    /// A segment; `numbers` are sequence and acknowledgement.
    fn tcp(
        &mut self,
        from: ([u8; 4], u16),
        to: ([u8; 4], u16),
        numbers: (u32, u32),
        flags: u8,
        payload: &[u8],
    ) -> Result<()> {
        let mut segment = Vec::with_capacity(20 + payload.len());
        segment.extend(from.1.to_be_bytes());
        segment.extend(to.1.to_be_bytes());
        segment.extend(numbers.0.to_be_bytes());
        segment.extend(numbers.1.to_be_bytes());
        segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        segment.extend(payload);
        let pseudo = sum(&from.0) + sum(&to.0) + 6 + segment.len() as u32;
        let checksum = fold(pseudo + sum(&segment));
        segment[16..18].copy_from_slice(&checksum.to_be_bytes());
        self.ipv4(from.0, to.0, 0, 0x4000, 6, &segment)
    }

    /// A packet; `field` is that of flags and fragment offset.
    fn ipv4(
        &mut self,
        from: [u8; 4],
        to: [u8; 4],
        id: u16,
        field: u16,
        protocol: u8,
        payload: &[u8],
    ) -> Result<()> {
        let frame = &mut self.frame;
        frame.clear();
        frame.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0]);
        frame.extend((20 + payload.len() as u16).to_be_bytes());
        frame.extend(id.to_be_bytes());
        frame.extend(field.to_be_bytes());
        frame.extend([64, protocol, 0, 0]);
        frame.extend(from);
        frame.extend(to);
        let checksum = fold(sum(&frame[14..]));
        frame[24..26].copy_from_slice(&checksum.to_be_bytes());
        frame.extend(payload);
        let length = frame.len() as u32;
        let (seconds, nanos) = (
            self.now_nanos / 1_000_000_000,
            self.now_nanos % 1_000_000_000,
        );
        for word in [seconds as u32, nanos as u32, length, length] {
            self.file.write_all(&word.to_le_bytes())?;
        }
        Ok(self.file.write_all(frame)?)
    }
}

fn sum(bytes: &[u8]) -> u32 {
    let pairs = bytes.chunks(2);
    pairs
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)))
        .sum()
}

/// RFC 1071.
fn fold(mut sum: u32) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
