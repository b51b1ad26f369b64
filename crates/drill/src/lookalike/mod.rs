//! Tunnels inside DNS and ping as their tools send them, and harmless look-ups and pings that resemble them, as packets:
//! for measuring. Forms follow the descriptions of the tools (iodine, dnscat2, dns2tcp, ptunnel, icmpsh), not their code.

mod harmless;
mod message;
mod ping;
mod tunnel;

use crate::engine::Packet;
use crate::frame::{self, Hop};
use crate::random::Random;
use message::Look;
use std::net::Ipv4Addr;

/// 9 June 2025, 00:00 UTC.
const START: i64 = 1_749_427_200_000_000_000;
const SECOND: i64 = 1_000_000_000;
const HOST: (Ipv4Addr, frame::Mac) = (Ipv4Addr::new(192, 168, 10, 45), [0x3c, 0x52, 0x82, 1, 2, 3]);
const RESOLVER: (Ipv4Addr, frame::Mac) =
    (Ipv4Addr::new(192, 168, 10, 10), [0x54, 0xbf, 0x64, 1, 2, 3]);
const ROUTER: frame::Mac = [0x00, 0x14, 0x22, 1, 2, 3];

/// How fast questions follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// About three in a second.
    Fast,
    /// About one in a minute and a half.
    Slow,
}

/// By which way questions leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Straight to a server outside.
    Direct,
    /// To the office's resolver, which asks outside; the sensor sees both.
    Resolver,
}

/// The data of a ping and of its answer.
type Echo = (Vec<u8>, Vec<u8>);

/// What a case is made of.
enum Form {
    /// Makes one question with its answer, by number and zone.
    Dns(fn(&mut Random, usize, &str) -> Look),
    /// Makes the data of a ping and of its answer.
    Ping(fn(&mut Random, usize) -> Echo),
}

/// A tunnel, or what resembles one.
pub struct Case {
    /// In words, for tables.
    pub name: &'static str,
    /// It carries data in secret.
    pub is_tunnel: bool,
    messages: usize,
    form: Form,
}

impl Case {
    /// Every case.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        tunnel::CASES
            .iter()
            .chain(harmless::CASES)
            .chain(ping::CASES)
    }

    /// The packets of one run.
    pub fn packets(&self, seed: u64, pace: Pace, way: Way) -> Vec<Packet> {
        let mut random = Random::new(seed).fork(self.name, 0);
        let zone = zone(&mut random);
        let wait = match pace {
            Pace::Fast => SECOND / 3,
            Pace::Slow => 90 * SECOND,
        };
        let server = Ipv4Addr::new(33, random.below(250) as u8, random.below(250) as u8, 53);
        let mut packets = Vec::new();
        let mut now = START;
        for number in 0..self.messages {
            now += random.jitter(wait, 0.6);
            match self.form {
                Form::Dns(make) => {
                    let look = make(&mut random, number, &zone);
                    exchange(&mut packets, &mut random, now, &look, (server, way));
                }
                Form::Ping(make) => {
                    let (there, back) = make(&mut random, number);
                    let sequence = number as u16;
                    for (is_reply, data) in [(false, there), (true, back)] {
                        let hop = hop(&mut random, HOST, (server, ROUTER), is_reply);
                        let bytes = frame::icmp_echo(&hop, is_reply, 77, sequence, &data);
                        let time_nanos = now + i64::from(is_reply) * SECOND / 50;
                        packets.push(Packet { time_nanos, bytes });
                    }
                }
            }
        }
        packets.sort_by_key(|packet| packet.time_nanos);
        packets
    }
}

/// A question and its answer, over one or two legs.
fn exchange(
    packets: &mut Vec<Packet>,
    random: &mut Random,
    now: i64,
    look: &Look,
    (server, way): (Ipv4Addr, Way),
) {
    let outside = (server, ROUTER);
    let legs: &[_] = match way {
        Way::Direct => &[(HOST, outside, 0, 40)],
        Way::Resolver => &[(HOST, RESOLVER, 0, 44), (RESOLVER, outside, 1, 42)],
    };
    for (client, server, asked_ms, answered_ms) in legs {
        let id = random.next() as u16;
        let port = random.count(20_000, 65_000) as u16;
        let question = look.question(id);
        let answer = look.answer(id);
        for (is_reply, after_ms, bytes) in
            [(false, asked_ms, question), (true, answered_ms, answer)]
        {
            let hop = hop(random, *client, *server, is_reply);
            let (from, to) = if is_reply { (53, port) } else { (port, 53) };
            packets.push(Packet {
                time_nanos: now + after_ms * 1_000_000,
                bytes: frame::udp(&hop, from, to, &bytes),
            });
        }
    }
}

type End = (Ipv4Addr, frame::Mac);

fn hop(random: &mut Random, client: End, server: End, is_reply: bool) -> Hop {
    let (source, target) = if is_reply {
        (server, client)
    } else {
        (client, server)
    };
    Hop {
        source_mac: source.1,
        target_mac: target.1,
        source: source.0.into(),
        target: target.0.into(),
        ttl: 64,
        id: random.next() as u16,
    }
}

/// A domain that somebody has registered: short or long, with or without a part below.
fn zone(random: &mut Random) -> String {
    const LETTERS: &str = "abcdefghiklmnoprstuvwz";
    let ending = *random.pick(&[
        "com", "net", "org", "jp", "co.jp", "io", "xyz", "info", "me",
    ]);
    let short = random.count(2, 6);
    let long = random.count(8, 19);
    let length = if random.chance(0.4) { short } else { long };
    let domain = format!("{}.{ending}", random.text(LETTERS, length));
    match random.below(4) {
        0 => format!("t.{domain}"),
        1 => format!("ns1.update.{domain}"),
        _ => domain,
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Pace, Way};

    #[test]
    fn every_case_gives_the_same_packets_each_time_and_names_fit() {
        for case in Case::all() {
            let packets = case.packets(3, Pace::Fast, Way::Resolver);
            assert_eq!(
                packets,
                case.packets(3, Pace::Fast, Way::Resolver),
                "{}",
                case.name
            );
            assert!(packets.len() >= 24, "{}", case.name);
            assert!(
                packets.is_sorted_by_key(|packet| packet.time_nanos),
                "{}",
                case.name
            );
            assert!(
                packets.iter().all(|packet| packet.bytes.len() <= 1_514),
                "{}",
                case.name
            );
        }
    }
}
