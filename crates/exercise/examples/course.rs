//! Writes a course of exercises: `course FILE DIR [EVERY] [SID,...]`.

use exercise::{Course, Rules};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, folder, rest @ ..] = arguments.as_slice() else {
        return Err("usage: course FILE DIR [EVERY] [SID,...]".into());
    };
    let rules = Rules::load([file]);
    let course = Course {
        every: rest.first().map_or(Ok(1), |every| every.parse())?,
        sids: match rest.get(1) {
            Some(sids) => sids.split(',').map(str::parse).collect::<Result<_, _>>()?,
            None => Vec::new(),
        },
        limit: usize::MAX,
        threads: 2,
    };
    std::fs::create_dir_all(folder)?;
    let summary = course.write(&rules, Path::new(folder))?;
    println!(
        "{} hits, {} near misses, {} packets",
        summary.hits, summary.misses, summary.packets
    );
    for (reason, count) in summary.reasons.iter().take(30) {
        println!("{count:7} {reason}");
    }
    Ok(())
}
