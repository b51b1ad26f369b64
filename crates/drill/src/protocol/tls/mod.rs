//! TLS 1.2 (RFC 5246) and 1.3 (RFC 8446) over a conversation: handshakes as programs make them, then opaque
//! records. Nothing is encrypted: what would be, is random.

mod hello;

use crate::engine::Outbox;
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::world::{MICROSECOND, MILLISECOND};
pub(crate) use hello::{Greeting, Program, client_hello};

/// Most bytes of plain text in a record.
const RECORD: usize = 16_384;

/// How the server answers a greeting.
pub(crate) enum Answer {
    /// TLS 1.3: everything after the hello is opaque.
    V13,
    /// TLS 1.2 with its chain of certificates in DER, and perhaps an agreed application protocol.
    V12 {
        chain: Vec<Vec<u8>>,
        protocol: Option<&'static str>,
    },
}

/// A TLS session over an open conversation.
pub(crate) struct Tls {
    tcp: Tcp,
    random: Random,
    /// Bytes that a record adds to its plain text.
    overhead: usize,
}

impl Tls {
    /// Shakes hands.
    pub(crate) fn open(
        out: &mut Outbox,
        random: &mut Random,
        tcp: Tcp,
        greeting: &Greeting<'_>,
        answer: &Answer,
    ) -> Self {
        let random = random.fork("tls", random.clone().next());
        let overhead = if matches!(answer, Answer::V13) {
            17
        } else {
            24
        };
        let mut tls = Self {
            tcp,
            random,
            overhead,
        };
        let session: [u8; 32] = tls.random.array();
        let hello = client_hello(greeting, &session, &mut tls.random);
        tls.tcp
            .client(out, &record(22, greeting.record_version(), &hello));
        tls.tcp
            .pause(out, tls.random.between(200 * MICROSECOND, 2 * MILLISECOND));
        match answer {
            Answer::V13 => tls.finish_13(out, &session),
            Answer::V12 { chain, protocol } => tls.finish_12(out, greeting, chain, *protocol),
        }
        tls
    }

    fn finish_13(&mut self, out: &mut Outbox, session: &[u8; 32]) {
        let hello = hello::server_hello_13(session, &mut self.random);
        let opaque = self.random.count(2_400, 4_300);
        let flight = [
            record(22, 0x0303, &hello),
            record(20, 0x0303, &[1]),
            self.opaque(28),
            self.opaque(opaque),
            self.opaque(280),
            self.opaque(53),
        ];
        self.tcp.server(out, &flight.concat());
        self.tcp
            .pause(out, self.random.between(MILLISECOND, 4 * MILLISECOND));
        let finished = [record(20, 0x0303, &[1]), self.opaque(53)];
        self.tcp.client(out, &finished.concat());
    }

    fn finish_12(
        &mut self,
        out: &mut Outbox,
        greeting: &Greeting<'_>,
        chain: &[Vec<u8>],
        protocol: Option<&str>,
    ) {
        let hello = hello::server_hello_12(greeting, protocol, &mut self.random);
        let mut certificates = Vec::new();
        for der in chain {
            certificates.extend_from_slice(&length_24(der.len()));
            certificates.extend_from_slice(der);
        }
        let list = [&length_24(certificates.len())[..], &certificates].concat();
        let mut exchange = vec![3, 0, 29, 32];
        exchange.extend(self.random.bytes(32));
        exchange.extend([8, 4, 1, 0]);
        exchange.extend(self.random.bytes(256));
        let flight = [
            record(22, 0x0303, &hello),
            record(22, 0x0303, &handshake(11, &list)),
            record(22, 0x0303, &handshake(12, &exchange)),
            record(22, 0x0303, &handshake(14, &[])),
        ];
        self.tcp.server(out, &flight.concat());
        self.tcp
            .pause(out, self.random.between(MILLISECOND, 5 * MILLISECOND));
        let key = [&[32][..], &self.random.bytes(32)].concat();
        let answer = [
            record(22, 0x0303, &handshake(16, &key)),
            record(20, 0x0303, &[1]),
            record(22, 0x0303, &self.random.bytes(40)),
        ];
        self.tcp.client(out, &answer.concat());
        let finished = [
            record(20, 0x0303, &[1]),
            record(22, 0x0303, &self.random.bytes(40)),
        ];
        self.tcp.server(out, &finished.concat());
    }

    /// The client says something of this many bytes.
    pub(crate) fn client(&mut self, out: &mut Outbox, length: usize) {
        let bytes = self.data(length);
        self.tcp.client(out, &bytes);
    }

    /// The server says something of this many bytes.
    pub(crate) fn server(&mut self, out: &mut Outbox, length: usize) {
        let bytes = self.data(length);
        self.tcp.server(out, &bytes);
    }

    /// Lets time pass.
    pub(crate) fn pause(&mut self, out: &mut Outbox, nanos: i64) {
        self.tcp.pause(out, nanos);
    }

    /// Says goodbye (an alert, opaque too) and closes.
    pub(crate) fn close(mut self, out: &mut Outbox, side: Side) -> i64 {
        let alert = if self.overhead == 17 {
            self.opaque(2)
        } else {
            record(21, 0x0303, &self.random.bytes(26))
        };
        match side {
            Side::Client => self.tcp.client(out, &alert),
            Side::Server => self.tcp.server(out, &alert),
        }
        self.tcp.close(out, side)
    }

    fn data(&mut self, mut length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 64);
        while length > 0 {
            let part = length.min(RECORD);
            bytes.extend(self.opaque(part));
            length -= part;
        }
        bytes
    }

    fn opaque(&mut self, length: usize) -> Vec<u8> {
        record(23, 0x0303, &self.random.bytes(length + self.overhead))
    }
}

/// A record around a fragment.
pub(crate) fn record(kind: u8, version: u16, fragment: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(5 + fragment.len());
    bytes.push(kind);
    bytes.extend(version.to_be_bytes());
    bytes.extend((fragment.len() as u16).to_be_bytes());
    bytes.extend_from_slice(fragment);
    bytes
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &length_24(body.len()), body].concat()
}

fn length_24(length: usize) -> [u8; 3] {
    let [_, a, b, c] = (length as u32).to_be_bytes();
    [a, b, c]
}
