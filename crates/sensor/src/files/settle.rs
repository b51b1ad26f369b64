//! Brings written files to disk and to their places, on a thread of its own: waiting for a disk (fsync) is not for the
//! thread that puts everything in order.

use crate::limits::SETTLING_FILES_MAX;
use std::collections::HashMap;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread::JoinHandle;

/// SHA-256 of a file.
pub(super) type Digest = [u8; 32];

/// A file that has been written under a temporary name.
pub(super) struct Written {
    pub file: File,
    pub temporary: PathBuf,
    pub place: PathBuf,
    pub digest: Digest,
}

/// What became of a written file.
pub(super) struct Settled {
    pub digest: Digest,
    pub place: PathBuf,
    pub outcome: io::Result<()>,
}

/// The thread, and what is on its way there.
pub(super) struct Settler {
    to: Option<SyncSender<Written>>,
    from: Receiver<Settled>,
    thread: Option<JoinHandle<()>>,
    /// Files on their way; the same bytes may be on their way more than once.
    waiting: HashMap<Digest, u32>,
}

impl Settler {
    /// Starts the thread.
    pub fn start() -> Self {
        let (to, written) = sync_channel::<Written>(SETTLING_FILES_MAX);
        let (settled, from) = channel();
        let thread = std::thread::spawn(move || {
            for Written {
                file,
                temporary,
                place,
                digest,
            } in written
            {
                let outcome = settle(&file, &temporary, &place);
                if outcome.is_err() {
                    let _ = fs::remove_file(&temporary);
                }
                let settled_file = Settled {
                    digest,
                    place,
                    outcome,
                };
                if settled.send(settled_file).is_err() {
                    return;
                }
            }
        });
        Self {
            to: Some(to),
            from,
            thread: Some(thread),
            waiting: HashMap::new(),
        }
    }

    /// Hands a file over. False, and the file is gone, where too many are on their way already and `waits` is not wished.
    pub fn hand_over(&mut self, written: Written, waits: bool) -> bool {
        let digest = written.digest;
        let Some(to) = &self.to else { return false };
        let refused = if waits {
            to.send(written).err().map(|refused| refused.0)
        } else {
            match to.try_send(written) {
                Ok(()) => None,
                Err(TrySendError::Full(written) | TrySendError::Disconnected(written)) => {
                    Some(written)
                }
            }
        };
        if let Some(written) = refused {
            let _ = fs::remove_file(&written.temporary);
            return false;
        }
        *self.waiting.entry(digest).or_default() += 1;
        true
    }

    /// Whether a file with these bytes is on its way.
    pub fn is_waiting(&self, digest: &Digest) -> bool {
        self.waiting.contains_key(digest)
    }

    /// What was settled since the last time; with `all`, everything that is on its way is waited for.
    pub fn settled(&mut self, all: bool) -> Vec<Settled> {
        let mut settled = Vec::new();
        while !self.waiting.is_empty() {
            let next = if all {
                self.from.recv().ok()
            } else {
                self.from.try_recv().ok()
            };
            let Some(next) = next else { break };
            if let Some(count) = self.waiting.get_mut(&next.digest) {
                *count -= 1;
                if *count == 0 {
                    self.waiting.remove(&next.digest);
                }
            }
            settled.push(next);
        }
        settled
    }
}

impl Drop for Settler {
    fn drop(&mut self) {
        self.to = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// First the bytes are on disk, then the file has its name, then the name is on disk.
fn settle(file: &File, temporary: &Path, place: &Path) -> io::Result<()> {
    file.sync_all()?;
    let folder = place.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    fs::rename(temporary, place)?;
    File::open(folder)?.sync_all()
}

/// Makes a folder that is this user's alone: what lies there may be malware.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
