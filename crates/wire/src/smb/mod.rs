//! Server message block: version 1 (MS-CIFS, MS-SMB) and versions 2 and 3 (MS-SMB2), framed by
//! NetBIOS sessions (RFC 1002) or directly over TCP; files, and remote calls over named pipes.

mod event;
pub mod fields;
mod first;
mod login;
mod names;
mod probe;
mod second;
mod session;
pub mod smb1;
pub mod smb2;
mod state;
#[cfg(test)]
mod tests;
mod transaction;

pub use transaction::{Common, Detail, SmbTransaction, Status};
