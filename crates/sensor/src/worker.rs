//! One worker: its flows, its matcher, and what it tells.

use crate::acknowledged::{Segment, Waiting};
use crate::detectors::Detectors;
use crate::evidence::Recorder;
use crate::files::{FileDesk, ScanDoor};
use crate::limits::LISTED_FLOWS_MAX;
use crate::settings::Settings;
use crate::told::{Order, Phase, Told};
use analyze::{ArpFact, FlowFact, FlowMoment};
use detect::signature::{Alert, Audience, EngineState, Inspector, Ruleset, Translation};
use event::{Event, FlowRef, Timestamp, Transport};
use flow::{
    Conversation, Digests, File, FilePhase, Frame, Load, Moment, PacketContext, Part, Tracker,
};
use intelligence::Indicators;
use std::collections::HashSet;
use std::sync::Arc;
use wire::packet::{Network, TransportHeader};
use wire::protocol::Direction;

/// What a worker is given to do, in order.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// The frame at this place of the batch, with this number, when the latest frame of all was `now`.
    Frame {
        index: usize,
        number: u64,
        now: Timestamp,
    },
    /// One packet of that frame; the others belong to other workers. It is the one at `place` among all of them.
    Part {
        index: usize,
        number: u64,
        now: Timestamp,
        place: usize,
        part: Arc<Part>,
    },
    /// Other rules from here on; what flows remember of the old ones is put into the words of the new.
    Reload {
        rules: Arc<Ruleset>,
        translation: Arc<Translation>,
        /// Of files, that indicators name.
        digests: Digests,
        indicators: Arc<Indicators>,
        scans: Option<ScanDoor>,
    },
    /// Something was found in this flow: its packets are wanted.
    Want(u64),
    /// The time is now, after this packet.
    Tick { now: Timestamp, after: u64 },
    /// So much comes from here on.
    Load(Load),
    /// Flows may hold so many bytes from here on.
    Memory(usize),
    /// Nothing more comes: flows with lower ids than this end.
    Finish {
        now: Timestamp,
        after: u64,
        below: u64,
    },
}

pub(crate) struct Worker {
    tracker: Tracker<EngineState>,
    inspector: Inspector<Listener>,
}

impl Worker {
    pub(crate) fn new(
        settings: &Settings,
        detectors: &Detectors,
        scans: Option<&ScanDoor>,
    ) -> Self {
        Self {
            tracker: Tracker::new(settings.flow()),
            inspector: Inspector::new(
                Arc::clone(&detectors.ruleset),
                Listener {
                    told: Vec::new(),
                    order: Order::default(),
                    files: FileDesk::new(settings, scans.cloned()),
                    told_from: 0,
                    digests: detectors.digests(),
                    indicators: Arc::clone(&detectors.indicators),
                    listed: HashSet::new(),
                    recorder: (settings.evidence.is_some())
                        .then(|| Recorder::new(settings.workers)),
                    touched: Vec::new(),
                    waiting: settings.told_when_acknowledged.then(Waiting::default),
                    happens: Happens::Other,
                },
            ),
        }
    }

