//! What machines do by the clock, without anybody: telemetry, mail, time, a look at the printer; and once a day
//! an update.

use super::{letters, startup};
use crate::engine::{Actor, Entrance, Outbox};
use crate::frame;
use crate::lookup;
use crate::protocol::browser::Browser;
use crate::protocol::http::{Request, Response};
use crate::protocol::program::cabinet;
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::udp::hop;
use crate::world::{Host, MILLISECOND, SECOND, Site, World};
use std::sync::Arc;

/// Something that a machine repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Telemetry,
    Mail,
    Clock,
    Printer,
}

struct Habit {
    world: Arc<World>,
    host: Host,
    kind: Kind,
    interval: i64,
    random: Random,
    known: bool,
}

/// The habits of a machine that starts at a time.
pub(super) fn enter(
    world: &Arc<World>,
    host: &Host,
    start: i64,
    random: &Random,
    actors: &mut Vec<Entrance>,
) {
    let length = world.end - world.start;
    let kinds = [
        (Kind::Telemetry, 300 * SECOND),
        (Kind::Mail, 180 * SECOND),
        (Kind::Clock, 1_024 * SECOND),
        (Kind::Printer, 600 * SECOND),
    ];
    for (number, (kind, interval)) in kinds.into_iter().enumerate() {
        let mut random = random.fork("habit", (host.number * 8 + number) as u64);
        let interval = interval.min(length / 3).max(5 * SECOND);
        let first = start + 6 * SECOND + random.between(0, interval);
        let world = Arc::clone(world);
        let habit = Habit {
            world,
            host: host.clone(),
            kind,
            interval,
            random,
            known: false,
        };
        actors.push((first, Box::new(habit)));
    }
    let mut random = random.fork("update", host.number as u64);
    if host.is_windows() && random.chance(0.4) {
        let first = start + 10 * SECOND + random.between(0, length);
        let length = random.count(1_500_000, 6_000_000);
        let update = Update {
            world: Arc::clone(world),
            host: host.clone(),
            random,
            tcp: None,
            done: 0,
            length,
        };
        actors.push((first, Box::new(update)));
    }
}

impl Habit {
    /// The address of a site, asked for the first time and now and then again.
    fn find(&mut self, out: &mut Outbox, site: &Site, now: i64) -> i64 {
        if std::mem::replace(&mut self.known, true) && !self.random.chance(0.3) {
            return now;
        }
        let name = (site.name.as_str(), site.v4());
        lookup::resolve(out, &mut self.random, &self.world, &self.host, now, name)
    }

    fn telemetry(&mut self, out: &mut Outbox, now: i64) {
        let site = self.world.telemetry.clone();
        let start = self.find(out, &site, now);
        let random = &mut self.random;
        let mut tls =
            super::browse::connect(out, random, &self.host, &site, Browser::UpdateAgent, start);
        tls.client(out, random.count(900, 6_000));
        tls.pause(out, random.between(10 * MILLISECOND, 50 * MILLISECOND));
        tls.server(out, 250);
        tls.pause(out, 3 * MILLISECOND);
        tls.close(out, Side::Client);
    }

    /// Is the printer there?
    fn printer(&mut self, out: &mut Outbox, now: i64) {
        let printer = &self.world.printer.station;
        let identifier = self.random.next() as u16;
        let data = b"abcdefghijklmnopqrstuvwabcdefghi";
        for sequence in 0..2 {
            let time = now + i64::from(sequence) * SECOND;
            let there = hop(&self.host.station, printer, self.random.next() as u16);
            out.send(
                time,
                frame::icmp_echo(&there, false, identifier, sequence, data),
            );
            let back = hop(printer, &self.host.station, self.random.next() as u16);
            out.send(
                time + printer.delay,
                frame::icmp_echo(&back, true, identifier, sequence, data),
            );
        }
    }
}

impl Actor for Habit {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if now >= self.world.end {
            return None;
        }
        match self.kind {
            Kind::Telemetry => self.telemetry(out, now),
            Kind::Mail => {
                let site = self.world.mail.clone();
                let start = self.find(out, &site, now);
                letters::poll(out, &mut self.random, &self.host, &site, start);
            }
            Kind::Clock => {
                let (me, server) = (&self.host.station, &self.world.clock.station);
                startup::clock(out, &mut self.random, me, server, now);
            }
            Kind::Printer => self.printer(out, now),
        }
        Some(now + self.random.jitter(self.interval, 0.05))
    }
}

/// An update of the system, fetched in ranges of half a megabyte.
struct Update {
    world: Arc<World>,
    host: Host,
    random: Random,
    tcp: Option<Tcp>,
    done: usize,
    length: usize,
}

const RANGE: usize = 524_288;

impl Actor for Update {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let site = &self.world.updates;
        if now >= self.world.end && self.tcp.is_none() {
            return None;
        }
        let random = &mut self.random;
        let Some(mut tcp) = self.tcp.take() else {
            let name = (site.name.as_str(), site.v4());
            let found = lookup::resolve(out, random, &self.world, &self.host, now, name);
            let tcp = Tcp::open(out, random, &self.host.station, (&site.station, 80), found);
            let wake = tcp.now();
            self.tcp = Some(tcp);
            return Some(wake);
        };
        if self.done >= self.length {
            tcp.close(out, Side::Client);
            return None;
        }
        let last = (self.done + RANGE).min(self.length) - 1;
        let path = "/c/msupd/2025/06/platform-kb5060842-x64.cab";
        let request = Request::new("GET", &site.name, path)
            .with("Connection", "Keep-Alive")
            .with("Accept", "*/*")
            .with("Range", &format!("bytes={}-{last}", self.done))
            .with("User-Agent", Browser::UpdateAgent.user_agent());
        let piece = if self.done == 0 {
            cabinet(random, last + 1)
        } else {
            random.bytes(last + 1 - self.done)
        };
        let response = Response::new(206, tcp.now(), "ECAcc")
            .with("Accept-Ranges", "bytes")
            .with(
                "Content-Range",
                &format!("bytes {}-{last}/{}", self.done, self.length),
            )
            .body(
                "application/vnd.ms-cab-compressed",
                crate::protocol::http::Coding::Plain,
                &piece,
            );
        tcp.client(out, &request.bytes());
        tcp.pause(out, 2 * MILLISECOND);
        tcp.server(out, &response.bytes());
        tcp.pause(out, random.between(50 * MILLISECOND, 900 * MILLISECOND));
        self.done = last + 1;
        let wake = tcp.now();
        self.tcp = Some(tcp);
        Some(wake)
    }
}
