//! Conversations without a protocol above TCP, UDP, ICMP and IP; and SMB, whose rules look at bytes of its messages.

use super::ask::{Ask, exactly};
use super::{Carrier, Say, Talk};
use crate::bytes::ByteSet;
use crate::chain::{Shape, Unable, bounds};
use detect::rule::ast::{FlowState, Keyword, PAYLOAD, ProtocolKind, SetModifier, TcpFlags};

/// Longest payload of one packet.
const PAYLOAD_MAX: usize = 60_000;
/// A port on which nobody expects a protocol.
const QUIET_PORT: u16 = 41_007;

pub(super) fn talk(ask: &Ask<'_>) -> Result<Talk, Unable> {
    match ask.rule.protocol.kind {
        ProtocolKind::Tcp | ProtocolKind::TcpPacket | ProtocolKind::TcpStream => tcp(ask),
        ProtocolKind::Udp => udp(ask),
        ProtocolKind::Icmp | ProtocolKind::IcmpV4 => icmp(ask),
        ProtocolKind::Any | ProtocolKind::Ipv4 => match ask.number("ip_proto", 17, 255)? {
            6 => tcp(ask),
            17 => udp(ask),
            1 => icmp(ask),
            other => Err(format!("ip_proto {other}: no builder")),
        },
        _ => Err(format!("no builder for {}", ask.rule.protocol.name)),
    }
}

/// The bytes that the packet carries; `None` where the rule asks nothing of them.
fn payload(ask: &Ask<'_>) -> Result<Option<Vec<u8>>, Unable> {
    let sizes = ask.numbers("dsize");
    match ask.buffer(PAYLOAD) {
        Some(asked) => {
            let mut asked = asked.clone();
            asked.chain.sizes.extend(sizes);
            let shape = Shape {
                longest: PAYLOAD_MAX,
                ..Shape::default()
            };
            asked.solve(shape, ask.seed, |_| true).map(Some)
        }
        None if sizes.is_empty() => Ok(None),
        None => {
            let (least, _) = bounds(&sizes, (0, PAYLOAD_MAX))
                .ok_or_else(|| "no length passes dsize".to_owned())?;
            Ok(Some(vec![b'a'; least]))
        }
    }
}

fn flags(ask: &Ask<'_>) -> Option<TcpFlags> {
    ask.rule.options.iter().find_map(|item| match item.keyword {
        Keyword::TcpFlags(flags) => Some(flags),
        _ => None,
    })
}

fn tcp(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let payload = payload(ask)?;
    let answers = ask.answers();
    let established = matches!(ask.flow().state, Some(FlowState::Established));
    let flags = flags(ask);
    let said = |payload: Vec<u8>| {
        if answers {
            Say::Server(payload)
        } else {
            Say::Client(payload)
        }
    };
    let wanted = match flags {
        Some(flags) => match flags.modifier {
            SetModifier::Not => 0x18 & !flags.bits,
            _ => flags.bits,
        },
        None => 0x18,
    };
    // Segments of a connection have these anyway.
    let ordinary = matches!(wanted, 0x10 | 0x18 | 0x02 | 0x12 | 0x11);
    if !established && flags.is_some() && !(ordinary && payload.is_none()) {
        let says = vec![said(payload.unwrap_or_default())];
        return Ok(Talk::new(
            Carrier::Segments { flags: wanted },
            says,
            QUIET_PORT,
        ));
    }
    if ask.is_unestablished() {
        let carrier = Carrier::Segments { flags: 0x02 };
        return Ok(Talk::new(
            carrier,
            vec![said(payload.unwrap_or_default())],
            QUIET_PORT,
        ));
    }
    let says = payload.filter(|payload| !payload.is_empty()).map_or_else(
        || vec![Say::Client(b"a".to_vec()), Say::Server(b"b".to_vec())],
        |payload| vec![said(payload)],
    );
    Ok(Talk::new(Carrier::Tcp, says, QUIET_PORT))
}

