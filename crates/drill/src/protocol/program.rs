//! Files that look like programs and documents on the wire, and do nothing: no loader accepts them.

use crate::random::Random;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::Write as _;

/// Bytes with the headers of a Windows program. It names no subsystem, no entry point and an image of no
/// size, so that Windows refuses to load it; its sections hold random numbers.
pub(crate) fn inert_program(random: &mut Random, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; 0x400];
    bytes[..4].copy_from_slice(b"MZ\x90\0");
    bytes[4..10].copy_from_slice(&[3, 0, 0, 0, 4, 0]);
    bytes[0x3c] = 0x80;
    bytes[0x4e..0x4e + 39].copy_from_slice(b"This program cannot be run in DOS mode.");
    bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
    bytes[0x84..0x88].copy_from_slice(&[0x4c, 0x01, 3, 0]);
    bytes[0x88..0x8c].copy_from_slice(&(random.next() as u32).to_le_bytes());
    bytes[0x94..0x98].copy_from_slice(&[0xe0, 0, 2, 1]);
    bytes[0x98..0x9a].copy_from_slice(&[0x0b, 0x01]);
    for (number, name) in [b".text\0\0\0", b".rdata\0\0", b".data\0\0\0"]
        .iter()
        .enumerate()
    {
        let at = 0x178 + number * 40;
        bytes[at..at + 8].copy_from_slice(*name);
    }
    let note: &[u8] = b"DRILL: this file is a dummy of a security exercise and does nothing.\0";
    bytes.extend_from_slice(note);
    let rest = length.saturating_sub(bytes.len());
    bytes.extend(random.bytes(rest));
    bytes
}

/// Bytes with the header of a cabinet file.
pub(crate) fn cabinet(random: &mut Random, length: usize) -> Vec<u8> {
    let mut bytes = b"MSCF\0\0\0\0".to_vec();
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(44_u32.to_le_bytes());
    bytes.extend([0, 0, 0, 0, 3, 1, 1, 0, 1, 0, 0, 0]);
    let rest = length.saturating_sub(bytes.len());
    bytes.extend(random.bytes(rest));
    bytes
}

/// Text such as an office writes, of about the given length.
pub(crate) fn prose(random: &mut Random, length: usize) -> String {
    const WORDS: [&str; 40] = [
        "the",
        "of",
        "quarterly",
        "order",
        "delivery",
        "meeting",
        "please",
        "confirm",
        "attached",
        "schedule",
        "Osaka",
        "Nagoya",
        "factory",
        "invoice",
        "budget",
        "plan",
        "next",
        "week",
        "customer",
        "sample",
        "and",
        "in",
        "for",
        "with",
        "approved",
        "section",
        "chief",
        "material",
        "price",
        "list",
        "revision",
        "draft",
        "stock",
        "shipping",
        "to",
        "our",
        "team",
        "project",
        "review",
        "notes",
    ];
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        text.push_str(random.pick::<&str>(&WORDS));
        let end = random.below(14);
        text.push_str(if end == 0 {
            ".\n"
        } else if end == 1 {
            ", "
        } else {
            " "
        });
    }
    text
}

/// A grey picture of noise, right in every chunk (PNG, RFC 2083).
pub(crate) fn picture(random: &mut Random, length: usize) -> Vec<u8> {
    let width = 160_u32;
    let height = (length as u32 / (width + 1)).max(1);
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]);
    let mut rows = Vec::with_capacity(length + 161);
    for _ in 0..height {
        rows.push(0);
        rows.extend(random.bytes(width as usize));
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    // Writing into memory cannot fail.
    let _ = encoder.write_all(&rows);
    let data = encoder.finish().unwrap_or_default();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [(b"IHDR", &header), (b"IDAT", &data), (b"IEND", &Vec::new())] {
        let mut sum = Crc::new();
        sum.update(kind);
        sum.update(content);
        bytes.extend((content.len() as u32).to_be_bytes());
        bytes.extend(kind);
        bytes.extend(content);
        bytes.extend(sum.sum().to_be_bytes());
    }
    bytes
}

/// A file of an office: the signature of its kind, then a mixture of text and packed data.
pub(crate) fn document(random: &mut Random, extension: &str, length: usize) -> Vec<u8> {
    let head: &[u8] = match extension {
        "pdf" => b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        "jpg" => b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
        "xlsx" | "docx" | "pptx" => b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml",
        _ => b"",
    };
    let mut bytes = head.to_vec();
    let rest = length.saturating_sub(bytes.len());
    if matches!(extension, "csv" | "txt" | "ini") {
        bytes.extend(prose(random, rest).into_bytes());
    } else {
        bytes.extend(random.bytes(rest));
    }
    bytes
}
