//! Malware that looks for its master under names made by an algorithm.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::lookup;
use crate::random::Random;
use crate::world::{Host, MILLISECOND, World};
use std::sync::Arc;

/// Names tried in one burst.
const NAMES: usize = 180;

struct GeneratedDomains {
    world: Arc<World>,
    victim: Host,
    names: Vec<String>,
    random: Random,
}

impl Actor for GeneratedDomains {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let name = self.names.pop()?;
        let done = lookup::unknown(out, &mut self.random, &self.world, &self.victim, now, &name);
        Some(done + self.random.between(15 * MILLISECOND, 130 * MILLISECOND))
    }
}

pub(super) fn stage(mut scene: Scene) -> Staged {
    let zone = *scene.random.pick(&["com", "net", "biz", "info", "org"]);
    let names = (0..NAMES)
        .map(|_| {
            let length = scene.random.count(16, 26);
            let label = scene.random.text("abcdefghijklmnopqrstuvwxyz", length);
            format!("{label}.{zone}")
        })
        .collect();
    let actor = GeneratedDomains {
        world: Arc::clone(&scene.world),
        victim: scene.victim.clone(),
        names,
        random: scene.random.clone(),
    };
    let peers = vec![scene.world.controller.v4().to_string()];
    scene.staged(actor, peers)
}
