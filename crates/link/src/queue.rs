//! A queue on disk: what `push` has returned for survives a crash, and is given out until it is
//! acknowledged.
//!
//! Invariants:
//! * A segment file `<first id as 16 hexadecimal digits>.segment` holds records
//!   `length u32 | crc32c u32 | id u64 | payload`, little-endian, ids counting up by one across
//!   segments; the checksum covers id and payload.
//! * A record is whole or it is the end: the first record that is short or does not match its
//!   checksum ends its segment, and the file is cut there when it is opened.
//! * `cursor` holds the highest acknowledged id; it is replaced in one step. Segments whose
//!   records are all acknowledged are deleted.

use crate::files;
use crate::limits::{MESSAGE_BYTES_MAX, QUEUE_BYTES_MAX, SEGMENT_BYTES_MAX};
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const HEADER_LEN: usize = 16;

/// Why the queue refuses.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The disk refuses; what is already in the queue stays there.
    #[error("cannot use the queue {path}: {source}")]
    Disk {
        /// Folder of the queue.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Larger than a message may be.
    #[error("a message of {0} bytes is larger than a message may be")]
    TooLarge(usize),
}

/// Where one waiting record is.
#[derive(Clone, Copy, Debug)]
struct Place {
    id: u64,
    segment: u64,
    offset: u64,
    len: u32,
}

/// A queue in a folder of its own.
#[derive(Debug)]
pub struct Queue {
    folder: PathBuf,
    waiting: VecDeque<Place>,
    /// First id of each segment, oldest first; the last one is written to.
    segments: VecDeque<u64>,
    tail: File,
    tail_len: u64,
    bytes: u64,
    next_id: u64,
    given_up: u64,
    bytes_max: u64,
}

impl Queue {
    /// Opens the queue of a folder, which is made if it is not there.
    pub fn open(folder: &Path) -> Result<Self, QueueError> {
        Self::open_with_limit(folder, QUEUE_BYTES_MAX)
    }

    /// The same with a limit of its own for what may wait.
    pub fn open_with_limit(folder: &Path, bytes_max: u64) -> Result<Self, QueueError> {
        Self::recover(folder, bytes_max).map_err(|source| QueueError::Disk {
            path: folder.display().to_string(),
            source,
        })
    }

    fn recover(folder: &Path, bytes_max: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let acknowledged = read_cursor(folder)?;
        let mut firsts: Vec<u64> = fs::read_dir(folder)?
            .filter_map(|entry| segment_number(&entry.ok()?.path()))
            .collect();
        firsts.sort_unstable();
        let mut waiting = VecDeque::new();
        let mut next_id = acknowledged + 1;
        let mut bytes = 0;
        for first in &firsts {
            let path = segment_path(folder, *first);
            let (records, whole_len) = read_segment(&path, *first)?;
            // What a crash left half written is cut off, so that new records follow whole ones.
            let file = OpenOptions::new().write(true).open(&path)?;
            if file.metadata()?.len() > whole_len {
                file.set_len(whole_len)?;
                file.sync_all()?;
            }
            bytes += whole_len;
            next_id = next_id.max(*first);
            for place in records {
                next_id = next_id.max(place.id + 1);
                if place.id > acknowledged {
                    waiting.push_back(place);
                }
            }
        }
        let last = firsts.last().copied();
        let tail_first = last.unwrap_or(next_id);
        let tail = open_segment(folder, tail_first)?;
        let tail_len = tail.metadata()?.len();
        if last.is_none() {
            firsts.push(tail_first);
        }
        Ok(Self {
            folder: folder.to_owned(),
            waiting,
            segments: firsts.into(),
            tail,
            tail_len,
            bytes,
            next_id,
            given_up: 0,
            bytes_max,
        })
    }

    /// Puts messages in; they are on disk when this returns. Gives the id of the last one, or of
    /// the last ever put in where `payloads` is empty.
    pub fn push<'a>(
        &mut self,
        payloads: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<u64, QueueError> {
        let mut block = Vec::new();
        let mut places = Vec::new();
        let mut id = self.next_id;
        for payload in payloads {
            if payload.len() > MESSAGE_BYTES_MAX {
                return Err(QueueError::TooLarge(payload.len()));
            }
            places.push((id, block.len() as u64, payload.len() as u32));
            append_record(&mut block, id, payload);
            id += 1;
        }
        if places.is_empty() {
            return Ok(self.next_id - 1);
        }
        self.write(&block, &places)
            .map_err(|source| QueueError::Disk {
                path: self.folder.display().to_string(),
                source,
            })?;
        self.next_id = id;
        self.give_up_oldest();
        Ok(id - 1)
    }