    /// Does what the tasks say with the frames of a batch, and gives what there is to tell.
    pub(crate) fn work(&mut self, batch: &capture::Batch, tasks: &[Task]) -> Vec<(Order, Told)> {
        for task in tasks {
            match task {
                Task::Frame { index, number, now } => {
                    if let Some(raw) = batch.get(*index) {
                        self.inspector.audience.at(*number, Phase::Packet);
                        self.tracker.advance(*now);
                        let frame = frame_of(&raw, *number);
                        self.tracker.packet(&frame, &mut self.inspector);
                        self.inspector.audience.record(&raw);
                    }
                }
                Task::Part {
                    index,
                    number,
                    now,
                    place,
                    part,
                } => {
                    if let Some(raw) = batch.get(*index) {
                        self.inspector.audience.at(*number, Phase::Packet);
                        self.inspector.audience.order.part = *place;
                        self.tracker.advance(*now);
                        let frame = frame_of(&raw, *number);
                        self.tracker.part(&frame, part, &mut self.inspector);
                        self.inspector.audience.record(&raw);
                    }
                }
                Task::Reload {
                    rules,
                    translation,
                    digests,
                    indicators,
                    scans,
                } => {
                    self.inspector.audience.digests = *digests;
                    self.inspector.audience.indicators = Arc::clone(indicators);
                    if let Some(desk) = &mut self.inspector.audience.files {
                        desk.replace_scans(scans.clone());
                    }
                    self.inspector.engine.replace_rules(Arc::clone(rules));
                    self.tracker
                        .for_each_state(|state| translation.apply(state));
                }
                Task::Want(flow) => {
                    // Before what this batch brings.
                    self.inspector.audience.at(0, Phase::Packet);
                    self.inspector.audience.give(*flow);
                }
                Task::Tick { now, after } => {
                    self.inspector.audience.at(*after, Phase::Tick);
                    self.inspector.audience.tell(Told::Tick(*now));
                    self.tracker.tick(*now, *after, &mut self.inspector);
                }
                Task::Load(load) => self.tracker.set_load(*load),
                Task::Memory(bytes) => self.tracker.set_memory_bytes_max(*bytes),
                Task::Finish { now, after, below } => {
                    self.inspector.audience.at(*after, Phase::Finish);
                    self.tracker
                        .finish_below(*below, *now, *after, &mut self.inspector);
                }
            }
        }
        // About as much will be told of the next batch.
        let room = self.inspector.audience.told.len();
        std::mem::replace(&mut self.inspector.audience.told, Vec::with_capacity(room))
    }

    pub(crate) fn statistics(&self) -> flow::Statistics {
        self.tracker.statistics()
    }
}

/// A captured frame as trackers take it.
pub(crate) fn frame_of<'a>(raw: &capture::Frame<'a>, number: u64) -> Frame<'a> {
    Frame {
        time: Timestamp::from_nanos(raw.time_nanos),
        number,
        link: wire::packet::LinkType::from_number(raw.link),
        bytes: raw.bytes,
        original_len: raw.original_len,
        checksums_ready: raw.checksums_ready,
    }
}

/// Notes what the flows tell and what the rules find in them.
struct Listener {
    told: Vec<(Order, Told)>,
    order: Order,
    files: Option<FileDesk>,
    /// What was told before it is not of the packet or moment in work.
    told_from: usize,
    /// Of files, that indicators name.
    digests: Digests,
    /// What is listed.
    indicators: Arc<Indicators>,
    /// Flows with listed addresses whose other side has not sent any content yet.
    listed: HashSet<u64>,
    /// Where packets are held in case something is found in their flows.
    recorder: Option<Recorder>,
    /// Flows of the frame in work.
    touched: Vec<u64>,
    /// Lines that wait for an acknowledgement, where they do.
    waiting: Option<Waiting>,
    /// What may release them.
    happens: Happens,
}

impl Listener {
    fn at(&mut self, packet_number: u64, phase: Phase) {
        self.order = Order {
            packet_number,
            phase,
            ..Order::default()
        };
        self.told_from = self.told.len();
    }

