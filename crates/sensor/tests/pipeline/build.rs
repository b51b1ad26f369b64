//! Frames by hand, and somebody who takes down what comes out.

use capture::{Batch, Frame};
use event::{Event, Incident};
use sensor::{Detectors, Outputs, Pipeline, Settings};
use std::io;
use std::sync::Arc;

pub const ETHERNET_LEN: usize = 14;
const IPV4_LEN: usize = 20;
const TCP: u8 = 6;
const UDP: u8 = 17;
const VXLAN_PORT: u16 = 4789;

/// Events and incidents as lines.
#[derive(Default)]
pub struct Lines {
    pub events: Vec<serde_json::Value>,
    pub incidents: Vec<String>,
}

impl Lines {
    /// Sids of alerts, in order.
    pub fn sids(&self) -> Vec<u64> {
        let alerts = self.events.iter();
        alerts
            .filter_map(|event| event["alert"]["signature_id"].as_u64())
            .collect()
    }

    pub fn of_kind(&self, kind: &str) -> Vec<&serde_json::Value> {
        let is_kind = |event: &&serde_json::Value| event["event_type"] == kind;
        self.events.iter().filter(is_kind).collect()
    }
}

impl Outputs for Lines {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.events.push(serde_json::to_value(event)?);
        Ok(())
    }

    fn incident(&mut self, incident: &Incident) -> io::Result<()> {
        self.incidents.push(serde_json::to_string(incident)?);
        Ok(())
    }
}

/// What these rules and settings tell of the frames, which follow one another by a millisecond. Checksums are not looked at.
pub fn lines_of(rules: &str, settings: Settings, frames: &[Vec<u8>]) -> Lines {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.rules");
    std::fs::write(&path, rules).unwrap();
    let settings = Settings {
        rules: vec![path],
        ignore_checksums: true,
        ..settings
    };
    let detectors = Arc::new(Detectors::load(&settings).unwrap());
    let mut pipeline = Pipeline::new(&settings, &detectors);
    let mut lines = Lines::default();
    let frames: Vec<_> = frames
        .iter()
        .zip(1..)
        .map(|(frame, time)| (time * 1_000_000, frame.clone()))
        .collect();
    pipeline.take(batch(&frames), &mut lines).unwrap();
    pipeline.finish(&mut lines).unwrap();
    lines
}

/// Frames as one batch.
pub fn batch<'a>(frames: impl IntoIterator<Item = &'a (i64, Vec<u8>)>) -> Batch {
    let mut batch = Batch::new();
    for (time_nanos, bytes) in frames {
        batch.push(&Frame {
            time_nanos: *time_nanos,
            number: 0,
            link: 1,
            bytes,
            original_len: bytes.len() as u32,
            checksums_ready: true,
        });
    }
    batch
}

fn ipv4(
    from: [u8; 4],
    to: [u8; 4],
    id: u16,
    fragment: u16,
    protocol: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
    let total = (IPV4_LEN + payload.len()) as u16;
    let mut header = vec![0x45, 0];
    header.extend(total.to_be_bytes());
    header.extend(id.to_be_bytes());
    header.extend(fragment.to_be_bytes());
    header.extend([64, protocol, 0, 0]);
    header.extend(from);
    header.extend(to);
    let mut sum: u32 = header
        .chunks(2)
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    header[10..12].copy_from_slice(&(!(sum as u16)).to_be_bytes());
    frame.extend(header);
    frame.extend(payload);
    frame
}

/// UDP without checksum.
pub fn udp(from: ([u8; 4], u16), to: ([u8; 4], u16), id: u16, payload: &[u8]) -> Vec<u8> {
    let mut datagram = from.1.to_be_bytes().to_vec();
    datagram.extend(to.1.to_be_bytes());
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ipv4(from.0, to.0, id, 0, UDP, &datagram)
}

/// TCP without a right checksum; `numbers` are sequence and acknowledgement.
pub fn tcp(
    from: ([u8; 4], u16),
    to: ([u8; 4], u16),
    numbers: (u32, u32),
    flags: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut segment = from.1.to_be_bytes().to_vec();
    segment.extend(to.1.to_be_bytes());
    segment.extend(numbers.0.to_be_bytes());
    segment.extend(numbers.1.to_be_bytes());
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    ipv4(from.0, to.0, 1, 0, TCP, &segment)
}

/// A frame inside VXLAN (RFC 7348), between these two.
pub fn vxlan(from: [u8; 4], to: [u8; 4], id: u16, inner: &[u8]) -> Vec<u8> {
    let mut carried = vec![8, 0, 0, 0, 0, 0, 42, 0];
    carried.extend(inner);
    udp((from, 50_000), (to, VXLAN_PORT), id, &carried)
}

/// An IPv4 frame in two fragments (RFC 791); as it is where it cannot be cut.
pub fn fragments(frame: &[u8], id: u16) -> Vec<Vec<u8>> {
    let start = ETHERNET_LEN + IPV4_LEN;
    let is_plain = frame.get(12..15) == Some(&[8, 0, 0x45]) && frame.len() > start + 48;
    if !is_plain {
        return vec![frame.to_vec()];
    }
    let length = usize::from(u16::from_be_bytes([frame[16], frame[17]]));
    let payload = &frame[start..ETHERNET_LEN + length];
    let cut = payload.len() / 2 / 8 * 8;
    let (from, to) = (address(frame, 26), address(frame, 30));
    let piece = |field, bytes| ipv4(from, to, id, field, frame[23], bytes);
    vec![
        piece(0x2000, &payload[..cut]),
        piece((cut / 8) as u16, &payload[cut..]),
    ]
}

fn address(frame: &[u8], at: usize) -> [u8; 4] {
    [frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]
}
