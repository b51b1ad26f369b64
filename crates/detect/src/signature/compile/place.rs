//! On which occasions a rule is asked, and in which group that puts it.

use super::Missing;
use super::addresses::AddressRules;
use super::always::Always;
use super::draft::{DraftGroup, finish_all};
use super::ends::Stretches;
use super::group::{
    CLASSES, FrameKey, Groups, PacketGroup, SegmentGroup, TCP, TransactionGroup, side,
};
use super::pattern;
use super::ports::{ByPort, server_ports};
use crate::signature::program::{Field, Kind, Program, Source, TransportTest};
use matcher::{Cache, CompileError};
use std::collections::{BTreeMap, HashMap};
use wire::frame::FRAMES;
use wire::protocol::{Carrier, Direction, FieldSpec, ProtocolSpec};
use wire::registry::{PROTOCOLS, holds};

const BOTH: [Direction; 2] = [Direction::ToServer, Direction::ToClient];

#[derive(Default)]
struct DraftTransactions {
    buffers: Vec<(usize, DraftGroup)>,
    always: Vec<u32>,
}

#[derive(Default)]
struct DraftPackets {
    patterns: ByPort<DraftGroup>,
    always: Vec<u32>,
}

#[derive(Default)]
struct DraftSegments {
    patterns: ByPort<DraftGroup>,
    packet_always: Vec<u32>,
    stream_always: Vec<u32>,
}

/// A port with fewer patterns needs no matcher: its rules are asked where their header fits.
const PATTERNS_OF_PORT_MIN: usize = 8;

fn is_small(group: &DraftGroup) -> bool {
    group.len() < PATTERNS_OF_PORT_MIN
}

impl DraftSegments {
    fn add(
        &mut self,
        rule: u32,
        ports: Option<&[u16]>,
        pattern: Option<(&[u8], bool)>,
        of_stream: bool,
    ) {
        match pattern {
            Some(_) => {
                let tagged = rule << 1 | u32::from(of_stream);
                self.patterns
                    .each_mut(ports, |group| group.add(tagged, pattern));
            }
            None if of_stream => self.stream_always.push(rule),
            None => self.packet_always.push(rule),
        }
    }
}

/// All groups before their matchers are made.
#[derive(Default)]
pub(super) struct Draft {
    packets: [[DraftPackets; 2]; CLASSES],
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
    pub(super) fn new() -> Self {
        let mut draft = Self::default();
        draft
            .transactions
            .resize_with(PROTOCOLS.len(), Default::default);
        draft
    }

    /// Puts a rule where it is asked.
    pub(super) fn place(
        &mut self,
        rule: u32,
        program: &Program,
        fields: &[Field],
    ) -> Result<(), Missing> {
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
            Kind::Transaction => {
                if !program.frames().is_empty() {
                    self.place_frame(rule, program)?;
                }
                return self.place_transaction(rule, program, fields);
            }
            Kind::Frame => return self.place_frame(rule, program),
        }
        Ok(())
    }

    fn place_packet(&mut self, rule: u32, program: &Program, classes: impl Iterator<Item = usize>) {
        let pattern = pattern::of_payload(program);
        if matches!(
            program.header.transport,
            TransportTest::PacketHeader | TransportTest::Ethernet | TransportTest::Arp
        ) {
            self.any_packet.push(rule);
            return;
        }
        for class in classes {
            for direction in directions(program) {
                let ports = server_ports(&program.header, direction);
                if class == TCP {
                    if let Some(group) = self.segments.get_mut(side(direction)) {
                        group.add(rule, ports.as_deref(), pattern, false);
                    }
                } else if let Some(group) = self
                    .packets
                    .get_mut(class)
                    .and_then(|sides| sides.get_mut(side(direction)))
                {
                    match pattern {
                        Some(_) => group
                            .patterns
                            .each_mut(ports.as_deref(), |group| group.add(rule, pattern)),
                        None => group.always.push(rule),
                    }
                }
            }
        }
    }

    fn place_stream(&mut self, rule: u32, program: &Program) {
        let pattern = pattern::of_payload(program);
        for direction in directions(program) {
            let ports = server_ports(&program.header, direction);
            if let Some(group) = self.segments.get_mut(side(direction)) {
                group.add(rule, ports.as_deref(), pattern, true);
            }
        }
    }

    fn place_frame(&mut self, rule: u32, program: &Program) -> Result<(), Missing> {
        for name in program.frames() {
            self.place_frame_of(rule, program, name)?;
        }
        Ok(())
    }

    fn place_frame_of(
        &mut self,
        rule: u32,
        program: &Program,
        name: &'static str,
    ) -> Result<(), Missing> {
        // A literal of one part would hide the frames that the other parts look at.
        let pattern = if program.has_frame_beside_others {
            None
        } else {
            pattern::of_frame(program)
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
                    group.add(rule, pattern);
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
        let pattern = pattern::of_fields(program);
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

    /// Makes the matchers.
    pub(super) fn finish(
        self,
        programs: &[Program],
        cache: Option<&Cache>,
    ) -> Result<Groups, CompileError> {
        let mut drafts: Vec<DraftGroup> = Vec::new();
        let packets = self.packets.map(|sides| {
            sides.map(|mut draft| {
                let few = draft.patterns.take_ports(is_small);
                draft
                    .always
                    .extend(few.into_iter().flat_map(DraftGroup::into_rules));
                let patterns = draft.patterns.map(|group| drafts.push(group));
                (patterns, draft.always)
            })
        });
        let segments = self.segments.map(|mut draft| {
            for tagged in draft
                .patterns
                .take_ports(is_small)
                .into_iter()
                .flat_map(DraftGroup::into_rules)
            {
                draft.add(tagged >> 1, None, None, tagged & 1 == 1);
            }
            let patterns = draft.patterns.map(|group| drafts.push(group));
            (patterns, draft.packet_always, draft.stream_always)
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
        // They come back in the order in which they were put down.
        let mut finished = finish_all(drafts, programs, cache)?.into_iter();
        let mut next = || finished.next().unwrap_or_default();
        let always = |rules, direction| Always::new(rules, programs, Some(direction));
        let packets = packets.map(|sides| {
            let [to_server, to_client] = sides;
            [
                (to_server, Direction::ToServer),
                (to_client, Direction::ToClient),
            ]
            .map(|((patterns, rules), direction)| PacketGroup {
                patterns: patterns.map(|()| next()),
                always: always(rules, direction),
            })
        });
        let [to_server, to_client] = segments;
        let segments = [
            (to_server, Direction::ToServer),
            (to_client, Direction::ToClient),
        ]
        .map(
            |((patterns, packet_rules, stream_rules), direction)| SegmentGroup {
                patterns: patterns.map(|()| next()),
                packet_always: always(packet_rules, direction),
                stream_always: always(stream_rules, direction),
            },
        );
        let always = packets.iter().flatten().map(|group| &group.always).chain(
            segments
                .iter()
                .flat_map(|group| [&group.packet_always, &group.stream_always]),
        );
        let stretches = Stretches::new(
            always
                .flat_map(Always::rules)
                .filter_map(|rule| programs.get(usize::try_from(rule).ok()?)),
        );
        let mut groups = Groups {
            stretches,
            packets,
            segments,
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
        TransportTest::Sctp | TransportTest::Igmp => *class == 3,
        TransportTest::PacketHeader | TransportTest::Ethernet | TransportTest::Arp => false,
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
