//! The way of a frame through flows, streams and parsers.

use crate::application::Listener;
use crate::defragment::Defragmenter;
use crate::expected::Expectations;
use crate::files::Keeping;
use crate::flow::{Flow, timeout};
use crate::key::Identity;
use crate::limits::WAITING_FLOWS_MAX;
use crate::log::{Reason, flow_event};
use crate::observer::{Moment, Observer, PacketContext};
use crate::pressure::{Load, Shed};
use crate::session::Session;
use crate::settings::Settings;
use crate::split::{Fate, Part};
use crate::statistics::{Statistics, count, count_name};
use crate::table::{Class, Slot, Table};
use crate::tcp::Connection;
use crate::told::Told;
use event::Timestamp;
use std::sync::Arc;
use wire::packet::{
    Decoded, LinkType, Network, Packet, TransportHeader, Tunnel, decode, decode_ip, tcp_flags,
};
use wire::protocol::Direction;

/// Fragments of datagrams inside reassembled datagrams inside ..., followed so deep.
pub(crate) const REASSEMBLY_DEPTH_MAX: u8 = 4;

/// A captured frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it was captured.
    pub time: Timestamp,
    /// Its number in the capture, from 1.
    pub number: u64,
    /// What it begins with.
    pub link: LinkType,
    /// What was captured of it.
    pub bytes: &'a [u8],
    /// Its length on the wire.
    pub original_len: u32,
    /// False where checksums are not there yet because the sending kernel left them to its network
    /// card: they are not looked at then.
    pub checksums_ready: bool,
}

/// Places and numbers of flows.
type Waiting = Vec<(Slot, u64)>;

/// One worker's flows. `S` is what the listener keeps beside each flow.
pub struct Tracker<S> {
    pub(crate) settings: Settings,
    pub(crate) table: Table<S>,
    defragmenter: Defragmenter,
    expected: Expectations,
    pub(crate) statistics: Statistics,
    told: Told,
    /// Flows with missing bytes that may never come, by place and number: those of this second,
    /// and those of the one before, whose time is over at the next tick.
    waiting: (Waiting, Waiting),
    /// The latest time seen; it never goes back.
    pub(crate) now: Timestamp,
    pub(crate) begun: u64,
    pub(crate) flow_memory: usize,
    pub(crate) load: Load,
    pub(crate) shed: Shed,
    /// Flows that end in steps, the last first.
    pub(crate) ending: Vec<Box<Flow<S>>>,
    /// Room for the bytes of files, where they are kept.
    pub(crate) keeping: Option<Arc<Keeping>>,
}

/// Circumstances of a packet.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub moment: Moment,
    /// Bytes that count for it.
    pub length: u64,
    /// Whether its checksums mean anything.
    pub checksums_ready: bool,
    /// How many times it was put together from fragments.
    pub reassembled: u8,
}

impl<S: Default> Tracker<S> {
    /// Without flows.
    pub fn new(settings: Settings) -> Self {
        Self {
            table: Table::new(),
            defragmenter: Defragmenter::new(settings.fragment_bytes_max),
            settings,
            expected: Expectations::default(),
            statistics: Statistics::default(),
            told: Told::default(),
            waiting: (Vec::new(), Vec::new()),
            now: Timestamp::default(),
            begun: 0,
            flow_memory: 0,
            load: Load::default(),
            shed: Shed::default(),
            ending: Vec::new(),
            keeping: Keeping::new(&settings),
        }
    }

    /// Takes the next frame. Times need not rise, but no flow ends because of a frame's time:
    /// that is for [`Tracker::tick`].
    pub fn packet<O: Observer<S> + ?Sized>(&mut self, frame: &Frame<'_>, observer: &mut O) {
        let mut decoded = Decoded::default();
        decode(frame.link, frame.bytes, &mut decoded);
        self.now = self.now.max(frame.time);
        self.count_frame(frame);
        for packet in &decoded.packets {
            let seen = self.found_in_frame(packet, frame);
            self.one(packet, seen, observer);
        }
    }

