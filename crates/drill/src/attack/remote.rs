//! Remote control that keeps no rhythm: single reports by HTTP, a protocol of its own with pictures of the screen, a network of
//! strangers.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::http::{Coding, Request, Response};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::udp;
use crate::web::{Server, Web};
use crate::world::{Host, MILLISECOND, SECOND, World};
use std::net::Ipv4Addr;
use std::sync::Arc;

const LETTERS: &str = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Two reports to a bare address on an odd port, answered by data that calls itself a page.
struct CheckIn {
    victim: Host,
    server: Server,
    port: u16,
    left: usize,
    random: Random,
}

impl Actor for CheckIn {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        let random = &mut self.random;
        let host = format!("{}:{}", self.server.name, self.port);
        let path = format!("/{}", random.text(LETTERS, 20));
        let (sent, got) = (random.count(300, 700), random.count(20_000, 60_000));
        let request = Request::new("POST", &host, &path)
            .with(
                "User-Agent",
                "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Trident/7.0)",
            )
            .with("Connection", "close")
            .body("application/x-www-form-urlencoded", random.bytes(sent));
        let order = random.bytes(got);
        let response = Response::new(200, now, self.server.software)
            .with("Connection", "close")
            .body("text/html; charset=UTF-8", Coding::Plain, &order);
        let mut web = Web::connect(
            out,
            random,
            &self.victim.station,
            (&self.server.station, self.port),
            now,
        );
        web.fetch(out, &request, &response);
        let end = web.close(out, Side::Server);
        Some(end + random.between(10 * SECOND, 40 * SECOND))
    }
}

pub(super) fn check_in(mut scene: Scene) -> Staged {
    let mut server = Server::stranger(&scene.world, &mut scene.random, String::new());
    server.name = server.v4().to_string();
    let peers = vec![server.name.clone()];
    let actor = CheckIn {
        victim: scene.victim.clone(),
        port: *scene.random.pick(&[4_143, 7_080, 8_081, 20_080]),
        left: 2,
        random: scene.random.clone(),
        server,
    };
    scene.staged(actor, peers)
}

/// A connection that is held, and beside it pictures of the screen at the same door.
struct Spy {
    victim: Host,
    server: Server,
    port: u16,
    picture: usize,
    held: bool,
    left: usize,
    random: Random,
}

impl Spy {
    /// Short messages back and forth for a minute and a half.
    fn hold(&mut self, now: i64, out: &mut Outbox) {
        let random = &mut self.random;
        let station = (&self.server.station, self.port);
        let mut tcp = Tcp::open(out, random, &self.victim.station, station, now);
        for _ in 0..12 {
            let (down, up) = (random.count(12, 40), random.count(16, 60));
            tcp.server(out, &random.bytes(down));
            tcp.pause(out, random.between(20 * MILLISECOND, 90 * MILLISECOND));
            tcp.client(out, &random.bytes(up));
            tcp.pause(out, random.between(6 * SECOND, 8 * SECOND));
        }
        tcp.close(out, Side::Client);
    }
}

impl Actor for Spy {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if !self.held {
            self.held = true;
            self.hold(now, out);
            return Some(now + 8 * SECOND);
        }
        self.left = self.left.checked_sub(1)?;
        let random = &mut self.random;
        let station = (&self.server.station, self.port);
        let mut tcp = Tcp::open(out, random, &self.victim.station, station, now);
        let size = random.count(self.picture, self.picture + self.picture / 25);
        tcp.client(out, &random.bytes(size));
        tcp.server(out, &random.bytes(4));
        tcp.close(out, Side::Client);
        Some(now + random.jitter(10 * SECOND, 0.1))
    }
}

pub(super) fn spy(mut scene: Scene) -> Staged {
    let mut server = Server::stranger(&scene.world, &mut scene.random, String::new());
    server.name = server.v4().to_string();
    let peers = vec![server.name.clone()];
    let actor = Spy {
        victim: scene.victim.clone(),
        port: *scene.random.pick(&[1_604, 4_782, 5_552, 6_606]),
        picture: scene.random.count(40_000, 120_000),
        held: false,
        left: 7,
        random: scene.random.clone(),
        server,
    };
    scene.staged(actor, peers)
}

/// Greetings of one size to strangers at one port, most of whom are silent.
struct Strangers {
    world: Arc<World>,
    victim: Host,
    own_port: u16,
    port: u16,
    size: usize,
    left: usize,
    random: Random,
}

impl Actor for Strangers {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        let random = &mut self.random;
        // Everywhere, rather than where the sites of the office's world are.
        let address = Ipv4Addr::new(
            random.count(70, 120) as u8,
            random.count(1, 250) as u8,
            random.count(1, 250) as u8,
            random.count(1, 250) as u8,
        );
        let stranger = self.world.stranger(random).with_address(address);
        let (me, they) = (
            (&self.victim.station, self.own_port),
            (&stranger, self.port),
        );
        let greeting = random.bytes(self.size);
        if random.chance(0.15) {
            let answer = random.bytes(self.size * 3);
            udp::exchange(out, random, now, me, they, &greeting, &answer);
        } else {
            udp::datagram(out, random, now, me, they, &greeting);
        }
        Some(now + random.between(60 * MILLISECOND, 900 * MILLISECOND))
    }
}

pub(super) fn strangers(mut scene: Scene) -> Staged {
    let actor = Strangers {
        world: Arc::clone(&scene.world),
        victim: scene.victim.clone(),
        own_port: scene.random.count(20_000, 60_000) as u16,
        port: *scene.random.pick(&[16_464, 16_471, 22_292, 34_354]),
        size: scene.random.count(16, 60),
        left: 90,
        random: scene.random.clone(),
    };
    let peers = vec!["70.0.0.0/6".to_owned()];
    scene.staged(actor, peers)
}
