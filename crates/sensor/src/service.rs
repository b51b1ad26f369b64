//! The sensor as a service: watches, keeps what it finds on disk, and carries it to the portal.
//!
//! Two threads share the outbox: this one watches and commits incidents together with the
//! brain's state, the other carries what waits and says every few seconds that the sensor lives.

use crate::detectors::{Detectors, LoadReport};
use crate::health::Checkup;
use crate::host::resident_bytes;
use crate::live::{Counters, Live, Next, Rings};
use crate::outputs::Outputs;
use crate::pipeline::{Pipeline, Summary};
use crate::privileges::{PrivilegeError, give_up_privileges};
use crate::reload::Reloader;
use crate::settings::{Settings, Wishes};
use capture::{CaptureFile, OpenError, RingError};
use event::{Event, Incident, Timestamp};
use flow::Load;
use link::{
    Heartbeat, Identity, InterfaceCounters, LinkError, Outbox, OutboxError, SuppressionSet,
    Suppressions, Uplink,
};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What is watched.
#[derive(Clone, Debug)]
pub enum SourceSettings {
    /// Interfaces, with so many rings on each.
    Interfaces(Vec<String>, usize),
    /// A capture, read from its beginning as it is being written (a file, a pipe, or `-`). After a
    /// restart it is read from its beginning again, and gives the same incidents again, which
    /// the portal knows by their ids.
    Capture(PathBuf),
}

/// Where things are.
#[derive(Clone, Debug)]
pub struct ServiceSettings {
    /// What is watched.
    pub source: SourceSettings,
    /// Folder of the sensor's own.
    pub data_dir: PathBuf,
    /// Software version.
    pub version: &'static str,
}

