//! What tests of parsers share: a listener that writes down everything it is told, as lines.

use crate::protocol::{
    Carrier, Direction, Expected, Fields, FileStart, Parser, ProtocolSpec, Transaction, Visitor,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Bytes and where they go.
pub type Feed<'a> = (Direction, &'a [u8]);

/// Writes down what a parser tells.
#[derive(Default)]
pub struct Recorder {
    /// Everything, in order. File bytes stand in the line of the file's end.
    pub lines: Vec<String>,
    /// Bytes of files by id.
    pub files: BTreeMap<u64, Vec<u8>>,
    names: BTreeMap<u64, String>,
}

impl Recorder {
    /// The lines that begin with `start`, without it.
    pub fn with(&self, start: &str) -> Vec<&str> {
        self.lines
            .iter()
            .filter_map(|line| line.strip_prefix(start))
            .collect()
    }

    /// All instances of a buffer, in the order told.
    pub fn buffer(&self, name: &str) -> Vec<&str> {
        self.with(&format!("  {name} = "))
    }

    /// Names of the anomalies.
    pub fn anomalies(&self) -> Vec<&str> {
        self.with("anomaly ")
    }

    /// The events' values.
    pub fn events(&self) -> Vec<&str> {
        self.with("event ")
    }
}

fn escape(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

const fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::ToServer => ">",
        Direction::ToClient => "<",
    }
}

impl Visitor for Recorder {
    fn side_complete(&mut self, transaction: &dyn Transaction, direction: Direction) {
        self.lines
            .push(format!("side {}{}", transaction.id(), way(direction)));
        let spec = transaction.protocol();
        for (index, field) in spec.buffers.iter().enumerate() {
            transaction.buffer(index, direction, &mut |bytes| {
                self.lines
                    .push(format!("  {} = {}", field.name, escape(bytes)));
            });
        }
        for (index, field) in spec.numbers.iter().enumerate() {
            transaction.number(index, direction, &mut |number| {
                self.lines.push(format!("  {} = {number}", field.name));
            });
        }
    }

    fn transaction_complete(&mut self, transaction: &dyn Transaction) {
        let mut text = Text::default();
        transaction.fields(&mut text);
        let name = transaction.event_name().unwrap_or("-");
        let mut line = format!("event {name} {}:{}", transaction.id(), text.0);
        if let Some(name) = transaction.companion_name() {
            let mut text = Text::default();
            transaction.companion_fields(&mut text);
            write!(line, " {name}:{}", text.0).unwrap();
        }
        self.lines.push(line);
    }

    fn file_open(&mut self, file: &FileStart<'_>) {
        self.files.insert(file.id, Vec::new());
        let name = format!(
            "{}{} `{}`",
            file.transaction_id,
            way(file.direction),
            escape(file.name)
        );
        self.names.insert(file.id, name);
    }

    fn file_data(&mut self, id: u64, bytes: &[u8]) {
        self.files.get_mut(&id).unwrap().extend_from_slice(bytes);
    }

    fn file_gap(&mut self, id: u64, missing: u64) {
        self.lines.push(format!("file gap {id}: {missing}"));
    }

    fn file_close(&mut self, id: u64, complete: bool) {
        let name = self.names.remove(&id).unwrap();
        let bytes = &self.files[&id];
        let shown = bytes.get(..64).unwrap_or(bytes);
        self.lines.push(format!(
            "file {name} {} bytes {}: {}",
            bytes.len(),
            if complete { "complete" } else { "cut" },
            escape(shown)
        ));
    }

    fn anomaly(&mut self, name: &'static str, _: Direction, _: Option<u64>) {
        self.lines.push(format!("anomaly {name}"));
    }

    fn expect(&mut self, expected: &Expected<'_>) {
        self.lines.push(format!(
            "expect {} opened{} {} {}",
            expected.protocol,
            way(expected.opened),
            expected.port,
            escape(expected.note)
        ));
    }

