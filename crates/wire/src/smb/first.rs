//! What messages of version 1 mean for the conversation.

use super::names::first;
use super::second::log_in;
use super::session::{Awaited, Session, Streamed, Target};
use super::smb1::{self, Block, HEADER_BYTES, Header, Part};
use super::smb2::guid;
use super::transaction::{Common, Connect, Create, Detail, FileKey, Negotiate, Opened, Status};
use crate::limits::SMB_ANDX_MAX;
use crate::ntlmssp::Authenticate;
use crate::protocol::{Direction, Visitor};

/// Set-up word of a transaction over a named pipe.
const TRANSACT_PIPE: u16 = 0x0026;
/// The file goes away when it is closed.
const DELETE_ON_CLOSE: u32 = 0x1000;
/// It must be a directory.
const DIRECTORY: u32 = 0x0001;

/// What stands in every message, for one of its commands.
fn common(header: &Header, command: u8) -> Common {
    let status = if header.is_nt() {
        Status::Nt(header.status)
    } else {
        let [class, _, low, high] = header.status.to_le_bytes();
        Status::Dos(class, u16::from_le_bytes([low, high]))
    };
    Common {
        version: 1,
        command: command.into(),
        session: header.user.into(),
        tree: header.tree.into(),
        message: u64::from(header.process) << 16 | u64::from(header.multiplex),
        status: header.is_response().then_some(status),
    }
}

fn target(common: Common, file: u16, offset: u64) -> Target {
    Target {
        file: FileKey::short(file),
        direction: Direction::ToServer,
        offset,
        common,
        is_fresh: true,
        is_whole: true,
    }
}

/// A message, whole or as far as it is held, with all its commands.
pub(super) fn message(
    session: &mut Session,
    header: &Header,
    message: &[u8],
    direction: Direction,
    visitor: &mut dyn Visitor,
) {
    let mut command = header.command;
    let mut offset = HEADER_BYTES;
    for _ in 0..SMB_ANDX_MAX {
        let Some(block) = smb1::block(header, message, offset) else {
            if header.status == 0 || direction == Direction::ToServer {
                visitor.anomaly("malformed_data", direction, None);
            }
            return;
        };
        let mut step = Step {
            session,
            header,
            common: common(header, command),
            block,
        };
        match direction {
            Direction::ToServer => {
                if step.request(command, visitor).is_none() {
                    visitor.anomaly("malformed_data", direction, None);
                }
            }
            Direction::ToClient => step.response(command, visitor),
        }
        let further = smb1::has_further(command)
            .then(|| block.further())
            .flatten();
        match further {
            Some((next, place)) if place > offset => (command, offset) = (next, place),
            _ => return,
        }
    }
}

/// The data of a write that stands alone in its message and is passed on as it comes. None while `message` is too short to say, or where it is no such write.
pub(super) fn write_begins(header: &Header, message: &[u8]) -> Option<Streamed> {
    let words = lone_words(message, 12)?;
    let stretch = smb1::write_request(words)?;
    let common = common(header, header.command);
    let target = Target {
        is_whole: false,
        ..target(common, stretch.file, stretch.offset)
    };
    Some(Streamed {
        target: Some(target),
        data: stretch.data,
        length: stretch.length as u64,
    })
}

/// The same for the answer to a read.
pub(super) fn read_begins(
    session: &mut Session,
    header: &Header,
    message: &[u8],
) -> Option<Streamed> {
    let words = lone_words(message, 12)?;
    let (length, data) = smb1::read_response(words)?;
    Some(Streamed {
        target: session.awaited_target(common(header, header.command)),
        data,
        length: length as u64,
    })
}

/// Parameters of a command behind which no other stands.
fn lone_words(message: &[u8], least: usize) -> Option<&[u8]> {
    let count = usize::from(*message.get(HEADER_BYTES)?);
    let start = HEADER_BYTES.saturating_add(1);
    let end = start.saturating_add(count.saturating_mul(2));
    let words = message.get(start..end)?;
    (count >= least && words.first() == Some(&first::NO_FURTHER)).then_some(words)
}

/// One command of a message.
struct Step<'s, 'm> {
    session: &'s mut Session,
    header: &'s Header,
    common: Common,
    block: Block<'m>,
}

