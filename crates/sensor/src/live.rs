//! Reading live: a thread for each ring, or for a capture that is being written, and the batches
//! of all of them in one channel.

use capture::{Batch, CaptureFile, Filled, Ring, RingCounters, RingError, RingSettings, Source};
use flow::Load;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Batches that wait for the pipeline; when it falls behind, the kernel's rings fill and count.
const WAITING_BATCHES_MAX: usize = 8;

/// What one interface brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Its name.
    pub interface: String,
    /// Frames that the kernel saw, the dropped ones included.
    pub packets: u64,
    /// Bytes of the frames read.
    pub bytes: u64,
    /// Frames that the kernel dropped because its ring was full.
    pub drops: u64,
    /// How much of its fullest ring waited to be read, in percent.
    pub waiting_percent: u8,
}

/// A ring so full, in percent, is a heavy load (it is there to take up what comes at once: half full is no sign that
/// more comes than can be looked at) ...
const HEAVY_FROM_PERCENT: u8 = 75;
/// ... so full, an overload ...
const OVERLOAD_FROM_PERCENT: u8 = 90;
/// ... and what was begun ends where no ring is fuller than this.
const ORDINARY_UP_TO_PERCENT: u8 = 15;

/// The load by the fullest ring, after that of before: nothing ends before there is room again.
fn load_of(percent: u8, before: Load) -> Load {
    let now = match percent {
        OVERLOAD_FROM_PERCENT.. => Load::Overload,
        HEAVY_FROM_PERCENT.. => Load::Heavy,
        _ => Load::Ordinary,
    };
    if percent <= ORDINARY_UP_TO_PERCENT {
        Load::Ordinary
    } else {
        now.max(before)
    }
}

/// Opened rings, not yet read from.
pub(crate) struct Rings(Vec<Ring>);

impl Rings {
    /// Opens `rings_each` rings on each interface; several share its flows by their hash.
    pub(crate) fn open(interfaces: &[String], rings_each: usize) -> Result<Self, RingError> {
        let mut rings = Vec::new();
        for (index, interface) in interfaces.iter().enumerate() {
            for _ in 0..rings_each.max(1) {
                let mut settings = RingSettings::new(interface);
                // A group of its own for each process and interface.
                let group = (std::process::id() as u16).wrapping_add(index as u16);
                settings.fanout_group = (rings_each > 1).then_some(group);
                rings.push(Ring::open(settings)?);
            }
        }
        Ok(Self(rings))
    }

    /// Begins to read.
    pub(crate) fn start(self) -> Live {
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, batches) = sync_channel(WAITING_BATCHES_MAX);
        let counters = Arc::new(Mutex::new(vec![Counters::default(); self.0.len()]));
        let spare = Spare::default();
        let threads = self
            .0
            .into_iter()
            .enumerate()
            .map(|(place, ring)| {
                let (sender, stop, counters) = (sender.clone(), stop.clone(), counters.clone());
                let spare = spare.clone();
                std::thread::spawn(move || read(ring, place, &sender, &spare, &stop, &counters))
            })
            .collect();
        Live {
            batches,
            spare,
            counters,
            stop,
            threads,
        }
    }
}

/// Batches whose memory is used again.
#[derive(Clone, Default)]
struct Spare(Arc<Mutex<Vec<Batch>>>);

impl Spare {
    fn take(&self) -> Batch {
        let kept = self.0.lock().ok().and_then(|mut kept| kept.pop());
        kept.unwrap_or_default()
    }

    fn give(&self, batch: Batch) {
        if let Ok(mut kept) = self.0.lock()
            && kept.len() < WAITING_BATCHES_MAX
        {
            kept.push(batch);
        }
    }
}

/// What came.
pub(crate) enum Next {
    Batch(Batch),
    /// Not within the time.
    Nothing,
    /// Nothing will come any more.
    End,
}

