//! Threads that ask YARA rules, so that workers do not.

use detect::yara::{Scan, Yara};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// One file to look at.
struct Job {
    bytes: Arc<Vec<u8>>,
    name: String,
    answer: SyncSender<Scan>,
}

/// Where workers hand files in. The threads end when all doors are gone.
#[derive(Clone, Debug)]
pub(crate) struct ScanDoor(Sender<Job>);

impl ScanDoor {
    /// The answer comes in its time; it does not come if a bug of ours ended the scan.
    ///
    /// What waits is bounded by the batches on their way: the sink waits for the answers of each.
    pub fn hand_in(&self, bytes: Arc<Vec<u8>>, name: String) -> Receiver<Scan> {
        let (answer, receiver) = sync_channel(1);
        let job = Job {
            bytes,
            name,
            answer,
        };
        // With the threads gone the answer's sender is gone, too, and whoever waits is told so.
        let _ = self.0.send(job);
        receiver
    }
}

/// Starts so many threads.
pub(crate) fn scan_threads(yara: &Arc<Yara>, number: usize) -> ScanDoor {
    let (door, jobs) = channel::<Job>();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..number.clamp(1, crate::limits::SCAN_THREADS_MAX) {
        let (yara, jobs) = (Arc::clone(yara), Arc::clone(&jobs));
        std::thread::spawn(move || {
            loop {
                let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(job) = next else { return };
                let scan = catch_unwind(AssertUnwindSafe(|| yara.scan(&job.bytes, &job.name)));
                if let Ok(scan) = scan {
                    // Nobody waits any more when the world ended early.
                    let _ = job.answer.send(scan);
                }
            }
        });
    }
    ScanDoor(door)
}
