//! Messages to values. Encrypted parts stay closed.

use crate::ber::{Element, Head, element_cut, head, tag};
use crate::limits::{KRB5_ENCRYPTIONS_MAX, KRB5_NAME_PARTS_MAX, KRB5_PROOFS_MAX};

/// Types of messages: the numbers of their application tags.
pub mod kind {
    /// Asks for a ticket that gives tickets.
    pub const AS_REQ: u8 = 10;
    /// Gives it.
    pub const AS_REP: u8 = 11;
    /// Asks for a ticket for a service.
    pub const TGS_REQ: u8 = 12;
    /// Gives it.
    pub const TGS_REP: u8 = 13;
    /// Shows a ticket to a service.
    pub const AP_REQ: u8 = 14;
    /// The service's answer.
    pub const AP_REP: u8 = 15;
    /// A failure.
    pub const ERROR: u8 = 30;
}

/// What a message says in the clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Type.
    pub kind: u8,
    /// Parts of the client's name.
    pub client: Vec<Vec<u8>>,
    /// Realm.
    pub realm: Vec<u8>,
    /// Parts of the service's name.
    pub service: Vec<Vec<u8>>,
    /// Encryption of the reply.
    pub encryption: Option<i64>,
    /// Encryption of the ticket.
    pub ticket_encryption: Option<i64>,
    /// Why a request failed.
    pub error: Option<i64>,
    /// For requests: whether the client proves that it knows a key or holds a ticket (RFC 4120, 5.2.7).
    pub is_proven: Option<bool>,
    /// For requests: the encryptions that the client would take, in its order.
    pub asked_encryptions: Vec<i64>,
}

/// Kinds of proof beside a request: a ticket, an encrypted time, a certificate (RFC 4556), an armoured message or challenge
/// (RFC 6113).
const PROOFS: [i64; 6] = [1, 2, 14, 16, 136, 138];

/// Type of the message that begins here; None where none of this protocol begins. Bytes may be missing.
pub fn begins(bytes: &[u8]) -> Option<u8> {
    let first = *bytes.first()?;
    let kind = first.checked_sub(tag::application(0))?;
    let known = matches!(kind, kind::AS_REQ..=kind::AP_REP | kind::ERROR);
    (known && head(bytes) != Head::Wrong).then_some(kind)
}

/// Reads a message, as far as its bytes are there.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let kind = begins(bytes)?;
    let body = element_cut(element_cut(bytes)?.content)?;
    if body.tag != tag::SEQUENCE {
        return None;
    }
    let mut message = Message {
        kind,
        ..Message::default()
    };
    match kind {
        kind::AS_REQ | kind::TGS_REQ => request(body, &mut message),
        kind::AS_REP | kind::TGS_REP => reply(body, &mut message),
        kind::AP_REQ => {
            if let Some(ticket) = field(body, 3) {
                self::ticket(ticket, &mut message);
            }
        }
        kind::ERROR => error(body, &mut message),
        _ => {}
    }
    Some(message)
}

/// The content of field `[number]` of a sequence; cut off where bytes are missing.
fn field(sequence: Element<'_>, number: u8) -> Option<Element<'_>> {
    let mut rest = sequence.content;
    loop {
        let found = element_cut(rest)?;
        if found.tag == tag::context(number) {
            return element_cut(found.content);
        }
        rest = crate::ber::element(rest)?.1;
    }
}

fn integer(sequence: Element<'_>, number: u8) -> Option<i64> {
    field(sequence, number)?.integer()
}

fn text(sequence: Element<'_>, number: u8) -> Vec<u8> {
    field(sequence, number)
        .filter(|element| element.tag == tag::GENERAL_STRING)
        .map(|element| element.content.to_vec())
        .unwrap_or_default()
}

/// Parts of a name.
fn name(sequence: Element<'_>, number: u8) -> Vec<Vec<u8>> {
    let Some(parts) = field(sequence, number).and_then(|name| field(name, 1)) else {
        return Vec::new();
    };
    parts
        .children()
        .filter(|part| part.tag == tag::GENERAL_STRING)
        .take(KRB5_NAME_PARTS_MAX)
        .map(|part| part.content.to_vec())
        .collect()
}

fn request(body: Element<'_>, message: &mut Message) {
    message.is_proven = Some(field(body, 3).is_some_and(|proofs| {
        let kinds = proofs.children().take(KRB5_PROOFS_MAX);
        kinds
            .filter_map(|proof| integer(proof, 1))
            .any(|kind| PROOFS.contains(&kind))
    }));
    if let Some(body) = field(body, 4) {
        message.client = name(body, 1);
        message.realm = text(body, 2);
        message.service = name(body, 3);
        message.asked_encryptions = field(body, 8)
            .map(|kinds| {
                let kinds = kinds.children().take(KRB5_ENCRYPTIONS_MAX);
                kinds.filter_map(|kind| kind.integer()).collect()
            })
            .unwrap_or_default();
    }
}

fn reply(body: Element<'_>, message: &mut Message) {
    message.realm = text(body, 3);
    message.client = name(body, 4);
    if let Some(ticket) = field(body, 5) {
        self::ticket(ticket, message);
    }
    message.encryption = field(body, 6).and_then(|part| integer(part, 0));
}

fn ticket(ticket: Element<'_>, message: &mut Message) {
    let Some(body) = element_cut(ticket.content) else {
        return;
    };
    message.service = name(body, 2);
    if message.realm.is_empty() {
        message.realm = text(body, 1);
    }
    message.ticket_encryption = field(body, 3).and_then(|part| integer(part, 0));
}

/// The realm of an error is the client's, field 7 (Suricata's events leave out the service's).
fn error(body: Element<'_>, message: &mut Message) {
    message.error = integer(body, 6);
    message.client = name(body, 8);
    message.realm = text(body, 7);
    message.service = name(body, 10);
}

/// A message's name in events.
pub fn kind_name(kind: u8) -> &'static str {
    match kind {
        kind::AS_REQ => "KRB_AS_REQ",
        kind::AS_REP => "KRB_AS_REP",
        kind::TGS_REQ => "KRB_TGS_REQ",
        kind::TGS_REP => "KRB_TGS_REP",
        kind::AP_REQ => "KRB_AP_REQ",
        kind::AP_REP => "KRB_AP_REP",
        _ => "KRB_ERROR",
    }
}

