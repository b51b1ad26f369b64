//! Every application protocol, one line each.

use crate::protocol::{Carrier, Direction, FieldSpec, Parser, ProtocolSpec, Visitor};
use crate::{dhcp, dns, http, nbns, ssh, tls};

/// All protocols that are recognised. To add one: its folder, and its line here.
pub static PROTOCOLS: &[&ProtocolSpec] = &[
    &http::fields::HTTP,
    &tls::fields::TLS,
    &ssh::fields::SSH,
    &dns::fields::UDP,
    &dns::fields::TCP,
    &dns::fields::MDNS,
    &dns::fields::LLMNR,
    &nbns::fields::NBNS,
    &dhcp::fields::DHCP,
];

/// Understands nothing.
pub(crate) struct Quiet;

impl Parser for Quiet {
    fn feed(&mut self, _: Direction, _: &[u8], _: &mut dyn Visitor) {}
    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}
    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}

/// The protocols of one carrier.
pub fn of_carrier(carrier: Carrier) -> impl Iterator<Item = &'static ProtocolSpec> {
    PROTOCOLS
        .iter()
        .copied()
        .filter(move |spec| spec.carrier == carrier)
}

/// A field of one protocol.
#[derive(Clone, Copy)]
pub struct FieldRef {
    /// Whose.
    pub protocol: &'static ProtocolSpec,
    /// Its number in the protocol's list.
    pub index: usize,
    /// The field.
    pub spec: &'static FieldSpec,
}

/// Every protocol that has a sticky buffer of this name (`file.data` has several).
pub fn buffers(name: &str) -> Vec<FieldRef> {
    fields(name, |spec| spec.buffers)
}

/// Every protocol that has a number of this name.
pub fn numbers(name: &str) -> Vec<FieldRef> {
    fields(name, |spec| spec.numbers)
}

fn fields(name: &str, of: fn(&ProtocolSpec) -> &'static [FieldSpec]) -> Vec<FieldRef> {
    let mut found = Vec::new();
    for protocol in PROTOCOLS {
        for (index, spec) in of(protocol).iter().enumerate() {
            if spec.name == name {
                found.push(FieldRef {
                    protocol,
                    index,
                    spec,
                });
            }
        }
    }
    found
}
