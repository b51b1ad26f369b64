//! The rule exerciser: for each rule a conversation that satisfies it, and one that misses it by one condition.
//!
//! Real captures make only a few of a rule set's rules speak. Here a rule is read backwards: its options become
//! conditions on the bytes of its buffers ([`chain`]), the buffers become messages of their protocol ([`talk`]), and
//! the messages become packets between ends that the rule's header wants ([`ends`], [`play`]). Rules that need a bit of
//! another rule get that rule's conversation first, in the same flow. Each conversation has addresses of its own, so
//! that an alert tells to which it belongs. Any engine that reads captures and this rule language can be held against
//! the result.
//!
//! It makes rules match; it makes no attacks: exploits stay the few bytes that a rule looks for, in the midst of `a`s.

mod bytes;
mod chain;
mod course;
mod ends;
mod near;
mod play;
mod regex;
mod rounds;
mod rules;
mod talk;

pub use course::{Course, Summary};
pub use rules::Rules;

use chain::{Chain, Unable};
use detect::rule::ast::{BitOperation, Keyword};
use detect::rule::{PlacedRule, Resolver, Rule, Variables};
use ends::{Ends, Outside, Wanted};
use std::collections::HashMap;
use std::net::SocketAddr;
use talk::{Ask, Carrier, Talk};

/// Rules whose bit must be set first, one before the other.
const SETTERS_DEPTH_MAX: usize = 4;
/// Setters of one bit that are tried.
const SETTERS_MAX: usize = 12;
/// Ways to miss a rule that are tried.
const MISSES_MAX: usize = 6;

/// Whether a conversation satisfies its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It does.
    Hit,
    /// All but one condition hold.
    NearMiss,
}

/// A conversation made for a rule.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// What became of the attempt.
    pub kind: Kind,
    /// Who opens the conversation; for ICMP the sender, port 0.
    pub client: SocketAddr,
    /// The other end.
    pub server: SocketAddr,
    /// `tcp`, `udp` or `icmp`.
    pub protocol: &'static str,
    /// The condition that does not hold, of a near miss.
    pub broken: Option<String>,
    /// The packets, in order of time.
    pub packets: Vec<drill::Packet>,
}

/// Makes conversations for the rules of one set.
pub struct Exerciser<'a> {
    rules: &'a [PlacedRule],
    resolver: Resolver<'a>,
    /// Rules that set a bit.
    setters: HashMap<String, Vec<usize>>,
}

/// What is played, and what it wants of its ends.
struct Script {
    talks: Vec<Talk>,
    wanted: Vec<Wanted>,
}

