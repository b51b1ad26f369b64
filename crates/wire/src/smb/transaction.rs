//! A request with its answer, a file that passes, or a remote call.

use super::login::Kerberos;
use crate::dcerpc::Call;
use crate::ntlmssp::Authenticate;
use crate::protocol::Direction;
use std::sync::Arc;

/// What a server says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A state of Windows NT.
    Nt(u32),
    /// Class and code of DOS.
    Dos(u8, u16),
}

impl Status {
    /// Whether it is the interim answer of a server that needs time.
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Nt(0x0103))
    }

    /// Whether the request was carried out.
    pub const fn is_success(self) -> bool {
        match self {
            Self::Nt(code) => code >> 30 != 3,
            Self::Dos(class, _) => class == 0,
        }
    }
}

/// What stands in every message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// 1, or 2 for versions 2 and 3.
    pub version: u8,
    /// Command, by its number in the version.
    pub command: u16,
    /// Session, or user of version 1.
    pub session: u64,
    /// Tree.
    pub tree: u32,
    /// Joins requests and answers.
    pub message: u64,
    /// What the server says.
    pub status: Option<Status>,
}

/// Dialects offered, and who the two are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Negotiate {
    /// Dialects of the client.
    pub dialects: Vec<Vec<u8>>,
    /// Who the client is.
    pub client: Option<[u8; 16]>,
    /// Who the server is.
    pub server: Option<[u8; 16]>,
    /// Greatest read and write that the server allows, in bytes.
    pub sizes: Option<(u32, u32)>,
}

/// A log-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// By NTLM.
    pub ntlm: Option<Authenticate>,
    /// By Kerberos.
    pub kerberos: Option<Kerberos>,
    /// Operating system and LAN manager of the client, in version 1.
    pub client_system: Option<(Vec<u8>, Vec<u8>)>,
    /// The same of the server.
    pub server_system: Option<(Vec<u8>, Vec<u8>)>,
    /// The server wants the session encrypted.
    pub is_encrypted: bool,
}

/// A share is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connect {
    /// Its name, `\\server\share`.
    pub share: Vec<u8>,
    /// `FILE`, `PIPE`, `PRINT`, once the server has said.
    pub kind: Option<&'static str>,
    /// Service asked for and given, in version 1.
    pub service: Option<(Vec<u8>, Vec<u8>)>,
    /// The server wants the share encrypted.
    pub is_encrypted: bool,
}

/// A file, directory or pipe is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Create {
    /// Its name.
    pub name: Vec<u8>,
    /// What to do where it exists.
    pub disposition: u32,
    /// It goes away when it is closed.
    pub deletes_on_close: bool,
    /// It must be a directory.
    pub is_directory: bool,
    /// What the server says of it.
    pub opened: Option<Opened>,
}

/// What a server says of an opened file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Created, accessed, written, changed: seconds since 1970.
    pub times: [u64; 4],
    /// Bytes.
    pub size: u64,
    /// Its handle.
    pub file: FileKey,
}

/// Handle of an open file. Those of version 1 have two bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileKey {
    /// Sixteen bytes, or two and zeros.
    pub bytes: [u8; 16],
    /// It is one of version 1.
    pub is_short: bool,
}

impl FileKey {
    /// A handle of version 1.
    pub const fn short(number: u16) -> Self {
        let [low, high] = number.to_le_bytes();
        let mut bytes = [0; 16];
        let [first, second, ..] = &mut bytes;
        *first = low;
        *second = high;
        Self {
            bytes,
            is_short: true,
        }
    }

    /// A handle of version 2.
    pub const fn long(bytes: [u8; 16]) -> Self {
        Self {
            bytes,
            is_short: false,
        }
    }

    /// The handle that means: what the request before in this message opened.
    pub const RELATED: Self = Self::long([0xff; 16]);
}

/// A file that is read or written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// Its name.
    pub name: Vec<u8>,
    /// The share it lies on.
    pub share: Arc<[u8]>,
    /// Its handle.
    pub file: FileKey,
    /// Which way the bytes travel.
    pub direction: Option<Direction>,
    /// First bytes, for rules, until they have looked.
    pub inspected: Vec<u8>,
}

/// What is special to a command.
#[derive(Clone, Debug, Default)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// Dialects.
    Negotiate(Box<Negotiate>),
    /// A log-in.
    Login(Box<Login>),
    /// A share.
    Connect(Box<Connect>),
    /// An opened file.
    Create(Box<Create>),
    /// The bytes of a file.
    Transfer(Box<Transfer>),
    /// A file gets another name.
    Rename {
        /// Its name.
        from: Vec<u8>,
        /// Its new name.
        to: Vec<u8>,
    },
    /// A file is to go away when it is closed.
    Dispose {
        /// Its name.
        name: Vec<u8>,
    },
    /// A function of the server.
    Control(u32),
    /// A remote call over a pipe.
    Call(Box<Call>),
}

/// A request with its answer.
#[derive(Clone, Debug, Default)]
pub struct SmbTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What stands in every message.
    pub common: Common,
    /// The dialect spoken, by name; empty while it is unknown.
    pub dialect: Arc<[u8]>,
    /// What is special.
    pub detail: Detail,
    /// The client's side was told.
    pub(super) request_told: bool,
}

impl SmbTransaction {
    /// Its file, if a file's bytes pass in it.
    pub const fn transfer(&self) -> Option<&Transfer> {
        match &self.detail {
            Detail::Transfer(transfer) => Some(transfer),
            _ => None,
        }
    }
}
