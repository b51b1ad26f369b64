//! Files on disk, each once, by the SHA-256 of its bytes.
//!
//! What a file is called on the wire is never part of a path. A file is written under a temporary name, brought to disk
//! and renamed, so that what stands under a digest is whole. The disk is waited for by a thread of its own ([`Settler`]):
//! an event may say of a file that it is kept a moment before it is, and where the disk refuses, that is counted.
//! When the budget is reached, what was seen longest ago goes.

use super::settle::{Digest, Settler, Written, make_folder};
use super::{FileRest, StoreSettings};
use crate::limits::{FILE_SPOOLS_MAX, STORED_FILES_MAX};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, futimens};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What the store did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreCounts {
    /// Files written.
    pub stored: u64,
    /// Files that were wanted and there already.
    pub known: u64,
    /// Files removed for want of room.
    pub removed: u64,
    /// Files that were wanted and could not be kept: larger than the budget, incomplete, or the disk refused.
    pub refused: u64,
    /// Files that were wanted and left out because the disk could not follow.
    pub left_out: u64,
    /// Bytes on disk now.
    pub bytes: u64,
}

/// Read at some time, changed just now by the clock of the file system.
const TOUCHED: Timestamps = Timestamps {
    last_access: Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_OMIT,
    },
    last_modification: Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_NOW,
    },
};

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredFile {
    /// Number in this run, from 1.
    pub number: u64,
    /// Its digest in hexadecimal, which is its name.
    pub name: String,
}

/// The store. One process at a time has it.
pub(crate) struct FileStore {
    folder: PathBuf,
    budget_bytes: u64,
    /// Whether every file is kept.
    pub all: bool,
    /// Whether packets wait where the disk cannot follow: captures that are read can, a network cannot.
    pub waits: bool,
    settler: Settler,
    files: HashMap<Digest, Entry>,
    by_turn: BTreeMap<u64, Digest>,
    turn: u64,
    spools: HashMap<(u64, u64), Spool>,
    /// Number of the last temporary file.
    begun: u64,
    counts: StoreCounts,
}

struct Entry {
    bytes: u64,
    turn: u64,
}

/// A large file while it passes.
struct Spool {
    path: PathBuf,
    file: File,
    bytes: u64,
    hash: Sha256,
    number: u64,
}

impl FileStore {
    /// Opens the store, and looks through what is there.
    pub fn open(settings: &StoreSettings) -> io::Result<Self> {
        let mut store = Self {
            folder: settings.folder.clone(),
            budget_bytes: settings.budget_bytes,
            all: settings.all,
            waits: true,
            settler: Settler::start(),
            files: HashMap::new(),
            by_turn: BTreeMap::new(),
            turn: 0,
            spools: HashMap::new(),
            begun: 0,
            counts: StoreCounts::default(),
        };
        make_folder(&store.folder)?;
        let temporary = store.temporary();
        // What a process that was killed left half written.
        match fs::remove_dir_all(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => make_folder(&temporary)?,
        }
        for (_, digest, bytes) in found(&store.folder)? {
            store.note(digest, bytes);
        }
        store.make_room(0);
        Ok(store)
    }

    /// What was done since it was opened.
    pub fn counts(&self) -> StoreCounts {
        self.counts
    }

    /// Further bytes of a file that is larger than what is kept in memory.
    pub fn rest(&mut self, rest: &FileRest) {
        let begins = rest.offset == rest.body.len() as u64;
        let result = if begins {
            self.begin(rest).and_then(|()| self.append(rest))
        } else {
            self.append(rest)
        };
        if let Err(error) = result {
            tracing::warn!(%error, "a file cannot be kept");
            self.forget(rest.key);
        }
    }

