//! Recognition; there is nothing that rules look at.

use crate::protocol::{Carrier, Direction, Parser, Probe, ProtocolSpec, Visitor};

/// Telnet.
pub static TELNET: ProtocolSpec = ProtocolSpec {
    name: "telnet",
    carrier: Carrier::Stream,
    ports: &[23],
    probe: |_, bytes| probe(bytes),
    parser: || Box::new(Telnet),
    buffers: &[],
    numbers: &[],
    anomalies: &[],
};

/// Interpret as command.
const COMMAND: u8 = 255;

/// Begins with two negotiations: a command, what to do, an option that is assigned.
fn probe(bytes: &[u8]) -> Probe {
    let mut rest = bytes;
    for seen in 0..2 {
        match rest {
            [] | [COMMAND] | [COMMAND, 251..=254] => return Probe::Unsure,
            [COMMAND, 251..=254, 0..=49 | 138..=140 | 255, after @ ..] => rest = after,
            // A subnegotiation may come after the first.
            [COMMAND, 250, 0..=49, ..] if seen > 0 => return Probe::Yes,
            [COMMAND, 250] if seen > 0 => return Probe::Unsure,
            _ => return Probe::No,
        }
    }
    Probe::Yes
}

/// A conversation that is left alone.
struct Telnet;

impl Parser for Telnet {
    fn feed(&mut self, _: Direction, _: &[u8], _: &mut dyn Visitor) {}

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}

    fn is_done(&self) -> bool {
        true
    }
}
