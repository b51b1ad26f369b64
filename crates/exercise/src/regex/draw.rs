//! A way through an expression: for each byte of a matching string, what may stand there.

use super::Node;
use crate::bytes::{ByteSet, Dice};

/// Longest string drawn.
const CELLS_MAX: usize = 40_000;

/// What may stand at each place of a string that matches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drawn {
    pub(crate) cells: Vec<ByteSet>,
    /// The string begins where the text begins.
    pub(crate) at_start: bool,
    /// The string begins where a line begins.
    pub(crate) at_line_start: bool,
    /// The string ends where the text ends.
    pub(crate) at_end: bool,
    /// The string ends where a line ends.
    pub(crate) at_line_end: bool,
}

/// One way through the expression. `generosity` is how much more than the least a repetition may take.
pub(crate) fn draw(node: &Node, generosity: u32, dice: &mut Dice) -> Option<Drawn> {
    let mut way = Way {
        drawn: Drawn::default(),
        groups: Vec::new(),
        overlays: Vec::new(),
        generosity,
    };
    way.walk(node, dice)?;
    for (at, cells) in std::mem::take(&mut way.overlays) {
        for (index, set) in cells.iter().enumerate() {
            match way.drawn.cells.get_mut(at + index) {
                Some(cell) => {
                    *cell = cell.and(*set);
                    if cell.is_empty() {
                        return None;
                    }
                }
                None if way.drawn.at_end => return None,
                None => way.drawn.cells.push(*set),
            }
        }
    }
    Some(way.drawn)
}

struct Way {
    drawn: Drawn,
    /// Number, first cell, one past the last.
    groups: Vec<(usize, usize, usize)>,
    /// Cells that must hold as well, from a place on.
    overlays: Vec<(usize, Vec<ByteSet>)>,
    generosity: u32,
}

impl Way {
    fn push(&mut self, set: ByteSet) -> Option<()> {
        let drawn = &mut self.drawn;
        if drawn.at_end || set.is_empty() || drawn.cells.len() >= CELLS_MAX {
            return None;
        }
        let set = if drawn.at_line_end {
            drawn.at_line_end = false;
            set.and(ByteSet::of(b"\n"))
        } else {
            set
        };
        drawn.cells.push(set);
        (!set.is_empty()).then_some(())
    }

    fn walk(&mut self, node: &Node, dice: &mut Dice) -> Option<()> {
        match node {
            Node::Set(set) => self.push(*set)?,
            Node::Sequence(parts) => {
                for part in parts {
                    self.walk(part, dice)?;
                }
            }
            Node::Choice(branches) => {
                let branch = if self.generosity == 0 {
                    0
                } else {
                    dice.below(branches.len())
                };
                self.walk(&branches[branch], dice)?;
            }
            Node::Repeat { node, least, most } => {
                let most = most.unwrap_or(u32::MAX).max(*least);
                let more = self
                    .generosity
                    .min(most - least)
                    .min((CELLS_MAX / 8) as u32);
                let count = least + dice.below(more as usize + 1) as u32;
                for _ in 0..count {
                    self.walk(node, dice)?;
                }
            }
            Node::Group(number, node) => {
                let from = self.drawn.cells.len();
                self.walk(node, dice)?;
                let to = self.drawn.cells.len();
                self.groups.push((*number, from, to));
            }
            Node::Back(number) => self.repeat_group(*number, dice)?,
            Node::Start { line } => self.start(*line)?,
            Node::End { line: false } => self.drawn.at_end = true,
            Node::End { line: true } => self.drawn.at_line_end = true,
            Node::Look { negated: true, .. } | Node::Edge => {}
            Node::Look { ahead, node, .. } => self.look(*ahead, node, dice)?,
        }
        Some(())
    }

    /// The text of a group is settled now, so that it can come again.
    fn repeat_group(&mut self, number: usize, dice: &mut Dice) -> Option<()> {
        let (_, from, to) = *self
            .groups
            .iter()
            .rev()
            .find(|(known, ..)| *known == number)?;
        for index in from..to {
            let chosen = choose(self.drawn.cells[index], dice)?;
            self.drawn.cells[index] = ByteSet::one(chosen);
            self.push(ByteSet::one(chosen))?;
        }
        Some(())
    }

    fn start(&mut self, line: bool) -> Option<()> {
        match self.drawn.cells.last_mut() {
            None if line => self.drawn.at_line_start = true,
            None => self.drawn.at_start = true,
            Some(last) if line => {
                *last = last.and(ByteSet::one(b'\n'));
                return (!last.is_empty()).then_some(());
            }
            Some(_) => return None,
        }
        Some(())
    }

    fn look(&mut self, ahead: bool, node: &Node, dice: &mut Dice) -> Option<()> {
        let inner = draw(node, self.generosity, dice)?;
        let here = self.drawn.cells.len();
        let at = if ahead {
            here
        } else {
            // What would stand before the string is somebody else's; the check afterwards decides.
            match here.checked_sub(inner.cells.len()) {
                Some(at) => at,
                None => return Some(()),
            }
        };
        self.overlays.push((at, inner.cells));
        Some(())
    }
}

/// A byte of the set, rather a letter or digit than anything else.
pub(crate) fn choose(set: ByteSet, dice: &mut Dice) -> Option<u8> {
    let plain = ByteSet::range(b'a', b'z').or(ByteSet::range(b'0', b'9'));
    let shown = ByteSet::range(0x21, 0x7e);
    [set.and(plain), set.and(shown), set]
        .into_iter()
        .find(|set| !set.is_empty())?
        .nth(dice.next())
}
