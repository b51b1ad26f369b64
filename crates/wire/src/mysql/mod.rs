//! MySQL (its documentation, "Client/Server Protocol"): who logs in to which database of which server, and what is asked.

pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
