//! One rule becomes one program.

use super::chains::{self, Names};
use super::header;
use super::lists::Lists;
use super::options::Options;
use super::{Missing, Settings};
use crate::rule::ast::{
    AbsentMode, BufferSelection, FlowDirection, Hook, HookPoint, Keyword, PAYLOAD, ProtocolKind,
    Rule, Transform,
};
use crate::rule::{Resolver, Variables};
use crate::signature::inspect::transform::Change;
use crate::signature::program::{
    Chain, ContentStep, Effect, Field, FlowTest, Header, HeaderPart, Kind, MemoryTest, Program,
    Source, Step, TransportTest,
};
use std::collections::HashMap;
use std::sync::Arc;
use wire::frame::{self, FRAMES};
use wire::protocol::Direction;
use wire::registry;

/// What rules share while they are compiled.
pub(super) struct Context<'a> {
    lists: Lists<'a>,
    resolver: Resolver<'a>,
    fields: Vec<Field>,
    places: HashMap<FieldKey, usize>,
    names: super::options::SharedNames,
    watched: Option<(u32, u32)>,
}

type FieldKey = (&'static str, Option<FlowDirection>, Vec<Transform>);

impl<'a> Context<'a> {
    pub(super) fn new(variables: &'a Variables, settings: &'a Settings) -> Self {
        Self {
            lists: Lists::new(settings),
            resolver: Resolver::new(variables),
            fields: Vec::new(),
            places: HashMap::new(),
            names: super::options::SharedNames::default(),
            watched: settings.watched,
        }
    }

    /// Buffers looked at, and names of flow bits and counters.
    pub(super) fn into_parts(self) -> (Vec<Field>, Vec<Arc<str>>, Vec<Arc<str>>) {
        let (bits, counters) = (self.names.bit_names(), self.names.counter_names());
        (self.fields, bits, counters)
    }

    pub(super) fn program(&mut self, rule: &Rule) -> Result<Program, Missing> {
        let header = header::header(rule, &mut self.resolver)?;
        let options = Options::read(rule, &mut self.names, &mut self.lists)?;
        let mut names = Names::default();
        let mut chains = self.chains(rule, &mut names)?;
        for (name, steps) in options.sized {
            chains.push(Chain {
                source: self.plain_field(name)?,
                changes: Vec::new(),
                steps,
                absent: None,
            });
        }
        let mut program = Program {
            meta: Arc::new(options.meta),
            header,
            flow: options.flow,
            kind: Kind::Packet,
            packet: options.packet,
            memory: options.memory,
            packet_variables: options.packet_variables,
            chains,
            numbers: options.numbers,
            file: options.file,
            events: options.events,
            effects: options.effects,
            has_frame_beside_others: false,
            variables: names.len(),
            scope: rule.scope,
            watched: self.watched == Some((rule.meta.gid, rule.meta.sid)),
        };
        follow_hook(rule.protocol.hook, &mut program)?;
        program.kind = kind(rule, &program, options.is_file);
        program.has_frame_beside_others = program.finds_frame_beside_others();
        Ok(program)
    }

    fn chains(&mut self, rule: &Rule, names: &mut Names) -> Result<Vec<Chain>, Missing> {
        let mut base64 = match rule
            .buffers
            .iter()
            .position(|buffer| buffer.name == "base64_data")
        {
            Some(place) => Some(chains::steps(
                rule,
                place,
                &mut None,
                names,
                &mut self.lists,
            )?),
            None => None,
        };
        let mut result = Vec::new();
        for (place, buffer) in rule.buffers.iter().enumerate() {
            if buffer.name == "base64_data" {
                continue;
            }
            let steps = chains::steps(rule, place, &mut base64, names, &mut self.lists)?;
            let absent = rule.options_of(place).find_map(|item| match &item.keyword {
                Keyword::Absent(mode) => Some(*mode),
                _ => None,
            });
            if steps.is_empty() && absent.is_none() {
                continue;
            }
            let (source, changes) = self.source(buffer)?;
            result.push(Chain {
                source,
                changes,
                steps,
                absent,
            });
        }
        if base64.is_some_and(|steps| !steps.is_empty()) {
            return Err(Missing::new("base64_data without base64_decode"));
        }
        Ok(result)
    }

    fn source(&mut self, buffer: &BufferSelection) -> Result<(Source, Vec<Change>), Missing> {
        if buffer.name == "frame" {
            let name = frame_name(buffer.parameter.as_deref().unwrap_or_default())?;
            return Ok((Source::Frame(name), changes(&buffer.transforms)?));
        }
        if let Some(parameter) = &buffer.parameter {
            return Err(Missing::because(buffer.name, parameter.clone()));
        }
        let source = match buffer.name {
            PAYLOAD => Source::Payload,
            "file.name" => Source::FileName,
            "file.magic" => Source::FileMagic,
            name => match header_part(name) {
                Some(part) => Source::PacketHeader(part),
                None => return Ok((self.field(buffer)?, Vec::new())),
            },
        };
        Ok((source, changes(&buffer.transforms)?))
    }

    fn plain_field(&mut self, name: &'static str) -> Result<Source, Missing> {
        self.field(&BufferSelection {
            name,
            parameter: None,
            direction: None,
            transforms: Vec::new(),
        })
    }

    fn field(&mut self, buffer: &BufferSelection) -> Result<Source, Missing> {
        let owners = registry::buffers(buffer.name);
        if owners.is_empty() {
            return Err(Missing::new(buffer.name));
        }
        let key = (buffer.name, buffer.direction, buffer.transforms.clone());
        if let Some(place) = self.places.get(&key) {
            return Ok(Source::Field(*place));
        }
        let changes = changes(&buffer.transforms)?;
        let place = self.fields.len();
        self.fields.push(Field {
            name: buffer.name,
            owners,
            direction: buffer.direction.map(way),
            changes,
        });
        self.places.insert(key, place);
        Ok(Source::Field(place))
    }
}

/// The name of a frame, which may have the name of its protocol in front (`tls.pdu`).
fn frame_name(text: &str) -> Result<&'static str, Missing> {
    let all = || FRAMES.iter().flat_map(|(_, names)| names.iter().copied());
    let name = match text.split_once('.') {
        Some((protocol, rest)) if FRAMES.iter().any(|(name, _)| *name == protocol) => {
            frame::names(protocol)
                .iter()
                .copied()
                .find(|name| *name == rest)
        }
        Some(("http1", rest)) => frame::names("http")
            .iter()
            .copied()
            .find(|name| *name == rest),
        _ => None,
    };
    name.or_else(|| all().find(|name| *name == text))
        .ok_or_else(|| Missing::because("frame", text.to_owned()))
}

