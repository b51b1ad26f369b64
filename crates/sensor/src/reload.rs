//! New rules while the sensor watches. They are read and compiled beside the packets; those of before go on until
//! the new ones are ready, and for good where the new ones are of no use.

use crate::detectors::{Detectors, LoadReport};
use crate::outputs::Outputs;
use crate::pipeline::Pipeline;
use crate::settings::Settings;
use event::{Event, Language, Record, Timestamp, Value};
use intelligence::Indicators;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Compiling leaves the processors to the packets, where both want them.
const NICENESS: i32 = 15;

/// The allocator gives memory back to the system after about ten seconds.
const SETTLE_NS: i64 = 20_000_000_000;

type Loaded = Result<Detectors, String>;

/// Loads anew when it is wished.
pub(crate) struct Reloader<'a> {
    settings: Settings,
    wish: &'a AtomicBool,
    loading: Option<JoinHandle<Loaded>>,
    /// When the memory of the rules of before is certainly given back.
    settled_at: Option<Timestamp>,
    /// The indicators of before.
    retired: Option<Arc<Indicators>>,
}

impl<'a> Reloader<'a> {
    /// `wish` is set by whoever wants the files of `settings` to be read again, and unset here.
    pub(crate) fn new(settings: &Settings, wish: &'a AtomicBool) -> Self {
        Self {
            // What is kept goes on being kept where it is.
            settings: Settings {
                store: None,
                evidence: None,
                ..settings.clone()
            },
            wish,
            loading: None,
            settled_at: None,
            retired: None,
        }
    }

    /// To be called now and then: begins to load where that is wished, and gives the pipeline what has been loaded.
    /// Says what came of it, once; an event says it as well.
    pub(crate) fn turn(
        &mut self,
        pipeline: &mut Pipeline,
        now: Timestamp,
        outputs: &mut dyn Outputs,
    ) -> io::Result<Option<Result<LoadReport, String>>> {
        if self.loading.is_none() && self.wish.swap(false, Ordering::Relaxed) {
            pipeline.expect_rules();
            self.settled_at = None;
            self.begin(pipeline.indicators());
        }
        if self.settled_at.is_some_and(|due| now >= due) {
            self.settled_at = None;
            pipeline.rules_settled();
            if let Some(before) = self.retired.take() {
                // Giving back memory of millions of entries takes longer than a packet may wait.
                std::thread::spawn(move || drop(before));
            }
        }
        let Some(loaded) = self.loaded() else {
            return Ok(None);
        };
        self.settled_at = Some(now.plus_nanos(SETTLE_NS));
        let outcome = loaded.and_then(|detectors| judge(&self.settings, detectors));
        match outcome {
            Ok(detectors) => {
                let detectors = Arc::new(detectors);
                self.retired = Some(pipeline.indicators());
                pipeline.reload(&detectors);
                outputs.event(&event(Ok(&detectors.report), now))?;
                Ok(Some(Ok(detectors.report.clone())))
            }
            Err(reason) => {
                outputs.event(&event(Err(&reason), now))?;
                Ok(Some(Err(reason)))
            }
        }
    }

    fn begin(&mut self, before: Arc<Indicators>) {
        let settings = self.settings.clone();
        self.loading = Some(std::thread::spawn(move || {
            // On Linux this is a matter of the thread and those that it starts; without it nothing is lost but time.
            let _ = rustix::process::nice(NICENESS);
            Detectors::load_after(&settings, Some(&before)).map_err(|error| error.to_string())
        }));
    }

    fn loaded(&mut self) -> Option<Loaded> {
        let loading = self.loading.take_if(|loading| loading.is_finished())?;
        let failed = || Err("loading ended in an error of this program".to_owned());
        Some(loading.join().unwrap_or_else(|_| failed()))
    }
}

/// Rules with mistakes among good ones are reported and left out. Where nothing is left of the files that were named,
/// something is wrong with the files.
fn judge(settings: &Settings, detectors: Detectors) -> Loaded {
    let report = &detectors.report;
    if !settings.rules.is_empty() && report.loaded <= report.own && report.refused() > 0 {
        let first = match report.problems.first() {
            Some(problem) => problem.to_string(),
            None => report.missing.keys().next().cloned().unwrap_or_default(),
        };
        return Err(none_runs("rules", report.refused(), &first));
    }
    let sigma = report.sigma.as_deref().filter(|rules| rules.running() == 0);
    if let Some(rules) = sigma
        && let Some(first) = rules.problems().first()
    {
        let first = first.in_language(Language::En);
        return Err(none_runs("Sigma rules", rules.problems().len(), &first));
    }
    if report.yara.loaded == 0
        && let Some(first) = report.yara.problems.first()
    {
        let refused = report.yara.problems.len();
        return Err(none_runs("YARA rules", refused, &first.to_string()));
    }
    Ok(detectors)
}

fn none_runs(of: &str, refused: usize, first: &str) -> String {
    format!("none of {refused} {of} can run; the first: {first}")
}

fn event(outcome: Result<&LoadReport, &String>, now: Timestamp) -> Event {
    let mut record = Record::new();
    match outcome {
        Ok(report) => {
            record.push("action", "reloaded");
            record.push("rules_loaded", report.loaded as u64);
            record.push("rules_failed", report.refused() as u64);
            let lists = &report.indicators;
            if lists.lists > 0 {
                record.push("indicators", lists.entries as u64);
                record.push("indicators_left_out", lists.skipped_total() as u64);
            }
            if let Some(sigma) = &report.sigma {
                record.push("sigma_loaded", sigma.running() as u64);
                record.push("sigma_failed", sigma.problems().len() as u64);
            }
            if !lists.unreadable.is_empty() {
                let unreadable = lists.unreadable.iter().map(unreadable_list);
                record.push("lists_unreadable", unreadable.collect::<Vec<_>>());
            }
            if !lists.held.is_empty() {
                let held = lists.held.iter().map(held_list);
                record.push("lists_held", held.collect::<Vec<_>>());
            }
        }
        Err(reason) => {
            record.push("action", "kept");
            record.push("reason", reason.clone());
        }
    }
    let mut event = Event::new(now, "rules");
    event.body.push("rules", record);
    event
}

/// A list that is held back, with the reason in words.
fn held_list(held: &intelligence::Held) -> Value {
    let text = held.text();
    let mut record = Record::new();
    record.push("list", held.list.clone());
    for (name, language) in [("reason_ja", Language::Ja), ("reason_en", Language::En)] {
        record.push(name, text.in_language(language).to_owned());
    }
    record.into()
}

/// A list that cannot be read; what it had before stays.
fn unreadable_list((file, reason): &(String, String)) -> Value {
    let mut record = Record::new();
    record.push("list", file.clone());
    record.push("reason", reason.clone());
    record.into()
}
