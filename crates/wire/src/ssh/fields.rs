//! Names for rules and events.

use super::parser::Hassh;
use super::state::{Peer, Ssh, SshTransaction};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// SSH.
pub static SSH: ProtocolSpec = ProtocolSpec {
    name: "ssh",
    carrier: Carrier::Stream,
    ports: &[22],
    probe,
    parser: || Box::new(Ssh::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &[
        "invalid_banner",
        "long_banner",
        "invalid_record",
        "long_kex_record",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<SshTransaction>; 6] = [
    Buffer::new("ssh.proto", Inspected::Both, |transaction, way, visit| {
        if let Some(banner) = &transaction.peer(way).banner {
            visit(&banner.protocol);
        }
    }),
    Buffer::new(
        "ssh.software",
        Inspected::Both,
        |transaction, way, visit| {
            if let Some(banner) = &transaction.peer(way).banner {
                visit(&banner.software);
            }
        },
    ),
    Buffer::new(
        "ssh.hassh",
        Inspected::ToServer,
        |transaction, way, visit| {
            hassh(transaction, way, |hassh| visit(hassh.hash.as_bytes()));
        },
    ),
    Buffer::new(
        "ssh.hassh.string",
        Inspected::ToServer,
        |transaction, way, visit| {
            hassh(transaction, way, |hassh| visit(&hassh.text));
        },
    ),
    Buffer::new(
        "ssh.hassh.server",
        Inspected::ToClient,
        |transaction, way, visit| {
            hassh(transaction, way, |hassh| visit(hassh.hash.as_bytes()));
        },
    ),
    Buffer::new(
        "ssh.hassh.server.string",
        Inspected::ToClient,
        |transaction, way, visit| {
            hassh(transaction, way, |hassh| visit(&hassh.text));
        },
    ),
];

fn hassh(transaction: &SshTransaction, way: Direction, look: impl FnOnce(&Hassh)) {
    if let Some(hassh) = &transaction.peer(way).hassh {
        look(hassh);
    }
}

fn probe(_: Direction, bytes: &[u8]) -> Probe {
    const START: &[u8] = b"SSH-";
    match bytes.get(..START.len()) {
        Some(START) => Probe::Yes,
        Some(_) => Probe::No,
        None if START.starts_with(bytes) => Probe::Unsure,
        None => Probe::No,
    }
}

fn peer(name: &'static str, peer: &Peer, fields: &mut dyn Fields) {
    let Some(banner) = &peer.banner else { return };
    fields.begin_record(name);
    fields.bytes("proto_version", &banner.protocol);
    fields.bytes("software_version", &banner.software);
    if let Some(hassh) = &peer.hassh {
        fields.begin_record("hassh");
        fields.bytes("hash", hassh.hash.as_bytes());
        fields.bytes("string", &hassh.text);
        fields.end();
    }
    fields.end();
}

impl Transaction for SshTransaction {
    fn id(&self) -> u64 {
        0
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &SSH
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("ssh")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        peer("client", &self.client, fields);
        peer("server", &self.server, fields);
    }
}
