//! What the engine keeps beside each flow.

use crate::limits::{
    EVENTS_PER_FLOW_MAX, FILE_ALERTS_MAX, FLOW_BITS_MAX, FLOW_VARIABLES_MAX, FRAME_NOTES_MAX,
    STREAM_ALERTED_MAX, STREAM_CANDIDATES_MAX,
};
use crate::signature::compile::{bit_of_protocol, gate_bit};
use crate::signature::named::NamedValues;
use crate::signature::program::{StoreScope, StoreWish};
use crate::signature::reload::Translation;
use std::sync::Arc;
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

    /// Bytes held beside the flow.
    pub fn held_bytes(&self) -> usize {
        self.inner.as_ref().map_or(0, |memory| memory.held_bytes())
    }

    /// Whether a rule asked for the file to be kept (`filestore`).
    pub fn wants_file(&self, file: WishedFile) -> bool {
        self.inner.as_ref().is_some_and(|memory| {
            let mut wishes = memory.wishes.iter();
            wishes.any(|wish| {
                let direction = wish.direction;
                wish.files.contain(file)
                    && direction.is_none_or(|direction| direction == file.direction)
            })
        })
    }

    /// What is remembered, if anything is.
    pub(crate) fn remembered(&self) -> Option<&FlowMemory> {
        self.inner.as_deref()
    }

    pub(crate) fn remembered_mut(&mut self) -> Option<&mut FlowMemory> {
        self.inner.as_deref_mut()
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
    /// What the flow was known to speak after its packet before.
    pub spoke_before: Option<&'static str>,
    /// The bit by which gates of rules know what the flow speaks, with the name that it stands for.
    protocol: Option<(&'static str, u64)>,
    /// Whether the flow was established after its packet before.
    pub established_before: bool,
    /// A rule said that the rest of the flow is fine.
    pub passed: bool,
    /// A rule said that the flow is not to be followed: not even its end is told.
    pub untracked: bool,
    to_server: SideMemory,
    to_client: SideMemory,
    /// Events of the application protocol so far, as `layer.name`.
    events: Vec<String>,
    /// Events of transactions of which one direction is still to hear, with that in which they were told; None while
    /// their packet is in work.
    pub echoes: Vec<(Option<Direction>, String)>,
    /// Rule and file that have alerted.
    file_alerts: Vec<(u32, u64)>,
    /// Bits of transactions.
    transaction_bits: Vec<(u64, u32)>,
    /// Transactions whose events are not told; None is all of them.
    silenced: Vec<Option<u64>>,
    /// Bytes that expressions took down, by name.
    variables: NamedValues<Arc<str>, Vec<u8>, FLOW_VARIABLES_MAX>,
    /// What was measured last, by buffer.
    entropies: NamedValues<&'static str, f64, FLOW_VARIABLES_MAX>,
    /// Files that rules want to be kept.
    wishes: Vec<Wish>,
    /// Frames that fitted a part of a rule over several, whose other parts may follow.
    frames: Vec<FrameNote>,
}

/// A frame fitted a part of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameNote {
    pub rule: u32,
    /// Place of the part in the rule.
    pub chain: usize,
    pub direction: Direction,
    pub transaction: Option<u64>,
}

/// A file, as far as wishes to keep it name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WishedFile {
    /// Number in its flow.
    pub id: u64,
    /// Number of its transaction.
    pub transaction_id: u64,
    /// Which way it travels.
    pub direction: Direction,
}

#[derive(Debug, PartialEq, Eq)]
struct Wish {
    direction: Option<Direction>,
    files: WishedFiles,
}

#[derive(Debug, PartialEq, Eq)]
enum WishedFiles {
    /// That of this number.
    One(u64),
    OfTransaction(u64),
    All,
}

