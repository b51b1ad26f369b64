//! Writing packets as a pcap file (nanosecond form, link type Ethernet).

use crate::Packet;
use std::io::{self, Write};

/// Magic number of a little-endian capture with nanosecond time stamps.
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
/// LINKTYPE_ETHERNET.
const ETHERNET: u32 = 1;
/// Longest packet that the file announces.
const SNAP_LENGTH: u32 = 262_144;

/// Writes the packets as one pcap file and says how many there were.
///
/// # Errors
/// What the writer says.
pub fn write_pcap<W: Write>(
    mut writer: W,
    packets: impl IntoIterator<Item = Packet>,
) -> io::Result<u64> {
    writer.write_all(&MAGIC_NANOSECONDS.to_le_bytes())?;
    writer.write_all(&[2, 0, 4, 0])?;
    writer.write_all(&[0; 8])?;
    writer.write_all(&SNAP_LENGTH.to_le_bytes())?;
    writer.write_all(&ETHERNET.to_le_bytes())?;
    let mut count = 0;
    for packet in packets {
        let length = (packet.bytes.len() as u32).to_le_bytes();
        let seconds = packet.time_nanos.div_euclid(1_000_000_000) as u32;
        let nanos = packet.time_nanos.rem_euclid(1_000_000_000) as u32;
        writer.write_all(&seconds.to_le_bytes())?;
        writer.write_all(&nanos.to_le_bytes())?;
        writer.write_all(&length)?;
        writer.write_all(&length)?;
        writer.write_all(&packet.bytes)?;
        count += 1;
    }
    writer.flush()?;
    Ok(count)
}