    fn begin(&mut self, rest: &FileRest) -> io::Result<()> {
        self.forget(rest.key);
        if self.spools.len() >= FILE_SPOOLS_MAX {
            let oldest = self.spools.iter().min_by_key(|(_, spool)| spool.number);
            if let Some(key) = oldest.map(|(key, _)| *key) {
                self.forget(key);
            }
        }
        let (number, path) = self.next_temporary();
        let mut file = create(&path)?;
        file.write_all(&rest.body)?;
        let mut hash = Sha256::new();
        hash.update(rest.body.as_slice());
        let spool = Spool {
            path,
            file,
            bytes: rest.body.len() as u64,
            hash,
            number,
        };
        self.spools.insert(rest.key, spool);
        Ok(())
    }

    fn append(&mut self, rest: &FileRest) -> io::Result<()> {
        let spooled: u64 = self.spools.values().map(|spool| spool.bytes).sum();
        let wanted = spooled + rest.bytes.len() as u64;
        if wanted > self.budget_bytes {
            self.forget(rest.key);
            return Ok(());
        }
        // What was given up before is not begun again in its middle.
        let Some(spool) = self.spools.get_mut(&rest.key) else {
            return Ok(());
        };
        if spool.bytes != rest.offset {
            self.forget(rest.key);
            return Ok(());
        }
        spool.file.write_all(&rest.bytes)?;
        spool.hash.update(&rest.bytes);
        spool.bytes += rest.bytes.len() as u64;
        self.make_room(wanted);
        Ok(())
    }

    /// A file that passed is not wanted, or cannot be kept.
    pub fn forget(&mut self, key: (u64, u64)) {
        if let Some(spool) = self.spools.remove(&key) {
            let _ = fs::remove_file(&spool.path);
        }
    }

    /// Keeps a file that ended: `body` where that is all of it, else what was spooled. None where it cannot be kept,
    /// which is counted.
    pub fn keep(&mut self, key: (u64, u64), body: Option<&[u8]>) -> Option<StoredFile> {
        self.take_note(false);
        let kept = match (self.spools.remove(&key), body) {
            (Some(spool), None) => self.keep_spool(spool),
            (_, Some(body)) => self.keep_body(body),
            (None, None) => {
                self.counts.refused += 1;
                return None;
            }
        };
        match kept {
            Ok(stored) => return stored,
            Err(error) => tracing::warn!(%error, "a file cannot be kept"),
        }
        self.counts.refused += 1;
        None
    }

