//! What FTP moves: a file or a listing, in a connection that the control connection announced.

pub mod fields;
mod parser;
mod state;
#[cfg(test)]
mod tests;
