//! What a conversation has shown so far: calls without answer, files, names of handles.

use super::files::{Files, Target};
use super::fourth;
use super::older;
use super::rpc::{self, Call, Message, NFS_PROGRAM, Reply, Wrap};
use super::transaction::{Answer, NfsTransaction, Request, Stretch, Transfer};
use crate::cursor::Cursor;
use crate::limits::{NFS_CALLS_MAX, NFS_HANDLE_BYTES_MAX};
use crate::protocol::{Direction, ProtocolSpec, Visitor};
use std::collections::VecDeque;

/// Bytes of a page: a stable write of anything but whole pages is the last of its file.
const PAGE_BYTES: u64 = 4096;

/// A call whose answer is still to come.
struct Pending {
    call: u32,
    version: u32,
    procedure: u32,
    wrap: Wrap,
    transaction: Option<NfsTransaction>,
    /// The file that is read, from where.
    read: Option<(NfsTransaction, u64)>,
    /// Name of the file whose handle the answer brings.
    name: Vec<u8>,
}

/// Bytes of a file in a message.
pub(super) struct Data {
    pub target: Target,
    /// Where they stand in the message.
    pub place: usize,
    pub length: u64,
}

/// Everything known of a conversation.
pub(super) struct Session {
    spec: &'static ProtocolSpec,
    next_id: u64,
    calls: VecDeque<Pending>,
    files: Files,
}

impl Session {
    pub fn new(spec: &'static ProtocolSpec) -> Self {
        Self {
            spec,
            next_id: 0,
            calls: VecDeque::new(),
            files: Files::default(),
        }
    }

