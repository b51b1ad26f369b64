//! Certificates to the values that rules and events look at (RFC 5280).

use crate::cursor::Cursor;
use crate::limits::TLS_NAMES_MAX;
use crate::text::hex;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use std::net::IpAddr;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::time::ASN1Time;

/// The owner's certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Owner, `C=US, O=Example, CN=www.example.org`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Serial number in upper-case hexadecimal with colons.
    pub serial: String,
    /// Since when it holds, in seconds of Unix time.
    pub not_before: i64,
    /// Until when it holds, in seconds of Unix time.
    pub not_after: i64,
    /// The same as `2024-01-31T00:00:00`.
    pub not_before_text: String,
    /// The same as `2024-01-31T00:00:00`.
    pub not_after_text: String,
    /// Other names of the owner.
    pub alternative_names: Vec<String>,
}

/// A chain as it came, and what its first certificate says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Certificates in DER, the owner's first.
    pub encoded: Vec<Vec<u8>>,
    /// SHA-1 of the first, in lower-case hexadecimal with colons.
    pub fingerprint: String,
    /// SHA-256 of the first, in lower-case hexadecimal.
    pub sha256: String,
    /// The first, where it can be read.
    pub owner: Option<Certificate>,
    /// A length in the first reaches beyond what holds it.
    pub has_wrong_length: bool,
}

impl Chain {
    /// Reads a chain.
    pub fn new(encoded: Vec<Vec<u8>>) -> Self {
        let Some(first) = encoded.first() else {
            return Self::default();
        };
        Self {
            fingerprint: hex(&Sha1::digest(first), Some(':')),
            sha256: hex(&Sha256::digest(first), None),
            owner: certificate(first),
            has_wrong_length: has_wrong_length(first, DER_DEPTH_MAX),
            encoded,
        }
    }
}

/// Elements within each other that are looked into.
const DER_DEPTH_MAX: u8 = 8;

/// Whether the length of an element reaches beyond what holds it (ITU-T X.690, 8.1).
fn has_wrong_length(encoded: &[u8], depth: u8) -> bool {
    let mut cursor = Cursor::new(encoded);
    while cursor.remaining() > 0 {
        let (Some(tag), Some(short)) = (cursor.u8(), cursor.u8()) else {
            return true;
        };
        let length = match short & 0x7f {
            length if short & 0x80 == 0 => Some(usize::from(length)),
            count => cursor.take(count.into()).map(|bytes| {
                let add =
                    |sum: usize, byte: &u8| sum.saturating_mul(256).saturating_add((*byte).into());
                bytes.iter().fold(0_usize, add)
            }),
        };
        let Some(content) = length.and_then(|length| cursor.take(length)) else {
            return true;
        };
        let inside = depth.checked_sub(1).filter(|_| tag & 0x20 != 0);
        if inside.is_some_and(|depth| has_wrong_length(content, depth)) {
            return true;
        }
    }
    false
}

fn certificate(encoded: &[u8]) -> Option<Certificate> {
    let (_, parsed) = X509Certificate::from_der(encoded).ok()?;
    let validity = parsed.validity();
    let alternative_names = parsed
        .subject_alternative_name()
        .ok()
        .flatten()
        .map(|extension| {
            extension
                .value
                .general_names
                .iter()
                .filter_map(general_name)
                .take(TLS_NAMES_MAX)
                .collect()
        })
        .unwrap_or_default();
    Some(Certificate {
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        serial: hex(parsed.raw_serial(), Some(':')).to_ascii_uppercase(),
        not_before: validity.not_before.timestamp(),
        not_after: validity.not_after.timestamp(),
        not_before_text: time_text(&validity.not_before),
        not_after_text: time_text(&validity.not_after),
        alternative_names,
    })
}

fn time_text(time: &ASN1Time) -> String {
    let time = time.to_datetime();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn general_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            Some((*text).to_owned())
        }
        GeneralName::IPAddress(octets) => {
            let four = <[u8; 4]>::try_from(*octets).map(IpAddr::from);
            let six = <[u8; 16]>::try_from(*octets).map(IpAddr::from);
            four.or(six).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
