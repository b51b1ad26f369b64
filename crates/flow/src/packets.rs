//! One packet of one flow: how flows begin, and what each transport does with a packet.

use crate::anomaly::{self, Anomalies, Anomaly, DECODER};
use crate::application::Application;
use crate::conversation::{Conversation, Counters};
use crate::files::Files;
use crate::flow::Flow;
use crate::key::Identity;
use crate::observer::{Observer, PacketContext};
use crate::statistics::count;
use crate::table::Slot;
use crate::tcp::{Connection, Delivery, Segment};
use crate::tracker::{Seen, Tracker};
use event::{Endpoint, Transport};
use wire::packet::{Ethernet, Packet, Tcp, TransportHeader, tcp_flags};
use wire::protocol::{Carrier, Direction};
use wire::registry;

/// What became of a packet's payload in its stream.
#[derive(Clone, Copy, Default)]
struct Taken {
    /// Some of it is new.
    accepted: bool,
    /// It was delivered at once, all of it and nothing else.
    whole: bool,
}

/// Ports that only servers of the system use on most hosts (RFC 6335).
const SYSTEM_PORTS: std::ops::Range<u16> = 1..1024;

impl<S: Default> Tracker<S> {
    /// A new flow, with the packet that begins it.
    pub(crate) fn begin<O: Observer<S> + ?Sized>(
        &mut self,
        identity: &Identity,
        packet: &Packet<'_>,
        seen: Seen,
        observer: &mut O,
    ) -> Option<Slot> {
        let (client, server) = if self.is_answer(identity, packet) {
            (identity.destination, identity.source)
        } else {
            (identity.source, identity.destination)
        };
        self.statistics.note_vlan(packet.vlan);
        let flows = &mut self.statistics.flows;
        let (counter, carrier) = match identity.transport {
            Transport::Tcp => (&mut flows.tcp, Carrier::Stream),
            Transport::Udp => (&mut flows.udp, Carrier::Datagram),
            Transport::Icmp | Transport::Icmpv6 => (&mut flows.icmp, Carrier::Datagram),
            _ => (&mut flows.other, Carrier::Datagram),
        };
        count(counter);
        let has_ports = identity.transport.has_ports();
        let shown = |end: Endpoint| Endpoint::new(end.ip, if has_ports { end.port } else { 0 });
        let conversation = Conversation {
            id: identity.flow_id(seen.moment.time),
            client: shown(client),
            server: shown(server),
            transport: identity.transport,
            vlan: packet.vlan,
            macs: (None, None),
            start: seen.moment.time,
            last: seen.moment.time,
            to_server: Counters::default(),
            to_client: Counters::default(),
            tcp: (identity.transport == Transport::Tcp).then(Default::default),
            app_proto: None,
            app_proto_disagreeing: None,
            app_proto_original: None,
            sealed: false,
            alerted: false,
            state: S::default(),
        };
        let mut flow = Box::new(Flow {
            conversation,
            key: identity.key,
            ends: (client, server),
            seen: self.now,
            order: self.begun,
            tcp: None,
            application: Application::new(carrier),
            files: Files::keeping(self.keeping.as_ref()),
            anomalies: Anomalies::default(),
            icmp: (None, None),
            echoes: None,
            memory: 0,
            is_cut: false,
            is_waiting: false,
        });
        self.begun = self.begun.saturating_add(1);
        observer.flow_begins(&mut flow.conversation, seen.moment);
        let class = flow.class();
        self.table.insert(flow, class)
    }

    /// Everything that a packet does to its flow.
    pub(crate) fn work<O: Observer<S> + ?Sized>(
        &mut self,
        flow: &mut Flow<S>,
        identity: &Identity,
        packet: &Packet<'_>,
        seen: Seen,
        observer: &mut O,
    ) {
        let direction = if (identity.source, identity.destination) == flow.ends {
            Direction::ToServer
        } else {
            Direction::ToClient
        };
        note(&mut flow.conversation, packet, direction, seen);
        self.cut_elephant(flow, seen.moment, observer);
        // The packet that ends what can be read is still looked at.
        let is_done = flow.application.is_parsing() && flow.application.is_done();
        if is_done && !flow.conversation.sealed {
            count(&mut self.statistics.flows_bypassed);
        }
        let was_sealed = std::mem::replace(&mut flow.conversation.sealed, flow.is_cut || is_done);
        let taken = match &packet.transport {
            TransportHeader::Tcp(_) if self.is_damaged(packet, seen) => {
                count(&mut self.statistics.checksum_errors);
                Taken::default()
            }
            TransportHeader::Tcp(header) => {
                let segment = Segment {
                    direction,
                    header,
                    payload: packet.payload,
                };
                self.segment(flow, &segment, seen, observer)
            }
            TransportHeader::Udp(_) => {
                if !packet.payload.is_empty() && !flow.application.is_done() {
                    self.with_session(flow, seen.moment, observer, |session, _| {
                        session
                            .application
                            .feed(direction, packet.payload, &mut session.listener);
                    });
                }
                Taken::default()
            }
            TransportHeader::Icmp(icmp) | TransportHeader::Icmpv6(icmp) => {
                let slot = match direction {
                    Direction::ToServer => &mut flow.icmp.0,
                    Direction::ToClient => &mut flow.icmp.1,
                };
                slot.get_or_insert((icmp.kind, icmp.code));
                if matches!(icmp.kind, 0 | 8 | 128 | 129) {
                    let echoes = flow.echoes.get_or_insert_with(Default::default);
                    echoes.message(icmp, packet.payload);
                }
                Taken::default()
            }
            TransportHeader::Sctp(_) | TransportHeader::None => Taken::default(),
        };
        // Nothing grows in a flow that nobody looks into.
        if !was_sealed {
            self.measure(flow, observer);
        }
        let context = PacketContext {
            moment: seen.moment,
            packet,
            direction,
            in_stream: taken.accepted,
            in_stream_whole: taken.whole,
            reassembled: seen.reassembled > 0,
        };
        for name in packet.anomalies.iter() {
            let anomaly = Anomaly {
                layer: DECODER,
                name,
                transaction_id: None,
            };
            anomaly::tell(
                &mut flow.conversation,
                &mut flow.anomalies,
                &mut self.statistics,
                observer,
                &anomaly,
                direction,
                seen.moment,
            );
        }
        observer.packet(Some(&mut flow.conversation), &context);
    }

