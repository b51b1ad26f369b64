//! Names for rules and events.

use super::event;
use super::parser::{header, is_plausible};
use super::state::{Ike, IkeTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::hex;

/// IKE.
pub static IKE: ProtocolSpec = ProtocolSpec {
    name: "ike",
    carrier: Carrier::Datagram,
    ports: &[500, 4500],
    probe: |_, bytes| match header(bytes) {
        Some((header, message)) if is_plausible(&header, message) => Probe::Yes,
        _ => Probe::No,
    },
    parser: || Box::new(Ike::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "malformed_data",
        "no_encryption",
        "weak_crypto_enc",
        "weak_crypto_prf",
        "weak_crypto_dh",
        "weak_crypto_auth",
        "weak_crypto_nodh",
        "weak_crypto_noauth",
        "invalid_proposal",
        "unknown_proposal",
        "multiple_server_proposal",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<IkeTransaction>; 6] = [
    Buffer::new("ike.init_spi", Inspected::Both, |tx, _, visit| {
        visit(hex(&tx.message.header.init_spi, None).as_bytes());
    }),
    Buffer::new("ike.resp_spi", Inspected::Both, |tx, _, visit| {
        visit(hex(&tx.message.header.resp_spi, None).as_bytes());
    }),
    Buffer::new("ike.vendor", Inspected::Both, |tx, _, visit| {
        for vendor in &tx.message.vendors {
            visit(hex(vendor, None).as_bytes());
        }
    }),
    Buffer::new("ike.nonce_payload", Inspected::Both, |tx, _, visit| {
        if let Some(nonce) = &tx.message.nonce {
            visit(nonce);
        }
    }),
    Buffer::new(
        "ike.key_exchange_payload",
        Inspected::Both,
        |tx, _, visit| {
            if let Some(key) = &tx.message.key_exchange {
                visit(key);
            }
        },
    ),
    // `alg_enc=7` and so on, each by itself.
    Buffer::new("ike.chosen_sa_attribute", Inspected::ToClient, chosen),
];

fn chosen(transaction: &IkeTransaction, _: Direction, visit: VisitBytes<'_>) {
    let Some(proposal) = transaction.message.proposals.first() else {
        return;
    };
    for transform in &proposal.transforms {
        let name = match transform.kind {
            0 => None,
            1 => Some("alg_enc"),
            2 => Some("alg_prf"),
            3 => Some("alg_auth"),
            4 => Some("alg_dh"),
            _ => continue,
        };
        if let Some(name) = name {
            visit(format!("{name}={}", transform.id).as_bytes());
            continue;
        }
        for attribute in &transform.attributes {
            if let (Some(name), Some(value)) = (attribute.name(), attribute.value) {
                visit(format!("{name}={value}").as_bytes());
            }
        }
    }
}

const NUMBERS: [Number<IkeTransaction>; 3] = [
    Number::new("ike.exchtype", Inspected::Both, |tx, _, visit| {
        visit(tx.message.header.exchange.into());
    }),
    Number::new(
        "ike.key_exchange_payload_length",
        Inspected::Both,
        |tx, _, visit| {
            if let Some(key) = &tx.message.key_exchange {
                visit(key.len() as u64);
            }
        },
    ),
    Number::new(
        "ike.nonce_payload_length",
        Inspected::Both,
        |tx, _, visit| {
            if let Some(nonce) = &tx.message.nonce {
                visit(nonce.len() as u64);
            }
        },
    ),
];

impl Transaction for IkeTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &IKE
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("ike")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        event::message(self, fields);
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
