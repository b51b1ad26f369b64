//! The rhythm of one host's calls to one destination.
//!
//! Two explanations are compared for the gaps between calls: a clock, whose gaps lie within a band around their median
//! (a jitter of 50 % is a band of 55 %), or chance, whose gaps are distributed exponentially (a Poisson process, or
//! something burstier still). The sum of log-likelihood ratios says how much better the clock explains them (Neyman and
//! Pearson 1933), so that few even gaps weigh as much as many uneven ones. Gaps of about two or three periods are calls
//! that were missed, and weigh nothing.

use crate::limits;
use event::Timestamp;
use serde::{Deserialize, Serialize};

/// Calls closer together than this are one; ticks.
const TOGETHER_TICKS: u32 = 14;
/// Ticks in a second.
const TICKS: u64 = 16;
/// Half widths of the bands, as shares of the median gap.
const BANDS: [f64; 7] = [0.03, 0.06, 0.10, 0.16, 0.25, 0.36, 0.55];
/// Share of a clock's gaps within its band.
const CLOCK_INSIDE: f64 = 0.93;
/// Gaps that are judged at least.
const GAPS_MIN: usize = 5;
/// The latest gaps that are judged by themselves too: the sleep may have been changed.
const LATEST: usize = 16;

/// The calls of one pair.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Series {
    calls: Vec<Call>,
    first: Timestamp,
    pub count: u32,
    pub oddities: u8,
    pub told: u32,
    /// How sure it was when it was told.
    pub told_belief: f32,
    /// Calls that came together with another one.
    pub merged: u32,
    /// Of questions of a name: the site itself was called as well.
    pub accompanied: bool,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Call {
    /// Ticks since the first call.
    at: u32,
    bytes: u32,
}

/// What a series shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rhythm {
    /// Median gap; seconds.
    pub period: f32,
    /// Median deviation from it, as a share of it.
    pub deviation: f32,
    /// How much better a clock explains the gaps than chance; nats.
    pub evidence: f32,
    /// Gaps judged.
    pub gaps: usize,
}

impl Series {
    /// Adds a call with what is odd about it. Returns whether it stands by itself.
    pub fn add(&mut self, time: Timestamp, bytes: u64, oddities: u8) -> bool {
        if self.count == 0 {
            self.first = time;
            self.oddities = oddities;
        }
        // What was odd about all of them counts.
        self.oddities &= oddities;
        let ticks = time.since(self.first).saturating_mul(TICKS) / 1_000_000_000;
        let at = u32::try_from(ticks).unwrap_or(u32::MAX);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        if let Some(last) = self.calls.last_mut()
            && at < last.at.saturating_add(TOGETHER_TICKS)
        {
            last.bytes = last.bytes.saturating_add(bytes);
            self.merged = self.merged.saturating_add(1);
            return false;
        }
        if self.calls.len() >= limits::TIMES_MAX {
            self.calls.remove(0);
        }
        self.calls.push(Call { at, bytes });
        self.count = self.count.saturating_add(1);
        true
    }

    /// When the first call came.
    pub fn first(&self) -> Timestamp {
        self.first
    }

    /// The rhythm of all that is remembered, or of the latest alone where that is clearer.
    pub fn rhythm(&self) -> Option<Rhythm> {
        let gaps: Vec<u32> = self
            .calls
            .windows(2)
            .map(|pair| pair[1].at.saturating_sub(pair[0].at))
            .collect();
        // Bursts: most calls came together, as a page and its parts do.
        if self.merged > self.count.saturating_mul(2) {
            return None;
        }
        let latest = gaps
            .get(gaps.len().saturating_sub(LATEST)..)
            .unwrap_or_default();
        [rhythm(&gaps), rhythm(latest)]
            .into_iter()
            .flatten()
            .max_by(|one, other| one.evidence.total_cmp(&other.evidence))
    }

    /// Whether nearly all calls carry about as much.
    pub fn same_size(&self) -> bool {
        let mut sizes: Vec<u32> = self.calls.iter().map(|call| call.bytes).collect();
        let middle = median(&mut sizes);
        let near = |size: &&u32| u64::from(size.abs_diff(middle)) * 10 <= u64::from(middle.max(10));
        middle > 0 && sizes.iter().filter(near).count() * 10 >= sizes.len() * 8
    }
}

