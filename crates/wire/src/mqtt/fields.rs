//! Names for rules and events.

use super::event;
use super::message::{Body, Connect, Message};
use super::parser::{NoHeader, header, kind, message};
use super::state::{Mqtt, MqttTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// MQTT.
pub static MQTT: ProtocolSpec = ProtocolSpec {
    name: "mqtt",
    carrier: Carrier::Stream,
    ports: &[1883],
    probe,
    parser: || Box::new(Mqtt::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "missing_connect",
        "missing_publish",
        "missing_subscribe",
        "missing_unsubscribe",
        "double_connect",
        "unintroduced_message",
        "invalid_qos_level",
        "missing_msg_id",
        "unassigned_msg_type",
        "too_many_transactions",
        "malformed_traffic",
    ],
};

/// A client begins with `CONNECT`, which names the protocol; a server's first answer says so little that the port
/// has to help.
fn probe(direction: Direction, bytes: &[u8]) -> Probe {
    let header = match header(bytes) {
        Ok(header) => header,
        Err(NoHeader::Incomplete) => {
            return match bytes {
                [] | [0x10, ..] => Probe::Unsure,
                [0x20, ..] if direction == Direction::ToClient => Probe::Unsure,
                _ => Probe::No,
            };
        }
        Err(NoHeader::Malformed) => return Probe::No,
    };
    let body = bytes.get(header.bytes..).unwrap_or_default();
    match (header.kind, header.flags) {
        (kind::CONNECT, 0) if header.remaining >= 12 => {
            const NAMES: [&[u8]; 2] = [b"\x00\x04MQTT", b"\x00\x06MQIsdp"];
            let begins = |name: &&[u8]| body.starts_with(name);
            let may = |name: &&[u8]| name.starts_with(body);
            match () {
                () if NAMES.iter().any(begins) => Probe::Yes,
                () if NAMES.iter().any(may) => Probe::Unsure,
                () => Probe::No,
            }
        }
        (kind::CONNACK, 0) if direction == Direction::ToClient => match body {
            [] | [0 | 1] | [0 | 1, 0..=5 | 0x80..=0x9f, ..] if header.remaining >= 2 => {
                Probe::Unsure
            }
            _ => Probe::No,
        },
        // The direction that did not decide begins in the middle.
        (kind::PUBLISH..=kind::AUTH, _) if direction == Direction::ToClient => {
            match message(header, 4, body) {
                Some(_) if header.remaining as usize == body.len() => Probe::Unsure,
                _ => Probe::No,
            }
        }
        _ => Probe::No,
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

type Entry = Buffer<MqttTransaction>;

const fn buffer(name: &'static str, of: fn(&MqttTransaction, Direction, VisitBytes<'_>)) -> Entry {
    Buffer::new(name, Inspected::Both, of)
}

const BUFFERS: [Entry; 10] = [
    buffer("mqtt.connect.clientid", |tx, _, visit| {
        connects(tx, |connect| Some(&connect.client_id), visit);
    }),
    buffer("mqtt.connect.username", |tx, _, visit| {
        connects(tx, |connect| connect.username.as_ref(), visit);
    }),
    buffer("mqtt.connect.password", |tx, _, visit| {
        connects(tx, |connect| connect.password.as_ref(), visit);
    }),
    buffer("mqtt.connect.willtopic", |tx, _, visit| {
        connects(tx, |connect| Some(&connect.will.as_ref()?.topic), visit);
    }),
    buffer("mqtt.connect.willmessage", |tx, _, visit| {
        connects(tx, |connect| Some(&connect.will.as_ref()?.message), visit);
    }),
    buffer("mqtt.connect.protocol_string", |tx, _, visit| {
        connects(tx, |connect| Some(&connect.protocol), visit);
    }),
    buffer("mqtt.publish.topic", |tx, _, visit| {
        for message in &tx.messages {
            if let Body::Publish { topic, .. } = &message.body {
                visit(topic);
            }
        }
    }),
    buffer("mqtt.publish.message", |tx, _, visit| {
        for message in &tx.messages {
            if let Body::Publish { payload, .. } = &message.body {
                visit(payload);
            }
        }
    }),
    buffer("mqtt.subscribe.topic", |tx, _, visit| {
        for message in &tx.messages {
            if let Body::Subscribe { topics, .. } = &message.body {
                topics.iter().for_each(|(topic, _)| visit(topic));
            }
        }
    }),
    buffer("mqtt.unsubscribe.topic", |tx, _, visit| {
        for message in &tx.messages {
            if let Body::Unsubscribe { topics, .. } = &message.body {
                topics.iter().for_each(|topic| visit(topic));
            }
        }
    }),
];

fn connects(
    transaction: &MqttTransaction,
    of: fn(&Connect) -> Option<&Vec<u8>>,
    visit: VisitBytes<'_>,
) {
    for message in &transaction.messages {
        if let Body::Connect(connect) = &message.body
            && let Some(value) = of(connect)
        {
            visit(value);
        }
    }
}

const fn number(
    name: &'static str,
    of: fn(&MqttTransaction, Direction, VisitNumber<'_>),
) -> Number<MqttTransaction> {
    Number::new(name, Inspected::Both, of)
}

const NUMBERS: [Number<MqttTransaction>; 7] = [
    number("mqtt.protocol_version", |tx, _, visit| {
        visit(tx.version.into())
    }),
    number("mqtt.type", |tx, _, visit| {
        each(tx, |message| message.kind, visit)
    }),
    number("mqtt.qos", |tx, _, visit| each(tx, Message::quality, visit)),
    number("mqtt.flags", |tx, _, visit| {
        each(tx, |message| message.flags, visit)
    }),
    number("mqtt.connect.flags", |tx, _, visit| {
        for message in &tx.messages {
            if let Body::Connect(connect) = &message.body {
                visit(connect.flags.into());
            }
        }
    }),
    number("mqtt.connack.session_present", |tx, _, visit| {
        for message in &tx.messages {
            if let Body::ConnectAnswer {
                session_present, ..
            } = &message.body
            {
                visit((*session_present).into());
            }
        }
    }),
    number("mqtt.reason_code", |tx, _, visit| {
        for message in &tx.messages {
            match &message.body {
                Body::ConnectAnswer { code, .. } => visit((*code).into()),
                Body::Reason {
                    code: Some(code), ..
                } => visit((*code).into()),
                Body::Answer { codes, .. } => codes.iter().for_each(|code| visit((*code).into())),
                _ => {}
            }
        }
    }),
];

fn each(transaction: &MqttTransaction, of: fn(&Message) -> u8, visit: VisitNumber<'_>) {
    for message in &transaction.messages {
        visit(of(message).into());
    }
}

impl Transaction for MqttTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &MQTT
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("mqtt")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        for message in &self.messages {
            event::message(message, fields);
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
