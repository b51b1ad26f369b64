//! Calls with their answers, and files that pass.

use super::rpc::Credential;
use crate::protocol::{Direction, ProtocolSpec};

/// What a call asks for.
#[derive(Debug, Default)]
pub(super) struct Request {
    /// The procedure, or the operation of version 4 that matters most.
    pub operation: u32,
    /// It is a transaction of its own.
    pub is_told: bool,
    /// The file or directory asked about.
    pub handle: Vec<u8>,
    /// A name in it.
    pub name: Vec<u8>,
    /// The name it gets.
    pub new_name: Option<Vec<u8>>,
    /// Bytes read or written.
    pub stretch: Option<Stretch>,
    /// Writing ends.
    pub closes: bool,
    /// Name of the file whose handle the answer brings, where it is not told of.
    pub silent_name: Vec<u8>,
}

/// Bytes of a file that a call reads or writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stretch {
    pub offset: u64,
    pub length: u64,
    /// The server is to put them on its disk at once.
    pub is_stable: bool,
    /// Where they stand in the message; None where they are read.
    pub place: Option<usize>,
}

impl Stretch {
    pub const fn read(offset: u64, length: u64) -> Self {
        Self {
            offset,
            length,
            is_stable: false,
            place: None,
        }
    }

    pub const fn write(offset: u64, length: u64, is_stable: bool, place: usize) -> Self {
        Self {
            offset,
            length,
            is_stable,
            place: Some(place),
        }
    }
}

/// What an answer says.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub status: u32,
    /// The handle to tell in the event.
    pub handle: Option<Vec<u8>>,
    /// Handle of the file that was named in the call.
    pub made: Option<Vec<u8>>,
    /// Bytes that were read.
    pub found: Option<Found>,
    /// Handles and names in a directory.
    pub entries: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Bytes that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where they stand in the message.
    pub place: usize,
    pub length: u64,
    /// The file has no more.
    pub is_end: bool,
}

/// A file that is read or written.
#[derive(Debug)]
pub struct Transfer {
    /// Its name, as far as it is known.
    pub name: Vec<u8>,
    /// Which way the bytes travel.
    pub direction: Direction,
    /// Calls after the first.
    pub further: u64,
    /// Number of the last call.
    pub last_call: u32,
    /// Its beginning was seen.
    pub is_first: bool,
    /// Its end was seen.
    pub is_last: bool,
    /// First bytes, for rules, until they have looked.
    pub inspected: Vec<u8>,
}

/// A call with its answer, or a file that passes.
pub struct NfsTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Protocol told of.
    pub spec: &'static ProtocolSpec,
    /// Number of the call.
    pub call: u32,
    /// Version of NFS.
    pub version: u32,
    /// Procedure, or operation of version 4.
    pub procedure: u32,
    /// Who calls.
    pub credential: Credential,
    /// It was not let in.
    pub is_denied: bool,
    /// What became of it.
    pub status: u32,
    /// The file or directory.
    pub handle: Vec<u8>,
    /// Name of a file.
    pub name: Vec<u8>,
    /// The name it gets.
    pub new_name: Option<Vec<u8>>,
    /// The file, where one passes.
    pub transfer: Option<Box<Transfer>>,
}
