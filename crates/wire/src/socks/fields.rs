//! Names for rules and events.

use super::parser::{Read, greeting_5, request_4};
use super::state::{Socks, SocksTransaction};
use crate::field::{VisitBytes, VisitNumber};
use crate::protocol::{Carrier, Direction, Fields, Probe, ProtocolSpec, Transaction};

/// SOCKS.
pub static SOCKS: ProtocolSpec = ProtocolSpec {
    name: "socks",
    carrier: Carrier::Stream,
    ports: &[1080, 9050],
    probe,
    parser: || Box::new(Socks::default()),
    buffers: &[],
    numbers: &[],
    anomalies: &["malformed_data"],
};

/// A client's first message and nothing behind it: it has to wait for the answer.
fn probe(direction: Direction, bytes: &[u8]) -> Probe {
    if direction == Direction::ToClient {
        return match bytes {
            [] | [5] | [5, 0 | 2 | 0xff, ..] | [0] | [0, 90..=93, ..] => Probe::Unsure,
            _ => Probe::No,
        };
    }
    match bytes.first() {
        None => Probe::Unsure,
        Some(4) => match request_4(bytes) {
            Read::Whole(request, used) if used == bytes.len() => {
                let text = request.host.iter().all(u8::is_ascii_graphic);
                if text && request.port != 0 {
                    Probe::Yes
                } else {
                    Probe::No
                }
            }
            Read::More => Probe::Unsure,
            _ => Probe::No,
        },
        Some(5) => match greeting_5(bytes) {
            // Methods that are in use, each once.
            Read::Whole(methods, used)
                if used == bytes.len()
                    && methods.iter().all(|method| *method <= 9 || *method >= 0x80)
                    && methods.iter().enumerate().all(|(place, method)| {
                        !methods.iter().take(place).any(|one| one == method)
                    }) =>
            {
                Probe::Yes
            }
            Read::More => Probe::Unsure,
            _ => Probe::No,
        },
        Some(_) => Probe::No,
    }
}

impl Transaction for SocksTransaction {
    fn id(&self) -> u64 {
        0
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &SOCKS
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("socks")
    }

    fn buffer(&self, _: usize, _: Direction, _: VisitBytes<'_>) {}

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        fields.number("version", self.version.into());
        if let Some(user) = &self.user {
            fields.bytes("user", user);
        }
        if let Some(request) = &self.request {
            let command: &[u8] = match request.command {
                1 => b"connect",
                2 => b"bind",
                3 => b"udp_associate",
                _ => b"unknown",
            };
            fields.bytes("command", command);
            fields.bytes("host", &request.host);
            fields.number("port", request.port.into());
        }
        if let Some(result) = self.result {
            fields.number("result", result.into());
        }
    }
}
