//! The event of a message.

use super::attributes::Attribute;
use super::parser::Header;
use super::proposal::{Proposal, Transform};
use super::state::{Exchange, IkeTransaction, Peer};
use crate::protocol::{Direction, Fields};
use crate::text::hex;

/// Names of payloads (RFC 2408, 3.1; RFC 7296, 3.2).
const fn payload_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0 => "NoNextPayload",
        1 | 33 => "SecurityAssociation",
        2 => "Proposal",
        3 => "Transform",
        4 | 34 => "KeyExchange",
        5 => "Identification",
        6 | 37 => "Certificate",
        7 | 38 => "CertificateRequest",
        8 => "Hash",
        9 => "Signature",
        10 | 40 => "Nonce",
        11 => "Notification",
        12 | 42 => "Delete",
        13 | 43 => "VendorID",
        20 => "NatDiscovery",
        21 => "NatOriginalAddress",
        35 => "IdentInitiator",
        36 => "IdentResponder",
        39 => "Authentication",
        41 => "Notify",
        44 => "TrafficSelectorInitiator",
        45 => "TrafficSelectorResponder",
        46 => "EncryptedAndAuthenticated",
        47 => "Configuration",
        48 => "ExtensibleAuthentication",
        _ => return None,
    })
}

const fn exchange_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0 => "None",
        1 => "Base",
        2 => "Identity Protection",
        3 => "Authentication Only",
        4 => "Aggressive",
        5 => "Informational",
        6 => "Transaction (Config Mode)",
        32 => "Quick Mode",
        33 => "New Group Mode",
        _ => return None,
    })
}

/// RFC 7296, 3.10.1.
const fn notification_name(kind: u16) -> Option<&'static str> {
    Some(match kind {
        1 => "UNSUPPORTED_CRITICAL_PAYLOAD",
        4 => "INVALID_IKE_SPI",
        5 => "INVALID_MAJOR_VERSION",
        7 => "INVALID_SYNTAX",
        9 => "INVALID_MESSAGE_ID",
        11 => "INVALID_SPI",
        14 => "NO_PROPOSAL_CHOSEN",
        17 => "INVALID_KE_PAYLOAD",
        24 => "AUTHENTICATION_FAILED",
        34 => "SINGLE_PAIR_REQUIRED",
        35 => "NO_ADDITIONAL_SAS",
        36 => "INTERNAL_ADDRESS_FAILURE",
        37 => "FAILED_CP_REQUIRED",
        38 => "TS_UNACCEPTABLE",
        39 => "INVALID_SELECTORS",
        43 => "TEMPORARY_FAILURE",
        44 => "CHILD_SA_NOT_FOUND",
        16384 => "INITIAL_CONTACT",
        16385 => "SET_WINDOW_SIZE",
        16386 => "ADDITIONAL_TS_POSSIBLE",
        16387 => "IPCOMP_SUPPORTED",
        16388 => "NAT_DETECTION_SOURCE_IP",
        16389 => "NAT_DETECTION_DESTINATION_IP",
        16390 => "COOKIE",
        16391 => "USE_TRANSPORT_MODE",
        16392 => "HTTP_CERT_LOOKUP_SUPPORTED",
        16393 => "REKEY_SA",
        16394 => "ESP_TFC_PADDING_NOT_SUPPORTED",
        16395 => "NON_FIRST_FRAGMENTS_ALSO",
        _ => return None,
    })
}

/// Tells a message.
pub fn message(transaction: &IkeTransaction, fields: &mut dyn Fields) {
    let message = &transaction.message;
    let header = &message.header;
    fields.number("version_major", header.major.into());
    fields.number("version_minor", header.minor.into());
    fields.number("exchange_type", header.exchange.into());
    if header.major == 1
        && let Some(name) = exchange_name(header.exchange)
    {
        fields.bytes("exchange_type_verbose", name.as_bytes());
    }
    fields.number("message_id", header.message_id.into());
    fields.bytes("init_spi", hex(&header.init_spi, None).as_bytes());
    fields.bytes("resp_spi", hex(&header.resp_spi, None).as_bytes());
    if transaction.direction == Direction::ToClient {
        chosen(&message.proposals, fields);
    }
    payloads(&message.payloads, fields);
    match header.major {
        1 => first(header, &transaction.exchange, fields),
        _ => second(transaction, fields),
    }
}

fn payloads(kinds: &[u8], fields: &mut dyn Fields) {
    fields.begin_list("payload");
    for kind in kinds {
        match payload_name(*kind) {
            Some(name) => fields.bytes("", name.as_bytes()),
            None => fields.bytes("", format!("Unknown payload {kind}").as_bytes()),
        }
    }
    fields.end();
}

/// The one proposal that the server took.
fn chosen(proposals: &[Proposal], fields: &mut dyn Fields) {
    let Some(proposal) = proposals.first() else {
        return;
    };
    for transform in &proposal.transforms {
        match transform.kind {
            0 => transform
                .attributes
                .iter()
                .for_each(|one| attribute(one, fields)),
            _ => algorithm(transform, fields),
        }
    }
}

fn attribute(attribute: &Attribute, fields: &mut dyn Fields) {
    if let Some(name) = attribute.name() {
        fields.bytes(name, attribute.meaning().as_bytes());
        if let Some(value) = attribute.value {
            fields.number(attribute.raw_name(), value);
        }
    }
}