/// Interfaces being watched; reading stops when dropped.
pub(crate) struct Live {
    batches: Receiver<Batch>,
    spare: Spare,
    counters: Arc<Mutex<Vec<Counters>>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Live {
    /// Reads a capture, from its beginning to its end, as it is being written.
    pub(crate) fn of_capture(file: CaptureFile, name: String) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, batches) = sync_channel(WAITING_BATCHES_MAX);
        let counters = Arc::new(Mutex::new(vec![Counters::default()]));
        let (stopped, counted) = (stop.clone(), counters.clone());
        // Not joined: a read from a pipe that nobody writes to would not end.
        std::thread::spawn(move || read_capture(file.follow(), &name, &sender, &stopped, &counted));
        Self {
            batches,
            spare: Spare::default(),
            counters,
            stop,
            threads: Vec::new(),
        }
    }

    /// What comes next within a time.
    pub(crate) fn next(&self, wait: Duration) -> Next {
        match self.batches.recv_timeout(wait) {
            Ok(batch) => Next::Batch(batch),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }

    /// Takes back an empty batch whose frames have been looked at.
    pub(crate) fn give_back(&self, batch: Batch) {
        self.spare.give(batch);
    }

    /// How much comes, after how much came before.
    pub(crate) fn load(&self, before: Load) -> Load {
        let percents = self.counters().into_iter().map(|one| one.waiting_percent);
        load_of(percents.max().unwrap_or(0), before)
    }

    /// What each interface brought so far.
    pub(crate) fn counters(&self) -> Vec<Counters> {
        let rings = match self.counters.lock() {
            Ok(rings) => rings.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        };
        let mut merged: Vec<Counters> = Vec::new();
        for ring in rings {
            match merged
                .iter_mut()
                .find(|known| known.interface == ring.interface)
            {
                Some(known) => {
                    known.packets += ring.packets;
                    known.bytes += ring.bytes;
                    known.drops += ring.drops;
                    known.waiting_percent = known.waiting_percent.max(ring.waiting_percent);
                }
                None => merged.push(ring),
            }
        }
        merged
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        while self.batches.try_recv().is_ok() {}
        for thread in self.threads.drain(..) {
            while !thread.is_finished() {
                let _ = self.batches.recv_timeout(Duration::from_millis(10));
            }
            let _ = thread.join();
        }
    }
}

fn read(
    mut ring: Ring,
    place: usize,
    sender: &SyncSender<Batch>,
    spare: &Spare,
    stop: &AtomicBool,
    counters: &Mutex<Vec<Counters>>,
) {
    let mut bytes = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut batch = spare.take();
        let waiting_percent = ring.waiting_percent();
        let _: Filled = ring.fill(&mut batch);
        bytes += batch
            .iter()
            .map(|frame| u64::from(frame.original_len))
            .sum::<u64>();
        let RingCounters { packets, drops } = ring.counters();
        let interface = ring.interface().to_owned();
        note(
            counters,
            place,
            Counters {
                interface,
                packets,
                bytes,
                drops,
                waiting_percent,
            },
        );
        if !batch.is_empty() && sender.send(batch).is_err() {
            return;
        }
    }
}

fn read_capture(
    mut file: CaptureFile,
    name: &str,
    sender: &SyncSender<Batch>,
    stop: &AtomicBool,
    counters: &Mutex<Vec<Counters>>,
) {
    let mut bytes = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut batch = Batch::default();
        let filled = file.fill(&mut batch);
        bytes += batch
            .iter()
            .map(|frame| u64::from(frame.original_len))
            .sum::<u64>();
        let counted = Counters {
            interface: name.to_owned(),
            packets: file.frames(),
            bytes,
            ..Counters::default()
        };
        note(counters, 0, counted);
        if !batch.is_empty() && sender.send(batch).is_err() {
            return;
        }
        if let Filled::End(damage) = filled {
            if let Some(damage) = damage {
                tracing::warn!(capture = name, %damage, "the capture is damaged");
            }
            return;
        }
    }
}

fn note(counters: &Mutex<Vec<Counters>>, place: usize, counted: Counters) {
    if let Ok(mut all) = counters.lock()
        && let Some(slot) = all.get_mut(place)
    {
        *slot = counted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_ends_only_where_there_is_room_again() {
        let steps = [
            (55, Load::Ordinary),
            (80, Load::Heavy),
            (30, Load::Heavy),
            (95, Load::Overload),
            (50, Load::Overload),
            (15, Load::Ordinary),
            (30, Load::Ordinary),
        ];
        let mut load = Load::Ordinary;
        for (percent, expected) in steps {
            load = load_of(percent, load);
            assert_eq!(load, expected, "{percent} %");
        }
    }
}