fn changes(transforms: &[Transform]) -> Result<Vec<Change>, Missing> {
    transforms
        .iter()
        .map(|transform| Change::new(transform).map_err(Missing::new))
        .collect()
}

fn header_part(name: &str) -> Option<HeaderPart> {
    Some(match name {
        "ether.hdr" => HeaderPart::Ethernet,
        "ipv4.hdr" => HeaderPart::Ipv4,
        "ipv6.hdr" => HeaderPart::Ipv6,
        "tcp.hdr" => HeaderPart::Transport(TransportTest::Tcp),
        "udp.hdr" => HeaderPart::Transport(TransportTest::Udp),
        "icmpv4.hdr" => HeaderPart::Transport(TransportTest::IcmpV4),
        "igmp.hdr" => HeaderPart::Transport(TransportTest::Igmp),
        "icmpv6.hdr" => HeaderPart::Transport(TransportTest::IcmpV6),
        "ip.src" => HeaderPart::SourceAddress,
        "ip.dst" => HeaderPart::DestinationAddress,
        _ => return None,
    })
}

/// The way that bytes travel.
pub(super) const fn way(direction: FlowDirection) -> Direction {
    match direction {
        FlowDirection::ToServer => Direction::ToServer,
        FlowDirection::ToClient => Direction::ToClient,
    }
}

/// What the rule's hook asks beside its options.
fn follow_hook(hook: Option<Hook>, program: &mut Program) -> Result<(), Missing> {
    match hook.map(|hook| hook.point) {
        None | Some(HookPoint::EveryPacket) => {}
        Some(HookPoint::FlowStart) => program.memory.push(MemoryTest::FlowStart),
        Some(HookPoint::Side(direction)) => {
            let side = way(direction);
            if program.flow.direction.is_some_and(|other| other != side) {
                return Err(Missing::new("a hook on the side that `flow` names"));
            }
            program.flow.direction = Some(side);
            program.flow.needs_flow = true;
        }
    }
    Ok(())
}

