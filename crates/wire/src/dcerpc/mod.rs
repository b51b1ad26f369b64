//! DCE remote procedure calls (C706, MS-RPCE): interfaces, operations and their data, over TCP,
//! UDP and, by [`Association`], over named pipes.

mod association;
mod call;
pub mod fields;
pub mod parser;
mod probe;
mod state;
#[cfg(test)]
mod tests;

pub use association::{Association, Told};
pub use call::{Bound, Call, Stub};
pub use probe::begins as begins_connection;