impl Step<'_, '_> {
    fn request(&mut self, command: u8, visitor: &mut dyn Visitor) -> Option<()> {
        let detail = match command {
            first::NEGOTIATE => self.negotiate(visitor),
            first::SESSION_SETUP => self.log_in(visitor)?,
            first::TREE_CONNECT => {
                let (share, service) = smb1::connect_request(&self.block)?;
                Detail::Connect(Box::new(Connect {
                    share,
                    service: Some((service, Vec::new())),
                    ..Connect::default()
                }))
            }
            first::NT_CREATE => {
                let (name, disposition, options) = smb1::create_request(&self.block)?;
                created(name, disposition, options)
            }
            first::OPEN_ANDX => created(smb1::open_request(&self.block)?, 1, 0),
            first::RENAME => {
                let (from, to) = smb1::names(&self.block)?;
                Detail::Rename {
                    from,
                    to: to.unwrap_or_default(),
                }
            }
            first::DELETE => Detail::Dispose {
                name: smb1::names(&self.block)?.0,
            },
            first::CLOSE => {
                let file = FileKey::short(smb1::file(&self.block)?);
                self.session.close_requested(&self.common, file, visitor);
                Detail::None
            }
            first::READ_ANDX => return self.read(),
            first::WRITE_ANDX => return self.write(visitor),
            first::WRITE => return self.old_write(3, false, visitor),
            first::WRITE_AND_CLOSE => return self.old_write(1, true, visitor),
            first::TRANS => {
                if self.call(visitor) {
                    return Some(());
                }
                Detail::None
            }
            first::TRANS_SECONDARY => {
                if self.call_continues(visitor) {
                    return Some(());
                }
                Detail::None
            }
            _ => Detail::None,
        };
        self.session.request(self.common.clone(), detail, visitor);
        Some(())
    }

    fn negotiate(&self, visitor: &mut dyn Visitor) -> Detail {
        let dialects = smb1::negotiate_request(&self.block);
        if dialects.is_none() {
            visitor.anomaly("negotiate_malformed_dialects", Direction::ToServer, None);
        }
        Detail::Negotiate(Box::new(Negotiate {
            dialects: dialects.unwrap_or_default(),
            ..Negotiate::default()
        }))
    }

    fn log_in(&self, visitor: &mut dyn Visitor) -> Option<Detail> {
        let setup = smb1::setup_request(&self.block)?;
        let mut detail = log_in(setup.token, visitor);
        if let Detail::Login(login) = &mut detail {
            login.client_system = setup.system;
            if let Some((user, domain)) = setup.account.filter(|(user, _)| !user.is_empty()) {
                login.ntlm = Some(Authenticate {
                    domain,
                    user,
                    ..Authenticate::default()
                });
            }
        }
        Some(detail)
    }

    fn read(&mut self) -> Option<()> {
        let stretch = smb1::read_request(&self.block)?;
        self.session.await_bytes(Awaited {
            version: 1,
            message: self.common.message,
            file: FileKey::short(stretch.file),
            offset: stretch.offset,
        });
        Some(())
    }

    fn write(&mut self, visitor: &mut dyn Visitor) -> Option<()> {
        let stretch = smb1::write_request(self.block.words)?;
        let rest = self.block.message.get(stretch.data..).unwrap_or_default();
        let data = rest.get(..stretch.length).unwrap_or(rest);
        let mut target = target(self.common.clone(), stretch.file, stretch.offset);
        self.session.data(&mut target, data, visitor);
        Some(())
    }

    fn old_write(&mut self, before: usize, closes: bool, visitor: &mut dyn Visitor) -> Option<()> {
        let (file, offset, data) = smb1::old_write_request(&self.block, before)?;
        let mut target = target(self.common.clone(), file, offset);
        self.session.data(&mut target, data, visitor);
        if closes {
            self.session.close(FileKey::short(file), visitor);
        }
        Some(())
    }

    /// A transaction over a pipe; whether it is one with remote calls.
    fn call(&mut self, visitor: &mut dyn Visitor) -> bool {
        let Some(transaction) = smb1::transaction_request(&self.block) else {
            return false;
        };
        let [low, high, file_low, file_high, ..] = transaction.setup else {
            return false;
        };
        let file = u16::from_le_bytes([*file_low, *file_high]);
        if u16::from_le_bytes([*low, *high]) != TRANSACT_PIPE
            || !self.session.may_be_pipe(FileKey::short(file))
        {
            return false;
        }
        let mut target = target(self.common.clone(), file, 0);
        let understood = self.session.data(&mut target, transaction.data, visitor);
        if understood {
            self.session.await_bytes(Awaited {
                version: 1,
                message: self.common.message,
                file: target.file,
                offset: 0,
            });
            let left = transaction.total.saturating_sub(transaction.data.len());
            if left > 0 {
                self.session.splits(self.common.message, target.file, left);
            }
        }
        understood
    }

