//! X.509 certificates (RFC 5280) that are right in form; keys and signatures are random numbers, so that they
//! prove nothing.

use super::clock::utc_time;
use crate::random::Random;

/// What a certificate says.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// Attributes of the owner: (last arc of 2.5.4, text).
    pub(crate) subject: Vec<(u8, String)>,
    /// Attributes of the issuer.
    pub(crate) issuer: Vec<(u8, String)>,
    /// Validity, in nanoseconds since 1970.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// Names that it is good for.
    pub(crate) names: Vec<String>,
    /// Whether it may sign others.
    pub(crate) authority: bool,
}

/// Arc of the common name.
pub(crate) const COMMON_NAME: u8 = 3;
/// Arc of the country.
pub(crate) const COUNTRY: u8 = 6;
/// Arc of the organisation.
pub(crate) const ORGANISATION: u8 = 10;

const SHA256_WITH_RSA: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00,
];
const RSA: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

impl Certificate {
    /// The certificate in DER.
    pub(crate) fn der(&self, random: &mut Random) -> Vec<u8> {
        let mut serial: [u8; 16] = random.array();
        serial[0] = serial[0] & 0x3f | 0x40;
        let validity = [
            element(0x17, utc_time(self.from).as_bytes()),
            element(0x17, utc_time(self.until).as_bytes()),
        ];
        let body = [
            element(0xa0, &element(0x02, &[2])),
            element(0x02, &serial),
            SHA256_WITH_RSA.to_vec(),
            distinguished(&self.issuer),
            element(0x30, &validity.concat()),
            distinguished(&self.subject),
            public_key(random),
            element(0xa3, &element(0x30, &self.extensions())),
        ];
        let signature = [&[0][..], &random.bytes(256)].concat();
        let parts = [
            element(0x30, &body.concat()),
            SHA256_WITH_RSA.to_vec(),
            element(0x03, &signature),
        ];
        element(0x30, &parts.concat())
    }

    fn extensions(&self) -> Vec<u8> {
        let mut extensions = Vec::new();
        if self.authority {
            extensions.extend(extension(
                0x13,
                true,
                &element(0x30, &element(0x01, &[0xff])),
            ));
            extensions.extend(extension(0x0f, true, &element(0x03, &[1, 6])));
        } else {
            extensions.extend(extension(0x13, true, &element(0x30, &[])));
            extensions.extend(extension(0x0f, true, &element(0x03, &[5, 0xa0])));
        }
        if !self.names.is_empty() {
            let names: Vec<u8> = self
                .names
                .iter()
                .flat_map(|name| element(0x82, name.as_bytes()))
                .collect();
            extensions.extend(extension(0x11, false, &element(0x30, &names)));
        }
        extensions
    }
}

/// One tag, length, value.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len();
    match length {
        0..=0x7f => bytes.push(length as u8),
        0x80..=0xff => bytes.extend([0x81, length as u8]),
        _ => {
            let [high, low] = (length as u16).to_be_bytes();
            bytes.extend([0x82, high, low]);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

fn extension(arc: u8, critical: bool, content: &[u8]) -> Vec<u8> {
    let mut parts = element(0x06, &[0x55, 0x1d, arc]);
    if critical {
        parts.extend(element(0x01, &[0xff]));
    }
    parts.extend(element(0x04, content));
    element(0x30, &parts)
}

fn distinguished(attributes: &[(u8, String)]) -> Vec<u8> {
    let sets: Vec<u8> = attributes
        .iter()
        .flat_map(|(arc, text)| {
            let tag = if *arc == COUNTRY { 0x13 } else { 0x0c };
            let pair = [
                element(0x06, &[0x55, 0x04, *arc]),
                element(tag, text.as_bytes()),
            ];
            element(0x31, &element(0x30, &pair.concat()))
        })
        .collect();
    element(0x30, &sets)
}

fn public_key(random: &mut Random) -> Vec<u8> {
    let mut modulus = random.bytes(257);
    modulus[0] = 0;
    modulus[1] |= 0x80;
    modulus[256] |= 1;
    let key = element(
        0x30,
        &[element(0x02, &modulus), element(0x02, &[1, 0, 1])].concat(),
    );
    element(
        0x30,
        &[RSA.to_vec(), element(0x03, &[&[0][..], &key].concat())].concat(),
    )
}
