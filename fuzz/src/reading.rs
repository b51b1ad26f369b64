//! Reads every buffer, number and field that a transaction has.

use std::fmt::Write as _;
use wire::protocol::{Direction, Fields, Transaction};

/// Both ways.
pub const DIRECTIONS: [Direction; 2] = [Direction::ToServer, Direction::ToClient];

/// Everything that rules may look into on one side, as text.
pub fn side(transaction: &dyn Transaction, direction: Direction) -> String {
    let mut text = String::new();
    let spec = transaction.protocol();
    for (index, field) in spec.buffers.iter().enumerate() {
        transaction.buffer(index, direction, &mut |bytes| {
            let _ = write!(text, " {}={}", field.name, bytes.escape_ascii());
        });
    }
    for (index, field) in spec.numbers.iter().enumerate() {
        transaction.number(index, direction, &mut |number| {
            let _ = write!(text, " {}={number}", field.name);
        });
    }
    // Numbers beyond the lists name nothing.
    transaction.buffer(spec.buffers.len(), direction, &mut |_| {
        panic!("a buffer without a name");
    });
    transaction.number(spec.numbers.len(), direction, &mut |_| {
        panic!("a number without a name");
    });
    text
}

/// The values of the event, as text.
pub fn event(transaction: &dyn Transaction) -> String {
    let mut form = Form::default();
    transaction.fields(&mut form);
    assert_eq!(form.depth, 0, "a record or list of the event does not end");
    if let Some(name) = transaction.companion_name() {
        form.text.push_str(name);
        transaction.companion_fields(&mut form);
        assert_eq!(form.depth, 0, "a record or list of `{name}` does not end");
    }
    form.text
}

#[derive(Default)]
struct Form {
    text: String,
    depth: u32,
}

impl Fields for Form {
    fn bytes(&mut self, name: &'static str, value: &[u8]) {
        let _ = write!(self.text, " {name}={}", value.escape_ascii());
    }
    fn number(&mut self, name: &'static str, value: u64) {
        let _ = write!(self.text, " {name}={value}");
    }
    fn truth(&mut self, name: &'static str, value: bool) {
        let _ = write!(self.text, " {name}={value}");
    }
    fn begin_record(&mut self, name: &'static str) {
        self.depth += 1;
        let _ = write!(self.text, " {name}={{");
    }
    fn begin_list(&mut self, name: &'static str) {
        self.depth += 1;
        let _ = write!(self.text, " {name}=[");
    }
    fn end(&mut self) {
        assert!(self.depth > 0, "an end without a beginning");
        self.depth -= 1;
        self.text.push_str(" ]");
    }
    fn named_bytes(&mut self, name: &[u8], value: &[u8]) {
        let _ = write!(
            self.text,
            " {}={}",
            name.escape_ascii(),
            value.escape_ascii()
        );
    }
}
