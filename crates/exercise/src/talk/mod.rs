//! Conversations that satisfy a rule: what client and server say, protocol by protocol.

mod ask;
mod der;
mod dns;
mod http;
mod lines;
mod plain;
mod tls;

use crate::chain::{Chain, Unable};
use detect::rule::Rule;
use detect::rule::ast::{Keyword, ProtocolKind, StreamSide};

pub(crate) use ask::Ask;

/// What one side says at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Say {
    Client(Vec<u8>),
    Server(Vec<u8>),
}

/// What carries the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// TCP with handshake and orderly end.
    Tcp,
    /// TCP segments without a handshake, with these flags.
    Segments {
        flags: u8,
    },
    Udp,
    /// ICMP messages of a type and code; the first four bytes said are the rest of its header.
    Icmp {
        kind: u8,
        code: u8,
    },
}

/// Fields of packet headers that the rule asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) ttl: Option<u8>,
    pub(crate) id: Option<u16>,
    pub(crate) window: Option<u16>,
    pub(crate) sequence: Option<u32>,
    pub(crate) acknowledgement: Option<u32>,
}

/// A conversation.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) carrier: Carrier,
    pub(crate) says: Vec<Say>,
    pub(crate) header: Header,
    /// Port of the server where the rule leaves it open.
    pub(crate) port: u16,
}

impl Talk {
    fn new(carrier: Carrier, says: Vec<Say>, port: u16) -> Self {
        Self {
            carrier,
            says,
            header: Header::default(),
            port,
        }
    }

    fn tcp(says: Vec<Say>) -> Self {
        Self::new(Carrier::Tcp, says, 80)
    }
}

/// A conversation in which the rule matches; `avoided` is a buffer with a chain that must not hold there.
pub(crate) fn talk(
    rule: &Rule,
    avoided: Option<(usize, &Chain)>,
    seed: u64,
) -> Result<Talk, Unable> {
    let ask = Ask::of(rule, avoided, seed)?;
    refuse_impossible(&ask)?;
    let mut talk = match application(&ask) {
        Some("http" | "http1") => http::talk(&ask),
        Some("dns") => dns::talk(&ask),
        Some("tls") => tls::talk(&ask),
        Some("smtp") => lines::mail(&ask),
        Some("ftp") => lines::ftp(&ask),
        Some("ssh") => lines::ssh(&ask),
        Some("smb" | "dcerpc") => plain::smb(&ask),
        Some(name) => Err(format!("no builder for {name}")),
        None => plain::talk(&ask),
    }?;
    talk.header = header(&ask)?;
    fill_streams(&ask, &mut talk);
    Ok(talk)
}

/// The application protocol that the rule is about: as its header says, or its buffers.
pub(crate) fn application(ask: &Ask<'_>) -> Option<&'static str> {
    let protocol = &ask.rule.protocol;
    if protocol.kind == ProtocolKind::Application {
        return Some(protocol.name);
    }
    let by_buffer = ask.names().find_map(|name| {
        let first = name.split('.').next().unwrap_or_default();
        match first {
            "http" => Some("http"),
            "dns" => Some("dns"),
            "tls" | "ja3" | "ja3s" | "ja4" => Some("tls"),
            "smtp" | "email" => Some("smtp"),
            "ftp" => Some("ftp"),
            "ssh" => Some("ssh"),
            "smb" => Some("smb"),
            "file" => Some("http"),
            _ => None,
        }
    });
    by_buffer.or_else(|| (!ask.numbers("urilen").is_empty()).then_some("http"))
}

/// What can not be made from a hash, or is not made here.
fn refuse_impossible(ask: &Ask<'_>) -> Result<(), Unable> {
    const HASHES: &[&str] = &[
        "ja3.hash",
        "ja3s.hash",
        "ja4.hash",
        "tls.cert_fingerprint",
        "ssh.hassh",
        "ssh.hassh.server",
    ];
    if let Some(name) = ask.names().find(|name| HASHES.contains(name)) {
        return Err(format!("{name}: nothing is known that has this hash"));
    }
    for item in &ask.rule.options {
        let refused = match &item.keyword {
            Keyword::Event(_) => "events",
            Keyword::FileHash(_) => "hash of a file",
            Keyword::Asn1(_) => "asn1",
            Keyword::IpReputation(_) => "iprep",
            Keyword::Geography(_) => "geoip",
            Keyword::Rpc(_) => "rpc",
            Keyword::Flag("ftpbounce") => "ftpbounce",
            _ => continue,
        };
        return Err(format!("{refused}: no builder"));
    }
    Ok(())
}

fn header(ask: &Ask<'_>) -> Result<Header, Unable> {
    let asked = |keyword: &str, limit: u64| -> Result<Option<u64>, Unable> {
        match ask.numbers(keyword).is_empty() {
            true => Ok(None),
            false => ask.number(keyword, 64, limit).map(Some),
        }
    };
    Ok(Header {
        ttl: asked("ttl", 255)?.map(|number| number as u8),
        id: asked("id", 65_535)?.map(|number| number as u16),
        window: asked("tcp.window", 65_535)?.map(|number| number as u16),
        sequence: asked("tcp.seq", u64::from(u32::MAX))?.map(|number| number as u32),
        acknowledgement: asked("tcp.ack", u64::from(u32::MAX))?.map(|number| number as u32),
    })
}

/// Lets a side say enough before, where `stream_size` asks for it.
fn fill_streams(ask: &Ask<'_>, talk: &mut Talk) {
    const FILLING_MAX: u64 = 200_000;
    for item in &ask.rule.options {
        let Keyword::StreamSize(size) = &item.keyword else {
            continue;
        };
        let Some((least, _)) = crate::chain::bounds(&[size.comparison], (0, FILLING_MAX as usize))
        else {
            continue;
        };
        let sides: &[bool] = match size.side {
            StreamSide::Client => &[true],
            StreamSide::Server | StreamSide::Either => &[false],
            StreamSide::Both => &[true, false],
        };
        for client in sides {
            let missing = least.saturating_sub(said(&talk.says, *client));
            // The sequence number counts from the handshake: a small surplus of asking is no data.
            if missing <= 2 || talk.carrier != Carrier::Tcp {
                continue;
            }
            let filling = vec![b'.'; missing + 16];
            talk.says.insert(
                0,
                if *client {
                    Say::Client(filling)
                } else {
                    Say::Server(filling)
                },
            );
        }
    }
}

/// Bytes that a side says.
fn said(says: &[Say], client: bool) -> usize {
    let lengths = says.iter().map(|say| match say {
        Say::Client(bytes) if client => bytes.len(),
        Say::Server(bytes) if !client => bytes.len(),
        _ => 0,
    });
    lengths.sum()
}