impl<'a> Exerciser<'a> {
    /// An exerciser of these rules, with what their variables mean.
    pub fn new(rules: &'a [PlacedRule], variables: &'a Variables) -> Self {
        let mut setters: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, placed) in rules.iter().enumerate() {
            for (operation, name) in bits(&placed.rule) {
                if operation == BitOperation::Set {
                    setters.entry(name.clone()).or_default().push(index);
                }
            }
        }
        Self {
            rules,
            resolver: Resolver::new(variables),
            setters,
        }
    }

    /// A conversation for the rule at `index` that begins at `time_nanos`; `number`, below 2^24 and different for each
    /// conversation, gives it its addresses.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn exercise(
        &mut self,
        index: usize,
        kind: Kind,
        number: u32,
        time_nanos: i64,
    ) -> Result<Exercise, String> {
        let rules = self.rules;
        let rule = &rules
            .get(index)
            .ok_or_else(|| "no such rule".to_owned())?
            .rule;
        match kind {
            Kind::Hit => {
                let script = self.script(rule, None, u64::from(number), 0)?;
                let rounds = rounds::needed(rule)?;
                played(&script, Outside::Nothing, number, time_nanos, rounds)
                    .map(|(ends, packets)| exercise(kind, None, &script, ends, packets))
            }
            Kind::NearMiss => self.near_miss(rule, number, time_nanos),
        }
    }

    fn near_miss(&mut self, rule: &Rule, number: u32, time: i64) -> Result<Exercise, Unable> {
        let seed = u64::from(number);
        let rounds = rounds::needed(rule)?;
        for miss in near::misses(rule).into_iter().take(MISSES_MAX) {
            let Ok(chain) = Chain::of(rule, miss.buffer) else {
                continue;
            };
            let avoided = Some((miss.buffer, &chain));
            let Ok(script) = self.script(&miss.rule, avoided, seed, 0) else {
                continue;
            };
            if let Ok((ends, packets)) = played(&script, Outside::Nothing, number, time, rounds) {
                return Ok(exercise(
                    Kind::NearMiss,
                    Some(miss.said),
                    &script,
                    ends,
                    packets,
                ));
            }
        }
        // Nothing to change in the bytes: then in the header, or in what must come before.
        let needs_bits = bits(rule).any(|(operation, _)| operation == BitOperation::IsSet);
        let script = self.script(
            rule,
            None,
            seed,
            if needs_bits { SETTERS_DEPTH_MAX + 1 } else { 0 },
        )?;
        let ways = [
            (Outside::Nothing, "the bit that it needs is not set"),
            (Outside::ServerPort, "the port is another"),
            (Outside::ServerAddress, "the server is another"),
            (Outside::ClientAddress, "the client is another"),
        ];
        for (outside, said) in ways {
            let possible = match outside {
                Outside::Nothing => needs_bits,
                _ => script
                    .wanted
                    .last()
                    .is_some_and(|wanted| wanted.can_leave(outside)),
            };
            if !possible {
                continue;
            }
            if let Ok((ends, packets)) = played(&script, outside, number, time, rounds) {
                return Ok(exercise(
                    Kind::NearMiss,
                    Some(said.to_owned()),
                    &script,
                    ends,
                    packets,
                ));
            }
        }
        if rounds > 1 {
            let (ends, packets) = played(&script, Outside::Nothing, number, time, rounds - 1)?;
            let said = Some("it happens once too seldom".to_owned());
            return Ok(exercise(Kind::NearMiss, said, &script, ends, packets));
        }
        Err("no condition can be broken alone".to_owned())
    }

    /// The rule's conversation, behind those of rules that set the bits that it needs. With a depth beyond the limit
    /// nothing is set first.
    fn script(
        &mut self,
        rule: &Rule,
        avoided: Option<(usize, &Chain)>,
        seed: u64,
        depth: usize,
    ) -> Result<Script, Unable> {
        let talk = talk::talk(rule, avoided, seed)?;
        let answers = Ask::of(rule, None, seed)?.answers();
        let wanted = Wanted::of(rule, answers, &mut self.resolver)?;
        let mut script = Script {
            talks: vec![talk],
            wanted: vec![wanted],
        };
        if depth > SETTERS_DEPTH_MAX {
            return Ok(script);
        }
        let mut settled: Vec<String> = Vec::new();
        for alternatives in needed_bits(rule) {
            if alternatives.iter().any(|name| settled.contains(name)) {
                continue;
            }
            let before = self.setter(rule, &alternatives, &script, seed, depth)?;
            settled.extend(alternatives);
            script.talks.splice(0..0, before.talks);
            script.wanted.splice(0..0, before.wanted);
        }
        Ok(script)
    }

    /// The conversation of a rule that sets one of the bits, able to share a flow with the script.
    fn setter(
        &mut self,
        rule: &Rule,
        names: &[String],
        script: &Script,
        seed: u64,
        depth: usize,
    ) -> Result<Script, Unable> {
        let rules = self.rules;
        let known: Vec<usize> = names
            .iter()
            .filter_map(|name| self.setters.get(name))
            .flatten()
            .copied()
            .take(SETTERS_MAX)
            .collect();
        let mut last = Err(format!("nobody sets the bit {}", names.join("|")));
        for index in known {
            let setter = &rules[index].rule;
            if setter.meta.sid == rule.meta.sid {
                continue;
            }
            last = self.script(setter, None, seed, depth + 1);
            if let Ok(before) = &last {
                let together: Vec<&Wanted> = before.wanted.iter().chain(&script.wanted).collect();
                let same = before.talks.iter().all(|talk| {
                    matches!(
                        (talk.carrier, script.talks[0].carrier),
                        (Carrier::Tcp, Carrier::Tcp) | (Carrier::Udp, Carrier::Udp)
                    )
                });
                let port = script.talks[0].port;
                if same && ends::ends(&together, Outside::Nothing, 1, port).is_ok() {
                    return last;
                }
                last = Err(format!("the bit {} is set in other flows", names.join("|")));
            }
        }
        last
    }
}

