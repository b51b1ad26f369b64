//! Rules over frames.

use super::Engine;
use super::packet::program;
use super::queue::Found;
use super::scene::Scene;
use super::shown;
use crate::limits::PAYLOAD_EXCERPT_BYTES_MAX;
use crate::signature::program::{Chain, Kind, Program, Source};
use crate::signature::state::{EngineState, FlowMemory, FrameNote};
use event::{Record, Transport};
use flow::{Conversation, Moment};
use std::sync::Arc;
use wire::frame::Frame;
use wire::protocol::Direction;

impl Engine {
    /// A frame of the protocol is there.
    pub fn frame(
        &mut self,
        flow: &mut Conversation<EngineState>,
        frame: &Frame<'_>,
        moment: Moment,
    ) {
        let rules = Arc::clone(&self.rules);
        if rules.groups.has_no_frames() {
            return;
        }
        let group = flow
            .app_proto
            .and_then(|protocol| rules.groups.frames(protocol, frame.name, frame.direction));
        let Some(group) = group else {
            return;
        };
        let mut state = std::mem::take(&mut flow.state);
        let memory = state.memory();
        let position = memory.side(frame.direction).stream_bytes;
        let scene = Scene {
            flow: Some(flow),
            context: None,
            direction: frame.direction,
            moment,
            events: &[],
            transaction: frame.transaction_id,
            speaks: flow.app_proto,
            completes_handshake: false,
        };
        let mut selected = std::mem::take(&mut self.selected);
        selected.clear();
        group.select(&mut self.scratch, frame.bytes, &mut selected);
        selected.extend(group.always.rules());
        selected.sort_unstable();
        selected.dedup();
        for rule in &selected {
            let Some(program) = program(&rules, *rule) else {
                continue;
            };
            if memory.passed || !self.fits(program, &scene, memory) {
                continue;
            }
            self.forget_notes(program);
            if self.frame_fits(*rule, program, frame, memory) {
                let found = Found {
                    frame: Some(record(frame, scene.transport(), position)),
                    buffers: shown::buffers(program, |_| Some((frame.name, frame.bytes))),
                    ..Found::default()
                };
                self.matched_or_pending(*rule, program, &scene, memory, found);
            } else {
                self.missed_bytes(program, &scene);
            }
        }
        self.selected = selected;
        self.keep_entropies(memory);
        flow.state = state;
    }

    /// Whether the frame is what a rule waits for. A rule over several frames has waited for the others, too; one that also
    /// looks at a transaction goes on when that is complete.
    fn frame_fits(
        &mut self,
        rule: u32,
        program: &Program,
        frame: &Frame<'_>,
        memory: &mut FlowMemory,
    ) -> bool {
        let is_of_frame = |chain: &Chain| chain.source == Source::Frame(frame.name);
        if !program.has_frame_beside_others {
            let mut chains = program.chains.iter().filter(|chain| is_of_frame(chain));
            return chains.all(|chain| self.chain_fits(chain, Some(frame.bytes)));
        }
        let note = FrameNote {
            rule,
            chain: 0,
            direction: frame.direction,
            transaction: frame.transaction_id,
        };
        for (place, chain) in program.chains.iter().enumerate() {
            if is_of_frame(chain) && self.chain_fits(chain, Some(frame.bytes)) {
                memory.note_frame(FrameNote {
                    chain: place,
                    ..note
                });
            }
        }
        program.kind == Kind::Frame && frames_fit(program, note, memory)
    }
}

/// Whether frames fitted all parts of a rule that are about frames; then they are forgotten.
pub(super) fn frames_fit(program: &Program, wanted: FrameNote, memory: &mut FlowMemory) -> bool {
    let mut chains = program.chains.iter().enumerate();
    let fits = chains.all(|(place, chain)| {
        let chain_note = FrameNote {
            chain: place,
            ..wanted
        };
        !matches!(chain.source, Source::Frame(_)) || memory.has_frame(chain_note)
    });
    if fits {
        memory.forget_frames(wanted.rule);
    }
    fits
}

/// The frame as an alert's `frame` has it.
fn record(frame: &Frame<'_>, transport: Option<Transport>, position: u64) -> Record {
    let mut record = Record::new();
    record.push("type", frame.name);
    record.push(
        "direction",
        match frame.direction {
            Direction::ToServer => "toserver",
            Direction::ToClient => "toclient",
        },
    );
    if transport == Some(Transport::Tcp) {
        record.push("stream_offset", position);
    }
    if let Some(length) = frame.length {
        record.push("length", length);
    }
    record.push("complete", frame.is_complete());
    if let Some(id) = frame.transaction_id {
        record.push("tx_id", id);
    }
    let shown = frame
        .bytes
        .get(..PAYLOAD_EXCERPT_BYTES_MAX)
        .unwrap_or(frame.bytes);
    record.push(
        "payload_printable",
        crate::signature::alert::printable(shown),
    );
    record
}
