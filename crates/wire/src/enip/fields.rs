//! Names for rules and events.

use super::cip::{Cip, Segment, service_name};
use super::parser::{Body, HEADER_BYTES, Identity, Message, Service, header};
use super::state::{Enip, EnipTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// Over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "enip",
    carrier: Carrier::Stream,
    ports: &[44818],
    probe: |_, bytes| probe(bytes),
    parser: || Box::new(Enip::new(&TCP)),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &ANOMALIES,
};

/// Over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "enip",
    carrier: Carrier::Datagram,
    ports: &[44818],
    probe: |_, bytes| match header(bytes) {
        Some(header)
            if header.is_plausible()
                && HEADER_BYTES.saturating_add(header.length.into()) == bytes.len() =>
        {
            Probe::Unsure
        }
        _ => Probe::No,
    },
    parser: || Box::new(Enip::new(&UDP)),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &ANOMALIES,
};

const ANOMALIES: [&str; 2] = ["too_many_transactions", "invalid_pdu"];

/// Mostly zeros, so that the port has to help.
fn probe(bytes: &[u8]) -> Probe {
    match (header(bytes), bytes) {
        (Some(header), _) if header.is_plausible() => Probe::Unsure,
        (Some(_), _) => Probe::No,
        (None, [] | [4 | 0x63..=0x66 | 0x6f | 0x70] | [4 | 0x63..=0x66 | 0x6f | 0x70, 0, ..]) => {
            Probe::Unsure
        }
        (None, _) => Probe::No,
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<EnipTransaction>; 3] = [
    Buffer::new(
        "enip.product_name",
        Inspected::ToClient,
        |tx, way, visit| {
            identities(tx, way, &mut |identity| visit(&identity.product_name));
        },
    ),
    Buffer::new(
        "enip.service_name",
        Inspected::ToClient,
        |tx, way, visit| {
            services(tx, way, &mut |service| visit(&service.name));
        },
    ),
    // `service`, `service,class`, `service,class,attribute`, as the keyword asks.
    Buffer::new("cip_service", Inspected::Both, |tx, way, visit| {
        each_cip(tx, way, &mut |cip| paths(cip, visit));
    }),
];

fn paths(cip: &Cip, visit: VisitBytes<'_>) {
    visit(format!("{}", cip.service).as_bytes());
    for class in cip.path.iter() {
        let Segment::Class(class) = class else {
            continue;
        };
        visit(format!("{},{class}", cip.service).as_bytes());
        for attribute in attributes(cip) {
            visit(format!("{},{class},{attribute}", cip.service).as_bytes());
        }
    }
}

fn attributes(cip: &Cip) -> impl Iterator<Item = u32> {
    let in_path = cip.path.iter().filter_map(|segment| match segment {
        Segment::Attribute(value) => Some(*value),
        _ => None,
    });
    in_path.chain(cip.attributes.iter().map(|value| u32::from(*value)))
}

type Entry = Number<EnipTransaction>;

const fn number(name: &'static str, of: fn(&EnipTransaction, Direction, VisitNumber<'_>)) -> Entry {
    Number::new(name, Inspected::Both, of)
}

const NUMBERS: [Entry; 16] = [
    number("enip_command", |tx, way, visit| {
        header_of(tx, way, &mut |message| visit(message.header.command.into()));
    }),
    number("enip.status", |tx, way, visit| {
        header_of(tx, way, &mut |message| visit(message.header.status.into()));
    }),
    number("enip.protocol_version", |tx, way, visit| {
        header_of(tx, way, &mut |message| {
            if let Body::Session(version, _) = message.body {
                visit(version.into());
            }
        });
        identities(tx, way, &mut |identity| {
            visit(identity.protocol_version.into())
        });
        services(tx, way, &mut |service| {
            visit(service.protocol_version.into())
        });
    }),
    number("enip.revision", |tx, way, visit| {
        identities(tx, way, &mut |identity| visit(identity.revision.into()));
    }),
    number("enip.identity_status", |tx, way, visit| {
        identities(tx, way, &mut |identity| visit(identity.status.into()));
    }),
    number("enip.state", |tx, way, visit| {
        identities(tx, way, &mut |identity| visit(identity.state.into()));
    }),
    number("enip.serial", |tx, way, visit| {
        identities(tx, way, &mut |identity| visit(identity.serial.into()));
    }),
    number("enip.product_code", |tx, way, visit| {
        identities(tx, way, &mut |identity| visit(identity.product_code.into()));
    }),
    number("enip.device_type", |tx, way, visit| {
        identities(tx, way, &mut |identity| visit(identity.device_type.into()));
    }),
    number("enip.vendor_id", |tx, way, visit| {
        identities(tx, way, &mut |identity| visit(identity.vendor.into()));
    }),
    number("enip.capabilities", |tx, way, visit| {
        services(tx, way, &mut |service| visit(service.capabilities.into()));
    }),
    number("enip.cip_attribute", |tx, way, visit| {
        each_cip(tx, way, &mut |cip| {
            attributes(cip).for_each(|value| visit(value.into()))
        });
    }),
    number("enip.cip_instance", |tx, way, visit| {
        each_cip(tx, way, &mut |cip| {
            for segment in &cip.path {
                if let Segment::Instance(value) = segment {
                    visit((*value).into());
                }
            }
        });
    }),
    number("enip.cip_class", |tx, way, visit| {
        each_cip(tx, way, &mut |cip| {
            for segment in &cip.path {
                if let Segment::Class(value) = segment {
                    visit((*value).into());
                }
            }
        });
    }),
    number("enip.cip_status", |tx, way, visit| {
        each_cip(tx, way, &mut |cip| {
            if cip.is_answer {
                visit(cip.status.into());
            }
        });
    }),
    number("enip.cip_extendedstatus", |tx, way, visit| {
        each_cip(tx, way, &mut |cip| {
            cip.extended_status
                .iter()
                .for_each(|status| visit((*status).into()));
        });
    }),
];

