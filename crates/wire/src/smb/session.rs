//! What a conversation has shown so far: requests without answer, shares, open files, pipes.

use super::names::{first, second};
use super::transaction::{
    Common, Connect, Detail, FileKey, Opened, SmbTransaction, Status, Transfer,
};
use crate::dcerpc::{Association, Call, Told, begins_connection};
use crate::limits::{
    SMB_FILE_INSPECTED_BYTES_MAX, SMB_FILES_MAX, SMB_READS_MAX, SMB_SPLIT_TRANSACTIONS_MAX,
    SMB_TRANSACTIONS_MAX, SMB_TRANSFERS_MAX, SMB_TREES_MAX, SMB_WAITING_BYTES_MAX,
};
use crate::passing::{Carrier, PassingFile};
use crate::protocol::{Direction, Visitor};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

type Track = PassingFile<SmbTransaction>;

impl Carrier for SmbTransaction {
    const INSPECTED_BYTES_MAX: usize = SMB_FILE_INSPECTED_BYTES_MAX;

    fn file_name(&self) -> &[u8] {
        self.transfer().map_or(&[], |transfer| &transfer.name)
    }

    fn inspected(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.detail {
            Detail::Transfer(transfer) => Some(&mut transfer.inspected),
            _ => None,
        }
    }
}

/// A share that is open.
#[derive(Clone, Debug, Default)]
struct Tree {
    share: Arc<[u8]>,
    is_pipe: bool,
}

/// What an open file is.
#[derive(Debug, Default)]
enum Kind {
    /// Its share was not seen: its first bytes decide.
    #[default]
    Unknown,
    File,
    Pipe(Box<Association<Common>>),
    /// A pipe that carries something else.
    OtherPipe,
}

/// A file, directory or pipe that is open.
#[derive(Debug, Default)]
struct OpenFile {
    name: Vec<u8>,
    share: Arc<[u8]>,
    size: Option<u64>,
    kind: Kind,
    sent: Option<Track>,
    received: Option<Track>,
}

impl OpenFile {
    const fn track(&mut self, direction: Direction) -> &mut Option<Track> {
        match direction {
            Direction::ToServer => &mut self.sent,
            Direction::ToClient => &mut self.received,
        }
    }
}

/// A request whose answer brings bytes of a file or pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Awaited {
    pub version: u8,
    pub message: u64,
    pub file: FileKey,
    pub offset: u64,
}

/// Where data of a message goes.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub file: FileKey,
    pub direction: Direction,
    pub offset: u64,
    pub common: Common,
    /// Nothing of it has come yet.
    pub is_fresh: bool,
    /// All of it comes at once.
    pub is_whole: bool,
}

/// Data that is passed on as it comes: where it goes, where it begins in the message, how long it is.
pub(super) struct Streamed {
    pub target: Option<Target>,
    pub data: usize,
    pub length: u64,
}

/// Everything known of a conversation.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub dialect: Arc<[u8]>,
    /// Greatest read and write that the server allows.
    pub sizes: Option<(u32, u32)>,
    next_transaction: u64,
    next_file: u64,
    open: Vec<SmbTransaction>,
    /// Transactions among them (or answered since) whose request was not told at once.
    untold: usize,
    trees: BTreeMap<u32, Tree>,
    files: BTreeMap<FileKey, OpenFile>,
    awaited: VecDeque<Awaited>,
    /// Transactions of version 1 whose data comes in several messages: number, file, bytes to come.
    split: VecDeque<(u64, FileKey, usize)>,
}

impl Session {
    /// A request begins a transaction. That of a share is told when it is known what share it is.
    pub fn request(&mut self, common: Common, detail: Detail, visitor: &mut dyn Visitor) {
        if self.open.len() >= SMB_TRANSACTIONS_MAX {
            let mut oldest = self.open.remove(0);
            self.complete(&mut oldest, visitor);
        }
        let mut transaction = SmbTransaction {
            id: self.next_transaction,
            common,
            dialect: Arc::clone(&self.dialect),
            detail,
            request_told: false,
        };
        self.next_transaction = self.next_transaction.saturating_add(1);
        if !matches!(transaction.detail, Detail::Connect(_)) {
            transaction.request_told = true;
            visitor.side_complete(&transaction, Direction::ToServer);
        } else {
            self.untold = self.untold.saturating_add(1);
        }
        self.open.push(transaction);
    }

    /// The client goes on: shares that it did not wait for are told as they are known.
    pub fn client_goes_on(&mut self, visitor: &mut dyn Visitor) {
        if self.untold > 0 {
            self.untold = 0;
            for transaction in &mut self.open {
                tell_request(transaction, visitor);
            }
        }
    }

