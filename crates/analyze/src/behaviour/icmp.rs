//! Tunnels in ping: many echo messages that carry far more than a ping does.

use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{Communication, Detection, Record, Severity, Stage, Text, Transport};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Messages between a pair that make a tunnel, and their mean size as frames. An ordinary ping
/// is a frame of 74 or 98 bytes.
const MESSAGES_MIN: u64 = 60;
const BYTES_EACH_MIN: u64 = 140;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct IcmpTunnels {
    pairs: Table<(IpAddr, IpAddr), Sum>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Sum {
    there: u64,
    back: u64,
    bytes: u64,
    told: u64,
}

impl IcmpTunnels {
    pub fn new() -> Self {
        Self {
            pairs: Table::new(limits::PAIRS_MAX),
        }
    }
}

impl Model for IcmpTunnels {
    fn flow(&mut self, _: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let echo = matches!(fact.icmp_type, Some(0 | 8 | 128 | 129));
        if fact.moment != FlowMoment::Ended
            || !matches!(fact.transport, Transport::Icmp | Transport::Icmpv6)
            || !echo
        {
            return;
        }
        let sum = self
            .pairs
            .touch((fact.client.ip, fact.server.ip), fact.time, Sum::default);
        sum.there = sum.there.saturating_add(fact.packets_to_server);
        sum.back = sum.back.saturating_add(fact.packets_to_client);
        let bytes = fact.bytes_to_server.saturating_add(fact.bytes_to_client);
        sum.bytes = sum.bytes.saturating_add(bytes);
        let messages = sum.there.saturating_add(sum.back);
        let each = sum.bytes / messages.max(1);
        if messages < MESSAGES_MIN || each < BYTES_EACH_MIN || messages < sum.told.saturating_mul(2)
        {
            return;
        }
        sum.told = messages;
        let mut event = Record::new();
        event.push("timestamp", fact.time.eve());
        event.push("event_type", "flow");
        event.push("src_ip", fact.client.ip.to_string());
        event.push("dest_ip", fact.server.ip.to_string());
        let verdict = Verdict {
            id: "icmp_tunnel",
            name: "data carried in ping".to_owned(),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::High,
            confidence: 0.6,
            technique: &["T1095", "T1572"],
            reasons: vec![Text::new(
                format!(
                    "ping が {messages} 回、1回あたり平均 {each} バイトやり取りされました（通常は 100 バイト未満）。ping にデータを載せて運ぶ通信の特徴です"
                ),
                format!(
                    "{messages} ping messages of {each} bytes on average (an ordinary one has less than 100), as when data is carried inside ping"
                ),
            )],
        };
        out.push(verdict.about(fact.time, fact.client, Some(fact.server), None, event));
    }
}
