//! Which worker a frame belongs to, and when the workers are told the time.

use crate::worker::Task;
use capture::Batch;
use event::Timestamp;
use std::net::IpAddr;
use wire::packet::{Decoded, LinkType, decode};

/// Splits batches into the tasks of workers.
pub(crate) struct Dispatcher {
    workers: usize,
    /// The last whole second that was told; None before the first frame.
    second: Option<i64>,
    number: u64,
    now: Timestamp,
}

impl Dispatcher {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            workers: workers.max(1),
            second: None,
            number: 0,
            now: Timestamp::default(),
        }
    }

    /// Time of the latest frame.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// One list of tasks for each worker.
    pub(crate) fn split(&mut self, batch: &Batch) -> Vec<Vec<Task>> {
        let mut tasks: Vec<Vec<Task>> = vec![Vec::new(); self.workers];
        for (index, frame) in batch.iter().enumerate() {
            let time = Timestamp::from_nanos(frame.time_nanos);
            if let Some(tick) = self.tick(time) {
                tasks.iter_mut().for_each(|list| list.push(tick));
            }
            self.number += 1;
            let owner = if self.workers == 1 {
                0
            } else {
                self.owner(frame.link, frame.bytes)
            };
            tasks[owner].push(Task::Frame {
                index,
                number: self.number,
            });
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
        due.then(|| Task::Tick {
            now: Timestamp::new(second, 0),
            after: self.number,
        })
    }

    pub(crate) fn finish(&self) -> Task {
        Task::Finish {
            now: self.now,
            after: self.number,
        }
    }

    /// By the pair of outermost addresses: both directions, all fragments and everything that a
    /// tunnel carries go the same way.
    fn owner(&self, link: u32, bytes: &[u8]) -> usize {
        let mut decoded = Decoded::default();
        decode(LinkType::from_number(link), bytes, &mut decoded);
        let Some((a, b)) = decoded
            .packets
            .first()
            .and_then(wire::packet::Packet::addresses)
        else {
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
        (hash >> 32) as usize % self.workers
    }
}

fn mix(hash: &mut u64, bytes: &[u8]) {
    for byte in bytes {
        *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
}
