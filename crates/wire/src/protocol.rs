//! What every application protocol implements, and what it tells.
//!
//! A [`Parser`] sees the bytes of one conversation, in order and in both directions, and tells a
//! [`Visitor`] what it understood: transactions, files, anomalies. It never fails: bytes that make
//! no sense are an anomaly, and the parser goes on or gives up politely.

use crate::frame::Frame;
use std::borrow::Cow;
use std::net::IpAddr;

/// Which way bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

impl Direction {
    /// The other way.
    pub const fn reverse(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// What a protocol runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// TCP: `feed` gets stretches of a stream, of any size.
    Stream,
    /// UDP: each `feed` is one datagram.
    Datagram,
}

/// A first look at what a conversation begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It is this protocol.
    Yes,
    /// It cannot be.
    No,
    /// It can be; more bytes will tell.
    Unsure,
}

/// Which direction a rule that uses a buffer or number looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inspected {
    /// Known when the client's side of a transaction is complete.
    ToServer,
    /// Known when the server's side is complete.
    ToClient,
    /// Either.
    Both,
}

/// A named thing that rules look into: sticky buffers and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Canonical dotted name of the rule language, e.g. `http.uri`, `dns.query`, `tls.version`.
    pub name: &'static str,
    /// On which side it is known.
    pub inspected: Inspected,
}

/// One application protocol: everything the rest of the system has to know. One of these per
/// folder, listed in `registry::PROTOCOLS`.
pub struct ProtocolSpec {
    /// Name in rules and in `app_proto`, e.g. `http`, `dns`, `tls`.
    pub name: &'static str,
    /// TCP or UDP; a protocol that runs on both has two specs with the same name.
    pub carrier: Carrier,
    /// Server ports on which it is usual: a hint that settles doubts, never a condition.
    pub ports: &'static [u16],
    /// Looks at the first bytes of one direction (a stream's beginning, or a datagram).
    pub probe: fn(Direction, &[u8]) -> Probe,
    /// A parser for one conversation.
    pub parser: fn() -> Box<dyn Parser>,
    /// Sticky buffers, in the order in which `Transaction::buffer` counts them.
    pub buffers: &'static [FieldSpec],
    /// Numbers, in the order in which `Transaction::number` counts them.
    pub numbers: &'static [FieldSpec],
    /// Names of anomalies (rule keyword `app-layer-event:<name>.<anomaly>`).
    pub anomalies: &'static [&'static str],
}

/// One conversation's parser.
pub trait Parser: Send {
    /// Who talks: client and server. Called before any `feed`, for protocols that speak of addresses.
    fn between(&mut self, _client: IpAddr, _server: IpAddr) {}

    /// Another conversation arranged this one, and says `note` of it. Called before any `feed`.
    fn announced(&mut self, _note: &[u8]) {}

    /// Takes the next bytes of a direction. A stream's parser keeps what is not complete yet,
    /// within its limits; a datagram's parser sees each datagram whole.
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor);

    /// `missing` bytes of a direction were never seen; the next `feed` comes after them.
    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor);

    /// Nothing more comes in this direction: open transactions and files end as they are.
    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor);

    /// Whether the rest of the conversation is encrypted or otherwise without interest, so that
    /// it need not be fed any more.
    fn is_done(&self) -> bool {
        false
    }
}

/// Somebody who wants to know what a parser understood.
pub trait Visitor {
    /// One side of a transaction is complete (all its buffers of that side are final, bodies as
    /// far as their inspection limit): rules look at it now. Called at most once per side of a
    /// transaction; a body longer than the limit does not delay it.
    fn side_complete(&mut self, transaction: &dyn Transaction, direction: Direction);

    /// The transaction is as complete as it will ever be: its event is written now. Called once.
    fn transaction_complete(&mut self, transaction: &dyn Transaction);

