//! What a transaction says of itself, as the record of an event.

use event::{Record, Value};
use std::borrow::Cow;
use wire::protocol::{Fields, Transaction};

/// Records and lists within each other that are kept.
const DEPTH_MAX: usize = 16;
/// Values kept.
const VALUES_MAX: usize = 8_192;

/// The record of a transaction.
pub(crate) fn of_transaction(transaction: &dyn Transaction) -> Record {
    written(|writer| transaction.fields(writer))
}

/// The object beside it, with its name.
pub(crate) fn of_companion(transaction: &dyn Transaction) -> Option<(&'static str, Record)> {
    let name = transaction.companion_name()?;
    Some((name, written(|writer| transaction.companion_fields(writer))))
}

fn written(write: impl FnOnce(&mut Writer)) -> Record {
    let mut writer = Writer {
        open: vec![Open {
            name: Cow::Borrowed(""),
            kind: Kind::Record(Record::new()),
        }],
        ..Writer::default()
    };
    write(&mut writer);
    while writer.open.len() > 1 {
        writer.close();
    }
    match writer.open.pop().map(|open| open.kind) {
        Some(Kind::Record(record)) => record,
        _ => Record::new(),
    }
}

#[derive(Default)]
struct Writer {
    open: Vec<Open>,
    too_deep: usize,
    values: usize,
}

struct Open {
    name: Cow<'static, str>,
    kind: Kind,
}

enum Kind {
    Record(Record),
    List(Vec<Value>),
}

impl Writer {
    fn put(&mut self, name: Cow<'static, str>, value: Value) {
        if self.too_deep > 0 || self.values >= VALUES_MAX {
            return;
        }
        self.values = self.values.saturating_add(1);
        match self.open.last_mut().map(|open| &mut open.kind) {
            Some(Kind::Record(record)) => record.push(name, value),
            Some(Kind::List(values)) => values.push(value),
            None => {}
        }
    }

    fn begin(&mut self, name: &'static str, kind: Kind) {
        if self.too_deep > 0 || self.open.len() >= DEPTH_MAX {
            self.too_deep = self.too_deep.saturating_add(1);
        } else {
            self.open.push(Open {
                name: Cow::Borrowed(name),
                kind,
            });
        }
    }

    fn close(&mut self) {
        if self.too_deep > 0 {
            self.too_deep = self.too_deep.saturating_sub(1);
            return;
        }
        // The outermost record is ours to close.
        if self.open.len() > 1
            && let Some(Open { name, kind }) = self.open.pop()
        {
            let value = match kind {
                Kind::Record(record) => Value::Record(record),
                Kind::List(values) => Value::List(values),
            };
            self.put(name, value);
        }
    }
}

impl Fields for Writer {
    fn bytes(&mut self, name: &'static str, value: &[u8]) {
        self.put(Cow::Borrowed(name), Value::bytes(value));
    }

    fn number(&mut self, name: &'static str, value: u64) {
        self.put(Cow::Borrowed(name), Value::Unsigned(value));
    }

    fn truth(&mut self, name: &'static str, value: bool) {
        self.put(Cow::Borrowed(name), Value::Bool(value));
    }

    fn begin_record(&mut self, name: &'static str) {
        self.begin(name, Kind::Record(Record::new()));
    }

    fn begin_list(&mut self, name: &'static str) {
        self.begin(name, Kind::List(Vec::new()));
    }

    fn end(&mut self) {
        self.close();
    }

    fn named_bytes(&mut self, name: &[u8], value: &[u8]) {
        self.put(
            Cow::Owned(String::from_utf8_lossy(name).into_owned()),
            Value::bytes(value),
        );
    }
}
