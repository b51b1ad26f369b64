//! The header of a rule, with its variables resolved.

use super::Missing;
use crate::rule::ast::{self, AddressExpression, PortExpression, ProtocolKind, Rule};
use crate::rule::{AddressSet, PortSet, Resolver, VariableError};
use crate::signature::program::{AtPorts, Header, TransportTest};
use std::sync::Arc;
use wire::registry;

/// The header of a rule. Sets are shared by the rules that name the same.
pub(super) fn header(rule: &Rule, resolver: &mut Resolver<'_>) -> Result<Header, Missing> {
    let (transport, applications) = protocol(rule)?;
    Ok(Header {
        transport,
        applications,
        source: addresses(&rule.source.addresses, resolver)?,
        source_ports: ports(&rule.source.ports, resolver)?,
        destination: addresses(&rule.destination.addresses, resolver)?,
        destination_ports: ports(&rule.destination.ports, resolver)?,
        either: rule.direction == ast::Direction::Either,
        transaction: rule.direction == ast::Direction::Transaction,
        at_ports: at_ports(rule),
    })
}

/// Numbers of our own rules: they hold wherever a protocol is recognised.
const OWN_SIDS: std::ops::Range<u32> = 9_000_000..10_000_000;

/// What Suricata recognises at these ports only, whatever the bytes elsewhere look like. We recognise it by content at
/// any port, and say so in events; but a rule written for Suricata means what Suricata would show it.
const RECOGNISED_AT_PORTS: &[AtPorts] = &[("dns", &[53]), ("quic", &[443])];

fn at_ports(rule: &Rule) -> Option<AtPorts> {
    let is_own = rule.meta.gid == 1 && OWN_SIDS.contains(&rule.meta.sid);
    let is_about =
        |name: &str| rule.protocol.kind == ProtocolKind::Application && rule.protocol.name == name;
    RECOGNISED_AT_PORTS
        .iter()
        .find(|(name, _)| !is_own && is_about(name))
        .copied()
}

/// None for any address.
fn addresses(
    expression: &AddressExpression,
    resolver: &mut Resolver<'_>,
) -> Result<Option<Arc<AddressSet>>, Missing> {
    let set = resolver.addresses(expression).map_err(missing)?;
    Ok((!set.is_all()).then_some(set))
}

/// None for any port.
fn ports(
    expression: &PortExpression,
    resolver: &mut Resolver<'_>,
) -> Result<Option<Arc<PortSet>>, Missing> {
    let set = resolver.ports(expression).map_err(missing)?;
    Ok((!set.is_all()).then_some(set))
}

fn missing(error: VariableError) -> Missing {
    let what = match &error {
        VariableError::Unknown { name } => format!("${name}"),
        _ => "address or port set".to_owned(),
    };
    Missing::because(what, error.to_string())
}

fn protocol(rule: &Rule) -> Result<(TransportTest, Vec<&'static str>), Missing> {
    let transport = match rule.protocol.kind {
        ProtocolKind::Any => TransportTest::Any,
        ProtocolKind::PacketHeader => TransportTest::PacketHeader,
        ProtocolKind::Ipv4 => TransportTest::Ipv4,
        ProtocolKind::Ipv6 => TransportTest::Ipv6,
        ProtocolKind::Tcp | ProtocolKind::TcpPacket | ProtocolKind::TcpStream => TransportTest::Tcp,
        ProtocolKind::Udp => TransportTest::Udp,
        ProtocolKind::Icmp => TransportTest::Icmp,
        ProtocolKind::IcmpV4 => TransportTest::IcmpV4,
        ProtocolKind::IcmpV6 => TransportTest::IcmpV6,
        ProtocolKind::Sctp => TransportTest::Sctp,
        ProtocolKind::Layer if rule.protocol.name == "arp" => TransportTest::Arp,
        ProtocolKind::Layer if rule.protocol.name == "ether" => TransportTest::Ethernet,
        ProtocolKind::Layer if rule.protocol.name == "igmp" => TransportTest::Igmp,
        ProtocolKind::Layer => return Err(Missing::new(rule.protocol.name)),
        ProtocolKind::Application => {
            return Ok((TransportTest::Any, applications(rule.protocol.name)?));
        }
    };
    Ok((transport, Vec::new()))
}

/// Names that flows give to the protocol that a rule names.
fn applications(name: &'static str) -> Result<Vec<&'static str>, Missing> {
    let wanted: &[&str] = match name {
        "http" => &["http", "http1", "http2", "doh2"],
        "http1" => &["http", "http1"],
        "http2" => &["http2", "doh2"],
        "dns" => &["dns", "doh2"],
        // Remote procedure calls travel over named pipes as well.
        "dcerpc" => &["dcerpc", "smb"],
        other => &[other],
    };
    let mut known: Vec<&'static str> = registry::PROTOCOLS
        .iter()
        .map(|spec| spec.name)
        .chain(registry::COMPOUNDS.iter().map(|(name, _)| *name))
        .filter(|name| wanted.contains(name))
        .collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() {
        Err(Missing::new(name))
    } else {
        Ok(known)
    }
}
