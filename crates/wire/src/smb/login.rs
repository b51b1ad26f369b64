//! Security tokens: SPNEGO (RFC 4178) with NTLM or Kerberos in it, or NTLM by itself.

use crate::ber::{Element, element_cut, tag};
use crate::limits::SMB_TOKEN_DEPTH_MAX;
use crate::ntlmssp::{self, Authenticate, Message};

/// The service that a Kerberos ticket is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kerberos {
    /// Realm of the service.
    pub realm: Vec<u8>,
    /// Parts of its name.
    pub names: Vec<Vec<u8>>,
}

/// What a token holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Token {
    /// Who logs in by NTLM.
    pub ntlm: Option<Authenticate>,
    /// What the ticket is for.
    pub kerberos: Option<Kerberos>,
    /// It claims to be NTLM and is not.
    pub is_malformed: bool,
}

/// Reads a client's token.
pub(super) fn token(bytes: &[u8]) -> Token {
    let mut found = Token::default();
    if let Some(message) = ntlmssp::find(bytes) {
        match ntlmssp::message(message) {
            Some(Message::Authenticate(user)) => found.ntlm = Some(user),
            Some(_) => {}
            None => found.is_malformed = true,
        }
        return found;
    }
    found.kerberos = element_cut(bytes).and_then(|outer| ticket(outer, SMB_TOKEN_DEPTH_MAX));
    found
}

/// The first ticket within an element, looked for in octet strings and behind object ids as well.
fn ticket(element: Element<'_>, depth: usize) -> Option<Kerberos> {
    let depth = depth.checked_sub(1)?;
    if element.tag == tag::application(1) {
        return service(element);
    }
    if element.tag == tag::OCTETS || element.is_constructed() {
        let mut rest = element.content;
        // Behind the object id of Kerberos stand two bytes that are no element.
        while let Some((child, after)) = crate::ber::element(rest) {
            if let Some(found) = ticket(child, depth) {
                return Some(found);
            }
            rest = after;
            if child.tag == tag::OBJECT_ID {
                rest = rest.strip_prefix(&[1, 0]).unwrap_or(rest);
            }
        }
    }
    None
}

/// Realm and name of the service that a ticket (RFC 4120, 5.3) is for.
fn service(ticket: Element<'_>) -> Option<Kerberos> {
    let sequence = ticket.child(tag::SEQUENCE)?;
    let realm = sequence
        .child(tag::context(1))?
        .child(tag::GENERAL_STRING)?;
    let names = sequence
        .child(tag::context(2))?
        .child(tag::SEQUENCE)?
        .child(tag::context(1))?
        .child(tag::SEQUENCE)?;
    Some(Kerberos {
        realm: realm.content.to_vec(),
        names: names
            .children()
            .take(crate::limits::KRB5_NAME_PARTS_MAX)
            .map(|part| part.content.to_vec())
            .collect(),
    })
}
