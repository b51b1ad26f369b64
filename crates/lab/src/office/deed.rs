//! What passes in a network, small enough to be held for a day of a thousand machines.

use event::Record;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Milliseconds of a minute, an hour and a day.
pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// By what a conversation is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Tls,
    Http,
    Quic,
    /// A protocol that nobody knows.
    Raw,
}

/// The other end of conversations.
#[derive(Clone, Debug)]
pub struct Site {
    /// Empty for a bare address.
    pub name: Arc<str>,
    pub address: Ipv4Addr,
    pub port: u16,
    pub channel: Channel,
    /// It shows a certificate of its own making.
    pub self_signed: bool,
}

/// One conversation outside.
#[derive(Clone, Debug)]
pub struct Call {
    pub site: Site,
    /// The program's way of speaking TLS, as a number.
    pub stack: u16,
    /// What an HTTP client calls itself.
    pub agent: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub from: Option<Arc<str>>,
    pub status: u16,
    pub kind: &'static str,
    pub up: u32,
    pub down: u32,
}

/// A conversation that shows nothing but itself.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    pub server: Ipv4Addr,
    pub port: u16,
    pub transport: event::Transport,
    pub app: Option<&'static str>,
    pub answer: Answer,
    pub up: u32,
    pub down: u32,
    pub packets: u32,
    pub seconds: u32,
}

/// How somebody who is asked behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Talks,
    Refuses,
    Silent,
}

/// What a resolver says.
#[derive(Clone, Debug)]
pub enum Found {
    Address(Ipv4Addr),
    Text(Box<str>),
    Missing,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum What {
    Lookup {
        name: Arc<str>,
        kind: &'static str,
        found: Found,
        life_s: u32,
    },
    Call(Box<Call>),
    Flow(Flow),
    /// An event of a protocol inside, by flow.
    Event {
        kind: &'static str,
        server: Ipv4Addr,
        port: u16,
        flow: u64,
        body: Box<Record>,
    },
}

/// One deed of one machine.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Milliseconds since the start.
    pub at: u64,
    pub client: Ipv4Addr,
    pub what: What,
}

/// A record of texts.
pub fn texts(pairs: &[(&'static str, &str)]) -> Record {
    let mut record = Record::with_capacity(pairs.len());
    for (name, value) in pairs {
        record.push(*name, (*value).to_owned());
    }
    record
}