    /// A file begins. `id` is unique within the parser. At most one file is open per direction and transaction.
    fn file_open(&mut self, file: &FileStart<'_>);

    /// The next bytes of a file.
    fn file_data(&mut self, id: u64, bytes: &[u8]);

    /// Bytes of a file are missing.
    fn file_gap(&mut self, id: u64, missing: u64);

    /// A file ends; `complete` is false when the conversation ended first.
    fn file_close(&mut self, id: u64, complete: bool);

    /// Something is wrong; `name` is one of the protocol's `anomalies`.
    fn anomaly(&mut self, name: &'static str, direction: Direction, transaction_id: Option<u64>);

    /// A stretch of bytes with a name; see [`crate::frame`] for when it is told.
    fn frame(&mut self, _frame: &Frame<'_>) {}

    /// From here on the conversation speaks another protocol (STARTTLS, CONNECT, Upgrade);
    /// None: find out which. `rest` are bytes already fed that belong to the new protocol.
    fn change_protocol(&mut self, name: Option<&'static str>, direction: Direction, rest: &[u8]);

    /// The conversation is known by this name from here on, which is one of `registry::COMPOUNDS`;
    /// the parser stays.
    fn known_as(&mut self, _name: &'static str) {}

    /// Another conversation between the same two hosts is arranged.
    fn expect(&mut self, _expected: &Expected<'_>) {}
}

/// A conversation that another one arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected<'a> {
    /// What it will speak.
    pub protocol: &'static str,
    /// `ToServer`: this conversation's client opens it, to a port of the server; `ToClient`: the
    /// other way round.
    pub opened: Direction,
    /// The port it is opened to.
    pub port: u16,
    /// What its parser is to know: see [`Parser::announced`].
    pub note: &'a [u8],
}

/// How a file begins.
#[derive(Clone, Copy)]
pub struct FileStart<'a> {
    /// Unique within the parser.
    pub id: u64,
    /// Name as the wire gave it; empty where it gave none.
    pub name: &'a [u8],
    /// Which way the file travels.
    pub direction: Direction,
    /// The transaction that carries it.
    pub transaction_id: u64,
    /// Length announced, if any.
    pub announced_size: Option<u64>,
    /// The transaction as far as it is known, for file rules that look at it and for the event.
    pub transaction: Option<&'a dyn Transaction>,
}

/// A request with its answer, or a message that stands alone.
pub trait Transaction {
    /// From 0, counted up in the conversation.
    fn id(&self) -> u64;

    /// The protocol that it belongs to.
    fn protocol(&self) -> &'static ProtocolSpec;

    /// `event_type` of its event and name of its object there, e.g. `http`; None: no event.
    fn event_name(&self) -> Option<&'static str>;

    /// Calls `visit` with each instance of a buffer (several for multi-buffers such as
    /// `dns.query`, none where the transaction has no such thing).
    fn buffer(&self, index: usize, direction: Direction, visit: &mut dyn FnMut(&[u8]));

    /// Calls `visit` with each instance of a number.
    fn number(&self, index: usize, direction: Direction, visit: &mut dyn FnMut(u64));

    /// Tells the values of its event, with the names of EVE JSON.
    fn fields(&self, fields: &mut dyn Fields);

    /// The file whose bytes it shows to rules, for their alerts: its name, and how many bytes were seen.
    fn carried_file(&self) -> Option<(&[u8], u64)> {
        None
    }

    /// Name of an object that its event has beside the one of `event_name` (`email` beside `smtp`).
    fn companion_name(&self) -> Option<&'static str> {
        None
    }

    /// Tells the values of that object.
    fn companion_fields(&self, _fields: &mut dyn Fields) {}

    /// Whether numbers in its data have their high byte first, where rules leave that to the protocol (`dce`).
    fn is_high_byte_first(&self) -> bool {
        false
    }

    /// Which side began this transaction, for messages that stand alone.
    fn direction(&self) -> Direction {
        Direction::ToServer
    }
}

/// Somebody who takes down named values (the form of events, without knowing JSON).
/// Between `begin_list` and its `end`, names are ignored and may be empty.
pub trait Fields {
    /// Text or bytes from the wire, not necessarily UTF-8.
    fn bytes(&mut self, name: &'static str, value: &[u8]);
    /// A word of ours, or text that was made for this: nobody has to copy it.
    fn text(&mut self, name: &'static str, text: Cow<'static, str>) {
        self.bytes(name, text.as_bytes());
    }
    /// A number.
    fn number(&mut self, name: &'static str, value: u64);
    /// A truth value.
    fn truth(&mut self, name: &'static str, value: bool);
    /// A record begins.
    fn begin_record(&mut self, name: &'static str);
    /// A list begins.
    fn begin_list(&mut self, name: &'static str);
    /// The record or list begun last ends.
    fn end(&mut self);
    /// A value under a name known only at run time (e.g. a header's), from the wire.
    fn named_bytes(&mut self, name: &[u8], value: &[u8]);
}
