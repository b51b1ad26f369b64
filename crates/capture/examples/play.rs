//! Plays a capture into an interface at a rate: `play INTERFACE CAPTURE MBIT_A_SECOND SECONDS`, again from its beginning
//! where it ends before the time. Says at its end, in one line: frames sent, bytes, seconds, frames too long to send.

use capture::{Batch, CaptureFile, Filled, FrameSender, Source};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

/// Of a capture no more is kept in memory.
const BYTES_MAX: usize = 1 << 30;
const FRAMES_AT_ONCE: usize = 64;
/// Shorter waits are not left to the system's sleep.
const SLEEP_MIN: Duration = Duration::from_micros(200);

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [interface, capture, megabits, seconds] = words.as_slice() else {
        return Err("usage: play INTERFACE CAPTURE MBIT_A_SECOND SECONDS".into());
    };
    let batches = load(Path::new(capture))?;
    let frames: Vec<&[u8]> = batches
        .iter()
        .flat_map(Batch::iter)
        .filter(|frame| frame.link == 1)
        .map(|frame| frame.bytes)
        .collect();
    if frames.is_empty() {
        return Err("the capture has no Ethernet frames".into());
    }
    let sender = FrameSender::open(interface)?;
    let (rate, time) = (
        megabits.parse::<f64>()? * 1e6 / 8.0,
        Duration::from_secs_f64(seconds.parse()?),
    );
    let begun = Instant::now();
    let (mut sent, mut bytes, mut refused, mut place) = (0_u64, 0_u64, 0_u64, 0);
    while begun.elapsed() < time {
        let due = Duration::from_secs_f64(bytes as f64 / rate);
        let ahead = due.saturating_sub(begun.elapsed());
        if ahead >= SLEEP_MIN {
            std::thread::sleep(ahead);
        }
        let end = frames.len().min(place + FRAMES_AT_ONCE);
        let count = sender.send_many(&frames[place..end])?;
        sent += count as u64;
        let done = &frames[place..place + count];
        bytes += done.iter().map(|frame| frame.len() as u64).sum::<u64>();
        place += count;
        if place < end {
            refused += 1;
            place += 1;
        }
        if place >= frames.len() {
            place = 0;
        }
    }
    println!("{sent} {bytes} {} {refused}", begun.elapsed().as_secs_f64());
    Ok(())
}

fn load(path: &Path) -> Result<Vec<Batch>, Box<dyn Error>> {
    let mut file = CaptureFile::open(path)?;
    let (mut batches, mut bytes) = (Vec::new(), 0);
    loop {
        let mut batch = Batch::default();
        let filled = file.fill(&mut batch);
        bytes += batch.iter().map(|frame| frame.bytes.len()).sum::<usize>();
        batches.push(batch);
        if matches!(filled, Filled::End(_)) || bytes >= BYTES_MAX {
            return Ok(batches);
        }
    }
}
