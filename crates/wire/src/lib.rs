//! Pure protocols: bytes in, values and anomalies out. No I/O, no state beyond one stream, no
//! knowledge of rules or JSON.
//!
//! * [`packet`]: one captured frame -> its layers, tunnels unwrapped.
//! * [`protocol`]: what every application protocol implements; [`registry`] lists them.
//! * one folder per application protocol, all of the same shape: `parser.rs` (bytes -> values),
//!   `state.rs` (stream -> transactions), `fields.rs` (names for rules and events), `tests.rs`.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects
    )
)]

pub mod ber;
pub mod bittorrent;
pub mod cursor;
pub mod dcerpc;
pub mod dhcp;
pub mod dnp3;
pub mod dns;
pub mod enip;
pub mod field;
pub mod frame;
pub mod ftp;
pub mod ftp_data;
pub mod http;
pub mod http2;
pub mod ike;
pub mod imap;
pub mod krb5;
pub mod ldap;
pub mod limits;
pub mod lines;
pub mod mime;
pub mod modbus;
pub mod mqtt;
pub mod mysql;
pub mod nbns;
pub mod nfs;
pub mod ntlmssp;
pub mod ntp;
pub mod packet;
mod passing;
pub mod pgsql;
pub mod pieces;
pub mod pop3;
pub mod protocol;
pub mod quic;
pub mod rdp;
pub mod registry;
pub mod rfb;
pub mod scattered;
pub mod sip;
pub mod smb;
pub mod smtp;
pub mod snmp;
pub mod socks;
pub mod ssh;
pub mod telnet;
pub mod template;
#[cfg(test)]
mod testing;
pub mod text;
pub mod tftp;
pub mod tls;
pub mod websocket;
