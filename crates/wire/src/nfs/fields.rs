//! Names for rules and events.

use super::names;
use super::record::mark;
use super::rpc::{Beginning, Credential, beginning};
use super::state;
use super::transaction::NfsTransaction;
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::hex;

const ANOMALIES: &[&str] = &[
    "malformed_data",
    "nonexistent_version",
    "unsupported_version",
];

/// Over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "nfs",
    carrier: Carrier::Stream,
    ports: &[2049],
    probe: stream,
    parser: || Box::new(state::Stream::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: ANOMALIES,
};

/// Over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "nfs",
    carrier: Carrier::Datagram,
    ports: &[2049],
    probe: datagram,
    parser: || Box::new(state::Datagrams::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: ANOMALIES,
};

fn stream(direction: Direction, bytes: &[u8]) -> Probe {
    match bytes.split_first_chunk::<4>() {
        Some((first, rest)) if mark(*first).is_some() => datagram(direction, rest),
        Some(_) => Probe::No,
        None => Probe::Unsure,
    }
}

fn datagram(direction: Direction, bytes: &[u8]) -> Probe {
    match (beginning(bytes), direction) {
        (Beginning::Call, Direction::ToServer) => Probe::Yes,
        // Answers do not say of what they are.
        (Beginning::Reply, Direction::ToClient) | (Beginning::Short, _) => Probe::Unsure,
        _ => Probe::No,
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<NfsTransaction>; 1] = [Buffer::new(
    "file.data",
    Inspected::Both,
    |transaction, way, visit| {
        if let Some(transfer) = &transaction.transfer
            && transfer.direction == way
        {
            visit(&transfer.inspected);
        }
    },
)];

const NUMBERS: [Number<NfsTransaction>; 2] = [
    Number::new("nfs_procedure", Inspected::Both, |transaction, _, visit| {
        visit(transaction.procedure.into());
    }),
    Number::new("nfs.version", Inspected::Both, |transaction, _, visit| {
        visit(transaction.version.into());
    }),
];

/// Attributes of files are asked for all the time; that is no news.
fn is_routine(transaction: &NfsTransaction) -> bool {
    transaction.version < 4 && transaction.procedure == super::older::third::GETATTR
}

impl Transaction for NfsTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        self.spec
    }

    fn event_name(&self) -> Option<&'static str> {
        (!is_routine(self)).then_some("nfs")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        fields.number("version", self.version.into());
        match names::procedure(self.version, self.procedure) {
            Some(name) => fields.bytes("procedure", name.as_bytes()),
            None => fields.bytes("procedure", self.procedure.to_string().as_bytes()),
        }
        fields.bytes("filename", &self.name);
        if !self.handle.is_empty() {
            fields.bytes(
                "hhash",
                hex(&checksum(&self.handle).to_be_bytes(), None).as_bytes(),
            );
        }
        fields.number("id", self.id.saturating_add(1));
        fields.truth("file_tx", self.transfer.is_some());
        fields.bytes("type", b"response");
        match names::status(self.status) {
            Some(name) => fields.bytes("status", name.as_bytes()),
            None => fields.bytes("status", self.status.to_string().as_bytes()),
        }
        if let Some(new_name) = &self.new_name {
            fields.begin_record("rename");
            fields.bytes("from", &self.name);
            fields.bytes("to", new_name);
            fields.end();
        }
        if let Some(transfer) = self.transfer.as_ref().filter(|_| self.version < 4) {
            fields.begin_record(match transfer.direction {
                Direction::ToServer => "write",
                Direction::ToClient => "read",
            });
            fields.truth("first", transfer.is_first);
            fields.truth("last", transfer.is_last);
            fields.number("last_xid", transfer.last_call.into());
            fields.number("chunks", transfer.further);
            fields.end();
        }
    }

    fn carried_file(&self) -> Option<(&[u8], u64)> {
        let transfer = self.transfer.as_ref()?;
        Some((&transfer.name, transfer.inspected.len() as u64))
    }

    fn companion_name(&self) -> Option<&'static str> {
        Some("rpc")
    }

    fn companion_fields(&self, fields: &mut dyn Fields) {
        fields.number("xid", self.call.into());
        fields.bytes(
            "status",
            if self.is_denied {
                b"DENIED"
            } else {
                b"ACCEPTED"
            },
        );
        if self.transfer.is_some() {
            // Several calls, not all of them by one user.
            fields.bytes("auth_type", Credential::Null.name().as_bytes());
            return;
        }
        fields.bytes("auth_type", self.credential.name().as_bytes());
        if let Credential::Unix {
            machine,
            user,
            group,
        } = &self.credential
        {
            fields.begin_record("creds");
            fields.bytes("machine_name", machine);
            fields.number("uid", (*user).into());
            fields.number("gid", (*group).into());
            fields.end();
        }
    }
}

/// CRC-32 (ISO 3309).
fn checksum(bytes: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for byte in bytes {
        register ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = register & 1 != 0;
            register >>= 1;
            if carry {
                register ^= 0xedb8_8320;
            }
        }
    }
    !register
}
