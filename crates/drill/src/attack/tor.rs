//! A Tor client: link handshakes with several relays, random names on both sides, cells of one size.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::certificate::{COMMON_NAME, Certificate};
use crate::protocol::tls::{Answer, Greeting, Program, Tls};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::world::{Host, MILLISECOND, SECOND, Station};

const BASE_32: &str = "abcdefghijklmnopqrstuvwxyz234567";
/// Bytes of a Tor cell.
const CELL: usize = 514;

struct Tor {
    victim: Host,
    relays: Vec<(Station, u16)>,
    random: Random,
}

impl Tor {
    fn link(&mut self, relay: &Station, port: u16, now: i64, out: &mut Outbox) -> i64 {
        let random = &mut self.random;
        let tcp = Tcp::open(out, random, &self.victim.station, (relay, port), now);
        let name = random_name(random, "com");
        let certificate = Certificate {
            subject: vec![(COMMON_NAME, random_name(random, "net"))],
            issuer: vec![(COMMON_NAME, random_name(random, "com"))],
            from: now - random.between(5, 200) * 86_400 * SECOND,
            until: now + random.between(20, 150) * 86_400 * SECOND,
            names: Vec::new(),
            authority: false,
        };
        let answer = Answer::V12 {
            chain: vec![certificate.der(random)],
            protocol: None,
        };
        let greeting = Greeting {
            program: Program::Onion,
            name: Some(&name),
        };
        let mut tls = Tls::open(out, random, tcp, &greeting, &answer);
        tls.client(out, 11);
        tls.server(out, 2 * CELL + 900);
        tls.client(out, CELL);
        for _ in 0..random.count(5, 25) {
            tls.pause(out, random.between(20 * MILLISECOND, 700 * MILLISECOND));
            tls.client(out, CELL * random.count(1, 3));
            tls.pause(out, random.between(60 * MILLISECOND, 300 * MILLISECOND));
            tls.server(out, CELL * random.count(1, 30));
        }
        tls.pause(out, 2 * SECOND);
        tls.close(out, Side::Client)
    }
}

impl Actor for Tor {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let (relay, port) = self.relays.pop()?;
        self.link(&relay, port, now, out);
        Some(now + self.random.between(200 * MILLISECOND, 2 * SECOND))
    }
}

/// A name as Tor invents it for every link.
fn random_name(random: &mut Random, zone: &str) -> String {
    let length = random.count(8, 21);
    format!("www.{}.{zone}", random.text(BASE_32, length))
}

pub(super) fn stage(mut scene: Scene) -> Staged {
    let relays: Vec<_> = [9001, 443, 9001, 9001]
        .into_iter()
        .map(|port| (scene.world.stranger(&mut scene.random), port))
        .collect();
    let peers = relays
        .iter()
        .map(|(relay, _)| relay.address.to_string())
        .collect();
    let actor = Tor {
        victim: scene.victim.clone(),
        relays,
        random: scene.random.clone(),
    };
    scene.staged(actor, peers)
}
