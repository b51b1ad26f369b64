//! Properties of version 5 (MQTT 5.0, 2.2.2).

use super::message::{Properties, Property};
use super::parser::{bytes, variable_number};
use crate::cursor::Cursor;
use crate::limits::MQTT_ITEMS_MAX;

/// How a property is written.
enum Form {
    Byte,
    Two,
    Four,
    Variable,
    Text,
    Bytes,
}

const fn form(identifier: u32) -> Option<(&'static str, Form)> {
    Some(match identifier {
        1 => ("payload_format_indicator", Form::Byte),
        2 => ("message_expiry_interval", Form::Four),
        3 => ("content_type", Form::Text),
        8 => ("response_topic", Form::Text),
        9 => ("correlation_data", Form::Bytes),
        11 => ("subscription_identifier", Form::Variable),
        17 => ("session_expiry_interval", Form::Four),
        18 => ("assigned_client_identifier", Form::Text),
        19 => ("server_keep_alive", Form::Two),
        21 => ("authentication_method", Form::Text),
        22 => ("authentication_data", Form::Bytes),
        23 => ("request_problem_information", Form::Byte),
        24 => ("will_delay_interval", Form::Four),
        25 => ("request_response_information", Form::Byte),
        26 => ("response_information", Form::Text),
        28 => ("server_reference", Form::Text),
        31 => ("reason_string", Form::Text),
        33 => ("receive_maximum", Form::Two),
        34 => ("topic_alias_maximum", Form::Two),
        35 => ("topic_alias", Form::Two),
        36 => ("maximum_qos", Form::Byte),
        37 => ("retain_available", Form::Byte),
        39 => ("maximum_packet_size", Form::Four),
        40 => ("wildcard_subscription_available", Form::Byte),
        41 => ("subscription_identifier_available", Form::Byte),
        42 => ("shared_subscription_available", Form::Byte),
        _ => return None,
    })
}

/// Reads a list of properties with its length; None where it is not one.
pub fn properties(cursor: &mut Cursor<'_>) -> Option<Properties> {
    let length = usize::try_from(variable_number(cursor)?).ok()?;
    let mut list = Cursor::new(cursor.take(length)?);
    let mut found = Vec::new();
    while list.remaining() > 0 && found.len() < MQTT_ITEMS_MAX {
        found.push(property(&mut list)?);
    }
    Some(found)
}

fn property(list: &mut Cursor<'_>) -> Option<Property> {
    let identifier = variable_number(list)?;
    if identifier == 38 {
        return Some(Property::User(bytes(list)?.to_vec(), bytes(list)?.to_vec()));
    }
    let (name, form) = form(identifier)?;
    Some(match form {
        Form::Byte => Property::Number(name, list.u8()?.into()),
        Form::Two => Property::Number(name, list.u16()?.into()),
        Form::Four => Property::Number(name, list.u32()?),
        Form::Variable => Property::Number(name, variable_number(list)?),
        Form::Text => Property::Text(name, bytes(list)?.to_vec()),
        Form::Bytes => Property::Bytes(name, bytes(list)?.to_vec()),
    })
}
