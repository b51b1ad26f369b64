//! Events of a transaction that is a question with its answer: rules that name no direction hear of them twice, as in
//! Suricata, which asks about a transaction's events with packets of either direction.

use super::Engine;
use super::packet::{events_fit, program};
use super::queue::Found;
use super::scene::Scene;
use crate::signature::program::Kind;
use crate::signature::state::FlowMemory;
use std::sync::Arc;

/// Protocols over TCP whose transactions have two sides, and whose events do not end them.
const TWO_SIDED: &[&str] = &["http", "http2", "nfs", "smb"];

/// Whether rules hear of the layer's events twice.
pub(super) fn is_two_sided(layer: &str) -> bool {
    TWO_SIDED.contains(&layer)
}

impl Engine {
    /// Asks rules without direction about events that were told with packets of the other direction, and takes down
    /// those of this packet for the other.
    pub(super) fn ask_echoes(&mut self, scene: &Scene<'_>, memory: &mut FlowMemory) {
        if memory.echoes.is_empty() {
            return;
        }
        let mut heard: Vec<String> = Vec::new();
        memory.echoes.retain_mut(|(told, name)| match *told {
            None => {
                *told = Some(scene.direction);
                true
            }
            Some(told) if told == scene.direction => true,
            Some(_) => {
                heard.push(std::mem::take(name));
                false
            }
        });
        if heard.is_empty() {
            return;
        }
        let rules = Arc::clone(&self.rules);
        let scene = Scene {
            events: &heard,
            speaks: scene.flow.and_then(|flow| flow.app_proto),
            ..*scene
        };
        for rule in rules.groups.of_events(&heard) {
            if let Some(program) = program(&rules, rule)
                && program.kind == Kind::Event
                && program.flow.direction.is_none()
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
