//! An SNMP message to values.

use super::ber::{self, OBJECT, OCTET_STRING, SEQUENCE};
use crate::limits::SNMP_VARIABLES_MAX;
use std::net::Ipv4Addr;

/// The user-based security model (RFC 3414), the only one in use.
const USER_BASED: u64 = 3;

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// 1, 2 (for 2c) or 3.
    pub version: u32,
    /// Versions 1 and 2c: the password of sorts.
    pub community: Option<Vec<u8>>,
    /// Version 3: name of the user.
    pub user: Option<Vec<u8>>,
    /// Version 3: another security model than that of users.
    pub unknown_security_model: bool,
    /// Version 3: what is asked cannot be read.
    pub encrypted: bool,
    /// What is asked or said.
    pub pdu: Option<Pdu>,
}

/// What is asked or said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pdu {
    /// 0 to 8 (RFC 3416, section 3).
    pub kind: u8,
    /// Error of an answer; 0 is none.
    pub error: u64,
    /// Names of the objects that it is about.
    pub variables: Vec<String>,
    /// Trap of version 1.
    pub trap: Option<Trap>,
}

/// A trap of version 1 (RFC 1157, 4.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Kind.
    pub kind: u64,
    /// Object that raised it.
    pub object: String,
    /// Address of the device.
    pub address: Option<Ipv4Addr>,
}

/// What begins a message: the version, and what follows it within the message.
pub fn version(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let outer = ber::element(bytes)?;
    if outer.tag != SEQUENCE || !outer.whole {
        return None;
    }
    ber::unsigned(outer.content)
}

/// Reads a message; None where it is none.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let (version, rest) = version(bytes)?;
    match version {
        0 | 1 => community_message(version, rest),
        3 => user_message(rest),
        _ => None,
    }
}

fn community_message(version: u64, rest: &[u8]) -> Option<Message> {
    let (community, rest) = ber::expect(rest, OCTET_STRING)?;
    Some(Message {
        version: u32::try_from(version).ok()?.saturating_add(1),
        community: Some(community.to_vec()),
        pdu: Some(pdu(rest)?),
        ..Message::default()
    })
}

/// RFC 3412, section 6.
fn user_message(rest: &[u8]) -> Option<Message> {
    let (header, rest) = ber::expect(rest, SEQUENCE)?;
    let (_, header) = integer(header)?;
    let (_, header) = integer(header)?;
    let (flags, header) = ber::expect(header, OCTET_STRING)?;
    let (model, _) = ber::unsigned(header)?;
    let (security, scoped) = ber::expect(rest, OCTET_STRING)?;
    let user = if model == USER_BASED {
        Some(user_name(security)?)
    } else {
        None
    };
    let encrypted = flags.first()? & 0x02 != 0;
    let pdu = if encrypted {
        ber::expect(scoped, OCTET_STRING)?;
        None
    } else {
        let (scoped, _) = ber::expect(scoped, SEQUENCE)?;
        let (_, scoped) = ber::expect(scoped, OCTET_STRING)?;
        let (_, scoped) = ber::expect(scoped, OCTET_STRING)?;
        Some(pdu(scoped)?)
    };
    Some(Message {
        version: 3,
        user,
        unknown_security_model: model != USER_BASED,
        encrypted,
        pdu,
        ..Message::default()
    })
}

/// RFC 3414, 2.4.
fn user_name(security: &[u8]) -> Option<Vec<u8>> {
    let (parameters, _) = ber::expect(security, SEQUENCE)?;
    let (_, rest) = ber::expect(parameters, OCTET_STRING)?;
    let (_, rest) = integer(rest)?;
    let (_, rest) = integer(rest)?;
    let (name, _) = ber::expect(rest, OCTET_STRING)?;
    Some(name.to_vec())
}

fn pdu(bytes: &[u8]) -> Option<Pdu> {
    let outer = ber::element(bytes)?;
    let kind = outer.tag.checked_sub(0xa0).filter(|kind| *kind <= 8)?;
    if !outer.whole {
        return None;
    }
    if kind == 4 {
        return trap(outer.content);
    }
    let (_, rest) = integer(outer.content)?;
    let (error, rest) = integer(rest)?;
    let (_, rest) = integer(rest)?;
    Some(Pdu {
        kind,
        // In GetBulk this place holds another number.
        error: if kind == 5 { 0 } else { error },
        variables: variables(rest)?,
        trap: None,
    })
}

/// Identifiers may be negative, and some devices write large counters as if they were; what they are is of no interest then.
fn integer(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (_, rest) = ber::expect(bytes, ber::INTEGER)?;
    Some((ber::unsigned(bytes).map_or(0, |(value, _)| value), rest))
}

fn trap(content: &[u8]) -> Option<Pdu> {
    let (object, rest) = ber::expect(content, OBJECT)?;
    let address = ber::element(rest)?;
    let (kind, rest) = integer(address.rest)?;
    let (_, rest) = integer(rest)?;
    let time = ber::element(rest)?;
    let octets = <[u8; 4]>::try_from(address.content).ok();
    Some(Pdu {
        kind: 4,
        error: 0,
        variables: variables(time.rest)?,
        trap: Some(Trap {
            kind,
            object: ber::dotted(object)?,
            address: octets.map(Ipv4Addr::from),
        }),
    })
}

fn variables(bytes: &[u8]) -> Option<Vec<String>> {
    let (mut list, _) = ber::expect(bytes, SEQUENCE)?;
    let mut names = Vec::new();
    while !list.is_empty() && names.len() < SNMP_VARIABLES_MAX {
        let (binding, rest) = ber::expect(list, SEQUENCE)?;
        let (name, _) = ber::expect(binding, OBJECT)?;
        // A name with a number that fits nowhere is left out rather than the whole message.
        names.extend(ber::dotted(name));
        list = rest;
    }
    Some(names)
}
