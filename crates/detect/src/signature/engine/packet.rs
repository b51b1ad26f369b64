//! Rules over packets.

use super::headers::has_option;
use super::lists::SharedLists;
use super::queue::Found;
use super::scene::Scene;
use super::{Engine, Pending, Shown};
use crate::signature::Alert;
use crate::signature::compile::{Always, Glimpse, Ruleset, TCP};
use crate::signature::program::{Kind, Program, Source};
use crate::signature::state::{EngineState, FlowMemory};
use crate::signature::watch::Failure;
use event::Transport;
use flow::{Conversation, Moment, PacketContext};
use std::sync::Arc;
use wire::packet::TransportHeader;

impl Engine {
    /// Every packet, after what it completed (stream, transactions, files) has been told. Its alerts come out.
    pub fn packet(
        &mut self,
        mut flow: Option<&mut Conversation<EngineState>>,
        context: &PacketContext<'_, '_>,
        out: &mut Vec<Alert>,
    ) {
        if self.rules.is_empty() {
            return;
        }
        let mut state = flow
            .as_mut()
            .map(|flow| std::mem::take(&mut flow.state))
            .unwrap_or_default();
        let before = out.len();
        let memory = state.memory();
        if memory.passed {
            self.queue.clear();
        } else {
            self.ask_packet_rules(flow.as_deref(), context, memory);
        }
        self.pending.clear();
        self.window.direction = None;
        self.shown = None;
        self.events.clear();
        self.packet_variables.clear();
        self.flush(Some(memory), out);
        if let Some(flow) = flow {
            state.memory().spoke_before = flow.app_proto;
            state.memory().established_before = flow.is_established();
            flow.alerted |= out.len() > before;
            flow.state = state;
        }
    }

    fn ask_packet_rules(
        &mut self,
        flow: Option<&Conversation<EngineState>>,
        context: &PacketContext<'_, '_>,
        memory: &mut FlowMemory,
    ) {
        let rules = Arc::clone(&self.rules);
        self.settle_transaction_events();
        let events = std::mem::take(&mut self.events);
        let scene = Scene {
            flow,
            context: Some(context),
            direction: context.direction,
            moment: context.moment,
            events: &events,
            transaction: None,
            speaks: known_protocol(flow, memory),
            completes_handshake: completes_handshake(flow, memory),
        };
        let mut selected = std::mem::take(&mut self.selected);
        selected.clear();
        self.select_packet_rules(&rules, &scene, context, memory, &mut selected);
        selected.sort_unstable();
        selected.dedup();
        let mut bits = memory.bits_seen();
        let mut place = 0;
        while let Some(rule) = selected.get(place).copied() {
            place = place.saturating_add(1);
            if let Some(program) = program(&rules, rule) {
                self.ask_packet_rule(rule, program, &scene, context, memory);
            }
            if memory.bits_seen() != bits {
                // A rule that waits for what was set now may follow.
                bits = memory.bits_seen();
                self.select_packet_rules(&rules, &scene, context, memory, &mut selected);
                selected.sort_unstable();
                selected.dedup();
                place = selected.partition_point(|known| *known <= rule);
            }
        }
        self.selected = selected;
        for pending in std::mem::take(&mut self.pending) {
            if let Some(program) = program(&rules, pending.rule) {
                if looks_at_packet(program) {
                    let transaction = pending.found.transaction.as_ref().map(|facts| facts.id);
                    // What the transaction said was of an established connection.
                    let scene = Scene {
                        transaction,
                        completes_handshake: false,
                        ..scene
                    };
                    self.ask_pending(pending, program, &scene, context, memory);
                } else {
                    self.ask_pending_events(
                        pending,
                        program,
                        flow,
                        &events,
                        context.moment,
                        memory,
                    );
                }
            }
        }
        self.keep_entropies(memory);
        self.ask_echoes(&scene, memory);
    }

