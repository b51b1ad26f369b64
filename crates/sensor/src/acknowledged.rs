//! In a log of captures, what a TCP stream showed stands under the packet with which Suricata tells it.
//!
//! We look at bytes when they come, and rules and models act on them at once. Suricata waits for the packet by which the
//! other side acknowledges them, and asks rules over a direction with the next packet of that direction. Readers of
//! captures compare `pcap_cnt` and the counters of the flow, so lines of a capture's log (and nothing else) wait here
//! until that packet has come. What nobody acknowledged is told when the flow ends, without a packet.

use crate::limits::{LINES_WAITING_MAX, LINES_WAITING_PER_FLOW_MAX};
use detect::signature::FlowCounters;
use event::{Endpoint, Event, Record, Value};
use flow::{Conversation, PacketContext};
use std::collections::HashMap;
use wire::packet::{TransportHeader, tcp_flags};
use wire::protocol::Direction;

/// A line that waits: its flow, and its number among the lines of the worker.
pub(crate) type Ticket = (u64, u64);

/// The packet that a line waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// Its number; None where the flow ended first.
    pub packet_number: Option<u64>,
    /// Who sent it, or the bytes, where the flow ended first.
    pub sender: Option<Endpoint>,
    /// Of the flow, that packet included.
    pub counters: FlowCounters,
}

impl Release {
    fn of<S>(flow: &Conversation<S>, packet: Option<u64>, direction: Option<Direction>) -> Self {
        Self {
            packet_number: packet,
            sender: direction.map(|direction| flow.ends(direction).0),
            counters: FlowCounters {
                to_server: flow.to_server,
                to_client: flow.to_client,
                start: flow.start,
            },
        }
    }
}

/// What a line waits for.
#[derive(Clone, Copy, Debug)]
struct Wait {
    number: u64,
    /// For alerts: after the acknowledgement, a packet of this direction.
    told_with: Option<Direction>,
    /// Which way the bytes went, and the sequence number after them; None while their packet is in work.
    bytes: Option<(Direction, u32)>,
    acknowledged: bool,
}

/// A worker's lines that wait.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    flows: HashMap<u64, Vec<Wait>>,
    lines: usize,
    next: u64,
}

impl Waiting {
    /// A line about this flow arose from bytes of its stream. The ticket with which it waits; None: it does not.
    pub(crate) fn hold(&mut self, flow: u64, told_with: Option<Direction>) -> Option<Ticket> {
        if self.lines >= LINES_WAITING_MAX {
            return None;
        }
        let waits = self.flows.entry(flow).or_default();
        if waits.len() >= LINES_WAITING_PER_FLOW_MAX {
            return None;
        }
        let number = self.next;
        self.next += 1;
        self.lines += 1;
        waits.push(Wait {
            number,
            told_with,
            bytes: None,
            acknowledged: false,
        });
        Some((flow, number))
    }

    /// A packet of the flow was worked through: lines of which it is the packet go out.
    pub(crate) fn segment<S>(
        &mut self,
        flow: &Conversation<S>,
        segment: &Segment,
        mut release: impl FnMut(Ticket, Release),
    ) {
        let Some(waits) = self.flows.get_mut(&flow.id) else {
            return;
        };
        let before = waits.len();
        let number = segment.packet_number;
        waits.retain_mut(|wait| {
            let goes = wait.meets(flow, segment);
            if goes {
                release(
                    (flow.id, wait.number),
                    Release::of(flow, Some(number), Some(segment.direction)),
                );
            }
            !goes
        });
        self.lines -= before - waits.len();
        if waits.is_empty() {
            self.flows.remove(&flow.id);
        }
    }

    /// The flow ends: whatever still waits goes out.
    pub(crate) fn flow_ends<S>(
        &mut self,
        flow: &Conversation<S>,
        mut release: impl FnMut(Ticket, Release),
    ) {
        let waits = self.flows.remove(&flow.id).unwrap_or_default();
        self.lines -= waits.len();
        for wait in waits {
            // As if a packet of that direction came at the end.
            let sent = wait.bytes.map(|(direction, _)| direction);
            release((flow.id, wait.number), Release::of(flow, None, sent));
        }
    }
}

