//! Fragments of IPv4 (RFC 791) and IPv6 (RFC 8200, 4.5) put together.
//!
//! Where fragments overlap, the overlap is told; RFC 5722 has receivers drop such datagrams, but
//! the one that matters may not. Where copies of the same bytes differ, there are two datagrams: the
//! one in which the bytes that came first count, as in BSD, and the one of the last. The extension
//! headers in front of an IPv6 fragment header are left out of the datagram: they were seen on
//! the fragments.

use crate::limits::{
    DATAGRAM_BYTES_MAX, DATAGRAMS_MAX, FRAGMENTS_PER_DATAGRAM_MAX, OTHER_COPIES_MAX,
};
use crate::statistics::{Statistics, count};
use event::Timestamp;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;
use wire::packet::{Network, Packet, VlanTags};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    id: u32,
    /// Part of the key for IPv4 only (RFC 791); IPv6 names the protocol in the first fragment.
    protocol: u8,
    vlan: VlanTags,
}

struct Datagram {
    order: u64,
    /// The header that the datagram will have, from its first fragment.
    header: Option<Vec<u8>>,
    pieces: BTreeMap<usize, Vec<u8>>,
    /// Copies that differ from what came before them, in the order in which they came.
    others: Vec<(usize, Vec<u8>)>,
    bytes: usize,
    fragments: usize,
    length: Option<usize>,
}

/// A fragment, whatever the version of IP.
struct Fragment<'a> {
    key: Key,
    offset: usize,
    more: bool,
    payload: &'a [u8],
    names: &'static Names,
}

/// Names of anomalies.
struct Names {
    overlap: &'static str,
    too_large: &'static str,
    ignored: &'static str,
    invalid_length: &'static str,
}

const IPV4: Names = Names {
    overlap: "ipv4.frag_overlap",
    too_large: "ipv4.frag_pkt_too_large",
    ignored: "ipv4.frag_ignored",
    invalid_length: "ipv4.frag_ignored",
};

const IPV6: Names = Names {
    overlap: "ipv6.frag_overlap",
    too_large: "ipv6.frag_pkt_too_large",
    ignored: "ipv6.frag_ignored",
    invalid_length: "ipv6.frag_invalid_length",
};

/// Datagrams of which not every fragment has come.
pub(crate) struct Defragmenter {
    datagrams: HashMap<Key, Datagram>,
    /// In the order in which they began; a datagram that is complete leaves its entry behind.
    ages: VecDeque<(Timestamp, u64, Key)>,
    bytes: usize,
    bytes_max: usize,
    begun: u64,
}

impl Defragmenter {
    /// Holds at most so many bytes of fragments.
    pub fn new(bytes_max: usize) -> Self {
        Self {
            datagrams: HashMap::new(),
            ages: VecDeque::new(),
            bytes: 0,
            bytes_max,
            begun: 0,
        }
    }

    /// Bytes held.
    pub const fn memory(&self) -> usize {
        self.bytes
    }

