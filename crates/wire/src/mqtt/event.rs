//! The event of a transaction.

use super::message::{Body, Connect, Message, Properties, Property};
use super::parser::kind;
use crate::protocol::Fields;
use crate::text::hex;

/// Name of a message in events.
const fn name(kind: u8) -> &'static str {
    match kind {
        1 => "connect",
        2 => "connack",
        3 => "publish",
        4 => "puback",
        5 => "pubrec",
        6 => "pubrel",
        7 => "pubcomp",
        8 => "subscribe",
        9 => "suback",
        10 => "unsubscribe",
        11 => "unsuback",
        12 => "pingreq",
        13 => "pingresp",
        14 => "disconnect",
        15 => "auth",
        _ => "unassigned",
    }
}

/// Tells a message as a record of its own.
pub fn message(message: &Message, fields: &mut dyn Fields) {
    fields.begin_record(name(message.kind));
    fields.number("qos", message.quality().into());
    fields.truth("retain", message.flags & 1 != 0);
    fields.truth("dup", message.flags & 8 != 0);
    body(message, fields);
    fields.end();
}

fn body(message: &Message, fields: &mut dyn Fields) {
    match &message.body {
        Body::Connect(said) => connect(said, fields),
        Body::ConnectAnswer {
            session_present,
            code,
            properties,
        } => {
            fields.truth("session_present", *session_present);
            fields.number("return_code", (*code).into());
            list("properties", properties.as_ref(), fields);
        }
        Body::Publish {
            topic,
            id,
            properties,
            payload,
        } => {
            fields.bytes("topic", topic);
            if let Some(id) = id {
                fields.number("message_id", (*id).into());
            }
            fields.bytes("message", payload);
            list("properties", properties.as_ref(), fields);
        }
        Body::Answer {
            id,
            codes,
            properties,
        } => {
            fields.number("message_id", (*id).into());
            match (message.kind, codes.as_slice()) {
                (_, []) => {}
                (kind::UNSUBACK, codes) => numbers("reason_codes", codes, fields),
                (_, [code, ..]) => fields.number("reason_code", (*code).into()),
            }
            list("properties", properties.as_ref(), fields);
        }
        Body::Subscribe {
            id,
            properties,
            topics,
        } => {
            fields.number("message_id", (*id).into());
            fields.begin_list("topics");
            for (topic, quality) in topics {
                fields.begin_record("");
                fields.bytes("topic", topic);
                fields.number("qos", (*quality).into());
                fields.end();
            }
            fields.end();
            list("properties", properties.as_ref(), fields);
        }
        Body::SubscribeAnswer {
            id,
            properties,
            granted,
        } => {
            fields.number("message_id", (*id).into());
            numbers("qos_granted", granted, fields);
            list("properties", properties.as_ref(), fields);
        }
        Body::Unsubscribe {
            id,
            properties,
            topics,
        } => {
            fields.number("message_id", (*id).into());
            fields.begin_list("topics");
            for topic in topics {
                fields.bytes("", topic);
            }
            fields.end();
            list("properties", properties.as_ref(), fields);
        }
        Body::Reason { code, properties } => {
            if let Some(code) = code {
                fields.number("reason_code", (*code).into());
            }
            list("properties", properties.as_ref(), fields);
        }
        Body::Empty => {}
        Body::Truncated(length) => {
            fields.truth("truncated", true);
            fields.number("skipped_length", *length);
        }
    }
}

fn numbers(name: &'static str, values: &[u8], fields: &mut dyn Fields) {
    fields.begin_list(name);
    for value in values {
        fields.number("", (*value).into());
    }
    fields.end();
}

fn connect(connect: &Connect, fields: &mut dyn Fields) {
    fields.bytes("protocol_string", &connect.protocol);
    fields.number("protocol_version", connect.version.into());
    fields.begin_record("flags");
    for (name, bit) in [
        ("username", 0x80),
        ("password", 0x40),
        ("will_retain", 0x20),
        ("will", 0x04),
        ("clean_session", 0x02),
    ] {
        fields.truth(name, connect.flags & bit != 0);
    }
    fields.end();
    fields.bytes("client_id", &connect.client_id);
    if let Some(username) = &connect.username {
        fields.bytes("username", username);
    }
    if let Some(will) = &connect.will {
        fields.begin_record("will");
        fields.bytes("topic", &will.topic);
        fields.bytes("message", &will.message);
        list("properties", will.properties.as_ref(), fields);
        fields.end();
    }
    list("properties", connect.properties.as_ref(), fields);
}

fn list(name: &'static str, properties: Option<&Properties>, fields: &mut dyn Fields) {
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        return;
    };
    fields.begin_record(name);
    for property in properties {
        match property {
            Property::Number(name, value) => fields.number(name, (*value).into()),
            Property::Text(name, text) => fields.bytes(name, text),
            Property::Bytes(name, bytes) => fields.bytes(name, hex(bytes, None).as_bytes()),
            Property::User(name, value) => fields.named_bytes(name, value),
        }
    }
    fields.end();
}
