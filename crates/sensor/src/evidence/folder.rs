//! Captures on disk, one for each flow, the oldest removed when there are too many bytes of them.

use super::{EvidenceSettings, HeldFrame};
use capture::{Frame, PcapWriter};
use std::collections::{HashMap, VecDeque};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

/// What became of evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvidenceCounts {
    /// Captures begun.
    pub captures: u64,
    /// Packets written.
    pub packets: u64,
    /// Captures removed for want of room.
    pub removed: u64,
    /// Packets that could not be written: the disk refused, or their capture had been removed already.
    pub refused: u64,
    /// Bytes on disk now.
    pub bytes: u64,
}

/// The folder. One process at a time has it.
pub(crate) struct EvidenceFolder {
    settings: EvidenceSettings,
    /// Names in the order of age.
    order: VecDeque<String>,
    files: HashMap<String, Capture>,
    /// The latest capture of each flow.
    by_flow: HashMap<u64, String>,
    counts: EvidenceCounts,
}

/// A capture as it stands on disk now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub name: String,
    pub path: PathBuf,
    /// Bytes written; more may follow.
    pub bytes: u64,
}

struct Capture {
    bytes: u64,
    /// Link type of its packets; None for captures of before.
    link: Option<u32>,
}

impl EvidenceFolder {
    /// Opens the folder, and looks through what is there.
    pub fn open(settings: &EvidenceSettings) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&settings.folder)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(&settings.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let data = entry.metadata()?;
            if data.is_file() && name.ends_with(".pcap") {
                found.push((name, data.len()));
            }
        }
        // Names begin with the time.
        found.sort();
        let mut folder = Self {
            settings: settings.clone(),
            order: VecDeque::new(),
            files: HashMap::new(),
            by_flow: HashMap::new(),
            counts: EvidenceCounts::default(),
        };
        for (name, bytes) in found {
            folder.counts.bytes += bytes;
            folder.enter(&name);
            folder.files.insert(name, Capture { bytes, link: None });
        }
        folder.make_room();
        Ok(folder)
    }

    /// What was done since it was opened.
    pub fn counts(&self) -> EvidenceCounts {
        self.counts
    }

    /// The capture of a flow, where there is one.
    pub fn of_flow(&self, flow: u64) -> Option<Kept> {
        let name = self.by_flow.get(&flow)?;
        let file = self.files.get(name)?;
        Some(Kept {
            name: name.clone(),
            path: self.path(name),
            bytes: file.bytes,
        })
    }

    fn enter(&mut self, name: &str) {
        self.order.push_back(name.to_owned());
        if let Some(flow) = super::flow_of(name) {
            self.by_flow.insert(flow, name.to_owned());
        }
    }

    /// Adds packets to a capture. With `begins` it begins with them, even if one of this name is there from an earlier
    /// run: it is the same flow, read again. Without, a capture that was removed stays so.
    pub fn append(&mut self, name: &str, frames: &[HeldFrame], begins: bool) {
        let Some(first) = frames.first() else { return };
        let known = self.files.get(name).and_then(|file| file.link);
        if known.is_none() && !begins {
            self.counts.refused += frames.len() as u64;
            return;
        }
        let link = known.filter(|_| !begins).unwrap_or(first.link);
        let (same, others): (Vec<&HeldFrame>, Vec<&HeldFrame>) =
            frames.iter().partition(|frame| frame.link == link);
        // A capture has one link type.
        self.counts.refused += others.len() as u64;
        match self.write(name, link, begins, &same) {
            Ok(bytes) => {
                self.counts.packets += same.len() as u64;
                self.grow(name, link, begins, bytes);
            }
            Err(error) => {
                tracing::warn!(%error, capture = name, "evidence cannot be kept");
                self.counts.refused += same.len() as u64;
            }
        }
    }

    fn write(&self, name: &str, link: u32, begins: bool, frames: &[&HeldFrame]) -> io::Result<u64> {
        let mut bytes = Vec::new();
        let mut writer = if begins {
            PcapWriter::new(&mut bytes, link)?
        } else {
            PcapWriter::resume(&mut bytes)
        };
        for frame in frames {
            writer.write(&Frame {
                time_nanos: frame.time_nanos,
                number: 0,
                link,
                bytes: &frame.bytes,
                original_len: frame.original_len,
                checksums_ready: true,
            })?;
        }
        OpenOptions::new()
            .create(begins)
            .truncate(begins)
            .write(true)
            .append(!begins)
            .mode(0o600)
            .open(self.path(name))?
            .write_all(&bytes)?;
        Ok(bytes.len() as u64)
    }

    fn grow(&mut self, name: &str, link: u32, begins: bool, bytes: u64) {
        if begins {
            if let Some(before) = self.files.remove(name) {
                self.counts.bytes -= before.bytes;
                self.order.retain(|known| known != name);
            }
            self.counts.captures += 1;
            self.enter(name);
        }
        let file = self.files.entry(name.to_owned()).or_insert(Capture {
            bytes: 0,
            link: Some(link),
        });
        file.bytes += bytes;
        self.counts.bytes += bytes;
        self.make_room();
    }

    fn make_room(&mut self) {
        while self.counts.bytes > self.settings.budget_bytes {
            let Some(name) = self.order.pop_front() else {
                return;
            };
            if let Some(file) = self.files.remove(&name) {
                self.counts.bytes -= file.bytes;
                self.counts.removed += 1;
            }
            if let Some(flow) = super::flow_of(&name)
                && self.by_flow.get(&flow) == Some(&name)
            {
                self.by_flow.remove(&flow);
            }
            let _ = fs::remove_file(self.path(&name));
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.settings.folder.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capture::{Batch, CaptureFile, Source};

    fn frame(time_nanos: i64, link: u32) -> HeldFrame {
        HeldFrame {
            time_nanos,
            link,
            original_len: 100,
            bytes: Box::from([7; 100]),
        }
    }

    fn open(folder: &std::path::Path, budget_bytes: u64) -> EvidenceFolder {
        EvidenceFolder::open(&EvidenceSettings {
            folder: folder.join("evidence"),
            budget_bytes,
        })
        .unwrap()
    }

    fn times(folder: &std::path::Path, name: &str) -> Vec<i64> {
        let mut batch = Batch::new();
        let path = folder.join("evidence").join(name);
        CaptureFile::open(&path).unwrap().fill(&mut batch);
        batch.iter().map(|frame| frame.time_nanos).collect()
    }

    #[test]
    fn captures_grow_and_the_oldest_go() {
        let home = tempfile::tempdir().unwrap();
        let mut folder = open(home.path(), 600);
        let frames = [frame(1, 1), frame(2, 1), frame(3, 113)];
        folder.append("1.pcap", &frames, true);
        folder.append("1.pcap", &[frame(4, 1)], false);
        assert_eq!(times(home.path(), "1.pcap"), [1, 2, 4]);
        folder.append("2.pcap", &[frame(5, 1)], true);
        folder.append("3.pcap", &[frame(6, 1)], true);
        folder.append("1.pcap", &[frame(7, 1)], false);
        assert!(!home.path().join("evidence/1.pcap").exists());
        let counts = folder.counts();
        assert_eq!((counts.captures, counts.packets, counts.removed), (3, 5, 1));
        assert_eq!((counts.refused, counts.bytes), (2, 2 * (24 + 116)));
        drop(folder);
        let mut folder = open(home.path(), 600);
        assert_eq!(folder.counts().bytes, 280);
        folder.append("3.pcap", &[frame(9, 1)], true);
        assert_eq!(times(home.path(), "3.pcap"), [9]);
        assert_eq!(folder.counts().bytes, 280);
        assert_eq!(open(home.path(), 150).counts().removed, 1);
    }
}
