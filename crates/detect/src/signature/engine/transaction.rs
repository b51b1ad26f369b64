//! Rules over transactions.

use super::frame::frames_fit;
use super::headers::numbers_fit;
use super::packet::program;
use super::queue::Found;
use super::scene::Scene;
use super::{Engine, Pending, buffers};
use crate::limits::PENDING_PER_PACKET_MAX;
use crate::rule::ast::AbsentMode;
use crate::signature::compile::{Ruleset, TransactionGroup};
use crate::signature::inspect::chain;
use crate::signature::program::{Chain, Kind, NumberTest, Program, Source, Step};
use crate::signature::state::{EngineState, FlowMemory, FrameNote};
use crate::signature::watch::Failure;
use crate::signature::{TransactionFacts, record};
use event::{Record, Value};
use flow::{Conversation, Moment};
use std::sync::Arc;
use wire::protocol::{Direction, Transaction};

/// The facts of a transaction, taken down when the first rule matches in it.
#[derive(Default)]
pub(super) struct LazyFacts(Option<TransactionFacts>);

impl LazyFacts {
    pub(super) fn of(&mut self, transaction: &dyn Transaction) -> TransactionFacts {
        self.0
            .get_or_insert_with(|| TransactionFacts {
                id: transaction.id(),
                name: transaction.event_name(),
                record: Arc::new(record::of_transaction(transaction)),
                companion: record::of_companion(transaction)
                    .map(|(name, record)| (name, Arc::new(record))),
            })
            .clone()
    }
}

impl Engine {
    /// One side of a transaction is complete.
    pub fn side_complete(
        &mut self,
        flow: &mut Conversation<EngineState>,
        transaction: &dyn Transaction,
        direction: Direction,
        moment: Moment,
    ) {
        let rules = Arc::clone(&self.rules);
        let Some(group) = rules.groups.transactions(transaction.protocol(), direction) else {
            return;
        };
        self.seconds = u64::try_from(moment.time.seconds()).unwrap_or(0);
        let events = self.take_events_of(flow.id, transaction.id());
        if group.is_empty() && events.is_empty() {
            return;
        }
        let mut state = std::mem::take(&mut flow.state);
        let memory = state.memory();
        if !memory.passed {
            let scene = Scene {
                flow: Some(flow),
                context: None,
                direction,
                moment,
                events: &events,
                transaction: Some(transaction.id()),
                speaks: flow.app_proto,
                completes_handshake: false,
            };
            self.ask_transaction_rules(&rules, group, &scene, transaction, memory);
        }
        self.keep_entropies(memory);
        flow.state = state;
    }

    /// Names of the events that were told of a transaction in this packet.
    fn take_events_of(&mut self, flow: u64, transaction: u64) -> Vec<String> {
        let mut names = Vec::new();
        self.of_transactions.retain(|event| {
            let is_its = event.flow == flow && event.transaction == transaction;
            if is_its {
                names.push(event.name.clone());
            }
            !is_its
        });
        names
    }

    /// Rules over events alone, told of this transaction.
    fn ask_event_rules(
        &mut self,
        rules: &Ruleset,
        scene: &Scene<'_>,
        transaction: &dyn Transaction,
        facts: &mut LazyFacts,
        memory: &mut FlowMemory,
    ) {
        for rule in rules.groups.of_events(scene.events) {
            let Some(program) = program(rules, rule) else {
                continue;
            };
            // An event told of the answer is one of the request as well: it is the same transaction.
            let reversed = Scene {
                direction: Direction::ToServer,
                ..*scene
            };
            let is_answer = scene.direction == Direction::ToClient
                && transaction.direction() == Direction::ToServer;
            let scene = match program.flow.direction {
                Some(Direction::ToServer) if is_answer => &reversed,
                _ => scene,
            };
            let mut events = program.events.iter();
            let has_all =
                events.all(|wanted| scene.events.contains(&wanted.name) != wanted.negated);
            if program.kind == Kind::Event && has_all && self.fits(program, scene, memory) {
                self.forget_notes(program);
                let found = Found {
                    transaction: Some(facts.of(transaction)),
                    ..Found::default()
                };
                let needs_packet = !program.packet.is_empty() || !program.chains.is_empty();
                if needs_packet {
                    self.matched_or_pending(rule, program, scene, memory, found);
                } else {
                    self.matched(rule, program, scene, memory, found, &[]);
                }
            }
        }
    }

