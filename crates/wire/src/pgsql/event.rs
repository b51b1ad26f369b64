//! The event of a transaction.

use super::parser::{Answer, Request, Start};
use super::state::{Asked, PgsqlTransaction};
use crate::protocol::Fields;

/// Tells a transaction. Passwords are left out.
pub fn transaction(transaction: &PgsqlTransaction, fields: &mut dyn Fields) {
    // Counted from 1, unlike elsewhere.
    fields.number("tx_id", transaction.id.saturating_add(1));
    if let Some(asked) = &transaction.asked {
        fields.begin_record("request");
        match asked {
            Asked::Start(said) => start(said, fields),
            Asked::Request(said) => request(said, fields),
        }
        fields.end();
    }
    if transaction.answered {
        fields.begin_record("response");
        response(transaction, fields);
        fields.end();
    }
}

fn start(start: &Start, fields: &mut dyn Fields) {
    match start {
        Start::Ssl => fields.bytes("message", b"SSL Request"),
        Start::Gss => fields.bytes("message", b"GSSENC Request"),
        Start::Cancel(process, key) => cancel(*process, *key, fields),
        Start::Startup(major, minor, parameters) => {
            fields.bytes("protocol_version", format!("{major}.{minor}").as_bytes());
            fields.begin_record("startup_parameters");
            let is_main = |name: &[u8]| name == b"user";
            for (name, value) in parameters.iter().filter(|(name, _)| is_main(name)) {
                fields.named_bytes(name, value);
            }
            if parameters.iter().any(|(name, _)| !is_main(name)) {
                fields.begin_list("optional_parameters");
                for (name, value) in parameters.iter().filter(|(name, _)| !is_main(name)) {
                    fields.begin_record("");
                    fields.named_bytes(name, value);
                    fields.end();
                }
                fields.end();
            }
            fields.end();
        }
    }
}

fn cancel(process: u32, key: u32, fields: &mut dyn Fields) {
    fields.bytes("message", b"cancel_request");
    fields.number("process_id", process.into());
    fields.number("secret_key", key.into());
}

fn request(request: &Request, fields: &mut dyn Fields) {
    match request {
        Request::Query(text) => fields.bytes("simple_query", text),
        Request::Password => fields.truth("password_redacted", true),
        Request::SaslInitial(mechanism, parameter) => {
            let known: &[u8] = match mechanism.as_slice() {
                b"SCRAM-SHA-256" => b"scram_SHA256",
                b"SCRAM-SHA-256-PLUS" => b"scram_SHA256_plus",
                other => other,
            };
            fields.bytes("sasl_authentication_mechanism", known);
            fields.bytes("sasl_param", parameter);
        }
        Request::SaslResponse(text) => fields.bytes("sasl_response", text),
        Request::Cancel(process, key) => cancel(*process, *key, fields),
        Request::Terminate => fields.bytes("message", b"termination_message"),
    }
}

fn response(transaction: &PgsqlTransaction, fields: &mut dyn Fields) {
    if let Some(accepted) = transaction.ssl_accepted {
        fields.truth("ssl_accepted", accepted);
    }
    for answer in &transaction.answers {
        one_answer(answer, fields);
    }
    if !transaction.parameters.is_empty() {
        fields.begin_list("parameter_status");
        for (name, value) in &transaction.parameters {
            fields.begin_record("");
            fields.named_bytes(&spelled(name), value);
            fields.end();
        }
        fields.end();
    }
    if transaction.rows > 0 {
        fields.number("data_rows", transaction.rows);
        fields.number("data_size", transaction.row_bytes);
    }
}

/// Names of settings as events spell them: `DateStyle` is `date_style`.
fn spelled(name: &[u8]) -> Vec<u8> {
    match name {
        b"DateStyle" => b"date_style".to_vec(),
        b"IntervalStyle" => b"interval_style".to_vec(),
        b"TimeZone" => b"time_zone".to_vec(),
        other => other.to_vec(),
    }
}

fn one_answer(answer: &Answer, fields: &mut dyn Fields) {
    match answer {
        Answer::Authentication(kind, data) => {
            let name = match kind {
                0 => return fields.bytes("message", b"authentication_ok"),
                3 => return fields.bytes("message", b"authentication_cleartext_password"),
                5 => "authentication_md5_password",
                10 => return fields.bytes("message", b"authentication_sasl"),
                11 => return fields.bytes("message", b"authentication_sasl_continue"),
                12 => "authentication_sasl_final",
                _ => return fields.bytes("message", b"authentication_other"),
            };
            fields.bytes(name, data.strip_suffix(b"\0\0").unwrap_or(data));
        }
        Answer::Backend(process, key) => {
            fields.number("process_id", (*process).into());
            fields.number("secret_key", (*key).into());
        }
        Answer::Columns(count) => fields.number("field_count", (*count).into()),
        Answer::Complete(text) => fields.bytes("command_completed", text),
        Answer::Notice(_, parts) => {
            for (letter, value) in parts {
                let name = match letter {
                    b'S' => "severity_localizable",
                    b'V' => "severity_non_localizable",
                    b'C' => "code",
                    b'M' => "message",
                    b'D' => "detail",
                    b'H' => "hint",
                    b'P' => "position",
                    b'F' => "file",
                    b'L' => "line",
                    b'R' => "routine",
                    _ => continue,
                };
                fields.bytes(name, value);
            }
        }
        Answer::Parameter(..) | Answer::Row(_) | Answer::Ready | Answer::Other => {}
    }
}
