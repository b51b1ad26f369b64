//! One captured frame -> its packets: link layer, IP, transport, and what is tunnelled inside.
//!
//! [`decode`] never fails: it gives what it understood, with the rest as payload and the names of
//! what was wrong. Tunnels give one packet for what carries and one for what is carried.

mod checksum;
mod decode;
mod extensions;
mod icmp;
mod ip;
mod link;
mod options;
mod tcp;
mod tunnel;
mod types;

#[cfg(test)]
mod tests;

pub use decode::{decode, decode_ip};
pub use icmp::Quoted;
pub use types::*;
