//! The office at work: what each machine does on an ordinary day.

mod browse;
mod desk;
mod habit;
mod letters;
mod rhythm;
mod servers;
pub(crate) mod shares;
mod startup;

use crate::engine::Entrance;
use crate::plan::Plan;
use crate::random::Random;
use crate::world::World;
use std::sync::Arc;

/// Lets everybody of the office in.
pub(crate) fn open(plan: &Plan, world: &Arc<World>, actors: &mut Vec<Entrance>) {
    let office = Random::new(plan.seed).fork("office", 0);
    servers::enter(world, &office, actors);
    for host in &world.hosts {
        let mut random = office.fork("desk", host.number as u64);
        let arrival = rhythm::arrival(world, &mut random);
        habit::enter(world, host, arrival, &office, actors);
        actors.push((arrival, Box::new(desk::Desk::new(world, host, random))));
    }
}
