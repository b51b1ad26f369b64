//! Writes a drill as a pcap file: `drill FILE [SEED [SECONDS [HOSTS [ATTACK...]]]]`, all attacks if none is named.

use drill::{Attack, Plan, write_pcap};
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let path = words
        .next()
        .ok_or("usage: drill FILE [SEED [SECONDS [HOSTS [ATTACK...]]]]")?;
    let mut plan = Plan {
        duration: Duration::from_secs(120),
        ..Plan::default()
    };
    plan.seed = words.next().map_or(Ok(plan.seed), |word| word.parse())?;
    plan.duration = words.next().map_or(Ok(plan.duration), |word| {
        word.parse().map(Duration::from_secs)
    })?;
    plan.hosts = words.next().map_or(Ok(plan.hosts), |word| word.parse())?;
    plan.attacks = words.map(|word| word.parse()).collect::<Result<_, _>>()?;
    if plan.attacks.is_empty() {
        plan.attacks = Attack::ALL.to_vec();
    }
    let count = write_pcap(BufWriter::new(File::create(path)?), plan.packets())?;
    println!("{count} packets");
    for truth in plan.truths() {
        println!("{truth:?}");
    }
    Ok(())
}
