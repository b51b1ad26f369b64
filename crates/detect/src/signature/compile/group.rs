//! Programs by the occasion on which they are asked, each group with the matcher that selects among them.

use super::Missing;
use super::always::Always;
use super::addresses::AddressRules;
use super::draft::{DraftGroup, finish_all};
use super::rule::may_be_absent;
use crate::signature::program::{
    Chain, ContentStep, Field, Kind, Program, Source, Step, TransportTest,
};
use matcher::{Cache, CompileError, Database};
use std::collections::{BTreeMap, HashMap};
use wire::frame::FRAMES;
use wire::protocol::{Carrier, Direction, FieldSpec, ProtocolSpec};
use wire::registry::{PROTOCOLS, holds};

/// Shorter payload patterns are not worth a place in the matcher: they hit everywhere.
const PAYLOAD_PATTERN_BYTES_MIN: usize = 4;

/// Packets by what IP carries: TCP, UDP, ICMP, the rest.
pub(crate) const CLASSES: usize = 4;
/// The class of TCP, whose groups are [`SegmentGroup`]s.
pub(crate) const TCP: usize = 0;

/// Rules over one kind of bytes.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(super) database: Option<Database>,
    pub(super) rules_of: Vec<Vec<u32>>,
    /// Rules without a pattern.
    pub always: Always,
}

/// Rules over TCP payload in one direction: over segments by themselves, and over the stream that they make. Both look
/// for their patterns in one scan, as nearly every segment is shown in its stream when it comes.
#[derive(Debug, Default)]
pub(crate) struct SegmentGroup {
    /// Its rules are numbers shifted by one bit, the lowest tells those over the stream.
    patterns: Group,
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
type FrameKey = (&'static str, &'static str);

/// All groups.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// Those of TCP stand empty.
    packets: [[Group; 2]; CLASSES],
    segments: [SegmentGroup; 2],
    /// By place of the protocol in the registry.
    transactions: Vec<[TransactionGroup; 2]>,
    files: [Vec<u32>; 2],
    /// By protocol and name.
    frames: HashMap<FrameKey, [Group; 2]>,
    pub addresses: AddressRules,
    pub protocols: Vec<u32>,
    pub events: HashMap<String, Vec<u32>>,
    /// Rules over packets of any kind, IP or not.
    pub any_packet: Vec<u32>,
    /// Some rule is over a transaction and events as well.
    pub mixed_events: bool,
}

impl Groups {
    pub(crate) fn packets(&self, class: usize, direction: Direction) -> Option<&Group> {
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
        let mut draft = Draft::default();
        draft
            .transactions
            .resize_with(PROTOCOLS.len(), Default::default);
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
        let Some(database) = &self.database else {
            return;
        };
        database.scan(scratch, bytes);
        for hit in scratch.hits() {
            let place = usize::try_from(*hit).unwrap_or(usize::MAX);
            if let Some(rules) = self.rules_of.get(place) {
                found.extend_from_slice(rules);
            }
        }
    }
}

impl SegmentGroup {
    /// Adds the rules whose pattern occurs in the bytes: to one list those over segments, to the other those over the
    /// stream.
    pub(crate) fn select(
        &self,
        scratch: &mut matcher::Scratch,
        bytes: &[u8],
        packet: &mut Vec<u32>,
        stream: &mut Vec<u32>,
    ) {
        let Some(database) = &self.patterns.database else {
            return;
        };
        database.scan(scratch, bytes);
        for hit in scratch.hits() {
            let place = usize::try_from(*hit).unwrap_or(usize::MAX);
            for rule in self.patterns.rules_of.get(place).into_iter().flatten() {
                let list = if rule & 1 == 1 {
                    &mut *stream
                } else {
                    &mut *packet
                };
                list.push(rule >> 1);
            }
        }
    }
}

const fn side(direction: Direction) -> usize {
    match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    }
}

const BOTH: [Direction; 2] = [Direction::ToServer, Direction::ToClient];

#[derive(Default)]
struct DraftTransactions {
    buffers: Vec<(usize, DraftGroup)>,
    always: Vec<u32>,
}

#[derive(Default)]
struct DraftSegments {
    patterns: DraftGroup,
    packet_always: Vec<u32>,
    stream_always: Vec<u32>,
}

impl DraftSegments {
    fn add(&mut self, rule: u32, pattern: Option<(&[u8], bool)>, of_stream: bool) {
        match pattern {
            Some(_) => {
                let tagged = rule << 1 | u32::from(of_stream);
                self.patterns.add(tagged, pattern);
            }
            None if of_stream => self.stream_always.push(rule),
            None => self.packet_always.push(rule),
        }
    }
}

