//! What the rule keyword `modbus` asks for, as words: each thing that it can ask for and that is so.

use super::function::{self, COILS, DISCRETES, HOLDING, INPUT, READ, WRITE};
use super::parser::{Data, Message};

/// Calls `visit` with each word that is true of a request.
pub fn words(message: &Message, visit: &mut dyn FnMut(&[u8])) {
    let code = message.function();
    let sub = message.subfunction();
    let mut say = |text: String| visit(text.as_bytes());
    say(format!("function {code}"));
    if let Some(sub) = sub {
        say(format!("function {code},subfunction {sub}"));
    }
    let (_, category) = function::category(code, sub);
    let is_public = matches!(category, "assigned" | "unassigned");
    for word in [
        "assigned",
        "unassigned",
        "user",
        "reserved",
        "public",
        "all",
    ] {
        let holds = word == category || word == "all" || word == "public" && is_public;
        if holds {
            say(format!("function {word}"));
        } else {
            say(format!("function !{word}"));
            say(format!("function ! {word}"));
        }
    }
    let access = function::access(code);
    for (way, bit) in [("read", READ), ("write", WRITE)] {
        if access & bit == 0 {
            continue;
        }
        say(format!("access {way}"));
        for (table, bit) in [
            ("discretes", DISCRETES),
            ("coils", COILS),
            ("input", INPUT),
            ("holding", HOLDING),
        ] {
            if access & bit != 0 {
                say(format!("access {way} {table}"));
            }
        }
    }
}

/// Calls `visit` with what a request touches, one way at a time: the bit of the way (0 for none), the unit, the first and
/// the last address (counted from 1, four bytes each), and what is written there: 16 bits for each address.
pub fn touches(message: &Message, visit: &mut dyn FnMut(&[u8])) {
    let mut say = |way: u8, address: u16, quantity: u16, values: &[u16]| {
        let first = u32::from(address).saturating_add(1);
        let last = first.saturating_add(u32::from(quantity).saturating_sub(1));
        let mut text = vec![way, message.unit];
        text.extend(first.to_be_bytes());
        text.extend(last.to_be_bytes());
        text.extend(values.iter().flat_map(|value| value.to_be_bytes()));
        visit(&text);
    };
    let is_coils = function::access(message.function()) & COILS != 0;
    match &message.data {
        Data::Read(address, quantity) => say(READ, *address, *quantity, &[]),
        Data::WriteOne(address, value) => say(WRITE, *address, 1, &[*value]),
        Data::WriteMask(address, ..) => say(WRITE, *address, 1, &[]),
        Data::WriteMany(address, quantity, data) if is_coils => {
            let bits = data
                .iter()
                .flat_map(|byte| (0..8).map(move |bit| u16::from(byte >> bit & 1)));
            let values: Vec<u16> = bits.take((*quantity).into()).collect();
            say(WRITE, *address, *quantity, &values);
        }
        Data::WriteMany(address, quantity, data) => {
            say(WRITE, *address, *quantity, &registers(data));
        }
        Data::ReadWrite([from, count], [to, quantity], data) => {
            say(READ, *from, *count, &[]);
            say(WRITE, *to, *quantity, &registers(data));
        }
        _ => visit(&[0, message.unit, 0, 0, 0, 0, 0, 0, 0, 0]),
    }
}

fn registers(data: &[u8]) -> Vec<u16> {
    let (pairs, _) = data.as_chunks::<2>();
    pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
}