impl WishedFiles {
    const fn contain(&self, file: WishedFile) -> bool {
        match self {
            Self::One(id) => *id == file.id,
            Self::OfTransaction(id) => *id == file.transaction_id,
            Self::All => true,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct SideMemory {
    /// Rules without pattern whose header fits this flow, as places of their gates, once worked out, for packets.
    pub packet_rules: Option<Arc<[u32]>>,
    /// The same for the stream.
    pub stream_rules: Option<Arc<[u32]>>,
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

    fn held_bytes(&self) -> usize {
        let mut bytes = size_of::<Self>();
        let mut add = |count: usize, each: usize| {
            bytes = bytes.saturating_add(count.saturating_mul(each));
        };
        add(self.bits.capacity(), size_of::<u32>());
        add(self.counters.capacity(), size_of::<(u32, u32)>());
        add(self.events.capacity(), size_of::<String>());
        add(
            self.echoes.capacity(),
            size_of::<(Option<Direction>, String)>(),
        );
        add(self.file_alerts.capacity(), size_of::<(u32, u64)>());
        add(self.transaction_bits.capacity(), size_of::<(u64, u32)>());
        add(self.frames.capacity(), size_of::<FrameNote>());
        for (_, value) in self.variables.iter() {
            add(value.capacity(), 1);
        }
        for side in [&self.to_server, &self.to_client] {
            let lists = [&side.packet_rules, &side.stream_rules];
            for list in lists.into_iter().flatten() {
                add(list.len(), size_of::<u32>());
            }
            add(side.candidates.capacity(), size_of::<(u32, u64)>());
            add(side.alerted.capacity(), size_of::<(u32, u64)>());
        }
        bytes
    }

    /// Says everything in the numbers of other rules.
    pub fn translate(&mut self, translation: &Translation) {
        let bits = self.bits.iter();
        self.bits = bits.filter_map(|bit| translation.bit(*bit)).collect();
        self.bits.sort_unstable();
        let counters = self.counters.iter();
        self.counters = counters
            .filter_map(|(number, value)| Some((translation.counter(*number)?, *value)))
            .collect();
        self.counters.sort_unstable();
        self.transaction_bits
            .retain_mut(|(_, bit)| translate(bit, translation.bit(*bit)));
        self.frames.clear();
        self.file_alerts
            .retain_mut(|(rule, _)| translate(rule, translation.rule(*rule)));
        for side in [&mut self.to_server, &mut self.to_client] {
            side.packet_rules = None;
            side.stream_rules = None;
            for list in [&mut side.candidates, &mut side.alerted] {
                list.retain_mut(|(rule, _)| translate(rule, translation.rule(*rule)));
            }
        }
    }

    /// The bit of a protocol, 0 for none.
    pub fn protocol_bit(&mut self, name: Option<&'static str>) -> u64 {
        match (name, self.protocol) {
            (None, _) => 0,
            (Some(name), Some((known, bit))) if std::ptr::eq(name, known) => bit,
            (Some(name), _) => {
                let bit = bit_of_protocol(name);
                self.protocol = Some((name, bit));
                bit
            }
        }
    }

    /// Flow bits that are set.
    pub fn bits(&self) -> &[u32] {
        &self.bits
    }

    /// Which flow bits are set, as far as gates of rules tell them apart.
    pub fn bits_seen(&self) -> u32 {
        self.bits.iter().fold(0, |seen, bit| seen | gate_bit(*bit))
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

    /// Counters by number.
    pub fn counters(&self) -> impl Iterator<Item = (u32, u32)> {
        self.counters.iter().copied()
    }

    pub fn has_transaction_bit(&self, transaction: u64, bit: u32) -> bool {
        self.transaction_bits.contains(&(transaction, bit))
    }

    /// Sets or unsets a bit of a transaction; of too many the oldest goes.
    pub fn set_transaction_bit(&mut self, transaction: u64, bit: u32, set: bool) {
        self.transaction_bits
            .retain(|known| *known != (transaction, bit));
        if set {
            if self.transaction_bits.len() >= FLOW_BITS_MAX {
                self.transaction_bits.remove(0);
            }
            self.transaction_bits.push((transaction, bit));
        }
    }

    /// Events of a transaction, or all, are not told any more.
    pub fn silence(&mut self, transaction: Option<u64>) {
        if self.silenced.contains(&transaction) {
            return;
        }
        if self.silenced.len() >= FLOW_BITS_MAX {
            self.silenced.remove(0);
        }
        self.silenced.push(transaction);
    }

    /// Whether events of the transaction are not to be told.
    pub fn is_silenced(&self, transaction: Option<u64>) -> bool {
        self.silenced
            .iter()
            .any(|silenced| silenced.is_none() || *silenced == transaction)
    }

    /// Remembers bytes by name.
    pub fn set_variable(&mut self, name: &Arc<str>, bytes: Vec<u8>) {
        self.variables.set(Arc::clone(name), bytes);
    }

    /// Bytes by name.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.variables
            .iter()
            .map(|(name, bytes)| (&**name, bytes.as_slice()))
    }

    /// Remembers what was measured of a buffer.
    pub fn set_entropy(&mut self, buffer: &'static str, bits: f64) {
        self.entropies.set(buffer, bits);
    }

    /// What was measured, by buffer.
    pub fn entropies(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.entropies.iter().copied()
    }

    /// Remembers which files are to be kept; of too many wishes the oldest goes.
    pub fn store_files(&mut self, wish: StoreWish, transaction: Option<u64>, file: Option<u64>) {
        let files = match (wish.scope, transaction, file) {
            (StoreScope::File, _, Some(id)) => WishedFiles::One(id),
            (StoreScope::Transaction, Some(id), _) => WishedFiles::OfTransaction(id),
            (StoreScope::Flow, ..) => WishedFiles::All,
            _ => return,
        };
        // The one file that was looked at is meant whichever way it travels.
        let direction = match wish.scope {
            StoreScope::File => None,
            StoreScope::Transaction | StoreScope::Flow => wish.direction,
        };
        let wish = Wish { direction, files };
        if self.wishes.contains(&wish) {
            return;
        }
        if self.wishes.len() >= FILE_ALERTS_MAX {
            self.wishes.remove(0);
        }
        self.wishes.push(wish);
    }

    /// Remembers a frame that fitted a part of a rule; of too many the oldest goes.
    pub fn note_frame(&mut self, note: FrameNote) {
        if self.frames.contains(&note) {
            return;
        }
        if self.frames.len() >= FRAME_NOTES_MAX {
            self.frames.remove(0);
        }
        self.frames.push(note);
    }

    /// Whether a frame fitted this part of a rule, in the same transaction where both know theirs.
    pub fn has_frame(&self, wanted: FrameNote) -> bool {
        self.frames.iter().any(|note| {
            let same_transaction = match (note.transaction, wanted.transaction) {
                (Some(note), Some(wanted)) => note == wanted,
                _ => true,
            };
            (note.rule, note.chain, note.direction) == (wanted.rule, wanted.chain, wanted.direction)
                && same_transaction
        })
    }

    /// The rule matched: its next match needs new frames.
    pub fn forget_frames(&mut self, rule: u32) {
        self.frames.retain(|note| note.rule != rule);
    }

    /// Remembers an event of the application protocol.
    pub fn note_event(&mut self, name: &str) {
        if self.events.len() < EVENTS_PER_FLOW_MAX && !self.has_event(name) {
            self.events.push(name.to_owned());
        }
    }

    /// Remembers that the other direction is still to hear of an event.
    pub fn note_echo(&mut self, name: &str) {
        if self.echoes.len() < EVENTS_PER_FLOW_MAX {
            self.echoes.push((None, name.to_owned()));
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

/// Puts the new number in the place of the old; false where there is none.
fn translate(number: &mut u32, new: Option<u32>) -> bool {
    if let Some(new) = new {
        *number = new;
    }
    new.is_some()
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
