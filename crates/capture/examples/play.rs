//! Plays a capture into an interface at a rate: `play INTERFACE CAPTURE MBIT_A_SECOND SECONDS`, again from its beginning
//! where it ends before the time, then between other hosts of the same networks: a network does not say the same twice.
//! Checksums stay as they were. Says at its end, in one line: frames sent, bytes, seconds, frames too long to send.

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
    let mut frames = load(Path::new(capture))?;
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
        let next: Vec<&[u8]> = frames[place..end].iter().map(Vec::as_slice).collect();
        let count = sender.send_many(&next)?;
        sent += count as u64;
        let done = &mut frames[place..place + count];
        bytes += done.iter().map(|frame| frame.len() as u64).sum::<u64>();
        done.iter_mut().for_each(|frame| move_hosts(frame));
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

/// EtherType, and where each address has a byte that may be any without leaving its network (of IPv4 the third, of IPv6
/// the eighth).
const NETWORKS: [([u8; 2], [usize; 2]); 2] = [([0x08, 0x00], [28, 32]), ([0x86, 0xdd], [29, 45])];

/// The frame is between the next hosts of their networks.
fn move_hosts(frame: &mut [u8]) {
    let (vlan, kind) = match frame.get(12..18) {
        Some(&[0x81, 0x00, _, _, a, b]) => (4, [a, b]),
        Some(&[a, b, ..]) => (0, [a, b]),
        _ => return,
    };
    let Some((_, places)) = NETWORKS.iter().find(|(known, _)| *known == kind) else {
        return;
    };
    for place in places {
        if let Some(byte) = frame.get_mut(place + vlan) {
            *byte = byte.wrapping_add(1);
        }
    }
}

fn load(path: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut file = CaptureFile::open(path)?;
    let (mut frames, mut bytes) = (Vec::new(), 0);
    loop {
        let mut batch = Batch::default();
        let filled = file.fill(&mut batch);
        let ethernet = batch.iter().filter(|frame| frame.link == 1);
        frames.extend(ethernet.map(|frame| frame.bytes.to_vec()));
        bytes += batch.iter().map(|frame| frame.bytes.len()).sum::<usize>();
        if matches!(filled, Filled::End(_)) || bytes >= BYTES_MAX {
            return Ok(frames);
        }
    }
}
