//! The office at work: what each machine does on an ordinary day.

mod desk;
mod rhythm;
pub(crate) mod shares;

use crate::engine::Entrance;
use crate::plan::Plan;
use crate::random::Random;
use crate::world::World;
use std::sync::Arc;

/// Lets everybody of the office in.
pub(crate) fn open(plan: &Plan, world: &Arc<World>, actors: &mut Vec<Entrance>) {
    let random = Random::new(plan.seed).fork("office", 0);
    for host in &world.hosts {
        actors.push(desk::Desk::enter(world, host, &random));
    }
}