    /// An answer ends a transaction, after `fill` has put into it what the answer says.
    pub fn answer(
        &mut self,
        common: &Common,
        fill: impl FnOnce(&mut Self, &mut Detail),
        visitor: &mut dyn Visitor,
    ) {
        let place = self.open.iter().position(|known| {
            known.common.version == common.version
                && known.common.command == common.command
                && known.common.message == common.message
        });
        // The answer to a negotiation may be of the other version.
        let place = place.or_else(|| {
            let negotiates = common.version == 2 && common.command == second::NEGOTIATE;
            let wanted = |known: &SmbTransaction| {
                known.common.version == 1 && known.common.command == first::NEGOTIATE.into()
            };
            negotiates.then(|| self.open.iter().position(wanted))?
        });
        let Some(place) = place else { return };
        let mut transaction = self.open.remove(place);
        let kept = &mut transaction.common;
        kept.status = common.status;
        kept.session = common.session;
        if matches!(transaction.detail, Detail::Connect(_)) && common.tree != 0 {
            kept.tree = common.tree;
        }
        fill(self, &mut transaction.detail);
        if let Detail::Connect(connect) = &transaction.detail {
            self.connected(common, connect);
        }
        transaction.dialect = Arc::clone(&self.dialect);
        tell_request(&mut transaction, visitor);
        visitor.side_complete(&transaction, Direction::ToClient);
        visitor.transaction_complete(&transaction);
    }

    fn connected(&mut self, common: &Common, connect: &Connect) {
        if !common.status.is_none_or(Status::is_success) {
            return;
        }
        if self.trees.len() >= SMB_TREES_MAX {
            self.trees.pop_first();
        }
        self.trees.insert(
            common.tree,
            Tree {
                share: connect.share.as_slice().into(),
                is_pipe: connect.kind == Some("PIPE"),
            },
        );
    }

    /// A share is let go.
    pub fn disconnect(&mut self, tree: u32) {
        self.trees.remove(&tree);
    }

    /// A file was opened under a handle.
    pub fn opened(&mut self, tree: u32, name: &[u8], opened: &Opened, visitor: &mut dyn Visitor) {
        self.close(opened.file, visitor);
        if self.files.len() >= SMB_FILES_MAX
            && let Some(file) = self.files.keys().next().copied()
        {
            self.close(file, visitor);
        }
        let tree = self.trees.get(&tree);
        let kind = match tree {
            Some(Tree { is_pipe: true, .. }) => Kind::Pipe(Box::new(Association::over_pipe())),
            Some(_) => Kind::File,
            None => Kind::Unknown,
        };
        self.files.insert(
            opened.file,
            OpenFile {
                name: name.to_vec(),
                share: tree.map(|tree| Arc::clone(&tree.share)).unwrap_or_default(),
                size: Some(opened.size),
                kind,
                sent: None,
                received: None,
            },
        );
    }

    /// Name of an open file.
    pub fn name_of(&self, file: FileKey) -> Vec<u8> {
        self.files
            .get(&file)
            .map(|open| open.name.clone())
            .unwrap_or_default()
    }

    /// A handle is let go: its files end, its calls as well.
    pub fn close(&mut self, file: FileKey, visitor: &mut dyn Visitor) {
        if let Some(open) = self.files.remove(&file) {
            self.end_file(open, true, visitor);
        }
    }

    fn end_file(&mut self, mut open: OpenFile, closed: bool, visitor: &mut dyn Visitor) {
        if let Some(track) = open.sent.take() {
            end_track(track, closed, visitor);
        }
        if let Some(track) = open.received.take() {
            // A file that was read in part only is not the file.
            let whole = open.size.is_none_or(|size| track.next() >= size);
            end_track(track, closed && whole, visitor);
        }
        if let Kind::Pipe(mut association) = open.kind {
            let dialect = Arc::clone(&self.dialect);
            association.finish(&mut |call, common, told| {
                tell_call(call, common, told, None, &dialect, &mut 0, visitor);
            });
        }
    }

    /// An answer will bring bytes.
    pub fn await_bytes(&mut self, awaited: Awaited) {
        if self.awaited.len() >= SMB_READS_MAX {
            self.awaited.pop_front();
        }
        self.awaited.push_back(awaited);
    }

    /// More data of a transaction will come in further messages.
    pub fn splits(&mut self, message: u64, file: FileKey, left: usize) {
        if self.split.len() >= SMB_SPLIT_TRANSACTIONS_MAX {
            self.split.pop_front();
        }
        self.split.push_back((message, file, left));
    }

