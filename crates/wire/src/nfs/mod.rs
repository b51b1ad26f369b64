//! NFS (RFC 1094, RFC 1813, RFC 7530, RFC 8881) over remote procedure calls (RFC 5531): who looks for, makes,
//! renames and removes which files, and the files that are read and written.

pub mod fields;
mod files;
mod fourth;
mod names;
mod older;
mod record;
pub mod rpc;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod transaction;
