//! What tests of parsers share: a listener that writes down everything it is told, as lines.

use crate::protocol::{
    Direction, Expected, Fields, FileStart, Parser, ProtocolSpec, Transaction, Visitor,
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

/// The law of streams: it does not matter how the bytes were cut.
pub fn check_pieces(spec: &ProtocolSpec, feeds: &[Feed<'_>]) {
    let expected = whole(spec, feeds);
    for piece in [1, 2, 3, 7, 100] {
        let found = split(spec, feeds, piece);
        assert_eq!(found.lines, expected.lines, "pieces of {piece} bytes");
        assert_eq!(found.files, expected.files, "pieces of {piece} bytes");
    }
}

/// Bytes from hexadecimal text; white space does not count.
#[allow(dead_code)]
pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter_map(crate::text::hex_digit).collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
