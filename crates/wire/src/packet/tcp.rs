//! TCP (RFC 9293, options of RFC 7323 and 2018) and UDP (RFC 768).

use super::types::{Packet, Tcp, TransportHeader, Udp};
use crate::cursor::Cursor;

pub(super) fn tcp<'a>(bytes: &'a [u8], packet: &mut Packet<'a>) {
    match tcp_header(bytes, packet) {
        Ok((header, payload)) => {
            packet.transport = TransportHeader::Tcp(header);
            packet.payload = payload;
        }
        Err(anomaly) => packet.anomalies.push(anomaly),
    }
}

fn tcp_header<'a>(
    bytes: &'a [u8],
    packet: &mut Packet<'a>,
) -> Result<(Tcp<'a>, &'a [u8]), &'static str> {
    const SMALL: &str = "tcp.pkt_too_small";
    let mut cursor = Cursor::new(bytes);
    let source_port = cursor.u16().ok_or(SMALL)?;
    let destination_port = cursor.u16().ok_or(SMALL)?;
    let sequence = cursor.u32().ok_or(SMALL)?;
    let acknowledgement = cursor.u32().ok_or(SMALL)?;
    let offset = cursor.u8().ok_or(SMALL)?;
    let flags = cursor.u8().ok_or(SMALL)?;
    let window = cursor.u16().ok_or(SMALL)?;
    cursor.skip(2).ok_or(SMALL)?;
    let urgent = cursor.u16().ok_or(SMALL)?;
    let header_len = usize::from(offset >> 4).saturating_mul(4);
    if header_len < 20 {
        return Err("tcp.hlen_too_small");
    }
    let options = cursor
        .take(header_len.saturating_sub(20))
        .ok_or("tcp.invalid_optlen")?;
    let mut header = Tcp {
        source_port,
        destination_port,
        sequence,
        acknowledgement,
        flags,
        window,
        urgent,
        options,
        mss: None,
        window_scale: None,
        timestamp: None,
        sack_permitted: false,
    };
    read_options(&mut header, packet);
    Ok((header, cursor.rest()))
}

fn read_options(header: &mut Tcp<'_>, packet: &mut Packet<'_>) {
    let mut cursor = Cursor::new(header.options);
    while let Some(kind) = cursor.u8() {
        match kind {
            0 => return,
            1 => continue,
            _ => {}
        }
        let body = cursor
            .u8()
            .and_then(|length| usize::from(length).checked_sub(2))
            .and_then(|length| cursor.take(length));
        let Some(body) = body else {
            packet.anomalies.push("tcp.opt_invalid_len");
            return;
        };
        let mut value = Cursor::new(body);
        match (kind, body.len()) {
            (2, 2) => header.mss = value.u16(),
            (3, 1) => header.window_scale = value.u8(),
            (4, 0) => header.sack_permitted = true,
            (8, 8) => header.timestamp = value.u32().zip(value.u32()),
            (2 | 3 | 4 | 8, _) => packet.anomalies.push("tcp.opt_invalid_len"),
            _ => {}
        }
    }
}

pub(super) fn udp<'a>(bytes: &'a [u8], packet: &mut Packet<'a>) {
    let mut cursor = Cursor::new(bytes);
    let (Some(source_port), Some(destination_port), Some(length), Some(_)) =
        (cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16())
    else {
        packet.anomalies.push("udp.hlen_too_small");
        return;
    };
    let announced = usize::from(length);
    let rest = cursor.rest();
    // A length of 0 is a jumbogram's (RFC 2675) or an offload's: take what is there.
    let payload = if announced == 0 {
        rest
    } else if announced < 8 {
        packet.anomalies.push("udp.len_invalid");
        rest
    } else {
        let body_len = announced.saturating_sub(8);
        if body_len > rest.len() {
            packet.anomalies.push("udp.pkt_too_small");
        }
        rest.get(..body_len).unwrap_or(rest)
    };
    packet.transport = TransportHeader::Udp(Udp {
        source_port,
        destination_port,
        length,
    });
    packet.payload = payload;
}
