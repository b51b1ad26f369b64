//! Reconnaissance: port scan and sweep from inside, scan of the published server from outside.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::frame;
use crate::random::Random;
use crate::tcp;
use crate::world::{Host, MICROSECOND, MILLISECOND, SECOND, Station, World};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Ports that scanners try first, commonest first.
const COMMON_PORTS: [u16; 60] = [
    80, 23, 443, 21, 22, 25, 3389, 110, 445, 139, 143, 53, 135, 3306, 8080, 1723, 111, 995, 993,
    5900, 1025, 587, 8888, 199, 1720, 465, 548, 113, 81, 6001, 10000, 514, 5060, 179, 1026, 2000,
    8443, 8000, 32768, 554, 26, 1433, 49152, 2001, 515, 8008, 49154, 1027, 5666, 646, 5000, 5631,
    631, 49153, 8081, 2049, 88, 79, 5800, 106,
];

/// A scan of many ports of one machine, in an order of its own.
struct PortScan {
    scanner: Station,
    target: Station,
    open: &'static [u16],
    ports: Vec<u16>,
    next: usize,
    pace: i64,
    random: Random,
}

impl PortScan {
    fn new(scanner: Station, target: Station, open: &'static [u16], mut random: Random) -> Self {
        let mut ports = COMMON_PORTS.to_vec();
        ports.extend(
            (1..1024)
                .filter(|port| !COMMON_PORTS.contains(port))
                .step_by(2),
        );
        for position in (1..ports.len()).rev() {
            ports.swap(position, random.count(0, position + 1));
        }
        let pace = random.between(2 * MILLISECOND, 9 * MILLISECOND);
        Self {
            scanner,
            target,
            open,
            ports,
            next: 0,
            pace,
            random,
        }
    }

    /// Tries the next port; returns when to try the one after.
    fn step(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let port = *self.ports.get(self.next)?;
        self.next += 1;
        let source = self.random.count(33_000, 61_000) as u16;
        let (scanner, target) = ((&self.scanner, source), (&self.target, port));
        if self.open.contains(&port) {
            tcp::half_open(out, &mut self.random, scanner, target, now);
        } else {
            tcp::refused(out, &mut self.random, scanner, target, now);
        }
        Some(now + self.random.jitter(self.pace, 0.6))
    }
}

impl Actor for PortScan {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        self.step(now, out)
    }
}

/// A sweep over the home network for file shares.
struct Sweep {
    world: Arc<World>,
    scanner: Host,
    targets: Vec<Ipv4Addr>,
    next: usize,
    random: Random,
}

impl Sweep {
    fn step(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let target = *self.targets.get(self.next)?;
        self.next += 1;
        let me = &self.scanner;
        out.send(now, frame::arp(me.station.mac, me.v4(), None, target));
        if let Some(found) = self.world.machines().find(|host| host.v4() == target) {
            let reply = frame::arp(found.station.mac, target, Some(me.station.mac), me.v4());
            let heard = now + found.station.delay;
            out.send(heard, reply);
            let port = out.port(me.station.address);
            let pair = ((&me.station, port), (&found.station, 445));
            let knock = heard + 40 * MICROSECOND;
            if found.is_windows() {
                tcp::half_open(out, &mut self.random, pair.0, pair.1, knock);
            } else {
                tcp::refused(out, &mut self.random, pair.0, pair.1, knock);
            }
        }
        Some(now + self.random.between(3 * MILLISECOND, 25 * MILLISECOND))
    }
}

/// A port scan of the file server followed by the sweep.
struct InsideScan {
    ports: PortScan,
    sweep: Sweep,
}

impl Actor for InsideScan {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if self.ports.next < self.ports.ports.len() {
            let next = self.ports.step(now, out)?;
            let over = self.ports.next == self.ports.ports.len();
            return Some(if over { next + SECOND / 2 } else { next });
        }
        self.sweep.step(now, out)
    }
}

pub(super) fn inside(scene: Scene) -> Staged {
    let world = Arc::clone(&scene.world);
    let target = world.files.clone();
    let ports = PortScan::new(
        scene.victim.station.clone(),
        target.station.clone(),
        &[135, 139, 445, 3389],
        scene.random.fork("ports", 0),
    );
    let size = world.home.size();
    let sweep = Sweep {
        scanner: scene.victim.clone(),
        targets: (1..size.min(512) - 1)
            .map(|offset| world.home.address(offset))
            .filter(|address| *address != scene.victim.v4())
            .collect(),
        next: 0,
        random: scene.random.fork("sweep", 0),
        world,
    };
    let peers = vec![target.v4().to_string()];
    scene.staged(InsideScan { ports, sweep }, peers)
}

pub(super) fn outside(mut scene: Scene) -> Staged {
    let scanner = scene.world.stranger(&mut scene.random);
    let target = scene.world.web.clone();
    let peers = vec![scanner.address.to_string()];
    let scan = PortScan::new(
        scanner,
        target.station.clone(),
        &[80, 443],
        scene.random.clone(),
    );
    scene.victim = target;
    scene.staged(scan, peers)
}

/// A scan that many strangers share: each tries a few doors, and no two the same.
struct SharedScan {
    tries: Vec<(Station, Station, u16)>,
    random: Random,
}

/// Strangers, and the doors that each tries.
const STRANGERS: usize = 9;
const DOORS_EACH: usize = 5;

impl Actor for SharedScan {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let (scanner, target, port) = self.tries.pop()?;
        let source = self.random.count(33_000, 61_000) as u16;
        tcp::refused(
            out,
            &mut self.random,
            (&scanner, source),
            (&target, port),
            now,
        );
        Some(now + self.random.jitter(SECOND, 0.8))
    }
}

pub(super) fn shared(mut scene: Scene) -> Staged {
    let world = Arc::clone(&scene.world);
    let random = &mut scene.random;
    let machines: Vec<&Host> = [&world.web, &world.files, &world.controller, &world.printer].into();
    let scanners: Vec<Station> = (0..STRANGERS).map(|_| world.stranger(random)).collect();
    let mut tries = Vec::new();
    for (number, scanner) in scanners.iter().enumerate() {
        for door in 0..DOORS_EACH {
            // Ports where none of them answers, each with each machine once.
            let place = number * DOORS_EACH + door;
            let port = 7_000 + (place / machines.len()) as u16 * 11;
            let target = machines[place % machines.len()].station.clone();
            tries.push((scanner.clone(), target, port));
        }
    }
    for position in (1..tries.len()).rev() {
        tries.swap(position, random.count(0, position + 1));
    }
    let peers = scanners.iter().map(|scanner| scanner.address.to_string());
    let peers = peers.collect();
    scene.victim = world.web.clone();
    let random = scene.random.clone();
    scene.staged(SharedScan { tries, random }, peers)
}
