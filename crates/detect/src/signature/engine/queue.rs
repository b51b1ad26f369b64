//! Matches wait here until their packet is done; then order, pass rules and the limit apply.

use super::Engine;
use super::scene::Scene;
use super::shown;
use crate::limits::{ALERTS_PER_PACKET_MAX, FLOW_VARIABLES_MAX};
use crate::rule::ast::{Action, ActionScope, BitOperation};
use crate::signature::alert::{Asked, Captured, ShownBuffer};
use crate::signature::inspect::notes::Mark;
use crate::signature::program::{CaptureScope, CounterChange, CounterValue, Effect, Kind, Program};
use crate::signature::state::FlowMemory;
use crate::signature::{Alert, FlowCounters, TransactionFacts};
use event::{FlowRef, Record};
use std::sync::Arc;
use wire::protocol::Direction;

/// A match with the number of its rule.
pub(super) struct Queued {
    rule: u32,
    /// A pass that holds for the rest of the flow.
    whole_flow: bool,
    pub(super) alert: Alert,
}

/// What a rule matched in.
#[derive(Default)]
pub(super) struct Found {
    pub transaction: Option<TransactionFacts>,
    pub file: Option<Record>,
    /// Number of the file in its flow.
    pub file_id: Option<u64>,
    pub frame: Option<Record>,
    /// Buffers in which the rule found something.
    pub buffers: Vec<ShownBuffer>,
}

impl Engine {
    /// The rule matched: its changes are made, and its alert waits for the end of the packet.
    pub(super) fn matched(
        &mut self,
        rule: u32,
        program: &Program,
        scene: &Scene<'_>,
        memory: &mut FlowMemory,
        found: Found,
        payload: &[u8],
    ) {
        self.statistics.matched = self.statistics.matched.saturating_add(1);
        if program.watched {
            self.seen_match(program, scene);
        }
        let transaction = found
            .transaction
            .as_ref()
            .map(|facts| facts.id)
            .or(scene.transaction);
        for effect in &program.effects {
            apply(effect, transaction, found.file_id, memory);
        }
        let (captured, asked) = self.take_marks(memory);
        let told = !program.meta.silent || program.meta.has_memory();
        if !told || self.is_queued(rule, scene.direction, &found) {
            return;
        }
        let ends = scene.ends();
        let excerpt = shown::payload(program, payload);
        let whole_flow = match program.scope {
            Some(scope) => scope == ActionScope::Flow,
            None => !matches!(program.kind, Kind::Packet | Kind::Event),
        };
        let is_of_stream = match program.kind {
            Kind::Stream { .. } => scene.context.is_none(),
            Kind::Transaction | Kind::File | Kind::Frame => true,
            _ => found.transaction.is_some(),
        };
        self.queue.push(Queued {
            rule,
            whole_flow,
            alert: Alert {
                moment: scene.moment,
                rule: Arc::clone(&program.meta),
                source: ends.map(|(source, _)| source),
                dest: ends.map(|(_, dest)| dest),
                transport: scene.transport(),
                client: scene.flow.map(|flow| flow.client),
                server: scene.flow.map(|flow| flow.server),
                flow: scene.flow.map(|flow| FlowRef { id: flow.id }),
                vlan: scene.vlan(),
                app_proto: scene.flow.and_then(|flow| flow.app_proto),
                direction: scene.direction,
                transaction: found.transaction,
                file: found.file,
                frame: found.frame,
                captured,
                asked,
                of_stream: is_of_stream && scene.transport() == Some(event::Transport::Tcp),
                at_flow_end: false,
                counters: scene.flow.map(|flow| FlowCounters {
                    to_server: flow.to_server,
                    to_client: flow.to_client,
                    start: flow.start,
                }),
                icmp: scene.icmp(),
                metadata: Record::new(),
                traffic: None,
                payload: excerpt,
                buffers: found.buffers,
            },
        });
    }

