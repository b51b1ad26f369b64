//! Captures read from files: each a world of its own, or all one world.

use crate::checksums;
use crate::detectors::Detectors;
use crate::outputs::{Folder, Outputs, Silent};
use crate::pipeline::{Pipeline, Summary};
use crate::settings::Settings;
use capture::{Batch, CaptureFile, Damage, Filled, OpenError, Source};
use event::{Event, Incident};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a replay ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The results cannot be written.
    #[error("cannot write the results: {0}")]
    Output(#[from] io::Error),
}

/// What became of one capture (or, with `--together`, of all: then under the first one's name).
pub struct FileResult {
    /// The capture.
    pub path: PathBuf,
    /// Why it could not be opened.
    pub refused: Option<OpenError>,
    /// Where it is damaged.
    pub damage: Option<Damage>,
    /// What was seen and found; None where nothing was read, or where the world goes on.
    pub summary: Option<Summary>,
    /// The incidents of the world, in the order in which they began.
    pub incidents: Vec<Incident>,
}

/// How far it is, told about every 2,000 packets.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Which capture, from 0.
    pub index: usize,
    /// Of how many.
    pub count: usize,
    /// The capture.
    pub path: &'a Path,
    /// Bytes of it read, decompressed.
    pub offset: u64,
}

/// Reads captures. `folder` gets the lines of events and incidents; `progress` is told how far it
/// is; `done` gets the result of each capture as soon as it is there.
pub fn replay(
    paths: &[PathBuf],
    together: bool,
    settings: &Settings,
    detectors: &Arc<Detectors>,
    mut folder: Option<&mut Folder>,
    mut progress: impl FnMut(Progress<'_>),
    mut done: impl FnMut(FileResult),
) -> Result<(), ReplayError> {
    let mut shared: Option<(Pipeline, Vec<Incident>)> = None;
    for (index, path) in paths.iter().enumerate() {
        let mut result = FileResult {
            path: path.clone(),
            refused: None,
            damage: None,
            summary: None,
            incidents: Vec::new(),
        };
        if let Some(folder) = &mut folder
            && (index == 0 || !together)
        {
            folder.set_source(path.display().to_string());
        }
        match CaptureFile::open(path) {
            Err(error) => result.refused = Some(error),
            Ok(file) => {
                let (mut pipeline, incidents) = shared
                    .take()
                    .unwrap_or_else(|| (Pipeline::new(settings, detectors), Vec::new()));
                let mut outputs = Both {
                    folder: folder.as_deref_mut(),
                    incidents,
                };
                let tell = |offset| {
                    progress(Progress {
                        index,
                        count: paths.len(),
                        path,
                        offset,
                    })
                };
                result.damage = read(file, &mut pipeline, &mut outputs, tell)?;
                shared = Some((pipeline, outputs.incidents));
            }
        }
        if (!together || index + 1 == paths.len())
            && let Some((pipeline, incidents)) = shared.take()
        {
            let mut outputs = Both {
                folder: folder.as_deref_mut(),
                incidents,
            };
            result.summary = Some(pipeline.finish(&mut outputs)?);
            result.incidents = outputs.incidents;
            if let Some(folder) = &mut folder {
                folder.finish_world()?;
            }
        }
        done(result);
    }
    Ok(())
}

fn read(
    mut file: CaptureFile,
    pipeline: &mut Pipeline,
    outputs: &mut Both<'_>,
    mut progress: impl FnMut(u64),
) -> Result<Option<Damage>, ReplayError> {
    let (first, mut filled) = beginning(&mut file);
    let left_to_the_card = checksums::are_left_to_the_card(&first);
    let mut give = |mut batch: Batch, pipeline: &mut Pipeline, offset: u64| {
        if left_to_the_card {
            batch.without_checksums();
        }
        pipeline.take(batch, outputs)?;
        progress(offset);
        Ok::<(), ReplayError>(())
    };
    for batch in first {
        give(batch, pipeline, file.offset())?;
    }
    loop {
        if let Filled::End(damage) = filled {
            return Ok(damage);
        }
        let mut batch = pipeline.spare_batch();
        filled = file.fill(&mut batch);
        give(batch, pipeline, file.offset())?;
    }
}

/// The first batches, enough to judge a capture by, and how the last of them was filled.
fn beginning(file: &mut CaptureFile) -> (Vec<Batch>, Filled) {
    let mut batches = Vec::new();
    let mut frames = 0;
    loop {
        let mut batch = Batch::default();
        let filled = file.fill(&mut batch);
        frames += batch.len();
        batches.push(batch);
        if !matches!(filled, Filled::Full) || frames >= checksums::FRAMES_JUDGED {
            return (batches, filled);
        }
    }
}

/// The folder, if there is one, and the incidents for the report.
struct Both<'a> {
    folder: Option<&'a mut Folder>,
    incidents: Vec<Incident>,
}

impl Outputs for Both<'_> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match &mut self.folder {
            Some(folder) => folder.event(event),
            None => Silent.event(event),
        }
    }

    fn incident(&mut self, incident: &Incident) -> io::Result<()> {
        match self
            .incidents
            .iter_mut()
            .find(|known| known.incident_id == incident.incident_id)
        {
            Some(known) => *known = incident.clone(),
            None => self.incidents.push(incident.clone()),
        }
        match &mut self.folder {
            Some(folder) => folder.incident(incident),
            None => Ok(()),
        }
    }
}
