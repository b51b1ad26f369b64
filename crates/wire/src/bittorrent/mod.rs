//! BitTorrent's distributed table (BEP 5): who looks for which content, and who offers it.

mod bencode;
pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
