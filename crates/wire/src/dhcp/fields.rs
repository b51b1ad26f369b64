//! Names for rules and events.

use super::parser::{Message, message};
use super::state::{Dhcp, DhcpTransaction};
use crate::field::{Number, VisitBytes, VisitNumber, number_specs, visit_number};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::hex;
use std::net::Ipv4Addr;

/// DHCP for IPv4.
pub static DHCP: ProtocolSpec = ProtocolSpec {
    name: "dhcp",
    carrier: Carrier::Datagram,
    ports: &[67, 68],
    probe: |_, bytes| match message(bytes) {
        Some(_) => Probe::Yes,
        None => Probe::No,
    },
    parser: || Box::new(Dhcp::default()),
    buffers: &[],
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "malformed_message",
        "malformed_options",
        "truncated_options",
    ],
};

static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const NUMBERS: [Number<DhcpTransaction>; 3] = [
    Number::new(
        "dhcp.leasetime",
        Inspected::Both,
        |transaction, _, visit| {
            seconds(transaction, 51, visit);
        },
    ),
    Number::new(
        "dhcp.rebinding_time",
        Inspected::Both,
        |transaction, _, visit| {
            seconds(transaction, 59, visit);
        },
    ),
    Number::new(
        "dhcp.renewal_time",
        Inspected::Both,
        |transaction, _, visit| {
            seconds(transaction, 58, visit);
        },
    ),
];

fn seconds(transaction: &DhcpTransaction, option: u8, visit: VisitNumber<'_>) {
    if let Some(seconds) = transaction.message.number(option) {
        visit(seconds.into());
    }
}

fn address(octets: [u8; 4]) -> String {
    Ipv4Addr::from(octets).to_string()
}

fn addresses(name: &'static str, option: Option<&[u8]>, fields: &mut dyn Fields) {
    let Some(value) = option else { return };
    fields.begin_list(name);
    for octets in value.as_chunks::<4>().0 {
        fields.bytes("", address(*octets).as_bytes());
    }
    fields.end();
}

fn one_address(name: &'static str, option: Option<&[u8]>, fields: &mut dyn Fields) {
    if let Some(octets) = option.and_then(|value| <[u8; 4]>::try_from(value).ok()) {
        fields.bytes(name, address(octets).as_bytes());
    }
}

/// Names of options that clients ask for.
const fn option_name(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "subnet_mask",
        3 => "router",
        6 => "dns_server",
        15 => "domain",
        35 => "arp_timeout",
        42 => "ntp_server",
        66 => "tftp_server_name",
        150 => "tftp_server_ip",
        _ => return None,
    })
}

fn values(message: &Message, fields: &mut dyn Fields) {
    let kind: &[u8] = match message.operation {
        1 => b"request",
        _ => b"reply",
    };
    fields.bytes("type", kind);
    fields.number("id", message.id.into());
    fields.bytes("client_mac", hex(&message.client_mac, Some(':')).as_bytes());
    fields.bytes("assigned_ip", address(message.assigned_ip).as_bytes());
    fields.bytes("client_ip", address(message.client_ip).as_bytes());
    fields.bytes("relay_ip", address(message.relay_ip).as_bytes());
    fields.bytes("next_server_ip", address(message.next_server_ip).as_bytes());
    if let Some(kind) = message.kind() {
        fields.bytes("dhcp_type", kind.as_bytes());
    }
    if let Some(id) = message.option(61) {
        // The first byte tells the kind.
        let shown = id.get(1..).unwrap_or_default();
        fields.bytes("client_id", hex(shown, Some(':')).as_bytes());
    }
    if let Some(name) = message.option(12) {
        fields.bytes("hostname", name);
    }
    if let Some(name) = message.option(15) {
        fields.bytes("domain", name);
    }
    one_address("requested_ip", message.option(50), fields);
    if let Some(asked) = message.option(55) {
        fields.begin_list("params");
        for name in asked.iter().filter_map(|number| option_name(*number)) {
            fields.bytes("", name.as_bytes());
        }
        fields.end();
    }
    for (option, name) in [
        (51, "lease_time"),
        (59, "rebinding_time"),
        (58, "renewal_time"),
    ] {
        if let Some(seconds) = message.number(option) {
            fields.number(name, seconds.into());
        }
    }
    one_address("subnet_mask", message.option(1), fields);
    one_address("server_ip", message.option(54), fields);
    addresses("routers", message.option(3), fields);
    addresses("dns_servers", message.option(6), fields);
    if let Some(vendor) = message.option(60) {
        fields.bytes("vendor_class_identifier", vendor);
    }
}

impl Transaction for DhcpTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &DHCP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("dhcp")
    }

    fn buffer(&self, _: usize, _: Direction, _: VisitBytes<'_>) {}

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        values(&self.message, fields);
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
