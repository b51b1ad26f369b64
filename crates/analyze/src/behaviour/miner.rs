//! Mining of coins that hides inside TLS or speaks an unknown protocol: names of pools, and conversations held for long in
//! which jobs come down and results go up, all of them short.

use crate::model::{Context, Model, Verdict, settled};
use crate::{FlowFact, FlowMoment, inventory::shortened, limits, table::Table};
use event::{Detection, Event, Severity, Stage, Text, Transport};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Words that name the trade itself.
const TRADE: [&str; 7] = [
    "stratum",
    "miner",
    "mining",
    "xmrig",
    "monero",
    "cryptonight",
    "randomx",
];
/// Those of them that mean nothing else.
const PLAIN: [&str; 4] = ["xmrig", "monero", "cryptonight", "randomx"];
/// Codes of coins that are mined on ordinary machines, beside the word for a pool.
const COINS: [&str; 10] = [
    "xmr", "eth", "etc", "btc", "rvn", "ltc", "zec", "kas", "erg", "doge",
];
/// Ports where pools listen when they do not hide.
const PORTS: [u16; 14] = [
    3333, 3334, 3335, 4444, 5555, 6666, 7777, 8332, 9999, 10_128, 14_433, 14_444, 20_128, 45_700,
];
/// A conversation held so long ...
const HELD_NS: u64 = 300 * 1_000_000_000;
/// ... with so many packets, each so short on average, and so far between.
const PACKETS_MIN: u64 = 12;
const BYTES_EACH_MAX: u64 = 500;
const SECONDS_EACH_MIN: u64 = 2;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Miners {
    /// Flows to a pool, by its name.
    pools: Table<u64, String>,
    told: Table<(IpAddr, String), f32>,
}

impl Miners {
    pub fn new() -> Self {
        Self {
            pools: Table::new(limits::PAIRS_MAX / 4),
            told: Table::new(limits::PAIRS_MAX / 4),
        }
    }
}

impl Model for Miners {
    fn event(&mut self, _: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        match event.kind.as_ref() {
            "tls" => {
                let name = event.text("tls.sni").filter(|name| names_a_pool(name));
                if let (Some(name), Some(flow)) = (name, event.flow) {
                    let name = shortened(&name.to_ascii_lowercase());
                    self.pools.touch(flow.id, event.time, || name);
                }
            }
            "dns" => {
                let pool = super::dns::questions(event).find(|(_, name)| names_a_pool(name));
                if let Some((client, name)) = pool {
                    let name = shortened(&name.to_ascii_lowercase());
                    let verdict = verdict(
                        0.3,
                        Text::new(
                            format!("採掘の共同拠点（プール）とみられる名前 {name} を調べました"),
                            format!("looked up {name}, which names a pool for mining coins"),
                        ),
                    );
                    if self.is_news(client, &name, 0.3, event.time) {
                        out.extend(super::dns::about(verdict, client, event, Some(name)));
                    }
                }
            }
            _ => {}
        }
    }

    fn flow(&mut self, context: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let ends = fact.moment == FlowMoment::Ended && fact.transport == Transport::Tcp;
        let outward =
            context.home.contains(fact.client.ip) && !context.home.contains(fact.server.ip);
        if !ends || !outward {
            return;
        }
        let pool = self.pools.take(&fact.flow);
        let hidden = matches!(fact.app_proto, Some("tls" | "failed"));
        let works = is_work(fact);
        let known_port = PORTS.contains(&fact.server.port);
        let belief = match (&pool, works) {
            (Some(_), true) => 0.6,
            (Some(_), false) => 0.42,
            (None, true) if hidden && known_port => 0.36,
            _ => return,
        };
        let name = pool.clone().unwrap_or_else(|| fact.server.ip.to_string());
        if !self.is_news(fact.client.ip, &name, belief, fact.time) {
            return;
        }
        out.push(told(fact, pool, belief, works));
    }
}