    /// Whether the receiver drops the packet because of its checksum.
    fn is_damaged(&self, packet: &Packet<'_>, seen: Seen) -> bool {
        let checked = seen.checksums_ready && !self.settings.ignore_checksums;
        checked && !packet.checksum_ok()
    }

    fn segment<O: Observer<S> + ?Sized>(
        &mut self,
        flow: &mut Flow<S>,
        segment: &Segment<'_>,
        seen: Seen,
        observer: &mut O,
    ) -> Taken {
        let header = segment.header;
        if flow.tcp.is_none() {
            flow.tcp = Connection::open(segment, &self.settings).map(Box::new);
            if flow.tcp.as_deref().is_some_and(Connection::is_midstream) {
                count(&mut self.statistics.midstream_pickups);
            }
        }
        // Listeners that hear of this segment's bytes see the connection as it is with it.
        match segment.direction {
            Direction::ToServer => flow.summarise(header.flags, 0),
            Direction::ToClient => flow.summarise(0, header.flags),
        }
        let direction = segment.direction;
        let depth = self.settings.stream_depth_bytes;
        let taken = self.with_session(flow, seen.moment, observer, |session, tcp| {
            let Some(connection) = tcp else {
                return Taken::default();
            };
            let next = connection.expects(direction, header.sequence);
            let mut stretches = 0_u32;
            let mut fresh = 0;
            let accepted = connection.segment(segment, &mut |direction, delivery| {
                if let Delivery::Data(stretch) = &delivery {
                    stretches = stretches.saturating_add(1);
                    fresh = stretch.fresh;
                    // The segment that completes the handshake may carry data: whoever hears of it finds the
                    // connection established. Data of a SYN comes before.
                    if !header.has(tcp_flags::SYN) {
                        session.note_established();
                    }
                }
                session.deliver(direction, delivery);
            });
            // What nobody listens to any more is not delivered, yet it was sent.
            session.note_position(direction, connection.position(direction));
            let deep = connection.position(direction) >= depth;
            if session.application.is_done() {
                let other_deep = connection.position(direction.reverse()) >= depth;
                if session.application.is_parsing() || (deep && other_deep) {
                    connection.abandon();
                }
            } else if deep {
                connection.drop_window(direction);
            }
            Taken {
                accepted,
                whole: accepted && next && stretches == 1 && fresh == segment.payload.len(),
            }
        });
        flow.summarise(0, 0);
        taken
    }

    /// Whether the first packet of a flow comes from its server: a SYN-ACK that is picked up, or
    /// a packet in the middle whose ports say so.
    fn is_answer(&self, identity: &Identity, packet: &Packet<'_>) -> bool {
        let (from, to) = (identity.source.port, identity.destination.port);
        match &packet.transport {
            TransportHeader::Tcp(tcp) => match (tcp.has(tcp_flags::SYN), tcp.has(tcp_flags::ACK)) {
                (true, true) => self.settings.midstream || self.settings.one_sided,
                (true, false) => false,
                _ => self.is_followed_midstream(tcp) && is_service(from) && !is_service(to),
            },
            TransportHeader::Udp(_) => {
                is_usual(Carrier::Datagram, from) && !is_usual(Carrier::Datagram, to)
            }
            _ => false,
        }
    }

    const fn is_followed_midstream(&self, tcp: &Tcp<'_>) -> bool {
        self.settings.midstream && tcp.has(tcp_flags::ACK)
    }
}

fn is_service(port: u16) -> bool {
    SYSTEM_PORTS.contains(&port) || is_usual(Carrier::Stream, port)
}

fn is_usual(carrier: Carrier, port: u16) -> bool {
    registry::of_carrier(carrier).any(|spec| spec.ports.contains(&port))
}

/// Counts a packet and notes hardware addresses.
fn note<S>(
    conversation: &mut Conversation<S>,
    packet: &Packet<'_>,
    direction: Direction,
    seen: Seen,
) {
    conversation.last = conversation.last.max(seen.moment.time);
    let counters = match direction {
        Direction::ToServer => &mut conversation.to_server,
        Direction::ToClient => &mut conversation.to_client,
    };
    let is_first = counters.packets == 0;
    counters.packets = counters.packets.saturating_add(1);
    counters.bytes = counters.bytes.saturating_add(seen.length);
    let Some(ethernet) = packet.ethernet.filter(|_| is_first) else {
        return;
    };
    let Ethernet {
        source,
        destination,
        ..
    } = ethernet;
    let (own, other) = match direction {
        Direction::ToServer => (&mut conversation.macs.0, &mut conversation.macs.1),
        Direction::ToClient => (&mut conversation.macs.1, &mut conversation.macs.0),
    };
    // What a host sends says more than what is sent to it: that may be a group.
    *own = Some(source);
    let is_group = destination.first().is_some_and(|first| first & 1 == 1);
    if other.is_none() && !is_group {
        *other = Some(destination);
    }
}