    fn change_protocol(&mut self, name: Option<&'static str>, direction: Direction, rest: &[u8]) {
        self.lines.push(format!(
            "change {}{} {}",
            name.unwrap_or("?"),
            way(direction),
            escape(rest)
        ));
    }
}

/// Values as compact text, close to JSON.
#[derive(Default)]
struct Text(String);

impl Text {
    fn name(&mut self, name: &str) {
        if !name.is_empty() {
            write!(self.0, " {name}=").unwrap();
        } else {
            self.0.push(' ');
        }
    }
}

impl Fields for Text {
    fn bytes(&mut self, name: &'static str, value: &[u8]) {
        self.named_bytes(name.as_bytes(), value);
    }
    fn number(&mut self, name: &'static str, value: u64) {
        self.name(name);
        write!(self.0, "{value}").unwrap();
    }
    fn truth(&mut self, name: &'static str, value: bool) {
        self.name(name);
        write!(self.0, "{value}").unwrap();
    }
    fn begin_record(&mut self, name: &'static str) {
        self.name(name);
        self.0.push('{');
    }
    fn begin_list(&mut self, name: &'static str) {
        self.name(name);
        self.0.push('[');
    }
    fn end(&mut self) {
        self.0.push_str(" ]");
    }
    fn named_bytes(&mut self, name: &[u8], value: &[u8]) {
        self.name(&String::from_utf8_lossy(name));
        self.0.push_str(&escape(value));
    }
}

