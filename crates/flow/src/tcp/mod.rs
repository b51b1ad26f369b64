//! TCP as an onlooker sees it (RFC 9293): the state of a connection, and its two directions put
//! in order.

mod assembly;
mod connection;
mod copies;
mod handshake;
mod side;
mod state;

#[cfg(test)]
mod tests;

pub(crate) use assembly::Stretch;
pub(crate) use connection::Connection;
pub(crate) use state::State;

use wire::packet::Tcp;
use wire::protocol::Direction;

/// What a direction has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery<'a> {
    /// Bytes in order.
    Data(Stretch<'a>),
    /// The last bytes again, as they are where later copies of bytes count and not the first.
    Other(Stretch<'a>),
    /// Bytes were never seen.
    Gap(Gap),
    /// Nothing more comes.
    End(Stretch<'a>),
    /// Something is wrong, by Suricata's name of the stream event.
    Anomaly(&'static str),
    /// Payload could not wait for what is missing before it.
    Refused,
}

/// Bytes that were never seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// How many.
    pub missing: u64,
    /// The other side got them: we lost them. Otherwise it may not have got them either, when
    /// the connection ended.
    pub acknowledged: bool,
}

/// Takes what the directions have to say.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(Direction, Delivery<'_>);

/// A segment of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    /// Which way it travels.
    pub direction: Direction,
    /// Its header.
    pub header: &'a Tcp<'a>,
    /// What it carries.
    pub payload: &'a [u8],
}
