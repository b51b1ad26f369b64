//! The working day, pressed into the duration of the plan.

use crate::random::Random;
use crate::world::{SECOND, World};

/// Share of its full pace that the office has at points of the day: arrival, morning, lunch, afternoon, leaving.
const DAY: [f64; 12] = [0.5, 0.9, 1.0, 1.0, 0.9, 0.45, 0.8, 1.0, 1.0, 0.9, 0.7, 0.4];

/// Time until somebody next does something.
pub(super) fn pause(world: &World, random: &mut Random, now: i64, busy: f64) -> i64 {
    let length = (world.end - world.start).max(1);
    let mean = (length / 30).clamp(2 * SECOND, 75 * SECOND);
    let share = ((now - world.start) as f64 / length as f64).clamp(0.0, 0.999);
    let pace = DAY[(share * DAY.len() as f64) as usize] * busy;
    random.wait((mean as f64 / pace) as i64).max(SECOND / 4)
}

/// When a machine is switched on.
pub(super) fn arrival(world: &World, random: &mut Random) -> i64 {
    let window = ((world.end - world.start) / 16).min(900 * SECOND);
    world.start + random.between(0, window.max(1))
}
