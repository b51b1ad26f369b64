//! IPv6 extension headers (RFC 8200, 4).

use super::options;
use super::types::{Ipv6Fragment, Packet};
use crate::cursor::Cursor;

/// Headers followed before giving up.
const EXTENSION_HEADERS_MAX: usize = 16;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const NOTHING: u8 = 59;
const DESTINATION: u8 = 60;

/// The chain of extension headers, up to the first fragment header of a real fragment.
pub(super) struct Extensions<'a> {
    /// What the last header announces.
    pub protocol: u8,
    /// The fragment header, if there was one.
    pub fragment: Option<Ipv6Fragment>,
    /// What follows the headers.
    pub rest: &'a [u8],
    /// How often each kind was seen.
    seen: [u8; 5],
}

impl<'a> Extensions<'a> {
    /// Nothing followed yet.
    pub fn new(protocol: u8, rest: &'a [u8]) -> Self {
        Self {
            protocol,
            fragment: None,
            rest,
            seen: [0; 5],
        }
    }

    /// Follows the chain.
    pub fn follow(&mut self, packet: &mut Packet<'_>) {
        for headers in 0..EXTENSION_HEADERS_MAX {
            // The header before announced something, and nothing is there.
            if headers > 0 && self.rest.len() < 2 && self.protocol != NOTHING {
                packet.anomalies.push("ipv6.trunc_exthdr");
                return;
            }
            let step = match self.protocol {
                HOP_BY_HOP | ROUTING | DESTINATION | 135 | 139 | 140 => self.options_header(packet),
                FRAGMENT => self.fragment_header(packet),
                AUTHENTICATION => self.authentication_header(packet),
                NOTHING => {
                    if !self.rest.is_empty() {
                        packet.anomalies.push("ipv6.data_after_none_header");
                    }
                    return;
                }
                _ => return,
            };
            if step.is_none() {
                packet.anomalies.push("ipv6.trunc_exthdr");
                return;
            }
            if self
                .fragment
                .is_some_and(|fragment| fragment.offset != 0 || fragment.more)
            {
                return;
            }
        }
        packet.anomalies.push("ipv6.too_many_exthdrs");
    }

    /// Counts a header of the kind at this place; whether that is more often than allowed.
    fn is_too_often(&mut self, place: usize, allowed: u8) -> bool {
        self.seen.get_mut(place).is_some_and(|count| {
            *count = count.saturating_add(1);
            *count > allowed
        })
    }

    /// Hop-by-hop, routing, destination options, mobility, HIP, Shim6: length in units of
    /// 8 bytes, the first not counted.
    fn options_header(&mut self, packet: &mut Packet<'_>) -> Option<()> {
        let mut cursor = Cursor::new(self.rest);
        let next = cursor.u8()?;
        let units = usize::from(cursor.u8()?);
        let body = cursor.take(units.saturating_mul(8).saturating_add(6))?;
        match self.protocol {
            HOP_BY_HOP => {
                if self.is_too_often(0, 1) {
                    packet.anomalies.push("ipv6.exthdr_dupl_hh");
                }
                options::of_ipv6(body, &options::HOP_BY_HOP, packet);
            }
            ROUTING => {
                if self.is_too_often(1, 1) {
                    packet.anomalies.push("ipv6.exthdr_dupl_rh");
                }
                // RFC 5095 took routing of type 0 out of use.
                if body.first() == Some(&0) {
                    packet.anomalies.push("ipv6.rh_type_0");
                }
            }
            DESTINATION => {
                // Once before a routing header, and once before the payload.
                if self.is_too_often(2, 2) {
                    packet.anomalies.push("ipv6.exthdr_dupl_dh");
                }
                options::of_ipv6(body, &options::DESTINATION, packet);
            }
            _ => {}
        }
        self.advance(next, cursor);
        Some(())
    }

    fn fragment_header(&mut self, packet: &mut Packet<'_>) -> Option<()> {
        let mut cursor = Cursor::new(self.rest);
        let next = cursor.u8()?;
        let reserved = cursor.u8()?;
        let offset = cursor.u16()?;
        let id = cursor.u32()?;
        if reserved != 0 {
            packet.anomalies.push("ipv6.fh_non_zero_reserved_field");
        }
        if self.is_too_often(3, 1) {
            packet.anomalies.push("ipv6.exthdr_dupl_fh");
        }
        let fragment = Ipv6Fragment {
            id,
            offset: offset & 0xfff8,
            more: offset & 1 == 1,
        };
        if fragment.offset == 0 && !fragment.more {
            packet.anomalies.push("ipv6.exthdr_useless_fh");
        }
        self.fragment = Some(fragment);
        self.advance(next, cursor);
        Some(())
    }

    /// RFC 4302: length in units of 4 bytes, less two.
    fn authentication_header(&mut self, packet: &mut Packet<'_>) -> Option<()> {
        let mut cursor = Cursor::new(self.rest);
        let next = cursor.u8()?;
        let units = usize::from(cursor.u8()?);
        let reserved = cursor.u16()?;
        cursor.skip(units.saturating_mul(4).saturating_add(4))?;
        if self.is_too_often(4, 1) {
            packet.anomalies.push("ipv6.exthdr_dupl_ah");
        }
        if reserved != 0 {
            packet.anomalies.push("ipv6.exthdr_ah_res_not_null");
        }
        self.advance(next, cursor);
        Some(())
    }

    fn advance(&mut self, next: u8, cursor: Cursor<'a>) {
        self.protocol = next;
        self.rest = cursor.rest();
    }
}