impl Miners {
    fn is_news(&mut self, client: IpAddr, name: &str, belief: f32, now: event::Timestamp) -> bool {
        let told = self.told.touch((client, name.to_owned()), now, || 0.0);
        let news = belief > *told;
        *told = told.max(belief);
        news
    }
}

fn told(fact: &FlowFact, pool: Option<String>, belief: f32, works: bool) -> Detection {
    let (seconds, port) = (
        fact.last.since(fact.start) / 1_000_000_000,
        fact.server.port,
    );
    let packets = fact.packets_to_server + fact.packets_to_client;
    let bytes = (fact.bytes_to_server + fact.bytes_to_client) / packets.max(1);
    let reason = match &pool {
        Some(name) => Text::new(
            format!("採掘の共同拠点（プール）とみられる {name} に接続しました"),
            format!("connected to {name}, which names a pool for mining coins"),
        ),
        None => Text::new(
            format!("採掘でよく使われるポート {port} へ、中身の分からない接続をしました"),
            format!(
                "a connection whose content is hidden went to port {port}, where pools for mining listen"
            ),
        ),
    };
    let mut verdict = verdict(belief, reason);
    if works {
        verdict.reasons.push(Text::new(
            format!("{seconds} 秒間つないだまま、平均 {bytes} バイトの短いデータを {packets} 回やり取りしています"),
            format!("it was held for {seconds} s with {packets} short packets of {bytes} bytes on average"),
        ));
    }
    verdict.about(
        fact.time,
        fact.client,
        Some(fact.server),
        pool,
        fact.record(),
    )
}

/// Jobs and results: short messages with pauses between, over a long time.
fn is_work(fact: &FlowFact) -> bool {
    let (there, back) = (fact.packets_to_server, fact.packets_to_client);
    let length = fact.last.since(fact.start);
    let each = (fact.bytes_to_server + fact.bytes_to_client) / (there + back).max(1);
    length >= HELD_NS
        && there.min(back) >= PACKETS_MIN
        && each <= BYTES_EACH_MAX
        && length / 1_000_000_000 >= (there + back) * SECONDS_EACH_MIN / 2
}

/// Whether a name says that coins are mined there.
fn names_a_pool(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words: Vec<&str> = name.split(['.', '-', '_']).collect();
    // The last label is no word of the name.
    words.pop();
    let of_xmr = |word: &str| word.len() <= 8 && (word.starts_with("xmr") || word.ends_with("xmr"));
    let plain = words
        .iter()
        .any(|word| PLAIN.contains(word) || of_xmr(word));
    let trade = plain || words.iter().any(|word| TRADE.contains(word));
    let begins = words.first() == Some(&"stratum");
    let pool = words.iter().any(|word| word.contains("pool"));
    let coin = words.iter().any(|word| COINS.contains(word));
    (plain || begins) && words.len() >= 2 || pool && (coin || trade)
}

fn verdict(confidence: f32, reason: Text) -> Verdict {
    Verdict {
        id: "coin_mining",
        name: "mining of coins".to_owned(),
        communication: None,
        stage: Stage::Impact,
        severity: Severity::Medium,
        confidence: settled(confidence, 0.6),
        technique: &["T1496"],
        reasons: vec![reason],
    }
}

#[cfg(test)]
mod tests {
    use super::names_a_pool;

    #[test]
    fn pools_are_told_from_swimming_and_mines() {
        for name in [
            "xmr-eu1.somepool.example",
            "stratum.pool.example",
            "eth.a-pool.example",
            "de.minexmr.example",
        ] {
            assert!(names_a_pool(name), "{name}");
        }
        for name in [
            "pool.ntp.org",
            "0.jp.pool.ntp.org",
            "www.poolside.example",
            "mining.example",
            "eth.example",
            "carpool.example",
            "www.kitchen.example",
        ] {
            assert!(!names_a_pool(name), "{name}");
        }
    }
}
