//! What alerts and events of a flow say beside their own: bits, counters, variables, measurements.

use super::Engine;
use crate::signature::alert::Captured;
use crate::signature::state::{EngineState, FlowMemory};
use event::{Event, Record, Value};
use flow::Conversation;
use std::sync::Arc;

/// Bits whose names begin so are told as `traffic` (what kind of traffic it is, or how it is labelled).
const TRAFFIC: [(&str, &str); 2] = [("traffic/id/", "id"), ("traffic/label/", "label")];

impl Engine {
    /// An event of a flow is about to be told: adds what the rules remember of the flow. False: a rule wants it quiet.
    pub fn adorn(&self, flow: &mut Conversation<EngineState>, event: &mut Event) -> bool {
        let Some(memory) = flow.state.remembered() else {
            return true;
        };
        let is_told = event.kind == "flow" && !memory.untracked;
        if !is_told && memory.is_silenced(event.tx_id) {
            return false;
        }
        let (metadata, traffic) = self.remembered(memory);
        if let Some(traffic) = traffic {
            event.body.push("traffic", traffic);
        }
        if !metadata.is_empty() {
            event.body.push("metadata", metadata);
        }
        true
    }

    /// Adds it to the alerts of the packet in work.
    pub(super) fn add_metadata(&mut self, memory: &FlowMemory) {
        let (metadata, traffic) = self.remembered(memory);
        let of_packet = self
            .queue
            .iter()
            .flat_map(|queued| &queued.alert.captured)
            .filter(|captured| captured.of_packet)
            .map(variable);
        let variables: Vec<Value> = of_packet.collect();
        for queued in &mut self.queue {
            queued.alert.metadata = metadata.clone();
            queued.alert.traffic = traffic.clone();
            if !variables.is_empty() {
                let list = Value::List(variables.clone());
                queued.alert.metadata.push("pktvars", list);
            }
        }
    }

    /// What is remembered of a flow, and what its `traffic` bits say.
    fn remembered(&self, memory: &FlowMemory) -> (Record, Option<Record>) {
        let mut metadata = Record::new();
        let mut traffic = Record::new();
        let names: Vec<Arc<str>> = memory
            .bits()
            .iter()
            .filter_map(|bit| self.rules.bit_name(*bit))
            .collect();
        let is_traffic = |name: &str| TRAFFIC.iter().any(|(start, _)| name.starts_with(start));
        push_list(
            &mut metadata,
            "flowbits",
            names
                .iter()
                .filter(|name| !is_traffic(name))
                .map(|name| Value::from(name.to_string())),
        );
        for (start, name) in TRAFFIC {
            let values = names.iter().filter_map(|bit| bit.strip_prefix(start));
            push_list(
                &mut traffic,
                name,
                values.map(|value| Value::from(value.to_owned())),
            );
        }
        let counters = memory.counters().filter_map(|(number, value)| {
            let name = self.rules.counter_name(number)?;
            Some((name, Value::from(value)))
        });
        let counters = counters.fold(Record::new(), |mut record, (name, value)| {
            record.push(name.to_string(), value);
            record
        });
        if !counters.is_empty() {
            metadata.push("flowints", counters);
        }
        push_list(
            &mut metadata,
            "flowvars",
            memory.variables().map(|(name, bytes)| {
                let mut record = Record::new();
                record.push(name.to_owned(), Value::bytes(bytes));
                Value::Record(record)
            }),
        );
        let mut entropies = Record::new();
        for (buffer, bits) in memory.entropies() {
            entropies.push(buffer.replace('.', "_"), bits);
        }
        if !entropies.is_empty() {
            metadata.push("entropy", entropies);
        }
        (metadata, (!traffic.is_empty()).then_some(traffic))
    }
}

fn push_list(record: &mut Record, name: &'static str, values: impl Iterator<Item = Value>) {
    let values: Vec<Value> = values.collect();
    if !values.is_empty() {
        record.push(name, Value::List(values));
    }
}

fn variable(captured: &Captured) -> Value {
    let mut record = Record::new();
    record.push(captured.name.to_string(), Value::bytes(&captured.bytes));
    Value::Record(record)
}