    fn keep_body(&mut self, body: &[u8]) -> io::Result<Option<StoredFile>> {
        let digest: Digest = Sha256::digest(body).into();
        if let Some(stored) = self.known(digest) {
            return Ok(Some(stored));
        }
        if body.len() as u64 > self.budget_bytes {
            self.counts.refused += 1;
            return Ok(None);
        }
        let (_, path) = self.next_temporary();
        let mut file = create(&path)?;
        if let Err(error) = file.write_all(body) {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(self.settle(file, path, digest, body.len() as u64))
    }

    fn keep_spool(&mut self, spool: Spool) -> io::Result<Option<StoredFile>> {
        let digest: Digest = spool.hash.finalize().into();
        if let Some(stored) = self.known(digest) {
            fs::remove_file(&spool.path)?;
            return Ok(Some(stored));
        }
        Ok(self.settle(spool.file, spool.path, digest, spool.bytes))
    }

    /// A file that is there already was seen again just now.
    fn known(&mut self, digest: Digest) -> Option<StoredFile> {
        let bytes = self.files.get(&digest)?.bytes;
        if !self.settler.is_waiting(&digest) {
            let path = self.place(digest);
            let file = File::open(&path).ok();
            // Somebody may have cleared up by hand.
            if file.as_ref().and_then(|file| file.metadata().ok())?.len() != bytes {
                return None;
            }
            // The order of age has to outlive this process.
            let _ = futimens(file?, &TOUCHED);
        }
        self.note(digest, bytes);
        self.counts.known += 1;
        Some(self.stored(digest))
    }

    /// Goes on to the disk. None where the disk cannot follow.
    fn settle(
        &mut self,
        file: File,
        temporary: PathBuf,
        digest: Digest,
        bytes: u64,
    ) -> Option<StoredFile> {
        let written = Written {
            file,
            temporary,
            place: self.place(digest),
            digest,
        };
        if !self.settler.hand_over(written, self.waits) {
            self.counts.left_out += 1;
            return None;
        }
        self.note(digest, bytes);
        self.counts.stored += 1;
        self.make_room(0);
        Some(self.stored(digest))
    }

    /// Takes note of what has come to disk since the last time; with `all`, waits for what is on its way.
    pub fn take_note(&mut self, all: bool) {
        for settled in self.settler.settled(all) {
            let is_wanted = self.files.contains_key(&settled.digest);
            match settled.outcome {
                // Its turn to go came while it was on its way.
                Ok(()) if !is_wanted && !self.settler.is_waiting(&settled.digest) => {
                    let _ = fs::remove_file(&settled.place);
                }
                Ok(()) => {}
                Err(error) => {
                    tracing::warn!(%error, "a file cannot be kept");
                    self.counts.stored -= 1;
                    self.counts.refused += 1;
                    if let Some(entry) = self.files.remove(&settled.digest) {
                        self.by_turn.remove(&entry.turn);
                        self.counts.bytes -= entry.bytes;
                    }
                }
            }
        }
    }

    fn stored(&self, digest: Digest) -> StoredFile {
        StoredFile {
            number: self.counts.stored + self.counts.known,
            name: hexadecimal(&digest),
        }
    }

    /// The file is the youngest now.
    fn note(&mut self, digest: Digest, bytes: u64) {
        self.turn += 1;
        let turn = self.turn;
        if let Some(before) = self.files.insert(digest, Entry { bytes, turn }) {
            self.by_turn.remove(&before.turn);
            self.counts.bytes -= before.bytes;
        }
        self.by_turn.insert(turn, digest);
        self.counts.bytes += bytes;
    }

    /// Removes the oldest until all is within the budget, `reserved` bytes besides.
    fn make_room(&mut self, reserved: u64) {
        while self.counts.bytes.saturating_add(reserved) > self.budget_bytes
            || self.files.len() > STORED_FILES_MAX
        {
            let Some((_, digest)) = self.by_turn.pop_first() else {
                return;
            };
            if let Some(entry) = self.files.remove(&digest) {
                self.counts.bytes -= entry.bytes;
                self.counts.removed += 1;
            }
            let _ = fs::remove_file(self.place(digest));
        }
    }

    fn place(&self, digest: Digest) -> PathBuf {
        let name = hexadecimal(&digest);
        self.folder.join(&name[..2]).join(name)
    }

    fn temporary(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// Number and path of a file that is begun.
    fn next_temporary(&mut self) -> (u64, PathBuf) {
        self.begun += 1;
        (self.begun, self.temporary().join(self.begun.to_string()))
    }
}

impl Drop for FileStore {
    fn drop(&mut self) {
        let keys: Vec<(u64, u64)> = self.spools.keys().copied().collect();
        for key in keys {
            self.forget(key);
        }
        self.take_note(true);
    }
}

/// Files of the store with age, digest and size, the oldest first.
fn found(folder: &Path) -> io::Result<Vec<(std::time::SystemTime, Digest, u64)>> {
    let mut all = Vec::new();
    for part in fs::read_dir(folder)? {
        let part = part?;
        if part.file_name().len() != 2 || !part.file_type()?.is_dir() {
            continue;
        }
        for entry in fs::read_dir(part.path())? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(digest) = name.to_str().and_then(digest_of) else {
                continue;
            };
            let data = entry.metadata()?;
            if data.is_file()
                && name
                    .as_encoded_bytes()
                    .starts_with(part.file_name().as_encoded_bytes())
            {
                all.push((data.modified()?, digest, data.len()));
            }
        }
    }
    all.sort();
    Ok(all)
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest_of(name: &str) -> Option<Digest> {
    if name.len() != 64
        || !name
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    let mut digest = [0; 32];
    for (place, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(name.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
