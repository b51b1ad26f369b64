//! Names for rules and events.

use super::call::Call;
use super::{probe, state};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, ProtocolSpec, Transaction,
};

const ANOMALIES: &[&str] = &["malformed_data"];

/// Over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "dcerpc",
    carrier: Carrier::Stream,
    ports: &[135],
    probe: probe::stream,
    parser: || Box::new(state::Stream::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: ANOMALIES,
};

/// Over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "dcerpc",
    carrier: Carrier::Datagram,
    ports: &[135],
    probe: probe::datagram,
    parser: || Box::new(state::Datagrams::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: ANOMALIES,
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

/// An interface is its UUID, two bytes of major version, and 1 if the first fragment was seen; an operation two bytes.
const BUFFERS: [Buffer<CallTransaction>; 3] = [
    Buffer::new("dcerpc.stub_data", Inspected::Both, |call, way, visit| {
        call.call.visit_stub(way, visit);
    }),
    Buffer::new("dcerpc.iface", Inspected::Both, |call, _, visit| {
        call.call.visit_interface(visit);
    }),
    Buffer::new("dcerpc.opnum", Inspected::Both, |call, _, visit| {
        call.call.visit_operation(visit);
    }),
];

/// A call as a transaction of TCP or UDP.
pub(super) struct CallTransaction {
    pub call: Call,
    pub spec: &'static ProtocolSpec,
}

impl Transaction for CallTransaction {
    fn id(&self) -> u64 {
        self.call.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        self.spec
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("dcerpc")
    }

    fn is_high_byte_first(&self) -> bool {
        self.call.is_high_byte_first()
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        self.call.fields(false, fields);
    }
}
