//! Programs by the occasion on which they are asked, each group with the matcher that selects among them.

use super::Missing;
use super::addresses::AddressRules;
use super::always::Always;
use super::ends::Stretches;
use super::place::Draft;
use super::ports::ByPort;
use crate::signature::program::{Field, Kind, Program};
use matcher::{Cache, Database};
use std::collections::HashMap;
use wire::protocol::{Direction, ProtocolSpec};
use wire::registry::PROTOCOLS;

/// Packets by what IP carries: TCP, UDP, ICMP, the rest.
pub(crate) const CLASSES: usize = 4;
/// The class of TCP, whose groups are [`SegmentGroup`]s.
pub(crate) const TCP: usize = 0;

/// Rules over one kind of bytes.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(super) database: Option<Database>,
    pub(super) rules_of: Vec<Vec<u32>>,
    /// Length of the shortest pattern.
    pub(super) bytes_min: usize,
    /// Rules without a pattern.
    pub always: Always,
}

/// Rules over packets in one direction.
#[derive(Debug, Default)]
pub(crate) struct PacketGroup {
    pub(super) patterns: ByPort<Group>,
    /// Rules without a pattern.
    pub always: Always,
}

/// Rules over TCP payload in one direction: over segments by themselves, and over the stream that they make. Both look
/// for their patterns in one scan, as nearly every segment is shown in its stream when it comes.
#[derive(Debug, Default)]
pub(crate) struct SegmentGroup {
    /// Its rules are numbers shifted by one bit, the lowest tells those over the stream.
    pub(super) patterns: ByPort<Group>,
    /// Rules over segments without a pattern.
    pub packet_always: Always,
    /// Rules over the stream without a pattern.
    pub stream_always: Always,
}

/// Rules over transactions of one protocol in one direction.
#[derive(Debug, Default)]
pub(crate) struct TransactionGroup {
    /// Field and the rules selected by it.
    pub buffers: Vec<(usize, Group)>,
    /// Rules without a pattern.
    pub always: Vec<u32>,
}

/// Protocol and name of a frame.
pub(super) type FrameKey = (&'static str, &'static str);

/// All groups.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// Those of TCP stand empty.
    pub(super) packets: [[PacketGroup; 2]; CLASSES],
    pub(super) segments: [SegmentGroup; 2],
    /// By place of the protocol in the registry.
    pub(super) transactions: Vec<[TransactionGroup; 2]>,
    pub(super) files: [Vec<u32>; 2],
    /// By protocol and name.
    pub(super) frames: HashMap<FrameKey, [Group; 2]>,
    pub addresses: AddressRules,
    /// How the headers of rules without a pattern cut addresses and ports.
    pub stretches: Stretches,
    pub protocols: Vec<u32>,
    pub events: HashMap<String, Vec<u32>>,
    /// Rules over packets of any kind, IP or not.
    pub any_packet: Vec<u32>,
    /// Some rule is over a transaction and events as well.
    pub mixed_events: bool,
}

impl Groups {
    pub(crate) fn packets(&self, class: usize, direction: Direction) -> Option<&PacketGroup> {
        self.packets.get(class)?.get(side(direction))
    }

    pub(crate) fn segments(&self, direction: Direction) -> Option<&SegmentGroup> {
        self.segments.get(side(direction))
    }

    pub(crate) fn transactions(
        &self,
        spec: &'static ProtocolSpec,
        direction: Direction,
    ) -> Option<&TransactionGroup> {
        let place = PROTOCOLS
            .iter()
            .position(|known| std::ptr::eq(*known, spec))?;
        self.transactions.get(place)?.get(side(direction))
    }

    /// Rules that name one of these events, as `layer.name`; each once, in rising order.
    pub(crate) fn of_events(&self, events: &[String]) -> Vec<u32> {
        let mut rules: Vec<u32> = events
            .iter()
            .filter_map(|event| self.events.get(event))
            .flatten()
            .copied()
            .collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Whether no rule is over frames.
    pub(crate) fn has_no_frames(&self) -> bool {
        self.frames.is_empty()
    }

    pub(crate) fn frames(
        &self,
        protocol: &'static str,
        name: &'static str,
        direction: Direction,
    ) -> Option<&Group> {
        self.frames.get(&(protocol, name))?.get(side(direction))
    }

    pub(crate) fn files(&self, direction: Direction) -> &[u32] {
        self.files.get(side(direction)).map_or(&[], Vec::as_slice)
    }

    /// Puts every program into its groups; those that fit none come back with what they lack.
    pub(super) fn build(
        programs: &[Program],
        fields: &[Field],
        cache: Option<&Cache>,
    ) -> (Self, Vec<(usize, Missing)>) {
        let mut draft = Draft::new();
        let mut unplaced = Vec::new();
        for (number, program) in programs.iter().enumerate() {
            let rule = u32::try_from(number).unwrap_or(u32::MAX);
            if let Err(missing) = draft.place(rule, program, fields) {
                unplaced.push((number, missing));
            }
        }
        let mixed_events = programs
            .iter()
            .any(|program| program.kind != Kind::Event && !program.events.is_empty());
        match draft.finish(programs, cache) {
            Ok(groups) => (
                Groups {
                    mixed_events,
                    ..groups
                },
                unplaced,
            ),
            // The matcher refuses patterns only beyond its limits, which are wider than the rule reader's.
            Err(error) => {
                let all = (0..programs.len())
                    .map(|number| (number, Missing::because("matcher", error.to_string())));
                (Self::default(), all.collect())
            }
        }
    }
}

impl TransactionGroup {
    /// Whether there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.buffers.is_empty() && self.always.is_empty()
    }
}

impl Group {
    /// Adds the rules whose pattern occurs in the bytes.
    pub(crate) fn select(
        &self,
        scratch: &mut matcher::Scratch,
        bytes: &[u8],
        found: &mut Vec<u32>,
    ) {
        self.each(scratch, bytes, |rule| found.push(rule));
    }

    fn each(&self, scratch: &mut matcher::Scratch, bytes: &[u8], mut found: impl FnMut(u32)) {
        let Some(database) = self
            .database
            .as_ref()
            .filter(|_| bytes.len() >= self.bytes_min)
        else {
            return;
        };
        database.scan(scratch, bytes);
        for hit in scratch.hits() {
            let place = usize::try_from(*hit).unwrap_or(usize::MAX);
            for rule in self.rules_of.get(place).into_iter().flatten() {
                found(*rule);
            }
        }
    }
}

impl PacketGroup {
    /// Adds the rules whose pattern occurs in the bytes; `port` is the server's.
    pub(crate) fn select(
        &self,
        scratch: &mut matcher::Scratch,
        bytes: &[u8],
        port: u16,
        found: &mut Vec<u32>,
    ) {
        for group in self.patterns.at(port) {
            group.select(scratch, bytes, found);
        }
    }
}

impl SegmentGroup {
    /// Adds the rules whose pattern occurs in the bytes: to one list those over segments, to the other those over the
    /// stream; `port` is the server's.
    pub(crate) fn select(
        &self,
        scratch: &mut matcher::Scratch,
        bytes: &[u8],
        port: u16,
        packet: &mut Vec<u32>,
        stream: &mut Vec<u32>,
    ) {
        for group in self.patterns.at(port) {
            group.each(scratch, bytes, |rule| {
                let list = if rule & 1 == 1 {
                    &mut *stream
                } else {
                    &mut *packet
                };
                list.push(rule >> 1);
            });
        }
    }
}

pub(super) const fn side(direction: Direction) -> usize {
    match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    }
}
