//! X.509 certificates (RFC 5280) in DER, right in form and worth nothing: key and signature are made of one byte.

/// What a certificate says.
pub(super) struct Certificate {
    pub(super) serial: Vec<u8>,
    pub(super) issuer: Vec<Attribute>,
    pub(super) subject: Vec<Attribute>,
    pub(super) names: Vec<Vec<u8>>,
    /// Content of an extension that nobody knows.
    pub(super) note: Vec<u8>,
}

/// Object identifier of an attribute and its text.
pub(super) type Attribute = (&'static [u8], Vec<u8>);

/// Short names of attributes and their object identifiers.
const ATTRIBUTES: &[(&str, &[u8])] = &[
    ("C", &[0x55, 4, 6]),
    ("ST", &[0x55, 4, 8]),
    ("L", &[0x55, 4, 7]),
    ("O", &[0x55, 4, 10]),
    ("OU", &[0x55, 4, 11]),
    ("CN", &[0x55, 4, 3]),
    ("serialNumber", &[0x55, 4, 5]),
    ("SN", &[0x55, 4, 4]),
    ("street", &[0x55, 4, 9]),
    (
        "emailAddress",
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1],
    ),
    ("Email", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1]),
    (
        "DC",
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25],
    ),
];

const SHA256_WITH_RSA: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b, 5, 0,
];
const RSA: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0,
];

/// The attributes of a name written as `C=US, O=Example, CN=example.test`.
pub(super) fn attributes(text: &[u8]) -> Option<Vec<Attribute>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut all: Vec<Attribute> = Vec::new();
    for part in text.split(", ") {
        let known = part.split_once('=').and_then(|(name, value)| {
            let (_, identifier) = ATTRIBUTES.iter().find(|(known, _)| *known == name)?;
            Some((*identifier, value))
        });
        match known {
            Some((identifier, value)) => all.push((identifier, value.as_bytes().to_vec())),
            // A comma within a value.
            None => {
                let (_, value) = all.last_mut()?;
                value.extend_from_slice(b", ");
                value.extend_from_slice(part.as_bytes());
            }
        }
    }
    Some(all)
}

impl Certificate {
    pub(super) fn der(&self) -> Vec<u8> {
        let validity = [
            element(0x17, b"250101000000Z"),
            element(0x17, b"450101000000Z"),
        ];
        let mut extensions = Vec::new();
        if !self.names.is_empty() {
            let names: Vec<u8> = self
                .names
                .iter()
                .flat_map(|name| element(0x82, name))
                .collect();
            let names = element(0x30, &names);
            extensions.extend(element(
                0x30,
                &[element(6, &[0x55, 0x1d, 0x11]), element(4, &names)].concat(),
            ));
        }
        // An identifier below the arc for documentation (RFC 5612).
        let note = [
            element(6, &[0x2b, 6, 1, 4, 1, 0x82, 0xfc, 0x49, 1]),
            element(4, &self.note),
        ];
        extensions.extend(element(0x30, &note.concat()));
        let body = [
            element(0xa0, &element(2, &[2])),
            element(2, &self.serial),
            SHA256_WITH_RSA.to_vec(),
            name(&self.issuer),
            element(0x30, &validity.concat()),
            name(&self.subject),
            key(),
            element(0xa3, &element(0x30, &extensions)),
        ];
        let signature = [&[0][..], &[0x5a; 256]].concat();
        let parts = [
            element(0x30, &body.concat()),
            SHA256_WITH_RSA.to_vec(),
            element(3, &signature),
        ];
        element(0x30, &parts.concat())
    }
}

/// One tag, length, value.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..=0x7f => bytes.push(length as u8),
        length @ 0x80..=0xff => bytes.extend([0x81, length as u8]),
        length => {
            bytes.push(0x82);
            bytes.extend((length as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

fn name(attributes: &[Attribute]) -> Vec<u8> {
    let sets: Vec<u8> = attributes
        .iter()
        .flat_map(|(identifier, text)| {
            let tag = match *identifier {
                [0x55, 4, 6] => 0x13,
                [0x2a | 0x09, ..] => 0x16,
                _ => 0x0c,
            };
            let pair = [element(6, identifier), element(tag, text)].concat();
            element(0x31, &element(0x30, &pair))
        })
        .collect();
    element(0x30, &sets)
}

fn key() -> Vec<u8> {
    let modulus = [&[0][..], &[0xc3; 256]].concat();
    let key = element(
        0x30,
        &[element(2, &modulus), element(2, &[1, 0, 1])].concat(),
    );
    let bits = element(3, &[&[0][..], &key].concat());
    element(0x30, &[RSA.to_vec(), bits].concat())
}