fn udp(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let payload = payload(ask)?.unwrap_or_else(|| b"a".to_vec());
    let established = ask.flow().state == Some(FlowState::Established);
    let mut says = Vec::new();
    if ask.answers() || established {
        says.push(Say::Client(b"a".to_vec()));
    }
    if ask.answers() {
        says.push(Say::Server(payload));
    } else {
        if established {
            says.push(Say::Server(b"b".to_vec()));
        }
        says.push(Say::Client(payload));
    }
    Ok(Talk::new(Carrier::Udp, says, QUIET_PORT))
}

fn icmp(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let kind = ask.number("itype", 8, 255)? as u8;
    let code = ask.number("icode", 0, 255)? as u8;
    let identity = ask.number("icmp_id", ask.seed & 0x7fff, 65_535)? as u16;
    let sequence = ask.number("icmp_seq", 1, 65_535)? as u16;
    let mut bytes = [identity.to_be_bytes(), sequence.to_be_bytes()].concat();
    match payload(ask)? {
        Some(payload) => bytes.extend(payload),
        None if matches!(kind, 3 | 4 | 5 | 11 | 12) => bytes.extend(quoted(ask.seed)),
        None => bytes.extend(b"abcdefghijklmnop"),
    }
    let carrier = Carrier::Icmp { kind, code };
    Ok(Talk::new(carrier, vec![Say::Client(bytes)], 0))
}

/// The packet that an ICMP error is about: an IPv4 header and eight bytes of UDP.
fn quoted(seed: u64) -> Vec<u8> {
    let [.., high, low] = seed.to_be_bytes();
    let mut packet = vec![
        0x45, 0, 0, 28, high, low, 0, 0, 64, 17, 0, 0, 198, 51, 100, 7, 203, 0, 113, 9,
    ];
    packet.extend([0x9c, 0x40, 0x82, 0x9a, 0, 8, 0, 0]);
    packet
}

/// An SMB message with the bytes asked for behind its header, in a session that SMB was recognised in.
pub(super) fn smb(ask: &Ask<'_>) -> Result<Talk, Unable> {
    const HOLE: usize = 500;
    let asked = ask
        .buffer(PAYLOAD)
        .filter(|_| ask.names().all(|name| name == PAYLOAD))
        .ok_or_else(|| "no builder for buffers of SMB".to_owned())?;
    let mut last = Err("smb: no message".to_owned());
    for magic in [&b"\xffSMB"[..], b"\xfeSMB", b""] {
        let mut template = Vec::new();
        if !magic.is_empty() {
            let length = (magic.len() + HOLE) as u32;
            template.extend(exactly(&length.to_be_bytes()));
            template.extend(exactly(magic));
            template.extend(std::iter::repeat_n(ByteSet::ALL, HOLE));
        }
        let shape = Shape {
            head: template,
            filling: ByteSet::one(0),
            ..Shape::default()
        };
        last = asked.solve(shape, ask.seed, |_| true);
        if last.is_ok() {
            break;
        }
    }
    let said = last?;
    let says = if ask.answers() {
        vec![Say::Client(negotiate()), Say::Server(said)]
    } else {
        vec![Say::Client(said)]
    };
    Ok(Talk::new(Carrier::Tcp, says, 445))
}

/// An SMB1 negotiation with one dialect (MS-CIFS 2.2.4.52).
fn negotiate() -> Vec<u8> {
    let mut message = b"\xffSMB\x72\0\0\0\0\x18\x53\xc8".to_vec();
    message.resize(32, 0);
    let dialect = b"\x02NT LM 0.12\0";
    message.push(0);
    message.extend((dialect.len() as u16).to_le_bytes());
    message.extend(dialect);
    let mut framed = (message.len() as u32).to_be_bytes().to_vec();
    framed.extend(message);
    framed
}
