//! Buffers of one side of a transaction, fetched once, when the first rule asks.

use crate::limits::{INSTANCES_MAX, TRANSACTION_BYTES_MAX};
use crate::signature::program::Field;
use std::ops::Range;
use wire::protocol::{Direction, FieldSpec, ProtocolSpec, Transaction};

/// Copies of the buffers asked for. The memory is kept from transaction to transaction.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    bytes: Vec<u8>,
    slots: Vec<Option<Vec<Range<usize>>>>,
    touched: Vec<usize>,
}

impl Buffers {
    /// Forgets the transaction before.
    pub fn clear(&mut self) {
        self.bytes.clear();
        for place in self.touched.drain(..) {
            if let Some(slot) = self.slots.get_mut(place) {
                *slot = None;
            }
        }
    }

    /// Fetches a field, unless that has been done.
    pub fn fetch(
        &mut self,
        place: usize,
        field: &Field,
        transaction: &dyn Transaction,
        direction: Direction,
    ) {
        if self.slots.len() <= place {
            self.slots.resize(place.saturating_add(1), None);
        }
        if self.slots.get(place).is_some_and(Option::is_some) {
            return;
        }
        let mut instances = Vec::new();
        if let Some((index, known_on)) = find(transaction.protocol(), field, direction) {
            let bytes = &mut self.bytes;
            transaction.buffer(index, known_on, &mut |value| {
                if instances.len() < INSTANCES_MAX
                    && bytes.len().saturating_add(value.len()) <= TRANSACTION_BYTES_MAX
                {
                    let start = bytes.len();
                    bytes.extend_from_slice(value);
                    instances.push(start..bytes.len());
                }
            });
        }
        for change in &field.changes {
            let mut changed = Vec::with_capacity(instances.len());
            for instance in instances {
                let after = self
                    .bytes
                    .get(instance)
                    .and_then(|bytes| change.apply(bytes));
                if let Some(after) = after
                    && self.bytes.len().saturating_add(after.len()) <= TRANSACTION_BYTES_MAX
                {
                    let start = self.bytes.len();
                    self.bytes.extend_from_slice(&after);
                    changed.push(start..self.bytes.len());
                }
            }
            instances = changed;
        }
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = Some(instances);
            self.touched.push(place);
        }
    }

    /// The instances of a field that was fetched.
    pub fn instances(&self, place: usize) -> impl Iterator<Item = &[u8]> {
        let ranges = self
            .slots
            .get(place)
            .and_then(Option::as_deref)
            .unwrap_or(&[]);
        ranges
            .iter()
            .filter_map(|range| self.bytes.get(range.clone()))
    }
}

/// Place of the field in the protocol's list, and the side on which to ask for it.
fn find(spec: &ProtocolSpec, field: &Field, direction: Direction) -> Option<(usize, Direction)> {
    let owner = field
        .owners
        .iter()
        .find(|owner| std::ptr::eq(owner.protocol, spec))?;
    Some((
        owner.index,
        known_on(owner.spec, field.direction, direction),
    ))
}

/// The rule's own wish, else the side looked at, else the side where it is known.
pub(super) fn known_on(
    spec: &FieldSpec,
    wish: Option<Direction>,
    direction: Direction,
) -> Direction {
    match wish {
        Some(wish) => wish,
        None if spec.inspected.covers(direction) => direction,
        None => direction.reverse(),
    }
}