fn rhythm(gaps: &[u32]) -> Option<Rhythm> {
    if gaps.len() < GAPS_MIN {
        return None;
    }
    let middle = median(&mut gaps.to_vec()).max(1);
    let mut off: Vec<u32> = gaps.iter().map(|gap| gap.abs_diff(middle)).collect();
    let deviation = median(&mut off) as f32 / middle as f32;
    // Of few uneven gaps the median may lie far from the clock; their mean without the longest is another guess.
    let evidence = [middle, mean_of_shorter(gaps, middle)]
        .iter()
        .flat_map(|centre| {
            BANDS
                .iter()
                .map(|band| evidence(gaps, f64::from(*centre), *band))
        })
        .fold(f64::MIN, f64::max);
    Some(Rhythm {
        period: middle as f32 / TICKS as f32,
        deviation,
        evidence: evidence as f32,
        gaps: gaps.len(),
    })
}

/// The mean of the gaps that are no missed calls.
fn mean_of_shorter(gaps: &[u32], middle: u32) -> u32 {
    let limit = middle.saturating_mul(2);
    let near = gaps.iter().filter(|gap| **gap < limit);
    let (sum, count) = near.fold((0_u64, 0_u64), |(sum, count), gap| {
        (sum + u64::from(*gap), count + 1)
    });
    u32::try_from(sum / count.max(1)).unwrap_or(middle).max(1)
}

/// Sum of log-likelihood ratios of clock over chance for one band.
fn evidence(gaps: &[u32], middle: f64, band: f64) -> f64 {
    // An exponential distribution of the same median.
    let beyond = |share: f64| (-std::f64::consts::LN_2 * share).exp();
    let chance = beyond(1.0 - band) - beyond(1.0 + band);
    let (inside, outside) = (
        (CLOCK_INSIDE / chance).ln(),
        ((1.0 - CLOCK_INSIDE) / (1.0 - chance)).ln(),
    );
    gaps.iter()
        .map(|gap| {
            let share = f64::from(*gap) / middle;
            let near = |periods: f64| (share - periods).abs() <= band;
            match () {
                () if near(1.0) => inside,
                () if band <= 0.25 && (near(2.0) || near(3.0)) => 0.0,
                () => outside,
            }
        })
        .sum()
}

fn median(values: &mut [u32]) -> u32 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(gaps_ms: impl Iterator<Item = u64>) -> Option<Rhythm> {
        let mut series = Series::default();
        let mut at = 1_000_000_u64;
        series.add(Timestamp::from_nanos(at as i64 * 1_000_000), 100, 0);
        for gap in gaps_ms {
            at += gap;
            series.add(Timestamp::from_nanos(at as i64 * 1_000_000), 100, 0);
        }
        series.rhythm()
    }

    /// Numbers in 0..1 without pattern.
    fn unit(at: u64) -> f64 {
        let mut value = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value ^= value >> 27;
        (value.wrapping_mul(0x94d0_49bb_1331_11eb) >> 11) as f64 / (1u64 << 53) as f64
    }

    #[test]
    fn clocks_are_told_from_chance() {
        for period in [5_000.0, 60_000.0, 3_600_000.0, 86_400_000.0] {
            for jitter in [0.0, 0.2, 0.5] {
                let gaps =
                    (0..30).map(|at| (period * (1.0 + jitter * (2.0 * unit(at) - 1.0))) as u64);
                let found = series(gaps).unwrap();
                assert!(found.evidence > 12.0, "{period} {jitter} {found:?}");
            }
            let chance = (0..200).map(|at| (period * -(1.0 - unit(at)).ln()) as u64);
            assert!(series(chance).unwrap().evidence < 6.0, "{period}");
        }
    }

    #[test]
    fn missed_calls_and_a_changed_sleep_do_not_hide_a_clock() {
        let missed = (0..20).map(|at| if at % 5 == 3 { 120_000 } else { 60_000 });
        assert!(series(missed).unwrap().evidence > 12.0);
        let changed = (0..40).map(|at| if at < 22 { 30_000 } else { 300_000 });
        assert!(series(changed).unwrap().evidence > 12.0);
    }
}
