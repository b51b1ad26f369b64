//! What a transaction says of itself, taken down as the record of its event.

use crate::limits::{EVENT_DEPTH_MAX, EVENT_VALUES_MAX};
use event::{Record, Value};
use std::borrow::Cow;
use wire::protocol::{Fields, Transaction};

/// Records by the names of their objects in an event.
pub(crate) type Named = Vec<(&'static str, Record)>;

/// The objects of a transaction's event; none where it has no event.
pub(crate) fn named(transaction: &dyn Transaction) -> Named {
    let mut named = Vec::new();
    if let Some(name) = transaction.event_name() {
        let mut writer = Writer {
            root: Record::with_capacity(USUAL_VALUES),
            ..Writer::default()
        };
        transaction.fields(&mut writer);
        named.push((name, writer.finish()));
    }
    if let Some(name) = transaction.companion_name() {
        let mut writer = Writer::default();
        transaction.companion_fields(&mut writer);
        named.push((name, writer.finish()));
    }
    named
}

/// Room for so many values is made at once.
const USUAL_VALUES: usize = 12;

enum Open {
    Record(Cow<'static, str>, Record),
    List(Cow<'static, str>, Vec<Value>),
}

/// Values beyond the limits are left out.
#[derive(Default)]
struct Writer {
    root: Record,
    open: Vec<Open>,
    /// Records and lists begun beyond the depth that is kept.
    too_deep: usize,
    values: usize,
}

impl Writer {
    fn put(&mut self, name: Cow<'static, str>, value: Value) {
        if self.too_deep > 0 || self.values >= EVENT_VALUES_MAX {
            return;
        }
        self.values = self.values.saturating_add(1);
        match self.open.last_mut() {
            None => self.root.push(name, value),
            Some(Open::Record(_, record)) => record.push(name, value),
            Some(Open::List(_, values)) => values.push(value),
        }
    }

    fn begin(&mut self, open: Open) {
        if self.too_deep > 0 || self.open.len() >= EVENT_DEPTH_MAX {
            self.too_deep = self.too_deep.saturating_add(1);
        } else {
            self.open.push(open);
        }
    }

    fn finish(mut self) -> Record {
        self.too_deep = 0;
        while !self.open.is_empty() {
            self.end();
        }
        self.root
    }
}

impl Fields for Writer {
    fn bytes(&mut self, name: &'static str, value: &[u8]) {
        self.put(Cow::Borrowed(name), Value::bytes(value));
    }

    fn text(&mut self, name: &'static str, text: Cow<'static, str>) {
        self.put(Cow::Borrowed(name), Value::Text(text));
    }

    fn number(&mut self, name: &'static str, value: u64) {
        self.put(Cow::Borrowed(name), Value::Unsigned(value));
    }

    fn truth(&mut self, name: &'static str, value: bool) {
        self.put(Cow::Borrowed(name), Value::Bool(value));
    }

    fn begin_record(&mut self, name: &'static str) {
        // Those of lists are many and small.
        let room = match self.open.last() {
            Some(Open::List(..)) => USUAL_VALUES / 3,
            _ => USUAL_VALUES / 2,
        };
        let record = Record::with_capacity(room);
        self.begin(Open::Record(Cow::Borrowed(name), record));
    }

    fn begin_list(&mut self, name: &'static str) {
        self.begin(Open::List(Cow::Borrowed(name), Vec::new()));
    }

    fn end(&mut self) {
        if self.too_deep > 0 {
            self.too_deep = self.too_deep.saturating_sub(1);
            return;
        }
        match self.open.pop() {
            Some(Open::Record(name, record)) => self.put(name, Value::Record(record)),
            Some(Open::List(name, values)) => self.put(name, Value::List(values)),
            None => {}
        }
    }

    /// Names from the wire may repeat; JSON objects must not: the first stands.
    fn named_bytes(&mut self, name: &[u8], value: &[u8]) {
        let name = String::from_utf8_lossy(name).into_owned();
        let known = match self.open.last() {
            None => &self.root,
            Some(Open::Record(_, record)) => record,
            Some(Open::List(..)) => return self.put(Cow::Owned(name), Value::bytes(value)),
        };
        if known.iter().all(|(earlier, _)| earlier != name) {
            self.put(Cow::Owned(name), Value::bytes(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_beyond_the_limit_is_left_out_and_the_rest_stays_in_place() {
        let mut writer = Writer::default();
        writer.begin_list("list");
        for _ in 0..100 {
            writer.begin_record("deep");
        }
        writer.number("lost", 1);
        for _ in 0..100 {
            writer.end();
        }
        writer.bytes("", b"in the list");
        writer.end();
        writer.named_bytes(b"Host", b"a");
        writer.named_bytes(b"Host", b"b");
        writer.begin_record("never ended");
        let record = writer.finish();
        assert_eq!(record.at("list").unwrap().as_list().len(), 2);
        assert_eq!(record.text("Host"), Some("a"));
        assert!(record.at("never ended").is_some());
    }
}