/// Feeds each stretch whole, then ends both directions.
pub fn whole(spec: &ProtocolSpec, feeds: &[Feed<'_>]) -> Recorder {
    split(spec, feeds, usize::MAX)
}

/// Feeds each stretch in pieces of `piece` bytes, then ends both directions.
pub fn split(spec: &ProtocolSpec, feeds: &[Feed<'_>], piece: usize) -> Recorder {
    let mut recorder = Recorder::default();
    let mut parser = (spec.parser)();
    for (direction, bytes) in feeds {
        for bytes in bytes.chunks(piece) {
            parser.feed(*direction, bytes, &mut recorder);
        }
    }
    finish(parser.as_mut(), &mut recorder);
    recorder
}

/// Ends both directions.
pub fn finish(parser: &mut dyn Parser, recorder: &mut Recorder) {
    parser.finish(Direction::ToServer, recorder);
    parser.finish(Direction::ToClient, recorder);
}

/// Feeds each stretch whole, ends the server's side, and then lets the client say more before it ends, too.
pub fn half_closed(spec: &ProtocolSpec, feeds: &[Feed<'_>], after: &[u8]) -> Recorder {
    let mut recorder = Recorder::default();
    let mut parser = (spec.parser)();
    for (direction, bytes) in feeds {
        parser.feed(*direction, bytes, &mut recorder);
    }
    parser.finish(Direction::ToClient, &mut recorder);
    parser.feed(Direction::ToServer, after, &mut recorder);
    parser.finish(Direction::ToServer, &mut recorder);
    recorder
}

/// The law of streams: it does not matter how the bytes were cut.
pub fn check_pieces(spec: &ProtocolSpec, feeds: &[Feed<'_>]) {
    let expected = whole(spec, feeds);
    for piece in [1, 2, 3, 7, 100] {
        let found = split(spec, feeds, piece);
        assert_eq!(found.lines, expected.lines, "pieces of {piece} bytes");
        assert_eq!(found.files, expected.files, "pieces of {piece} bytes");
    }
}

/// How conversations begin: protocol, carrier, direction, bytes.
pub fn beginnings() -> Vec<(&'static str, Carrier, Direction, Vec<u8>)> {
    use Carrier::{Datagram, Stream};
    use Direction::{ToClient, ToServer};
    let text: &[(&str, Carrier, Direction, &[u8])] = &[
        (
            "http",
            Stream,
            ToServer,
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        ),
        (
            "http",
            Stream,
            ToServer,
            b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        ),
        ("http", Stream, ToClient, b"HTTP/1.1 200 OK\r\n\r\n"),
        ("ssh", Stream, ToServer, b"SSH-2.0-x\r\n"),
        ("ssh", Stream, ToClient, b"SSH-2.0-x\r\n"),
        (
            "sip",
            Stream,
            ToServer,
            b"OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\n\r\n",
        ),
        (
            "sip",
            Datagram,
            ToServer,
            b"INVITE sip:a@b SIP/2.0\r\nVia: x\r\n\r\n",
        ),
        ("sip", Datagram, ToClient, b"SIP/2.0 200 OK\r\n\r\n"),
        ("rfb", Stream, ToClient, b"RFB 003.008\n"),
        ("telnet", Stream, ToClient, b"\xff\xfd\x18\xff\xfd\x20"),
        (
            "bittorrent",
            Stream,
            ToServer,
            b"\x13BitTorrent protocol\0\0\0\0\0\x10\0\x05",
        ),
        (
            "bittorrent-dht",
            Datagram,
            ToServer,
            b"d1:ad2:id2:abe1:q4:ping1:t1:a1:y1:qe",
        ),
    ];
    let binary: &[(&str, Carrier, Direction, &str)] = &[
        (
            "tls",
            Stream,
            ToServer,
            "16030100 31 0100002d 0303 0000000000000000000000000000000000000000000000000000000000000000 00 000613011302 1303 0100",
        ),
        (
            "tls",
            Stream,
            ToClient,
            "160303002a020000260303000000000000000000000000000000000000000000000000000000000000000000130100",
        ),
        (
            "dns",
            Datagram,
            ToServer,
            "12340100000100000000000003777777076578616d706c65036f72670000010001",
        ),
        (
            "dns",
            Stream,
            ToServer,
            "002112340100000100000000000003777777076578616d706c65036f72670000010001",
        ),
        (
            "snmp",
            Datagram,
            ToServer,
            "302602010004067075626c6963a019020101020100020100300e300c06082b060102010103000500",
        ),
        (
            "ike",
            Datagram,
            ToServer,
            "01020304050607080000000000000000 21202208 00000000 00000024 00000008 00000000",
        ),
        (
            "ntp",
            Datagram,
            ToServer,
            "230206ec0000000000000000 4c4f434c 000000000000000000000000000000000000000000000000000000000000000000000000",
        ),
        (
            "mqtt",
            Stream,
            ToServer,
            "100e00044d515454040200 3c00026964",
        ),
        ("mqtt", Stream, ToClient, "20020000"),
        (
            "rdp",
            Stream,
            ToServer,
            "030000130ee000000000000100080003000000",
        ),
        (
            "rdp",
            Stream,
            ToClient,
            "030000130ed000001234000201080002000000",
        ),
        ("modbus", Stream, ToServer, "0001000000061103006b0003"),
        ("dnp3", Stream, ToServer, "056405c001000004e921"),
        (
            "nfs",
            Stream,
            ToServer,
            "80000028 8a1b2c3d 00000000 00000002 000186a3 00000003 00000000 00000000 00000000 00000000 00000000",
        ),
        (
            "nfs",
            Datagram,
            ToServer,
            "8a1b2c3d 00000000 00000002 000186a3 00000003 00000000 00000000 00000000 00000000 00000000",
        ),
        ("pgsql", Stream, ToServer, "0000000804d2162f"),
        (
            "pgsql",
            Stream,
            ToServer,
            "00000012000300007573657200616e6e0000",
        ),
        (
            "mysql",
            Stream,
            ToClient,
            "2d0000000a382e302e3100070000007365616c7365616c00ffff210200ffff15000000000000000000007361 6c7473616c74",
        ),
        ("socks", Stream, ToServer, "050100"),
        ("socks", Stream, ToServer, "04010050c000020100"),
    ];
    let text = text
        .iter()
        .map(|(name, carrier, way, bytes)| (*name, *carrier, *way, bytes.to_vec()));
    let binary = binary
        .iter()
        .map(|(name, carrier, way, hex)| (*name, *carrier, *way, unhex(hex)));
    text.chain(binary).collect()
}

/// Bytes from hexadecimal text; white space does not count.
pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter_map(crate::text::hex_digit).collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