    /// The frame in work belongs to the flows that were touched.
    fn record(&mut self, raw: &capture::Frame<'_>) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        for flow in self.touched.drain(..) {
            if let Some(frame) = recorder.frame(flow, raw) {
                self.told
                    .push((self.order, Told::Packets(flow, vec![frame])));
            }
        }
        for (_, told) in self.told.iter().skip(self.told_from) {
            if let Some(flow) = told.alert().and_then(|alert| alert.flow) {
                recorder.notice(flow.id);
            }
        }
    }

    fn give(&mut self, flow: u64) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        let frames = recorder.want(flow);
        if !frames.is_empty() {
            self.tell(Told::Packets(flow, frames));
        }
    }

    /// All rules have been asked about the flow's packet: files that ended with it, and that only now are known to be
    /// wanted, are marked so; those whose event was silenced are told.
    fn settle_files(&mut self, flow: &Conversation<EngineState>) {
        let Some(desk) = &mut self.files else { return };
        for ended in desk.silent() {
            self.told.push((self.order, Told::File(Box::new(ended))));
        }
        for (_, told) in self.told.iter_mut().skip(self.told_from) {
            if let Told::File(ended) = told
                && ended.key.0 == flow.id
            {
                ended.is_wanted |= flow.state.wants_file(ended.wished);
            }
        }
        if self.order.phase != Phase::Packet {
            self.told_from = self.told.len();
        }
    }

    /// What time brings is ordered by the flow that it happens to.
    fn of_flow(&mut self, flow: &Conversation<EngineState>) {
        if self.order.phase != Phase::Packet {
            self.order.flow_id = flow.id;
        }
    }

    fn tell(&mut self, told: Told) {
        self.told.push((self.order, told));
    }

    /// Tells it; its line waits where it is about bytes of this flow's stream.
    fn tell_with(&mut self, told: Told, flow: Option<FlowRef>, direction: Option<Direction>) {
        let ticket = match (&mut self.waiting, flow) {
            (Some(waiting), Some(flow)) if self.order.phase == Phase::Packet => {
                waiting.hold(flow.id, direction)
            }
            _ => None,
        };
        self.tell(match ticket {
            Some(ticket) => Told::Held(ticket, Box::new(told)),
            None => told,
        });
    }

    /// Lines that waited for the packet in work, or for the end of the flow.
    fn release(&mut self, flow: &Conversation<EngineState>) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        let (told, order) = (&mut self.told, self.order);
        let release =
            |ticket, release| told.push((order, Told::Released(ticket, Box::new(release))));
        match std::mem::replace(&mut self.happens, Happens::Other) {
            Happens::Segment(segment) => waiting.segment(flow, &segment, release),
            Happens::End => waiting.flow_ends(flow, release),
            Happens::Other => {}
        }
    }

    fn tell_alerts(&mut self, alerts: &mut Vec<Alert>) {
        for alert in alerts.drain(..) {
            let flow = alert.flow.filter(|_| alert.of_stream);
            let direction = alert.direction;
            self.tell_with(Told::Alert(Box::new(alert)), flow, Some(direction));
        }
    }

    fn tell_flow(
        &mut self,
        flow: &Conversation<EngineState>,
        moment: FlowMoment,
        time: Timestamp,
        icmp_type: Option<u8>,
    ) {
        self.tell(Told::Flow(fact_of(flow, moment, time, icmp_type)));
    }

    /// A flow with a listed address: that it was answered is told, and that the answer has content, each once.
    fn tell_listed(
        &mut self,
        flow: &Conversation<EngineState>,
        context: &PacketContext<'_, '_>,
        is_first: bool,
    ) {
        let time = context.moment.time;
        if is_first {
            if !self.indicators.lists_end([flow.client, flow.server], time) {
                return;
            }
            if self.listed.len() >= LISTED_FLOWS_MAX {
                // Those who follow flows are at their limit, too, and count what they leave out.
                let fact = fact_of(flow, FlowMoment::Answered, time, None);
                return self.tell(Told::Listed(Box::new(fact), false));
            }
            self.listed.insert(flow.id);
        }
        let has_content = !context.packet.payload.is_empty();
        if (is_first || has_content) && self.listed.contains(&flow.id) {
            if has_content {
                self.listed.remove(&flow.id);
            }
            let fact = fact_of(flow, FlowMoment::Answered, time, None);
            self.tell(Told::Listed(Box::new(fact), has_content));
        }
    }
}

fn fact_of(
    flow: &Conversation<EngineState>,
    moment: FlowMoment,
    time: Timestamp,
    icmp_type: Option<u8>,
) -> FlowFact {
    let tcp = flow.tcp.unwrap_or_default();
    FlowFact {
        time,
        flow: flow.id,
        moment,
        client: flow.client,
        server: flow.server,
        transport: flow.transport,
        start: flow.start,
        last: flow.last,
        packets_to_server: flow.to_server.packets,
        packets_to_client: flow.to_client.packets,
        bytes_to_server: flow.to_server.bytes,
        bytes_to_client: flow.to_client.bytes,
        flags_to_server: tcp.flags_to_server,
        flags_to_client: tcp.flags_to_client,
        icmp_type,
        echoes_foreign: 0,
        app_proto: flow.app_proto,
    }
}

impl Audience for Listener {
    fn digests(&self) -> Digests {
        self.digests
    }