/// Bits that a rule sets or asks for, each with its name.
fn bits(rule: &Rule) -> impl Iterator<Item = (BitOperation, &String)> {
    rule.options.iter().flat_map(|item| match &item.keyword {
        Keyword::FlowBits(bits) => bits
            .names
            .iter()
            .map(|name| (bits.operation, name))
            .collect(),
        Keyword::XBits(bits) => vec![(bits.operation, &bits.name)],
        Keyword::HostBits(bits) => bits
            .names
            .iter()
            .map(|name| (bits.operation, name))
            .collect(),
        _ => Vec::new(),
    })
}

/// Bits that must be set, alternatives together.
fn needed_bits(rule: &Rule) -> Vec<Vec<String>> {
    let needed = rule.options.iter().filter_map(|item| match &item.keyword {
        Keyword::FlowBits(bits) if bits.operation == BitOperation::IsSet => {
            Some(bits.names.clone())
        }
        Keyword::XBits(bits) if bits.operation == BitOperation::IsSet => {
            Some(vec![bits.name.clone()])
        }
        Keyword::HostBits(bits) if bits.operation == BitOperation::IsSet => {
            Some(bits.names.clone())
        }
        _ => None,
    });
    needed.collect()
}

/// Ends and packets of the script, played so many times; each round is a connection of its own.
fn played(
    script: &Script,
    outside: Outside,
    number: u32,
    time: i64,
    rounds: u32,
) -> Result<(Ends, Vec<drill::Packet>), Unable> {
    let wanted: Vec<&Wanted> = script.wanted.iter().collect();
    let (Some(last), Some(first)) = (script.talks.last(), script.talks.first()) else {
        return Err("nothing to say".to_owned());
    };
    let port = if first.carrier == last.carrier {
        last.port
    } else {
        first.port
    };
    let ends = ends::ends(&wanted, outside, number, port)?;
    let mut whole = last.clone();
    whole.says = script
        .talks
        .iter()
        .flat_map(|talk| talk.says.iter().cloned())
        .collect();
    let mut packets = Vec::new();
    let mut time = time;
    for round in 0..rounds {
        let mut ends = ends;
        if round > 0 {
            let port = 20_000 + ((number + round) % 20_000) as u16;
            ends.client.set_port(port);
        }
        let (more, after) = play::play(&whole, ends, time);
        packets.extend(more);
        time = after;
    }
    Ok((ends, packets))
}

fn exercise(
    kind: Kind,
    broken: Option<String>,
    script: &Script,
    ends: Ends,
    packets: Vec<drill::Packet>,
) -> Exercise {
    let carrier = script
        .talks
        .last()
        .map_or(Carrier::Tcp, |talk| talk.carrier);
    Exercise {
        kind,
        client: ends.client,
        server: ends.server,
        protocol: match carrier {
            Carrier::Tcp | Carrier::Segments { .. } => "tcp",
            Carrier::Udp => "udp",
            Carrier::Icmp { .. } => "icmp",
        },
        broken,
        packets,
    }
}
