//! Values of an event, as rules ask for them.

use super::made::made;
use super::{Get, Only, Place, View};
use crate::HomeNet;
use crate::limits::NAME_BYTES_MAX;
use crate::sigma::limits::{SHARES_MAX, TEXTS_MAX, VALUE_BYTES_MAX, VALUES_MAX};
use crate::sigma::rule::Seen;
use crate::table::Table;
use event::{Event, Record, Value};
use serde::{Deserialize, Serialize};

/// An event with what is known beside it.
pub(crate) struct Scene<'a> {
    pub event: &'a Event,
    pub home: &'a HomeNet,
    /// The share in which the file of an SMB event lies.
    pub share: Option<&'a str>,
}

/// Shares by flow and tree: files are opened by a number that was given when the share was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shares(Table<(u64, u64), String>);

impl Default for Shares {
    fn default() -> Self {
        Self(Table::new(SHARES_MAX))
    }
}

impl Shares {
    /// Remembers the share that an event opens, and tells the one that it is about.
    pub fn of(&mut self, event: &Event) -> Option<&str> {
        if event.kind != "smb" {
            return None;
        }
        let key = (event.flow?.id, event.number("smb.tree_id")?);
        let named = event
            .text("smb.share")
            .or_else(|| event.text("smb.named_pipe"));
        if let Some(name) = named.filter(|name| name.len() <= NAME_BYTES_MAX) {
            *self.0.touch(key, event.time, String::new) = name.to_owned();
        }
        self.0.at(&key).map(String::as_str)
    }
}

impl View {
    /// Whether the view shows this event.
    pub fn shows(&self, scene: &Scene<'_>) -> bool {
        let event = scene.event;
        let command = || event.text("smb.command").unwrap_or_default();
        let is_ours =
            |end: Option<event::Endpoint>| end.is_some_and(|end| scene.home.contains(end.ip));
        match self.only {
            Only::Every => true,
            Only::Text(path, text) => event.text(path) == Some(text),
            Only::Has(path) => event.body.at(path).is_some(),
            Only::OurClients => is_ours(event.source) || !is_ours(event.dest),
            Only::OurServers => is_ours(event.dest) || !is_ours(event.source),
            Only::FileOpened => {
                let command = command();
                event
                    .text("smb.filename")
                    .is_some_and(|name| !name.is_empty())
                    && ["CREATE", "OPEN", "RENAME", "DELETE"]
                        .iter()
                        .any(|word| command.contains(word))
            }
            Only::ShareOpened => command().contains("TREE_CONNECT"),
            Only::RemoteCall => {
                let path = if event.kind == "smb" {
                    "smb.dcerpc.request"
                } else {
                    "dcerpc.request"
                };
                event.text(path) == Some("REQUEST")
            }
        }
    }
}

/// The values of a field; none where the event has none.
pub(crate) fn values(place: &Place, scene: &Scene<'_>) -> Vec<Seen> {
    let mut found = Vec::new();
    match place {
        Place::Known(Get::Path(path)) => at_path(&scene.event.body, path, &mut found),
        Place::Known(Get::Constant(text)) => found.push(Seen::new(*text)),
        Place::Known(Get::Made(what)) => made(*what, scene, &mut |text| {
            if found.len() < VALUES_MAX {
                found.push(Seen::new(limited(text)));
            }
        }),
        Place::Own(path) => at_path(&scene.event.body, path, &mut found),
        Place::Anywhere => everywhere(&scene.event.body, &mut found),
    }
    found
}

fn at_path(record: &Record, path: &str, found: &mut Vec<Seen>) {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let Some(value) = record.member(first) else {
        return;
    };
    for value in value.as_list() {
        match (value, rest) {
            (Value::Record(inner), Some(rest)) => at_path(inner, rest, found),
            (_, Some(_)) | (Value::Record(_), None) => {}
            (Value::List(values), None) => values.iter().for_each(|value| push(value, found)),
            (single, None) => push(single, found),
        }
        if found.len() >= VALUES_MAX {
            return;
        }
    }
}

fn push(value: &Value, found: &mut Vec<Seen>) {
    let text = match value {
        Value::Bool(truth) => truth.to_string(),
        Value::Unsigned(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(_) | Value::Short(_) => limited(value.as_text().unwrap_or_default()).to_owned(),
        Value::Null | Value::List(_) | Value::Record(_) => return,
    };
    if found.len() < VALUES_MAX {
        found.push(Seen::new(text));
    }
}

/// All texts of an event, so far as the limit goes. What events hold within each other is as deep as our parsers make it.
fn everywhere(record: &Record, found: &mut Vec<Seen>) {
    let mut open: Vec<&Value> = record.iter().map(|(_, value)| value).collect();
    open.reverse();
    while let Some(value) = open.pop() {
        if found.len() >= TEXTS_MAX {
            return;
        }
        match value {
            Value::List(values) => open.extend(values.iter().rev().take(TEXTS_MAX)),
            Value::Record(inner) => {
                let at = open.len();
                open.extend(inner.iter().map(|(_, value)| value));
                open.get_mut(at..).unwrap_or_default().reverse();
            }
            single => push(single, found),
        }
    }
}

/// As much of a text as rules look at.
pub(super) fn limited(text: &str) -> &str {
    let mut end = text.len().min(VALUE_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
