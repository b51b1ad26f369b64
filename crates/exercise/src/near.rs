//! Near misses: the rule with exactly one of its conditions changed, so that what satisfies the changed rule does not
//! satisfy the rule.

use detect::rule::Rule;
use detect::rule::ast::{Comparison, Content, IsDataAt, Item, Keyword, Value};

/// A changed rule.
pub(crate) struct Miss {
    pub(crate) rule: Rule,
    /// Index of the buffer whose condition was changed.
    pub(crate) buffer: usize,
    /// What was changed, in words.
    pub(crate) said: String,
}

/// Ways to miss the rule narrowly, in an order that differs from rule to rule.
pub(crate) fn misses(rule: &Rule) -> Vec<Miss> {
    let mut all = Vec::new();
    for (index, item) in rule.options.iter().enumerate() {
        match &item.keyword {
            Keyword::Content(content) if content.negated => {
                all.extend(intruder(rule, index, content));
            }
            Keyword::Content(content) => changes(rule, index, content, &mut all),
            Keyword::BufferSize(Comparison::Equal(size)) => {
                let mut changed = rule.clone();
                changed.options[index].keyword = Keyword::BufferSize(Comparison::Equal(size + 1));
                all.push(Miss {
                    rule: changed,
                    buffer: item.buffer,
                    said: "the buffer is one byte longer".to_owned(),
                });
            }
            _ => {}
        }
    }
    let turn = rule.meta.sid as usize % all.len().max(1);
    all.rotate_left(turn);
    all
}

/// What must not be there is there.
fn intruder(rule: &Rule, index: usize, content: &Content) -> Option<Miss> {
    if content.is_relative() || content.bytes.len() < 2 {
        return None;
    }
    let positive = Content {
        negated: false,
        ..content.clone()
    };
    let said = "a content is there that must not be";
    Some(replaced(rule, index, positive, said))
}

fn replaced(rule: &Rule, index: usize, content: Content, said: &str) -> Miss {
    let mut changed = rule.clone();
    let buffer = changed.options[index].buffer;
    changed.options[index].keyword = Keyword::Content(content);
    Miss {
        rule: changed,
        buffer,
        said: said.to_owned(),
    }
}

fn changes(rule: &Rule, index: usize, content: &Content, all: &mut Vec<Miss>) {
    let place = rule.meta.sid as usize % content.bytes.len();
    let mut other = content.clone();
    other.bytes[place] = neighbour(other.bytes[place]);
    all.push(replaced(
        rule,
        index,
        other,
        "one byte of a content differs",
    ));
    if !content.nocase {
        let letter = content.bytes.iter().position(u8::is_ascii_alphabetic);
        if let Some(letter) = letter {
            let mut other = content.clone();
            other.bytes[letter] ^= 0x20;
            all.push(replaced(rule, index, other, "one letter has another case"));
        }
    }
    let length = content.bytes.len() as i64;
    let number = |value: &Option<Value>| match value {
        None => Some(0),
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Variable(_)) => None,
    };
    if let (Some(Value::Number(within)), Some(distance)) =
        (&content.within, number(&content.distance))
    {
        let other = Content {
            distance: Some(Value::Number(distance + within - length + 1)),
            within: None,
            ..content.clone()
        };
        all.push(replaced(
            rule,
            index,
            other,
            "a content stands behind its within",
        ));
    }
    if let (Some(Value::Number(depth)), Some(offset)) = (&content.depth, number(&content.offset)) {
        let other = Content {
            offset: Some(Value::Number(offset + depth - length + 1)),
            depth: None,
            ..content.clone()
        };
        all.push(replaced(
            rule,
            index,
            other,
            "a content stands behind its depth",
        ));
    }
    if content.starts_with && !content.ends_with {
        let other = Content {
            starts_with: false,
            offset: Some(Value::Number(1)),
            depth: None,
            ..content.clone()
        };
        all.push(replaced(
            rule,
            index,
            other,
            "a content stands behind the start",
        ));
    }
    if content.ends_with && !content.starts_with {
        let other = Content {
            ends_with: false,
            ..content.clone()
        };
        let mut miss = replaced(rule, index, other, "a content stands before the end");
        let more = Item {
            keyword: Keyword::IsDataAt(IsDataAt {
                position: Value::Number(1),
                negated: false,
                relative: true,
                rawbytes: false,
            }),
            ..miss.rule.options[index].clone()
        };
        miss.rule.options.insert(index + 1, more);
        all.push(miss);
    }
}

/// Another byte of the same kind.
fn neighbour(byte: u8) -> u8 {
    match byte {
        b'z' => b'q',
        b'Z' => b'Q',
        b'9' => b'3',
        b'a'..=b'y' | b'A'..=b'Y' | b'0'..=b'8' => byte + 1,
        b'.' => b'-',
        b'/' => b'-',
        b' ' => b'_',
        b'\r' | b'\n' => b'x',
        byte => byte ^ 0x01,
    }
}
