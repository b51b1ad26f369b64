//! Addresses and ports of a conversation: as the rule's header wants them, and its own, so that an alert tells which
//! conversation it belongs to.

use crate::chain::Unable;
use detect::rule::ast::Endpoint;
use detect::rule::{AddressSet, PortSet, Resolver, Rule};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Both ends of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
}

/// What a rule wants of the ends, client first.
#[derive(Clone)]
pub(crate) struct Wanted {
    client: Side,
    server: Side,
}

#[derive(Clone)]
struct Side {
    addresses: Arc<AddressSet>,
    ports: Arc<PortSet>,
}

/// Which end is chosen outside of what the rule wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    Nothing,
    ClientAddress,
    ServerAddress,
    ServerPort,
}

impl Wanted {
    /// What the rule wants; `answers` says that the packet that matches goes to the client.
    pub(crate) fn of(
        rule: &Rule,
        answers: bool,
        resolver: &mut Resolver<'_>,
    ) -> Result<Self, Unable> {
        let mut side = |endpoint: &Endpoint| -> Result<Side, Unable> {
            let failed = |error: detect::rule::VariableError| error.to_string();
            Ok(Side {
                addresses: resolver.addresses(&endpoint.addresses).map_err(failed)?,
                ports: resolver.ports(&endpoint.ports).map_err(failed)?,
            })
        };
        let (source, target) = (side(&rule.source)?, side(&rule.destination)?);
        Ok(if answers {
            Self {
                client: target,
                server: source,
            }
        } else {
            Self {
                client: source,
                server: target,
            }
        })
    }

    /// Whether an end can be chosen outside of what is wanted.
    pub(crate) fn can_leave(&self, outside: Outside) -> bool {
        match outside {
            Outside::Nothing => true,
            Outside::ClientAddress => !self.client.addresses.is_all(),
            Outside::ServerAddress => !self.server.addresses.is_all(),
            Outside::ServerPort => !self.server.ports.is_all(),
        }
    }
}

/// Ends that satisfy all that is wanted, found by the number of the conversation (below 2^24).
pub(crate) fn ends(
    wanted: &[&Wanted],
    outside: Outside,
    number: u32,
    usual_port: u16,
) -> Result<Ends, Unable> {
    let client_sets: Vec<&AddressSet> = wanted.iter().map(|one| &*one.client.addresses).collect();
    let server_sets: Vec<&AddressSet> = wanted.iter().map(|one| &*one.server.addresses).collect();
    let client_ports: Vec<&PortSet> = wanted.iter().map(|one| &*one.client.ports).collect();
    let server_ports: Vec<&PortSet> = wanted.iter().map(|one| &*one.server.ports).collect();
    let (inside, abroad) = (networks(10, 172, number), networks(44, 45, number));
    let of_client = [inside[0], abroad[0]];
    let of_server = [abroad[1], inside[1]];
    let none = |what: &str| format!("no {what} fits the header");
    let client = address(
        &client_sets,
        &of_client,
        number,
        outside != Outside::ClientAddress,
    )
    .ok_or_else(|| none("client"))?;
    let server = address(
        &server_sets,
        &of_server,
        number,
        outside != Outside::ServerAddress,
    )
    .ok_or_else(|| none("server"))?;
    let own = 20_000 + (number % 20_000) as u16;
    Ok(Ends {
        client: SocketAddr::new(
            client,
            port(&client_ports, own, true).ok_or_else(|| none("client port"))?,
        ),
        server: SocketAddr::new(
            server,
            port(&server_ports, usual_port, outside != Outside::ServerPort)
                .ok_or_else(|| none("server port"))?,
        ),
    })
}

/// Two addresses of this number, in networks of their own.
fn networks(first: u8, second: u8, number: u32) -> [Ipv4Addr; 2] {
    let [_, a, b, c] = number.to_be_bytes();
    let other = if second == 172 {
        // 172.16.0.0/12 has twenty bits of its own.
        Ipv4Addr::new(172, 16 | a & 0x0f, b, c)
    } else {
        Ipv4Addr::new(second, a, b, c)
    };
    [Ipv4Addr::new(first, a, b, c), other]
}

fn address(sets: &[&AddressSet], own: &[Ipv4Addr], number: u32, inside: bool) -> Option<IpAddr> {
    let fits = |address: &IpAddr| sets.iter().all(|set| set.contains(*address)) == inside;
    let mut own = own.iter().map(|address| IpAddr::V4(*address));
    own.find(fits).or_else(|| {
        // Somewhere in what the rule lists.
        let ranges = sets.iter().flat_map(|set| set.v4.ranges());
        let picks = ranges.map(|(first, last)| {
            let span = last.saturating_sub(*first).saturating_add(1).max(1);
            IpAddr::V4(Ipv4Addr::from_bits(first + number % span))
        });
        let picks: Vec<IpAddr> = picks.filter(fits).collect();
        let index = number as usize % picks.len().max(1);
        picks.get(index).copied()
    })
}

fn port(sets: &[&PortSet], usual: u16, inside: bool) -> Option<u16> {
    let fits = |port: &u16| *port != 0 && sets.iter().all(|set| set.contains(*port)) == inside;
    let firsts = sets
        .iter()
        .flat_map(|set| set.ranges())
        .flat_map(|(first, last)| [*first, *last, first.saturating_add(1)]);
    std::iter::once(usual)
        .chain([80, 443, 8080, 41_007, 1_024])
        .chain(firsts)
        .chain(1..=u16::MAX)
        .find(fits)
}
