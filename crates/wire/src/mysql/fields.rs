//! Names for rules and events.

use super::parser::{HEADER_BYTES, greeting, header, log_in};
use super::state::{Mysql, MysqlTransaction};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// MySQL and MariaDB.
pub static MYSQL: ProtocolSpec = ProtocolSpec {
    name: "mysql",
    carrier: Carrier::Stream,
    ports: &[3306],
    probe,
    parser: || Box::new(Mysql::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &["malformed_data"],
};

/// The server speaks first; a client's answer alone is not enough.
fn probe(direction: Direction, bytes: &[u8]) -> Probe {
    let Some((length, number)) = header(bytes) else {
        return Probe::Unsure;
    };
    let content = bytes.get(HEADER_BYTES..).unwrap_or_default();
    let is_whole = usize::try_from(length).is_ok_and(|length| length == content.len());
    match direction {
        Direction::ToClient => match content.first() {
            _ if number != 0 || !(16..=512).contains(&length) => Probe::No,
            None | Some(10 | 0xff) if !is_whole => Probe::Unsure,
            Some(10) if greeting(content).is_some() => Probe::Yes,
            Some(0xff) => Probe::Unsure,
            _ => Probe::No,
        },
        Direction::ToServer => match number {
            1 if (32..=16_384).contains(&length) && !is_whole => Probe::Unsure,
            1 if is_whole && log_in(content).is_some() => Probe::Unsure,
            _ => Probe::No,
        },
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<MysqlTransaction>; 1] = [Buffer::new(
    "mysql.command",
    Inspected::ToServer,
    |tx, _, visit| {
        if let Some((_, text)) = &tx.command {
            visit(text);
        }
    },
)];

impl Transaction for MysqlTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &MYSQL
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("mysql")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        if let Some(version) = &self.version {
            fields.bytes("version", version);
            fields.truth("tls", self.tls);
        }
        if let Some(user) = &self.user {
            fields.bytes("user", user);
        }
        if let Some(database) = &self.database {
            fields.bytes("database", database);
        }
        if let Some((name, text)) = &self.command {
            fields.bytes("command", name.as_bytes());
            if !text.is_empty() {
                fields.bytes("query", text);
            }
        }
        if let Some((code, words)) = &self.error {
            fields.number("error_code", (*code).into());
            fields.bytes("error", words);
        }
    }
}