#[derive(Default)]
struct Draft {
    packets: [[DraftGroup; 2]; CLASSES],
    segments: [DraftSegments; 2],
    transactions: Vec<[DraftTransactions; 2]>,
    files: [Vec<u32>; 2],
    frames: BTreeMap<FrameKey, [DraftGroup; 2]>,
    addresses: Vec<u32>,
    protocols: Vec<u32>,
    events: HashMap<String, Vec<u32>>,
    any_packet: Vec<u32>,
}

impl Draft {
    fn place(&mut self, rule: u32, program: &Program, fields: &[Field]) -> Result<(), Missing> {
        match program.kind {
            Kind::Packet => self.place_packet(rule, program, classes(program)),
            Kind::Stream { on_packets } => {
                // Datagrams have no stream: their payload is the packet's.
                let classes = classes(program).filter(move |class| *class != TCP || on_packets);
                self.place_packet(rule, program, classes);
                if carried(program, Carrier::Stream) {
                    self.place_stream(rule, program);
                }
            }
            Kind::Addresses => self.addresses.push(rule),
            Kind::Protocol => self.protocols.push(rule),
            Kind::Event => {
                let wanted = program.events.iter().find(|event| !event.negated);
                let Some(event) = wanted else {
                    return Err(Missing::new("negated event"));
                };
                self.events
                    .entry(event.name.clone())
                    .or_default()
                    .push(rule);
            }
            Kind::File => {
                for direction in directions(program) {
                    if let Some(list) = self.files.get_mut(side(direction)) {
                        list.push(rule);
                    }
                }
            }
            Kind::Transaction => return self.place_transaction(rule, program, fields),
            Kind::Frame => return self.place_frame(rule, program),
        }
        Ok(())
    }

    fn place_packet(&mut self, rule: u32, program: &Program, classes: impl Iterator<Item = usize>) {
        let pattern = payload_pattern(program);
        if matches!(
            program.header.transport,
            TransportTest::PacketHeader | TransportTest::Arp
        ) {
            self.any_packet.push(rule);
            return;
        }
        for class in classes {
            for direction in directions(program) {
                if class == TCP {
                    if let Some(group) = self.segments.get_mut(side(direction)) {
                        group.add(rule, pattern, false);
                    }
                } else if let Some(group) = self
                    .packets
                    .get_mut(class)
                    .and_then(|sides| sides.get_mut(side(direction)))
                {
                    group.add(rule, pattern);
                }
            }
        }
    }

    fn place_stream(&mut self, rule: u32, program: &Program) {
        let pattern = payload_pattern(program);
        for direction in directions(program) {
            if let Some(group) = self.segments.get_mut(side(direction)) {
                group.add(rule, pattern, true);
            }
        }
    }

    fn place_frame(&mut self, rule: u32, program: &Program) -> Result<(), Missing> {
        let mut names = program.chains.iter().map(|chain| match chain.source {
            Source::Frame(name) => Some(name),
            _ => None,
        });
        let Some(Some(name)) = names
            .next()
            .filter(|first| names.all(|name| name == *first))
        else {
            return Err(Missing::because(
                "frame",
                "beside another buffer".to_owned(),
            ));
        };
        let applications = &program.header.applications;
        let mut placed = false;
        for (protocol, frames) in FRAMES {
            let speaks = applications.is_empty() || applications.contains(protocol);
            if !speaks || !frames.contains(&name) {
                continue;
            }
            let groups = self.frames.entry((protocol, name)).or_default();
            for direction in directions(program) {
                if let Some(group) = groups.get_mut(side(direction)) {
                    placed = true;
                    group.add(rule, frame_pattern(program));
                }
            }
        }
        if placed {
            Ok(())
        } else {
            Err(Missing::because("frame", name.to_owned()))
        }
    }

    fn place_transaction(
        &mut self,
        rule: u32,
        program: &Program,
        fields: &[Field],
    ) -> Result<(), Missing> {
        let pattern = field_pattern(program);
        let mut placed = false;
        for (place, spec) in PROTOCOLS.iter().enumerate() {
            if !speaks(program, spec) || !has_all(program, spec, fields) {
                continue;
            }
            for direction in transaction_directions(program, spec, fields) {
                let group = self
                    .transactions
                    .get_mut(place)
                    .and_then(|sides| sides.get_mut(side(direction)));
                if let Some(group) = group {
                    placed = true;
                    group.add(rule, pattern);
                }
            }
        }
        if placed {
            Ok(())
        } else {
            Err(lacking(program, fields))
        }
    }

