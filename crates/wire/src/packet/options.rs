//! Options of IPv4 (RFC 791, 3.1) and of IPv6 extension headers (RFC 8200, 4.2): read for what is wrong with them.

use super::types::Packet;
use crate::cursor::Cursor;

/// Names of what can be wrong with one kind of IPv6 options header.
pub(super) struct Names {
    unknown: &'static str,
    only_padding: &'static str,
}

/// Hop-by-hop options.
pub(super) static HOP_BY_HOP: Names = Names {
    unknown: "ipv6.hopopts_unknown_opt",
    only_padding: "ipv6.hopopts_only_padding",
};

/// Destination options.
pub(super) static DESTINATION: Names = Names {
    unknown: "ipv6.dstopts_unknown_opt",
    only_padding: "ipv6.dstopts_only_padding",
};

/// Options of an IPv6 header: pad with one or more bytes, router alert, jumbo payload, home address; others are unknown.
pub(super) fn of_ipv6(bytes: &[u8], names: &Names, packet: &mut Packet<'_>) {
    let mut cursor = Cursor::new(bytes);
    let (mut padding, mut others) = (false, false);
    while let Some(kind) = cursor.u8() {
        if kind == 0 {
            padding = true;
            continue;
        }
        let Some(length) = cursor.u8().map(usize::from) else {
            packet.anomalies.push("ipv6.exthdr_invalid_optlen");
            return;
        };
        if cursor.skip(length).is_none() {
            packet.anomalies.push("ipv6.exthdr_invalid_optlen");
            return;
        }
        let wanted = match kind {
            1 => {
                padding = true;
                if length == 0 {
                    packet.anomalies.push("ipv6.zero_len_padn");
                }
                continue;
            }
            0x05 => 2,
            0xc2 => 4,
            0xc9 => 16,
            _ => {
                others = true;
                packet.anomalies.push(names.unknown);
                continue;
            }
        };
        others = true;
        if length != wanted {
            packet.anomalies.push("ipv6.exthdr_invalid_optlen");
            return;
        }
    }
    if padding && !others {
        packet.anomalies.push(names.only_padding);
    }
}

/// Options of an IPv4 header.
pub(super) fn of_ipv4(bytes: &[u8], packet: &mut Packet<'_>) {
    if bytes.is_empty() {
        return;
    }
    if !bytes.len().is_multiple_of(8) {
        packet.anomalies.push("ipv4.opt_pad_required");
    }
    let mut cursor = Cursor::new(bytes);
    let mut seen: u64 = 0;
    while let Some(kind) = cursor.u8() {
        match kind {
            0 => return,
            1 => continue,
            _ => {}
        }
        let Some(length) = cursor.u8().map(usize::from) else {
            packet.anomalies.push("ipv4.opt_eol_required");
            return;
        };
        let Some(body) = length.checked_sub(2).and_then(|left| cursor.take(left)) else {
            packet.anomalies.push("ipv4.opt_invalid_len");
            return;
        };
        let known = match kind {
            // Record route, timestamp and source routes point at their next free place.
            7 | 131 | 137 => body.first().is_some_and(|pointer| *pointer >= 4),
            68 => body.first().is_some_and(|pointer| *pointer >= 5),
            130 => body.len() == 9,
            133 | 134 => true,
            136 | 148 => body.len() == 2,
            _ => {
                packet.anomalies.push("ipv4.opt_invalid");
                continue;
            }
        };
        if !known {
            packet.anomalies.push("ipv4.opt_malformed");
        }
        let bit = 1_u64 << (kind & 0x1f);
        if seen & bit != 0 {
            packet.anomalies.push("ipv4.opt_duplicate");
        }
        seen |= bit;
    }
}
