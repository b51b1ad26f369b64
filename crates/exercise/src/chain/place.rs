//! Where a condition may be put on a sheet, cheapest place first.

use super::check::{compute, region};
use super::solve::State;
use super::{Chain, Link, Pattern, number};
use crate::bytes::{ByteSet, Dice};
use crate::regex::draw;
use detect::rule::ast::{
    Base64Decode, ByteJump, ByteTest, Content, IsDataAt, JumpOrigin, NumberFormat, Value,
};

/// A place for a condition.
pub(super) struct Spot {
    pub(super) at: usize,
    pub(super) cells: Vec<ByteSet>,
    /// The text ends here.
    pub(super) end: Option<usize>,
    pub(super) least: Option<usize>,
    pub(super) most: Option<usize>,
    /// Where the match ends.
    pub(super) cursor: usize,
    pub(super) variable: Option<(String, i64)>,
}

impl Spot {
    fn new(at: usize, cells: Vec<ByteSet>) -> Self {
        Self {
            at,
            cursor: at + cells.len(),
            cells,
            end: None,
            least: None,
            most: None,
            variable: None,
        }
    }
}

/// How places are looked for.
pub(super) struct Places {
    /// How much more than the least a repetition of an expression may take.
    pub(super) generosity: u32,
    /// Places for one content.
    pub(super) width: usize,
}

/// Numbers tried for a length or a jump that nothing fixes.
const JUMPS: [i64; 12] = [0, 4, 8, 1, 2, 16, 12, 32, 64, 100, 20, 3];

impl Places {
    pub(super) fn spots(
        &self,
        chain: &Chain,
        link: &Link,
        state: &State,
        dice: &mut Dice,
    ) -> Vec<Spot> {
        let found = match link {
            Link::Content(content) => self.content(content, state),
            Link::Pattern(pattern) => Some(self.pattern(pattern, state, dice)),
            Link::DataAt(option) => data_at(option, state).map(|spot| vec![spot]),
            Link::Decode(option) => decode(option, chain, state).map(|spot| vec![spot]),
            Link::Jump(option) => jump(option, state),
            Link::Test(option) => (|| {
                let at = base(option.relative, state) + state.variables.value(&option.offset)?;
                let count = state.variables.value(&option.count)?;
                let value = state.variables.value(&option.value)?;
                if count == 1 && !matches!(option.format, NumberFormat::Text(_)) {
                    let mut spot =
                        Spot::new(usize::try_from(at).ok()?, vec![passing(option, value)]);
                    spot.cursor = state.cursor;
                    return Some(vec![spot]);
                }
                let field = Field::new(at, count, option.format, option.bitmask)?;
                let spots = field
                    .values(state, number::suggestions(value))
                    .filter(|(number, _)| {
                        number::passes(option.operator, option.negated, *number, value)
                    })
                    .map(|(_, mut spot)| {
                        spot.cursor = state.cursor;
                        spot
                    });
                Some(spots.collect())
            })(),
            Link::Extract(option) => (|| {
                let at = base(option.relative, state) + i64::from(option.offset);
                let field = Field::new(at, i64::from(option.count), option.format, option.bitmask)?;
                let spots = field.values(state, JUMPS).map(|(number, mut spot)| {
                    let value = number * i64::from(option.multiplier);
                    spot.variable = Some((option.name.clone(), value));
                    spot
                });
                Some(spots.collect())
            })(),
            Link::Math(option) => (|| {
                let at = base(option.relative, state) + state.variables.value(&option.offset)?;
                let count = state.variables.value(&option.count)?;
                let operand = state.variables.value(&option.operand)?;
                let field = Field::new(at, count, option.format, option.bitmask)?;
                let wanted = JUMPS.into_iter().chain(number::suggestions(operand));
                let spots = field
                    .values(state, wanted)
                    .filter_map(|(number, mut spot)| {
                        let value = compute(option.operator, number, operand)?;
                        spot.variable = Some((option.result.clone(), value));
                        Some(spot)
                    });
                Some(spots.collect())
            })(),
        };
        found.unwrap_or_default()
    }

