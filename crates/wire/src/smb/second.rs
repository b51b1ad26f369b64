//! What messages of versions 2 and 3 mean for the conversation.

use super::login;
use super::names::{dialect_2, second};
use super::session::{Awaited, Session, Streamed, Target};
use super::smb2::{self, Change, Header};
use super::transaction::{
    Common, Connect, Create, Detail, FileKey, Login, Negotiate, Opened, Status,
};
use crate::protocol::{Direction, Visitor};

/// Calls over a pipe, request and answer in one.
const PIPE_TRANSCEIVE: u32 = 0x0011_c017;
/// The file goes away when it is closed.
const DELETE_ON_CLOSE: u32 = 0x1000;
/// It must be a directory.
const DIRECTORY: u32 = 0x0001;

/// What stands in every message, from the header.
fn common(header: &Header) -> Common {
    Common {
        version: 2,
        command: header.command,
        session: header.session,
        tree: header.tree,
        message: header.message,
        status: header.is_response().then_some(Status::Nt(header.status)),
    }
}

/// Seconds since 1970 of a time as Windows counts (100 ns since 1601).
pub(super) const fn seconds(time: u64) -> u64 {
    (time / 10_000_000).saturating_sub(11_644_473_600)
}

/// Reads the beginning of a write request.
pub(super) fn write_begins(
    session: &Session,
    header: &Header,
    message: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<Streamed> {
    let stretch = smb2::write_request(message)?;
    let most = session.sizes.map_or(0, |(_, most)| most);
    if most > 0 && stretch.length > most {
        visitor.anomaly("write_request_too_large", Direction::ToServer, None);
    }
    Some(Streamed {
        target: Some(Target {
            file: FileKey::long(stretch.file),
            direction: Direction::ToServer,
            offset: stretch.offset,
            common: common(header),
            is_fresh: true,
            is_whole: false,
        }),
        data: stretch.data,
        length: stretch.length.into(),
    })
}

/// Reads the beginning of the answer to a read.
pub(super) fn read_begins(
    session: &mut Session,
    header: &Header,
    message: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<Streamed> {
    let (data, length) = smb2::read_response(message)?;
    let most = session.sizes.map_or(0, |(most, _)| most);
    if most > 0 && length > most {
        visitor.anomaly("read_response_too_large", Direction::ToClient, None);
    }
    Some(Streamed {
        target: session.awaited_target(common(header)),
        data,
        length: length.into(),
    })
}

/// A request, whole or as far as it is held.
pub(super) fn request(
    session: &mut Session,
    header: &Header,
    message: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<()> {
    let common = common(header);
    let detail = match header.command {
        second::NEGOTIATE => {
            let (dialects, client) = smb2::negotiate_request(message)?;
            Detail::Negotiate(Box::new(Negotiate {
                dialects: dialects
                    .into_iter()
                    .map(|number| dialect_2(number).as_bytes().to_vec())
                    .collect(),
                client: Some(smb2::guid(client)),
                ..Negotiate::default()
            }))
        }
        second::SESSION_SETUP => log_in(smb2::setup_request(message)?, visitor),
        second::TREE_CONNECT => Detail::Connect(Box::new(Connect {
            share: smb2::connect_request(message)?,
            ..Connect::default()
        })),
        second::TREE_DISCONNECT => {
            session.disconnect(header.tree);
            Detail::None
        }
        second::CREATE => create(session, header, message, visitor)?,
        second::CLOSE => {
            let file = FileKey::long(smb2::close_request(message)?);
            session.close_requested(&common, file, visitor);
            Detail::None
        }
        second::READ => {
            read(session, &common, message, visitor)?;
            return Some(());
        }
        second::IOCTL => control(session, &common, message, visitor)?,
        second::SET_INFO => set(session, message)?,
        // Too many and too little said.
        second::GET_INFO | second::WRITE | second::OPLOCK_BREAK => return Some(()),
        _ => Detail::None,
    };
    if !matches!(&detail, Detail::Control(PIPE_TRANSCEIVE)) {
        session.request(common, detail, visitor);
    }
    Some(())
}

/// A log-in by its token.
pub(super) fn log_in(token: &[u8], visitor: &mut dyn Visitor) -> Detail {
    let token = login::token(token);
    if token.is_malformed {
        visitor.anomaly("malformed_ntlmssp_request", Direction::ToServer, None);
    }
    Detail::Login(Box::new(Login {
        ntlm: token.ntlm,
        kerberos: token.kerberos,
        ..Login::default()
    }))
}

fn create(
    session: &mut Session,
    header: &Header,
    message: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<Detail> {
    let request = smb2::create_request(message)?;
    if header.next != 0 {
        // Requests behind it in the same message name what it opens by a handle that says just that.
        let opened = Opened {
            file: FileKey::RELATED,
            ..Opened::default()
        };
        session.opened(header.tree, &request.name, &opened, visitor);
    }
    Some(Detail::Create(Box::new(Create {
        name: request.name,
        disposition: request.disposition,
        deletes_on_close: request.options & DELETE_ON_CLOSE != 0,
        is_directory: request.options & DIRECTORY != 0,
        opened: None,
    })))
}

fn read(
    session: &mut Session,
    common: &Common,
    message: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<()> {
    let stretch = smb2::read_request(message)?;
    let most = session.sizes.map_or(0, |(most, _)| most);
    if most > 0 && stretch.length > most {
        visitor.anomaly("read_request_too_large", Direction::ToServer, None);
    }
    session.await_bytes(Awaited {
        version: 2,
        message: common.message,
        file: FileKey::long(stretch.file),
        offset: stretch.offset,
    });
    Some(())
}

/// A function; remote calls are told as such, and come back as `PIPE_TRANSCEIVE`.
fn control(
    session: &mut Session,
    common: &Common,
    message: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<Detail> {
    let control = smb2::control(message, false)?;
    if control.function != PIPE_TRANSCEIVE {
        return Some(Detail::Control(control.function));
    }
    let file = FileKey::long(control.file);
    session.await_bytes(Awaited {
        version: 2,
        message: common.message,
        file,
        offset: 0,
    });
    if session.may_be_pipe(file) {
        let mut target = Target {
            file,
            direction: Direction::ToServer,
            offset: 0,
            common: common.clone(),
            is_fresh: true,
            is_whole: true,
        };
        session.data(&mut target, control.data, visitor);
    }
    Some(Detail::Control(PIPE_TRANSCEIVE))
}

fn set(session: &Session, message: &[u8]) -> Option<Detail> {
    let (file, change) = smb2::set_request(message)?;
    let name = session.name_of(FileKey::long(file));
    Some(match change {
        Change::Rename(to) => Detail::Rename { from: name, to },
        Change::Dispose => Detail::Dispose { name },
        Change::Other => Detail::None,
    })
}

/// An answer, whole or as far as it is held.
pub(super) fn response(
    session: &mut Session,
    header: &Header,
    message: &[u8],
    visitor: &mut dyn Visitor,
) {
    let common = common(header);
    if common.status.is_some_and(Status::is_pending) {
        return;
    }
    match header.command {
        second::READ => {
            session.awaited(&common);
            return;
        }
        second::IOCTL => {
            if let Some(awaited) = session.awaited(&common) {
                called(session, awaited, common, message, visitor);
                return;
            }
        }
        second::CLOSE => {
            if let Some(awaited) = session.awaited(&common) {
                session.close(awaited.file, visitor);
            }
        }
        second::NEGOTIATE => {
            if let Some(chosen) = smb2::negotiate_response(message) {
                session.dialect = dialect_2(chosen.dialect).as_bytes().into();
                session.sizes = Some((chosen.read_max, chosen.write_max));
            }
        }
        _ => {}
    }
    let mut opened = None;
    session.answer(
        &common,
        |_, detail| opened = fill(detail, header, message),
        visitor,
    );
    if let Some((name, file)) = opened {
        session.opened(header.tree, &name, &file, visitor);
    }
}

/// The answer to a remote call.
fn called(
    session: &mut Session,
    awaited: Awaited,
    common: Common,
    message: &[u8],
    visitor: &mut dyn Visitor,
) {
    let Some(control) = smb2::control(message, true) else {
        return;
    };
    if session.may_be_pipe(awaited.file) {
        let mut target = Target {
            file: awaited.file,
            direction: Direction::ToClient,
            offset: 0,
            common,
            is_fresh: true,
            is_whole: true,
        };
        session.data(&mut target, control.data, visitor);
    }
}

/// Puts into a transaction what its answer says; a file that was opened comes back.
fn fill(detail: &mut Detail, header: &Header, message: &[u8]) -> Option<(Vec<u8>, Opened)> {
    match detail {
        Detail::Negotiate(negotiate) => {
            let chosen = smb2::negotiate_response(message)?;
            negotiate.server = Some(smb2::guid(chosen.server));
            negotiate.sizes = Some((chosen.read_max, chosen.write_max));
        }
        Detail::Login(login) => {
            login.is_encrypted = smb2::setup_response(message).unwrap_or_default();
        }
        Detail::Connect(connect) => {
            let (kind, is_encrypted) = smb2::connect_response(message)?;
            if !Status::Nt(header.status).is_success() {
                return None;
            }
            connect.kind = Some(match kind {
                1 => "FILE",
                2 => "PIPE",
                3 => "PRINT",
                _ => "UNKNOWN",
            });
            connect.is_encrypted = is_encrypted;
        }
        Detail::Create(create) if Status::Nt(header.status).is_success() => {
            let response = smb2::create_response(message)?;
            let opened = Opened {
                times: response.times.map(seconds),
                size: response.size,
                file: FileKey::long(response.file),
            };
            create.opened = Some(opened);
            return Some((create.name.clone(), opened));
        }
        _ => {}
    }
    None
}
