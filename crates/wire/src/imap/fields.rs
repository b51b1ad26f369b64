//! Names for rules and events.

use super::state::{Imap, ImapTransaction};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::starts_with_ignoring_case;

/// IMAP4.
pub static IMAP: ProtocolSpec = ProtocolSpec {
    name: "imap",
    carrier: Carrier::Stream,
    ports: &[143],
    probe,
    parser: || Box::new(Imap::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &[
        "too_many_transactions",
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

const BUFFERS: [Buffer<ImapTransaction>; 2] = [
    Buffer::new("file.data", Inspected::Both, |transaction, way, visit| {
        if let Some((carried, email)) = &transaction.email
            && *carried == way
        {
            email.files.iter().for_each(|file| visit(file));
        }
    }),
    Buffer::new("file.name", Inspected::Both, |transaction, way, visit| {
        if let Some((carried, email)) = &transaction.email
            && *carried == way
        {
            email.attachments.iter().for_each(|name| visit(name));
        }
    }),
];

/// Commands that a conversation may begin with.
const FIRST: [&[u8]; 6] = [
    b"CAPABILITY",
    b"LOGIN ",
    b"STARTTLS",
    b"AUTHENTICATE ",
    b"ID ",
    b"NOOP",
];

fn probe(direction: Direction, bytes: &[u8]) -> Probe {
    match direction {
        Direction::ToClient => {
            let starts: [&[u8]; 3] = [b"* OK ", b"* PREAUTH ", b"* BYE "];
            if starts
                .iter()
                .any(|start| starts_with_ignoring_case(bytes, start))
            {
                Probe::Yes
            } else if starts
                .iter()
                .any(|start| starts_with_ignoring_case(start, bytes))
            {
                Probe::Unsure
            } else {
                Probe::No
            }
        }
        Direction::ToServer => {
            let tag_bytes = bytes
                .iter()
                .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'.');
            match tag_bytes {
                None if bytes.len() <= 16 => Probe::Unsure,
                Some(length @ 1..=16) if bytes.get(length) == Some(&b' ') => {
                    let rest = bytes.get(length.saturating_add(1)..).unwrap_or_default();
                    if FIRST
                        .iter()
                        .any(|name| starts_with_ignoring_case(rest, name))
                    {
                        Probe::Yes
                    } else if FIRST
                        .iter()
                        .any(|name| starts_with_ignoring_case(name, rest))
                    {
                        Probe::Unsure
                    } else {
                        Probe::No
                    }
                }
                _ => Probe::No,
            }
        }
    }
}

impl Transaction for ImapTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &IMAP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("imap")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        if let Some(command) = &self.command {
            fields.begin_record("request");
            fields.bytes("tag", &command.tag);
            fields.bytes("command", &command.name);
            if !command.arguments.is_empty() {
                fields.bytes("args", &command.arguments);
            }
            fields.end();
        }
        if let Some(completion) = &self.completion {
            fields.begin_record("response");
            fields.bytes("status", &completion.status);
            fields.bytes("text", &completion.text);
            fields.end();
        }
    }

    fn companion_name(&self) -> Option<&'static str> {
        self.email.as_ref().map(|_| "email")
    }

    fn companion_fields(&self, fields: &mut dyn Fields) {
        if let Some((_, email)) = &self.email {
            email.fields(fields);
        }
    }
}
