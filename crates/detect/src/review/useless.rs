//! What makes a rule unable to do anything.

use super::{Advice, Tell, contents};
use crate::rule::ast::{
    BitOperation, Comparison, FlowState, Item, Keyword, Number, PortExpression, ProtocolKind, Rule,
    SetModifier, Span, TcpFlags, Threshold, ThresholdKind, Transform,
};
use crate::rule::{Fault, PlacedRule, ProblemKind};
use std::collections::{HashMap, HashSet};

const SYN: u8 = 2;
const ACK: u8 = 16;

/// Names of bits that rules set and ask for, by the keyword's own name space.
#[derive(Default)]
pub(super) struct Memory<'a> {
    set: HashSet<(&'static str, &'a str)>,
    asked: HashSet<(&'static str, &'a str)>,
}

/// Keyword, operation and names of an option on bits.
fn bits_of(item: &Item) -> Option<(&'static str, BitOperation, Vec<&str>)> {
    Some(match &item.keyword {
        Keyword::FlowBits(bits) => (
            "flowbits",
            bits.operation,
            bits.names.iter().map(String::as_str).collect(),
        ),
        Keyword::HostBits(bits) => (
            "hostbits",
            bits.operation,
            bits.names.iter().map(String::as_str).collect(),
        ),
        Keyword::XBits(bits) => ("xbits", bits.operation, vec![bits.name.as_str()]),
        _ => return None,
    })
}

impl<'a> Memory<'a> {
    pub(super) fn of(rules: impl Iterator<Item = &'a Rule>) -> Self {
        let mut memory = Self::default();
        for item in rules.flat_map(|rule| &rule.options) {
            let Some((keyword, operation, names)) = bits_of(item) else {
                continue;
            };
            let list = match operation {
                BitOperation::Set | BitOperation::Toggle => &mut memory.set,
                BitOperation::IsSet | BitOperation::IsNotSet => &mut memory.asked,
                BitOperation::Unset => continue,
            };
            list.extend(names.into_iter().map(|name| (keyword, name)));
        }
        memory
    }
}

pub(super) fn review(rule: &Rule, memory: &Memory<'_>, tell: &mut Tell<'_>) {
    bits(rule, memory, tell);
    numbers(rule, tell);
    same_bytes(rule, tell);
    changed_case(rule, tell);
    packets(rule, tell);
    ports(rule, tell);
    thresholds(rule, tell);
}

/// Bits that nobody sets, and silent rules that set bits for nobody.
fn bits(rule: &Rule, memory: &Memory<'_>, tell: &mut Tell<'_>) {
    let mut sets = Vec::new();
    for item in &rule.options {
        let Some((keyword, operation, names)) = bits_of(item) else {
            continue;
        };
        match operation {
            BitOperation::IsSet
                if !names
                    .iter()
                    .any(|name| memory.set.contains(&(keyword, *name))) =>
            {
                tell(
                    item.span,
                    format!(
                        "no rule of these files sets the {keyword} {}, so this rule can never match",
                        quoted(&names)
                    ),
                )
            }
            BitOperation::Set | BitOperation::Toggle | BitOperation::Unset => {
                sets.push((keyword, names, item.span));
            }
            _ => {}
        }
    }
    let is_silent = rule
        .options
        .iter()
        .any(|item| item.keyword == Keyword::Flag("noalert"));
    let does_more = rule.options.iter().any(|item| {
        matches!(
            item.keyword,
            Keyword::FlowInt(_)
                | Keyword::Dataset(_)
                | Keyword::Tag(_)
                | Keyword::FileStore(_)
                | Keyword::LogConfig(_)
        )
    });
    let somebody_asks = sets.iter().any(|(keyword, names, _)| {
        names
            .iter()
            .any(|name| memory.asked.contains(&(*keyword, *name)))
    });
    if is_silent
        && !does_more
        && !somebody_asks
        && let Some((keyword, names, span)) = sets.first()
    {
        tell(
            *span,
            format!(
                "the rule raises no alert, and no rule of these files asks for the {keyword} {}: it does nothing",
                quoted(names)
            ),
        );
    }
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}