    fn select_packet_rules(
        &mut self,
        rules: &Ruleset,
        scene: &Scene<'_>,
        context: &PacketContext<'_, '_>,
        memory: &mut FlowMemory,
        selected: &mut Vec<u32>,
    ) {
        let groups = &rules.groups;
        let direction = scene.direction;
        selected.extend_from_slice(&groups.any_packet);
        for event in scene.events {
            if let Some(rules) = groups.events.get(event) {
                selected.extend_from_slice(rules);
            }
        }
        let class = class(context);
        match class {
            Some(TCP) => self.select_segment_rules(rules, scene, context, memory, selected),
            Some(class) => {
                if let Some(group) = groups.packets(class, direction) {
                    let payload = payload_of(scene, context);
                    if !payload.is_empty() {
                        group.select(&mut self.scratch, payload, scene.server_port(), selected);
                    }
                    let glimpse = glimpse_of_packet(scene, context, memory);
                    let mut known = Fitting {
                        rules,
                        shared: &mut self.lists,
                        of_flow: &mut memory.side(direction).packet_rules,
                    };
                    select_always(&group.always, &mut known, scene, &glimpse, selected);
                }
            }
            None => {}
        }
        if class.is_some() && (scene.flow.is_none() || !memory.side(direction).addresses_done) {
            let ends = scene.ends().map(|(source, dest)| (source.ip, dest.ip));
            groups.addresses.select(ends, selected);
            memory.side(direction).addresses_done = true;
        }
        if scene.speaks.is_some_and(|name| name != "failed")
            && !memory.side(direction).protocol_done
        {
            selected.extend_from_slice(&groups.protocols);
            memory.side(direction).protocol_done = true;
        }
    }

    fn select_segment_rules(
        &mut self,
        rules: &Ruleset,
        scene: &Scene<'_>,
        context: &PacketContext<'_, '_>,
        memory: &mut FlowMemory,
        selected: &mut Vec<u32>,
    ) {
        let direction = scene.direction;
        let Some(group) = rules.groups.segments(direction) else {
            return;
        };
        let payload = payload_of(scene, context);
        self.of_stream.clear();
        if !payload.is_empty() {
            let shown = Shown::of(scene.flow, direction, context.moment);
            if context.in_stream_whole && self.shown == Some(shown) {
                selected.append(&mut self.of_segment);
            } else {
                let (port, stream) = (scene.server_port(), &mut self.of_stream);
                group.select(&mut self.scratch, payload, port, selected, stream);
            }
        }
        let glimpse = glimpse_of_packet(scene, context, memory);
        let side = memory.side(direction);
        let mut known = Fitting {
            rules,
            shared: &mut self.lists,
            of_flow: &mut side.packet_rules,
        };
        select_always(&group.packet_always, &mut known, scene, &glimpse, selected);
        // Payload that no stream carries is looked at by itself.
        // Data of a fast open waits until the other side takes it; then it is in the stream.
        if !context.in_stream && !is_fast_open(context) && !payload.is_empty() {
            selected.append(&mut self.of_stream);
            let mut known = Fitting {
                of_flow: &mut side.stream_rules,
                ..known
            };
            select_always(&group.stream_always, &mut known, scene, &glimpse, selected);
        }
    }

    fn ask_packet_rule(
        &mut self,
        rule: u32,
        program: &Program,
        scene: &Scene<'_>,
        context: &PacketContext<'_, '_>,
        memory: &mut FlowMemory,
    ) {
        let only_stream = program.flow.stream == Some(true);
        if is_sealed(scene) && looks_at_payload(program) {
            self.missed(program, scene, Failure::Payload);
            return;
        }
        // What looks at the packet alone decides most rules without a pattern, and is quick.
        if only_stream
            || program.watched && !self.watched_packet_fits(program, scene, memory)
            || !scene.packet_fits(&program.packet)
            || !events_fit(program, scene)
            || !self.fits(program, scene, memory)
        {
            return;
        }
        self.forget_notes(program);
        if self.payload_fits(program, context.packet.payload, Some(context.packet)) {
            self.matched(
                rule,
                program,
                scene,
                memory,
                Found::default(),
                context.packet.payload,
            );
        } else {
            self.missed_bytes(program, scene);
        }
    }

    /// The transaction or file part matched before; now the packet's.
    fn ask_pending(
        &mut self,
        pending: Pending,
        program: &Program,
        scene: &Scene<'_>,
        context: &PacketContext<'_, '_>,
        memory: &mut FlowMemory,
    ) {
        self.forget_notes(program);
        self.notes.marks = pending.marks;
        let has_event = |name: &String| scene.events.contains(name) || memory.has_event(name);
        if pending.direction == scene.direction
            && scene.packet_fits(&program.packet)
            && scene.flow_fits(&program.flow)
            && program
                .events
                .iter()
                .all(|wanted| has_event(&wanted.name) != wanted.negated)
            && self.pending_payload_fits(program, scene, context)
        {
            self.matched(
                pending.rule,
                program,
                scene,
                memory,
                pending.found,
                context.packet.payload,
            );
        } else if !scene.packet_fits(&program.packet) {
            self.missed_packet(program, scene);
        } else {
            self.missed_bytes(program, scene);
        }
    }

