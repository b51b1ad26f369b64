//! A text that satisfies a chain.
//!
//! Conditions are put on a [`Sheet`] one after the other, each at the place that costs least; where one finds none, the
//! one before it moves on. Negations are kept for the end, when each place is decided: what offends is changed where the
//! other conditions leave a choice. What comes out is tested against the whole chain.

use super::check::{self, Variables};
use super::place::{Places, Spot};
use super::sheet::Sheet;
use super::{Chain, Link, Shape, Unable, bounds};
use crate::bytes::Dice;
use crate::regex::choose;
use detect::rule::ast::Content;

/// Ways of drawing expressions and of ordering conditions that are tried.
const ATTEMPTS: u64 = 40;
/// Places tried in one attempt.
const STEPS_MAX: usize = 600;
/// Places tried for one text in all.
const STEPS_IN_ALL_MAX: usize = 6_000;
/// Changes made to a settled text so that no negation is offended.
const REPAIRS_MAX: usize = 200;

/// A text for the chain that `fits` as well.
pub(crate) fn solve(
    chain: &Chain,
    shape: &Shape,
    seed: u64,
    fits: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, Unable> {
    let size = bounds(&chain.sizes, (shape.shortest, shape.longest))
        .ok_or_else(|| "no length passes".to_owned())?;
    let sheet = Sheet::new(shape, size).ok_or_else(|| "the length is too short".to_owned())?;
    let mut steps_left = STEPS_IN_ALL_MAX;
    for attempt in 0..ATTEMPTS {
        let mut search = Search {
            chain,
            shape,
            order: order(chain, attempt),
            fits: &fits,
            places: Places {
                generosity: generosity(attempt),
                width: 3 + attempt as usize / 8,
            },
            dice: Dice(seed.wrapping_mul(64).wrapping_add(attempt)),
            steps: 0,
            longer: attempt % 4 == 3,
        };
        let state = State {
            sheet: sheet.clone(),
            cursor: 0,
            variables: Variables::default(),
            bans: Vec::new(),
        };
        if let Some(text) = search.step(0, state) {
            return Ok(text);
        }
        steps_left = match steps_left.checked_sub(search.steps) {
            Some(left) => left,
            None => break,
        };
    }
    Err("the conditions on one buffer leave no text".to_owned())
}

fn generosity(attempt: u64) -> u32 {
    [0, 1, 2, 4, 8, 16, 32, 3][(attempt % 8) as usize]
}

/// The links in the order in which they are placed. Runs of relative links stay together behind the link that they
/// count from; in even attempts expressions come before pinned contents, and those before free ones.
fn order(chain: &Chain, attempt: u64) -> Vec<usize> {
    let links = &chain.links;
    let in_order = (0..links.len()).collect();
    let uses_variables = links
        .iter()
        .any(|link| matches!(link, Link::Extract(_) | Link::Math(_)));
    if uses_variables || attempt % 2 == 1 {
        return in_order;
    }
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for (index, link) in links.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if link.is_relative() => run.push(index),
            _ => runs.push(vec![index]),
        }
    }
    runs.sort_by_key(|run| run.iter().map(|index| rank(&links[*index])).min());
    runs.concat()
}

fn rank(link: &Link) -> u8 {
    match link {
        Link::Pattern(pattern) if !pattern.negated => 0,
        Link::Content(content) if content.negated => 4,
        Link::Content(content) => {
            let pinned = content.starts_with
                || content.ends_with
                || content.offset.is_some()
                || content.depth.is_some();
            if pinned { 1 } else { 2 }
        }
        _ => 3,
    }
}

/// Where a search stands.
#[derive(Clone)]
pub(super) struct State {
    pub(super) sheet: Sheet,
    pub(super) cursor: usize,
    pub(super) variables: Variables,
    /// Contents that must not be there: which link, and where the match before it ended.
    pub(super) bans: Vec<(usize, usize)>,
}

struct Search<'a, F> {
    chain: &'a Chain,
    shape: &'a Shape,
    order: Vec<usize>,
    fits: &'a F,
    places: Places,
    dice: Dice,
    steps: usize,
    /// The text gets one byte more than it needs: what fits may mind how it ends.
    longer: bool,
}

impl<F: Fn(&[u8]) -> bool> Search<'_, F> {
    fn step(&mut self, position: usize, mut state: State) -> Option<Vec<u8>> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return None;
        }
        let Some(index) = self.order.get(position).copied() else {
            return self.finish(state);
        };
        let chain = self.chain;
        let link = &chain.links[index];
        if matches!(link, Link::Content(content) if content.negated) {
            state.bans.push((index, state.cursor));
            return self.step(position + 1, state);
        }
        if matches!(link, Link::Pattern(pattern) if pattern.negated) {
            return self.step(position + 1, state);
        }
        let spots = self.places.spots(chain, link, &state, &mut self.dice);
        for spot in spots {
            let Some(next) = spot.take(state.clone()) else {
                continue;
            };
            if let Some(text) = self.step(position + 1, next) {
                return Some(text);
            }
        }
        None
    }

    fn finish(&mut self, mut state: State) -> Option<Vec<u8>> {
        let filling = self.shape.filling;
        if self.longer {
            state.sheet.lengthen();
        }
        let mut text = state
            .sheet
            .settle(filling, &self.shape.tail, &mut self.dice)?;
        for _ in 0..REPAIRS_MAX {
            let Some((at, length)) = self.offence(&state, &text) else {
                break;
            };
            let changed = (at..at + length).rev().find_map(|place| {
                let mut set = state.sheet.cells[place];
                set.remove(text[place]);
                choose(set, &mut self.dice).map(|byte| (place, set, byte))
            });
            let (place, set, byte) = changed?;
            state.sheet.cells[place] = set;
            text[place] = byte;
        }
        (self.chain.accepts(&text) && (self.fits)(&text)).then_some(text)
    }

    /// Place and length of a content that must not be there.
    fn offence(&self, state: &State, text: &[u8]) -> Option<(usize, usize)> {
        state.bans.iter().find_map(|(index, cursor)| {
            let Link::Content(content) = &self.chain.links[*index] else {
                return None;
            };
            offence_of(content, *cursor, &state.variables, text)
        })
    }
}

fn offence_of(
    content: &Content,
    cursor: usize,
    variables: &Variables,
    text: &[u8],
) -> Option<(usize, usize)> {
    let (from, to) = check::region(content, cursor, variables)?;
    let length = content.bytes.len();
    let last = to
        .unwrap_or(usize::MAX)
        .min(text.len())
        .checked_sub(length)?;
    (from..=last)
        .find(|at| {
            check::stands(content, text, *at) && (!content.ends_with || at + length == text.len())
        })
        .map(|at| (at, length))
}

impl Spot {
    fn take(self, mut state: State) -> Option<State> {
        let mut fits = state.sheet.overlay(self.at, &self.cells);
        if let Some(end) = self.end {
            fits = fits && state.sheet.end_at(end);
        }
        if let Some(least) = self.least {
            fits = fits && state.sheet.at_least(least);
        }
        if let Some(most) = self.most {
            fits = fits && state.sheet.at_most(most);
        }
        state.cursor = self.cursor;
        if let Some((name, value)) = self.variable {
            state.variables.set(&name, value);
        }
        fits.then_some(state)
    }
}
