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
