//! Keys: 64 bits for an entry in normal form.
//!
//! Among 5 million entries a look-up of something else meets a wrong one with a chance of 3 in 10^13.

use crate::entry::Parsed;
use std::hash::{DefaultHasher, Hasher};

/// What kind of entry a key is of, so that equal texts of different kinds differ.
#[derive(Clone, Copy)]
pub(crate) enum Tag {
    Address = 1,
    Socket,
    Domain,
    Url,
    Hash,
    Ja4,
    Hashed,
}

fn hash(tag: Tag, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(tag as u8);
    hasher.write(bytes);
    hasher.finish()
}

/// The key of a text in normal form.
pub(crate) fn of_text(tag: Tag, text: &str) -> u64 {
    hash(tag, text.as_bytes())
}

/// The key of an address.
pub(crate) fn of_address(bits: u128) -> u64 {
    hash(Tag::Address, &bits.to_be_bytes())
}

/// The key of an address with a port.
pub(crate) fn of_socket(bits: u128, port: u16) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(Tag::Socket as u8);
    hasher.write(&bits.to_be_bytes());
    hasher.write_u16(port);
    hasher.finish()
}

/// The key of an entry; None for a network, which has none.
pub(crate) fn of(parsed: &Parsed) -> Option<u64> {
    Some(match parsed {
        Parsed::Network { bits, prefix: 128 } => of_address(*bits),
        Parsed::Network { .. } => return None,
        Parsed::Socket { bits, port } => of_socket(*bits, *port),
        Parsed::Domain(text) => of_text(Tag::Domain, text),
        Parsed::Url(text) => of_text(Tag::Url, text),
        Parsed::Hash(text) => of_text(Tag::Hash, text),
        Parsed::Ja4(text) => of_text(Tag::Ja4, text),
        Parsed::Hashed(text) => of_text(Tag::Hashed, text),
    })
}