    /// A message, whole or as far as it is held; the bytes of a file in it come back.
    pub fn message(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Option<Data> {
        let mut cursor = Cursor::new(bytes);
        let Some(message) = rpc::message(&mut cursor) else {
            visitor.anomaly("malformed_data", direction, None);
            return None;
        };
        match (message, direction) {
            (Message::Call(call), Direction::ToServer) if call.program == NFS_PROGRAM => {
                self.call(call, &mut cursor, visitor)
            }
            (Message::Reply(reply), Direction::ToClient) => self.reply(reply, &mut cursor, visitor),
            // Servers call back, with another program.
            _ => None,
        }
    }

    fn call(
        &mut self,
        call: Call,
        cursor: &mut Cursor<'_>,
        visitor: &mut dyn Visitor,
    ) -> Option<Data> {
        let direction = Direction::ToServer;
        if !(2..=4).contains(&call.version) {
            visitor.anomaly("unsupported_version", direction, None);
            return None;
        }
        let wrap = call.credential.wrap();
        let request = arguments(&call, wrap, cursor);
        if request.is_none() && wrap != Wrap::Closed {
            visitor.anomaly("malformed_data", direction, None);
        }
        let request = request.unwrap_or_else(|| Request {
            operation: call.procedure,
            is_told: call.version < 4,
            ..Request::default()
        });
        let mut pending = Pending {
            call: call.id,
            version: call.version,
            procedure: call.procedure,
            wrap,
            transaction: None,
            read: None,
            name: request.name.clone(),
        };
        if !request.silent_name.is_empty() {
            pending.name.clone_from(&request.silent_name);
        }
        if request.closes {
            self.files.close(&request.handle, direction, visitor);
        }
        let mut data = None;
        match request.stretch {
            Some(stretch) if stretch.place.is_some() => {
                data = self.write(&call, &request, stretch, visitor);
            }
            Some(stretch) => {
                let transaction = self.transaction(&call, &request);
                pending.read = Some((transaction, stretch.offset));
            }
            None if request.is_told => {
                let transaction = self.numbered(&call, &request);
                visitor.side_complete(&transaction, direction);
                pending.transaction = Some(transaction);
            }
            None => {}
        }
        self.await_answer(pending, visitor);
        data
    }

    fn await_answer(&mut self, pending: Pending, visitor: &mut dyn Visitor) {
        if self.calls.len() >= NFS_CALLS_MAX
            && let Some(oldest) = self.calls.pop_front()
            && let Some(transaction) = oldest.transaction
        {
            visitor.transaction_complete(&transaction);
        }
        self.calls.push_back(pending);
    }

    /// A transaction that has no number yet.
    fn transaction(&self, call: &Call, request: &Request) -> NfsTransaction {
        let known = self.files.name_of(&request.handle);
        NfsTransaction {
            id: 0,
            spec: self.spec,
            call: call.id,
            version: call.version,
            procedure: request.operation,
            credential: call.credential.clone(),
            is_denied: false,
            status: 0,
            handle: request.handle.clone(),
            name: if request.name.is_empty() {
                known.to_vec()
            } else {
                request.name.clone()
            },
            new_name: request.new_name.clone(),
            transfer: None,
        }
    }

    fn numbered(&mut self, call: &Call, request: &Request) -> NfsTransaction {
        let mut transaction = self.transaction(call, request);
        transaction.id = self.number();
        transaction
    }

    const fn number(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        id
    }

    fn write(
        &mut self,
        call: &Call,
        request: &Request,
        stretch: Stretch,
        visitor: &mut dyn Visitor,
    ) -> Option<Data> {
        let transaction = self.transaction(call, request);
        let place = stretch.place?;
        let is_all = stretch.is_stable && !stretch.length.is_multiple_of(PAGE_BYTES);
        self.pass(transaction, stretch.offset, Direction::ToServer, visitor);
        Some(Data {
            target: Target {
                handle: request.handle.clone(),
                direction: Direction::ToServer,
                offset: stretch.offset,
                closes: is_all,
            },
            place,
            length: stretch.length,
        })
    }

    /// Bytes of a file pass: it begins or goes on.
    fn pass(
        &mut self,
        mut transaction: NfsTransaction,
        offset: u64,
        direction: Direction,
        visitor: &mut dyn Visitor,
    ) {
        let call = transaction.call;
        if let Some(passing) = self.files.passing(&transaction.handle, direction) {
            if let Some(transfer) = &mut passing.transfer {
                transfer.further = transfer.further.saturating_add(1);
                transfer.last_call = call;
                transfer.is_first |= offset == 0;
            }
            return;
        }
        transaction.id = self.number();
        let name = self.files.name_of(&transaction.handle).to_vec();
        if transaction.version >= 4 {
            transaction.name = Vec::new();
        }
        transaction.transfer = Some(Box::new(Transfer {
            name,
            direction,
            further: 0,
            last_call: call,
            is_first: offset == 0,
            is_last: false,
            inspected: Vec::new(),
        }));
        self.files.begin(transaction, direction, visitor);
    }

    fn reply(
        &mut self,
        reply: Reply,
        cursor: &mut Cursor<'_>,
        visitor: &mut dyn Visitor,
    ) -> Option<Data> {
        let place = self
            .calls
            .iter()
            .position(|pending| pending.call == reply.id)?;
        let pending = self.calls.remove(place)?;
        let answer = if reply.is_success {
            results(&pending, cursor)
        } else {
            None
        };
        let answer = answer.unwrap_or_default();
        for (handle, name) in answer.entries {
            self.files.name(handle, name);
        }
        if let Some(handle) = answer.made.filter(|handle| is_handle(handle)) {
            self.files.name(handle, pending.name);
        }
        if let Some(mut transaction) = pending.transaction {
            transaction.status = answer.status;
            transaction.is_denied = reply.is_denied;
            if let Some(handle) = answer.handle.filter(|handle| is_handle(handle)) {
                transaction.handle = handle;
            }
            visitor.side_complete(&transaction, Direction::ToClient);
            visitor.transaction_complete(&transaction);
        }
        let ((transaction, offset), found) = pending.read.zip(answer.found)?;
        let handle = transaction.handle.clone();
        if found.length > 0 || offset == 0 {
            self.pass(transaction, offset, Direction::ToClient, visitor);
        }
        Some(Data {
            target: Target {
                handle,
                direction: Direction::ToClient,
                offset,
                closes: found.is_end,
            },
            place: found.place,
            length: found.length,
        })
    }

    /// The next bytes of a file.
    pub fn data(&mut self, target: &mut Target, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.files.data(target, bytes, visitor);
    }

    /// Bytes of a file are missing from the capture.
    pub fn lose(&mut self, target: &mut Target, missing: u64, visitor: &mut dyn Visitor) {
        self.files.lose(target, missing, visitor);
    }

    /// All bytes of a message have come.
    pub fn data_ends(&mut self, target: &Target, visitor: &mut dyn Visitor) {
        if target.closes {
            self.files.close(&target.handle, target.direction, visitor);
        }
    }

    /// The conversation ends.
    pub fn finish(&mut self, visitor: &mut dyn Visitor) {
        for pending in self.calls.drain(..) {
            if let Some(transaction) = pending.transaction {
                visitor.transaction_complete(&transaction);
            }
        }
        self.files.finish(visitor);
    }
}

const fn is_handle(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.len() <= NFS_HANDLE_BYTES_MAX
}

/// What a call asks for; None where it cannot be read.
fn arguments(call: &Call, wrap: Wrap, cursor: &mut Cursor<'_>) -> Option<Request> {
    unwrap(wrap, cursor)?;
    let request = match call.version {
        4 => fourth::request(call.procedure, cursor),
        version => older::request(version, call.procedure, cursor),
    };
    request.filter(|request| request.handle.len() <= NFS_HANDLE_BYTES_MAX)
}

fn results(pending: &Pending, cursor: &mut Cursor<'_>) -> Option<Answer> {
    unwrap(pending.wrap, cursor)?;
    match pending.version {
        4 => fourth::answer(pending.procedure, cursor),
        version => older::answer(version, pending.procedure, cursor),
    }
}

/// Passes over what a security context puts before.
fn unwrap(wrap: Wrap, cursor: &mut Cursor<'_>) -> Option<()> {
    match wrap {
        Wrap::None => Some(()),
        Wrap::Integrity => cursor.skip(8),
        Wrap::Closed => None,
    }
}
