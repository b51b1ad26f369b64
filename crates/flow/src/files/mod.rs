//! Files that pass in flows: their type, digests and end.

mod hashing;
mod keeping;
mod kind;

#[cfg(test)]
mod tests;

use crate::conversation::{Digests, File, FilePhase};
use crate::limits::{FILE_HEAD_BYTES_MAX, FILE_NAME_BYTES_MAX, FILES_OPEN_MAX};
use event::{Record, Value};
use hashing::Hashing;
pub(crate) use keeping::Keeping;
use keeping::Share;
use std::sync::Arc;
use wire::protocol::{Direction, FileStart};

/// The files of one flow.
#[derive(Debug, Default)]
pub(crate) struct Files {
    followed: Vec<Followed>,
    count: u64,
    keeping: Option<Arc<Keeping>>,
}

/// One file that is followed.
#[derive(Debug)]
pub(crate) struct Followed {
    /// What listeners see.
    pub file: File,
    /// Fields of the transaction that carries it, under the names of its event.
    pub carrier: Vec<(&'static str, Record)>,
    /// The next phase to tell.
    told_begun: bool,
    told_end: bool,
    /// Number by its parser.
    parser_id: u64,
    hashing: Option<Box<Hashing>>,
    /// Room for its bytes; None once no more of it is kept.
    share: Option<Share>,
    closed: Option<bool>,
}

impl Followed {
    /// The phase that listeners have to hear of next, if it has come.
    pub fn due(&mut self) -> Option<FilePhase> {
        if !self.told_begun && (self.closed.is_some() || self.head_is_full()) {
            self.told_begun = true;
            return Some(FilePhase::Begun);
        }
        match self.closed {
            Some(complete) if !self.told_end => {
                self.told_end = true;
                Some(if complete && !self.file.gaps {
                    FilePhase::Complete
                } else {
                    FilePhase::Truncated
                })
            }
            _ => None,
        }
    }

    /// Whether nothing more comes.
    pub const fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    fn head_is_full(&self) -> bool {
        self.file.head.len() >= FILE_HEAD_BYTES_MAX
    }

    fn know_kind(&mut self) {
        let kind = kind::of(&self.file.head);
        self.file.mime = kind.mime;
        self.file.magic = kind.magic;
    }

    /// The `fileinfo` object of its event.
    pub fn record(&self) -> Record {
        let file = &self.file;
        let mut record = Record::new();
        record.push("filename", Value::bytes(&file.name));
        if let Some(magic) = file.magic {
            record.push("magic", magic);
        }
        if let Some(mime) = file.mime {
            record.push("mime_type", mime);
        }
        record.push("gaps", file.gaps);
        let state = match self.closed {
            Some(true) => "CLOSED",
            Some(false) => "TRUNCATED",
            None => "UNKNOWN",
        };
        record.push("state", state);
        if let Some(hashes) = &file.hashes {
            if let Some(md5) = &hashes.md5 {
                record.push("md5", hexadecimal(md5));
            }
            if let Some(sha1) = &hashes.sha1 {
                record.push("sha1", hexadecimal(sha1));
            }
            record.push("sha256", hexadecimal(&hashes.sha256));
        }
        record.push("stored", false);
        record.push("size", file.size);
        record.push("tx_id", file.transaction_id);
        record.push("file_id", file.id);
        record
    }
}

impl Files {
    /// Without files yet; their bytes are kept where there is room for them.
    pub fn keeping(keeping: Option<&Arc<Keeping>>) -> Self {
        Self {
            keeping: keeping.map(Arc::clone),
            ..Self::default()
        }
    }

