//! Captures written here are read back in every wrapping; damaged ones up to the damage.

use capture::{Batch, CaptureFile, Filled, Frame, PcapWriter, Source};
use proptest::prelude::*;
use std::io::{Cursor, Write};

fn frames() -> Vec<(i64, Vec<u8>)> {
    (0..5_u8)
        .map(|n| {
            (
                1_700_000_000_000_000_000 + i64::from(n) * 1_000_001,
                vec![n; 20 + usize::from(n)],
            )
        })
        .collect()
}

fn pcap() -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new(), 1).unwrap();
    for (time_nanos, bytes) in frames() {
        let frame = Frame {
            time_nanos,
            number: 0,
            link: 1,
            bytes: &bytes,
            original_len: 100,
            checksums_ready: true,
        };
        writer.write(&frame).unwrap();
    }
    writer.finish().unwrap()
}

/// pcapng with one interface, ticks of 2^-10 seconds or nanoseconds, an unknown block between.
fn pcapng(big: bool) -> Vec<u8> {
    let word = |n: u32| {
        if big {
            n.to_be_bytes()
        } else {
            n.to_le_bytes()
        }
    };
    let half = |n: u16| {
        if big {
            n.to_be_bytes()
        } else {
            n.to_le_bytes()
        }
    };
    let mut out = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let padded = body.len().next_multiple_of(4);
        let total = word(12 + padded as u32);
        out.extend(word(kind));
        out.extend(total);
        out.extend(body);
        out.resize(out.len() + padded - body.len(), 0);
        out.extend(total);
    };
    let mut section = Vec::from(word(0x1a2b_3c4d));
    section.extend(half(1));
    section.extend(half(0));
    section.extend([0xff; 8]);
    block(0x0a0d_0d0a, &section);
    let mut interface = Vec::from(half(1));
    interface.extend(half(0));
    interface.extend(word(0));
    interface.extend(half(9));
    interface.extend(half(1));
    interface.extend([9, 0, 0, 0]);
    interface.extend([0; 4]);
    block(1, &interface);
    block(0x0bad, b"whatever");
    for (nanos, bytes) in frames() {
        let mut packet = Vec::from(word(0));
        packet.extend(word((nanos as u64 >> 32) as u32));
        packet.extend(word(nanos as u32));
        packet.extend(word(bytes.len() as u32));
        packet.extend(word(100));
        packet.extend(&bytes);
        block(6, &packet);
    }
    out
}

type Read = (Vec<(i64, Vec<u8>)>, Filled);

fn read(bytes: Vec<u8>) -> Result<Read, String> {
    let mut file = CaptureFile::from_reader(Box::new(Cursor::new(bytes)), "test")
        .map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    loop {
        let mut batch = Batch::new();
        let filled = file.fill(&mut batch);
        found.extend(
            batch
                .iter()
                .map(|frame| (frame.time_nanos, frame.bytes.to_vec())),
        );
        if let Filled::End(_) = filled {
            return Ok((found, filled));
        }
    }
}

#[test]
fn every_wrapping_gives_the_same_frames() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    for (name, bytes) in [
        ("pcap", pcap()),
        ("pcapng little", pcapng(false)),
        ("pcapng big", pcapng(true)),
        ("pcap.gz", gzip(&pcap())),
        ("pcapng.gz", gzip(&pcapng(false))),
        ("pcap.zst", zstd::encode_all(&pcap()[..], 1).unwrap()),
    ] {
        assert_eq!(read(bytes), Ok((frames(), Filled::End(None))), "{name}");
    }
}

#[test]
fn damage_is_named_after_what_came_before_it() {
    let whole = pcap();
    let (found, end) = read(whole[..whole.len() - 3].to_vec()).unwrap();
    assert_eq!(found, frames()[..4]);
    let Filled::End(Some(damage)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(
        damage.to_string(),
        format!(
            "the file ends early: a packet is cut off at byte {}",
            whole.len() - 24
        )
    );

    let mut huge = whole.clone();
    huge[24 + 8..24 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let (found, end) = read(huge).unwrap();
    assert!(found.is_empty());
    assert!(matches!(end, Filled::End(Some(_))));
}

#[test]
fn what_is_no_capture_is_refused_by_name() {
    for (bytes, reason) in [
        (Vec::new(), "test is not a capture: it is empty"),
        (
            b"hello world, this is text".to_vec(),
            "test is not a capture: its first bytes are of no capture format",
        ),
        (
            vec![0xd4, 0xc3, 0xb2],
            "test is not a capture: the file ends early: its first bytes are missing",
        ),
    ] {
        let error = read(bytes).unwrap_err();
        assert!(error.starts_with(reason), "{error}");
    }
}

proptest! {
    /// Captures with any byte changed, or cut anywhere, are read to an end.
    #[test]
    fn broken_captures_come_to_an_end(next_generation: bool, at: prop::sample::Index, value: u8, cut: prop::sample::Index) {
        let mut bytes = if next_generation { pcapng(false) } else { pcap() };
        let len = bytes.len();
        bytes[at.index(len)] = value;
        bytes.truncate(cut.index(len + 1));
        if let Ok((found, _)) = read(bytes) {
            prop_assert!(found.len() <= 5);
        }
    }

    /// So is anything that begins like a capture.
    #[test]
    fn noise_comes_to_an_end(magic in 0_usize..4, noise in prop::collection::vec(any::<u8>(), 0..300)) {
        let magics: [&[u8]; 4] = [&[0xd4, 0xc3, 0xb2, 0xa1], &[0x0a, 0x0d, 0x0d, 0x0a], &[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]];
        let mut bytes = magics[magic].to_vec();
        bytes.extend(noise);
        let _ = read(bytes);
    }
}
