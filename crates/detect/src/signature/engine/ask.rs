//! Asking one rule about bytes.

use super::Engine;
use super::scene::Scene;
use crate::rule::ast::AbsentMode;
use crate::signature::inspect::chain;
use crate::signature::program::{Chain, HeaderPart, Program, Source, TransportTest};
use crate::signature::state::FlowMemory;
use wire::packet::{Network, Packet, TransportHeader};

impl Engine {
    /// Everything that needs no bytes.
    pub(super) fn fits(
        &mut self,
        program: &Program,
        scene: &Scene<'_>,
        memory: &FlowMemory,
    ) -> bool {
        self.statistics.asked = self.statistics.asked.saturating_add(1);
        let fits = scene.header_fits(&program.header)
            && scene.flow_fits(&program.flow)
            && scene.memory_fits(&program.memory, memory)
            && (program.packet_variables.is_empty() || self.packet_variables_fit(program));
        if !fits && program.watched {
            self.missed_beforehand(program, scene, memory);
        }
        fits
    }

    /// Whether expressions of other rules took down of this packet what the rule wants.
    fn packet_variables_fit(&self, program: &Program) -> bool {
        let mut wanted = program.packet_variables.iter();
        wanted.all(|(name, text, negated)| {
            let mut known = self.packet_variables.iter();
            let holds = known.any(|(known, bytes)| {
                **known == **name && memchr::memmem::find(bytes, text).is_some()
            });
            holds != *negated
        })
    }

    /// New notes for a new match.
    pub(super) fn forget_notes(&mut self, program: &Program) {
        self.notes.restart(program.variables);
        self.notes.watched = program.watched;
    }

    /// What was measured is remembered with the flow, whatever came of it.
    pub(super) fn keep_entropies(&mut self, memory: &mut FlowMemory) {
        for (buffer, bits) in self.notes.entropies.drain() {
            memory.set_entropy(buffer, bits);
        }
    }

    /// The part of a rule that looks at payload and packet headers.
    pub(super) fn payload_fits(
        &mut self,
        program: &Program,
        payload: &[u8],
        packet: Option<&Packet<'_>>,
    ) -> bool {
        program.chains.iter().all(|chain| match chain.source {
            Source::Payload => self.chain_fits(chain, Some(payload)),
            Source::PacketHeader(part) => {
                let mut address = [0; 16];
                let bytes = packet.and_then(|packet| header_bytes(packet, part, &mut address));
                self.chain_fits(chain, bytes)
            }
            Source::Field(_) | Source::Frame(_) | Source::FileName | Source::FileMagic => true,
        })
    }

    /// One chain over a buffer that may be missing.
    pub(super) fn chain_fits(&mut self, chain: &Chain, bytes: Option<&[u8]>) -> bool {
        let Some(bytes) = bytes else {
            self.notes.no_buffer(&chain.steps);
            return chain.absent.is_some();
        };
        if chain.absent == Some(AbsentMode::Only) {
            return false;
        }
        if chain.changes.is_empty() {
            return chain::matches(&chain.steps, bytes, &mut self.notes);
        }
        let mut changed = bytes.to_vec();
        for change in &chain.changes {
            match change.apply(&changed) {
                Some(after) => changed = after,
                None => return chain.absent.is_some(),
            }
        }
        chain::matches(&chain.steps, &changed, &mut self.notes)
    }
}

fn header_bytes<'a>(
    packet: &'a Packet<'_>,
    part: HeaderPart,
    address: &'a mut [u8; 16],
) -> Option<&'a [u8]> {
    if part == HeaderPart::Ethernet {
        let header = packet.ethernet?.header();
        let place = address.get_mut(..header.len())?;
        place.copy_from_slice(&header);
        return Some(place);
    }
    let below = match &packet.network {
        Network::Ipv4(ip) => ip.payload,
        Network::Ipv6(ip) => ip.payload,
        _ => return None,
    };
    match (part, &packet.network, &packet.transport) {
        (HeaderPart::Ipv4, Network::Ipv4(ip), _) => Some(ip.header),
        (HeaderPart::Ipv6, Network::Ipv6(ip), _) => Some(ip.header),
        (HeaderPart::Transport(TransportTest::Tcp), _, TransportHeader::Tcp(_))
        | (HeaderPart::Transport(TransportTest::Udp), _, TransportHeader::Udp(_))
        | (HeaderPart::Transport(TransportTest::IcmpV4), _, TransportHeader::Icmp(_))
        | (HeaderPart::Transport(TransportTest::IcmpV6), _, TransportHeader::Icmpv6(_)) => {
            below.get(..below.len().saturating_sub(packet.payload.len()))
        }
        (HeaderPart::Transport(TransportTest::Igmp), _, _) => packet.igmp(),
        (HeaderPart::SourceAddress | HeaderPart::DestinationAddress, _, _) => {
            let (source, dest) = packet.addresses()?;
            let wanted = if part == HeaderPart::SourceAddress {
                source
            } else {
                dest
            };
            let length = match wanted {
                std::net::IpAddr::V4(v4) => {
                    address.get_mut(..4)?.copy_from_slice(&v4.octets());
                    4
                }
                std::net::IpAddr::V6(v6) => {
                    *address = v6.octets();
                    16
                }
            };
            address.get(..length)
        }
        _ => None,
    }
}