    fn write(&mut self, block: &[u8], places: &[(u64, u64, u32)]) -> io::Result<()> {
        if self.tail_len >= SEGMENT_BYTES_MAX {
            self.tail = open_segment(&self.folder, self.next_id)?;
            self.tail_len = 0;
            self.segments.push_back(self.next_id);
        }
        let written = self
            .tail
            .write_all(block)
            .and_then(|()| self.tail.sync_data());
        if let Err(error) = written {
            // A full disk may have taken a part: cut it off, so that the next try begins clean.
            let _ = self.tail.set_len(self.tail_len);
            let _ = self.tail.seek(SeekFrom::Start(self.tail_len));
            return Err(error);
        }
        let segment = self.segments.back().copied().unwrap_or(self.next_id);
        for (id, offset, len) in places {
            self.waiting.push_back(Place {
                id: *id,
                segment,
                offset: self.tail_len + offset + HEADER_LEN as u64,
                len: *len,
            });
        }
        self.tail_len += block.len() as u64;
        self.bytes += block.len() as u64;
        Ok(())
    }

    /// The oldest messages that wait, at most so many and so many bytes, but at least one.
    pub fn peek(
        &self,
        messages_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, QueueError> {
        let mut found = Vec::new();
        let mut bytes = 0;
        let mut open: Option<(u64, File)> = None;
        for place in self.waiting.iter().take(messages_max) {
            bytes += place.len as usize;
            if bytes > bytes_max && !found.is_empty() {
                break;
            }
            let payload = self
                .read(*place, &mut open)
                .map_err(|source| QueueError::Disk {
                    path: self.folder.display().to_string(),
                    source,
                })?;
            found.push((place.id, payload));
        }
        Ok(found)
    }

    fn read(&self, place: Place, open: &mut Option<(u64, File)>) -> io::Result<Vec<u8>> {
        let file = match open {
            Some((segment, file)) if *segment == place.segment => file,
            _ => {
                let file = File::open(segment_path(&self.folder, place.segment))?;
                &mut open.insert((place.segment, file)).1
            }
        };
        file.seek(SeekFrom::Start(place.offset))?;
        let mut payload = vec![0; place.len as usize];
        file.read_exact(&mut payload)?;
        Ok(payload)
    }

    /// Forgets the messages up to an id; lasting when this returns.
    pub fn acknowledge(&mut self, id: u64) -> Result<(), QueueError> {
        self.forget_to(id).map_err(|source| QueueError::Disk {
            path: self.folder.display().to_string(),
            source,
        })
    }

    fn forget_to(&mut self, id: u64) -> io::Result<()> {
        files::replace(&self.folder.join("cursor"), id.to_string().as_bytes())?;
        while self.waiting.front().is_some_and(|place| place.id <= id) {
            self.waiting.pop_front();
        }
        // A segment is done with when the next one begins at or below the first id that waits.
        while let [first, second, ..] = *self.segments.make_contiguous() {
            if second > id + 1 {
                break;
            }
            self.delete_segment(first)?;
        }
        Ok(())
    }

    fn delete_segment(&mut self, first: u64) -> io::Result<()> {
        let path = segment_path(&self.folder, first);
        let len = fs::metadata(&path).map_or(0, |data| data.len());
        fs::remove_file(&path)?;
        self.segments.pop_front();
        self.bytes = self.bytes.saturating_sub(len);
        Ok(())
    }

    /// Keeps the queue within its limit by giving up whole segments, oldest first.
    fn give_up_oldest(&mut self) {
        while self.bytes > self.bytes_max && self.segments.len() > 1 {
            let [first, second, ..] = *self.segments.make_contiguous() else {
                return;
            };
            if self.delete_segment(first).is_err() {
                return;
            }
            while self.waiting.front().is_some_and(|place| place.id < second) {
                self.waiting.pop_front();
                self.given_up += 1;
            }
        }
    }

    /// Number of messages that wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Id of the last message ever put in, 0 before the first.
    pub fn last_id(&self) -> u64 {
        self.next_id - 1
    }

    /// Messages given up since the queue was opened, because too many waited.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }
}

fn append_record(block: &mut Vec<u8>, id: u64, payload: &[u8]) {
    let id = id.to_le_bytes();
    let sum = crc32c::crc32c_append(crc32c::crc32c(&id), payload);
    block.extend((payload.len() as u32).to_le_bytes());
    block.extend(sum.to_le_bytes());
    block.extend(id);
    block.extend(payload);
}

/// The whole records of a segment, and how many bytes they take.
fn read_segment(path: &Path, segment: u64) -> io::Result<(Vec<Place>, u64)> {
    let content = fs::read(path)?;
    let mut places = Vec::new();
    let mut at = 0;
    while let Some((id, len)) = whole_record(&content[at..], segment + places.len() as u64) {
        places.push(Place {
            id,
            segment,
            offset: (at + HEADER_LEN) as u64,
            len: len as u32,
        });
        at += HEADER_LEN + len;
    }
    Ok((places, at as u64))
}

fn whole_record(bytes: &[u8], expected_id: u64) -> Option<(u64, usize)> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (id, rest) = rest.split_first_chunk::<8>()?;
    let len = u32::from_le_bytes(*len) as usize;
    let payload = rest.get(..len)?;
    let right = crc32c::crc32c_append(crc32c::crc32c(id), payload) == u32::from_le_bytes(*sum);
    let id = u64::from_le_bytes(*id);
    (right && id == expected_id).then_some((id, len))
}

