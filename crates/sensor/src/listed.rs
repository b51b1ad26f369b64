//! Conversations with listed addresses: they are told as soon as the other side has sent something, each once.
//!
//! Many sites may share an address. So the connection's own name is waited for, where it may still come: an address that
//! is reached for a popular or otherwise harmless name is weak evidence. That name is believed unless it is contradicted:
//! by a certificate that signed itself, or by other names for which this host looked up the address.

use crate::limits::{LISTED_FLOWS_MAX, LISTED_NAMES_MAX, NAME_WAIT_S, NAMES_OF_ONE_MAX};
use analyze::FlowFact;
use event::{Event, FlowRef, Record, Timestamp, Value};
use intelligence::{Hit, Indicators};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

/// Flows with listed addresses, and names that led to such addresses.
#[derive(Default)]
pub(crate) struct Listed {
    flows: HashMap<u64, Followed>,
    /// Flows whose name is waited for, and until when.
    waiting: BTreeSet<(Timestamp, u64)>,
    names: Names,
    flows_unfollowed: u64,
}

/// What went beyond the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListedCounts {
    /// Flows with listed addresses that were not followed: they were told when they ended.
    pub flows_unfollowed: u64,
    /// Names that led to listed addresses and were forgotten, or not noted any more.
    pub names_forgotten: u64,
}

/// A flow with a listed address that was answered.
struct Followed {
    fact: FlowFact,
    progress: Progress,
    own: Option<OwnName>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Without content.
    Answered,
    /// With content; so long the name is waited for.
    Waiting(Timestamp),
    Told,
}

/// What a connection says it is for.
struct OwnName {
    /// Of the event that said it, and the field's name there.
    place: (&'static str, &'static str),
    name: String,
    /// The certificate beside it is signed by itself: anybody can make one for any name.
    is_self_signed: bool,
}

impl OwnName {
    fn of(event: &Event) -> Option<Self> {
        let (place, name) = match event.kind.as_ref() {
            "http" => (("http", "hostname"), event.text("http.hostname")?),
            "tls" => (("tls", "sni"), event.text("tls.sni")?),
            "quic" => (("quic", "sni"), event.text("quic.sni")?),
            _ => return None,
        };
        let subject = event.text("tls.subject");
        (name.parse::<IpAddr>().is_err()).then(|| Self {
            place,
            name: name.to_owned(),
            is_self_signed: subject.is_some() && subject == event.text("tls.issuerdn"),
        })
    }
}

/// The name of a harmless site, and the list that says so.
type Harmless = (String, Arc<str>);

impl Listed {
    /// The flow was answered, with or without content. Gives what there is to tell.
    pub(crate) fn flow(
        &mut self,
        fact: FlowFact,
        has_content: bool,
        indicators: &Indicators,
    ) -> Option<Event> {
        if self.flows.len() >= LISTED_FLOWS_MAX && !self.flows.contains_key(&fact.flow) {
            self.flows_unfollowed = self.flows_unfollowed.saturating_add(1);
            return None;
        }
        let flow = self.flows.entry(fact.flow).or_insert(Followed {
            fact,
            progress: Progress::Answered,
            own: None,
        });
        flow.fact = fact;
        if !has_content || flow.progress != Progress::Answered {
            return None;
        }
        let until = fact.time.plus_nanos(NAME_WAIT_S as i64 * 1_000_000_000);
        flow.progress = Progress::Waiting(until);
        let may_be_named = matches!(fact.app_proto, Some("http" | "http2" | "tls" | "quic"));
        let looked_up = self.names.of(fact.client.ip, fact.server.ip);
        let is_known = !looked_up.is_empty()
            && looked_up
                .iter()
                .all(|name| indicators.harmless(name).is_none());
        if flow.own.is_some() || is_known || !may_be_named {
            return self.tell(fact.flow, fact.time);
        }
        self.waiting.insert((until, fact.flow));
        None
    }

    /// What went beyond the limits so far.
    pub(crate) const fn counts(&self) -> ListedCounts {
        ListedCounts {
            flows_unfollowed: self.flows_unfollowed,
            names_forgotten: self.names.forgotten,
        }
    }

    /// Learns names from an event in which these were found. Gives what there is to tell now that a name is known.
    pub(crate) fn learn(&mut self, event: &Event, hits: &[Hit]) -> Option<Event> {
        if event.kind == "dns" && hits.iter().any(|hit| hit.place == "dns.answers.rdata") {
            self.names.learn(event);
        }
        let id = event.flow?.id;
        let flow = self.flows.get_mut(&id).filter(|flow| flow.own.is_none())?;
        flow.own = Some(OwnName::of(event)?);
        matches!(flow.progress, Progress::Waiting(_)).then(|| self.tell(id, event.time))?
    }