    /// Whether data of a transaction is still to come.
    pub fn is_split(&self, message: u64) -> bool {
        self.split.iter().any(|(known, _, _)| *known == message)
    }

    /// That many bytes more of a transaction's data have come; the file that they go to.
    pub fn continues(&mut self, message: u64, bytes: usize) -> Option<FileKey> {
        let place = self
            .split
            .iter()
            .position(|(known, _, _)| *known == message)?;
        let (_, file, left) = self.split.get_mut(place)?;
        let file = *file;
        *left = left.saturating_sub(bytes);
        if *left == 0 {
            self.split.remove(place);
        }
        Some(file)
    }

    /// What an answer's bytes are of.
    pub fn awaited(&mut self, common: &Common) -> Option<Awaited> {
        let place = self
            .awaited
            .iter()
            .position(|known| known.version == common.version && known.message == common.message)?;
        self.awaited.remove(place)
    }

    /// Where the data of an answer goes that is passed on as it comes.
    pub fn awaited_target(&mut self, common: Common) -> Option<Target> {
        let awaited = self.awaited(&common)?;
        Some(Target {
            file: awaited.file,
            direction: Direction::ToClient,
            offset: awaited.offset,
            common,
            is_fresh: true,
            is_whole: false,
        })
    }

    /// A handle is to be let go: at once, unless bytes of it are still awaited.
    pub fn close_requested(&mut self, common: &Common, file: FileKey, visitor: &mut dyn Visitor) {
        if self.awaited.iter().any(|known| known.file == file) {
            self.await_bytes(Awaited {
                version: common.version,
                message: common.message,
                file,
                offset: 0,
            });
        } else {
            self.close(file, visitor);
        }
    }

    /// Whether calls may pass over a file, as far as one knows.
    pub fn may_be_pipe(&self, file: FileKey) -> bool {
        self.files
            .get(&file)
            .is_none_or(|open| matches!(open.kind, Kind::Pipe(_) | Kind::Unknown))
    }

    /// The next bytes of a file or pipe; whether they were understood as remote calls.
    pub fn data(&mut self, target: &mut Target, bytes: &[u8], visitor: &mut dyn Visitor) -> bool {
        let known = self.files.contains_key(&target.file);
        if !known {
            let opened = Opened {
                file: target.file,
                size: u64::MAX,
                ..Opened::default()
            };
            self.opened(target.common.tree, b"", &opened, visitor);
            if let Some(open) = self.files.get_mut(&target.file) {
                open.size = None;
            }
        }
        let Some(open) = self.files.get_mut(&target.file) else {
            return false;
        };
        if matches!(open.kind, Kind::Unknown) {
            // Only of whole messages can one tell.
            open.kind = if target.is_whole && begins_connection(target.direction, bytes) {
                Kind::Pipe(Box::new(Association::over_pipe()))
            } else {
                Kind::File
            };
        }
        let understood = match open.kind {
            Kind::Pipe(_) => self.call_bytes(target, bytes, visitor),
            Kind::OtherPipe => false,
            Kind::File | Kind::Unknown => {
                self.file_bytes(target, bytes, visitor);
                false
            }
        };
        target.is_fresh = false;
        target.offset = target.offset.saturating_add(bytes.len() as u64);
        understood
    }

    /// Bytes of a file or pipe are missing from the capture.
    pub fn lose(&mut self, target: &mut Target, missing: u64, visitor: &mut dyn Visitor) {
        if let Some(open) = self.files.get_mut(&target.file) {
            if let Some(track) = open.track(target.direction) {
                track.lose(target.offset, missing, visitor);
            }
            if let Kind::Pipe(association) = &mut open.kind {
                association.gap(target.direction);
            }
        }
        target.offset = target.offset.saturating_add(missing);
    }

    /// Bytes of remote calls; whether they were understood as such.
    fn call_bytes(&mut self, target: &Target, bytes: &[u8], visitor: &mut dyn Visitor) -> bool {
        let Some(open) = self.files.get_mut(&target.file) else {
            return false;
        };
        let Kind::Pipe(association) = &mut open.kind else {
            return false;
        };
        if target.is_fresh {
            association.restart(target.direction);
        }
        let (dialect, next) = (&self.dialect, &mut self.next_transaction);
        let status = target.common.status;
        let outcome = association.feed(
            target.direction,
            bytes,
            &target.common,
            &mut |call, common, told| {
                tell_call(call, common, told, status, dialect, next, visitor);
            },
        );
        let understood = association.has_messages();
        if outcome.is_err() && !understood {
            open.kind = Kind::OtherPipe;
        }
        outcome.is_ok()
    }

