//! Names for rules and events.

use super::state::Smb;
use super::transaction::{Connect, Detail, SmbTransaction};
use super::{event, probe};
use crate::dcerpc::Call;
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::ntlmssp::Authenticate;
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, ProtocolSpec, Transaction,
};

/// SMB.
pub static SMB: ProtocolSpec = ProtocolSpec {
    name: "smb",
    carrier: Carrier::Stream,
    ports: &[445, 139],
    probe: probe::stream,
    parser: || Box::new(Smb::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "malformed_data",
        "malformed_ntlmssp_request",
        "negotiate_malformed_dialects",
        "file_overlap",
        "response_to_server",
        "request_to_client",
        "read_request_too_large",
        "read_response_too_large",
        "write_request_too_large",
        "read_queue_size_exceeded",
        "write_queue_size_exceeded",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<SmbTransaction>; 8] = [
    Buffer::new(
        "smb.named_pipe",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(connect) = connect(transaction).filter(|connect| is_pipe(connect)) {
                visit(&connect.share);
            }
        },
    ),
    Buffer::new("smb.share", Inspected::ToServer, |transaction, _, visit| {
        if let Some(connect) = connect(transaction).filter(|connect| !is_pipe(connect)) {
            visit(&connect.share);
        }
    }),
    Buffer::new(
        "smb.ntlmssp_user",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(user) = ntlm(transaction) {
                visit(&user.user);
            }
        },
    ),
    Buffer::new(
        "smb.ntlmssp_domain",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(user) = ntlm(transaction) {
                visit(&user.domain);
            }
        },
    ),
    Buffer::new(
        "dcerpc.stub_data",
        Inspected::Both,
        |transaction, way, visit| {
            if let Some(call) = call(transaction) {
                call.visit_stub(way, visit);
            }
        },
    ),
    Buffer::new("dcerpc.iface", Inspected::Both, |transaction, _, visit| {
        if let Some(call) = call(transaction) {
            call.visit_interface(visit);
        }
    }),
    Buffer::new("dcerpc.opnum", Inspected::Both, |transaction, _, visit| {
        if let Some(call) = call(transaction) {
            call.visit_operation(visit);
        }
    }),
    Buffer::new("file.data", Inspected::Both, |transaction, way, visit| {
        if let Some(transfer) = transaction.transfer()
            && transfer.direction == Some(way)
        {
            visit(&transfer.inspected);
        }
    }),
];

const NUMBERS: [Number<SmbTransaction>; 1] = [Number::new(
    "smb.version",
    Inspected::Both,
    |transaction, _, visit| visit(transaction.common.version.into()),
)];

const fn connect(transaction: &SmbTransaction) -> Option<&Connect> {
    match &transaction.detail {
        Detail::Connect(connect) => Some(connect),
        _ => None,
    }
}

fn is_pipe(connect: &Connect) -> bool {
    connect.kind == Some("PIPE")
}

fn ntlm(transaction: &SmbTransaction) -> Option<&Authenticate> {
    match &transaction.detail {
        Detail::Login(login) => login.ntlm.as_ref(),
        _ => None,
    }
}

fn call(transaction: &SmbTransaction) -> Option<&Call> {
    match &transaction.detail {
        Detail::Call(call) => Some(call),
        _ => None,
    }
}

impl Transaction for SmbTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &SMB
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("smb")
    }

    fn is_high_byte_first(&self) -> bool {
        call(self).is_some_and(Call::is_high_byte_first)
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        event::fields(self, fields);
    }

    fn carried_file(&self) -> Option<(&[u8], u64)> {
        let transfer = self.transfer()?;
        Some((&transfer.name, transfer.inspected.len() as u64))
    }
}
