//! What can be said of a rule's payload in a glance.

use crate::rule::ast::{Comparison, FlowState, TcpFlags};
use crate::signature::program::{
    Chain, ContentStep, Kind, MemoryTest, Operand, PacketNumber, PacketTest, Program, Source, Step,
    tcp_flags_fit,
};
use wire::registry::PROTOCOLS;

/// Tells most of the bytes that a rule cannot match from the others, without a look at the rule itself. Gates stand side
/// by side, so that two hundred of them are tried while one rule would be fetched from memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    pub rule: u32,
    /// Payload must be this long.
    bytes_min: u32,
    bytes_max: u32,
    /// Place of a byte that must be there, in payload that begins where the rule counts from.
    place: u16,
    byte: u8,
    has_byte: bool,
    needs_payload: bool,
    /// Counts from where a stream begins.
    placed: bool,
    /// Whether the flow must be established.
    established: Option<bool>,
    /// Flags that a TCP packet must have.
    flags: Option<TcpFlags>,
    /// One of these flow bits must be set, by [`gate_bit`]; 0 for any.
    bits: u32,
    /// Protocols that the flow may speak, as bits; 0 for any.
    protocols: u64,
}

/// What gates are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glimpse<'a> {
    /// None where there is no payload to be looked at.
    pub bytes: Option<&'a [u8]>,
    /// The bytes begin where rules count from.
    pub from_start: bool,
    /// They are a stretch of a stream.
    pub of_stream: bool,
    /// What the flow is known to speak, by [`bit_of_protocol`].
    pub protocol: u64,
    /// Whether the flow is established, where there is one.
    pub established: Option<bool>,
    /// Flags of the packet in work, where it is one of TCP.
    pub flags: Option<u8>,
    /// Flow bits that are set, by [`gate_bit`].
    pub bits: u32,
}

/// A bit for a flow bit; many share one.
pub(crate) const fn gate_bit(bit: u32) -> u32 {
    1_u32.wrapping_shl(bit)
}

/// A bit for what a flow speaks; those without one share the last.
pub(crate) fn bit_of_protocol(name: &str) -> u64 {
    let place = PROTOCOLS.iter().position(|spec| spec.name == name);
    1 << place.unwrap_or(63).min(63)
}

/// The flow bits one of which must be set: of the test that names the fewest.
fn wanted_bits(program: &Program) -> u32 {
    let wanted = program.memory.iter().filter_map(|test| match test {
        MemoryTest::Bits { bits, set: true } => Some(bits),
        _ => None,
    });
    let bits = wanted.min_by_key(|bits| bits.len());
    bits.into_iter()
        .flatten()
        .fold(0, |all, bit| all | gate_bit(*bit))
}

impl Gate {
    pub(super) fn new(rule: u32, program: &Program) -> Self {
        let mut gate = Self {
            rule,
            bytes_min: 0,
            bytes_max: u32::MAX,
            place: 0,
            byte: 0,
            has_byte: false,
            needs_payload: false,
            placed: program.kind == Kind::Stream { on_packets: true },
            established: match program.flow.state {
                Some(FlowState::Established) => Some(true),
                Some(FlowState::NotEstablished) => Some(false),
                _ => None,
            },
            flags: None,
            bits: wanted_bits(program),
            protocols: program
                .header
                .applications
                .iter()
                .fold(0, |bits, name| bits | bit_of_protocol(name)),
        };
        // A rule that is followed tells itself why it does not match.
        if program.watched {
            (gate.placed, gate.protocols) = (false, 0);
            (gate.established, gate.bits) = (None, 0);
            return gate;
        }
        for test in &program.packet {
            match test {
                PacketTest::Number {
                    field: PacketNumber::PayloadSize,
                    comparison,
                    ..
                } => gate.narrow(comparison),
                PacketTest::TcpFlags(flags) => gate.flags = Some(*flags),
                _ => {}
            }
        }
        let of_payload = |chain: &&Chain| {
            chain.source == Source::Payload && chain.changes.is_empty() && chain.absent.is_none()
        };
        for chain in program.chains.iter().filter(of_payload) {
            gate.needs_payload = true;
            for step in &chain.steps {
                if let Step::Content(content) = &step.step
                    && !content.negated
                {
                    gate.content(content);
                }
            }
        }
        gate
    }

    /// Whether the rule may match.
    pub(crate) fn admits(&self, glimpse: &Glimpse<'_>) -> bool {
        let Glimpse {
            bytes, from_start, ..
        } = *glimpse;
        let is_other = |wanted: Option<bool>, is: Option<bool>| {
            wanted.is_some_and(|wanted| is.is_some_and(|is| is != wanted))
        };
        if self.protocols != 0 && self.protocols & glimpse.protocol == 0
            || self.bits != 0 && self.bits & glimpse.bits == 0
            || self.placed && glimpse.of_stream && !from_start
            || is_other(self.established, glimpse.established)
        {
            return false;
        }
        if let (Some(wanted), Some(flags)) = (self.flags, glimpse.flags)
            && !tcp_flags_fit(wanted, flags)
        {
            return false;
        }
        let Some(bytes) = bytes else {
            return !self.needs_payload;
        };
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        if length < self.bytes_min || from_start && length > self.bytes_max {
            return false;
        }
        !self.has_byte || !from_start || bytes.get(usize::from(self.place)) == Some(&self.byte)
    }

    fn narrow(&mut self, size: &Comparison<u64>) {
        let cut = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (least, most) = match *size {
            Comparison::Equal(size) => (cut(size), cut(size)),
            Comparison::Less(size) => (0, cut(size.saturating_sub(1))),
            Comparison::LessOrEqual(size) => (0, cut(size)),
            Comparison::Greater(size) => (cut(size.saturating_add(1)), u32::MAX),
            Comparison::GreaterOrEqual(size) => (cut(size), u32::MAX),
            Comparison::Between(low, high) => {
                (cut(low.saturating_add(1)), cut(high.saturating_sub(1)))
            }
            Comparison::NotEqual(_) | Comparison::NotBetween(..) | Comparison::Bits { .. } => {
                (0, u32::MAX)
            }
        };
        self.bytes_min = self.bytes_min.max(least);
        self.bytes_max = self.bytes_max.min(most);
    }

    fn content(&mut self, content: &ContentStep) {
        let (literal, caseless) = content.needle.literal();
        let length = literal.len() as u64;
        let number = |operand: Option<Operand>| match operand {
            Some(Operand::Number(number)) => u64::try_from(number).ok(),
            Some(Operand::Variable(_)) => None,
            None => Some(0),
        };
        let offset = number(content.offset);
        let least = offset.unwrap_or(0).saturating_add(length);
        self.bytes_min = self.bytes_min.max(u32::try_from(least).unwrap_or(u32::MAX));
        let in_one_place = !content.is_relative()
            && content.depth.is_some()
            && number(content.depth) == Some(length);
        if let (true, false, Some(first), Some(Ok(place))) = (
            in_one_place && !caseless,
            self.has_byte,
            literal.first(),
            offset.map(u16::try_from),
        ) {
            (self.place, self.byte, self.has_byte) = (place, *first, true);
        }
    }
}
