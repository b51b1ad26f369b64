//! What a tracker says without a flow: anomalies of packets that belong to none, limits met.

use crate::anomaly::{self, Anomaly, DECODER};
use crate::application::PACKET_SOURCE;
use crate::limits::ANOMALY_EVENTS_PER_TICK_MAX;
use crate::log;
use crate::observer::{Moment, Observer};
use crate::statistics::{Statistics, count};
use event::{Endpoint, Event, Transport};
use std::collections::BTreeMap;
use wire::packet::Packet;
use wire::protocol::Direction;

/// What was told since the last tick, and up to where limits were told.
#[derive(Default)]
pub(crate) struct Told {
    anomalies: BTreeMap<&'static str, u32>,
    limits: [u64; 9],
}

impl Told {
    /// Something is wrong with a packet that belongs to no flow.
    pub fn anomaly<S, O: Observer<S> + ?Sized>(
        &mut self,
        packet: &Packet<'_>,
        name: &'static str,
        moment: Moment,
        statistics: &mut Statistics,
        observer: &mut O,
    ) {
        observer.anomaly(None, DECODER, name, Direction::ToServer, moment);
        let times = self.anomalies.entry(name).or_default();
        *times = times.saturating_add(1);
        if *times > ANOMALY_EVENTS_PER_TICK_MAX {
            count(&mut statistics.anomaly_events_suppressed);
            return;
        }
        let anomaly = Anomaly {
            layer: DECODER,
            name,
            transaction_id: None,
        };
        let mut event = Event::new(moment.time, "anomaly");
        event.packet_number = Some(moment.packet_number);
        event.vlan = packet.vlan.ids().to_vec();
        event.transport = packet.protocol().map(Transport::from_number);
        if let Some((source, destination)) = packet.addresses() {
            let (source_port, destination_port) = packet.ports();
            event.source = Some(Endpoint::new(source, source_port));
            event.dest = Some(Endpoint::new(destination, destination_port));
        }
        event.body.push("pkt_src", PACKET_SOURCE);
        event.body.push("anomaly", anomaly::record(&anomaly, None));
        observer.event(event);
    }

    /// Time passed: says which limits were met since the last time.
    pub fn tick<S, O: Observer<S> + ?Sized>(
        &mut self,
        statistics: &Statistics,
        moment: Moment,
        observer: &mut O,
    ) {
        self.anomalies.clear();
        let now = [
            ("expected_flows", statistics.expected_limit_drops),
            ("files_open", statistics.file_limit_drops),
            ("flow_memory", statistics.flows_evicted),
            (
                "flow_memory_in_progress",
                statistics.flows_evicted_in_progress,
            ),
            ("fragments", statistics.fragment_limit_drops),
            ("load_elephants", statistics.flows_cut),
            ("load_new_flows", statistics.flows_shed),
            ("load_packets", statistics.packets_shed),
            ("stream_waiting", statistics.stream_limit_drops),
        ];
        for ((name, total), before) in now.into_iter().zip(&mut self.limits) {
            let since = total.saturating_sub(std::mem::replace(before, total));
            if since > 0 {
                observer.event(log::limit_event(name, since, moment));
            }
        }
    }
}
