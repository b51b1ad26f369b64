//! Names for rules and events.

use super::probe;
use super::state::{Ftp, FtpTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, ProtocolSpec, Transaction,
};

/// FTP.
pub static FTP: ProtocolSpec = ProtocolSpec {
    name: "ftp",
    carrier: Carrier::Stream,
    ports: &[21, 2121],
    probe: probe::ftp,
    parser: || Box::new(Ftp::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "request_command_too_long",
        "response_command_too_long",
        "too_many_transactions",
        "failed_protocol_change",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<FtpTransaction>; 7] = [
    Buffer::new(
        "ftp.command",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(command) = &transaction.command {
                visit(&command.name);
            }
        },
    ),
    Buffer::new(
        "ftp.command_data",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(command) = &transaction.command
                && !command.data.is_empty()
            {
                visit(&command.data);
            }
        },
    ),
    Buffer::new("ftp.reply", Inspected::ToClient, |transaction, _, visit| {
        for reply in &transaction.replies {
            visit(&reply.text);
        }
    }),
    Buffer::new(
        "ftp.completion_code",
        Inspected::ToClient,
        |transaction, _, visit| {
            for code in transaction.replies.iter().filter_map(|reply| reply.code) {
                visit(format!("{code:03}").as_bytes());
            }
        },
    ),
    Buffer::new("ftp.mode", Inspected::Both, |transaction, _, visit| {
        if let Some(mode) = transaction.mode() {
            visit(mode.as_bytes());
        }
    }),
    Buffer::new(
        "ftp.reply_received",
        Inspected::Both,
        |transaction, _, visit| {
            visit(if transaction.is_done { b"yes" } else { b"no" });
        },
    ),
    // For the keyword of this name: the address in PORT or EPRT is not the client's own.
    Buffer::new("ftpbounce", Inspected::ToServer, |transaction, _, visit| {
        if transaction.is_bounce {
            visit(b"yes");
        }
    }),
];

const NUMBERS: [Number<FtpTransaction>; 1] = [Number::new(
    "ftp.dynamic_port",
    Inspected::Both,
    |transaction, _, visit| {
        if let Some(port) = transaction.dynamic_port {
            visit(port.into());
        }
    },
)];

impl Transaction for FtpTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &FTP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("ftp")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        if let Some(command) = &self.command {
            fields.bytes("command", &command.name);
            if !command.data.is_empty() {
                fields.bytes("command_data", &command.data);
                fields.truth("command_truncated", self.command_truncated);
            }
        }
        if self.replies.iter().any(|reply| reply.code.is_some()) {
            fields.begin_list("completion_code");
            for code in self.replies.iter().filter_map(|reply| reply.code) {
                fields.text("", format!("{code:03}").into());
            }
            fields.end();
        }
        if !self.replies.is_empty() {
            fields.begin_list("reply");
            for reply in &self.replies {
                if !reply.text.iter().all(u8::is_ascii_whitespace) {
                    fields.bytes("", &reply.text);
                }
            }
            fields.end();
        }
        if let Some(port) = self.dynamic_port {
            fields.number("dynamic_port", port.into());
        }
        if let Some(mode) = self.mode() {
            fields.text("mode", mode.into());
        }
        let received = if self.is_done { "yes" } else { "no" };
        fields.text("reply_received", received.into());
        fields.truth("reply_truncated", self.reply_truncated);
    }
}
