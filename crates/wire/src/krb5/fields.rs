//! Names for rules and events.

use super::parser::{Message, begins, encryption_name, error_name, is_weak, kind, kind_name};
use super::state::{self, Krb5Transaction};
use crate::ber::{Head, head};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::limits::KRB5_MESSAGE_BYTES_MAX;
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

const ANOMALIES: &[&str] = &["malformed_data", "weak_encryption"];

/// Over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "krb5",
    carrier: Carrier::Stream,
    ports: &[88],
    probe: stream,
    parser: || Box::new(state::Stream::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: ANOMALIES,
};

/// Over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "krb5",
    carrier: Carrier::Datagram,
    ports: &[88],
    probe: datagram,
    parser: || Box::new(state::Datagrams::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: ANOMALIES,
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<Krb5Transaction>; 3] = [
    Buffer::new("krb5.cname", Inspected::Both, |transaction, _, visit| {
        for part in &transaction.message.client {
            visit(part);
        }
    }),
    Buffer::new("krb5.sname", Inspected::Both, |transaction, _, visit| {
        for part in &transaction.message.service {
            visit(part);
        }
    }),
    // Name and number of the encryption, and `weak` where it is.
    Buffer::new(
        "krb5.ticket_encryption",
        Inspected::Both,
        |transaction, _, visit| {
            if let Some(number) = transaction.message.ticket_encryption {
                visit(encryption_name(number).as_bytes());
                visit(number.to_string().as_bytes());
                if is_weak(number) {
                    visit(b"weak");
                }
            }
        },
    ),
];

const NUMBERS: [Number<Krb5Transaction>; 2] = [
    Number::new("krb5_msg_type", Inspected::Both, |transaction, _, visit| {
        visit(transaction.message.kind.into());
    }),
    Number::new("krb5_err_code", Inspected::Both, |transaction, _, visit| {
        let error = transaction.message.error;
        if let Some(error) = error.and_then(|error| u64::try_from(error).ok()) {
            visit(error);
        }
    }),
];

/// Clients ask, servers answer.
const fn may_travel(kind: u8, direction: Direction) -> bool {
    match direction {
        Direction::ToServer => matches!(kind, kind::AS_REQ | kind::TGS_REQ | kind::AP_REQ),
        Direction::ToClient => {
            matches!(
                kind,
                kind::AS_REP | kind::TGS_REP | kind::AP_REP | kind::ERROR
            )
        }
    }
}

fn stream(direction: Direction, bytes: &[u8]) -> Probe {
    let Some(length) = state::length(bytes) else {
        // A message is shorter than 16 MiB.
        return if bytes.first().is_none_or(|first| *first == 0) {
            Probe::Unsure
        } else {
            Probe::No
        };
    };
    if !(10..=KRB5_MESSAGE_BYTES_MAX).contains(&length) {
        return Probe::No;
    }
    let message = bytes.get(4..).unwrap_or_default();
    if message.len() < 6 {
        return match begins(message) {
            Some(_) => Probe::Unsure,
            None if message.is_empty() => Probe::Unsure,
            None => Probe::No,
        };
    }
    fits(direction, message, length)
}

fn datagram(direction: Direction, bytes: &[u8]) -> Probe {
    fits(direction, bytes, bytes.len())
}

/// Whether a message that travels that way is as long as it says.
fn fits(direction: Direction, bytes: &[u8], length: usize) -> Probe {
    let travels = begins(bytes).is_some_and(|kind| may_travel(kind, direction));
    match head(bytes) {
        Head::Known { head, content, .. } if travels && head.saturating_add(content) == length => {
            Probe::Yes
        }
        _ => Probe::No,
    }
}

impl Transaction for Krb5Transaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        self.spec
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("krb5")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        let Message {
            kind,
            client,
            realm,
            service,
            encryption,
            ticket_encryption,
            error,
            is_proven,
            asked_encryptions,
        } = &self.message;
        fields.bytes("msg_type", kind_name(*kind).as_bytes());
        if let Some(error) = error {
            if let Some(request) = self.request {
                fields.bytes("failed_request", kind_name(request).as_bytes());
            }
            fields.bytes("error_code", error_name(*error).as_bytes());
        }
        fields.bytes("cname", &or_empty(client));
        fields.bytes("realm", if realm.is_empty() { b"<empty>" } else { realm });
        fields.bytes("sname", &or_empty(service));
        let name = encryption.map_or_else(|| "<none>".to_owned(), encryption_name);
        fields.bytes("encryption", name.as_bytes());
        fields.truth("weak_encryption", encryption.is_some_and(is_weak));
        if let Some(number) = ticket_encryption {
            fields.bytes("ticket_encryption", encryption_name(*number).as_bytes());
            fields.truth("ticket_weak_encryption", is_weak(*number));
        }
        // Not in Suricata's events: what tells a client that guesses from one that logs in.
        if let Some(proven) = is_proven {
            fields.truth("preauthenticated", *proven);
        }
        if !asked_encryptions.is_empty() {
            fields.begin_list("requested_encryptions");
            for number in asked_encryptions {
                fields.bytes("", encryption_name(*number).as_bytes());
            }
            fields.end();
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}

fn or_empty(parts: &[Vec<u8>]) -> Vec<u8> {
    if parts.is_empty() {
        b"<empty>".to_vec()
    } else {
        parts.join(&b'/')
    }
}
