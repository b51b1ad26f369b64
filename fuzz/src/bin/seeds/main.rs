//! Makes the inputs that fuzzing begins with: `seeds CORPUS` fills one folder for each target
//! with traffic of the drill, with rules of this repository, and with what stands in
//! `fuzz/seeds/<target>/`.

// The counters in every crate need the runtime of the fuzzer.
use libfuzzer_sys as _;

mod conversations;
mod store;
mod texts;

use conversations::Listener;
use drill::{Attack, Disorder, Plan};
use event::Timestamp;
use flow::{Frame, Settings, Tracker};
use std::path::Path;
use std::time::Duration;
use store::Store;
use wire::packet::LinkType;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).expect("usage: seeds CORPUS");
    let mut store = Store::new(Path::new(&folder));
    store.copy_hand_written()?;
    let plan = Plan {
        hosts: 4,
        duration: Duration::from_secs(40),
        disorder: Disorder {
            loss: 0.01,
            swap: 0.01,
        },
        ..Plan::default()
    }
    .with_attacks(Attack::ALL);
    let mut tracker = Tracker::new(Settings::default());
    let mut listener = Listener::default();
    let mut number = 0;
    let mut now = Timestamp::default();
    let mut frames = Vec::new();
    for packet in plan.packets() {
        number += 1;
        now = Timestamp::from_nanos(packet.time_nanos);
        tracker.tick(now, number, &mut listener);
        let frame = Frame {
            time: now,
            number,
            link: LinkType::Ethernet,
            bytes: &packet.bytes,
            original_len: packet.bytes.len() as u32,
            checksums_ready: true,
        };
        tracker.packet(&frame, &mut listener);
        frames.push(packet.bytes);
    }
    tracker.finish(now, number, &mut listener);
    store.packets(&frames)?;
    store.captures(&frames)?;
    listener.store(&mut store)?;
    texts::store(&mut store)
}