    /// What has waited for its name in vain until now.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<Event> {
        let mut found = Vec::new();
        while let Some(&(until, flow)) = self.waiting.first()
            && until <= now
        {
            self.waiting.pop_first();
            found.extend(self.tell(flow, until));
        }
        found
    }

    /// A flow ends: what was told of it before is not told again. Whether the other side has sent content.
    pub(crate) fn flow_ends(
        &mut self,
        event: &Event,
        hits: &mut Vec<Hit>,
        indicators: &Indicators,
    ) -> bool {
        let flow = event.flow.and_then(|FlowRef { id }| self.flows.remove(&id));
        if let Some(flow) = &flow
            && let Progress::Waiting(until) = flow.progress
        {
            self.waiting.remove(&(until, flow.fact.flow));
        }
        if flow
            .as_ref()
            .is_some_and(|flow| flow.progress == Progress::Told)
        {
            hits.clear();
        }
        let own = flow.as_ref().and_then(|flow| flow.own.as_ref());
        if let (false, Some(source), Some(dest)) = (hits.is_empty(), event.source, event.dest) {
            let harmless = self.harmless(own, (source.ip, dest.ip), indicators);
            brake(hits, harmless);
        }
        flow.is_some_and(|flow| flow.progress != Progress::Answered)
    }

    /// What is found in a flow that is told before its end.
    pub(crate) fn hits(&self, carrier: &Event, indicators: &Indicators) -> Vec<Hit> {
        let mut hits = indicators.match_event(carrier);
        let flow = carrier.flow.and_then(|flow| self.flows.get(&flow.id));
        if let Some(flow) = flow {
            let ends = (flow.fact.client.ip, flow.fact.server.ip);
            brake(
                &mut hits,
                self.harmless(flow.own.as_ref(), ends, indicators),
            );
        }
        hits
    }

    /// The flow as far as it is known, as an event that carries what is found.
    fn tell(&mut self, id: u64, now: Timestamp) -> Option<Event> {
        let flow = self.flows.get_mut(&id)?;
        if let Progress::Waiting(until) = flow.progress {
            self.waiting.remove(&(until, id));
        }
        flow.progress = Progress::Told;
        let looked_up = self.names.of(flow.fact.client.ip, flow.fact.server.ip);
        Some(carrier(flow, looked_up.first(), now))
    }

    /// The harmless name for which the address was reached, if it was.
    fn harmless(
        &self,
        own: Option<&OwnName>,
        (client, server): (IpAddr, IpAddr),
        indicators: &Indicators,
    ) -> Option<Harmless> {
        let known = |name: &String| Some((name.clone(), indicators.harmless(name)?));
        let looked_up = self.names.of(client, server);
        let mut by_lookup = looked_up.iter().map(known);
        match own {
            Some(own) if own.is_self_signed => None,
            // Malware gives popular names to connections that lead elsewhere.
            Some(_) if !looked_up.is_empty() && by_lookup.all(|name| name.is_none()) => None,
            Some(own) => known(&own.name),
            None if looked_up.is_empty() => None,
            None => by_lookup.collect::<Option<Vec<_>>>()?.into_iter().next(),
        }
    }
}

/// Slows down what is said of the server's address.
fn brake(hits: &mut [Hit], harmless: Option<Harmless>) {
    let Some((name, list)) = harmless else { return };
    for hit in hits.iter_mut().filter(|hit| hit.place == "dest_ip") {
        hit.brake_for(&name, Arc::clone(&list));
    }
}

fn carrier(flow: &Followed, looked_up: Option<&String>, now: Timestamp) -> Event {
    let fact = &flow.fact;
    let mut event = Event::new(now, "flow");
    event.flow = Some(FlowRef { id: fact.flow });
    event.source = Some(fact.client);
    event.dest = Some(fact.server);
    event.transport = Some(fact.transport);
    event.app_proto = fact.app_proto;
    let name = match (&flow.own, looked_up) {
        (Some(own), _) => Some((own.place, &own.name)),
        (None, Some(name)) => Some((("dns", "rrname"), name)),
        (None, None) => None,
    };
    if let Some(((kind, field), name)) = name {
        let mut record = Record::new();
        record.push(field, name.clone());
        event.body.push(kind, record);
    }
    let mut record = Record::new();
    record.push("pkts_toserver", fact.packets_to_server);
    record.push("pkts_toclient", fact.packets_to_client);
    record.push("bytes_toserver", fact.bytes_to_server);
    record.push("bytes_toclient", fact.bytes_to_client);
    record.push("start", fact.start.eve());
    event.body.push("flow", record);
    event
}

/// For which names hosts looked up listed addresses.
#[derive(Default)]
struct Names {
    of_pair: HashMap<(IpAddr, IpAddr), Vec<String>>,
    /// Oldest first.
    order: VecDeque<(IpAddr, IpAddr)>,
    forgotten: u64,
}

impl Names {
    fn of(&self, asker: IpAddr, address: IpAddr) -> &[String] {
        self.of_pair
            .get(&(asker, address))
            .map_or(&[], Vec::as_slice)
    }

    fn learn(&mut self, event: &Event) {
        let list = |path: &str| event.body.at(path).map_or(&[][..], Value::as_list);
        fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
            value.as_record().and_then(|record| record.text(name))
        }
        let name = list("dns.queries")
            .first()
            .and_then(|query| text(query, "rrname"));
        // An answer travels to the one who asked.
        let (Some(name), Some(asker)) = (name, event.dest) else {
            return;
        };
        for answer in list("dns.answers") {
            if let Some(address) = text(answer, "rdata").and_then(|text| text.parse().ok()) {
                self.note((asker.ip, address), name);
            }
        }
    }

    fn note(&mut self, pair: (IpAddr, IpAddr), name: &str) {
        if !self.of_pair.contains_key(&pair) {
            if self.order.len() >= LISTED_NAMES_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                let names = self.of_pair.remove(&oldest).map_or(0, |names| names.len());
                self.forgotten = self.forgotten.saturating_add(names as u64);
            }
            self.order.push_back(pair);
        }
        let names = self.of_pair.entry(pair).or_default();
        if names.iter().any(|known| known == name) {
            return;
        }
        if names.len() < NAMES_OF_ONE_MAX {
            names.push(name.to_owned());
        } else {
            self.forgotten = self.forgotten.saturating_add(1);
        }
    }
}

#[cfg(test)]
#[path = "listed_tests.rs"]
mod tests;
