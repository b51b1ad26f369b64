//! Sign-in by NTLM (MS-NLMP) inside SPNEGO (RFC 4178). Proofs are random: there is no password.

use super::message::wide;
use crate::protocol::certificate::element;
use crate::protocol::clock::file_time;
use crate::random::Random;
use crate::world::{DOMAIN, Host, WORKGROUP};

const SPNEGO: [u8; 8] = [0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02];
const NTLM: [u8; 12] = [
    0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a,
];
/// Version 10.0 build 19041, revision 15.
const VERSION: [u8; 8] = [10, 0, 0x61, 0x4a, 0, 0, 0, 15];

/// What the server offers.
pub(super) fn hint() -> Vec<u8> {
    let inner = element(0x30, &element(0xa0, &element(0x30, &NTLM)));
    element(0x60, &[&SPNEGO[..], &element(0xa0, &inner)].concat())
}

/// First message of the client.
pub(super) fn negotiate() -> Vec<u8> {
    let mut token = b"NTLMSSP\0\x01\0\0\0".to_vec();
    token.extend(0xe208_8297_u32.to_le_bytes());
    token.extend([0; 16]);
    token.extend(VERSION);
    let parts = [
        element(0xa0, &element(0x30, &NTLM)),
        element(0xa2, &element(0x04, &token)),
    ];
    let inner = element(0x30, &parts.concat());
    element(0x60, &[&SPNEGO[..], &element(0xa0, &inner)].concat())
}

/// The server's challenge.
pub(super) fn challenge(server: &Host, now: i64, random: &mut Random) -> Vec<u8> {
    let name = wide(WORKGROUP);
    let details = details(server, now);
    let mut token = b"NTLMSSP\0\x02\0\0\0".to_vec();
    token.extend(field(name.len(), 56));
    token.extend(0xe289_8215_u32.to_le_bytes());
    token.extend(random.bytes(8));
    token.extend([0; 8]);
    token.extend(field(details.len(), 56 + name.len()));
    token.extend(VERSION);
    token.extend(name);
    token.extend(details);
    let state = element(0xa0, &element(0x0a, &[1]));
    let parts = [
        state,
        element(0xa1, &NTLM),
        element(0xa2, &element(0x04, &token)),
    ];
    element(0xa1, &element(0x30, &parts.concat()))
}

/// The client's proof.
pub(super) fn authenticate(client: &Host, server: &Host, now: i64, random: &mut Random) -> Vec<u8> {
    let mut proof = random.bytes(16);
    proof.extend([1, 1, 0, 0, 0, 0, 0, 0]);
    proof.extend(file_time(now).to_le_bytes());
    proof.extend(random.bytes(8));
    proof.extend([0; 4]);
    proof.extend(details(server, now));
    proof.extend([0; 4]);
    let texts = [
        wide(WORKGROUP),
        wide(&client.user),
        wide(&client.name.to_ascii_uppercase()),
    ];
    let [domain, user, machine] = texts;
    let parts = [vec![0; 24], proof, domain, user, machine, random.bytes(16)];
    let mut at = 88;
    let mut token = b"NTLMSSP\0\x03\0\0\0".to_vec();
    for part in &parts {
        token.extend(field(part.len(), at));
        at += part.len();
    }
    token.extend(0xe288_8215_u32.to_le_bytes());
    token.extend(VERSION);
    token.extend(random.bytes(16));
    token.extend(parts.concat());
    element(0xa1, &element(0x30, &element(0xa2, &element(0x04, &token))))
}

/// The server is content.
pub(super) fn accepted() -> Vec<u8> {
    element(0xa1, &element(0x30, &element(0xa0, &element(0x0a, &[0]))))
}

fn field(length: usize, offset: usize) -> [u8; 8] {
    let [a, b] = (length as u16).to_le_bytes();
    let [c, d, e, f] = (offset as u32).to_le_bytes();
    [a, b, a, b, c, d, e, f]
}

fn details(server: &Host, now: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pairs = [
        (2_u16, wide(WORKGROUP)),
        (1, wide(&server.name)),
        (4, wide(DOMAIN)),
        (3, wide(&server.full_name())),
        (7, file_time(now).to_le_bytes().to_vec()),
        (0, Vec::new()),
    ];
    for (kind, value) in pairs {
        bytes.extend(kind.to_le_bytes());
        bytes.extend((value.len() as u16).to_le_bytes());
        bytes.extend(value);
    }
    bytes
}