    fn ask_transaction_rules(
        &mut self,
        rules: &Ruleset,
        group: &TransactionGroup,
        scene: &Scene<'_>,
        transaction: &dyn Transaction,
        memory: &mut FlowMemory,
    ) {
        self.buffers.clear();
        let mut selected = std::mem::take(&mut self.selected);
        selected.clear();
        for (place, patterns) in &group.buffers {
            let Some(field) = rules.fields.get(*place) else {
                continue;
            };
            self.buffers
                .fetch(*place, field, transaction, scene.direction);
            for instance in self.buffers.instances(*place) {
                patterns.select(&mut self.scratch, instance, &mut selected);
            }
        }
        selected.extend_from_slice(&group.always);
        selected.sort_unstable();
        selected.dedup();
        let mut facts = LazyFacts::default();
        self.ask_event_rules(rules, scene, transaction, &mut facts, memory);
        for rule in &selected {
            let Some(program) = program(rules, *rule) else {
                continue;
            };
            if !self.fits(program, scene, memory) {
                continue;
            }
            let is_noted = !program.has_frame_beside_others
                || frames_fit(
                    program,
                    note_of(*rule, scene.direction, transaction),
                    memory,
                );
            if is_noted && self.transaction_fits(rules, program, scene.direction, transaction) {
                let found = Found {
                    transaction: Some(facts.of(transaction)),
                    file: carried_file(transaction),
                    ..Found::default()
                };
                self.matched_or_pending(*rule, program, scene, memory, found);
            } else if program.watched {
                self.missed_transaction(program, scene, transaction);
            }
        }
        self.selected = selected;
    }

    /// The rule matched, unless a part of it is about the packet, which comes later.
    pub(super) fn matched_or_pending(
        &mut self,
        rule: u32,
        program: &Program,
        scene: &Scene<'_>,
        memory: &mut FlowMemory,
        mut found: Found,
    ) {
        found.buffers.extend(self.shown_fields(program));
        if !program.needs_packet() {
            self.matched(rule, program, scene, memory, found, &[]);
        } else if self.pending.len() < PENDING_PER_PACKET_MAX {
            self.pending.push(Pending {
                rule,
                direction: scene.direction,
                found,
                marks: std::mem::take(&mut self.notes.marks),
            });
        }
    }

    /// Buffers and numbers of the transaction.
    pub(super) fn transaction_fits(
        &mut self,
        rules: &Ruleset,
        program: &Program,
        direction: Direction,
        transaction: &dyn Transaction,
    ) -> bool {
        if !program
            .numbers
            .iter()
            .all(|test| number_fits(test, direction, transaction, self.seconds))
        {
            return false;
        }
        self.forget_notes(program);
        self.notes.high_byte_first = transaction.is_high_byte_first();
        program.chains.iter().all(|chain| match chain.source {
            Source::Field(place) => {
                if let Some(field) = rules.fields.get(place) {
                    self.buffers.fetch(place, field, transaction, direction);
                }
                self.field_fits(chain, place)
            }
            _ => true,
        })
    }

    /// Says where a rule failed in a transaction.
    fn missed_transaction(
        &mut self,
        program: &Program,
        scene: &Scene<'_>,
        transaction: &dyn Transaction,
    ) {
        let mut tests = program.numbers.iter();
        match tests.position(|test| !number_fits(test, scene.direction, transaction, self.seconds))
        {
            Some(test) => self.missed(program, scene, Failure::Number(test)),
            None => self.missed_bytes(program, scene),
        }
    }

    /// One of the instances is as the rule wants it.
    fn field_fits(&mut self, chain: &Chain, place: usize) -> bool {
        let mut instances = self.buffers.instances(place).peekable();
        match (instances.peek().is_some(), chain.absent) {
            (false, absent) => {
                self.notes.no_buffer(&chain.steps);
                absent.is_some()
            }
            (true, Some(AbsentMode::Only)) => false,
            (true, _) => {
                let notes = &mut self.notes;
                let asks = chain
                    .steps
                    .iter()
                    .any(|step| matches!(step.step, Step::SharedDataset { .. }));
                if asks {
                    // The set may hold any of them: all are noted.
                    return instances
                        .filter(|instance| chain::matches(&chain.steps, instance, notes))
                        .count()
                        > 0;
                }
                instances.any(|instance| chain::matches(&chain.steps, instance, notes))
            }
        }
    }
}

/// What frames of this transaction must have been noted as.
fn note_of(rule: u32, direction: Direction, transaction: &dyn Transaction) -> FrameNote {
    FrameNote {
        rule,
        chain: 0,
        direction,
        transaction: Some(transaction.id()),
    }
}

/// The file that passes in a transaction, as an alert's `files` has it.
fn carried_file(transaction: &dyn Transaction) -> Option<Record> {
    let (name, size) = transaction.carried_file()?;
    let mut record = Record::new();
    if !name.is_empty() {
        record.push("filename", Value::bytes(name));
    }
    record.push("gaps", false);
    record.push("state", "UNKNOWN");
    record.push("stored", false);
    record.push("size", size);
    record.push("tx_id", transaction.id());
    Some(record)
}

fn number_fits(
    test: &NumberTest,
    direction: Direction,
    transaction: &dyn Transaction,
    seconds: u64,
) -> bool {
    let spec = transaction.protocol();
    let Some((index, field)) = spec
        .numbers
        .iter()
        .enumerate()
        .find(|(_, field)| field.name == test.name)
    else {
        return false;
    };
    let mut values = Vec::new();
    transaction.number(
        index,
        buffers::known_on(field, test.direction, direction),
        &mut |value| {
            if values.len() < crate::limits::INSTANCES_MAX {
                values.push(value);
            }
        },
    );
    let comparison = if test.is_time {
        test.comparison.with(seconds)
    } else {
        test.comparison
    };
    numbers_fit(&values, &comparison, test.index)
}