    /// Takes a fragment. Returns the datagram, beginning with its IP header, when it was the last
    /// one missing; where fragments contradicted each other, also the datagram that it is for hosts
    /// that believe the later ones. `tell` hears what is wrong.
    pub fn take(
        &mut self,
        packet: &Packet<'_>,
        now: Timestamp,
        statistics: &mut Statistics,
        tell: &mut dyn FnMut(&'static str),
    ) -> Vec<Vec<u8>> {
        self.take_one(packet, now, statistics, tell)
            .unwrap_or_default()
    }

    fn take_one(
        &mut self,
        packet: &Packet<'_>,
        now: Timestamp,
        statistics: &mut Statistics,
        tell: &mut dyn FnMut(&'static str),
    ) -> Option<Vec<Vec<u8>>> {
        let fragment = Fragment::of(packet)?;
        count(&mut statistics.fragments);
        if fragment.more && fragment.payload.len() % 8 != 0 {
            tell(fragment.names.invalid_length);
            return None;
        }
        let end = fragment.offset.saturating_add(fragment.payload.len());
        if end > DATAGRAM_BYTES_MAX {
            tell(fragment.names.too_large);
            return None;
        }
        if !self.has_room(&fragment) {
            count(&mut statistics.fragment_limit_drops);
            return None;
        }
        let datagram = self.datagram(&fragment, now);
        if fragment.offset == 0 && datagram.header.is_none() {
            datagram.header = header(packet);
        }
        let before = datagram.bytes;
        datagram.add(&fragment, tell);
        let grown = datagram.bytes.saturating_sub(before);
        let whole = datagram.whole();
        self.bytes = self.bytes.saturating_add(grown);
        if whole.is_some() {
            self.remove(&fragment.key);
        }
        match whole? {
            Ok(bytes) => {
                count(&mut statistics.datagrams_reassembled);
                Some(bytes)
            }
            Err(()) => {
                tell(fragment.names.too_large);
                None
            }
        }
    }

    /// Gives up what waited too long.
    pub fn tick(&mut self, now: Timestamp, timeout: Duration, statistics: &mut Statistics) {
        while let Some((began, order, key)) = self.ages.front().copied() {
            let open = self
                .datagrams
                .get(&key)
                .is_some_and(|datagram| datagram.order == order);
            if open && u128::from(now.since(began)) < timeout.as_nanos() {
                return;
            }
            self.ages.pop_front();
            if open {
                self.remove(&key);
                count(&mut statistics.datagrams_timed_out);
            }
        }
    }

    fn has_room(&self, fragment: &Fragment<'_>) -> bool {
        let known = self.datagrams.get(&fragment.key);
        self.bytes.saturating_add(fragment.payload.len()) <= self.bytes_max
            && match known {
                Some(datagram) => datagram.fragments < FRAGMENTS_PER_DATAGRAM_MAX,
                // Entries left behind by complete datagrams count too, until their time is over.
                None => {
                    self.datagrams.len() < DATAGRAMS_MAX
                        && self.ages.len() < DATAGRAMS_MAX.saturating_mul(16)
                }
            }
    }

    fn datagram(&mut self, fragment: &Fragment<'_>, now: Timestamp) -> &mut Datagram {
        let (begun, ages) = (&mut self.begun, &mut self.ages);
        self.datagrams.entry(fragment.key).or_insert_with(|| {
            *begun = begun.saturating_add(1);
            ages.push_back((now, *begun, fragment.key));
            Datagram {
                order: *begun,
                header: None,
                pieces: BTreeMap::new(),
                others: Vec::new(),
                bytes: 0,
                fragments: 0,
                length: None,
            }
        })
    }

    fn remove(&mut self, key: &Key) {
        if let Some(datagram) = self.datagrams.remove(key) {
            self.bytes = self.bytes.saturating_sub(datagram.bytes);
        }
    }
}

impl<'a> Fragment<'a> {
    fn of(packet: &Packet<'a>) -> Option<Self> {
        let vlan = packet.vlan;
        match &packet.network {
            Network::Ipv4(ip) => Some(Self {
                key: Key {
                    source: ip.source.into(),
                    destination: ip.destination.into(),
                    id: u32::from(ip.id),
                    protocol: ip.protocol,
                    vlan,
                },
                offset: usize::from(ip.fragment_offset),
                more: ip.flags & 1 != 0,
                payload: ip.payload,
                names: &IPV4,
            }),
            Network::Ipv6(ip) => {
                let fragment = ip.fragment?;
                Some(Self {
                    key: Key {
                        source: ip.source.into(),
                        destination: ip.destination.into(),
                        id: fragment.id,
                        protocol: 0,
                        vlan,
                    },
                    offset: usize::from(fragment.offset),
                    more: fragment.more,
                    payload: ip.payload,
                    names: &IPV6,
                })
            }
            Network::None | Network::Arp(_) => None,
        }
    }
}

impl Datagram {
    fn add(&mut self, fragment: &Fragment<'_>, tell: &mut dyn FnMut(&'static str)) {
        self.fragments = self.fragments.saturating_add(1);
        let start = fragment.offset;
        let end = start.saturating_add(fragment.payload.len());
        if !fragment.more && self.length.is_none() {
            self.length = Some(end);
        }
        if self.length.is_some_and(|length| end > length) {
            tell(fragment.names.ignored);
            return;
        }
        let mut at = start;
        let mut holes: Vec<(usize, usize)> = Vec::new();
        let (mut overlaps, mut differs) = (false, false);
        let from = match self.pieces.range(..start).next_back() {
            Some((first, bytes)) if first.saturating_add(bytes.len()) > start => *first,
            _ => start,
        };
        for (first, bytes) in self.pieces.range(from..end) {
            // A copy of the same fragment is no overlap: mirror ports show packets twice.
            overlaps |= *first != start || bytes.as_slice() != fragment.payload;
            differs |= is_different(start, fragment.payload, *first, bytes);
            if *first > at {
                holes.push((at, *first));
            }
            at = at.max(first.saturating_add(bytes.len()));
        }
        if at < end {
            holes.push((at, end));
        }
        for (hole_start, hole_end) in holes {
            let piece = fragment
                .payload
                .get(hole_start.saturating_sub(start)..hole_end.saturating_sub(start));
            if let Some(piece) = piece {
                self.bytes = self.bytes.saturating_add(piece.len());
                self.pieces.insert(hole_start, piece.to_vec());
            }
        }
        if differs && self.others.len() < OTHER_COPIES_MAX {
            self.bytes = self.bytes.saturating_add(fragment.payload.len());
            self.others.push((start, fragment.payload.to_vec()));
        }
        if overlaps {
            tell(fragment.names.overlap);
        }
    }

    /// The datagram if nothing is missing, in both readings where there are two; an error if it is longer than
    /// datagrams can be.
    fn whole(&self) -> Option<Result<Vec<Vec<u8>>, ()>> {
        let length = self.length?;
        let header = self.header.as_ref()?;
        // Pieces do not overlap, so their sum says whether there are holes.
        let held: usize = self
            .pieces
            .range(..length)
            .map(|(_, piece)| piece.len())
            .sum();
        if held < length {
            return None;
        }
        let total = header.len().saturating_add(length);
        let mut whole = Vec::with_capacity(total);
        whole.extend_from_slice(header);
        for piece in self.pieces.values() {
            whole.extend_from_slice(piece);
        }
        whole.truncate(total);
        if set_length(&mut whole, header.len()).is_none() {
            return Some(Err(()));
        }
        if self.others.is_empty() {
            return Some(Ok(vec![whole]));
        }
        let mut other = whole.clone();
        for (start, bytes) in &self.others {
            let place = header.len().saturating_add(*start);
            let room = other.get_mut(place..).unwrap_or_default();
            room.iter_mut()
                .zip(bytes)
                .for_each(|(old, new)| *old = *new);
        }
        Some(Ok(vec![whole, other]))
    }
}

/// Whether two stretches differ where both have bytes.
fn is_different(start: usize, bytes: &[u8], other_start: usize, other: &[u8]) -> bool {
    let from = start.max(other_start);
    let ours = bytes.get(from.saturating_sub(start)..).unwrap_or(&[]);
    let theirs = other.get(from.saturating_sub(other_start)..).unwrap_or(&[]);
    ours.iter().zip(theirs).any(|(one, other)| one != other)
}

/// The header of the whole datagram, from its first fragment; lengths are set later.
fn header(packet: &Packet<'_>) -> Option<Vec<u8>> {
    match &packet.network {
        Network::Ipv4(ip) => {
            let mut header = ip.header.to_vec();
            header.get_mut(6..8)?.fill(0);
            Some(header)
        }
        Network::Ipv6(ip) => {
            let mut header = ip.header.get(..40)?.to_vec();
            *header.get_mut(6)? = ip.protocol;
            Some(header)
        }
        Network::None | Network::Arp(_) => None,
    }
}

/// Writes length and, for IPv4, checksum into the header of a whole datagram.
fn set_length(whole: &mut [u8], header_length: usize) -> Option<()> {
    let total = whole.len();
    let is_v4 = whole.first()? >> 4 == 4;
    if is_v4 {
        let length = u16::try_from(total).ok()?;
        whole.get_mut(2..4)?.copy_from_slice(&length.to_be_bytes());
        whole.get_mut(10..12)?.fill(0);
        let sum = checksum(whole.get(..header_length)?);
        whole.get_mut(10..12)?.copy_from_slice(&sum.to_be_bytes());
    } else {
        let length = u16::try_from(total.saturating_sub(header_length)).ok()?;
        whole.get_mut(4..6)?.copy_from_slice(&length.to_be_bytes());
    }
    Some(())
}

/// RFC 1071.
fn checksum(header: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for pair in header.chunks_exact(2) {
        if let [high, low] = pair {
            sum = sum.saturating_add(u32::from(u16::from_be_bytes([*high, *low])));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff).saturating_add(sum >> 16);
    }
    !(sum as u16)
}