    fn flow_begins(&mut self, flow: &mut Conversation<EngineState>, moment: Moment) {
        if let Some(mac) = flow.macs.0 {
            self.tell(Told::Sighting(flow.client.ip, mac, moment.time));
        }
    }

    fn packet(
        &mut self,
        flow: Option<&mut Conversation<EngineState>>,
        context: &PacketContext<'_, '_>,
    ) {
        let Some(flow) = flow else {
            if let Network::Arp(arp) = &context.packet.network {
                self.tell(Told::Arp(ArpFact {
                    time: context.moment.time,
                    request: arp.operation == 1,
                    sender_mac: arp.sender_mac,
                    sender_ip: arp.sender_ip.into(),
                    target_ip: arp.target_ip.into(),
                }));
            }
            return;
        };
        if self.waiting.is_some() {
            self.happens = Segment::of(context).map_or(Happens::Other, Happens::Segment);
        }
        if self.recorder.is_some() && !self.touched.contains(&flow.id) {
            self.touched.push(flow.id);
        }
        let icmp_type = match &context.packet.transport {
            TransportHeader::Icmp(icmp) | TransportHeader::Icmpv6(icmp) => Some(icmp.kind),
            _ => None,
        };
        let time = context.moment.time;
        let (sent, answered) = (flow.to_server.packets, flow.to_client.packets);
        match context.direction {
            Direction::ToServer if sent == 1 && answered == 0 => {
                self.tell_flow(flow, FlowMoment::Opened, time, icmp_type);
            }
            Direction::ToClient if answered == 1 => {
                if let Some(mac) = flow.macs.1 {
                    self.tell(Told::Sighting(flow.server.ip, mac, time));
                }
                self.tell_flow(flow, FlowMoment::Answered, time, icmp_type);
            }
            _ => {}
        }
        let is_first = answered == 1;
        if context.direction == Direction::ToClient && (is_first || !self.listed.is_empty()) {
            self.tell_listed(flow, context, is_first);
        }
    }

    fn file(
        &mut self,
        flow: &mut Conversation<EngineState>,
        file: &File,
        phase: FilePhase,
        moment: Moment,
    ) {
        if let Some(desk) = &mut self.files {
            desk.phase(flow, file, phase, moment);
        }
    }

    fn file_rest(&mut self, flow: &mut Conversation<EngineState>, file: &File, bytes: &[u8]) {
        let rest = self.files.as_ref();
        if let Some(told) = rest.and_then(|desk| desk.rest(flow.id, file, bytes)) {
            self.of_flow(flow);
            self.tell(told);
        }
    }

    fn event(&mut self, event: Event) {
        if self.order.phase != Phase::Packet {
            self.order.flow_id = event.flow.map_or(0, |flow| flow.id);
        }
        let told = match &mut self.files {
            Some(desk) => desk.event(event),
            None => Told::Event(event),
        };
        let flow = match &told {
            Told::Event(event) => flow_of_stream(event),
            _ => None,
        };
        self.tell_with(told, flow, None);
    }

    fn flow_ends(&mut self, flow: &mut Conversation<EngineState>, _: Moment) {
        self.of_flow(flow);
        self.listed.remove(&flow.id);
        if let Some(recorder) = &mut self.recorder {
            recorder.end(flow.id);
        }
        self.happens = Happens::End;
    }

    fn judged(&mut self, flow: Option<&mut Conversation<EngineState>>, alerts: &mut Vec<Alert>) {
        match flow {
            Some(flow) => {
                if !alerts.is_empty() {
                    flow.alerted = true;
                    self.of_flow(flow);
                    self.tell_alerts(alerts);
                }
                self.settle_files(flow);
                self.release(flow);
            }
            None => self.tell_alerts(alerts),
        }
    }
}

/// What happens to the flow in work, as far as lines wait for it.
enum Happens {
    Segment(Segment),
    End,
    Other,
}

/// The flow of an event that bytes of a TCP stream gave rise to.
fn flow_of_stream(event: &Event) -> Option<FlowRef> {
    let is_of_application = event.tx_id.is_some() || event.text("anomaly.type") == Some("applayer");
    event
        .flow
        .filter(|_| event.transport == Some(Transport::Tcp) && is_of_application)
}
