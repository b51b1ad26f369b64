//! Names for rules and events.

use super::certificate::{Certificate, Chain};
use super::state::Tls;
use super::transaction::{About, TlsTransaction};
use super::{event, probe};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, ProtocolSpec, Transaction,
};

/// SSL and TLS.
pub static TLS: ProtocolSpec = ProtocolSpec {
    name: "tls",
    carrier: Carrier::Stream,
    ports: &[443, 465, 636, 853, 989, 990, 993, 995, 8443],
    probe: probe::tls,
    parser: || Box::new(Tls::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "invalid_sslv2_header",
        "invalid_record_type",
        "invalid_record_version",
        "invalid_record_length",
        "invalid_handshake_message",
        "certificate_invalid_length",
        "handshake_invalid_length",
        "invalid_certificate",
        "error_message_encountered",
        "heartbeat_message",
        "overflow_heartbeat_message",
        "multiple_sni_extensions",
        "invalid_sni_type",
        "invalid_sni_length",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<TlsTransaction>; 19] = [
    Buffer::new("tls.sni", Inspected::ToServer, |transaction, _, visit| {
        if let Some(client) = &transaction.client
            && let Some(name) = &client.hello.server_name
        {
            visit(name);
        }
    }),
    Buffer::new(
        "tls.cert_subject",
        Inspected::Both,
        |transaction, way, visit| {
            owner(transaction, way, |owner| visit(owner.subject.as_bytes()));
        },
    ),
    Buffer::new(
        "tls.cert_issuer",
        Inspected::Both,
        |transaction, way, visit| {
            owner(transaction, way, |owner| visit(owner.issuer.as_bytes()));
        },
    ),
    Buffer::new(
        "tls.cert_serial",
        Inspected::Both,
        |transaction, way, visit| {
            owner(transaction, way, |owner| visit(owner.serial.as_bytes()));
        },
    ),
    Buffer::new(
        "tls.cert_fingerprint",
        Inspected::Both,
        |transaction, way, visit| {
            chain(transaction, way, |chain| {
                visit(chain.fingerprint.as_bytes())
            });
        },
    ),
    Buffer::new("tls.certs", Inspected::Both, |transaction, way, visit| {
        chain(transaction, way, |chain| {
            for certificate in &chain.encoded {
                visit(certificate);
            }
        });
    }),
    Buffer::new(
        "tls.subjectaltname",
        Inspected::Both,
        |transaction, way, visit| {
            owner(transaction, way, |owner| {
                for name in &owner.alternative_names {
                    visit(name.as_bytes());
                }
            });
        },
    ),
    Buffer::new("tls.alpn", Inspected::Both, |transaction, way, visit| {
        let protocols = match way {
            Direction::ToServer => transaction
                .client
                .as_ref()
                .map(|side| &side.hello.protocols),
            Direction::ToClient => transaction
                .server
                .as_ref()
                .map(|side| &side.hello.protocols),
        };
        for name in protocols.into_iter().flatten() {
            visit(name);
        }
    }),
    Buffer::new("tls.version", Inspected::Both, |transaction, way, visit| {
        if let Some(name) = transaction.version_of(way).and_then(event::version_name) {
            visit(name.as_bytes());
        }
    }),
    Buffer::new("tls.random", Inspected::Both, |transaction, way, visit| {
        random(transaction, way, |bytes| visit(bytes));
    }),
    Buffer::new(
        "tls.random_time",
        Inspected::Both,
        |transaction, way, visit| {
            random(transaction, way, |bytes| {
                bytes.get(..4).into_iter().for_each(visit);
            });
        },
    ),
    Buffer::new(
        "tls.random_bytes",
        Inspected::Both,
        |transaction, way, visit| {
            random(transaction, way, |bytes| {
                bytes.get(4..).into_iter().for_each(visit);
            });
        },
    ),
    Buffer::new("ssl_version", Inspected::Both, |transaction, way, visit| {
        if let Some(word) = transaction.version_of(way).and_then(event::version_word) {
            visit(word.as_bytes());
        }
    }),
    Buffer::new("ssl_state", Inspected::Both, states),
    Buffer::new("ja3.hash", Inspected::ToServer, |transaction, _, visit| {
        if let Some(client) = &transaction.client {
            visit(client.ja3.hash.as_bytes());
        }
    }),
    Buffer::new(
        "ja3.string",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(client) = &transaction.client {
                visit(client.ja3.text.as_bytes());
            }
        },
    ),
    Buffer::new("ja3s.hash", Inspected::ToClient, |transaction, _, visit| {
        if let Some(server) = &transaction.server {
            visit(server.ja3s.hash.as_bytes());
        }
    }),
    Buffer::new(
        "ja3s.string",
        Inspected::ToClient,
        |transaction, _, visit| {
            if let Some(server) = &transaction.server {
                visit(server.ja3s.text.as_bytes());
            }
        },
    ),
    Buffer::new("ja4.hash", Inspected::ToServer, |transaction, _, visit| {
        if let Some(client) = &transaction.client {
            visit(client.ja4.as_bytes());
        }
    }),
];

const NUMBERS: [Number<TlsTransaction>; 4] = [
    Number::new("tls.version", Inspected::Both, |transaction, way, visit| {
        if let Some(version) = transaction.version_of(way) {
            visit(version.into());
        }
    }),
    Number::new(
        "tls.cert_chain_len",
        Inspected::Both,
        |transaction, way, visit| {
            chain(transaction, way, |chain| visit(chain.encoded.len() as u64));
        },
    ),
    Number::new(
        "tls.cert_not_before",
        Inspected::Both,
        |transaction, way, visit| {
            owner(transaction, way, |owner| {
                visit(u64::try_from(owner.not_before).unwrap_or(0));
            });
        },
    ),
    Number::new(
        "tls.cert_not_after",
        Inspected::Both,
        |transaction, way, visit| {
            owner(transaction, way, |owner| {
                visit(u64::try_from(owner.not_after).unwrap_or(0));
            });
        },
    ),
];

fn chain(transaction: &TlsTransaction, way: Direction, look: impl FnOnce(&Chain)) {
    if let Some(chain) = transaction.chain(way) {
        look(chain);
    }
}

fn owner(transaction: &TlsTransaction, way: Direction, look: impl FnOnce(&Certificate)) {
    if let Some(owner) = transaction
        .chain(way)
        .and_then(|chain| chain.owner.as_ref())
    {
        look(owner);
    }
}

fn random(transaction: &TlsTransaction, way: Direction, look: impl FnOnce(&[u8])) {
    let random = match way {
        Direction::ToServer => transaction.client.as_ref().map(|side| &side.hello.random),
        Direction::ToClient => transaction.server.as_ref().map(|side| &side.hello.random),
    };
    if let Some(random) = random {
        look(random);
    }
}

/// How far the handshake has come, in the words of `ssl_state`.
fn states(transaction: &TlsTransaction, way: Direction, visit: VisitBytes<'_>) {
    match way {
        Direction::ToServer => {
            if transaction.client.is_some() {
                visit(b"client_hello");
            }
            if transaction.about == About::ClientCertificate {
                visit(b"client_keyx");
            }
        }
        Direction::ToClient => {
            if transaction.server.is_some() {
                visit(b"server_hello");
            }
            if transaction.server_key_exchange {
                visit(b"server_keyx");
            }
        }
    }
}

impl Transaction for TlsTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &TLS
    }

    fn event_name(&self) -> Option<&'static str> {
        (self.about == About::Handshake).then_some("tls")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        event::tls(self, fields);
    }
}
