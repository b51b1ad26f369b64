//! The heat map as SVG.

use std::fmt::Write;

const CELL: usize = 56;
const HEIGHT: usize = 30;

/// Panels of shares by period (columns) and jitter (rows).
pub fn heat_map(periods: &[String], jitters: &[f64], panels: &[(&str, &Vec<Vec<f64>>)]) -> String {
    let panel = jitters.len() * HEIGHT + 70;
    let (width, height) = (90 + periods.len() * CELL, panels.len() * panel);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (number, (title, table)) in panels.iter().enumerate() {
        let top = number * panel + 40;
        let _ = writeln!(
            svg,
            "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{title}: beacons found, by period and jitter</text>",
            top - 18
        );
        for (row, (shares, jitter)) in table.iter().zip(jitters).enumerate() {
            let y = top + row * HEIGHT;
            let _ = writeln!(
                svg,
                "<text x=\"8\" y=\"{}\">\u{b1}{:.0} %</text>",
                y + 20,
                jitter * 100.0
            );
            for (column, share) in shares.iter().enumerate() {
                let x = 70 + column * CELL;
                let shade = |low: f64, high: f64| (low + (high - low) * share).round() as u8;
                let (red, green, blue) =
                    (shade(247.0, 8.0), shade(240.0, 104.0), shade(230.0, 160.0));
                let ink = if *share > 0.6 { "#ffffff" } else { "#333333" };
                let _ = writeln!(
                    svg,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"rgb({red},{green},{blue})\"/>\
                     <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{ink}\">{:.0}</text>",
                    CELL - 2,
                    HEIGHT - 2,
                    x + CELL / 2,
                    y + 19,
                    share * 100.0
                );
            }
        }
        for (column, period) in periods.iter().enumerate() {
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{period}</text>",
                70 + column * CELL + CELL / 2,
                top + jitters.len() * HEIGHT + 14
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

const WIDE: f64 = 420.0;
const HIGH: f64 = 260.0;
/// False incidents per 1,000 host-days at the right edge.
const EDGE: f64 = 4.0;

/// Recall over false incidents per 1,000 host-days, as the confidence that is asked for falls.
pub fn curve(found: &[f32], falsely: &[f32], host_days: f64) -> String {
    let mut limits: Vec<f32> = found.iter().chain(falsely).copied().collect();
    limits.sort_by(|one, other| other.total_cmp(one));
    limits.dedup();
    let place = |limit: f32| {
        let above = |values: &[f32]| {
            values
                .iter()
                .filter(|value| **value >= limit && **value > 0.0)
                .count()
        };
        let recall = above(found) as f64 / found.len().max(1) as f64;
        let rate = above(falsely) as f64 * 1_000.0 / host_days;
        (
            50.0 + rate.min(EDGE) / EDGE * WIDE,
            20.0 + (1.0 - recall) * HIGH,
        )
    };
    let points: Vec<String> = limits
        .iter()
        .map(|limit| place(*limit))
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect();
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 500 330\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"500\" height=\"330\" fill=\"#ffffff\"/>\n",
    );
    for step in 0..=4 {
        let (share, x) = (f64::from(step) / 4.0, 50.0 + f64::from(step) / 4.0 * WIDE);
        let y = 20.0 + (1.0 - share) * HIGH;
        let _ = writeln!(
            svg,
            "<path d=\"M50 {y}H470M{x} 20V280\" stroke=\"#dddddd\" fill=\"none\"/>\
             <text x=\"44\" y=\"{}\" text-anchor=\"end\">{share:.2}</text>\
             <text x=\"{x}\" y=\"296\" text-anchor=\"middle\">{:.0}</text>",
            y + 4.0,
            share * EDGE
        );
    }
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#0868a0\" stroke-width=\"2\"/>\
         <text x=\"260\" y=\"318\" text-anchor=\"middle\">false incidents per 1,000 host-days</text>\
         <text x=\"56\" y=\"15\">recall</text>\n</svg>",
        points.join(" ")
    );
    svg
}
