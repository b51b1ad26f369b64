//! FTP's control connection (RFC 959, 2228, 2428, 4217). What it moves travels in connections of its
//! own, which it announces: see [`crate::ftp_data`].

pub mod fields;
mod parser;
mod probe;
mod state;
#[cfg(test)]
mod tests;