    fn content(&self, content: &Content, state: &State) -> Option<Vec<Spot>> {
        let cells: Vec<ByteSet> = content
            .bytes
            .iter()
            .map(|byte| {
                if content.nocase {
                    ByteSet::caseless(*byte)
                } else {
                    ByteSet::one(*byte)
                }
            })
            .collect();
        let (from, to) = region(content, state.cursor, &state.variables)?;
        let sheet = &state.sheet;
        let end = to.unwrap_or(usize::MAX).min(sheet.longest);
        let last = end.checked_sub(cells.len())?;
        let mut last = last.min(sheet.cells.len().max(from) + 1);
        let mut first = from;
        if content.ends_with && sheet.shortest == sheet.longest {
            first = sheet.longest.checked_sub(cells.len())?;
            last = first;
        }
        if first < from || first > end {
            return None;
        }
        let mut costs: Vec<(usize, usize)> = (first..=last)
            .filter_map(|at| sheet.cost(at, &cells).map(|cost| (cost, at)))
            .collect();
        // A content is not torn into pieces of others unless it must be.
        costs.sort_unstable();
        let spots = costs
            .into_iter()
            .take(self.width)
            .map(|(_, at)| {
                let mut spot = Spot::new(at, cells.clone());
                spot.end = content.ends_with.then_some(spot.cursor);
                spot
            })
            .collect();
        Some(spots)
    }

    fn pattern(&self, pattern: &Pattern, state: &State, dice: &mut Dice) -> Vec<Spot> {
        let Some(node) = &pattern.node else {
            return Vec::new();
        };
        let base = if pattern.relative { state.cursor } else { 0 };
        let mut spots = Vec::new();
        for _ in 0..2 {
            let Some(drawn) = draw(node, self.generosity, dice) else {
                continue;
            };
            let pinned = drawn.at_start || drawn.at_line_start || pattern.anchored;
            let last = if pinned {
                base
            } else {
                state.sheet.cells.len().max(base)
            };
            let mut costs: Vec<(usize, usize)> = (base..=last)
                .filter_map(|at| Some((state.sheet.cost(at, &drawn.cells)?, at)))
                .collect();
            costs.sort_unstable();
            for (_, at) in costs.into_iter().take(self.width) {
                let mut spot = Spot::new(at, drawn.cells.clone());
                spot.end = (drawn.at_end || drawn.at_line_end).then_some(spot.cursor);
                if drawn.at_line_end {
                    let mut within = Spot::new(at, drawn.cells.clone());
                    within.cells.push(ByteSet::one(b'\n'));
                    spots.push(within);
                }
                spots.push(spot);
            }
            if drawn.at_line_start {
                let at = state.sheet.cells.len().max(base);
                let mut cells = vec![ByteSet::one(b'\n')];
                cells.extend(&drawn.cells);
                let mut spot = Spot::new(at, cells);
                spot.end = drawn.at_end.then_some(spot.cursor);
                spots.push(spot);
            }
        }
        spots
    }
}

/// The bytes that pass a test of one byte: several tests may hold of it, so what passes stays open.
fn passing(option: &ByteTest, value: i64) -> ByteSet {
    let passes = |byte: &u8| {
        number::read(&[*byte], option.format, option.bitmask)
            .is_some_and(|number| number::passes(option.operator, option.negated, number, value))
    };
    ByteSet::of(&(0..=u8::MAX).filter(passes).collect::<Vec<_>>())
}

fn base(relative: bool, state: &State) -> i64 {
    if relative { state.cursor as i64 } else { 0 }
}

fn data_at(option: &IsDataAt, state: &State) -> Option<Spot> {
    let position = state.variables.value(&option.position)?;
    let reach = if option.relative {
        state.cursor as i64 + position
    } else {
        position + 1
    };
    let mut spot = Spot::new(state.cursor, Vec::new());
    if option.negated {
        spot.most = Some(usize::try_from(reach - 1).ok()?);
    } else {
        spot.least = Some(usize::try_from(reach).ok()?);
    }
    Some(spot)
}

