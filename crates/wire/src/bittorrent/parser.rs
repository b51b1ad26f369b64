//! A message of the table (KRPC, BEP 5) to values.

use super::bencode::{Value, value};
use crate::cursor::Cursor;
use crate::limits::BITTORRENT_NODES_MAX;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Chosen by who asks.
    pub transaction_id: Vec<u8>,
    /// Program.
    pub client_version: Option<Vec<u8>>,
    /// What it is.
    pub body: Body,
}

/// What a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A question.
    Request {
        /// `ping`, `find_node`, `get_peers`, `announce_peer`
        kind: Vec<u8>,
        /// What is asked.
        request: Request,
    },
    /// An answer.
    Response(Response),
    /// A refusal.
    Error(i64, Vec<u8>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Response(Response::default())
    }
}

/// A question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub id: Vec<u8>,
    /// Node looked for.
    pub target: Option<Vec<u8>>,
    /// Content looked for or offered.
    pub info_hash: Option<Vec<u8>>,
    /// What an earlier answer gave.
    pub token: Option<Vec<u8>>,
    /// The port is that of the datagram.
    pub implied_port: Option<i64>,
    /// Port on which the content is offered.
    pub port: Option<i64>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Who answers.
    pub id: Vec<u8>,
    /// Nodes that may know more.
    pub nodes: Vec<Node>,
    /// The same over IPv6.
    pub nodes6: Vec<Node>,
    /// Who offers the content.
    pub values: Vec<(IpAddr, u16)>,
    /// To be given back.
    pub token: Option<Vec<u8>>,
}

/// A node: identity, address, port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Identity.
    pub id: [u8; 20],
    /// Address.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
}

/// Reads a message; None where it is none.
pub fn message(bytes: &[u8]) -> Option<Message> {
    if !bytes.starts_with(b"d") {
        return None;
    }
    let outer = value(bytes)?;
    let owned = |value: Option<&Value<'_>>| Some(value?.bytes()?.to_vec());
    let body = match outer.at(b"y")?.bytes()? {
        b"q" => {
            let said = outer.at(b"a")?;
            Body::Request {
                kind: owned(outer.at(b"q"))?,
                request: Request {
                    id: owned(said.at(b"id"))?,
                    target: owned(said.at(b"target")),
                    info_hash: owned(said.at(b"info_hash")),
                    token: owned(said.at(b"token")),
                    implied_port: said.at(b"implied_port").and_then(Value::number),
                    port: said.at(b"port").and_then(Value::number),
                },
            }
        }
        b"r" => {
            let said = outer.at(b"r")?;
            Body::Response(Response {
                id: owned(said.at(b"id"))?,
                nodes: nodes::<26>(said.at(b"nodes")),
                nodes6: nodes::<38>(said.at(b"nodes6")),
                values: peers(said.at(b"values")),
                token: owned(said.at(b"token")),
            })
        }
        b"e" => match outer.at(b"e")?.list() {
            [number, text, ..] => Body::Error(number.number()?, text.bytes()?.to_vec()),
            _ => return None,
        },
        _ => return None,
    };
    Some(Message {
        transaction_id: owned(outer.at(b"t"))?,
        client_version: owned(outer.at(b"v")),
        body,
    })
}

fn nodes<const N: usize>(value: Option<&Value<'_>>) -> Vec<Node> {
    let bytes = value.and_then(Value::bytes).unwrap_or_default();
    let entries = bytes.as_chunks::<N>().0.iter().take(BITTORRENT_NODES_MAX);
    entries
        .filter_map(|entry| {
            let mut cursor = Cursor::new(entry);
            let id = cursor.array()?;
            let (address, port) = end(cursor.rest())?;
            Some(Node { id, address, port })
        })
        .collect()
}

fn peers(value: Option<&Value<'_>>) -> Vec<(IpAddr, u16)> {
    let values = value.map(Value::list).unwrap_or_default();
    values
        .iter()
        .take(BITTORRENT_NODES_MAX)
        .filter_map(|value| end(value.bytes()?))
        .collect()
}

/// Address and port in compact form.
fn end(bytes: &[u8]) -> Option<(IpAddr, u16)> {
    let mut cursor = Cursor::new(bytes);
    let address = match bytes.len() {
        6 => IpAddr::V4(Ipv4Addr::from(cursor.array::<4>()?)),
        18 => IpAddr::V6(Ipv6Addr::from(cursor.array::<16>()?)),
        _ => return None,
    };
    Some((address, cursor.u16()?))
}
