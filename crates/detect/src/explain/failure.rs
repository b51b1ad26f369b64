//! Which option of a rule a failure of the engine is about.

use crate::rule::ast::{BitOperation, Item, Keyword, PAYLOAD, Rule};
use crate::signature::{Failure, NearMiss};

/// The option in [`Rule::options`]; None if it is the header, or if several options decide together.
pub fn condition_of(rule: &Rule, failure: &Failure) -> Option<usize> {
    match failure {
        Failure::Transport | Failure::Application | Failure::Ends => None,
        Failure::Place | Failure::Payload => None,
        Failure::Flow => nth(rule, 0, |keyword| matches!(keyword, Keyword::Flow(_))),
        Failure::Memory(test) => nth(rule, *test, asks_memory),
        Failure::Packet { test, .. } => nth(rule, *test, asks_packet),
        Failure::Event => nth(rule, 0, |keyword| matches!(keyword, Keyword::Event(_))),
        Failure::File(test) => nth(rule, *test, asks_file),
        Failure::Number(test) => nth(rule, *test, |keyword| {
            matches!(keyword, Keyword::Number(_)) && !asks_packet(keyword) && !asks_file(keyword)
        }),
        Failure::Bytes(near) => step(rule, near),
    }
}

fn nth(rule: &Rule, number: usize, wanted: impl Fn(&Keyword) -> bool) -> Option<usize> {
    let mut fitting = rule
        .options
        .iter()
        .enumerate()
        .filter(|(_, item)| wanted(&item.keyword));
    fitting.nth(number).map(|(place, _)| place)
}

fn asks_memory(keyword: &Keyword) -> bool {
    let asks = |operation| matches!(operation, BitOperation::IsSet | BitOperation::IsNotSet);
    match keyword {
        Keyword::FlowBits(bits) => asks(bits.operation),
        Keyword::FlowInt(counter) => !super::state::changes(counter),
        Keyword::StreamSize(_) | Keyword::AppLayerProtocol(_) => true,
        Keyword::Number(number) => number.keyword.starts_with("flow."),
        _ => false,
    }
}

fn asks_packet(keyword: &Keyword) -> bool {
    match keyword {
        Keyword::TcpFlags(_) | Keyword::FragmentBits(_) | Keyword::Rpc(_) => true,
        Keyword::Flag(name) => *name == "sameip",
        keyword => crate::signature::is_about_packet(keyword),
    }
}

fn asks_file(keyword: &Keyword) -> bool {
    match keyword {
        Keyword::FileText(_) | Keyword::FileHash(_) => true,
        Keyword::Number(number) => number.keyword == "filesize",
        _ => false,
    }
}

/// The option behind a step: steps of a buffer stand in the order written, its size before them.
fn step(rule: &Rule, near: &NearMiss) -> Option<usize> {
    let mut buffers = (0..rule.buffers.len()).filter(|buffer| {
        let name = rule
            .buffers
            .get(*buffer)
            .map_or(PAYLOAD, |buffer| buffer.name);
        name != "base64_data"
            && rule
                .options_of(*buffer)
                .any(|item| item.keyword.reads_buffer())
    });
    let buffer = buffers.nth(near.chain)?;
    let is_size = |item: &Item| matches!(item.keyword, Keyword::BufferSize(_));
    let mut places: Vec<usize> = rule
        .options
        .iter()
        .enumerate()
        .filter(|(_, item)| {
            item.buffer == buffer
                && item.keyword.reads_buffer()
                && !matches!(item.keyword, Keyword::Absent(_))
        })
        .map(|(place, _)| place)
        .collect();
    places.sort_by_key(|place| rule.options.get(*place).is_none_or(|item| !is_size(item)));
    places.get(near.step).copied()
}