/// An algorithm of version 2 (registry of RFC 7296).
fn algorithm(transform: &Transform, fields: &mut dyn Fields) {
    let (name, meaning) = match (transform.kind, transform.id) {
        (1, 2) => ("alg_enc", "ENCR_DES"),
        (1, 3) => ("alg_enc", "ENCR_3DES"),
        (1, 11) => ("alg_enc", "ENCR_NULL"),
        (1, 12) => ("alg_enc", "ENCR_AES_CBC"),
        (1, 13) => ("alg_enc", "ENCR_AES_CTR"),
        (1, 18) => ("alg_enc", "ENCR_AES_GCM_8"),
        (1, 19) => ("alg_enc", "ENCR_AES_GCM_12"),
        (1, 20) => ("alg_enc", "ENCR_AES_GCM_16"),
        (1, 28) => ("alg_enc", "ENCR_CHACHA20_POLY1305"),
        (1, _) => ("alg_enc", "Unknown"),
        (2, 1) => ("alg_prf", "PRF_HMAC_MD5"),
        (2, 2) => ("alg_prf", "PRF_HMAC_SHA1"),
        (2, 4) => ("alg_prf", "PRF_AES128_XCBC"),
        (2, 5) => ("alg_prf", "PRF_HMAC_SHA2_256"),
        (2, 6) => ("alg_prf", "PRF_HMAC_SHA2_384"),
        (2, 7) => ("alg_prf", "PRF_HMAC_SHA2_512"),
        (2, _) => ("alg_prf", "Unknown"),
        (3, 0) => ("alg_auth", "NONE"),
        (3, 1) => ("alg_auth", "AUTH_HMAC_MD5_96"),
        (3, 2) => ("alg_auth", "AUTH_HMAC_SHA1_96"),
        (3, 12) => ("alg_auth", "AUTH_HMAC_SHA2_256_128"),
        (3, 13) => ("alg_auth", "AUTH_HMAC_SHA2_384_192"),
        (3, 14) => ("alg_auth", "AUTH_HMAC_SHA2_512_256"),
        (3, _) => ("alg_auth", "Unknown"),
        (4, 0) => ("alg_dh", "None"),
        (4, 1) => ("alg_dh", "Modp768"),
        (4, 2) => ("alg_dh", "Modp1024"),
        (4, 5) => ("alg_dh", "Modp1536"),
        (4, 14) => ("alg_dh", "Modp2048"),
        (4, 15) => ("alg_dh", "Modp3072"),
        (4, 16) => ("alg_dh", "Modp4096"),
        (4, 19) => ("alg_dh", "Ecp256"),
        (4, 20) => ("alg_dh", "Ecp384"),
        (4, 21) => ("alg_dh", "Ecp521"),
        (4, 31) => ("alg_dh", "Curve25519"),
        (4, _) => ("alg_dh", "Unknown"),
        (5, 0) => ("alg_esn", "NoESN"),
        (5, 1) => ("alg_esn", "ESN"),
        _ => return,
    };
    fields.bytes(name, meaning.as_bytes());
}

fn first(header: &Header, exchange: &Exchange, fields: &mut dyn Fields) {
    fields.begin_record("ikev1");
    if let Some(domain) = exchange.domain {
        fields.number("doi", domain.into());
    }
    fields.truth("encrypted_payloads", header.is_encrypted());
    fields.begin_record("client");
    peer(&exchange.client, fields);
    if !exchange.client.proposals.is_empty() {
        fields.begin_list("proposals");
        let transforms = exchange
            .client
            .proposals
            .iter()
            .flat_map(|one| &one.transforms);
        for transform in transforms {
            fields.begin_record("");
            transform
                .attributes
                .iter()
                .for_each(|one| attribute(one, fields));
            fields.end();
        }
        fields.end();
    }
    fields.end();
    fields.begin_record("server");
    peer(&exchange.server, fields);
    fields.end();
    if !exchange.vendors.is_empty() {
        fields.begin_list("vendor_ids");
        for vendor in &exchange.vendors {
            fields.bytes("", hex(vendor, None).as_bytes());
        }
        fields.end();
    }
    fields.end();
}

fn peer(peer: &Peer, fields: &mut dyn Fields) {
    if let Some(key) = &peer.key_exchange {
        fields.bytes("key_exchange_payload", hex(key, None).as_bytes());
        fields.number("key_exchange_payload_length", key.len() as u64);
    }
    if let Some(nonce) = &peer.nonce {
        fields.bytes("nonce_payload", hex(nonce, None).as_bytes());
        fields.number("nonce_payload_length", nonce.len() as u64);
    }
}

fn second(transaction: &IkeTransaction, fields: &mut dyn Fields) {
    let message = &transaction.message;
    let role: &[u8] = if message.header.flags & 0x08 != 0 {
        b"initiator"
    } else {
        b"responder"
    };
    fields.bytes("role", role);
    fields.begin_record("ikev2");
    fields.number("errors", transaction.errors);
    if !message.notifications.is_empty() {
        fields.begin_list("notify");
        for kind in &message.notifications {
            match notification_name(*kind) {
                Some(name) => fields.bytes("", name.as_bytes()),
                None => fields.bytes("", format!("Unknown ({kind})").as_bytes()),
            }
        }
        fields.end();
    }
    fields.end();
}
