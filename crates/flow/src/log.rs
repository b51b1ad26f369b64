//! Events about flows and limits.

use crate::application::event_of;
use crate::conversation::Conversation;
use crate::flow::Flow;
use crate::observer::Moment;
use event::{Event, Record, Transport};
use wire::packet::tcp_flags;
use wire::protocol::Direction;
use wire::text::hex_byte;

/// Why a flow ended, as Suricata says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No packet for long enough.
    Timeout,
    /// To stay within the memory budget.
    Forced,
    /// The capture ended.
    Shutdown,
    /// The same ends began another connection.
    TcpReuse,
}

impl Reason {
    const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Forced => "forced",
            Self::Shutdown => "shutdown",
            Self::TcpReuse => "tcp_reuse",
        }
    }
}

/// The event that a flow leaves when it ends.
pub(crate) fn flow_event<S>(flow: &Flow<S>, reason: Reason, moment: Moment) -> Event {
    let conversation = &flow.conversation;
    let mut event = event_of(conversation, "flow", Direction::ToServer, moment);
    event.packet_number = None;
    let body = &mut event.body;
    if matches!(conversation.transport, Transport::Icmp | Transport::Icmpv6) {
        if let Some((kind, code)) = flow.icmp.0 {
            body.push("icmp_type", kind);
            body.push("icmp_code", code);
        }
        if let Some((kind, code)) = flow.icmp.1 {
            body.push("response_icmp_type", kind);
            body.push("response_icmp_code", code);
        }
        let echoes = flow.echoes.as_deref();
        if let Some(echoes) = echoes.filter(|it| it.altered_replies.max(it.changed_requests) > 0) {
            let mut record = Record::with_capacity(2);
            record.push("altered_replies", echoes.altered_replies);
            record.push("changed_requests", echoes.changed_requests);
            body.push("icmp_echo", record);
        }
    }
    if let Some((direction, name)) = flow.application.disagreement {
        match direction {
            Direction::ToServer => body.push("app_proto_ts", name),
            Direction::ToClient => body.push("app_proto_tc", name),
        }
    }
    if let Some(name) = flow.application.original {
        body.push("app_proto_orig", name);
    }
    let mut record = counters(conversation);
    record.push("state", flow.state_name());
    record.push("reason", reason.name());
    record.push("alerted", conversation.alerted);
    if flow.is_cut {
        record.push("tail_shed", true);
    }
    body.push("flow", record);
    if conversation.transport == Transport::Tcp {
        body.push("tcp", tcp(conversation));
    }
    event
}

fn counters<S>(conversation: &Conversation<S>) -> Record {
    let mut record = Record::with_capacity(10);
    record.push("pkts_toserver", conversation.to_server.packets);
    record.push("pkts_toclient", conversation.to_client.packets);
    record.push("bytes_toserver", conversation.to_server.bytes);
    record.push("bytes_toclient", conversation.to_client.bytes);
    record.push("start", conversation.start.eve());
    record.push("end", conversation.last.eve());
    let age = conversation
        .last
        .seconds()
        .saturating_sub(conversation.start.seconds());
    record.push("age", age);
    record
}

fn tcp<S>(conversation: &Conversation<S>) -> Record {
    let summary = conversation.tcp.unwrap_or_default();
    let mut record = Record::with_capacity(12);
    let all = summary.flags_to_server | summary.flags_to_client;
    record.push("tcp_flags", hex_byte(all));
    record.push("tcp_flags_ts", hex_byte(summary.flags_to_server));
    record.push("tcp_flags_tc", hex_byte(summary.flags_to_client));
    for (flag, name) in [
        (tcp_flags::SYN, "syn"),
        (tcp_flags::FIN, "fin"),
        (tcp_flags::RST, "rst"),
        (tcp_flags::PSH, "psh"),
        (tcp_flags::ACK, "ack"),
        (tcp_flags::URG, "urg"),
        (tcp_flags::ECE, "ecn"),
        (tcp_flags::CWR, "cwr"),
    ] {
        if all & flag != 0 {
            record.push(name, true);
        }
    }
    if !summary.state.is_empty() {
        record.push("state", summary.state);
    }
    record
}

/// Says that a limit was met, how often since it was last said.
pub(crate) fn limit_event(name: &'static str, times: u64, moment: Moment) -> Event {
    let mut event = Event::new(moment.time, "limit");
    let mut record = Record::new();
    record.push("name", name);
    record.push("count", times);
    event.body.push("limit", record);
    event
}
