//! Asking the office's name server.

use crate::engine::Outbox;
use crate::protocol::dns::{self, Data, Kind, Record};
use crate::random::Random;
use crate::udp::exchange;
use crate::world::{Host, MILLISECOND, World};
use std::net::Ipv4Addr;

/// A question of a host to the office's name server; `make` gives the answer for the message's id.
/// Returns when the answer is there.
pub(crate) fn ask(
    out: &mut Outbox,
    random: &mut Random,
    world: &World,
    host: &Host,
    now: i64,
    (name, kind): (&str, Kind),
    make: impl FnOnce(u16) -> Vec<u8>,
) -> i64 {
    let id = random.next() as u16;
    let port = random.count(49_152, 65_000) as u16;
    let mut server = world.controller.station.clone();
    // The office's server forwards what it does not hold.
    server.delay += random.between(MILLISECOND, 40 * MILLISECOND);
    let question = dns::question(id, name, kind);
    exchange(
        out,
        random,
        now,
        (&host.station, port),
        (&server, 53),
        &question,
        &make(id),
    )
}

/// A browser's lookup of an outside name: the address, and that there is no IPv6 one.
pub(crate) fn resolve(
    out: &mut Outbox,
    random: &mut Random,
    world: &World,
    host: &Host,
    now: i64,
    (name, address): (&str, Ipv4Addr),
) -> i64 {
    let ttl = *random.pick(&[60, 300, 300, 600, 3600]);
    let alias = (ttl == 60).then(|| format!("edge-{}.hayate-edge.example", address.octets()[3]));
    let records = match &alias {
        Some(alias) => vec![
            Record::new(name, 300, Data::Cname(alias.clone())),
            Record::new(alias, ttl, Data::A(address)),
        ],
        None => vec![Record::new(name, ttl, Data::A(address))],
    };
    let both = now + random.between(30_000, 300_000);
    let done = ask(out, random, world, host, now, (name, Kind::A), |id| {
        dns::answer(id, name, Kind::A, &records)
    });
    let other = if random.chance(0.3) {
        Kind::Https
    } else {
        Kind::Aaaa
    };
    let also = ask(out, random, world, host, both, (name, other), |id| {
        dns::negative(id, name, other, true)
    });
    done.max(also)
}

/// A lookup of a name that does not exist.
pub(crate) fn unknown(
    out: &mut Outbox,
    random: &mut Random,
    world: &World,
    host: &Host,
    now: i64,
    name: &str,
) -> i64 {
    ask(out, random, world, host, now, (name, Kind::A), |id| {
        dns::negative(id, name, Kind::A, false)
    })
}
