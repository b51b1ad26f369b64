//! Plain web conversations: lookup, connection, requests and responses.

use crate::engine::Outbox;
use crate::lookup;
use crate::protocol::http::{Request, Response};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::world::{Host, MICROSECOND, MILLISECOND, Station, World};
use std::net::{IpAddr, Ipv4Addr};

/// A web server of the outside under a name.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) station: Station,
    /// What it calls its software.
    pub(crate) software: &'static str,
}

impl Server {
    /// A server at an address that nobody has met.
    pub(crate) fn stranger(world: &World, random: &mut Random, name: String) -> Self {
        let software = *random.pick(&["nginx", "nginx/1.18.0", "Apache", "Apache/2.4.41 (Ubuntu)"]);
        Self {
            name,
            station: world.stranger(random),
            software,
        }
    }

    /// Its address.
    pub(crate) fn v4(&self) -> Ipv4Addr {
        match self.station.address {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }
}

/// A connection of a host to a web server.
pub(crate) struct Web {
    tcp: Tcp,
    random: Random,
}

impl Web {
    /// Looks the name up and connects to port 80.
    pub(crate) fn visit(
        out: &mut Outbox,
        random: &mut Random,
        world: &World,
        host: &Host,
        server: &Server,
        now: i64,
    ) -> Self {
        let now = lookup::resolve(out, random, world, host, now, (&server.name, server.v4()));
        Self::connect(out, random, &host.station, (&server.station, 80), now)
    }

    /// Connects without a lookup.
    pub(crate) fn connect(
        out: &mut Outbox,
        random: &mut Random,
        client: &Station,
        server: (&Station, u16),
        now: i64,
    ) -> Self {
        let start = now + random.between(80 * MICROSECOND, 600 * MICROSECOND);
        Self {
            tcp: Tcp::open(out, random, client, server, start),
            random: random.fork("web", now as u64),
        }
    }

    /// Asks for something and gets it.
    pub(crate) fn fetch(&mut self, out: &mut Outbox, request: &Request, response: &Response) {
        self.tcp.client(out, &request.bytes());
        self.tcp
            .pause(out, self.random.between(MILLISECOND, 35 * MILLISECOND));
        self.tcp.server(out, &response.bytes());
        self.tcp
            .pause(out, self.random.between(MILLISECOND, 12 * MILLISECOND));
    }

    /// Lets time pass.
    pub(crate) fn pause(&mut self, out: &mut Outbox, nanos: i64) {
        self.tcp.pause(out, nanos);
    }

    /// The clock of the connection.
    pub(crate) fn now(&self) -> i64 {
        self.tcp.now()
    }

    /// Ends the connection at once.
    pub(crate) fn close(self, out: &mut Outbox, side: Side) -> i64 {
        self.tcp.close(out, side)
    }

    /// Ends the connection some time later, as either side does when nothing more is wanted.
    pub(crate) fn leave(mut self, out: &mut Outbox) -> i64 {
        let now = self.now();
        self.tcp.pause(
            out,
            self.random.between(300 * MILLISECOND, 5_000 * MILLISECOND),
        );
        let side = if self.random.chance(0.6) {
            Side::Client
        } else {
            Side::Server
        };
        self.tcp.close(out, side);
        now
    }
}
