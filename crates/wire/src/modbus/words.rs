//! What the rule keyword `modbus` asks for, as words: each thing that it can ask for and that is so.

use super::function::{self, COILS, DISCRETES, HOLDING, INPUT, READ, WRITE};
use super::parser::Message;

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
