//! BitTorrent: its distributed table (BEP 5), where one learns who offers what, and the greetings of peers (BEP 3).

mod bencode;
pub mod fields;
pub mod parser;
pub mod peers;
mod state;
#[cfg(test)]
mod tests;