    /// The payload part, in the stream that carried the transaction or in the packet.
    fn pending_payload_fits(
        &mut self,
        program: &Program,
        scene: &Scene<'_>,
        context: &PacketContext<'_, '_>,
    ) -> bool {
        let same_flow = scene.flow.is_some_and(|flow| flow.id == self.window.flow);
        if same_flow && self.window.direction == Some(scene.direction) {
            let bytes = std::mem::take(&mut self.window.bytes);
            let fits = self.payload_fits(program, &bytes, Some(context.packet));
            self.window.bytes = bytes;
            if fits {
                return true;
            }
        }
        self.payload_fits(program, context.packet.payload, Some(context.packet))
    }

    /// Events of transactions whose side was never completed are events of the packet.
    pub(super) fn settle_transaction_events(&mut self) {
        for event in self.of_transactions.drain(..) {
            if !self.events.contains(&event.name) {
                self.events.push(event.name);
            }
        }
    }

    /// Rules whose transaction part matched, of a flow that ended without another packet.
    pub(super) fn ask_pending_without_packet(
        &mut self,
        flow: &Conversation<EngineState>,
        memory: &mut FlowMemory,
        moment: Moment,
    ) {
        let rules = Arc::clone(&self.rules);
        for pending in std::mem::take(&mut self.pending) {
            if let Some(program) = program(&rules, pending.rule)
                && !looks_at_packet(program)
            {
                self.ask_pending_events(pending, program, Some(flow), &[], moment, memory);
            }
        }
    }

    /// What is still to be looked at are events only: that needs no packet, and no certain direction.
    fn ask_pending_events(
        &mut self,
        pending: Pending,
        program: &Program,
        flow: Option<&Conversation<EngineState>>,
        events: &[String],
        moment: Moment,
        memory: &mut FlowMemory,
    ) {
        let scene = Scene {
            flow,
            context: None,
            direction: pending.direction,
            moment,
            events,
            transaction: pending.found.transaction.as_ref().map(|facts| facts.id),
            speaks: flow.and_then(|flow| flow.app_proto),
            completes_handshake: false,
        };
        let has_event = |name: &String| events.contains(name) || memory.has_event(name);
        let mut wanted = program.events.iter();
        if wanted.all(|wanted| has_event(&wanted.name) != wanted.negated) {
            self.forget_notes(program);
            self.notes.marks = pending.marks;
            self.matched(pending.rule, program, &scene, memory, pending.found, &[]);
        }
    }

    /// Rules over events of a flow that ended without another packet.
    pub(super) fn ask_without_packet(
        &mut self,
        flow: &Conversation<EngineState>,
        memory: &mut FlowMemory,
        moment: Moment,
    ) {
        let rules = Arc::clone(&self.rules);
        let events = std::mem::take(&mut self.events);
        let direction = wire::protocol::Direction::ToServer;
        let scene = Scene {
            flow: Some(flow),
            context: None,
            direction,
            moment,
            events: &events,
            transaction: None,
            speaks: flow.app_proto,
            completes_handshake: false,
        };
        for rule in rules.groups.of_events(&events) {
            if let Some(program) = program(&rules, rule)
                && program.packet.is_empty()
                && program.chains.is_empty()
                && self.fits(program, &scene, memory)
                && events_fit(program, &scene)
            {
                self.matched(rule, program, &scene, memory, Found::default(), &[]);
            }
        }
    }
}

/// What a flow is known to speak when a packet of it is asked about: over TCP what the packets before it showed, as
/// the bytes of a segment count once the other side has taken them.
fn known_protocol(
    flow: Option<&Conversation<EngineState>>,
    memory: &FlowMemory,
) -> Option<&'static str> {
    let flow = flow?;
    if flow.transport == Transport::Tcp {
        memory.spoke_before
    } else {
        flow.app_proto
    }
}

/// Whether the packet in work completed the handshake of its connection. One that is picked up in its middle had its
/// handshake before.
fn completes_handshake(flow: Option<&Conversation<EngineState>>, memory: &FlowMemory) -> bool {
    flow.is_some_and(|flow| {
        let midstream = flow.tcp.is_none_or(|tcp| tcp.midstream);
        flow.is_established() && !memory.established_before && !midstream
    })
}

pub(super) fn program(rules: &Ruleset, number: u32) -> Option<&Program> {
    rules.programs.get(usize::try_from(number).ok()?)
}

