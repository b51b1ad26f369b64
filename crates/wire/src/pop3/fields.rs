//! Names for rules and events.

use super::state::{Pop3, Pop3Transaction};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::starts_with_ignoring_case;

/// POP3.
pub static POP3: ProtocolSpec = ProtocolSpec {
    name: "pop3",
    carrier: Carrier::Stream,
    ports: &[110],
    probe,
    parser: || Box::new(Pop3::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &[
        "too_many_transactions",
        "invalid_response",
        "failed_protocol_change",
        "mime_long_line",
        "mime_long_enc_line",
        "mime_long_header_name",
        "mime_long_header_value",
        "mime_long_boundary",
        "mime_long_filename",
        "mime_malformed_msg",
        "mime_invalid_base64",
        "mime_invalid_qp",
        "mime_too_deep",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<Pop3Transaction>; 2] = [
    Buffer::new("file.data", Inspected::ToClient, |transaction, _, visit| {
        if let Some(email) = &transaction.email {
            email.files.iter().for_each(|file| visit(file));
        }
    }),
    Buffer::new("file.name", Inspected::ToClient, |transaction, _, visit| {
        if let Some(email) = &transaction.email {
            email.attachments.iter().for_each(|name| visit(name));
        }
    }),
];

/// Servers speak first; what clients say alone is less clear.
fn probe(direction: Direction, bytes: &[u8]) -> Probe {
    let is = |word: &[u8]| starts_with_ignoring_case(bytes, word);
    let may_be = |word: &[u8]| starts_with_ignoring_case(word, bytes) || is(word);
    match direction {
        // Other protocols have the bare word.
        Direction::ToClient if bytes.starts_with(b"+OK ") => Probe::Yes,
        Direction::ToClient if [&b"+OK"[..], b"-ERR "].into_iter().any(may_be) => Probe::Unsure,
        Direction::ToServer if [&b"CAPA\r"[..], b"APOP ", b"STLS\r"].into_iter().any(is) => {
            Probe::Yes
        }
        Direction::ToServer
            if [
                &b"CAPA\r"[..],
                b"APOP ",
                b"STLS\r",
                b"USER ",
                b"PASS ",
                b"QUIT",
                b"AUTH",
            ]
            .into_iter()
            .any(may_be) =>
        {
            Probe::Unsure
        }
        _ => Probe::No,
    }
}

impl Transaction for Pop3Transaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &POP3
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("pop3")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        if let Some(command) = &self.command {
            fields.begin_record("request");
            fields.bytes("command", &command.name);
            fields.begin_list("args");
            for argument in &command.arguments {
                fields.bytes("", argument);
            }
            fields.end();
            fields.end();
        }
        if let Some(response) = &self.response {
            fields.begin_record("response");
            fields.truth("success", response.success);
            fields.bytes("status", if response.success { b"OK" } else { b"ERR" });
            fields.bytes("header", &response.header);
            fields.begin_list("data");
            for line in &response.data {
                fields.bytes("", line);
            }
            fields.end();
            fields.end();
        }
    }

    fn companion_name(&self) -> Option<&'static str> {
        self.email.as_ref().map(|_| "email")
    }

    fn companion_fields(&self, fields: &mut dyn Fields) {
        if let Some(email) = &self.email {
            email.fields(fields);
        }
    }
}