/// An encryption's name (IANA); its number where it has none here.
pub fn encryption_name(number: i64) -> String {
    let name = match number {
        1 => "des-cbc-crc",
        2 => "des-cbc-md4",
        3 => "des-cbc-md5",
        5 => "des3-cbc-md5",
        7 => "des3-cbc-sha1",
        16 => "des3-cbc-sha1-kd",
        17 => "aes128-cts-hmac-sha1-96",
        18 => "aes256-cts-hmac-sha1-96",
        19 => "aes128-cts-hmac-sha256-128",
        20 => "aes256-cts-hmac-sha384-192",
        23 => "rc4-hmac",
        24 => "rc4-hmac-exp",
        25 => "camellia128-cts-cmac",
        26 => "camellia256-cts-cmac",
        65 => "subkey-keymaterial",
        -128 => "rc4-md4",
        -133 => "rc4-hmac-old",
        -135 => "rc4-hmac-old-exp",
        other => return other.to_string(),
    };
    name.to_owned()
}

/// Whether an encryption should not be used any more (RFC 6649, RFC 8429).
pub const fn is_weak(number: i64) -> bool {
    !matches!(number, 17..=20 | 25 | 26)
}

/// A failure's name (RFC 4120, 7.5.9); its number where it has none here.
pub fn error_name(number: i64) -> String {
    let name = match number {
        0 => "KDC_ERR_NONE",
        1 => "KDC_ERR_NAME_EXP",
        2 => "KDC_ERR_SERVICE_EXP",
        3 => "KDC_ERR_BAD_PVNO",
        4 => "KDC_ERR_C_OLD_MAST_KVNO",
        5 => "KDC_ERR_S_OLD_MAST_KVNO",
        6 => "KDC_ERR_C_PRINCIPAL_UNKNOWN",
        7 => "KDC_ERR_S_PRINCIPAL_UNKNOWN",
        8 => "KDC_ERR_PRINCIPAL_NOT_UNIQUE",
        9 => "KDC_ERR_NULL_KEY",
        10 => "KDC_ERR_CANNOT_POSTDATE",
        11 => "KDC_ERR_NEVER_VALID",
        12 => "KDC_ERR_POLICY",
        13 => "KDC_ERR_BADOPTION",
        14 => "KDC_ERR_ETYPE_NOSUPP",
        15 => "KDC_ERR_SUMTYPE_NOSUPP",
        16 => "KDC_ERR_PADATA_TYPE_NOSUPP",
        17 => "KDC_ERR_TRTYPE_NOSUPP",
        18 => "KDC_ERR_CLIENT_REVOKED",
        19 => "KDC_ERR_SERVICE_REVOKED",
        20 => "KDC_ERR_TGT_REVOKED",
        21 => "KDC_ERR_CLIENT_NOTYET",
        22 => "KDC_ERR_SERVICE_NOTYET",
        23 => "KDC_ERR_KEY_EXPIRED",
        24 => "KDC_ERR_PREAUTH_FAILED",
        25 => "KDC_ERR_PREAUTH_REQUIRED",
        26 => "KDC_ERR_SERVER_NOMATCH",
        27 => "KDC_ERR_MUST_USE_USER2USER",
        28 => "KDC_ERR_PATH_NOT_ACCEPTED",
        29 => "KDC_ERR_SVC_UNAVAILABLE",
        31 => "KRB_AP_ERR_BAD_INTEGRITY",
        32 => "KRB_AP_ERR_TKT_EXPIRED",
        33 => "KRB_AP_ERR_TKT_NYV",
        34 => "KRB_AP_ERR_REPEAT",
        35 => "KRB_AP_ERR_NOT_US",
        36 => "KRB_AP_ERR_BADMATCH",
        37 => "KRB_AP_ERR_SKEW",
        38 => "KRB_AP_ERR_BADADDR",
        39 => "KRB_AP_ERR_BADVERSION",
        40 => "KRB_AP_ERR_MSG_TYPE",
        41 => "KRB_AP_ERR_MODIFIED",
        42 => "KRB_AP_ERR_BADORDER",
        44 => "KRB_AP_ERR_BADKEYVER",
        45 => "KRB_AP_ERR_NOKEY",
        46 => "KRB_AP_ERR_MUT_FAIL",
        52 => "KRB_ERR_RESPONSE_TOO_BIG",
        60 => "KRB_ERR_GENERIC",
        61 => "KRB_ERR_FIELD_TOOLONG",
        68 => "KDC_ERR_WRONG_REALM",
        other => return other.to_string(),
    };
    name.to_owned()
}