    /// More data of such a transaction; whether it is known.
    fn call_continues(&mut self, visitor: &mut dyn Visitor) -> bool {
        let Some(part) = smb1::further_request(&self.block) else {
            return false;
        };
        let bytes = part.data.len();
        let Some(file) = self.session.continues(self.common.message, bytes) else {
            return false;
        };
        let mut target = Target {
            file,
            is_fresh: false,
            ..target(self.common.clone(), 0, 0)
        };
        self.session.data(&mut target, part.data, visitor);
        true
    }

    fn response(&mut self, command: u8, visitor: &mut dyn Visitor) {
        match command {
            first::READ_ANDX => {
                if let Some((length, at)) = smb1::read_response(self.block.words) {
                    let rest = self.block.message.get(at..).unwrap_or_default();
                    self.answered(rest.get(..length).unwrap_or(rest), visitor);
                } else {
                    self.session.awaited(&self.common);
                }
                return;
            }
            first::TRANS => {
                let part = smb1::transaction_response(&self.block);
                // The server asks for the rest of the request.
                if part.is_none() && self.session.is_split(self.common.message) {
                    return;
                }
                if self.call_answered(part, visitor) {
                    return;
                }
            }
            first::CLOSE => {
                if let Some(awaited) = self.session.awaited(&self.common) {
                    self.session.close(awaited.file, visitor);
                }
            }
            _ => {}
        }
        let mut opened = None;
        let (block, header) = (self.block, self.header);
        let fill = |session: &mut Session, detail: &mut Detail| {
            opened = fill(session, detail, command, &block, header);
        };
        self.session.answer(&self.common, fill, visitor);
        if let Some((name, file)) = opened {
            self.session
                .opened(self.header.tree.into(), &name, &file, visitor);
        }
    }

    /// Bytes that were awaited; whether they were.
    fn answered(&mut self, data: &[u8], visitor: &mut dyn Visitor) -> bool {
        let whole = Part {
            data,
            before: 0,
            total: data.len(),
        };
        self.call_answered(Some(whole), visitor)
    }

    /// The same for a part of them, behind which more may come.
    fn call_answered(&mut self, part: Option<Part<'_>>, visitor: &mut dyn Visitor) -> bool {
        let Some(awaited) = self.session.awaited(&self.common) else {
            return false;
        };
        let Some(part) = part else { return true };
        let mut target = Target {
            file: awaited.file,
            direction: Direction::ToClient,
            offset: awaited.offset,
            common: self.common.clone(),
            is_fresh: part.before == 0,
            is_whole: true,
        };
        self.session.data(&mut target, part.data, visitor);
        if !part.is_last() {
            self.session.await_bytes(awaited);
        }
        true
    }
}

fn created(name: Vec<u8>, disposition: u32, options: u32) -> Detail {
    Detail::Create(Box::new(Create {
        name,
        disposition,
        deletes_on_close: options & DELETE_ON_CLOSE != 0,
        is_directory: options & DIRECTORY != 0,
        opened: None,
    }))
}

/// Puts into a transaction what its answer says; a file that was opened comes back.
fn fill(
    session: &mut Session,
    detail: &mut Detail,
    command: u8,
    block: &Block<'_>,
    header: &Header,
) -> Option<(Vec<u8>, Opened)> {
    match detail {
        Detail::Negotiate(negotiate) => {
            let chosen = usize::from(smb1::negotiate_response(block)?);
            negotiate.server = smb1::server_identity(block).map(guid);
            session.dialect = negotiate.dialects.get(chosen)?.as_slice().into();
        }
        Detail::Login(login) => login.server_system = smb1::setup_response(block),
        Detail::Connect(connect) => {
            let service = smb1::connect_response(block)?;
            connect.kind = Some(match service.as_slice() {
                b"IPC" => "PIPE",
                b"LPT1:" => "PRINT",
                b"A:" => "FILE",
                _ => "UNKNOWN",
            });
            if let Some((_, given)) = &mut connect.service {
                *given = service;
            }
        }
        Detail::Create(create) if header.status == 0 => {
            let (file, times, size) = if command == first::NT_CREATE {
                smb1::create_response(block)?
            } else {
                let (file, size) = smb1::open_response(block)?;
                (file, [0; 4], size)
            };
            let opened = Opened {
                times: times.map(super::second::seconds),
                size,
                file: FileKey::short(file),
            };
            create.opened = Some(opened);
            return Some((create.name.clone(), opened));
        }
        Detail::Rename { .. }
        | Detail::Dispose { .. }
        | Detail::Create(_)
        | Detail::None
        | Detail::Control(_)
        | Detail::Call(_)
        | Detail::Transfer(_) => {}
    }
    None
}