    /// The time of the latest frame that any tracker has taken: timeouts count from it.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Takes one packet of a frame that a [`Splitter`](crate::Splitter) has taken apart.
    pub fn part<O: Observer<S> + ?Sized>(
        &mut self,
        frame: &Frame<'_>,
        part: &Part,
        observer: &mut O,
    ) {
        self.now = self.now.max(frame.time);
        let mut decoded = Decoded::default();
        match &part.datagram {
            None => decode(frame.link, frame.bytes, &mut decoded),
            Some(whole) => decode_ip(&whole.bytes, whole.vlan, whole.ethernet, &mut decoded),
        }
        let Some(packet) = decoded.packets.get(part.layer) else {
            return;
        };
        let seen = match &part.datagram {
            None => {
                if part.layer == 0 {
                    self.count_frame(frame);
                }
                self.found_in_frame(packet, frame)
            }
            Some(whole) => Seen {
                moment: moment_of(frame),
                length: match packet.tunnel {
                    None => whole.bytes.len() as u64,
                    Some(tunnel) => tunnelled_length(packet, tunnel),
                },
                checksums_ready: frame.checksums_ready,
                reassembled: whole.depth,
            },
        };
        match &part.fragment {
            None => self.one(packet, seen, observer),
            Some(fate) => {
                self.count_packet(packet);
                let statistics = &mut self.statistics;
                for (counter, more) in [
                    (&mut statistics.fragments, fate.seen),
                    (&mut statistics.datagrams_reassembled, fate.completed),
                    (&mut statistics.fragment_limit_drops, fate.refused),
                ] {
                    *counter = counter.saturating_add(more);
                }
                self.tell_fragment(packet, fate, seen, observer);
            }
        }
    }

    fn count_frame(&mut self, frame: &Frame<'_>) {
        count(&mut self.statistics.packets);
        self.statistics.bytes = self.statistics.bytes.saturating_add(length_of(frame));
    }

    fn found_in_frame(&mut self, packet: &Packet<'_>, frame: &Frame<'_>) -> Seen {
        self.statistics.layers.note(packet);
        Seen {
            moment: moment_of(frame),
            length: match packet.tunnel {
                None => length_of(frame),
                Some(tunnel) => tunnelled_length(packet, tunnel),
            },
            checksums_ready: frame.checksums_ready,
            reassembled: 0,
        }
    }

    /// Tells the time: called at every whole second of capture time, between packets, so that
    /// timeouts fall the same for any number of workers.
    pub fn tick<O: Observer<S> + ?Sized>(
        &mut self,
        now: Timestamp,
        last_packet_number: u64,
        observer: &mut O,
    ) {
        self.now = self.now.max(now);
        let moment = Moment {
            time: now,
            packet_number: last_packet_number,
        };
        self.give_up_missing(moment, observer);
        for class in Class::ALL {
            let limit = timeout(class, &self.settings).as_nanos();
            while let Some((slot, seen)) = self.table.front(class) {
                if u128::from(self.now.since(seen)) < limit {
                    break;
                }
                self.end(slot, Reason::Timeout, moment, observer);
            }
        }
        let fragments = self.settings.timeouts.fragments;
        self.defragmenter
            .tick(self.now, fragments, &mut self.statistics);
        self.expected.tick(self.now);
        self.shed.turn(now);
        self.told.tick(&self.statistics, moment, observer);
    }

    /// The capture ended: all flows end, in the order of their ids.
    pub fn finish<O: Observer<S> + ?Sized>(
        &mut self,
        now: Timestamp,
        last_packet_number: u64,
        observer: &mut O,
    ) {
        self.finish_below(u64::MAX, now, last_packet_number, observer);
    }

    /// Nothing waits any more for anything.
    pub(crate) fn end_waiting<O: Observer<S> + ?Sized>(
        &mut self,
        moment: Moment,
        observer: &mut O,
    ) {
        self.waiting = (Vec::new(), Vec::new());
        self.told.tick(&self.statistics, moment, observer);
    }

    /// Changes what the listener keeps beside each open flow.
    pub fn for_each_state(&mut self, mut change: impl FnMut(&mut S)) {
        for flow in self.table.iter_mut() {
            change(&mut flow.conversation.state);
        }
    }

