//! Names for rules and events.

use super::parser::message;
use super::state::{Snmp, SnmpTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// SNMP.
pub static SNMP: ProtocolSpec = ProtocolSpec {
    name: "snmp",
    carrier: Carrier::Datagram,
    ports: &[161, 162],
    probe: |_, bytes| match message(bytes) {
        Some(_) => Probe::Yes,
        None => Probe::No,
    },
    parser: || Box::new(Snmp::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "malformed_data",
        "unknown_security_model",
        "version_mismatch",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<SnmpTransaction>; 2] = [
    Buffer::new("snmp.community", Inspected::Both, |tx, _, visit| {
        if let Some(community) = &tx.message.community {
            visit(community);
        }
    }),
    Buffer::new("snmp.usm", Inspected::Both, |tx, _, visit| {
        if let Some(user) = &tx.message.user {
            visit(user);
        }
    }),
];

const NUMBERS: [Number<SnmpTransaction>; 2] = [
    Number::new("snmp.version", Inspected::Both, |tx, _, visit| {
        visit(tx.message.version.into());
    }),
    Number::new("snmp.pdu_type", Inspected::Both, |tx, _, visit| {
        if let Some(pdu) = &tx.message.pdu {
            visit(pdu.kind.into());
        }
    }),
];

/// RFC 3416, section 3.
const fn pdu_name(kind: u8) -> &'static str {
    match kind {
        0 => "get_request",
        1 => "get_next_request",
        2 => "response",
        3 => "set_request",
        4 => "trap_v1",
        5 => "get_bulk_request",
        6 => "inform_request",
        7 => "trap_v2",
        _ => "report",
    }
}

/// RFC 3416, section 3.
const fn error_name(error: u64) -> &'static str {
    match error {
        1 => "TooBig",
        2 => "NoSuchName",
        3 => "BadValue",
        4 => "ReadOnly",
        5 => "GenErr",
        6 => "NoAccess",
        7 => "WrongType",
        8 => "WrongLength",
        9 => "WrongEncoding",
        10 => "WrongValue",
        11 => "NoCreation",
        12 => "InconsistentValue",
        13 => "ResourceUnavailable",
        14 => "CommitFailed",
        15 => "UndoFailed",
        16 => "AuthorizationError",
        17 => "NotWritable",
        18 => "InconsistentName",
        _ => "Unknown",
    }
}

/// RFC 1157, 4.1.6.
const fn trap_name(kind: u64) -> &'static str {
    match kind {
        0 => "coldStart",
        1 => "warmStart",
        2 => "linkDown",
        3 => "linkUp",
        4 => "authenticationFailure",
        5 => "egpNeighborLoss",
        6 => "enterpriseSpecific",
        _ => "Unknown",
    }
}

impl Transaction for SnmpTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &SNMP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("snmp")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        let message = &self.message;
        fields.number("version", message.version.into());
        if message.encrypted {
            fields.bytes("pdu_type", b"encrypted");
        }
        if let Some(pdu) = &message.pdu {
            fields.text("pdu_type", pdu_name(pdu.kind).into());
            if pdu.error != 0 {
                fields.bytes("error", error_name(pdu.error).as_bytes());
            }
            if let Some(trap) = &pdu.trap {
                fields.bytes("trap_type", trap_name(trap.kind).as_bytes());
                fields.bytes("trap_oid", trap.object.as_bytes());
                if let Some(address) = trap.address {
                    fields.bytes("trap_address", address.to_string().as_bytes());
                }
            }
            if !pdu.variables.is_empty() {
                fields.begin_list("vars");
                for name in &pdu.variables {
                    fields.bytes("", name.as_bytes());
                }
                fields.end();
            }
        }
        if let Some(community) = &message.community {
            fields.bytes("community", community);
        }
        if let Some(user) = &message.user {
            fields.bytes("usm", user);
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
