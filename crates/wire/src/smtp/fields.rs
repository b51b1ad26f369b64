//! Names for rules and events.

use super::probe;
use super::state::{Smtp, SmtpTransaction};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, ProtocolSpec, Transaction,
};

/// SMTP, LMTP.
pub static SMTP: ProtocolSpec = ProtocolSpec {
    name: "smtp",
    carrier: Carrier::Stream,
    ports: &[25, 587, 2525],
    probe: probe::smtp,
    parser: || Box::new(Smtp::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &[
        "invalid_reply",
        "unable_to_match_reply_with_request",
        "max_command_line_len_exceeded",
        "max_reply_line_len_exceeded",
        "truncated_line",
        "invalid_pipelined_sequence",
        "bdat_chunk_len_exceeded",
        "no_server_welcome_message",
        "tls_rejected",
        "data_command_rejected",
        "duplicate_fields",
        "unparsable_content",
        "ambiguous_data_end",
        "failed_protocol_change",
        "mime_long_line",
        "mime_long_enc_line",
        "mime_long_header_name",
        "mime_long_header_value",
        "mime_long_boundary",
        "mime_long_filename",
        "mime_malformed_msg",
        "mime_parse_failed",
        "mime_invalid_base64",
        "mime_invalid_qp",
        "mime_too_deep",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const fn said(
    name: &'static str,
    of: fn(&SmtpTransaction, Direction, VisitBytes<'_>),
) -> Buffer<SmtpTransaction> {
    Buffer::new(name, Inspected::ToServer, of)
}

const BUFFERS: [Buffer<SmtpTransaction>; 14] = [
    said("smtp.helo", |transaction, _, visit| {
        if !transaction.helo.is_empty() {
            visit(&transaction.helo);
        }
    }),
    said("smtp.mail_from", |transaction, _, visit| {
        if let Some(sender) = &transaction.mail_from {
            visit(sender);
        }
    }),
    said("smtp.rcpt_to", |transaction, _, visit| {
        transaction.rcpt_to.iter().for_each(|to| visit(to));
    }),
    said("email.from", |transaction, _, visit| {
        header(transaction, b"From", visit);
    }),
    said("email.subject", |transaction, _, visit| {
        header(transaction, b"Subject", visit);
    }),
    said("email.to", |transaction, _, visit| {
        header(transaction, b"To", visit);
    }),
    said("email.cc", |transaction, _, visit| {
        header(transaction, b"Cc", visit);
    }),
    said("email.date", |transaction, _, visit| {
        header(transaction, b"Date", visit);
    }),
    said("email.message_id", |transaction, _, visit| {
        header(transaction, b"Message-ID", visit);
    }),
    said("email.x_mailer", |transaction, _, visit| {
        header(transaction, b"X-Mailer", visit);
    }),
    said("email.url", |transaction, _, visit| {
        if let Some(email) = &transaction.email {
            email.urls.iter().for_each(|url| visit(url));
        }
    }),
    said("email.received", |transaction, _, visit| {
        if let Some(email) = &transaction.email {
            email.values(b"Received").for_each(visit);
        }
    }),
    said("file.data", |transaction, _, visit| {
        if let Some(email) = &transaction.email {
            email.files.iter().for_each(|file| visit(file));
        }
    }),
    said("file.name", |transaction, _, visit| {
        if let Some(email) = &transaction.email {
            email.attachments.iter().for_each(|name| visit(name));
        }
    }),
];

fn header(transaction: &SmtpTransaction, name: &[u8], visit: VisitBytes<'_>) {
    if let Some(email) = &transaction.email {
        email.visit(name, visit);
    }
}

impl Transaction for SmtpTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &SMTP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("smtp")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        if !self.helo.is_empty() {
            fields.bytes("helo", &self.helo);
        }
        if let Some(sender) = &self.mail_from {
            fields.bytes("mail_from", sender);
        }
        if !self.rcpt_to.is_empty() {
            fields.begin_list("rcpt_to");
            for recipient in &self.rcpt_to {
                fields.bytes("", recipient);
            }
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
