//! Fingerprints of hellos: JA3, JA3S (Salesforce) and JA4 (FoxIO; this one of the JA4 family is
//! free).

use super::parser::{ClientHello, ServerHello, is_grease};
use crate::text::{hex, hex_byte};
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

/// Adds a comma and numbers joined by dashes, GREASE left out.
fn join(numbers: impl IntoIterator<Item = u16>, text: &mut String) {
    let mut separator = ',';
    for number in numbers.into_iter().filter(|number| !is_grease(*number)) {
        text.push(separator);
        separator = '-';
        push_decimal(number, text);
    }
    if separator == ',' {
        text.push(separator);
    }
}

/// Some fifty a hello: digits are put down by hand, which takes a fraction of the time of formatting.
fn push_decimal(number: u16, text: &mut String) {
    let mut digits = ['0'; 5];
    let mut rest = u32::from(number);
    for digit in digits.iter_mut().rev() {
        *digit = char::from_digit(rest % 10, 10).unwrap_or('0');
        rest /= 10;
    }
    let leading = digits
        .iter()
        .take(4)
        .take_while(|digit| **digit == '0')
        .count();
    text.extend(digits.iter().skip(leading));
}

/// `version,ciphers,extensions,groups,formats`.
pub fn ja3(hello: &ClientHello) -> Fingerprint {
    let mut text = String::with_capacity(256);
    push_decimal(hello.version, &mut text);
    join(hello.ciphers.iter().copied(), &mut text);
    join(hello.extensions.iter().copied(), &mut text);
    join(hello.groups.iter().copied(), &mut text);
    join(
        hello.point_formats.iter().copied().map(u16::from),
        &mut text,
    );
    Fingerprint::new(text)
}

/// `version,cipher,extensions`.
pub fn ja3s(hello: &ServerHello) -> Fingerprint {
    let mut text = String::with_capacity(64);
    push_decimal(hello.version, &mut text);
    text.push(',');
    push_decimal(hello.cipher, &mut text);
    join(hello.extensions.iter().copied(), &mut text);
    Fingerprint::new(text)
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
    let names_server = hello.extensions.contains(&0);
    let mut text = String::with_capacity(36);
    text.push(transport);
    text.push_str(version);
    text.push(if names_server { 'd' } else { 'i' });
    push_two_digits(ciphers.len(), &mut text);
    push_two_digits(extensions.len(), &mut text);
    text.push_str(&protocol_ends(
        hello.protocols.first().map_or(b"", Vec::as_slice),
    ));
    ciphers.sort_unstable();
    extensions.retain(|kind| !matches!(kind, 0 | 16));
    extensions.sort_unstable();
    let mut second = listed(&extensions);
    let signatures = plain(&hello.signatures);
    if !signatures.is_empty() && !second.is_empty() {
        second.push('_');
        second.push_str(&listed(&signatures));
    }
    for part in [listed(&ciphers), second] {
        text.push('_');
        text.push_str(&digest(&part));
    }
    text
}

/// 99 for more.
fn push_two_digits(number: usize, text: &mut String) {
    let number = u8::try_from(number.min(99)).unwrap_or(99);
    text.extend([number / 10, number % 10].map(|digit| char::from(b'0' | digit)));
}

fn plain(numbers: &[u16]) -> Vec<u16> {
    numbers
        .iter()
        .copied()
        .filter(|number| !is_grease(*number))
        .collect()
}

fn listed(numbers: &[u16]) -> String {
    let mut text = String::with_capacity(numbers.len().saturating_mul(5));
    for number in numbers {
        if !text.is_empty() {
            text.push(',');
        }
        for byte in number.to_be_bytes() {
            text.push_str(hex_byte(byte));
        }
    }
    text
}

/// The first twelve digits of the SHA-256 digest; zeros for nothing.
fn digest(text: &str) -> String {
    if text.is_empty() {
        return "0".repeat(12);
    }
    let digest = Sha256::digest(text.as_bytes());
    hex(digest.get(..6).unwrap_or_default(), None)
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
