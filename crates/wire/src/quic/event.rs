//! The `quic` object of events, as Suricata 8 gives it.

use super::transaction::QuicTransaction;
use crate::protocol::Fields;
use crate::tls::event::fingerprint;
use crate::tls::parser::is_grease;

/// The hello holds another one that is encrypted, or looks so (ECH); its name is not the one that is meant.
const ENCRYPTED_CLIENT_HELLO: u16 = 0xfe0d;

/// Writes the object's values.
pub fn quic(transaction: &QuicTransaction, fields: &mut dyn Fields) {
    fields.text("version", transaction.version.text().into());
    if let Some(name) = transaction.server_name() {
        fields.bytes("sni", name);
    }
    if let Some((hello, cyu)) = &transaction.google {
        if let Some(agent) = &hello.user_agent {
            fields.bytes("ua", agent);
        }
        fields.begin_list("cyu");
        fields.begin_record("");
        fields.bytes("hash", cyu.hash.as_bytes());
        fields.bytes("string", cyu.text.as_bytes());
        fields.end();
        fields.end();
    }
    if let Some(client) = &transaction.client {
        fingerprint("ja3", &client.ja3, fields);
        fields.bytes("ja4", client.ja4.as_bytes());
        let hello = &client.hello;
        if hello.extensions.contains(&ENCRYPTED_CLIENT_HELLO) {
            fields.truth("ech", true);
        }
        extensions(&hello.extensions, transaction, &hello.protocols, fields);
    }
    if let Some(server) = &transaction.server {
        fingerprint("ja3s", &server.ja3s, fields);
        let hello = &server.hello;
        extensions(&hello.extensions, transaction, &hello.protocols, fields);
    }
}

fn extensions(
    kinds: &[u16],
    transaction: &QuicTransaction,
    protocols: &[Vec<u8>],
    fields: &mut dyn Fields,
) {
    if kinds.is_empty() {
        return;
    }
    fields.begin_list("extensions");
    for kind in kinds {
        fields.begin_record("");
        if let Some(name) = extension_name(*kind) {
            fields.text("name", name.into());
        }
        fields.number("type", (*kind).into());
        match (kind, transaction.server_name()) {
            (0, Some(host)) => values([host], fields),
            (16, _) if !protocols.is_empty() => {
                values(protocols.iter().map(Vec::as_slice), fields);
            }
            _ => {}
        }
        fields.end();
    }
    fields.end();
}

fn values<'a>(values: impl IntoIterator<Item = &'a [u8]>, fields: &mut dyn Fields) {
    fields.begin_list("values");
    for value in values {
        fields.bytes("", value);
    }
    fields.end();
}

/// IANA's names, in the short form of events.
const fn extension_name(kind: u16) -> Option<&'static str> {
    if is_grease(kind) {
        return Some("grease");
    }
    Some(match kind {
        0 => "server_name",
        1 => "max_fragment_length",
        5 => "status_request",
        10 => "supported_groups",
        11 => "ec_point_formats",
        13 => "signature_algorithms",
        15 => "heartbeat",
        16 => "alpn",
        18 => "signed_certificate_timestamp",
        21 => "padding",
        22 => "encrypt_then_mac",
        23 => "extended_master_secret",
        27 => "compress_certificate",
        28 => "record_size_limit",
        34 => "delegated_credentials",
        35 => "session_ticket",
        41 => "pre_shared_key",
        42 => "early_data",
        43 => "supported_versions",
        44 => "cookie",
        45 => "psk_key_exchange_modes",
        47 => "certificate_authorities",
        49 => "post_handshake_auth",
        50 => "signature_algorithms_cert",
        51 => "key_share",
        57 | 0xffa5 => "quic_transport_parameters",
        0x4469 | 0x44cd => "application_settings",
        ENCRYPTED_CLIENT_HELLO => "encrypted_client_hello",
        0xff01 => "renegotiation_info",
        _ => return None,
    })
}
