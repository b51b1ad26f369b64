//! Datagrams between two stations.

use crate::engine::Outbox;
use crate::frame::{self, Hop};
use crate::random::Random;
use crate::world::Station;

/// The way of a packet from one station to another.
pub(crate) fn hop(source: &Station, target: &Station, id: u16) -> Hop {
    Hop {
        source_mac: source.mac,
        target_mac: target.mac,
        source: source.address,
        target: target.address,
        ttl: if target.address.is_multicast() {
            255
        } else {
            source.ttl()
        },
        id,
    }
}

/// Sends a datagram.
pub(crate) fn datagram(
    out: &mut Outbox,
    random: &mut Random,
    time: i64,
    (source, source_port): (&Station, u16),
    (target, target_port): (&Station, u16),
    payload: &[u8],
) {
    let hop = hop(source, target, random.next() as u16);
    out.send(time, frame::udp(&hop, source_port, target_port, payload));
}

/// Sends a question and its answer; returns when the answer has come.
pub(crate) fn exchange(
    out: &mut Outbox,
    random: &mut Random,
    time: i64,
    client: (&Station, u16),
    server: (&Station, u16),
    question: &[u8],
    answer: &[u8],
) -> i64 {
    datagram(out, random, time, client, server, question);
    let back = time + random.jitter(server.0.delay, 0.1) + 30_000;
    datagram(out, random, back, server, client, answer);
    back + random.between(20_000, 90_000)
}