/// When the rule is asked.
fn kind(rule: &Rule, program: &Program, is_file: bool) -> Kind {
    let has =
        |wanted: fn(&Source) -> bool| program.chains.iter().any(|chain| wanted(&chain.source));
    if is_file
        || !program.file.is_empty()
        || has(|source| matches!(source, Source::FileName | Source::FileMagic))
    {
        return Kind::File;
    }
    let is_of_transaction =
        has(|source| matches!(source, Source::Field(_))) || !program.numbers.is_empty();
    if has(|source| matches!(source, Source::Frame(_))) && !is_of_transaction {
        return Kind::Frame;
    }
    let hook = rule.protocol.hook.map(|hook| hook.point);
    if is_of_transaction || matches!(hook, Some(HookPoint::Side(_))) {
        return Kind::Transaction;
    }
    if !program.events.is_empty() {
        return Kind::Event;
    }
    if hook.is_some()
        || !program.packet.is_empty()
        || has(|source| matches!(source, Source::PacketHeader(_)))
        || program.flow.stream == Some(false)
        || rule.protocol.kind == ProtocolKind::TcpPacket
    {
        return Kind::Packet;
    }
    if has(|source| matches!(source, Source::Payload)) {
        let may_be_tcp = matches!(
            program.header.transport,
            TransportTest::Any | TransportTest::Tcp | TransportTest::Ipv4 | TransportTest::Ipv6
        );
        if !may_be_tcp {
            return Kind::Packet;
        }
        let stream_only =
            program.flow.stream == Some(true) || rule.protocol.kind == ProtocolKind::TcpStream;
        return Kind::Stream {
            on_packets: !stream_only && says_where(program),
        };
    }
    kind_without_payload(&program.header, &program.flow, &program.memory)
}

fn kind_without_payload(header: &Header, flow: &FlowTest, memory: &[MemoryTest]) -> Kind {
    let only_bits = memory.iter().all(|test| {
        matches!(
            test,
            MemoryTest::Bits { .. } | MemoryTest::Reputation { .. }
        )
    });
    // One side's ports may be named: Suricata asks such a rule once per direction as well.
    let any_ports = header.source_ports.is_none() || header.destination_ports.is_none();
    let untouched = flow.state.is_none() && flow.fragment.is_none();
    if !header.applications.is_empty() && memory.is_empty() {
        return Kind::Protocol;
    }
    let by_address = matches!(
        header.transport,
        TransportTest::Any
            | TransportTest::Ipv4
            | TransportTest::Ipv6
            | TransportTest::Tcp
            | TransportTest::Udp
            | TransportTest::Icmp
    );
    if only_bits
        && any_ports
        && untouched
        && flow.direction.is_none()
        && by_address
        && header.applications.is_empty()
    {
        Kind::Addresses
    } else {
        Kind::Packet
    }
}

/// Whether the rule says where in the payload something must be, so that packets are looked at by themselves.
fn says_where(program: &Program) -> bool {
    let placed = program
        .chains
        .iter()
        .filter(|chain| chain.source == Source::Payload)
        .flat_map(|chain| &chain.steps)
        .any(|step| matches!(&step.step, Step::Content(ContentStep { offset, depth, .. }) if offset.is_some() || depth.is_some()));
    placed
        || program
            .memory
            .iter()
            .any(|test| matches!(test, MemoryTest::StreamSize(_)))
}

/// Rules that set flow bits are asked before those that ask for them.
pub(super) fn bit_rank(program: &Program) -> u8 {
    let sets = program
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Bit { .. }));
    let asks = program
        .memory
        .iter()
        .any(|test| matches!(test, MemoryTest::Bits { .. }));
    let counts = program
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Counter { .. }));
    match (sets, asks) {
        (true, false) => 0,
        (true, true) => 1,
        (false, true) => 2,
        (false, false) if counts => 3,
        (false, false) => 4,
    }
}

/// A chain that matches when its buffer is missing cannot select its rule.
pub(super) fn may_be_absent(chain: &Chain) -> bool {
    matches!(chain.absent, Some(AbsentMode::OrElse | AbsentMode::Only))
}
