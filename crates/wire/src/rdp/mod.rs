//! RDP (MS-RDPBCGR): who wants which desktop, from what kind of client. What follows is encrypted; where that is
//! TLS, the conversation goes on as TLS.

mod client;
pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