    fn file_bytes(&mut self, target: &Target, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.begin_file(target, visitor);
        let place = self.next_place(target);
        // Only what comes too early is held, so only then it matters how much is.
        let is_full = place.is_some_and(|place| target.offset > place)
            && self.waiting_bytes() > SMB_WAITING_BYTES_MAX;
        let Some(track) = self
            .files
            .get_mut(&target.file)
            .and_then(|open| open.track(target.direction).as_mut())
        else {
            return;
        };
        let id = track.transaction.id;
        let writes = target.direction == Direction::ToServer;
        if target.is_fresh && writes && target.offset < track.next() {
            visitor.anomaly("file_overlap", target.direction, Some(id));
        }
        if is_full {
            track.give_up_waiting(visitor);
        }
        if track.push(target.offset, bytes, visitor).is_err() {
            let name = if writes {
                "write_queue_size_exceeded"
            } else {
                "read_queue_size_exceeded"
            };
            visitor.anomaly(name, target.direction, Some(id));
        }
    }

    fn next_place(&mut self, target: &Target) -> Option<u64> {
        let open = self.files.get_mut(&target.file)?;
        open.track(target.direction).as_ref().map(Track::next)
    }

    /// A file's first bytes in a direction: from here on they are followed.
    fn begin_file(&mut self, target: &Target, visitor: &mut dyn Visitor) {
        let is_new = self
            .files
            .get_mut(&target.file)
            .is_some_and(|open| open.track(target.direction).is_none());
        if !is_new || self.tracks().count() >= SMB_TRANSFERS_MAX {
            return;
        }
        let (dialect, next) = (&self.dialect, &mut self.next_transaction);
        if let Some(open) = self.files.get_mut(&target.file) {
            let transfer = Transfer {
                name: open.name.clone(),
                share: Arc::clone(&open.share),
                file: target.file,
                direction: Some(target.direction),
                inspected: Vec::new(),
            };
            let transaction = SmbTransaction {
                id: *next,
                common: target.common.clone(),
                dialect: Arc::clone(dialect),
                detail: Detail::Transfer(Box::new(transfer)),
                request_told: false,
            };
            *next = next.saturating_add(1);
            let file = self.next_file;
            self.next_file = file.saturating_add(1);
            let track = Track::open(transaction, target.direction, file, visitor);
            *open.track(target.direction) = Some(track);
        }
    }

    fn waiting_bytes(&self) -> usize {
        self.tracks()
            .fold(0, |sum, track| sum.saturating_add(track.waiting_bytes()))
    }

    fn tracks(&self) -> impl Iterator<Item = &Track> {
        self.files
            .values()
            .flat_map(|open| [&open.sent, &open.received])
            .flatten()
    }

    /// Nothing more comes.
    pub fn finish(&mut self, visitor: &mut dyn Visitor) {
        for (_, open) in std::mem::take(&mut self.files) {
            self.end_file(open, false, visitor);
        }
        for mut transaction in std::mem::take(&mut self.open) {
            self.complete(&mut transaction, visitor);
        }
    }

    /// A transaction ends without its answer.
    fn complete(&self, transaction: &mut SmbTransaction, visitor: &mut dyn Visitor) {
        tell_request(transaction, visitor);
        transaction.dialect = Arc::clone(&self.dialect);
        visitor.transaction_complete(transaction);
    }
}

fn end_track(mut track: Track, complete: bool, visitor: &mut dyn Visitor) {
    track.close(complete, visitor);
    visitor.transaction_complete(&track.transaction);
}

fn tell_request(transaction: &mut SmbTransaction, visitor: &mut dyn Visitor) {
    if !transaction.request_told {
        transaction.request_told = true;
        visitor.side_complete(transaction, Direction::ToServer);
    }
}

/// Tells of a remote call; it is moved into its transaction and back.
fn tell_call(
    call: &mut Call,
    common: &mut Common,
    told: Told,
    status: Option<Status>,
    dialect: &Arc<[u8]>,
    next: &mut u64,
    visitor: &mut dyn Visitor,
) {
    if told == Told::Begun {
        call.id = *next;
        *next = next.saturating_add(1);
        return;
    }
    if told == Told::Side(Direction::ToClient) {
        common.status = status.or(common.status);
    }
    let transaction = SmbTransaction {
        id: call.id,
        common: common.clone(),
        dialect: Arc::clone(dialect),
        detail: Detail::Call(Box::new(std::mem::take(call))),
        request_told: true,
    };
    match told {
        Told::Side(direction) => visitor.side_complete(&transaction, direction),
        _ => visitor.transaction_complete(&transaction),
    }
    if let Detail::Call(back) = transaction.detail {
        *call = *back;
    }
}