    /// What was counted so far.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics.clone();
        statistics.flows_active = self.table.len() as u64;
        statistics.memory_bytes =
            self.flow_memory.saturating_add(self.defragmenter.memory()) as u64;
        statistics
    }

    fn count_packet(&mut self, packet: &Packet<'_>) {
        if packet.tunnel.is_some() {
            count(&mut self.statistics.tunnelled_packets);
        }
        for name in packet.anomalies.iter() {
            count_name(&mut self.statistics.decode_anomalies, name);
        }
    }

    fn one<O: Observer<S> + ?Sized>(&mut self, packet: &Packet<'_>, seen: Seen, observer: &mut O) {
        self.count_packet(packet);
        if packet.is_fragment() {
            return self.fragment(packet, seen, observer);
        }
        match Identity::of(packet) {
            Some(identity) => self.of_flow(&identity, packet, seen, observer),
            None => {
                self.count_complaint(packet, seen);
                self.of_no_flow(packet, seen, observer);
            }
        }
    }

    /// An ICMP error counts for the flow that it complains about: it is an answer of sorts.
    fn count_complaint(&mut self, packet: &Packet<'_>, seen: Seen) {
        let Some(quoted) = Identity::of_quoted(packet) else {
            return;
        };
        let slot = self.table.find(&quoted.key);
        let Some((slot, mut flow)) = slot.and_then(|slot| Some((slot, self.table.borrow(slot)?)))
        else {
            return;
        };
        let conversation = &mut flow.conversation;
        conversation.last = conversation.last.max(seen.moment.time);
        // It goes to the sender of what it quotes.
        let counters = if (quoted.source, quoted.destination) == flow.ends {
            &mut flow.conversation.to_client
        } else {
            &mut flow.conversation.to_server
        };
        counters.packets = counters.packets.saturating_add(1);
        counters.bytes = counters.bytes.saturating_add(seen.length);
        flow.seen = self.now;
        let class = flow.class();
        self.table.give_back(slot, flow, class);
    }

    fn of_no_flow<O: Observer<S> + ?Sized>(
        &mut self,
        packet: &Packet<'_>,
        seen: Seen,
        observer: &mut O,
    ) {
        let context = PacketContext {
            moment: seen.moment,
            packet,
            direction: Direction::ToServer,
            in_stream: false,
            in_stream_whole: false,
            reassembled: seen.reassembled > 0,
        };
        for name in packet.anomalies.iter() {
            self.told
                .anomaly::<S, O>(packet, name, seen.moment, &mut self.statistics, observer);
        }
        observer.packet(None, &context);
    }

    fn fragment<O: Observer<S> + ?Sized>(
        &mut self,
        packet: &Packet<'_>,
        seen: Seen,
        observer: &mut O,
    ) {
        let mut fate = Fate::default();
        let wrong = &mut fate.wrong;
        let whole = self
            .defragmenter
            .take(packet, self.now, &mut self.statistics, &mut |name| {
                wrong.push(name)
            });
        self.tell_fragment(packet, &fate, seen, observer);
        if seen.reassembled >= REASSEMBLY_DEPTH_MAX {
            return;
        }
        for whole in whole {
            let mut decoded = Decoded::default();
            decode_ip(&whole, packet.vlan, packet.ethernet, &mut decoded);
            for inner in &decoded.packets {
                let length = match inner.tunnel {
                    None => whole.len() as u64,
                    Some(tunnel) => tunnelled_length(inner, tunnel),
                };
                let seen = Seen {
                    length,
                    reassembled: seen.reassembled.saturating_add(1),
                    ..seen
                };
                self.one(inner, seen, observer);
            }
        }
    }

    /// A fragment by itself, with what is wrong with it among the others.
    fn tell_fragment<O: Observer<S> + ?Sized>(
        &mut self,
        packet: &Packet<'_>,
        fate: &Fate,
        seen: Seen,
        observer: &mut O,
    ) {
        for name in &fate.wrong {
            count_name(&mut self.statistics.decode_anomalies, name);
            self.told
                .anomaly::<S, O>(packet, name, seen.moment, &mut self.statistics, observer);
        }
        self.of_no_flow(packet, seen, observer);
    }

    fn of_flow<O: Observer<S> + ?Sized>(
        &mut self,
        identity: &Identity,
        packet: &Packet<'_>,
        seen: Seen,
        observer: &mut O,
    ) {
        let Some(slot) = self.place(identity, packet, seen, observer) else {
            return self.of_no_flow(packet, seen, observer);
        };
        let Some(mut flow) = self.table.borrow(slot) else {
            return;
        };
        self.work(&mut flow, identity, packet, seen, observer);
        flow.seen = self.now;
        if Self::has_hole(&flow) && !flow.is_waiting && self.waiting.0.len() < WAITING_FLOWS_MAX {
            flow.is_waiting = true;
            self.waiting.0.push((slot, flow.order));
        }
        let class = flow.class();
        self.table.give_back(slot, flow, class);
        self.make_room(seen.moment, observer);
    }

    /// The place of the packet's flow, which is begun if need be.
    fn place<O: Observer<S> + ?Sized>(
        &mut self,
        identity: &Identity,
        packet: &Packet<'_>,
        seen: Seen,
        observer: &mut O,
    ) -> Option<Slot> {
        let asks = match &packet.transport {
            TransportHeader::Tcp(tcp) => {
                tcp.has(tcp_flags::SYN) && !tcp.has(tcp_flags::ACK) && !tcp.has(tcp_flags::RST)
            }
            _ => false,
        };
        if let Some(slot) = self.table.find(&identity.key) {
            let reused = asks
                && self
                    .table
                    .flow_mut(slot)
                    .is_some_and(|flow| flow.is_reused_by_syn());
            if !reused {
                return Some(slot);
            }
            self.end(slot, Reason::TcpReuse, seen.moment, observer);
        }
        if self.is_shed(identity, asks) {
            return None;
        }
        self.begin(identity, packet, seen, observer)
    }

    /// What has been missing for more than a second is given up.
    fn give_up_missing<O: Observer<S> + ?Sized>(&mut self, moment: Moment, observer: &mut O) {
        let due = std::mem::take(&mut self.waiting.1);
        self.waiting.1 = std::mem::take(&mut self.waiting.0);
        for (slot, order) in due {
            let Some(mut flow) = self.table.borrow(slot) else {
                continue;
            };
            if flow.order == order {
                flow.is_waiting = false;
                self.with_session(&mut flow, moment, observer, |session, tcp| {
                    if let Some(connection) = tcp {
                        connection.give_up_missing(&mut |direction, delivery| {
                            session.deliver(direction, delivery);
                        });
                    }
                });
                self.measure(&mut flow, observer);
            }
            self.table.put_back(slot, flow);
        }
    }

    pub(crate) fn end<O: Observer<S> + ?Sized>(
        &mut self,
        slot: Slot,
        reason: Reason,
        moment: Moment,
        observer: &mut O,
    ) {
        if let Some(flow) = self.table.remove(slot) {
            self.close(flow, reason, moment, observer);
        }
    }

    /// Lets a flow that was taken out of the table say its last.
    pub(crate) fn close<O: Observer<S> + ?Sized>(
        &mut self,
        mut flow: Box<Flow<S>>,
        reason: Reason,
        moment: Moment,
        observer: &mut O,
    ) {
        self.with_session(&mut flow, moment, observer, |session, tcp| {
            if let Some(connection) = tcp {
                connection.finish(&mut |direction, delivery| session.deliver(direction, delivery));
            }
            session.finish();
        });
        self.flow_memory = self.flow_memory.saturating_sub(flow.memory);
        self.statistics.sides.note(&flow.conversation);
        let mut event = flow_event(&flow, reason, moment);
        if observer.adorn(&mut flow.conversation, &mut event) {
            observer.event(event);
        }
        observer.flow_ends(&mut flow.conversation, moment);
    }

    /// Runs `act` with everything that a flow tells to, and its connection beside it.
    pub(crate) fn with_session<O: Observer<S> + ?Sized, T>(
        &mut self,
        flow: &mut Flow<S>,
        moment: Moment,
        observer: &mut O,
        act: impl FnOnce(&mut Session<'_, '_, S, O>, Option<&mut Connection>) -> T,
    ) -> T {
        let listener = Listener {
            conversation: &mut flow.conversation,
            files: &mut flow.files,
            anomalies: &mut flow.anomalies,
            expected: &mut self.expected,
            statistics: &mut self.statistics,
            observer,
            moment,
            change: None,
        };
        let mut session = Session {
            application: &mut flow.application,
            listener,
            depth: self.settings.stream_depth_bytes,
        };
        act(&mut session, flow.tcp.as_deref_mut())
    }
}

const fn moment_of(frame: &Frame<'_>) -> Moment {
    Moment {
        time: frame.time,
        packet_number: frame.number,
    }
}

/// Its length on the wire, or of what was captured where that is more.
fn length_of(frame: &Frame<'_>) -> u64 {
    u64::from(frame.original_len).max(frame.bytes.len() as u64)
}

/// Bytes of a packet found in a tunnel, as Suricata counts them: from its own first header on;
/// ERSPAN's header counts too.
fn tunnelled_length(packet: &Packet<'_>, tunnel: Tunnel) -> u64 {
    let ip = match &packet.network {
        Network::Ipv4(ip) => ip.header.len().saturating_add(ip.payload.len()),
        Network::Ipv6(ip) => ip.header.len().saturating_add(ip.payload.len()),
        Network::None | Network::Arp(_) => packet.payload.len(),
    };
    let ethernet = if packet.ethernet.is_some() { 14 } else { 0 };
    let erspan = if tunnel == Tunnel::Erspan { 8 } else { 0 };
    (ip as u64).saturating_add(ethernet).saturating_add(erspan)
}
