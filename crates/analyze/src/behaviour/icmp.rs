//! Tunnels in ping: answers that do not give back what was asked (RFC 792 has them do so), and questions whose data changes
//! behind the time stamp.

use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{Communication, Detection, Record, Severity, Stage, Text, Transport};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Messages with data of their own between a pair, and their least part of all, that make a tunnel.
const FOREIGN_MIN: u64 = 16;
const FOREIGN_PART_MIN: u64 = 10;
/// An ordinary ping is a frame of 74 or 98 bytes: more than this is large.
const BYTES_EACH_LARGE: u64 = 140;

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
    foreign: u64,
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
        sum.foreign = sum.foreign.saturating_add(fact.echoes_foreign);
        let foreign = sum.foreign;
        if foreign < FOREIGN_MIN
            || foreign.saturating_mul(FOREIGN_PART_MIN) < messages
            || foreign < sum.told.saturating_mul(2)
        {
            return;
        }
        sum.told = foreign;
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
            confidence: if each >= BYTES_EACH_LARGE { 0.7 } else { 0.6 },
            technique: &["T1095", "T1572"],
            reasons: vec![Text::new(
                format!(
                    "ping が {messages} 回（1回あたり平均 {each} バイト）やり取りされ、そのうち {foreign} 回は、送ったデータがそのまま返らないか、毎回違うデータを載せていました。普通の ping は同じデータを送り、同じデータが返ります。ping にデータを載せて運ぶ通信の特徴です"
                ),
                format!(
                    "{messages} ping messages of {each} bytes on average, of which {foreign} did not give back the data they were sent or carried new data each time; an ordinary ping sends and gets back the same, so data is carried inside ping"
                ),
            )],
        };
        out.push(verdict.about(fact.time, fact.client, Some(fact.server), None, event));
    }
}

#[cfg(test)]
mod tests {
    use super::IcmpTunnels;
    use crate::model::{Context, Model};
    use crate::{FlowFact, HomeNet};
    use event::{Endpoint, Event, Record, Timestamp, Transport};

    /// What is believed of a conversation of pings, so many of them with data of their own, of this size.
    fn believed(messages: u64, foreign: u64, bytes_each: u64) -> Option<f32> {
        let mut event = Event::new(Timestamp::new(100, 0), "flow");
        event.source = Some(Endpoint::new([192, 168, 1, 5].into(), 0));
        event.dest = Some(Endpoint::new([203, 0, 113, 9].into(), 0));
        event.transport = Some(Transport::Icmp);
        let json = format!(
            r#"{{"icmp_type":8,"icmp_echo":{{"altered_replies":{foreign},"changed_requests":0}},"flow":{{"pkts_toserver":{messages},
            "pkts_toclient":0,"bytes_toserver":{},"bytes_toclient":0}}}}"#,
            messages * bytes_each
        );
        event.body = serde_json::from_str::<Record>(&json).unwrap();
        let (home, mut out) = (HomeNet::default(), Vec::new());
        let fact = FlowFact::from_event(&event).unwrap();
        IcmpTunnels::new().flow(&Context { home: &home }, &fact, &mut out);
        out.first().map(|told| told.confidence)
    }

    #[test]
    fn data_of_their_own_speaks_and_size_alone_does_not() {
        assert_eq!(believed(300, 0, 1_042), None);
        assert_eq!(believed(300, 120, 98), Some(0.6));
        assert_eq!(believed(300, 120, 600), Some(0.7));
        assert_eq!(believed(20, 8, 98), None);
        // A line that damages a few answers.
        assert_eq!(believed(5_000, 20, 98), None);
    }
}
