//! Scanning and sweeping, seen from flows alone.
//!
//! A scanner meets silence and refusals where an ordinary host meets answers (Jung et al., "Fast
//! Portscan Detection Using Sequential Hypothesis Testing", 2004). For each source we remember the
//! distinct targets it tried first and how each attempt ended; enough failures among them, with few
//! successes beside, are a scan. Slow ones count too: the window is hours. Whoever only answers
//! (backscatter) has tried nothing, and is never a source.

mod arp;
mod judge;
mod source;
mod together;

use crate::model::Context;
use crate::{ArpFact, FlowFact, FlowMoment, limits, table::Table, tcp_flags};
use arp::ArpSweeps;
use event::{Detection, Endpoint, Timestamp, Transport};
use serde::{Deserialize, Serialize};
use source::{Outcome, Protocol, Source, Target};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use together::Together;

/// A first packet without an answer for so long has failed.
const PATIENCE_NS: i64 = 3_000_000_000;

/// ICMP echo request (RFC 792), timestamp request, address mask request; ICMPv6 echo request (RFC 4443).
const ICMP_ASKING: [u8; 4] = [8, 13, 17, 128];

/// Everything known about who tries whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scans {
    sources: Table<IpAddr, Source>,
    #[serde(with = "crate::table::pairs")]
    pending: BTreeMap<(Timestamp, u64), Attempt>,
    #[serde(with = "crate::table::hashed_pairs")]
    deadlines: HashMap<u64, Timestamp>,
    arp: ArpSweeps,
    together: Together,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Attempt {
    source: Endpoint,
    target: Target,
}

impl Scans {
    pub fn new() -> Self {
        Self {
            sources: Table::new(limits::SCAN_SOURCES_MAX),
            pending: BTreeMap::new(),
            deadlines: HashMap::new(),
            arp: ArpSweeps::new(),
            together: Together::new(),
        }
    }

    /// ARP requests and replies.
    pub fn arp(&mut self, fact: &ArpFact, out: &mut Vec<Detection>) {
        self.arp.packet(fact, out);
    }

    /// A fact about a flow.
    pub fn flow(&mut self, context: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let Some(attempt) = attempt(fact) else {
            return;
        };
        match fact.moment {
            FlowMoment::Opened => self.await_answer(fact, attempt),
            FlowMoment::Answered => {
                self.answered(fact.flow);
                if let Some(outcome) = outcome(fact) {
                    self.record(context, fact.time, attempt, outcome, out);
                }
            }
            FlowMoment::Ended => {
                self.answered(fact.flow);
                let outcome = outcome(fact).unwrap_or(Outcome::Silent);
                self.record(context, fact.time, attempt, outcome, out);
            }
        }
    }

    /// Time passes: attempts that nobody answered have failed.
    pub fn advance(&mut self, context: &Context<'_>, now: Timestamp, out: &mut Vec<Detection>) {
        while let Some((&(deadline, flow), _)) = self.pending.first_key_value() {
            if deadline > now {
                break;
            }
            self.deadlines.remove(&flow);
            if let Some(attempt) = self.pending.remove(&(deadline, flow)) {
                self.record(context, deadline, attempt, Outcome::Silent, out);
            }
        }
    }

    /// The world ends: nothing more will be answered.
    pub fn finish(&mut self, context: &Context<'_>, now: Timestamp, out: &mut Vec<Detection>) {
        self.advance(context, now.plus_nanos(PATIENCE_NS + 1), out);
    }

    fn await_answer(&mut self, fact: &FlowFact, attempt: Attempt) {
        if self.pending.len() >= limits::SCAN_PENDING_MAX
            && let Some(((_, flow), _)) = self.pending.pop_first()
        {
            self.deadlines.remove(&flow);
        }
        let deadline = fact.time.plus_nanos(PATIENCE_NS);
        self.pending.insert((deadline, fact.flow), attempt);
        self.deadlines.insert(fact.flow, deadline);
    }

    fn answered(&mut self, flow: u64) {
        if let Some(deadline) = self.deadlines.remove(&flow) {
            self.pending.remove(&(deadline, flow));
        }
    }

    fn record(
        &mut self,
        context: &Context<'_>,
        time: Timestamp,
        attempt: Attempt,
        outcome: Outcome,
        out: &mut Vec<Detection>,
    ) {
        if outcome.failed() {
            self.together
                .failed(context.home, time, attempt.source, attempt.target, out);
        }
        let source = self
            .sources
            .touch(attempt.source.ip, time, || Source::new(attempt.source));
        if source.record(time, attempt.target, outcome) {
            judge::judge(context.home, source, time, out);
        }
    }
}

/// The attempt behind a flow; None when its first packet asked nothing (an answer without question, a
/// conversation that began before the capture, multicast).
fn attempt(fact: &FlowFact) -> Option<Attempt> {
    let address = fact.server.ip;
    let broadcast = matches!(address, IpAddr::V4(ip) if ip.is_broadcast() || ip.octets()[3] == 255);
    if address.is_multicast() || broadcast || address.is_unspecified() {
        return None;
    }
    let protocol = match fact.transport {
        Transport::Tcp if asks(fact) => Protocol::Tcp,
        Transport::Udp => Protocol::Udp,
        Transport::Icmp | Transport::Icmpv6
            if fact
                .icmp_type
                .is_some_and(|kind| ICMP_ASKING.contains(&kind)) =>
        {
            Protocol::Icmp
        }
        _ => return None,
    };
    let port = match protocol {
        Protocol::Icmp => 0,
        _ => fact.server.port,
    };
    Some(Attempt {
        source: fact.client,
        target: Target {
            ip: address,
            port,
            protocol,
        },
    })
}

/// Whether the client's flags are those of somebody who asks.
fn asks(fact: &FlowFact) -> bool {
    use tcp_flags::{ACK, RST, SYN};
    let (ours, theirs) = (fact.flags_to_server, fact.flags_to_client);
    if ours & SYN != 0 {
        // SYN and ACK both seen from the client, yet no SYN from the server: the "client" answered
        // somebody else's SYN (backscatter), or the capture has one side only.
        return ours & ACK == 0 || theirs & SYN != 0;
    }
    // FIN and Xmas probes carry no ACK; nothing that belongs to a connection does without. No flags
    // at all are also what is told of a connection that began before the capture.
    ours != 0 && ours & (ACK | RST) == 0 && fact.packets_to_server <= 3
}

/// How an attempt ended; None while that is open.
fn outcome(fact: &FlowFact) -> Option<Outcome> {
    use tcp_flags::{ACK, RST, SYN};
    let answered = fact.packets_to_client > 0;
    if fact.transport != Transport::Tcp {
        return answered.then_some(Outcome::Answered);
    }
    let (ours, theirs) = (fact.flags_to_server, fact.flags_to_client);
    if theirs & SYN != 0 {
        // A half-open scanner (or its kernel) resets where a client would acknowledge.
        let half_open = ours & ACK == 0 && ours & RST != 0;
        // A connect scan completes the handshake and resets at once, without a word.
        let wordless =
            ours & RST != 0 && fact.packets_to_server <= 3 && fact.packets_to_client == 1;
        let half_open = half_open || fact.moment == FlowMoment::Ended && wordless;
        return Some(if half_open {
            Outcome::HalfOpen
        } else {
            Outcome::Answered
        });
    }
    if theirs & RST != 0 {
        return Some(Outcome::Refused);
    }
    answered.then_some(Outcome::Answered)
}

#[cfg(test)]
mod tests;