impl Wait {
    /// Whether this is the packet that the line waited for.
    fn meets<S>(&mut self, flow: &Conversation<S>, segment: &Segment) -> bool {
        let Some((sent, end)) = self.bytes else {
            self.bytes = Some((segment.direction, segment.end));
            // Where one side is never heard nobody acknowledges, and bytes that a packet did not bring need it not.
            let answers = match segment.direction {
                Direction::ToServer => flow.to_client.packets,
                Direction::ToClient => flow.to_server.packets,
            };
            return segment.is_empty || answers == 0;
        };
        self.acknowledged |= segment.direction != sent
            && segment
                .acknowledgement
                .is_some_and(|number| is_reached(end, number));
        self.acknowledged
            && self
                .told_with
                .is_none_or(|direction| direction == segment.direction)
    }
}

/// What a TCP packet says of the streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    packet_number: u64,
    direction: Direction,
    /// The sequence number after it.
    end: u32,
    /// Without payload, and not the end of its direction.
    is_empty: bool,
    /// What it acknowledges. A reset acknowledges nothing: with every other packet Suricata updates the other side's
    /// stream.
    acknowledgement: Option<u32>,
}

impl Segment {
    /// None where it is no TCP packet.
    pub(crate) fn of(context: &PacketContext<'_, '_>) -> Option<Self> {
        let TransportHeader::Tcp(tcp) = &context.packet.transport else {
            return None;
        };
        let syn = u32::from(tcp.has(tcp_flags::SYN));
        let fin = u32::from(tcp.has(tcp_flags::FIN));
        let length = u32::try_from(context.packet.payload.len()).unwrap_or(u32::MAX);
        let acknowledges = tcp.has(tcp_flags::ACK) && !tcp.has(tcp_flags::RST);
        Some(Self {
            packet_number: context.moment.packet_number,
            direction: context.direction,
            end: tcp
                .sequence
                .wrapping_add(length)
                .wrapping_add(syn)
                .wrapping_add(fin),
            is_empty: length == 0 && fin == 0,
            acknowledgement: acknowledges.then_some(tcp.acknowledgement),
        })
    }
}

/// Whether the acknowledgement covers everything before `end` (RFC 9293, section 3.4: numbers go round).
fn is_reached(end: u32, acknowledgement: u32) -> bool {
    acknowledgement.wrapping_sub(end) < 1 << 31
}

/// The sink's lines that wait, by flow, in the order in which they arose.
#[derive(Debug, Default)]
pub(crate) struct Held {
    flows: HashMap<u64, Vec<(u64, Event)>>,
}

impl Held {
    /// Keeps a line until its ticket is released.
    pub(crate) fn keep(&mut self, ticket: Ticket, mut event: Event) {
        let lines = self.flows.entry(ticket.0).or_default();
        if event.kind == "alert" {
            for (_, known) in lines.iter() {
                let is_carried = known.tx_id == event.tx_id && known.source == event.source;
                if let Some(file) = file_of(known).filter(|_| is_carried) {
                    note_file(&mut event, &file);
                }
            }
        }
        lines.push((ticket.1, event));
    }

    /// The lines of a ticket, with what is known now.
    pub(crate) fn release(&mut self, ticket: Ticket, release: &Release) -> Vec<Event> {
        let Some(lines) = self.flows.get_mut(&ticket.0) else {
            return Vec::new();
        };
        let mut released = Vec::new();
        while let Some(place) = lines.iter().position(|(number, _)| *number == ticket.1) {
            let (_, mut event) = lines.remove(place);
            label(&mut event, release);
            released.push(event);
        }
        if lines.is_empty() {
            self.flows.remove(&ticket.0);
        }
        released
    }

