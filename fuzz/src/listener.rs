//! Listens to a parser, writes down what it is told, and holds it to the contract of
//! [`Visitor`].

use crate::reading;
use std::collections::{BTreeMap, BTreeSet};
use wire::protocol::{Direction, FileStart, ProtocolSpec, Transaction, Visitor};

/// One conversation's listener.
pub struct Listener {
    spec: &'static ProtocolSpec,
    /// What was told, in order; bytes of a file stand where it ends.
    pub lines: Vec<String>,
    /// The protocol to which the parser handed the conversation; the inner None: find out which.
    change: Option<Option<&'static str>>,
    /// Bytes to the server and to the client that belong to it.
    handed_over: [Vec<u8>; 2],
    open: BTreeMap<u64, Vec<u8>>,
    files: BTreeSet<u64>,
    sides: BTreeSet<(u64, Direction)>,
    complete: BTreeSet<u64>,
}

impl Listener {
    /// Has heard nothing.
    pub fn new(spec: &'static ProtocolSpec) -> Self {
        Self {
            spec,
            lines: Vec::new(),
            change: None,
            handed_over: [Vec::new(), Vec::new()],
            open: BTreeMap::new(),
            files: BTreeSet::new(),
            sides: BTreeSet::new(),
            complete: BTreeSet::new(),
        }
    }

    /// Whether the parser handed the conversation to another protocol.
    pub const fn has_changed(&self) -> bool {
        self.change.is_some()
    }

    /// Bytes that come after the change.
    pub fn hand_over(&mut self, direction: Direction, bytes: &[u8]) {
        self.handed_over[usize::from(direction == Direction::ToClient)].extend(bytes);
    }

    /// Both directions have ended: nothing may be left open.
    pub fn check_ended(&mut self) {
        if let Some(name) = self.change {
            let [to_server, to_client] = &self.handed_over;
            self.lines.push(format!(
                "change to {name:?}: `{}` `{}`",
                to_server.escape_ascii(),
                to_client.escape_ascii()
            ));
        }
        assert!(
            self.open.is_empty(),
            "files never closed: {:?}",
            self.open.keys()
        );
        for (id, direction) in &self.sides {
            assert!(
                self.complete.contains(id),
                "transaction {id}, told {direction:?}, is never complete"
            );
        }
    }
}

impl Visitor for Listener {
    fn side_complete(&mut self, transaction: &dyn Transaction, direction: Direction) {
        let id = transaction.id();
        assert!(
            self.sides.insert((id, direction)),
            "transaction {id} told twice {direction:?}"
        );
        assert!(
            !self.complete.contains(&id),
            "a side of transaction {id} after its end"
        );
        let text = reading::side(transaction, direction);
        self.lines.push(format!("side {id} {direction:?}{text}"));
    }

    fn transaction_complete(&mut self, transaction: &dyn Transaction) {
        let id = transaction.id();
        assert!(self.complete.insert(id), "transaction {id} completed twice");
        let name = transaction.event_name().unwrap_or("-");
        let text = reading::event(transaction);
        for direction in reading::DIRECTIONS {
            reading::side(transaction, direction);
        }
        let from = transaction.direction();
        self.lines.push(format!("event {name} {id} {from:?}{text}"));
    }

    fn file_open(&mut self, file: &FileStart<'_>) {
        assert!(self.files.insert(file.id), "file {} opened twice", file.id);
        self.open.insert(file.id, Vec::new());
        if let Some(transaction) = file.transaction {
            reading::side(transaction, file.direction);
            reading::event(transaction);
        }
        self.lines.push(format!(
            "file {} `{}` {:?} of {} announced {:?}",
            file.id,
            file.name.escape_ascii(),
            file.direction,
            file.transaction_id,
            file.announced_size
        ));
    }

    fn file_data(&mut self, id: u64, bytes: &[u8]) {
        let file = self
            .open
            .get_mut(&id)
            .expect("bytes of a file that is not open");
        // The length and a sum stand for the bytes: a bomb may unpack to many.
        file.resize(16, 0);
        let (length, sum) = file.split_at_mut(8);
        let add = |place: &mut [u8], step: &dyn Fn(u64) -> u64| {
            let before = u64::from_le_bytes(place.try_into().expect("eight bytes"));
            place.copy_from_slice(&step(before).to_le_bytes());
        };
        add(length, &|length| length + bytes.len() as u64);
        add(sum, &|sum| {
            bytes.iter().fold(sum, |sum, byte| {
                sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
            })
        });
    }

    fn file_gap(&mut self, id: u64, missing: u64) {
        assert!(
            self.open.contains_key(&id),
            "a gap in a file that is not open"
        );
        self.lines.push(format!("gap {missing} in file {id}"));
    }

    fn file_close(&mut self, id: u64, complete: bool) {
        let sum = self
            .open
            .remove(&id)
            .expect("the end of a file that is not open");
        self.lines
            .push(format!("file {id} ends, complete: {complete}, {sum:?}"));
    }

    fn anomaly(&mut self, name: &'static str, direction: Direction, transaction: Option<u64>) {
        assert!(
            self.spec.anomalies.contains(&name),
            "anomaly {name} is not among those of {}",
            self.spec.name
        );
        self.lines
            .push(format!("anomaly {name} {direction:?} {transaction:?}"));
    }

    fn change_protocol(&mut self, name: Option<&'static str>, direction: Direction, rest: &[u8]) {
        // Of two wishes the last one counts.
        if self
            .change
            .replace(name)
            .is_some_and(|before| before != name)
        {
            self.handed_over = [Vec::new(), Vec::new()];
        }
        self.hand_over(direction, rest);
    }
}
