//! A text in the making: for each place the bytes that may still stand there, and how long it may be.

use super::Shape;
use crate::bytes::{ByteSet, Dice};
use crate::regex::choose;

/// A text in the making.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) cells: Vec<ByteSet>,
    pub(super) shortest: usize,
    pub(super) longest: usize,
    allowed: ByteSet,
}

impl Sheet {
    /// An empty one, with what the shape says about its start.
    pub(super) fn new(shape: &Shape, (shortest, longest): (usize, usize)) -> Option<Self> {
        let mut sheet = Self {
            cells: Vec::new(),
            shortest,
            longest,
            allowed: shape.allowed,
        };
        for (at, set) in shape.head.iter().enumerate() {
            sheet.narrow(at, *set).then_some(())?;
        }
        Some(sheet)
    }

    /// Leaves only bytes of the set at a place; false if none is left or the place lies beyond the end.
    pub(super) fn narrow(&mut self, at: usize, set: ByteSet) -> bool {
        if at >= self.longest {
            return false;
        }
        if self.cells.len() <= at {
            self.cells.resize(at + 1, self.allowed);
        }
        self.cells[at] = self.cells[at].and(set);
        !self.cells[at].is_empty()
    }

    /// Leaves only these sets from a place on.
    pub(super) fn overlay(&mut self, at: usize, sets: &[ByteSet]) -> bool {
        sets.iter()
            .enumerate()
            .all(|(index, set)| self.narrow(at + index, *set))
    }

    /// The text ends here.
    pub(super) fn end_at(&mut self, end: usize) -> bool {
        let fits = end >= self.cells.len() && end >= self.shortest && end <= self.longest;
        if fits {
            self.shortest = end;
            self.longest = end;
        }
        fits
    }

    /// The text is at least this long.
    pub(super) fn at_least(&mut self, length: usize) -> bool {
        self.shortest = self.shortest.max(length);
        self.shortest <= self.longest
    }

    /// The text is at most this long.
    pub(super) fn at_most(&mut self, length: usize) -> bool {
        self.longest = self.longest.min(length);
        self.shortest <= self.longest && self.cells.len() <= self.longest
    }

    /// What it costs to put these sets at a place: nothing where they already stand, most where the text grows.
    /// `None` where they do not fit.
    pub(super) fn cost(&self, at: usize, sets: &[ByteSet]) -> Option<usize> {
        let end = at.checked_add(sets.len())?;
        if end > self.longest {
            return None;
        }
        let mut cost = end.saturating_sub(self.cells.len().max(at)) * 4;
        cost += at.saturating_sub(self.cells.len()) * 6;
        for (index, set) in sets.iter().enumerate() {
            let here = self.cells.get(at + index).copied();
            let left = here.unwrap_or(self.allowed).and(*set);
            if left.is_empty() {
                return None;
            }
            cost += usize::from(here.is_some_and(|here| here != left)) * 2;
        }
        Some(cost)
    }

    /// One place more at the end, if there may be one.
    pub(super) fn lengthen(&mut self) {
        let length = self.cells.len() + 1;
        if length > self.shortest && length <= self.longest {
            self.shortest = length;
        }
    }

    /// The text with each place decided, as short as it may be.
    pub(super) fn settle(
        &mut self,
        filling: ByteSet,
        tail: &[u8],
        dice: &mut Dice,
    ) -> Option<Vec<u8>> {
        let has_tail = |cells: &[ByteSet], at: usize| {
            tail.iter().enumerate().all(|(index, byte)| {
                cells
                    .get(at + index)
                    .copied()
                    .unwrap_or(self.allowed)
                    .contains(*byte)
            })
        };
        let from = self.shortest.max(self.cells.len());
        if !tail.is_empty() {
            let first = from.saturating_sub(tail.len());
            let at = (first..=first + tail.len())
                .find(|at| at + tail.len() >= from && has_tail(&self.cells, *at))?;
            for (index, byte) in tail.iter().enumerate() {
                self.narrow(at + index, ByteSet::one(*byte)).then_some(())?;
            }
        }
        let length = self.shortest.max(self.cells.len());
        if length > self.longest {
            return None;
        }
        self.cells.resize(length, self.allowed);
        self.cells
            .iter()
            .map(|set| {
                if set.count() == 1 {
                    return set.nth(0);
                }
                let fitting = set.and(filling);
                choose(if fitting.is_empty() { *set } else { fitting }, dice)
            })
            .collect()
    }
}
