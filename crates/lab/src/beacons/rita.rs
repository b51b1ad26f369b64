//! The peer: the beacon score that RITA's authors describe (Active Countermeasures, "How RITA detects beacons"), written
//! from that description. Means of: symmetry (Bowley's skewness) and dispersion (median deviation) of intervals, calls per
//! time, symmetry, dispersion and smallness of sizes; each 0-1.

/// Calls of a pair within a day that are judged.
const CALLS_MIN: usize = 4;

/// The score of one pair's calls: seconds and bytes, in order of time.
pub fn score(calls: &[(u64, u32)]) -> Option<f64> {
    if calls.len() < CALLS_MIN {
        return None;
    }
    let mut gaps: Vec<f64> = calls
        .windows(2)
        .map(|pair| pair[1].0.saturating_sub(pair[0].0) as f64)
        .collect();
    let mut sizes: Vec<f64> = calls.iter().map(|call| f64::from(call.1)).collect();
    let span = calls[calls.len() - 1].0.saturating_sub(calls[0].0) as f64;
    let (gap_skew, gap_spread) = shape(&mut gaps);
    let (size_skew, size_spread) = shape(&mut sizes);
    let often = (calls.len() as f64 / (span / 10.0).max(1.0)).min(1.0);
    let small = (1.0 - sizes[sizes.len() / 2] / 65_535.0).max(0.0);
    let parts = [
        1.0 - gap_skew.abs(),
        (1.0 - gap_spread / 30.0).max(0.0),
        often,
        1.0 - size_skew.abs(),
        (1.0 - size_spread / 32.0).max(0.0),
        small,
    ];
    Some(parts.iter().sum::<f64>() / 6.0)
}

/// Bowley's skewness and the median absolute deviation.
fn shape(values: &mut [f64]) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    let (low, middle, high) = (at(0.25), at(0.5), at(0.75));
    let skew = if high - low < 10.0 || middle == low || middle == high {
        0.0
    } else {
        (low + high - 2.0 * middle) / (high - low)
    };
    let mut off: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    off.sort_by(f64::total_cmp);
    (skew, off[off.len() / 2])
}