fn decode(option: &Base64Decode, chain: &Chain, state: &State) -> Option<Spot> {
    let decoded = chain.decoded.as_ref()?;
    let at = base(option.relative, state) + i64::from(option.offset);
    let encoded = super::transform::base64(decoded);
    let cells = encoded.iter().map(|byte| ByteSet::one(*byte)).collect();
    let mut spot = Spot::new(usize::try_from(at).ok()?, cells);
    spot.cursor = state.cursor;
    Some(spot)
}

fn jump(option: &ByteJump, state: &State) -> Option<Vec<Spot>> {
    let value = |value: &Value| state.variables.value(value);
    let at = base(option.relative, state) + value(&option.offset)?;
    let count = value(&option.count)?;
    let post = value(&option.post_offset)?;
    let origin = match option.origin {
        JumpOrigin::Here => at + count,
        JumpOrigin::Beginning => 0,
        JumpOrigin::End => return None,
    };
    let target = |number: i64| {
        let mut jump = number * i64::from(option.multiplier);
        if option.align {
            jump = (jump + 3) / 4 * 4;
        }
        usize::try_from(origin + jump + post).ok()
    };
    if count == 0 {
        let mut spot = Spot::new(state.cursor, Vec::new());
        spot.cursor = target(0)?;
        spot.least = Some(spot.cursor);
        return Some(vec![spot]);
    }
    let field = Field::new(at, count, option.format, option.bitmask)?;
    // Also so far that it lands where the text made so far ends.
    let here = state.sheet.cells.len() as i64 - origin - post;
    let wanted = [here / i64::from(option.multiplier.max(1))]
        .into_iter()
        .chain(JUMPS);
    let spots = field
        .values(state, wanted)
        .filter_map(|(number, mut spot)| {
            spot.cursor = target(number)?;
            spot.least = Some(spot.cursor);
            Some(spot)
        });
    Some(spots.collect())
}

/// A number's place and form.
struct Field {
    at: usize,
    count: usize,
    format: NumberFormat,
    mask: Option<u32>,
}

impl Field {
    fn new(at: i64, count: i64, format: NumberFormat, mask: Option<u32>) -> Option<Self> {
        Some(Self {
            at: usize::try_from(at).ok()?,
            // Of text, 0 means all that is there.
            count: usize::try_from(count)
                .ok()
                .filter(|count| *count > 0 || matches!(format, NumberFormat::Text(_)))?,
            format,
            mask,
        })
    }

    /// Numbers that may stand here: the one that is there already, else those wanted that fit.
    fn values<'a>(
        &'a self,
        state: &'a State,
        wanted: impl IntoIterator<Item = i64> + 'a,
    ) -> impl Iterator<Item = (i64, Spot)> + 'a {
        let settled: Option<Vec<u8>> = (self.at..self.at + self.count)
            .map(|at| {
                let cell = state.sheet.cells.get(at)?;
                (cell.count() == 1).then(|| cell.nth(0))?
            })
            .collect();
        let there = settled
            .as_deref()
            .filter(|bytes| !bytes.is_empty())
            .and_then(|bytes| number::read(bytes, self.format, self.mask));
        there.into_iter().chain(wanted).filter_map(move |number| {
            let mut bytes = match &settled {
                Some(bytes) if there == Some(number) => Some(bytes.clone()),
                _ if self.count == 0 => Some(number.to_string().into_bytes()),
                _ => number::write(number, self.count, self.format, self.mask),
            }?;
            let cells: Vec<ByteSet> = bytes.drain(..).map(ByteSet::one).collect();
            state.sheet.cost(self.at, &cells)?;
            let mut spot = Spot::new(self.at, cells);
            spot.end = (self.count == 0).then_some(spot.cursor);
            Some((number, spot))
        })
    }
}
