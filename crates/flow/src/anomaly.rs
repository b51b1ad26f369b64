//! Anomalies: told to the observer each time, written as events within limits.

use crate::application::{PACKET_SOURCE, event_of};
use crate::conversation::Conversation;
use crate::limits::{ANOMALY_EVENTS_PER_FLOW_MAX, ANOMALY_NAMES_PER_FLOW_MAX};
use crate::observer::{Moment, Observer};
use crate::statistics::{Statistics, count, count_name};
use event::Record;
use wire::protocol::Direction;

/// Layer of what is wrong with a packet by itself.
pub(crate) const DECODER: &str = "decoder";
/// Layer of what is wrong with a TCP stream.
pub(crate) const STREAM: &str = "stream";
/// Layer of what is wrong with the protocols of a flow as such, rather than within one.
pub(crate) const APPLAYER: &str = "applayer";

/// Something wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anomaly {
    /// One of the above, or a protocol's name.
    pub layer: &'static str,
    /// By Suricata's name without prefix.
    pub name: &'static str,
    /// The transaction in which it was found.
    pub transaction_id: Option<u64>,
}

/// How often a flow had which anomaly.
#[derive(Debug, Default)]
pub(crate) struct Anomalies {
    counts: Vec<(&'static str, &'static str, u32)>,
}

impl Anomalies {
    /// Counts one more; whether it should be written.
    fn count(&mut self, anomaly: &Anomaly) -> bool {
        let is_full = self.counts.len() >= ANOMALY_NAMES_PER_FLOW_MAX;
        let known = self
            .counts
            .iter_mut()
            .find(|(layer, name, _)| *layer == anomaly.layer && *name == anomaly.name);
        match known {
            Some((_, _, count)) => {
                *count = count.saturating_add(1);
                *count <= ANOMALY_EVENTS_PER_FLOW_MAX
            }
            None if is_full => false,
            None => {
                self.counts.push((anomaly.layer, anomaly.name, 1));
                true
            }
        }
    }
}

/// Tells the observer, and writes the event unless that was done often enough.
pub(crate) fn tell<S, O: Observer<S> + ?Sized>(
    conversation: &mut Conversation<S>,
    anomalies: &mut Anomalies,
    statistics: &mut Statistics,
    observer: &mut O,
    anomaly: &Anomaly,
    direction: Direction,
    moment: Moment,
) {
    if anomaly.layer == STREAM {
        count_name(&mut statistics.stream_anomalies, anomaly.name);
    }
    let (layer, name) = (anomaly.layer, anomaly.name);
    match anomaly.transaction_id {
        Some(id) => observer.transaction_anomaly(conversation, layer, name, id, direction, moment),
        None => observer.anomaly(Some(conversation), layer, name, direction, moment),
    }
    if !anomalies.count(anomaly) {
        count(&mut statistics.anomaly_events_suppressed);
        return;
    }
    let mut event = event_of(conversation, "anomaly", direction, moment);
    event.tx_id = anomaly.transaction_id;
    event.body.push("pkt_src", PACKET_SOURCE);
    event
        .body
        .push("anomaly", record(anomaly, conversation.app_proto));
    observer.event(event);
}

/// The `anomaly` object of its event.
pub(crate) fn record(anomaly: &Anomaly, app_proto: Option<&'static str>) -> Record {
    let mut record = Record::new();
    match anomaly.layer {
        DECODER => {
            record.push("type", "decode");
            record.push("event", format!("decoder.{}", anomaly.name));
        }
        STREAM => {
            record.push("type", "stream");
            record.push("event", format!("stream.{}", anomaly.name));
        }
        APPLAYER => {
            if let Some(app_proto) = app_proto {
                record.push("app_proto", app_proto);
            }
            record.push("type", "applayer");
            record.push("event", anomaly.name.to_ascii_uppercase());
            record.push("layer", "proto_detect");
        }
        protocol => {
            record.push("app_proto", protocol);
            record.push("type", "applayer");
            record.push("event", anomaly.name);
            record.push("layer", "proto_parser");
        }
    }
    record
}
