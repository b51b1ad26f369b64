//! Names for rules and events.

use super::state::{FtpData, Transfer};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// FTP's connections for data. Nothing in them tells what they are: they are announced.
pub static FTP_DATA: ProtocolSpec = ProtocolSpec {
    name: "ftp-data",
    carrier: Carrier::Stream,
    ports: &[],
    probe: |_, _| Probe::No,
    parser: || Box::new(FtpData::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &[],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<Transfer>; 3] = [
    Buffer::new("file.data", Inspected::Both, |transfer, way, visit| {
        if way == transfer.direction && !transfer.held.is_empty() {
            visit(&transfer.held);
        }
    }),
    Buffer::new("file.name", Inspected::Both, |transfer, _, visit| {
        if !transfer.name.is_empty() {
            visit(&transfer.name);
        }
    }),
    Buffer::new("ftpdata.command", Inspected::Both, |transfer, _, visit| {
        visit(&transfer.command.to_ascii_lowercase());
    }),
];

impl Transaction for Transfer {
    fn id(&self) -> u64 {
        0
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &FTP_DATA
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("ftp_data")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        if !self.name.is_empty() {
            fields.bytes("filename", &self.name);
        }
        if !self.command.is_empty() {
            fields.bytes("command", &self.command);
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
