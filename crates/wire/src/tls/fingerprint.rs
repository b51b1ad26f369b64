//! Fingerprints of hellos: JA3, JA3S (Salesforce) and JA4 (FoxIO; this one of the JA4 family is
//! free).

use super::parser::{ClientHello, ServerHello, is_grease};
use crate::text::hex;
use md5::{Digest, Md5};
use sha2::Sha256;

/// A text and its MD5 digest in hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// What was digested.
    pub text: String,
    /// The digest.
    pub hash: String,
}

impl Fingerprint {
    /// Digests a text.
    pub fn new(text: String) -> Self {
        let hash = hex(&Md5::digest(text.as_bytes()), None);
        Self { text, hash }
    }
}

/// Numbers joined by dashes, GREASE left out.
fn joined(numbers: impl IntoIterator<Item = u16>) -> String {
    let numbers: Vec<String> = numbers
        .into_iter()
        .filter(|number| !is_grease(*number))
        .map(|number| number.to_string())
        .collect();
    numbers.join("-")
}

/// `version,ciphers,extensions,groups,formats`.
pub fn ja3(hello: &ClientHello) -> Fingerprint {
    Fingerprint::new(format!(
        "{},{},{},{},{}",
        hello.version,
        joined(hello.ciphers.iter().copied()),
        joined(hello.extensions.iter().copied()),
        joined(hello.groups.iter().copied()),
        joined(hello.point_formats.iter().copied().map(u16::from)),
    ))
}

/// `version,cipher,extensions`.
pub fn ja3s(hello: &ServerHello) -> Fingerprint {
    Fingerprint::new(format!(
        "{},{},{}",
        hello.version,
        hello.cipher,
        joined(hello.extensions.iter().copied()),
    ))
}

/// `t13d1516h2_8daaf6152771_e5627efa2ab1`.
/// `transport` is `t` over TCP, `q` over QUIC.
pub fn ja4(transport: char, hello: &ClientHello) -> String {
    let mut ciphers = plain(&hello.ciphers);
    let mut extensions = plain(&hello.extensions);
    let version = match hello.highest_version() {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    };
    let start = format!(
        "{transport}{version}{}{:02}{:02}{}",
        if hello.extensions.contains(&0) {
            'd'
        } else {
            'i'
        },
        ciphers.len().min(99),
        extensions.len().min(99),
        protocol_ends(hello.protocols.first().map_or(b"", Vec::as_slice)),
    );
    ciphers.sort_unstable();
    extensions.retain(|kind| !matches!(kind, 0 | 16));
    extensions.sort_unstable();
    let mut second = listed(&extensions);
    let signatures = plain(&hello.signatures);
    if !signatures.is_empty() && !second.is_empty() {
        second.push('_');
        second.push_str(&listed(&signatures));
    }
    format!("{start}_{}_{}", digest(&listed(&ciphers)), digest(&second))
}

fn plain(numbers: &[u16]) -> Vec<u16> {
    numbers
        .iter()
        .copied()
        .filter(|number| !is_grease(*number))
        .collect()
}

fn listed(numbers: &[u16]) -> String {
    let numbers: Vec<String> = numbers
        .iter()
        .map(|number| format!("{number:04x}"))
        .collect();
    numbers.join(",")
}

/// The first twelve digits of the SHA-256 digest; zeros for nothing.
fn digest(text: &str) -> String {
    if text.is_empty() {
        return "0".repeat(12);
    }
    let mut digits = hex(&Sha256::digest(text.as_bytes()), None);
    digits.truncate(12);
    digits
}

/// First and last character of the first application protocol; of its hexadecimal form where
/// they are no letters or digits.
fn protocol_ends(name: &[u8]) -> String {
    let (Some(first), Some(last)) = (name.first(), name.last()) else {
        return "00".to_owned();
    };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [char::from(*first), char::from(*last)].iter().collect();
    }
    let digits = hex(name, None);
    digits
        .chars()
        .take(1)
        .chain(digits.chars().last())
        .collect()
}
