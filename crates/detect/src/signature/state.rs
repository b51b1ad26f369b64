//! What the engine keeps beside each flow.

use crate::limits::{
    EVENTS_PER_FLOW_MAX, FILE_ALERTS_MAX, FLOW_BITS_MAX, STREAM_ALERTED_MAX, STREAM_CANDIDATES_MAX,
};
use wire::protocol::Direction;

/// The engine's memory of one flow: the `S` of `flow::Conversation<S>`. Empty until it is needed.
#[derive(Debug, Default)]
pub struct EngineState {
    inner: Option<Box<FlowMemory>>,
}

impl EngineState {
    /// Names of the flow bits that are set cannot be told without the rule set; this is how many.
    pub fn flow_bits_set(&self) -> usize {
        self.inner.as_ref().map_or(0, |memory| memory.bits.len())
    }

    pub(crate) fn memory(&mut self) -> &mut FlowMemory {
        self.inner.get_or_insert_default()
    }
}

#[derive(Debug, Default)]
pub(crate) struct FlowMemory {
    /// Flow bits that are set, sorted.
    bits: Vec<u32>,
    /// Counters of `flowint`, sorted by number.
    counters: Vec<(u32, u32)>,
    /// A rule said that the rest of the flow is fine.
    pub passed: bool,
    to_server: SideMemory,
    to_client: SideMemory,
    /// Events of the application protocol so far, as `layer.name`.
    events: Vec<String>,
    /// Rule and file that have alerted.
    file_alerts: Vec<(u32, u64)>,
}

#[derive(Debug, Default)]
pub(crate) struct SideMemory {
    /// Rules without pattern whose header fits this flow, once worked out, for packets.
    pub packet_rules: Option<Box<[u32]>>,
    /// The same for the stream.
    pub stream_rules: Option<Box<[u32]>>,
    /// Rules about addresses only have been asked.
    pub addresses_done: bool,
    /// Rules about the application protocol only have been asked.
    pub protocol_done: bool,
    /// Stream bytes seen so far.
    pub stream_bytes: u64,
    /// Rules whose pattern was seen at a position of the stream and that did not match yet.
    pub candidates: Vec<(u32, u64)>,
    /// Rules that alerted on the stream, and up to where.
    alerted: Vec<(u32, u64)>,
}

impl FlowMemory {
    pub fn side(&mut self, direction: Direction) -> &mut SideMemory {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    pub fn side_ref(&self, direction: Direction) -> &SideMemory {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    /// Flow bits that are set.
    pub fn bits(&self) -> &[u32] {
        &self.bits
    }

    pub fn has_bit(&self, bit: u32) -> bool {
        self.bits.binary_search(&bit).is_ok()
    }

    pub fn set_bit(&mut self, bit: u32) {
        if let Err(place) = self.bits.binary_search(&bit)
            && self.bits.len() < FLOW_BITS_MAX
        {
            self.bits.insert(place, bit);
        }
    }

    pub fn unset_bit(&mut self, bit: u32) {
        if let Ok(place) = self.bits.binary_search(&bit) {
            self.bits.remove(place);
        }
    }

    pub fn counter(&self, number: u32) -> Option<u32> {
        let place = self
            .counters
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()?;
        self.counters.get(place).map(|(_, value)| *value)
    }

    pub fn set_counter(&mut self, number: u32, value: u32) {
        match self
            .counters
            .binary_search_by_key(&number, |(number, _)| *number)
        {
            Ok(place) => {
                if let Some(slot) = self.counters.get_mut(place) {
                    slot.1 = value;
                }
            }
            Err(place) if self.counters.len() < FLOW_BITS_MAX => {
                self.counters.insert(place, (number, value))
            }
            Err(_) => {}
        }
    }

    /// Remembers an event of the application protocol.
    pub fn note_event(&mut self, name: &str) {
        if self.events.len() < EVENTS_PER_FLOW_MAX && !self.has_event(name) {
            self.events.push(name.to_owned());
        }
    }

    pub fn has_event(&self, name: &str) -> bool {
        self.events.iter().any(|known| known == name)
    }

    /// Remembers that the rule alerted on the file; false if it had already.
    pub fn first_file_alert(&mut self, rule: u32, file: u64) -> bool {
        if self.file_alerts.contains(&(rule, file)) {
            return false;
        }
        if self.file_alerts.len() >= FILE_ALERTS_MAX {
            self.file_alerts.remove(0);
        }
        self.file_alerts.push((rule, file));
        true
    }
}

impl SideMemory {
    /// Up to which position of the stream the rule has alerted.
    pub fn alerted_until(&self, rule: u32) -> u64 {
        self.alerted
            .iter()
            .find(|(known, _)| *known == rule)
            .map_or(0, |(_, until)| *until)
    }

    pub fn set_alerted(&mut self, rule: u32, until: u64) {
        if let Some(entry) = self.alerted.iter_mut().find(|(known, _)| *known == rule) {
            entry.1 = until;
            return;
        }
        if self.alerted.len() >= STREAM_ALERTED_MAX {
            self.alerted.remove(0);
        }
        self.alerted.push((rule, until));
    }

    /// Remembers a rule whose pattern was seen; of too many the oldest goes.
    pub fn add_candidate(&mut self, rule: u32, position: u64) {
        if self.candidates.iter().any(|(known, _)| *known == rule) {
            return;
        }
        if self.candidates.len() >= STREAM_CANDIDATES_MAX {
            self.candidates.remove(0);
        }
        self.candidates.push((rule, position));
    }
}
