//! What hides in something ordinary: mining of coins inside TLS, and a tunnel inside ping.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::frame;
use crate::lookup;
use crate::protocol::browser::Browser;
use crate::protocol::tls::{Answer, Greeting, Program, Tls};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::udp;
use crate::web::Server;
use crate::world::{Host, MILLISECOND, SECOND, World};
use std::sync::Arc;

/// Jobs and results of a miner, and the time between them.
const JOBS: usize = 16;
const JOB_GAP: i64 = 22 * SECOND;
/// Messages of a tunnel in ping.
const PINGS: u16 = 160;

/// A miner that is connected to its pool for six minutes.
struct Miner {
    world: Arc<World>,
    victim: Host,
    pool: Server,
    random: Random,
}

impl Actor for Miner {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let random = &mut self.random;
        let name = (self.pool.name.as_str(), self.pool.v4());
        let start = lookup::resolve(out, random, &self.world, &self.victim, now, name);
        let ends = (&self.victim.station, (&self.pool.station, 443));
        let tcp = Tcp::open(out, random, ends.0, ends.1, start);
        let greeting = Greeting {
            program: Program::Browser(Browser::ServerAgent),
            name: Some(&self.pool.name),
        };
        let mut tls = Tls::open(out, random, tcp, &greeting, &Answer::V13);
        for _ in 0..JOBS {
            tls.server(out, random.count(180, 320));
            tls.pause(out, random.jitter(JOB_GAP, 0.3));
            tls.client(out, random.count(120, 200));
            tls.pause(out, random.between(20 * MILLISECOND, 90 * MILLISECOND));
        }
        tls.close(out, Side::Client);
        None
    }
}

pub(super) fn mining(mut scene: Scene) -> Staged {
    let random = &mut scene.random;
    let name = format!("xmr-eu{}.{}-pool.example", random.below(9), random.hex(4));
    let pool = Server::stranger(&scene.world, random, name);
    let peers = vec![pool.name.clone(), pool.v4().to_string()];
    let actor = Miner {
        world: Arc::clone(&scene.world),
        victim: scene.victim.clone(),
        random: random.clone(),
        pool,
    };
    scene.staged(actor, peers)
}

/// Data in pings of ordinary size: answers do not give back what was asked.
struct PingTunnel {
    victim: Host,
    server: Server,
    sent: u16,
    random: Random,
}

impl Actor for PingTunnel {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if self.sent == PINGS {
            return None;
        }
        self.sent += 1;
        let random = &mut self.random;
        let (me, they) = (&self.victim.station, &self.server.station);
        let back = now + random.jitter(they.delay, 0.1);
        for (time, is_answer) in [(now, false), (back, true)] {
            let (from, to) = if is_answer { (they, me) } else { (me, they) };
            let hop = udp::hop(from, to, random.next() as u16);
            let data = random.bytes(56);
            let frame = frame::icmp_echo(&hop, is_answer, 0x4d2, self.sent, &data);
            out.send(time, frame);
        }
        Some(now + random.between(100 * MILLISECOND, 700 * MILLISECOND))
    }
}

pub(super) fn ping_tunnel(mut scene: Scene) -> Staged {
    let server = Server::stranger(&scene.world, &mut scene.random, String::new());
    let peers = vec![server.v4().to_string()];
    let actor = PingTunnel {
        victim: scene.victim.clone(),
        sent: 0,
        random: scene.random.clone(),
        server,
    };
    scene.staged(actor, peers)
}
