//! The `tls` object of events, as Suricata 8 gives it; `certificate_sha256` is ours.

use super::certificate::Chain;
use super::fingerprint::Fingerprint;
use super::transaction::TlsTransaction;
use crate::protocol::Fields;

/// Writes the object's values.
pub fn tls(transaction: &TlsTransaction, fields: &mut dyn Fields) {
    if let Some(chain) = &transaction.server_chain {
        certificate(chain, fields);
    }
    if transaction.resumed {
        fields.truth("session_resumed", true);
    }
    let client = transaction.client.as_ref();
    if let Some(name) = client.and_then(|client| client.hello.server_name.as_ref()) {
        fields.bytes("sni", name);
    }
    match transaction.version().and_then(version_name) {
        Some(name) => fields.text("version", name.into()),
        None => fields.text("version", "UNDETERMINED".into()),
    }
    if let Some(client) = client {
        fingerprint("ja3", &client.ja3, fields);
        fields.bytes("ja4", client.ja4.as_bytes());
        names("client_alpns", &client.hello.protocols, fields);
    }
    if let Some(server) = &transaction.server {
        fingerprint("ja3s", &server.ja3s, fields);
        names("server_alpns", &server.hello.protocols, fields);
    }
    if let Some(chain) = &transaction.client_chain {
        fields.begin_record("client");
        certificate(chain, fields);
        fields.end();
    }
}

/// The name that events give a version.
pub const fn version_name(version: u16) -> Option<&'static str> {
    Some(match version {
        0x0002 => "SSLv2",
        0x0300 => "SSLv3",
        0x0301 => "TLSv1",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        0x0304 => "TLS 1.3",
        _ => return None,
    })
}

/// The name that rules give a version (`ssl_version`).
pub const fn version_word(version: u16) -> Option<&'static str> {
    Some(match version {
        0x0002 => "sslv2",
        0x0300 => "sslv3",
        0x0301 => "tls1.0",
        0x0302 => "tls1.1",
        0x0303 => "tls1.2",
        0x0304 => "tls1.3",
        _ => return None,
    })
}

fn certificate(chain: &Chain, fields: &mut dyn Fields) {
    if let Some(owner) = &chain.owner {
        fields.bytes("subject", owner.subject.as_bytes());
        fields.bytes("issuerdn", owner.issuer.as_bytes());
        fields.bytes("serial", owner.serial.as_bytes());
    }
    fields.bytes("fingerprint", chain.fingerprint.as_bytes());
    fields.bytes("certificate_sha256", chain.sha256.as_bytes());
    if let Some(owner) = &chain.owner {
        fields.bytes("notbefore", owner.not_before_text.as_bytes());
        fields.bytes("notafter", owner.not_after_text.as_bytes());
        if !owner.alternative_names.is_empty() {
            fields.begin_list("subjectaltname");
            for name in &owner.alternative_names {
                fields.bytes("", name.as_bytes());
            }
            fields.end();
        }
    }
}

/// A fingerprint with what it was made of.
pub fn fingerprint(name: &'static str, fingerprint: &Fingerprint, fields: &mut dyn Fields) {
    fields.begin_record(name);
    fields.bytes("hash", fingerprint.hash.as_bytes());
    fields.bytes("string", fingerprint.text.as_bytes());
    fields.end();
}

fn names(name: &'static str, values: &[Vec<u8>], fields: &mut dyn Fields) {
    if values.is_empty() {
        return;
    }
    fields.begin_list(name);
    for value in values {
        fields.bytes("", value);
    }
    fields.end();
}