    /// A file begins, with the digests that are wanted of it; false where too many are open already.
    pub fn open(
        &mut self,
        start: &FileStart<'_>,
        app_proto: &'static str,
        carrier: Vec<(&'static str, Record)>,
        digests: Digests,
    ) -> bool {
        if self.followed.len() >= FILES_OPEN_MAX {
            return false;
        }
        let kept = start.name.len().min(FILE_NAME_BYTES_MAX);
        let file = File {
            id: self.count,
            name: start.name.get(..kept).unwrap_or(&[]).to_vec(),
            direction: start.direction,
            transaction_id: start.transaction_id,
            app_proto,
            size: 0,
            mime: None,
            magic: None,
            head: Vec::new(),
            body: Arc::default(),
            gaps: false,
            hashes: None,
        };
        self.count = self.count.saturating_add(1);
        self.followed.push(Followed {
            file,
            carrier,
            told_begun: false,
            told_end: false,
            parser_id: start.id,
            hashing: Some(Box::new(Hashing::new(digests))),
            share: self.keeping.as_ref().map(Share::new),
            closed: None,
        });
        true
    }

    /// The next bytes of a file; gives back those that are not kept, where any of it were to be.
    pub fn data<'a>(&mut self, parser_id: u64, bytes: &'a [u8]) -> Option<(&File, &'a [u8])> {
        let followed = self.open_file(parser_id)?;
        let file = &mut followed.file;
        file.size = file.size.saturating_add(bytes.len() as u64);
        if file.head.len() < FILE_HEAD_BYTES_MAX && !file.gaps {
            let room = FILE_HEAD_BYTES_MAX.saturating_sub(file.head.len());
            let head = bytes.get(..room).unwrap_or(bytes);
            file.head.extend_from_slice(head);
            if followed.head_is_full() {
                followed.know_kind();
            }
        }
        if let Some(hashing) = &mut followed.hashing {
            hashing.update(bytes);
        }
        let share = followed.share.as_mut()?;
        if followed.file.gaps {
            return None;
        }
        let (kept, rest) = bytes.split_at_checked(share.take(bytes.len()))?;
        if !kept.is_empty() {
            Arc::make_mut(&mut followed.file.body).extend_from_slice(kept);
        }
        (!rest.is_empty()).then_some((&followed.file, rest))
    }

    /// Bytes of a file are missing.
    pub fn gap(&mut self, parser_id: u64, missing: u64) {
        if let Some(followed) = self.open_file(parser_id) {
            if !followed.head_is_full() {
                followed.know_kind();
            }
            followed.file.gaps = true;
            followed.file.size = followed.file.size.saturating_add(missing);
            followed.hashing = None;
        }
    }

    /// A file ends.
    pub fn close(&mut self, parser_id: u64, complete: bool) {
        if let Some(followed) = self.open_file(parser_id) {
            if !followed.head_is_full() && !followed.file.gaps {
                followed.know_kind();
            }
            followed.closed = Some(complete);
            let hashing = followed.hashing.take();
            if complete {
                followed.file.hashes = hashing.map(|hashing| hashing.finish());
            }
        }
    }

    /// Every file that was not closed ends as it is.
    pub fn close_all(&mut self) {
        let open: Vec<u64> = self
            .followed
            .iter()
            .filter(|followed| followed.closed.is_none())
            .map(|followed| followed.parser_id)
            .collect();
        for parser_id in open {
            self.close(parser_id, false);
        }
    }

    /// The files that a transaction carries in a direction, in order (every direction if None).
    pub fn of_transaction(
        &mut self,
        transaction_id: u64,
        direction: Option<Direction>,
    ) -> impl Iterator<Item = &mut Followed> {
        self.followed.iter_mut().filter(move |followed| {
            followed.file.transaction_id == transaction_id
                && direction.is_none_or(|direction| followed.file.direction == direction)
        })
    }

    /// All files, in order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Followed> {
        self.followed.iter_mut()
    }

    /// Takes the closed files out.
    pub fn take_closed(&mut self) -> Vec<Followed> {
        let (closed, open) = std::mem::take(&mut self.followed)
            .into_iter()
            .partition(Followed::is_closed);
        self.followed = open;
        closed
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.followed.is_empty()
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.followed.iter().fold(0, |sum, followed| {
            sum.saturating_add(followed.file.head.capacity())
                .saturating_add(1024)
        })
    }

    fn open_file(&mut self, parser_id: u64) -> Option<&mut Followed> {
        self.followed
            .iter_mut()
            .find(|followed| followed.parser_id == parser_id && followed.closed.is_none())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