    /// A transaction is told: alerts about it that wait say of it what is known now.
    pub(crate) fn learn(&mut self, event: &Event) {
        let (Some(flow), Some(_)) = (event.flow, event.tx_id) else {
            return;
        };
        if self.flows.is_empty() {
            return;
        }
        let file = (event.kind == "fileinfo").then(|| file_of(event)).flatten();
        for (_, held) in self.flows.get_mut(&flow.id).into_iter().flatten() {
            if held.kind != "alert" || held.tx_id != event.tx_id {
                continue;
            }
            if event.kind == "fileinfo" {
                if held.source == event.source
                    && let Some(file) = &file
                {
                    note_file(held, file);
                }
                continue;
            }
            for (name, value) in event.body.iter().filter(|(name, _)| *name != "pkt_src") {
                if held.body.at(name).is_some() {
                    held.body.set(name.to_owned(), value.clone());
                }
            }
        }
    }

    /// Lines of which no worker said that they may go.
    pub(crate) fn take_all(&mut self) -> Vec<Event> {
        let mut flows: Vec<_> = std::mem::take(&mut self.flows).into_iter().collect();
        flows.sort_unstable_by_key(|(flow, _)| *flow);
        flows
            .into_iter()
            .flat_map(|(_, lines)| lines)
            .map(|(_, event)| event)
            .collect()
    }
}

/// Events whose source is the sender of the packet under which they stand, whichever side it is.
const OF_PACKETS: &[&str] = &["krb5", "nfs", "rdp", "sip"];

/// A file as alerts have it in `files`.
fn file_of(event: &Event) -> Option<Record> {
    let Value::Record(told) = event.body.at("fileinfo")? else {
        return None;
    };
    let mut file = Record::new();
    for (name, value) in told.iter() {
        if !matches!(name, "file_id" | "mime_type") {
            file.push(name.to_owned(), value.clone());
        }
    }
    Some(file)
}

/// The alert says of the file what is known now.
fn note_file(alert: &mut Event, file: &Record) {
    let mut files = alert
        .body
        .at("files")
        .map(|files| files.as_list().to_vec())
        .unwrap_or_default();
    let is_same = |known: &Value| match known {
        Value::Record(known) => known.text("filename") == file.text("filename"),
        _ => false,
    };
    let new = Value::Record(file.clone());
    match files.iter_mut().find(|known| is_same(known)) {
        Some(known) => *known = new,
        None => files.push(new),
    }
    alert.body.set("files", Value::List(files));
}

/// Puts the line under the packet that it waited for.
fn label(event: &mut Event, release: &Release) {
    event.packet_number = release.packet_number;
    if OF_PACKETS.contains(&event.kind.as_ref())
        && release
            .sender
            .is_some_and(|sender| event.dest == Some(sender))
    {
        std::mem::swap(&mut event.source, &mut event.dest);
    }
    if release.packet_number.is_none() {
        event.body.set("pkt_src", "stream (flow timeout)");
    }
    let Some(flow) = event.body.at("flow").filter(|_| event.kind == "alert") else {
        return;
    };
    let Value::Record(flow) = flow else {
        return;
    };
    let mut flow: Record = flow.clone();
    let counters = &release.counters;
    flow.set("pkts_toserver", counters.to_server.packets);
    flow.set("pkts_toclient", counters.to_client.packets);
    flow.set("bytes_toserver", counters.to_server.bytes);
    flow.set("bytes_toclient", counters.to_client.bytes);
    event.body.set("flow", flow);
}

#[cfg(test)]
mod tests {
    use super::is_reached;

    #[test]
    fn acknowledgements_go_round() {
        for (end, acknowledgement, reached) in [
            (100, 100, true),
            (100, 101, true),
            (100, 99, false),
            (5, u32::MAX, false),
            (u32::MAX, 5, true),
        ] {
            assert_eq!(
                is_reached(end, acknowledgement),
                reached,
                "{end} {acknowledgement}"
            );
        }
    }
}