/// Two tests of one number that exclude each other.
fn numbers(rule: &Rule, tell: &mut Tell<'_>) {
    let tests: Vec<(&Number, Span)> = rule
        .options
        .iter()
        .filter_map(|item| match &item.keyword {
            Keyword::Number(number) if number.index.is_none() && number.direction.is_none() => {
                Some((number, item.span))
            }
            _ => None,
        })
        .collect();
    for (place, (number, span)) in tests.iter().enumerate() {
        if let Some((low, high)) = bounds(&number.comparison)
            && low > high
        {
            tell(
                *span,
                format!("no number passes this test of `{}`", number.keyword),
            );
        }
        for (other, _) in tests.get(..place).unwrap_or(&[]) {
            let same = other.keyword == number.keyword && other.qualifier == number.qualifier;
            if let (true, Some((low, high)), Some((other_low, other_high))) =
                (same, bounds(&number.comparison), bounds(&other.comparison))
                && (low > other_high || other_low > high)
            {
                tell(
                    *span,
                    format!(
                        "no number passes both tests of `{}`, so the rule can never match",
                        number.keyword
                    ),
                );
            }
        }
    }
}

/// Smallest and largest number that pass, for tests that let one stretch pass.
fn bounds(comparison: &Comparison<u64>) -> Option<(u64, u64)> {
    Some(match *comparison {
        Comparison::Equal(number) => (number, number),
        Comparison::Less(limit) => (u64::from(limit == 0), limit.saturating_sub(1)),
        Comparison::LessOrEqual(limit) => (0, limit),
        Comparison::Greater(limit) => (limit.saturating_add(1), u64::MAX),
        Comparison::GreaterOrEqual(limit) => (limit, u64::MAX),
        Comparison::Between(low, high) => (low.saturating_add(1), high.saturating_sub(1)),
        _ => return None,
    })
}

/// The same bytes wanted and not wanted in one buffer, wherever they stand.
fn same_bytes(rule: &Rule, tell: &mut Tell<'_>) {
    let has_place = |content: &crate::rule::ast::Content| {
        content.is_relative()
            || content.offset.is_some()
            || content.depth.is_some()
            || content.starts_with
            || content.ends_with
    };
    for (content, item) in contents(rule).filter(|(content, _)| content.negated) {
        if has_place(content) {
            continue;
        }
        let contradicted = contents(rule).any(|(other, place)| {
            let same_case = content.nocase || !other.nocase;
            !other.negated
                && place.buffer == item.buffer
                && same_case
                && holds(&other.bytes, &content.bytes, content.nocase)
        });
        if contradicted {
            tell(
                item.span,
                "another content of this buffer holds these bytes, so the rule can never match"
                    .to_owned(),
            );
        }
    }
}

fn holds(bytes: &[u8], wanted: &[u8], nocase: bool) -> bool {
    !wanted.is_empty()
        && bytes
            .windows(wanted.len())
            .any(|window| window == wanted || nocase && window.eq_ignore_ascii_case(wanted))
}

/// Contents that a transformation of their buffer leaves no chance.
fn changed_case(rule: &Rule, tell: &mut Tell<'_>) {
    for (content, item) in contents(rule).filter(|(content, _)| !content.negated) {
        let transforms = rule
            .buffers
            .get(item.buffer)
            .map_or(&[][..], |buffer| buffer.transforms.as_slice());
        for transform in transforms {
            let Transform::Plain(name) = transform else {
                continue;
            };
            let has = |test: fn(&u8) -> bool| content.bytes.iter().any(test);
            let digest_bytes = match *name {
                "to_md5" => Some(16),
                "to_sha1" => Some(20),
                "to_sha256" => Some(32),
                _ => None,
            };
            let hopeless = match *name {
                "to_lowercase" => !content.nocase && has(u8::is_ascii_uppercase),
                "to_uppercase" => !content.nocase && has(u8::is_ascii_lowercase),
                "strip_whitespace" => has(u8::is_ascii_whitespace),
                _ => digest_bytes.is_some_and(|size| content.bytes.len() > size),
            };
            if hopeless {
                tell(
                    item.span,
                    format!(
                        "after `{name}` these bytes cannot be there, so the rule can never match"
                    ),
                );
            }
        }
    }
}