fn open_segment(folder: &Path, first: u64) -> io::Result<File> {
    let path = segment_path(folder, first);
    let file = OpenOptions::new().append(true).create(true).open(&path)?;
    files::sync_folder(&path)?;
    Ok(file)
}

fn segment_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:016x}.segment"))
}

fn segment_number(path: &Path) -> Option<u64> {
    if path.extension()? != "segment" {
        return None;
    }
    u64::from_str_radix(path.file_stem()?.to_str()?, 16).ok()
}

fn read_cursor(folder: &Path) -> io::Result<u64> {
    let content = files::read_if_there(&folder.join("cursor"))?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&content)
        .trim()
        .parse()
        .unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::Queue;
    use proptest::prelude::*;
    use std::fs;

    #[derive(Clone, Debug)]
    enum Step {
        Push(u8),
        Acknowledge(usize),
        /// The process dies; bytes of a half-written record may be at the end.
        Crash(Vec<u8>),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        prop::collection::vec(
            prop_oneof![
                (1_u8..5).prop_map(Step::Push),
                (0_usize..6).prop_map(Step::Acknowledge),
                prop::collection::vec(any::<u8>(), 0..20).prop_map(Step::Crash),
            ],
            1..30,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// The queue behaves like a list of (id, payload) whatever crashes.
        #[test]
        fn is_a_list_that_survives_crashes(steps in steps()) {
            let folder = tempfile::tempdir().unwrap();
            let mut queue = Queue::open(folder.path()).unwrap();
            let mut model: Vec<(u64, Vec<u8>)> = Vec::new();
            let mut last = 0;
            for step in steps {
                match step {
                    Step::Push(count) => {
                        let payloads: Vec<Vec<u8>> = (0..count).map(|n| vec![n; usize::from(n) * 3]).collect();
                        for payload in &payloads {
                            last += 1;
                            model.push((last, payload.clone()));
                        }
                        prop_assert_eq!(queue.push(payloads.iter().map(Vec::as_slice)).unwrap(), last);
                    }
                    Step::Acknowledge(count) => {
                        if let Some(id) = model.iter().take(count).next_back().map(|(id, _)| *id) {
                            queue.acknowledge(id).unwrap();
                            model.retain(|(known, _)| *known > id);
                        }
                    }
                    Step::Crash(half) => {
                        drop(queue);
                        let newest = fs::read_dir(folder.path()).unwrap()
                            .map(|entry| entry.unwrap().path())
                            .filter(|path| path.extension().is_some_and(|end| end == "segment"))
                            .max().unwrap();
                        let mut content = fs::read(&newest).unwrap();
                        content.extend(half);
                        fs::write(&newest, content).unwrap();
                        queue = Queue::open(folder.path()).unwrap();
                    }
                }
                prop_assert_eq!(queue.peek(usize::MAX, usize::MAX).unwrap(), model.clone());
                prop_assert_eq!(queue.last_id(), last);
            }
        }
    }

    #[test]
    fn too_much_gives_up_the_oldest_and_counts_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open_with_limit(folder.path(), 20 << 20).unwrap();
        let megabyte = vec![7; 1 << 20];
        for _ in 0..40 {
            queue.push([megabyte.as_slice()]).unwrap();
        }
        assert!(queue.given_up() > 0);
        assert_eq!(queue.len() as u64 + queue.given_up(), 40);
        assert_eq!(queue.peek(1, 1).unwrap()[0].0, queue.given_up() + 1);
    }
}