fn header_of(tx: &EnipTransaction, direction: Direction, visit: &mut dyn FnMut(&Message)) {
    let message = match direction {
        Direction::ToServer => &tx.request,
        Direction::ToClient => &tx.response,
    };
    message.iter().for_each(visit);
}

fn identities(tx: &EnipTransaction, direction: Direction, visit: &mut dyn FnMut(&Identity)) {
    header_of(tx, direction, &mut |message| {
        if let Body::Identities(list) = &message.body {
            list.iter().for_each(&mut *visit);
        }
    });
}

fn services(tx: &EnipTransaction, direction: Direction, visit: &mut dyn FnMut(&Service)) {
    header_of(tx, direction, &mut |message| {
        if let Body::Services(list) = &message.body {
            list.iter().for_each(&mut *visit);
        }
    });
}

fn each_cip(tx: &EnipTransaction, direction: Direction, visit: &mut dyn FnMut(&Cip)) {
    header_of(tx, direction, &mut |message| {
        if let Body::Cip(list) = &message.body {
            list.iter().for_each(&mut *visit);
        }
    });
}

const fn command_name(command: u16) -> &'static str {
    match command {
        0 => "nop",
        0x04 => "list_services",
        0x63 => "list_identity",
        0x64 => "list_interfaces",
        0x65 => "register_session",
        0x66 => "unregister_session",
        0x6f => "send_rr_data",
        0x70 => "send_unit_data",
        0x72 => "indicate_status",
        0x73 => "cancel",
        _ => "unknown",
    }
}

const fn status_name(status: u32) -> &'static str {
    match status {
        0 => "success",
        1 => "invalid_cmd",
        2 => "no_resources",
        3 => "incorrect_data",
        100 => "invalid_session",
        101 => "invalid_length",
        105 => "unsupported_prot_rev",
        106 => "encap_header_error",
        _ => "unknown",
    }
}

fn message(name: &'static str, message: &Message, fields: &mut dyn Fields) {
    fields.begin_record(name);
    fields.bytes("command", command_name(message.header.command).as_bytes());
    fields.bytes("status", status_name(message.header.status).as_bytes());
    match &message.body {
        Body::Other => {}
        Body::Session(version, options) => {
            fields.begin_record("register_session");
            fields.number("protocol_version", (*version).into());
            fields.number("options", (*options).into());
            fields.end();
        }
        Body::Identities(list) => list.iter().for_each(|one| identity(one, fields)),
        Body::Services(list) => {
            for service in list {
                fields.begin_record("list_services");
                fields.number("protocol_version", service.protocol_version.into());
                fields.number("capabilities", service.capabilities.into());
                fields.bytes("service_name", &service.name);
                fields.end();
            }
        }
        Body::Cip(list) => {
            // The first holds the others.
            if let Some((first, inner)) = list.split_first() {
                cip(first, inner, fields);
            }
        }
    }
    fields.end();
}

fn identity(identity: &Identity, fields: &mut dyn Fields) {
    fields.begin_record("identity");
    fields.number("protocol_version", identity.protocol_version.into());
    let [major, minor] = identity.revision.to_be_bytes();
    fields.bytes("revision", format!("{major}.{minor}").as_bytes());
    fields.number("vendor_id", identity.vendor.into());
    fields.number("device_type", identity.device_type.into());
    fields.number("product_code", identity.product_code.into());
    fields.number("status", identity.status.into());
    fields.number("serial", identity.serial.into());
    fields.bytes("product_name", &identity.product_name);
    fields.number("state", identity.state.into());
    fields.end();
}

fn cip(message: &Cip, inner: &[Cip], fields: &mut dyn Fields) {
    fields.begin_record("cip");
    cip_values(message, fields);
    if !inner.is_empty() {
        fields.begin_list("multiple");
        for message in inner {
            fields.begin_record("");
            cip_values(message, fields);
            fields.end();
        }
        fields.end();
    }
    fields.end();
}

fn cip_values(message: &Cip, fields: &mut dyn Fields) {
    match service_name(message.service) {
        Some(name) => fields.bytes("service", name.as_bytes()),
        None => fields.bytes("service", format!("unknown-{}", message.service).as_bytes()),
    }
    if message.is_answer {
        fields.number("status", message.status.into());
        return;
    }
    if message.path.is_empty() {
        return;
    }
    fields.begin_list("path");
    for segment in &message.path {
        let (kind, value) = match segment {
            Segment::Class(value) => ("class", *value),
            Segment::Instance(value) => ("instance", *value),
            Segment::Attribute(value) => ("attribute", *value),
            Segment::Other(kind) => ("other", (*kind).into()),
        };
        fields.begin_record("");
        fields.bytes("segment_type", kind.as_bytes());
        fields.number("value", value.into());
        fields.end();
    }
    fields.end();
}

impl Transaction for EnipTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        self.spec
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("enip")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        if let Some(request) = &self.request {
            message("request", request, fields);
        }
        if let Some(response) = &self.response {
            message("response", response, fields);
        }
    }
}
