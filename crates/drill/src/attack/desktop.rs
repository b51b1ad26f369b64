//! Remote desktops that a program plays: the same session again and again, from machine to machine.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::certificate::{COMMON_NAME, Certificate};
use crate::protocol::tls::{Answer, Greeting, Program, Tls};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::world::{Host, MILLISECOND, SECOND};

const SESSIONS: usize = 6;
/// Nanoseconds of a day.
const DAY: i64 = 86_400 * SECOND;

struct PlayedDesktop {
    victim: Host,
    target: Host,
    chain: Vec<Vec<u8>>,
    left: usize,
    random: Random,
}

impl Actor for PlayedDesktop {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        let random = &mut self.random;
        let door = (&self.target.station, 3389);
        let tcp = Tcp::open(out, random, &self.victim.station, door, now);
        let greeting = Greeting {
            program: Program::Implant,
            name: None,
        };
        let answer = Answer::V12 {
            chain: self.chain.clone(),
            protocol: None,
        };
        let mut tls = Tls::open(out, random, tcp, &greeting, &answer);
        for _ in 0..6 {
            tls.client(out, 2_400);
            tls.pause(out, 40 * MILLISECOND);
            tls.server(out, 9_600);
            tls.pause(out, 2 * SECOND);
        }
        let end = tls.close(out, Side::Client);
        Some(end + random.between(SECOND / 4, 2 * SECOND))
    }
}

pub(super) fn stage(mut scene: Scene) -> Staged {
    let target = scene.world.files.clone();
    let owner = vec![(COMMON_NAME, target.full_name())];
    let certificate = Certificate {
        subject: owner.clone(),
        issuer: owner,
        from: scene.start - 30 * DAY,
        until: scene.start + 150 * DAY,
        names: Vec::new(),
        authority: false,
    };
    let peers = vec![target.v4().to_string()];
    let actor = PlayedDesktop {
        victim: scene.victim.clone(),
        chain: vec![certificate.der(&mut scene.random)],
        left: SESSIONS,
        random: scene.random.clone(),
        target,
    };
    scene.staged(actor, peers)
}
