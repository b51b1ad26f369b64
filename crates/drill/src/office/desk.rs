//! One person and one computer: starts it, reads, writes, waits.

use super::{browse, letters, rhythm, shares, startup};
use crate::engine::{Actor, Outbox};
use crate::frame;
use crate::lookup;
use crate::protocol::program::document;
use crate::protocol::smb::{Access, Disposition, Smb};
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
    /// Sites that this person likes.
    favourites: Vec<usize>,
    /// Site numbers whose addresses are known, and until when.
    known: HashMap<usize, i64>,
    neighbours_until: i64,
}

impl Desk {
    pub(super) fn new(world: &Arc<World>, host: &Host, mut random: Random) -> Self {
        let sites = world.sites.len();
        Self {
            world: Arc::clone(world),
            host: host.clone(),
            started: false,
            busy: 0.5 + random.unit(),
            favourites: (0..6).map(|_| random.count(0, sites)).collect(),
            random,
            known: HashMap::new(),
            neighbours_until: i64::MIN,
        }
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

    fn read_web(&mut self, now: i64, out: &mut Outbox) {
        let number = if self.random.chance(0.75) {
            *self.random.pick(&self.favourites)
        } else {
            self.random.count(0, self.world.sites.len())
        };
        let site = &self.world.sites[number];
        let mut start = now;
        if self.known.get(&number).is_none_or(|until| *until <= now) {
            self.known.insert(number, now + 300 * SECOND);
            let name = (site.name.as_str(), site.v4());
            start = lookup::resolve(out, &mut self.random, &self.world, &self.host, now, name);
        }
        browse::read(out, &mut self.random, &self.host, site, start);
        if self.random.chance(0.04) {
            let typo = site.name.replacen('a', "aa", 1);
            lookup::unknown(out, &mut self.random, &self.world, &self.host, now, &typo);
        }
    }

    /// Opens a folder of the file server, reads some files and changes one now and then.
    fn use_files(&mut self, now: i64, out: &mut Outbox) {
        let random = &mut self.random;
        let world = &self.world;
        let number = random.count(0, shares::FOLDERS.len());
        let folder = shares::FOLDERS[number];
        let names = shares::names(world.seed, number, 18);
        let mut smb = Smb::open(out, random, &self.host, &world.files, now);
        smb.connect(out, &world.files.name, "public");
        let handle = smb.create(out, folder, Access::Folder, Disposition::Open, 0);
        smb.list(out, handle, &names);
        smb.release(out, handle);
        for _ in 0..random.count(1, 4) {
            smb.pause(out, random.between(300 * MILLISECOND, 6 * SECOND));
            let name = random.pick(&names).clone();
            let kind = name.rsplit('.').next().unwrap_or_default();
            let length = random.count(6_000, 180_000);
            let content = document(random, kind, length);
            let path = format!("{folder}\\{name}");
            let changes = random.chance(0.3);
            let access = if changes {
                Access::Change
            } else {
                Access::Read
            };
            let file = smb.create(out, &path, access, Disposition::Open, length);
            smb.read(out, file, &content);
            if changes {
                smb.pause(out, random.between(SECOND, 9 * SECOND));
                smb.write(out, file, &content);
            }
            smb.release(out, file);
        }
        smb.close(out);
    }
}

impl Actor for Desk {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if now >= self.world.end {
            return None;
        }
        if !self.started {
            self.started = true;
            let ready = startup::start(out, &mut self.random, &self.world, &self.host, now);
            return Some(ready + self.random.between(SECOND / 2, 3 * SECOND));
        }
        self.greet_neighbours(now, out);
        let start = now + 3 * MILLISECOND;
        match self.random.below(100) {
            0..72 => self.read_web(start, out),
            72..84 => letters::send(out, &mut self.random, &self.world, &self.host, start),
            _ => self.use_files(start, out),
        }
        Some(now + rhythm::pause(&self.world, &mut self.random, now, self.busy))
    }
}
