//! The Internet checksum (RFC 1071).

use std::net::IpAddr;

/// The checksum over the bytes.
pub(super) fn internet(bytes: &[u8]) -> u16 {
    fold(sum(bytes))
}

/// The checksum over the pseudo header of RFC 9293 or RFC 8200 and the bytes.
pub(super) fn transport(source: IpAddr, target: IpAddr, protocol: u8, bytes: &[u8]) -> u16 {
    let addresses = match (source, target) {
        (IpAddr::V4(source), IpAddr::V4(target)) => sum(&source.octets()) + sum(&target.octets()),
        (source, target) => sum(&octets_v6(source)) + sum(&octets_v6(target)),
    };
    fold(addresses + u64::from(protocol) + bytes.len() as u64 + sum(bytes))
}

fn octets_v6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

fn sum(bytes: &[u8]) -> u64 {
    let pairs = bytes.chunks_exact(2);
    let odd = pairs
        .remainder()
        .first()
        .map_or(0, |byte| u64::from(*byte) << 8);
    pairs
        .map(|pair| u64::from(pair[0]) << 8 | u64::from(pair[1]))
        .sum::<u64>()
        + odd
}

fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    #[test]
    fn example_of_rfc_1071() {
        assert_eq!(
            super::internet(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]),
            !0xddf2
        );
    }
}
