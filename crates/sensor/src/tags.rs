//! Packets that follow the match of a rule with `tag`, told as events of type `packet`.
//!
//! The sink alone knows which matches count, and it has the batches at hand whose matches it judges. So it is the sink
//! that looks for the packets: those of a host in the flows of all workers, in the order of packets, and none at all
//! while nothing is tagged.

use crate::limits::{TAG_PACKETS_MAX, TAGGED_PACKETS_MAX, TAGS_MAX};
use capture::Batch;
use detect::rule::ast::{HostSide, Tag, TagMetric, TagScope};
use detect::signature::Alert;
use event::{Endpoint, Event, FlowRef, Record, Timestamp, Transport};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;
use wire::packet::{Decoded, LinkType, Packet, VlanTags, decode};

/// What became of tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagCounts {
    /// Packets told.
    pub packets: u64,
    /// Tags given up before their end because there were too many.
    pub forgotten: u64,
}

/// Whose packets are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Followed {
    /// Two ends, the lower first, with what they speak.
    Session(Endpoint, Endpoint, Transport),
    Host(IpAddr),
}

/// One rule's tag.
#[derive(Debug)]
struct Follow {
    /// gid and sid.
    rule: (u32, u32),
    tag: Tag,
    /// Number of the packet that completed the match. The alert tells of it, so it is counted and not told.
    begun_with: u64,
    since: i64,
    packets: u32,
    bytes: u64,
    /// That of a session.
    flow: Option<FlowRef>,
    /// Those of a session.
    vlan: Option<VlanTags>,
}

/// All tags, and the frames that they are looked for in.
#[derive(Default)]
pub(crate) struct Tags {
    follows: HashMap<Followed, Vec<Follow>>,
    count: usize,
    frames: Frames,
    counts: TagCounts,
}

/// The frames of a batch, as far as they have not been looked at.
#[derive(Default)]
struct Frames {
    batch: Arc<Batch>,
    /// Number of the batch's first frame in its world.
    first: u64,
    /// Number of the next frame to be looked at.
    next: u64,
}

impl Tags {
    /// What happens next was found in this batch, whose first frame has this number.
    pub fn begin(&mut self, batch: &Arc<Batch>, first: u64) {
        self.frames = Frames {
            batch: Arc::clone(batch),
            first,
            next: first,
        };
    }

    /// What is told next belongs to this packet: those before it are looked at.
    pub fn before(&mut self, number: u64) -> Vec<Event> {
        let end = self.frames.first + self.frames.batch.len() as u64;
        self.look(number.min(end))
    }

    /// Nothing more was found in the batch: the rest of it is looked at, and it is let go.
    pub fn end(&mut self) -> Vec<Event> {
        let events = self.look(self.frames.first + self.frames.batch.len() as u64);
        self.frames = Frames::default();
        events
    }

    /// What became of tags so far.
    pub const fn counts(&self) -> TagCounts {
        self.counts
    }

    /// A rule matched: where it has a tag, packets are followed from here on. A rule that matches again begins anew.
    pub fn matched(&mut self, alert: &Alert) {
        let Some(tag) = alert.rule.tag else { return };
        let Some(followed) = followed_by(tag.scope, alert) else {
            return;
        };
        let rule = (alert.rule.gid, alert.rule.sid);
        let follows = self.follows.entry(followed).or_default();
        if let Some(known) = follows.iter_mut().find(|follow| follow.rule == rule) {
            known.since = alert.moment.time.seconds();
            (known.packets, known.bytes) = (0, 0);
            return;
        }
        follows.push(Follow {
            rule,
            tag,
            begun_with: alert.moment.packet_number,
            since: alert.moment.time.seconds(),
            packets: 0,
            bytes: 0,
            flow: alert.flow,
            vlan: (tag.scope == TagScope::Session).then_some(alert.vlan),
        });
        self.count += 1;
        if self.count > TAGS_MAX {
            self.forget_oldest();
        }
    }

    /// A flow ended, and the tags of its session with it.
    pub fn flow_ends(&mut self, event: &Event) {
        let ends = event.source.zip(event.dest).zip(event.transport);
        let Some(((source, dest), transport)) = ends.filter(|_| self.count > 0) else {
            return;
        };
        let session = Followed::Session(source.min(dest), source.max(dest), transport);
        self.retain(session, |follow| follow.flow != event.flow);
    }

    fn look(&mut self, end: u64) -> Vec<Event> {
        let mut events = Vec::new();
        if self.count > 0 {
            let batch = Arc::clone(&self.frames.batch);
            for number in self.frames.next..end {
                let place = usize::try_from(number - self.frames.first);
                if let Some(frame) = place.ok().and_then(|place| batch.get(place)) {
                    events.extend(self.frame(&frame, number));
                }
            }
        }
        self.frames.next = self.frames.next.max(end);
        self.counts.packets += events.len() as u64;
        events
    }

