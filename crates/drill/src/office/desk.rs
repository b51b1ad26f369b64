//! One person and one computer: starts it, reads, writes, waits.

use super::rhythm;
use crate::engine::{Actor, Entrance, Outbox};
use crate::frame;
use crate::lookup;
use crate::random::Random;
use crate::world::{Host, MILLISECOND, SECOND, World};
use std::collections::HashMap;
use std::sync::Arc;

/// A workplace.
pub(super) struct Desk {
    world: Arc<World>,
    host: Host,
    random: Random,
    /// Whether the computer runs.
    started: bool,
    /// How much this person does, around one.
    busy: f64,
    /// Site numbers whose addresses are known, and until when.
    known: HashMap<usize, i64>,
    neighbours_until: i64,
}

impl Desk {
    pub(super) fn enter(world: &Arc<World>, host: &Host, random: &Random) -> Entrance {
        let mut random = random.fork("desk", host.number as u64);
        let arrival = rhythm::arrival(world, &mut random);
        let desk = Self {
            world: Arc::clone(world),
            host: host.clone(),
            started: false,
            busy: 0.5 + random.unit(),
            random,
            known: HashMap::new(),
            neighbours_until: i64::MIN,
        };
        (arrival, Box::new(desk))
    }

    /// Finds the hardware addresses of router and name server again, as caches run out.
    fn greet_neighbours(&mut self, now: i64, out: &mut Outbox) {
        if now < self.neighbours_until {
            return;
        }
        self.neighbours_until = now + 120 * SECOND;
        for neighbour in [&self.world.gateway, &self.world.controller] {
            let asked = now + self.random.between(0, MILLISECOND);
            let mac = self.host.station.mac;
            out.send(asked, frame::arp(mac, self.host.v4(), None, neighbour.v4()));
            let reply = frame::arp(
                neighbour.station.mac,
                neighbour.v4(),
                Some(mac),
                self.host.v4(),
            );
            out.send(asked + neighbour.station.delay, reply);
        }
    }

    fn address(&mut self, now: i64, number: usize, out: &mut Outbox) -> i64 {
        if self.known.get(&number).is_some_and(|until| *until > now) {
            return now;
        }
        self.known.insert(number, now + 300 * SECOND);
        let site = &self.world.sites[number];
        lookup::resolve(
            out,
            &mut self.random,
            &self.world,
            &self.host,
            now,
            (&site.name, site.v4()),
        )
    }
}

impl Actor for Desk {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if now >= self.world.end {
            return None;
        }
        self.greet_neighbours(now, out);
        if !self.started {
            self.started = true;
            return Some(now + self.random.between(SECOND / 2, 3 * SECOND));
        }
        let site = self.random.count(0, self.world.sites.len());
        self.address(now + 3 * MILLISECOND, site, out);
        Some(now + rhythm::pause(&self.world, &mut self.random, now, self.busy))
    }
}
