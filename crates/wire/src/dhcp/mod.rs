//! DHCP.

pub mod fields;
