//! The `quic` object of events, as Suricata 8 gives it.

use super::transaction::QuicTransaction;
use crate::protocol::Fields;
use crate::tls::event::fingerprint;

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
        extensions(&hello.extensions, fields, |kind| match kind {
            0 => transaction
                .server_name()
                .map(<[u8]>::to_vec)
                .into_iter()
                .collect(),
            13 => hello
                .signatures
                .iter()
                .map(|id| id.to_string().into_bytes())
                .collect(),
            16 => hello.protocols.clone(),
            43 => hello
                .versions
                .iter()
                .map(|version| version_name(*version))
                .collect(),
            _ => Vec::new(),
        });
    }
    if let Some(server) = &transaction.server {
        fingerprint("ja3s", &server.ja3s, fields);
        let hello = &server.hello;
        extensions(&hello.extensions, fields, |kind| match kind {
            0 => transaction
                .server_name()
                .map(<[u8]>::to_vec)
                .into_iter()
                .collect(),
            16 => hello.protocols.clone(),
            43 => hello.chosen_version.map(version_name).into_iter().collect(),
            _ => Vec::new(),
        });
    }
}

/// A version of TLS as events have it.
fn version_name(version: u16) -> Vec<u8> {
    match version {
        0x0300 => b"Ssl30".to_vec(),
        0x0301 => b"Tls10".to_vec(),
        0x0302 => b"Tls11".to_vec(),
        0x0303 => b"Tls12".to_vec(),
        0x0304 => b"Tls13".to_vec(),
        other => format!("TlsVersion({other} / {other:#x})").into_bytes(),
    }
}

fn extensions(kinds: &[u16], fields: &mut dyn Fields, values_of: impl Fn(u16) -> Vec<Vec<u8>>) {
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
        let values = values_of(*kind);
        if !values.is_empty() {
            fields.begin_list("values");
            for value in values {
                fields.bytes("", &value);
            }
            fields.end();
        }
        fields.end();
    }
    fields.end();
}

/// IANA's names, in the short form of events.
const fn extension_name(kind: u16) -> Option<&'static str> {
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
        20 => "server_certificate_type",
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
        57 => "quic_transport_parameters",
        0xff01 => "renegotiation_info",
        _ => return None,
    })
}
