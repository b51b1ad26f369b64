//! Command and control inside DNS: data up in long labels, orders down in TXT records.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::lookup;
use crate::protocol::dns::{self, Data, Kind, Record};
use crate::random::Random;
use crate::world::{Host, MILLISECOND, World};
use std::sync::Arc;

/// Messages sent at most.
const MESSAGES: usize = 400;
const BASE_32: &str = "abcdefghijklmnopqrstuvwxyz234567";

struct Tunnel {
    world: Arc<World>,
    victim: Host,
    zone: String,
    sent: usize,
    until: i64,
    random: Random,
}

impl Actor for Tunnel {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if self.sent == MESSAGES || now >= self.until {
            return None;
        }
        self.sent += 1;
        let random = &mut self.random;
        let last = random.count(20, 50);
        let labels = [
            random.text(BASE_32, 60),
            random.text(BASE_32, 60),
            random.text(BASE_32, last),
        ];
        let name = format!("{}.{:04x}.{}", labels.join("."), self.sent, self.zone);
        let down = random.count(40, 220);
        let order = random.text(BASE_32, down).into_bytes();
        let record = [Record::new(&name, 0, Data::Txt(order))];
        let question = (name.as_str(), Kind::Txt);
        let done = lookup::ask(
            out,
            random,
            &self.world,
            &self.victim,
            now,
            question,
            |id| dns::answer(id, &name, Kind::Txt, &record),
        );
        Some(done + random.between(20 * MILLISECOND, 160 * MILLISECOND))
    }
}

pub(super) fn stage(mut scene: Scene) -> Staged {
    let zone = format!("t{}.ns-relay.example", scene.random.hex(3));
    let peers = vec![zone.clone(), scene.world.controller.v4().to_string()];
    let actor = Tunnel {
        world: Arc::clone(&scene.world),
        victim: scene.victim.clone(),
        zone,
        sent: 0,
        until: scene.end,
        random: scene.random.clone(),
    };
    scene.staged(actor, peers)
}
