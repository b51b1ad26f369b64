//! A connection as one transfer.

use crate::limits::FTP_FILE_INSPECTED_BYTES_MAX;
use crate::protocol::{Direction, FileStart, Parser, Visitor};

/// What is moved.
#[derive(Debug)]
pub struct Transfer {
    /// RETR, STOR, LIST, ...; empty where the control connection did not say.
    pub command: Vec<u8>,
    /// Name of the file, for commands that move one.
    pub name: Vec<u8>,
    /// Which way it travels.
    pub direction: Direction,
    /// Its beginning.
    pub held: Vec<u8>,
}

/// The number of the only file.
const FILE: u64 = 0;

/// One connection.
#[derive(Debug)]
pub struct FtpData {
    transfer: Transfer,
    has_begun: bool,
    /// What is moved is a file, not a listing.
    is_file: bool,
    is_broken: bool,
    side_told: bool,
    is_over: bool,
}

impl Default for FtpData {
    fn default() -> Self {
        Self {
            transfer: Transfer {
                command: Vec::new(),
                name: Vec::new(),
                direction: Direction::ToServer,
                held: Vec::new(),
            },
            has_begun: false,
            is_file: true,
            is_broken: false,
            side_told: false,
            is_over: false,
        }
    }
}

impl Parser for FtpData {
    fn announced(&mut self, note: &[u8]) {
        let note = super::parser::note(note);
        self.transfer.command = note.command.to_vec();
        self.is_file = note.is_file();
        if self.is_file {
            self.transfer.name = note.name.to_vec();
        }
    }

    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        if bytes.is_empty() || !self.begins(direction, visitor) {
            return;
        }
        let held = &mut self.transfer.held;
        let room = FTP_FILE_INSPECTED_BYTES_MAX.saturating_sub(held.len());
        held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        if self.is_file {
            visitor.file_data(FILE, bytes);
        }
        if self.transfer.held.len() >= FTP_FILE_INSPECTED_BYTES_MAX {
            self.tell_side(visitor);
        }
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        if self.begins(direction, visitor) {
            self.is_broken = true;
            if self.is_file {
                visitor.file_gap(FILE, missing);
            }
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        if !self.has_begun || self.is_over || direction != self.transfer.direction {
            return;
        }
        self.is_over = true;
        if self.is_file {
            visitor.file_close(FILE, !self.is_broken);
        }
        self.tell_side(visitor);
        visitor.transaction_complete(&self.transfer);
    }
}

impl FtpData {
    /// The side that speaks first moves the file; whether `direction` is its.
    fn begins(&mut self, direction: Direction, visitor: &mut dyn Visitor) -> bool {
        if !self.has_begun {
            self.has_begun = true;
            self.transfer.direction = direction;
            if self.is_file {
                visitor.file_open(&FileStart {
                    id: FILE,
                    name: &self.transfer.name,
                    direction,
                    transaction_id: 0,
                    announced_size: None,
                    transaction: Some(&self.transfer),
                });
            }
        }
        direction == self.transfer.direction && !self.is_over
    }

    fn tell_side(&mut self, visitor: &mut dyn Visitor) {
        if !std::mem::replace(&mut self.side_told, true) {
            visitor.side_complete(&self.transfer, self.transfer.direction);
        }
    }
}
