//! Watching interfaces for a person at a terminal.

use crate::detectors::{Detectors, LoadReport};
use crate::live::{Counters, Next, Rings};
use crate::outputs::Outputs;
use crate::pipeline::{Pipeline, Summary};
use crate::privileges::{PrivilegeError, give_up_privileges};
use crate::reload::Reloader;
use crate::settings::{Settings, Wishes};
use capture::RingError;
use event::Timestamp;
use flow::Load;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What to watch.
pub struct WatchSettings {
    /// Names of interfaces.
    pub interfaces: Vec<String>,
    /// Rings on each interface.
    pub rings_each: usize,
}

/// Why watching ended, or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// An interface cannot be watched.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// Privileges stay.
    #[error(transparent)]
    Privileges(#[from] PrivilegeError),
    /// The results cannot be written.
    #[error("cannot write the results: {0}")]
    Output(#[from] io::Error),
}

const WAIT: Duration = Duration::from_millis(200);
/// Seconds between two `stats` events.
const STATS_EVERY_S: i64 = 8;

/// What is told to a person while watching.
pub trait Screen: Outputs {
    /// Packets are being read.
    fn ready(&mut self);

    /// Rules were read again: what was loaded, or why the old ones go on.
    fn reloaded(&mut self, outcome: Result<&LoadReport, &str>);

    /// About every second.
    fn status(&mut self, counters: &[Counters], summary: &Summary);
}

/// Watches until it is to stop.
pub fn watch(
    watched: &WatchSettings,
    settings: &Settings,
    detectors: &Arc<Detectors>,
    screen: &mut dyn Screen,
    now: fn() -> Timestamp,
    wishes: Wishes<'_>,
) -> Result<(Vec<Counters>, Summary), WatchError> {
    let rings = Rings::open(&watched.interfaces, watched.rings_each)?;
    give_up_privileges()?;
    let mut pipeline = Pipeline::new(settings, detectors);
    pipeline.never_wait();
    let mut reloader = Reloader::new(settings, wishes.reload);
    let live = rings.start();
    screen.ready();
    let mut told = now().seconds();
    let mut load = Load::default();
    while !wishes.stop.load(Ordering::Relaxed) {
        match live.next(WAIT) {
            Next::Batch(batch) => {
                load = live.load(load);
                pipeline.bear(load, screen)?;
                pipeline.take(batch, screen)?;
                live.give_back(pipeline.spare_batch());
            }
            Next::Nothing => pipeline.idle(now(), screen)?,
            Next::End => break,
        }
        if let Some(outcome) = reloader.turn(&mut pipeline, now(), screen)? {
            screen.reloaded(outcome.as_ref().map_err(String::as_str));
        }
        let second = now().seconds();
        if second != told {
            told = second;
            pipeline.note_capture(live.counters(), screen)?;
            screen.status(&live.counters(), &pipeline.summary());
            if second % STATS_EVERY_S == 0 {
                pipeline.tell_stats(screen)?;
            }
        }
    }
    while let Next::Batch(batch) = live.next(Duration::from_millis(100)) {
        pipeline.take(batch, screen)?;
    }
    let counters = live.counters();
    pipeline.note_capture(counters.clone(), screen)?;
    Ok((counters, pipeline.finish(screen)?))
}
