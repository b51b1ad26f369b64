//! RFB, the protocol of VNC (RFC 6143): the way in, up to the picture.

pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