/// Why the sensor ended, or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// An interface cannot be watched.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// The capture cannot be read.
    #[error(transparent)]
    Capture(#[from] OpenError),
    /// Privileges stay.
    #[error(transparent)]
    Privileges(#[from] PrivilegeError),
    /// The disk does not keep what must not be lost.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// Keys or certificates.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Anything else of the system.
    #[error("{0}")]
    System(#[from] io::Error),
}

const WAIT: Duration = Duration::from_millis(200);
/// Incidents are committed at most this often: each commit writes the brain's state.
const COMMIT_EVERY_NS: u64 = 500_000_000;
const BEAT_EVERY: Duration = Duration::from_secs(5);
const CARRY_EVERY: Duration = Duration::from_millis(200);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(10);

/// What both threads know.
struct Shared {
    outbox: Mutex<Outbox>,
    state: Mutex<State>,
    suppressions: Mutex<Suppressions>,
    /// How often an incident was told as suppressed.
    suppressed: AtomicU64,
    stop: AtomicBool,
}

#[derive(Default)]
struct State {
    counters: Vec<Counters>,
    summary: Summary,
    report: LoadReport,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked with the lock left nothing half done that matters.
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Watches and reports until it is to stop; with a capture, until all of it is with the portal.
pub fn serve(
    service: &ServiceSettings,
    settings: &Settings,
    detectors: &Arc<Detectors>,
    identity: &Identity,
    now: fn() -> Timestamp,
    wishes: Wishes<'_>,
    ready: impl FnOnce(),
) -> Result<(), ServiceError> {
    let (outbox, state) = Outbox::open(&service.data_dir.join("outbox"))?;
    let uplink = Uplink::new(identity)?;
    let live = open_source(&service.source)?;
    let from_start = matches!(service.source, SourceSettings::Capture(_));
    let pipeline = begin(settings, detectors, state.filter(|_| !from_start));
    let shared = Arc::new(Shared {
        outbox: Mutex::new(outbox),
        state: Mutex::new(State {
            report: detectors.report.clone(),
            ..State::default()
        }),
        suppressions: Mutex::new(Suppressions::load(&service.data_dir)),
        suppressed: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    });
    let carrier = {
        let (shared, version) = (shared.clone(), service.version);
        let checkup = Checkup::new(&service.data_dir);
        std::thread::Builder::new()
            .name("link".into())
            .spawn(move || carry(uplink, &shared, checkup, version, now))?
    };
    ready();
    let stop = wishes.stop;
    let reloader = Reloader::new(settings, wishes.reload);
    let watched = watch(pipeline, &live, &shared, from_start, now, stop, reloader);
    if watched.is_ok() && from_start {
        while !lock(&shared.outbox).is_empty() && !stop.load(Ordering::Relaxed) {
            std::thread::sleep(CARRY_EVERY);
        }
    }
    shared.stop.store(true, Ordering::Relaxed);
    let _ = carrier.join();
    watched
}

fn open_source(source: &SourceSettings) -> Result<Live, ServiceError> {
    match source {
        SourceSettings::Interfaces(interfaces, rings_each) => {
            let rings = Rings::open(interfaces, *rings_each)?;
            give_up_privileges()?;
            Ok(rings.start())
        }
        SourceSettings::Capture(path) => {
            let file = CaptureFile::open(path)?;
            Ok(Live::of_capture(file, path.display().to_string()))
        }
    }
}

fn begin(
    settings: &Settings,
    detectors: &Arc<Detectors>,
    state: Option<serde_json::Value>,
) -> Pipeline {
    let Some(state) = state else {
        return Pipeline::new(settings, detectors);
    };
    match Pipeline::restore(settings, detectors, state.to_string().as_bytes()) {
        Ok(pipeline) => pipeline,
        Err(error) => {
            tracing::error!(%error, "the state of before cannot be taken up; beginning anew");
            Pipeline::new(settings, detectors)
        }
    }
}

/// Incidents that are not committed yet.
#[derive(Default)]
struct Pending {
    incidents: Vec<Incident>,
}

impl Outputs for Pending {
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
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
        Ok(())
    }
}

fn watch(
    mut pipeline: Pipeline,
    live: &Live,
    shared: &Shared,
    from_capture: bool,
    now: fn() -> Timestamp,
    stop: &AtomicBool,
    mut reloader: Reloader<'_>,
) -> Result<(), ServiceError> {
    if !from_capture {
        pipeline.never_wait();
    }
    let mut pending = Pending::default();
    let mut committed = Timestamp::default();
    let mut told = 0;
    let mut load = Load::default();
    loop {
        let next = live.next(WAIT);
        let ended = matches!(next, Next::End) || stop.load(Ordering::Relaxed);
        match next {
            Next::Batch(batch) => {
                load = live.load(load);
                pipeline.bear(load, &mut pending)?;
                pipeline.take(batch, &mut pending)?;
                live.give_back(pipeline.spare_batch());
            }
            // The clock of a capture is its own.
            Next::Nothing if !from_capture => pipeline.idle(now(), &mut pending)?,
            Next::Nothing => pipeline.flush(&mut pending)?,
            Next::End => {}
        }
        let time = now();
        if let Some(outcome) = reloader.turn(&mut pipeline, time, &mut pending)? {
            note_reload(outcome, shared);
        }
        if time.seconds() != told {
            told = time.seconds();
            let mut state = lock(&shared.state);
            state.counters = live.counters();
            state.summary = pipeline.summary();
        }
        if ended {
            break;
        }
        if !pending.incidents.is_empty() && time.since(committed) >= COMMIT_EVERY_NS {
            committed = time;
            commit(&mut pending, &pipeline, shared);
        }
    }
    if from_capture && !stop.load(Ordering::Relaxed) {
        pipeline.end(&mut pending)?;
    } else {
        pipeline.flush(&mut pending)?;
        pipeline.save_datasets();
    }
    // The last word has to be kept: with a full disk, wait for room.
    while !commit(&mut pending, &pipeline, shared) && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

fn note_reload(outcome: Result<LoadReport, String>, shared: &Shared) {
    match outcome {
        Ok(report) => {
            let (loaded, refused) = (report.loaded, report.refused());
            tracing::info!(loaded, refused, "rules are loaded anew");
            lock(&shared.state).report = report;
        }
        Err(reason) => tracing::error!(%reason, "the new rules are refused; the old ones go on"),
    }
}

/// Whether all is on disk now; what is not stays pending.
fn commit(pending: &mut Pending, pipeline: &Pipeline, shared: &Shared) -> bool {
    let state = match pipeline.snapshot() {
        Ok(state) => {
            serde_json::value::RawValue::from_string(String::from_utf8_lossy(&state).into_owned())
        }
        Err(error) => {
            tracing::error!(%error, "the state cannot be written down");
            return false;
        }
    };
    let Ok(state) = state else { return false };
    let suppressed = mark(&mut pending.incidents, &lock(&shared.suppressions));
    match lock(&shared.outbox).commit(&pending.incidents, &state) {
        Ok(()) => {
            pending.incidents.clear();
            shared.suppressed.fetch_add(suppressed, Ordering::Relaxed);
            true
        }
        Err(error) => {
            tracing::error!(%error, "incidents cannot be kept on disk; trying again");
            false
        }
    }
}

/// Marks what suppressions cover, at the last moment before it is told for good; how many these are. What is marked is
/// kept and carried like all else: the portal shows it on demand, and brings it back when a suppression is taken back.
fn mark(incidents: &mut [Incident], suppressions: &Suppressions) -> u64 {
    let marked = incidents
        .iter_mut()
        .map(|incident| u64::from(suppressions.mark(incident)));
    marked.sum()
}

/// The other thread: carries what waits, and beats.
fn carry(
    mut uplink: Uplink,
    shared: &Shared,
    mut checkup: Checkup,
    version: &'static str,
    now: fn() -> Timestamp,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no link to the portal");
            return;
        }
    };
    let started = now();
    runtime.block_on(async {
        let mut beat_due = Duration::ZERO;
        let mut retry_after = CARRY_EVERY;
        while !shared.stop.load(Ordering::Relaxed) {
            let mut result = deliver(&mut uplink, shared).await;
            if result.is_ok() && beat_due.is_zero() {
                let heartbeat = heartbeat(shared, &mut checkup, version, started, now());
                let reply = uplink.beat(&heartbeat).await;
                beat_due = BEAT_EVERY;
                result = reply.map(|reply| {
                    if let Some(set) = reply.suppressions {
                        take_suppressions(set, shared);
                        // The portal hears at once that they are here.
                        beat_due = Duration::ZERO;
                    }
                });
            }
            let wait = match result {
                Ok(()) => {
                    retry_after = CARRY_EVERY;
                    CARRY_EVERY
                }
                Err(error) => {
                    tracing::warn!(%error, "what was found waits on disk");
                    retry_after = (retry_after * 2).min(RETRY_AFTER_MAX);
                    retry_after
                }
            };
            beat_due = beat_due.saturating_sub(wait);
            sleep(wait, &shared.stop).await;
        }
    });
}

fn take_suppressions(set: SuppressionSet, shared: &Shared) {
    let (version, many) = (set.version, set.items.len());
    match lock(&shared.suppressions).replace(set) {
        Ok(()) => tracing::info!(version, many, "going by other suppressions"),
        Err(error) => {
            tracing::error!(%error, "the suppressions cannot be kept on disk; all is told until they can");
        }
    }
}

/// In short steps, so that the end does not wait.
async fn sleep(mut wait: Duration, stop: &AtomicBool) {
    while !wait.is_zero() && !stop.load(Ordering::Relaxed) {
        let step = wait.min(CARRY_EVERY);
        tokio::time::sleep(step).await;
        wait -= step;
    }
}

async fn deliver(uplink: &mut Uplink, shared: &Shared) -> Result<(), LinkError> {
    loop {
        let waiting = lock(&shared.outbox).waiting(
            link::limits::UPLOAD_MESSAGES_MAX,
            link::limits::UPLOAD_BYTES_MAX,
        );
        let deliveries = match waiting {
            Ok(deliveries) if deliveries.is_empty() => return Ok(()),
            Ok(deliveries) => deliveries,
            Err(error) => {
                tracing::error!(%error, "what waits cannot be read");
                return Ok(());
            }
        };
        let accepted = uplink.deliver(&deliveries).await?;
        let Some(last) = accepted
            .receipts
            .iter()
            .map(|receipt| receipt.message_id)
            .max()
        else {
            return Ok(());
        };
        if let Err(error) = lock(&shared.outbox).acknowledge(last) {
            // It will be sent again, and known at the other end.
            tracing::error!(%error, "a receipt cannot be kept");
            return Ok(());
        }
    }
}

fn heartbeat(
    shared: &Shared,
    checkup: &mut Checkup,
    version: &'static str,
    started: Timestamp,
    now: Timestamp,
) -> Heartbeat {
    let (queued, lost) = {
        let outbox = lock(&shared.outbox);
        (outbox.len() as u64, outbox.given_up())
    };
    let state = lock(&shared.state);
    let interfaces = state.counters.iter().map(|counted| InterfaceCounters {
        name: counted.interface.clone(),
        packets: counted.packets,
        bytes: counted.bytes,
        drops: counted.drops,
    });
    Heartbeat {
        time: now,
        version: version.to_owned(),
        uptime_s: now.since(started) / 1_000_000_000,
        interfaces: interfaces.collect(),
        flows: state.summary.flows.flows_active,
        events: state.summary.events.values().sum(),
        rules_loaded: state.report.loaded as u64,
        rules_refused: state.report.refused() as u64,
        queued,
        lost,
        endpoints: state.summary.endpoints as u64,
        memory_bytes: resident_bytes(),
        suppressed: shared.suppressed.load(Ordering::Relaxed),
        suppressions_version: Some(lock(&shared.suppressions).version()),
        health: Some(checkup.health(&state.summary, &state.report)),
    }
}