/// Payload in which patterns are worth looking for.
fn payload_of<'a>(scene: &Scene<'_>, context: &PacketContext<'_, 'a>) -> &'a [u8] {
    visible_payload(scene, context).unwrap_or_default()
}

/// The payload, unless it is encrypted.
fn visible_payload<'a>(scene: &Scene<'_>, context: &PacketContext<'_, 'a>) -> Option<&'a [u8]> {
    (!is_sealed(scene)).then_some(context.packet.payload)
}

fn is_sealed(scene: &Scene<'_>) -> bool {
    scene.flow.is_some_and(|flow| flow.sealed)
}

fn looks_at_payload(program: &Program) -> bool {
    program
        .chains
        .iter()
        .any(|chain| chain.source == Source::Payload)
}

/// Whether a rule over a transaction, file or frame looks at the packet as well.
fn looks_at_packet(program: &Program) -> bool {
    !program.packet.is_empty()
        || program.flow.fragment.is_some()
        || program
            .chains
            .iter()
            .any(|chain| matches!(chain.source, Source::Payload | Source::PacketHeader(_)))
}

/// Group of the packet's transport; None where there is no IP.
fn class(context: &PacketContext<'_, '_>) -> Option<usize> {
    match (&context.packet.transport, context.packet.protocol()) {
        (_, None) => None,
        (TransportHeader::Tcp(_), _) => Some(TCP),
        (TransportHeader::Udp(_), _) => Some(1),
        (TransportHeader::Icmp(_) | TransportHeader::Icmpv6(_), _) => Some(2),
        _ => Some(3),
    }
}

/// Whether the packet is a SYN that may carry data (RFC 7413, and its experimental form).
fn is_fast_open(context: &PacketContext<'_, '_>) -> bool {
    let TransportHeader::Tcp(tcp) = &context.packet.transport else {
        return false;
    };
    let asks = [34, 254].iter().any(|kind| has_option(tcp.options, *kind));
    tcp.has(wire::packet::tcp_flags::SYN) && asks
}

/// Adds the rules without pattern whose header fits and that may match the bytes (None where no payload is to be looked
/// at); which headers fit is worked out once for a flow.
pub(super) fn select_always(
    always: &Always,
    known: &mut Fitting<'_>,
    scene: &Scene<'_>,
    glimpse: &Glimpse<'_>,
    selected: &mut Vec<u32>,
) {
    if always.is_empty() {
        return;
    }
    let rules = known.rules;
    let fitting = || {
        always.fitting(scene.server_port(), |rule| {
            program(rules, rule).is_some_and(|program| {
                // The protocol may be recognised later; a rule that is followed tells itself why it does not fit.
                program.watched || scene.header_may_fit(&program.header)
            })
        })
    };
    if let Some(places) = known.of_flow.as_deref() {
        return always.admit(places, glimpse, selected);
    }
    let Some((source, dest)) = scene.ends() else {
        return always.admit(&fitting(), glimpse, selected);
    };
    let ends = rules.groups.stretches.kind(scene.transport(), source, dest);
    let places = known.shared.of_ends(always, ends, fitting);
    always.admit(&places, glimpse, selected);
    if scene.flow.is_some() {
        *known.of_flow = Some(places);
    }
}

fn glimpse_of_packet<'a>(
    scene: &Scene<'_>,
    context: &PacketContext<'_, 'a>,
    memory: &mut FlowMemory,
) -> Glimpse<'a> {
    Glimpse {
        bytes: visible_payload(scene, context),
        from_start: true,
        of_stream: false,
        protocol: memory.protocol_bit(scene.speaks),
        established: scene.is_established(),
        flags: match &context.packet.transport {
            TransportHeader::Tcp(tcp) => Some(tcp.flags),
            _ => None,
        },
        bits: memory.bits_seen(),
    }
}

/// What is known of the rules without pattern that fit a flow.
pub(super) struct Fitting<'a> {
    pub rules: &'a Ruleset,
    /// The lists that flows have in common.
    pub shared: &'a mut SharedLists,
    /// This flow's, once worked out.
    pub of_flow: &'a mut Option<Arc<[u32]>>,
}

pub(super) fn events_fit(program: &Program, scene: &Scene<'_>) -> bool {
    program.kind != Kind::Event && program.events.is_empty()
        || program
            .events
            .iter()
            .all(|wanted| scene.events.contains(&wanted.name) != wanted.negated)
}