    /// The frame as an event, where one of its packets is followed.
    fn frame(&mut self, frame: &capture::Frame<'_>, number: u64) -> Option<Event> {
        let mut decoded = Decoded::default();
        decode(LinkType::from_number(frame.link), frame.bytes, &mut decoded);
        let mut told = None;
        for packet in &decoded.packets {
            let Some((source, dest)) = packet.addresses() else {
                continue;
            };
            let session = session(packet, source, dest);
            let hosts = [source, dest].map(|host| Some(Followed::Host(host)));
            for followed in [session].into_iter().chain(hosts).flatten() {
                let seen = Seen {
                    number,
                    vlan: packet.vlan,
                    second: Timestamp::from_nanos(frame.time_nanos).seconds(),
                    bytes: frame.bytes.len() as u64,
                };
                if let Some(flow) = self.follow(followed, &seen) {
                    let event = told.get_or_insert_with(|| packet_event(frame, packet, number));
                    event.flow = event.flow.or(flow);
                }
            }
        }
        told
    }

    /// A packet of somebody came. Whether it is to be told, and its flow where that is known; tags that are over go.
    fn follow(&mut self, followed: Followed, seen: &Seen) -> Option<Option<FlowRef>> {
        if !self.follows.contains_key(&followed) {
            return None;
        }
        let mut told = None;
        self.retain(followed, |follow| {
            if follow.vlan.is_some_and(|vlan| vlan != seen.vlan) {
                return true;
            }
            follow.packets += 1;
            follow.bytes += seen.bytes;
            if follow.begun_with == seen.number {
                return true;
            }
            let goes_on = follow.goes_on(seen.second);
            if goes_on {
                told = told.or(Some(follow.flow));
            }
            goes_on
        });
        told
    }

    fn forget_oldest(&mut self) {
        let age = |follow: &Follow| (follow.begun_with, follow.rule);
        let all = self.follows.iter();
        // Of those that began with the same packet the rule decides, so that it is the same one each time.
        let oldest = all
            .flat_map(|(followed, follows)| follows.iter().map(|follow| (age(follow), *followed)))
            .min();
        if let Some((oldest, followed)) = oldest {
            self.retain(followed, |follow| age(follow) != oldest);
            self.counts.forgotten += 1;
        }
    }

    /// Lets go the tags of one that are over.
    fn retain(&mut self, followed: Followed, goes_on: impl FnMut(&mut Follow) -> bool) {
        if let Entry::Occupied(mut follows) = self.follows.entry(followed) {
            let before = follows.get().len();
            follows.get_mut().retain_mut(goes_on);
            self.count -= before - follows.get().len();
            if follows.get().is_empty() {
                follows.remove();
            }
        }
    }
}

/// A packet, as far as tags count it.
struct Seen {
    number: u64,
    vlan: VlanTags,
    second: i64,
    bytes: u64,
}

impl Follow {
    /// Whether the packet just counted still belongs to it. The packet of the match counts, and whole seconds do, as in
    /// Suricata.
    fn goes_on(&self, second: i64) -> bool {
        let wanted = self.tag.count;
        let within = match self.tag.metric {
            TagMetric::Packets => self.packets <= wanted.min(TAG_PACKETS_MAX),
            TagMetric::Seconds => second.saturating_sub(self.since) <= i64::from(wanted),
            TagMetric::Bytes => self.bytes <= u64::from(wanted),
        };
        within && self.packets <= TAGGED_PACKETS_MAX
    }
}

fn followed_by(scope: TagScope, alert: &Alert) -> Option<Followed> {
    match scope {
        TagScope::Session => {
            // Without flow there is nothing that could go on.
            alert.flow?;
            let (client, server) = (alert.client?, alert.server?);
            let (low, high) = (client.min(server), client.max(server));
            Some(Followed::Session(low, high, alert.transport?))
        }
        TagScope::Host(HostSide::Destination) => Some(Followed::Host(alert.dest?.ip)),
        TagScope::Host(_) => Some(Followed::Host(alert.source?.ip)),
    }
}

fn session(packet: &Packet<'_>, source: IpAddr, dest: IpAddr) -> Option<Followed> {
    let transport = Transport::from_number(packet.protocol()?);
    let (source, dest) = ends(packet, source, dest);
    let (low, high) = (source.min(dest), source.max(dest));
    Some(Followed::Session(low, high, transport))
}

fn ends(packet: &Packet<'_>, source: IpAddr, dest: IpAddr) -> (Endpoint, Endpoint) {
    let (source_port, dest_port) = packet.ports();
    (
        Endpoint::new(source, source_port),
        Endpoint::new(dest, dest_port),
    )
}

fn packet_event(frame: &capture::Frame<'_>, packet: &Packet<'_>, number: u64) -> Event {
    let mut event = Event::new(Timestamp::from_nanos(frame.time_nanos), "packet");
    if let Some((source, dest)) = packet.addresses() {
        let (source, dest) = ends(packet, source, dest);
        (event.source, event.dest) = (Some(source), Some(dest));
    }
    event.transport = packet.protocol().map(Transport::from_number);
    event.vlan = packet.vlan.ids().to_vec();
    event.packet_number = Some(number);
    event.body.push("pkt_src", "wire/pcap");
    event.body.push("packet", event::base64(frame.bytes));
    let mut info = Record::new();
    info.push("linktype", frame.link);
    event.body.push("packet_info", info);
    event
}
