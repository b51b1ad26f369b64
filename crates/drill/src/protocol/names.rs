//! How machines announce their names: DHCP (RFC 2131) and the NetBIOS name service (RFC 1002).

use crate::frame::Mac;
use std::net::Ipv4Addr;

/// Message types of DHCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Dhcp {
    Discover = 1,
    Offer = 2,
    Request = 3,
    Acknowledge = 5,
}

/// Everything that the four messages of a lease share.
pub(crate) struct Lease<'a> {
    pub(crate) transaction: u32,
    pub(crate) mac: Mac,
    pub(crate) name: &'a str,
    pub(crate) vendor: &'a str,
    pub(crate) address: Ipv4Addr,
    pub(crate) server: Ipv4Addr,
    pub(crate) router: Ipv4Addr,
    pub(crate) mask: Ipv4Addr,
    pub(crate) domain: &'a str,
}

impl Lease<'_> {
    /// One message of the lease.
    pub(crate) fn message(&self, kind: Dhcp) -> Vec<u8> {
        let reply = matches!(kind, Dhcp::Offer | Dhcp::Acknowledge);
        let mut bytes = vec![if reply { 2 } else { 1 }, 1, 6, 0];
        bytes.extend(self.transaction.to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend(if reply { self.address.octets() } else { [0; 4] });
        bytes.extend(if reply { self.server.octets() } else { [0; 4] });
        bytes.extend([0; 4]);
        bytes.extend(self.mac);
        bytes.resize(236, 0);
        bytes.extend([0x63, 0x82, 0x53, 0x63]);
        option(&mut bytes, 53, &[kind as u8]);
        if reply {
            self.grant(&mut bytes);
        } else {
            self.wish(&mut bytes, kind);
        }
        bytes.push(255);
        bytes.resize(bytes.len().max(300), 0);
        bytes
    }

    fn grant(&self, bytes: &mut Vec<u8>) {
        option(bytes, 54, &self.server.octets());
        option(bytes, 51, &28_800_u32.to_be_bytes());
        option(bytes, 1, &self.mask.octets());
        option(bytes, 3, &self.router.octets());
        option(bytes, 6, &self.server.octets());
        option(bytes, 15, self.domain.as_bytes());
    }

    fn wish(&self, bytes: &mut Vec<u8>, kind: Dhcp) {
        option(bytes, 61, &[&[1][..], &self.mac].concat());
        option(bytes, 50, &self.address.octets());
        if kind == Dhcp::Request {
            option(bytes, 54, &self.server.octets());
        }
        option(bytes, 12, self.name.as_bytes());
        option(bytes, 60, self.vendor.as_bytes());
        option(
            bytes,
            55,
            &[1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252],
        );
    }
}

fn option(bytes: &mut Vec<u8>, code: u8, value: &[u8]) {
    bytes.extend([code, value.len() as u8]);
    bytes.extend_from_slice(value);
}

/// A NetBIOS name in its encoded form: 15 characters and the kind of service.
pub(crate) fn netbios_name(name: &str, service: u8) -> Vec<u8> {
    let mut plain = [b' '; 16];
    for (to, from) in plain
        .iter_mut()
        .zip(name.to_ascii_uppercase().bytes().take(15))
    {
        *to = from;
    }
    plain[15] = service;
    let mut bytes = vec![32];
    bytes.extend(
        plain
            .iter()
            .flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]),
    );
    bytes.push(0);
    bytes
}

/// A broadcast that claims a NetBIOS name.
pub(crate) fn netbios_registration(id: u16, name: &str, service: u8, address: Ipv4Addr) -> Vec<u8> {
    let mut bytes = id.to_be_bytes().to_vec();
    bytes.extend([0x29, 0x10, 0, 1, 0, 0, 0, 0, 0, 1]);
    bytes.extend(netbios_name(name, service));
    bytes.extend([
        0, 0x20, 0, 1, 0xc0, 12, 0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, 0, 0,
    ]);
    bytes.extend(address.octets());
    bytes
}
