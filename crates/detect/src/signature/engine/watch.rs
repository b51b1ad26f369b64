//! Telling the watch how far the rule that it follows came.

use super::Engine;
use super::packet::events_fit;
use super::scene::Scene;
use crate::signature::program::Program;
use crate::signature::state::FlowMemory;
use crate::signature::watch::{Attempt, Failure, NearMiss, Watch};
use std::sync::Arc;

impl Engine {
    /// The watch, if this is the rule that it follows.
    pub(super) fn watch_of(&self, program: &Program) -> Option<Arc<Watch>> {
        if !program.watched {
            return None;
        }
        self.rules.watch.as_ref().map(Arc::clone)
    }

    /// The rule failed at a condition that the caller knows.
    pub(super) fn missed(&self, program: &Program, scene: &Scene<'_>, failure: Failure) {
        if let Some(watch) = self.watch_of(program) {
            watch.tell(attempt(scene, Some(failure)));
        }
    }

    /// The rule failed before any bytes were looked at.
    pub(super) fn missed_beforehand(
        &self,
        program: &Program,
        scene: &Scene<'_>,
        memory: &FlowMemory,
    ) {
        let Some(watch) = self.watch_of(program) else {
            return;
        };
        let header = scene.header_failure(&program.header);
        let failure = header.unwrap_or_else(|| {
            if !scene.flow_fits(&program.flow) {
                return Failure::Flow;
            }
            let mut tests = program.memory.iter();
            let failed =
                tests.position(|test| !scene.memory_fits(std::slice::from_ref(test), memory));
            Failure::Memory(failed.unwrap_or(0))
        });
        watch.tell(attempt(scene, Some(failure)));
    }

    /// Whether all holds that can be told without bytes, in the order in which a reader expects it; else it is told
    /// what does not.
    pub(super) fn watched_packet_fits(
        &mut self,
        program: &Program,
        scene: &Scene<'_>,
        memory: &FlowMemory,
    ) -> bool {
        if !self.fits(program, scene, memory) {
            return false;
        }
        if !scene.packet_fits(&program.packet) {
            self.missed_packet(program, scene);
            return false;
        }
        if !events_fit(program, scene) {
            self.missed(program, scene, Failure::Event);
            return false;
        }
        true
    }

    /// The rule failed in the packet's headers or sizes.
    pub(super) fn missed_packet(&self, program: &Program, scene: &Scene<'_>) {
        let Some(watch) = self.watch_of(program) else {
            return;
        };
        let mut tests = program.packet.iter();
        let failed = tests.position(|test| !scene.packet_fits(std::slice::from_ref(test)));
        let test = failed.unwrap_or(0);
        let found = program
            .packet
            .get(test)
            .and_then(|test| scene.number_of(test));
        watch.tell(attempt(scene, Some(Failure::Packet { test, found })));
    }

    /// The rule failed in a buffer: the notes say how far it came.
    pub(super) fn missed_bytes(&mut self, program: &Program, scene: &Scene<'_>) {
        let Some(watch) = self.watch_of(program) else {
            return;
        };
        let Some((steps, near)) = self.notes.near.take() else {
            return;
        };
        let chain = program
            .chains
            .iter()
            .position(|chain| chain.steps.as_ptr().addr() == steps)
            .unwrap_or(0);
        watch.tell(attempt(
            scene,
            Some(Failure::Bytes(NearMiss { chain, ..near })),
        ));
    }

    /// The rule matched.
    pub(super) fn seen_match(&self, program: &Program, scene: &Scene<'_>) {
        if let Some(watch) = self.watch_of(program) {
            watch.tell(attempt(scene, None));
        }
    }
}

fn attempt(scene: &Scene<'_>, failure: Option<Failure>) -> Attempt {
    Attempt {
        moment: scene.moment,
        flow: scene.flow.map(|flow| flow.id),
        ends: scene.ends(),
        transport: scene.transport(),
        speaks: scene.speaks,
        direction: scene.direction,
        failure,
    }
}
