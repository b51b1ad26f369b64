//! HTTP/2 (RFC 9113) with HPACK (RFC 7541): with prior knowledge, behind a tunnel, or after an upgrade from
//! HTTP/1 (RFC 7540, 3.2).
//!
//! Each stream is a transaction; each frame of the connection itself (stream 0) is one of its own. Header blocks are
//! decoded when they are complete, bodies pass through. DNS over HTTPS (RFC 8484) is told as DNS as well, and a
//! conversation that carries it is called `doh2` from then on.

mod blocks;
mod carried;
mod event;
pub mod fields;
mod hpack;
mod huffman;
mod parser;
mod probe;
mod state;
mod static_table;
mod streams;
#[cfg(test)]
mod tests;
mod transaction;
pub(crate) mod upgrade;