    fn finish(self, programs: &[Program], cache: Option<&Cache>) -> Result<Groups, CompileError> {
        let mut drafts: Vec<DraftGroup> = self.packets.into_iter().flatten().collect();
        let always = self.segments.map(|draft| {
            drafts.push(draft.patterns);
            (draft.packet_always, draft.stream_always)
        });
        let mut fields_of = Vec::new();
        for sides in self.transactions {
            fields_of.push(sides.map(|draft| {
                let (fields, groups): (Vec<usize>, Vec<DraftGroup>) =
                    draft.buffers.into_iter().unzip();
                drafts.extend(groups);
                (fields, draft.always)
            }));
        }
        let mut frames = Vec::new();
        for (key, sides) in self.frames {
            frames.push(key);
            drafts.extend(sides);
        }
        let mut finished = finish_all(drafts, programs, cache)?.into_iter();
        let mut next = || finished.next().unwrap_or_default();
        let mut groups = Groups {
            addresses: AddressRules::new(self.addresses.iter().filter_map(|rule| {
                let place = usize::try_from(*rule).ok()?;
                Some((*rule, programs.get(place)?))
            })),
            protocols: self.protocols,
            events: self.events,
            files: self.files,
            any_packet: self.any_packet,
            ..Groups::default()
        };
        for group in groups.packets.iter_mut().flatten() {
            *group = next();
        }
        for (group, (packet_always, stream_always)) in groups.segments.iter_mut().zip(always) {
            *group = SegmentGroup {
                patterns: next(),
                packet_always: Always::new(packet_always, programs),
                stream_always: Always::new(stream_always, programs),
            };
        }
        for sides in fields_of {
            groups
                .transactions
                .push(sides.map(|(fields, always)| TransactionGroup {
                    buffers: fields.into_iter().map(|field| (field, next())).collect(),
                    always,
                }));
        }
        for key in frames {
            groups.frames.insert(key, [next(), next()]);
        }
        Ok(groups)
    }
}

impl DraftTransactions {
    fn add(&mut self, rule: u32, pattern: Option<(usize, &[u8], bool)>) {
        let Some((field, bytes, caseless)) = pattern else {
            self.always.push(rule);
            return;
        };
        let place = match self.buffers.iter().position(|(known, _)| *known == field) {
            Some(place) => place,
            None => {
                self.buffers.push((field, DraftGroup::default()));
                self.buffers.len().saturating_sub(1)
            }
        };
        if let Some((_, group)) = self.buffers.get_mut(place) {
            group.add(rule, Some((bytes, caseless)));
        }
    }
}

/// Directions in which the rule is asked.
fn directions(program: &Program) -> impl Iterator<Item = Direction> {
    let wanted = program.flow.direction;
    BOTH.into_iter()
        .filter(move |direction| wanted.is_none_or(|wanted| wanted == *direction))
}

/// Groups of packets by transport: TCP, UDP, ICMP, others.
fn classes(program: &Program) -> impl Iterator<Item = usize> + use<> {
    let transport = program.header.transport;
    let (streams, datagrams) = (
        carried(program, Carrier::Stream),
        carried(program, Carrier::Datagram),
    );
    (0..CLASSES).filter(move |class| match transport {
        TransportTest::Any | TransportTest::Ipv4 | TransportTest::Ipv6 => match class {
            0 => streams,
            1 => datagrams,
            _ => streams && datagrams,
        },
        TransportTest::Tcp => *class == 0,
        TransportTest::Udp => *class == 1,
        TransportTest::Icmp | TransportTest::IcmpV4 | TransportTest::IcmpV6 => *class == 2,
        TransportTest::Sctp => *class == 3,
        TransportTest::PacketHeader | TransportTest::Arp => false,
    })
}

/// Whether the rule may be about something on this carrier. A rule over one application protocol is only about
/// what that runs on.
fn carried(program: &Program, carrier: Carrier) -> bool {
    let transport = match program.header.transport {
        TransportTest::Any | TransportTest::Ipv4 | TransportTest::Ipv6 => true,
        TransportTest::Tcp => carrier == Carrier::Stream,
        TransportTest::Udp => carrier == Carrier::Datagram,
        _ => false,
    };
    let applications = &program.header.applications;
    transport
        && (applications.is_empty()
            || PROTOCOLS
                .iter()
                .any(|spec| spec.carrier == carrier && names(applications, spec)))
}

/// Whether a rule that names these protocols is about transactions of this one.
fn names(applications: &[&'static str], spec: &ProtocolSpec) -> bool {
    applications.iter().any(|name| holds(name, spec.name))
}

fn speaks(program: &Program, spec: &ProtocolSpec) -> bool {
    carried(program, spec.carrier)
        && (program.header.applications.is_empty() || names(&program.header.applications, spec))
}

fn spec_of<'a>(list: &'a [FieldSpec], name: &str) -> Option<&'a FieldSpec> {
    list.iter().find(|field| field.name == name)
}