    /// What was taken down for the alert; what is for the flow is remembered.
    fn take_marks(&mut self, memory: &mut FlowMemory) -> (Vec<Captured>, Vec<Asked>) {
        let (mut captured, mut asked) = (Vec::new(), Vec::<Asked>::new());
        for mark in self.notes.marks.drain(..) {
            match mark {
                Mark::Captured(capture, bytes) => {
                    if capture.scope == CaptureScope::Flow {
                        memory.set_variable(&capture.name, bytes);
                    } else {
                        let of_packet = capture.scope == CaptureScope::Packet;
                        if of_packet && self.packet_variables.len() < FLOW_VARIABLES_MAX {
                            let name = Arc::clone(&capture.name);
                            self.packet_variables.push((name, bytes.clone()));
                        }
                        captured.push(Captured {
                            of_packet,
                            name: Arc::clone(&capture.name),
                            bytes,
                        });
                    }
                }
                Mark::Asked(set, command, value) => {
                    let known = asked
                        .iter_mut()
                        .find(|asked| asked.command == command && Arc::ptr_eq(&asked.set, &set));
                    match known {
                        Some(asked) => asked.values.push(value),
                        None => asked.push(Asked {
                            set,
                            command,
                            values: vec![value],
                        }),
                    }
                }
            }
        }
        (captured, asked)
    }

    /// A rule alerts once per packet, side of a transaction and file.
    fn is_queued(&self, rule: u32, direction: Direction, found: &Found) -> bool {
        let id = |transaction: &Option<TransactionFacts>| {
            transaction.as_ref().map(|transaction| transaction.id)
        };
        self.queue.iter().any(|queued| {
            queued.rule == rule
                && queued.alert.direction == direction
                && id(&queued.alert.transaction) == id(&found.transaction)
                && queued.alert.file == found.file
                && queued.alert.frame == found.frame
        })
    }

    /// The packet is done: its alerts go out in the order of rules, up to the first pass.
    pub(super) fn flush(&mut self, memory: Option<&mut FlowMemory>, out: &mut Vec<Alert>) {
        if self.queue.is_empty() {
            return;
        }
        self.queue.sort_by_key(|queued| queued.rule);
        if let Some(memory) = memory.as_deref() {
            self.add_metadata(memory);
        }
        let pass = self
            .queue
            .iter()
            .position(|queued| queued.alert.rule.action == Action::Pass);
        if let Some(place) = pass {
            if let Some(memory) = memory
                && self
                    .queue
                    .iter()
                    .any(|queued| queued.whole_flow && queued.alert.rule.action == Action::Pass)
            {
                memory.passed = true;
            }
            self.queue.truncate(place);
        }
        let more = self.queue.len().saturating_sub(ALERTS_PER_PACKET_MAX);
        self.statistics.dropped = self.statistics.dropped.saturating_add(more as u64);
        self.queue.truncate(ALERTS_PER_PACKET_MAX);
        out.extend(self.queue.drain(..).map(|queued| queued.alert));
    }
}

fn apply(effect: &Effect, transaction: Option<u64>, file: Option<u64>, memory: &mut FlowMemory) {
    match effect {
        Effect::Store(wish) => memory.store_files(*wish, transaction, file),
        Effect::TransactionBit { bit, operation } => {
            if let Some(id) = transaction {
                let is_set = memory.has_transaction_bit(id, *bit);
                match operation {
                    BitOperation::Set => memory.set_transaction_bit(id, *bit, true),
                    BitOperation::Unset => memory.set_transaction_bit(id, *bit, false),
                    BitOperation::Toggle => memory.set_transaction_bit(id, *bit, !is_set),
                    BitOperation::IsSet | BitOperation::IsNotSet => {}
                }
            }
        }
        Effect::Untrack => {
            memory.silence(None);
            memory.untracked = true;
        }
        Effect::Silence { whole_flow: true } => memory.silence(None),
        Effect::Silence { whole_flow: false } => {
            if transaction.is_some() {
                memory.silence(transaction);
            }
        }
        Effect::Bit { bit, operation } => match operation {
            BitOperation::Set => memory.set_bit(*bit),
            BitOperation::Unset => memory.unset_bit(*bit),
            BitOperation::Toggle if memory.has_bit(*bit) => memory.unset_bit(*bit),
            BitOperation::Toggle => memory.set_bit(*bit),
            BitOperation::IsSet | BitOperation::IsNotSet => {}
        },
        Effect::Counter {
            counter,
            change,
            value,
        } => {
            let value = match value {
                CounterValue::Number(number) => *number,
                CounterValue::Counter(other) => memory.counter(*other).unwrap_or(0),
            };
            let before = memory.counter(*counter).unwrap_or(0);
            let after = match change {
                CounterChange::Assign => value,
                CounterChange::Add => before.saturating_add(value),
                CounterChange::Subtract => before.saturating_sub(value),
            };
            memory.set_counter(*counter, after);
        }
    }
}
