//! Rules over reassembled bytes.

use super::packet::{Fitting, program, select_always};
use super::queue::Found;
use super::scene::Scene;
use super::{Engine, Shown};
use crate::signature::compile::Glimpse;
use crate::signature::program::{Kind, Program};
use crate::signature::state::{EngineState, FlowMemory};
use crate::signature::watch::Failure;
use flow::{Conversation, StreamWindow};
use std::sync::Arc;

/// Bytes before the new ones that are scanned again: no pattern in the matcher is longer.
const OVERLAP_BYTES: usize = 128;

impl Engine {
    /// New bytes of one direction of a TCP connection.
    pub fn stream(&mut self, flow: &mut Conversation<EngineState>, window: &StreamWindow<'_>) {
        if self.rules.is_empty() {
            return;
        }
        let mut state = std::mem::take(&mut flow.state);
        let memory = state.memory();
        let length = u64::try_from(window.bytes.len()).unwrap_or(u64::MAX);
        memory.side(window.direction).stream_bytes = window.offset.saturating_add(length);
        if !memory.passed && !window.bytes.is_empty() {
            self.ask_stream_rules(flow, window, memory);
            // Only rules that wait for their payload part will ask for it.
            if !self.pending.is_empty() {
                self.window.flow = flow.id;
                self.window.direction = Some(window.direction);
                self.window.bytes.clear();
                self.window.bytes.extend_from_slice(window.bytes);
            }
        }
        flow.state = state;
    }

    fn ask_stream_rules(
        &mut self,
        flow: &Conversation<EngineState>,
        window: &StreamWindow<'_>,
        memory: &mut FlowMemory,
    ) {
        let rules = Arc::clone(&self.rules);
        let Some(group) = rules.groups.segments(window.direction) else {
            return;
        };
        let scene = Scene {
            flow: Some(flow),
            context: None,
            direction: window.direction,
            moment: window.moment,
            events: &[],
            transaction: None,
            speaks: flow.app_proto,
            completes_handshake: false,
        };
        let mut selected = std::mem::take(&mut self.selected);
        selected.clear();
        if window.fresh > 0 {
            let old = window
                .bytes
                .len()
                .saturating_sub(window.fresh)
                .saturating_sub(OVERLAP_BYTES);
            let area = window.bytes.get(old..).unwrap_or(window.bytes);
            self.of_segment.clear();
            let (port, segment) = (scene.server_port(), &mut self.of_segment);
            group.select(&mut self.scratch, area, port, segment, &mut selected);
            self.shown = Some(Shown::of(Some(flow), window.direction, window.moment));
        }
        let end = memory.side(window.direction).stream_bytes;
        let mut glimpse = Glimpse {
            bytes: Some(window.bytes),
            from_start: window.offset == 0 || window.after_gap,
            of_stream: true,
            protocol: memory.protocol_bit(scene.speaks),
            established: scene.is_established(),
            flags: None,
            bits: memory.bits_seen(),
        };
        let side = memory.side(window.direction);
        // What was seen before and has left the window cannot match any more.
        side.candidates
            .retain(|(_, position)| *position > window.offset);
        for rule in &selected {
            let header = program(&rules, *rule).map(|program| (program.watched, &program.header));
            if header.is_some_and(|(watched, header)| watched || scene.header_may_fit(header)) {
                side.add_candidate(*rule, end);
            }
        }
        selected.clear();
        selected.extend(side.candidates.iter().map(|(rule, _)| *rule));
        let mut known = Fitting {
            rules: &rules,
            shared: &mut self.lists,
            of_flow: &mut side.stream_rules,
        };
        let always = &group.stream_always;
        select_always(always, &mut known, &scene, &glimpse, &mut selected);
        selected.sort_unstable();
        selected.dedup();
        let mut place = 0;
        while let Some(rule) = selected.get(place).copied() {
            place = place.saturating_add(1);
            if let Some(program) = program(&rules, rule) {
                self.ask_stream_rule(rule, program, &scene, window, memory);
            }
            if memory.bits_seen() != glimpse.bits {
                // A rule that waits for what was set now may follow.
                glimpse.bits = memory.bits_seen();
                let mut known = Fitting {
                    rules: &rules,
                    shared: &mut self.lists,
                    of_flow: &mut memory.side(window.direction).stream_rules,
                };
                select_always(always, &mut known, &scene, &glimpse, &mut selected);
                selected.sort_unstable();
                selected.dedup();
                place = selected.partition_point(|known| *known <= rule);
            }
        }
        self.selected = selected;
        self.keep_entropies(memory);
    }

    fn ask_stream_rule(
        &mut self,
        rule: u32,
        program: &Program,
        scene: &Scene<'_>,
        window: &StreamWindow<'_>,
        memory: &mut FlowMemory,
    ) {
        let alerted = memory.side(window.direction).alerted_until(rule);
        let skip = usize::try_from(alerted.saturating_sub(window.offset)).unwrap_or(usize::MAX);
        let Some(bytes) = window.bytes.get(skip..).filter(|bytes| !bytes.is_empty()) else {
            return;
        };
        // Places are counted from where the stream begins, or begins anew; elsewhere packets are asked.
        let placed = program.kind == Kind::Stream { on_packets: true };
        if placed && (skip > 0 || window.offset > 0 && !window.after_gap) {
            self.missed(program, scene, Failure::Place);
            return;
        }
        if !self.fits(program, scene, memory) {
            return;
        }
        self.forget_notes(program);
        if self.payload_fits(program, bytes, None) {
            self.matched(rule, program, scene, memory, Found::default(), bytes);
            let side = memory.side(window.direction);
            let end = side.stream_bytes;
            side.set_alerted(rule, end);
            side.candidates.retain(|(known, _)| *known != rule);
        } else {
            self.missed_bytes(program, scene);
        }
    }
}