fn chain_fields<'a>(program: &'a Program, fields: &'a [Field]) -> impl Iterator<Item = &'a Field> {
    program
        .chains
        .iter()
        .filter_map(|chain| match chain.source {
            Source::Field(place) => fields.get(place),
            _ => None,
        })
}

fn has_all(program: &Program, spec: &ProtocolSpec, fields: &[Field]) -> bool {
    chain_fields(program, fields).all(|field| spec_of(spec.buffers, field.name).is_some())
        && program
            .numbers
            .iter()
            .all(|number| spec_of(spec.numbers, number.name).is_some())
}

/// On which side's completion the rule is asked: where all it wants is known, else at the answer.
fn transaction_directions(
    program: &Program,
    spec: &ProtocolSpec,
    fields: &[Field],
) -> Vec<Direction> {
    let mut wanted: Vec<(Option<Direction>, &FieldSpec)> = Vec::new();
    for field in chain_fields(program, fields) {
        if let Some(found) = spec_of(spec.buffers, field.name) {
            wanted.push((field.direction, found));
        }
    }
    for number in &program.numbers {
        if let Some(found) = spec_of(spec.numbers, number.name) {
            wanted.push((number.direction, found));
        }
    }
    if program.header.transaction || wanted.iter().any(|(direction, _)| direction.is_some()) {
        let answers = wanted.iter().any(|(direction, field)| match direction {
            Some(direction) => *direction == Direction::ToClient,
            None => !field.inspected.covers(Direction::ToServer),
        });
        return vec![if answers {
            Direction::ToClient
        } else {
            Direction::ToServer
        }];
    }
    let fitting: Vec<Direction> = directions(program)
        .filter(|direction| {
            wanted
                .iter()
                .all(|(_, field)| field.inspected.covers(*direction))
        })
        .collect();
    match (fitting.is_empty(), program.flow.direction) {
        (true, None) => vec![Direction::ToClient],
        _ => fitting,
    }
}

fn lacking(program: &Program, fields: &[Field]) -> Missing {
    let mut specs = PROTOCOLS.iter().filter(|spec| speaks(program, spec));
    let protocol = program
        .header
        .applications
        .first()
        .copied()
        .unwrap_or("its protocol");
    match chain_fields(program, fields).find(|field| {
        !specs
            .clone()
            .any(|spec| spec_of(spec.buffers, field.name).is_some())
    }) {
        Some(field) => Missing::because(field.name, format!("not a buffer of {protocol}")),
        None if specs.any(|spec| has_all(program, spec, fields)) => {
            Missing::new("flow direction in which its buffers are known")
        }
        None => Missing::new("one protocol with all its buffers"),
    }
}

fn contents(chain: &Chain) -> impl Iterator<Item = &ContentStep> {
    chain.steps.iter().filter_map(|step| match &step.step {
        Step::Content(content) if !content.negated => Some(content),
        _ => None,
    })
}

/// Better is larger: the author's choice, then length.
fn worth(content: &ContentStep) -> (bool, usize) {
    (content.fast, content.needle.len())
}

fn payload_pattern(program: &Program) -> Option<(&[u8], bool)> {
    program
        .chains
        .iter()
        .filter(|chain| chain.source == Source::Payload && chain.changes.is_empty())
        .flat_map(contents)
        .filter(|content| content.needle.len() >= PAYLOAD_PATTERN_BYTES_MIN)
        .max_by_key(|content| worth(content))
        .map(|content| content.needle.literal())
}

fn frame_pattern(program: &Program) -> Option<(&[u8], bool)> {
    program
        .chains
        .iter()
        .filter(|chain| chain.changes.is_empty() && !may_be_absent(chain))
        .flat_map(contents)
        .max_by_key(|content| worth(content))
        .map(|content| content.needle.literal())
}

fn field_pattern(program: &Program) -> Option<(usize, &[u8], bool)> {
    let mut best: Option<(usize, &ContentStep)> = None;
    for chain in program.chains.iter().filter(|chain| !may_be_absent(chain)) {
        let Source::Field(field) = chain.source else {
            continue;
        };
        for content in contents(chain) {
            if best.is_none_or(|(_, known)| worth(content) > worth(known)) {
                best = Some((field, content));
            }
        }
    }
    best.map(|(field, content)| {
        let (bytes, caseless) = content.needle.literal();
        (field, bytes, caseless)
    })
}
