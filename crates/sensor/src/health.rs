//! What a heartbeat says of machine, mirror port and content.

use crate::detectors::LoadReport;
use crate::host::{self, Processors};
use crate::limits;
use crate::pipeline::Summary;
use event::Timestamp;
use link::Health;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Looks at the machine from one heartbeat to the next.
pub(crate) struct Checkup {
    folder: PathBuf,
    processors: Processors,
}

impl Checkup {
    /// Of the sensor whose folder this is.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            processors: Processors::default(),
        }
    }

    /// How it is now.
    pub(crate) fn health(&mut self, summary: &Summary, report: &LoadReport) -> Health {
        let (cpu_process_permille, cpu_machine_permille) = self.processors.look();
        let (memory_machine_bytes, memory_available_bytes) = host::memory();
        let (disk_bytes, disk_free_bytes) = host::disk(&self.folder);
        let flows = &summary.flows;
        let vlans = flows.vlans.iter().copied();
        Health {
            cpu_process_permille,
            cpu_machine_permille,
            memory_machine_bytes,
            memory_available_bytes,
            disk_bytes,
            disk_free_bytes,
            packets_shed: Some(flows.packets_shed),
            detections: Some(summary.detections),
            tcp_both_sides: Some(flows.sides.both),
            tcp_one_side: Some(flows.sides.one),
            vlans: Some(vlans.take(link::limits::HEARTBEAT_VLANS_MAX).collect()),
            indicators: Some(report.indicators.entries as u64),
            rules_at: report.rules_at,
            intelligence_at: report.intelligence_at,
        }
    }
}

/// The latest change of files, and of those in folders; None where there are none.
pub(crate) fn latest_change(paths: &[PathBuf]) -> Option<Timestamp> {
    let mut files_left = limits::CONTENT_FILES_MAX;
    let changes = paths
        .iter()
        .filter_map(|path| latest_within(path, limits::CONTENT_FOLDER_DEPTH_MAX, &mut files_left));
    changes.max()
}

fn latest_within(path: &Path, depth_left: usize, files_left: &mut usize) -> Option<Timestamp> {
    *files_left = files_left.checked_sub(1)?;
    let about = std::fs::metadata(path).ok()?;
    if !about.is_dir() {
        return changed(&about);
    }
    let deeper = depth_left.checked_sub(1)?;
    let entries = std::fs::read_dir(path).ok()?.filter_map(Result::ok);
    entries
        .filter_map(|entry| latest_within(&entry.path(), deeper, files_left))
        .max()
}

fn changed(file: &Metadata) -> Option<Timestamp> {
    let since = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_micros(
        i64::try_from(since.as_micros()).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    #[test]
    fn content_is_as_old_as_its_latest_file() {
        let folder = tempfile::tempdir().unwrap();
        let nested = folder.path().join("rules");
        std::fs::create_dir(&nested).unwrap();
        for (name, seconds) in [
            ("a.rules", 1000),
            ("rules/b.rules", 3000),
            ("c.rules", 2000),
        ] {
            let file = File::create(folder.path().join(name)).unwrap();
            let time: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds);
            file.set_modified(time).unwrap();
        }
        let at = |seconds: i64| Some(Timestamp::from_micros(seconds * 1_000_000));
        assert_eq!(latest_change(&[folder.path().to_owned()]), at(3000));
        let files = ["a.rules", "c.rules", "none"].map(|name| folder.path().join(name));
        assert_eq!(latest_change(&files), at(2000));
        assert_eq!(latest_change(&[]), None);
    }
}
