//! Which worker each packet of a frame belongs to, and when the workers are told the time.

use crate::settings::Settings;
use crate::worker::{Task, frame_of};
use capture::Batch;
use event::Timestamp;
use flow::{Addresses, Part, Splitter, Statistics};
use std::net::IpAddr;
use std::sync::Arc;

/// Splits batches into the tasks of workers.
pub(crate) struct Dispatcher {
    workers: usize,
    splitter: Splitter,
    /// The last whole second that was told; None before the first frame.
    second: Option<i64>,
    number: u64,
    now: Timestamp,
}

impl Dispatcher {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            workers: settings.workers.max(1),
            splitter: Splitter::new(&settings.flow()),
            second: None,
            number: 0,
            now: Timestamp::default(),
        }
    }

    /// Time of the latest frame.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// What is counted here rather than in workers.
    pub(crate) fn statistics(&self) -> Statistics {
        self.splitter.statistics()
    }

    /// One list of tasks for each worker.
    pub(crate) fn split(&mut self, batch: &Batch) -> Vec<Vec<Task>> {
        let room = batch.len() / self.workers + 1;
        let mut tasks: Vec<Vec<Task>> = Vec::new();
        tasks.resize_with(self.workers, || Vec::with_capacity(room));
        let mut parts: Vec<(usize, Option<Part>)> = Vec::new();
        for (index, raw) in batch.iter().enumerate() {
            let time = Timestamp::from_nanos(raw.time_nanos);
            if let Some(tick) = self.tick(time) {
                tasks.iter_mut().for_each(|list| list.push(tick.clone()));
            }
            self.number += 1;
            let (number, now, workers) = (self.number, self.now, self.workers);
            let whole = Task::Frame { index, number, now };
            if workers == 1 {
                tasks[0].push(whole);
                continue;
            }
            parts.clear();
            self.splitter
                .split(&frame_of(&raw, number), &mut |addresses, part| {
                    parts.push((owner(addresses, workers), part));
                });
            let first = parts.first().map_or(0, |(owner, _)| *owner);
            let stays_whole = parts.iter().all(|(owner, part)| {
                *owner == first && part.as_ref().is_none_or(|part| !part.is_of_fragments())
            });
            if stays_whole {
                tasks[first].push(whole);
                continue;
            }
            for (place, (owner, part)) in parts.drain(..).enumerate() {
                tasks[owner].extend(part.map(|part| Task::Part {
                    index,
                    number,
                    now,
                    place,
                    part: Arc::new(part),
                }));
            }
        }
        tasks
    }

    /// A tick, when a whole second has passed since the last.
    pub(crate) fn tick(&mut self, time: Timestamp) -> Option<Task> {
        self.now = self.now.max(time);
        let second = self.now.seconds();
        let due = self.second.is_some_and(|last| second > last);
        if due || self.second.is_none() {
            self.second = Some(second);
        }
        let now = Timestamp::new(second, 0);
        if due {
            self.splitter.tick(now);
        }
        due.then_some(Task::Tick {
            now,
            after: self.number,
        })
    }

    /// The end of all flows with lower ids than `below`.
    pub(crate) fn finish(&self, below: u64) -> Task {
        Task::Finish {
            now: self.now,
            after: self.number,
            below,
        }
    }
}

/// The worker of a pair of addresses: both directions of a flow, and flows that arrange each
/// other, go the same way. What has no address goes to the first.
fn owner(addresses: Addresses, workers: usize) -> usize {
    let Some((a, b)) = addresses else {
        return 0;
    };
    // Fixed, so that a replay splits the same way every time (FNV-1a).
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for address in [low, high] {
        match address {
            IpAddr::V4(address) => mix(&mut hash, &address.octets()),
            IpAddr::V6(address) => mix(&mut hash, &address.octets()),
        }
    }
    (hash >> 32) as usize % workers
}

fn mix(hash: &mut u64, bytes: &[u8]) {
    for byte in bytes {
        *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
}
