//! Names for rules and events.

use super::event;
use super::parser::{self, Message};
use super::state::{self, LdapTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

const ANOMALIES: &[&str] = &["invalid_data", "request_not_found", "too_many_transactions"];

/// Over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "ldap",
    carrier: Carrier::Stream,
    ports: &[389, 3268],
    probe,
    parser: || Box::new(state::Stream::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: ANOMALIES,
};

/// Over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "ldap",
    carrier: Carrier::Datagram,
    ports: &[389],
    probe: datagram,
    parser: || Box::new(state::Datagrams::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: ANOMALIES,
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<LdapTransaction>; 5] = [
    Buffer::new(
        "ldap.request.dn",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(request) = &transaction.request {
                visit(&request.name);
            }
        },
    ),
    Buffer::new(
        "ldap.responses.dn",
        Inspected::ToClient,
        |transaction, _, visit| {
            for response in &transaction.responses {
                let matched = response.outcome.as_ref().map(|outcome| &outcome.matched);
                visit(matched.unwrap_or(&response.name));
            }
        },
    ),
    Buffer::new(
        "ldap.responses.message",
        Inspected::ToClient,
        |transaction, _, visit| {
            for response in &transaction.responses {
                let outcome = response.outcome.as_ref();
                visit(outcome.map_or(&[][..], |outcome| &outcome.message));
            }
        },
    ),
    Buffer::new(
        "ldap.request.attribute_type",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(request) = &transaction.request {
                names(request, visit);
            }
        },
    ),
    Buffer::new(
        "ldap.responses.attribute_type",
        Inspected::ToClient,
        |transaction, _, visit| {
            for response in &transaction.responses {
                names(response, visit);
            }
        },
    ),
];

const NUMBERS: [Number<LdapTransaction>; 4] = [
    Number::new(
        "ldap.request.operation",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(request) = &transaction.request {
                visit(request.operation.into());
            }
        },
    ),
    Number::new(
        "ldap.responses.operation",
        Inspected::ToClient,
        |transaction, _, visit| {
            for response in &transaction.responses {
                visit(response.operation.into());
            }
        },
    ),
    Number::new(
        "ldap.responses.count",
        Inspected::ToClient,
        |transaction, _, visit| visit(transaction.response_count),
    ),
    Number::new(
        "ldap.responses.result_code",
        Inspected::ToClient,
        |transaction, _, visit| {
            let outcomes = transaction.responses.iter();
            for outcome in outcomes.filter_map(|response| response.outcome.as_ref()) {
                visit(outcome.code);
            }
        },
    ),
];

fn names(message: &Message, visit: VisitBytes<'_>) {
    for attribute in &message.attributes {
        visit(&attribute.name);
    }
}

fn probe(_: Direction, bytes: &[u8]) -> Probe {
    match parser::begins(bytes) {
        None => Probe::Unsure,
        Some(true) => Probe::Yes,
        Some(false) => Probe::No,
    }
}

fn datagram(direction: Direction, bytes: &[u8]) -> Probe {
    let whole = crate::ber::element(bytes).is_some();
    if whole && probe(direction, bytes) == Probe::Yes {
        Probe::Yes
    } else {
        Probe::No
    }
}

impl Transaction for LdapTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        self.spec
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("ldap")
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

    fn direction(&self) -> Direction {
        state::direction(self)
    }
}
