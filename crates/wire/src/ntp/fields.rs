//! Names for rules. There is no event: every clock asks many times a day.

use super::state::{Ntp, NtpTransaction, message};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// NTP. Its messages say so little of themselves that the port has to decide.
pub static NTP: ProtocolSpec = ProtocolSpec {
    name: "ntp",
    carrier: Carrier::Datagram,
    ports: &[123],
    probe: |_, bytes| match message(bytes) {
        Some(_) => Probe::Unsure,
        None => Probe::No,
    },
    parser: || Box::new(Ntp::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &["malformed_data"],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<NtpTransaction>; 1] = [Buffer::new(
    "ntp.reference_id",
    Inspected::Both,
    |tx, _, visit| {
        if let Some((_, reference)) = &tx.message.clock {
            visit(reference);
        }
    },
)];

const NUMBERS: [Number<NtpTransaction>; 3] = [
    Number::new("ntp.mode", Inspected::Both, |tx, _, visit| {
        visit(tx.message.mode.into())
    }),
    Number::new("ntp.version", Inspected::Both, |tx, _, visit| {
        visit(tx.message.version.into());
    }),
    Number::new("ntp.stratum", Inspected::Both, |tx, _, visit| {
        if let Some((stratum, _)) = tx.message.clock {
            visit(stratum.into());
        }
    }),
];

impl Transaction for NtpTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &NTP
    }

    fn event_name(&self) -> Option<&'static str> {
        None
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, _: &mut dyn Fields) {}

    fn direction(&self) -> Direction {
        self.direction
    }
}