/// Options about packets that the header or `flow` excludes.
fn packets(rule: &Rule, tell: &mut Tell<'_>) {
    let established = rule.options.iter().any(|item| {
        matches!(&item.keyword, Keyword::Flow(flow) if flow.state == Some(FlowState::Established))
    });
    for item in &rule.options {
        match &item.keyword {
            Keyword::TcpFlags(flags) if established && is_bare_syn(*flags) => tell(
                item.span,
                "a SYN without ACK comes before the connection is established, so the rule can never match".to_owned(),
            ),
            keyword => {
                if let Some((name, wanted)) = needs(keyword)
                    && !may_carry(rule.protocol.kind, wanted)
                {
                    tell(
                        item.span,
                        format!(
                            "`{name}` is about {wanted}, the header about {}: the rule can never match",
                            rule.protocol.name
                        ),
                    );
                }
            }
        }
    }
}

fn is_bare_syn(flags: TcpFlags) -> bool {
    flags.modifier == SetModifier::Exactly
        && flags.bits & SYN != 0
        && flags.bits & ACK == 0
        && flags.ignored & ACK == 0
}

/// Keywords that are about one transport only.
fn needs(keyword: &Keyword) -> Option<(&'static str, &'static str)> {
    Some(match keyword {
        Keyword::TcpFlags(_) => ("tcp.flags", "tcp"),
        Keyword::StreamSize(_) => ("stream_size", "tcp"),
        Keyword::Number(number) => match number.keyword {
            name @ ("itype" | "icode" | "icmp_id" | "icmp_seq" | "icmpv6.mtu") => (name, "icmp"),
            name if name.starts_with("tcp.") => (name, "tcp"),
            _ => return None,
        },
        _ => return None,
    })
}

fn may_carry(kind: ProtocolKind, wanted: &str) -> bool {
    match kind {
        ProtocolKind::Tcp | ProtocolKind::TcpPacket | ProtocolKind::TcpStream => wanted == "tcp",
        ProtocolKind::Udp | ProtocolKind::Sctp => false,
        ProtocolKind::Icmp | ProtocolKind::IcmpV4 | ProtocolKind::IcmpV6 => wanted == "icmp",
        ProtocolKind::Application => wanted == "tcp",
        ProtocolKind::Any
        | ProtocolKind::PacketHeader
        | ProtocolKind::Ipv4
        | ProtocolKind::Ipv6
        | ProtocolKind::Layer => true,
    }
}

/// Ports of a protocol that has none are not looked at.
fn ports(rule: &Rule, tell: &mut Tell<'_>) {
    let has_none = matches!(
        rule.protocol.kind,
        ProtocolKind::Icmp | ProtocolKind::IcmpV4 | ProtocolKind::IcmpV6 | ProtocolKind::Layer
    );
    let any =
        rule.source.ports == PortExpression::Any && rule.destination.ports == PortExpression::Any;
    if has_none && !any {
        tell(
            Span::default(),
            format!(
                "{} has no ports: those in the header are not looked at",
                rule.protocol.name
            ),
        );
    }
}

fn thresholds(rule: &Rule, tell: &mut Tell<'_>) {
    for item in &rule.options {
        if let Keyword::Threshold(Threshold {
            kind: ThresholdKind::Threshold,
            count: 1,
            ..
        }) = item.keyword
        {
            tell(
                item.span,
                "a threshold at every first match thins out nothing; `type limit` or `both` was meant?".to_owned(),
            );
        }
    }
}

/// Rules that say the same under several numbers: all but the first alert beside it.
pub(super) fn copies(rules: &[PlacedRule]) -> Vec<Advice> {
    let mut known: HashMap<String, u32> = HashMap::with_capacity(rules.len());
    let mut found = Vec::new();
    for (position, placed) in rules.iter().enumerate() {
        let rule = &placed.rule;
        let mut bare = rule.clone();
        let meta = &mut bare.meta;
        let sid = std::mem::replace(&mut meta.sid, 1);
        meta.message.clear();
        meta.revision = 0;
        meta.references.clear();
        meta.metadata.clear();
        meta.classtype = None;
        meta.priority = None;
        meta.target = None;
        match known.get(&bare.to_string()) {
            Some(first) => found.push(Advice {
                position,
                fault: Fault {
                    kind: ProblemKind::Useless,
                    span: Span::default(),
                    message: format!("says the same as sid {first}: where one matches, both alert"),
                },
            }),
            None => {
                known.insert(bare.to_string(), sid);
            }
        }
    }
    found
}
