//! A rule in words: condition by condition, in the order written, and which of them a [`Failure`] is about.

mod bytes;
mod failure;
mod names;
mod state;

pub use failure::condition_of;

use crate::rule::ast::{BitOperation, Direction, Keyword, ProtocolKind, Rule};
use event::Text;

/// One thing that a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// The option in [`Rule::options`]; None for the header.
    pub option: Option<usize>,
    /// Whether it decides the match, or follows from it.
    pub part: Part,
    /// In words, without full stop.
    pub words: Text,
}

/// What an option is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It must hold for the rule to match.
    Condition,
    /// It happens after a match, or thins out alerts.
    Consequence,
}

/// All that the rule says: the header first, then the options that mean something to a reader.
pub fn sayings(rule: &Rule) -> Vec<Saying> {
    let mut found = vec![Saying {
        option: None,
        part: Part::Condition,
        words: header(rule),
    }];
    for (place, item) in rule.options.iter().enumerate() {
        if matches!(item.keyword, Keyword::Prefilter | Keyword::Requires(_)) {
            continue;
        }
        found.push(Saying {
            option: Some(place),
            part: part(&item.keyword),
            words: words(rule, place),
        });
    }
    found
}

fn words(rule: &Rule, place: usize) -> Text {
    let Some(item) = rule.options.get(place) else {
        return Text::default();
    };
    let in_buffer = || names::buffer(rule, item.buffer);
    bytes::words(&item.keyword, &in_buffer)
        .or_else(|| state::words(&item.keyword))
        .unwrap_or_else(|| {
            let written = item.to_string();
            let written = written.trim_end_matches(';');
            if item.keyword.reads_buffer() {
                let buffer = in_buffer();
                Text::new(
                    format!("{}が条件を満たす: {written}", buffer.ja),
                    format!("{} satisfies: {written}", buffer.en),
                )
            } else {
                Text::new(format!("条件: {written}"), format!("holds: {written}"))
            }
        })
}

fn part(keyword: &Keyword) -> Part {
    let changes = |operation: BitOperation| {
        !matches!(operation, BitOperation::IsSet | BitOperation::IsNotSet)
    };
    let follows = match keyword {
        Keyword::Threshold(_)
        | Keyword::DetectionFilter(_)
        | Keyword::Tag(_)
        | Keyword::FileStore(_)
        | Keyword::LogConfig(_) => true,
        Keyword::Flag(name) => matches!(*name, "noalert" | "alert" | "bypass" | "tls.store"),
        Keyword::FlowBits(bits) => changes(bits.operation),
        Keyword::HostBits(bits) => changes(bits.operation),
        Keyword::XBits(bits) => changes(bits.operation),
        Keyword::FlowInt(counter) => state::changes(counter),
        _ => false,
    };
    if follows {
        Part::Consequence
    } else {
        Part::Condition
    }
}

fn header(rule: &Rule) -> Text {
    let protocol = rule.protocol.name;
    let (source, destination) = (&rule.source, &rule.destination);
    let (ja_what, en_what) = match rule.protocol.kind {
        ProtocolKind::Application => (
            format!("{protocol}の通信"),
            format!("the flow speaks {protocol}"),
        ),
        ProtocolKind::Any => ("IPパケット".to_owned(), "an IP packet".to_owned()),
        ProtocolKind::PacketHeader => ("パケット".to_owned(), "a packet".to_owned()),
        ProtocolKind::TcpPacket => (
            "TCPのパケット(ストリームは見ない)".to_owned(),
            "a TCP packet by itself, not the stream".to_owned(),
        ),
        ProtocolKind::TcpStream => ("TCPのストリーム".to_owned(), "a TCP stream".to_owned()),
        _ => (
            format!("{}のパケット", protocol.to_uppercase()),
            format!("{} traffic", protocol.to_uppercase()),
        ),
    };
    let (ja_what, en_what) = match rule.protocol.hook {
        Some(hook) => (
            format!("{ja_what}({}の時点)", hook.name),
            format!("{en_what} ({})", hook.name),
        ),
        None => (ja_what, en_what),
    };
    match rule.direction {
        Direction::Forward => Text::new(
            format!("{ja_what}で、送信元が{source}、宛先が{destination}"),
            format!("{en_what}, from {source} to {destination}"),
        ),
        Direction::Either => Text::new(
            format!("{ja_what}で、{source}と{destination}の間(どちら向きでもよい)"),
            format!("{en_what}, between {source} and {destination}, either way"),
        ),
        Direction::Transaction => Text::new(
            format!(
                "{ja_what}で、クライアントが{source}、サーバーが{destination}(両方向を合わせて見る)"
            ),
            format!("{en_what}, client {source}, server {destination}, both ways together"),
        ),
    }
}

#[cfg(test)]
mod tests;
