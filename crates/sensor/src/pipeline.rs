//! Dispatcher, workers and sink, joined for one world of traffic.

use crate::detectors::Detectors;
use crate::dispatch::Dispatcher;
use crate::evidence::EvidenceCounts;
use crate::files::{FileCounts, ScanDoor, scan_threads};
use crate::internal;
use crate::listed::ListedCounts;
use crate::live::Counters;
use crate::memory::{Budget, share};
use crate::outputs::Outputs;
use crate::settings::Settings;
use crate::sink::{Found, Sink};
use crate::stats;
use crate::tags::TagCounts;
use crate::told::{Order, Told, in_order};
use crate::worker::{Task, Worker};
use analyze::{Brain, RestoreError};
use capture::Batch;
use detect::signature::Translation;
use event::{Event, Timestamp};
use flow::Load;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Batches on their way at the same time: enough that nobody waits, few enough for the memory.
const IN_FLIGHT_MAX: usize = 4;
/// Flows that end together at the end of a world.
const FLOWS_ENDED_AT_ONCE: u64 = 8192;
/// Ids of flows are below this.
const FLOW_IDS: u64 = 1 << 53;

/// Batches between two looks at the memory of the process, which the system tells slowly (about 30 µs).
const BATCHES_PER_LOOK: u32 = 16;

/// What was seen and found in a world.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What flows and parsers counted.
    pub flows: flow::Statistics,
    /// Events by kind.
    pub events: std::collections::BTreeMap<String, u64>,
    /// Alerts by rule, with the rule's message.
    pub alerts: std::collections::BTreeMap<(u32, u32), (String, u64)>,
    /// Indicators seen, by value.
    pub indicators: std::collections::BTreeMap<String, u64>,
    /// YARA rules that matched, with how many files.
    pub yara: std::collections::BTreeMap<String, u64>,
    /// Sigma rules that matched, by title.
    pub sigma: std::collections::BTreeMap<String, u64>,
    /// What was done with files.
    pub files: FileCounts,
    /// What became of evidence.
    pub evidence: EvidenceCounts,
    /// What became of rules that tag packets.
    pub tags: TagCounts,
    /// What of conversations with listed addresses went beyond limits.
    pub listed: ListedCounts,
    /// Endpoints of the home network.
    pub endpoints: usize,
    /// Detections of all detectors.
    pub detections: u64,
}

struct Work {
    batch: Arc<Batch>,
    tasks: Vec<Task>,
    /// Where other rules begin: what a worker that has to be made anew looks for.
    detectors: Option<Arc<Detectors>>,
}

struct Done {
    told: Vec<(Order, Told)>,
    statistics: flow::Statistics,
}

/// One worker's way from batches to what it tells.
struct Lane {
    kind: LaneKind,
    statistics: flow::Statistics,
}

enum LaneKind {
    /// A single worker works where it is called: what it reads and tells stays in the caches of one processor, which
    /// costs less time in all than another thread would save.
    Here {
        crew: Box<Crew>,
        done: VecDeque<Done>,
    },
    Thread {
        to: Option<SyncSender<Work>>,
        from: Receiver<Done>,
        thread: Option<JoinHandle<()>>,
    },
}

/// A worker with what it takes to replace it.
struct Crew {
    settings: Settings,
    detectors: Arc<Detectors>,
    scans: Option<ScanDoor>,
    worker: Worker,
}

/// One world of traffic on its way from frames to incidents. The caller's thread reads, puts
/// in order and concludes; several workers are threads of their own.
pub struct Pipeline {
    dispatcher: Dispatcher,
    lanes: Vec<Lane>,
    /// Batches on their way, oldest first, each with the detectors that hold from its end on, where those change.
    in_flight: VecDeque<(Arc<Batch>, Option<Arc<Detectors>>)>,
    /// Batches that came back, whose memory is used again.
    spare: Vec<Batch>,
    detectors: Arc<Detectors>,
    budget: Budget,
    /// Batches taken so far.
    batches: u32,
    /// Frames of the batches whose matches have been judged.
    frames_collected: u64,
    load: Load,
    /// What interfaces brought, where packets come from some.
    capture: Vec<Counters>,
    sink: Sink,
}

impl Pipeline {
    /// Begins a world that remembers nothing.
    pub fn new(settings: &Settings, detectors: &Arc<Detectors>) -> Self {
        Self::with_brain(settings, detectors, Brain::new(settings.brain()))
    }

    /// Begins a world whose brain remembers what [`Pipeline::snapshot`] gave.
    pub fn restore(
        settings: &Settings,
        detectors: &Arc<Detectors>,
        state: &[u8],
    ) -> Result<Self, RestoreError> {
        let brain = Brain::restore(settings.brain(), state)?;
        Ok(Self::with_brain(settings, detectors, brain))
    }

    fn with_brain(settings: &Settings, detectors: &Arc<Detectors>, brain: Brain) -> Self {
        let workers = settings.workers.max(1);
        let scans = scan_door(detectors, workers);
        Self {
            dispatcher: Dispatcher::new(settings),
            lanes: (0..workers)
                .map(|_| Lane::start(Crew::new(settings, detectors, scans.clone()), workers > 1))
                .collect(),
            in_flight: VecDeque::new(),
            detectors: Arc::clone(detectors),
            spare: Vec::new(),
            budget: Budget::new(settings.memory_bytes_max),
            batches: 0,
            frames_collected: 0,
            load: Load::default(),
            capture: Vec::new(),
            sink: Sink::new(settings, Arc::clone(detectors), brain),
        }
    }

    /// Packets come from a network, which does not wait: what cannot follow leaves out, and counts it.
    pub(crate) fn never_wait(&self) {
        self.sink.never_wait();
    }

    /// An empty batch to be filled, with the memory of one that came back.
    pub fn spare_batch(&mut self) -> Batch {
        self.spare.pop().unwrap_or_default()
    }

    /// Takes a batch; what earlier batches brought goes to the outputs.
    pub fn take(&mut self, batch: Batch, outputs: &mut dyn Outputs) -> io::Result<()> {
        let tasks = self.dispatcher.split(&batch);
        self.send(batch, tasks, None);
        // Where packets are kept, they are asked for equally late whatever the number of workers.
        let waiting = if self.lanes.len() > 1 || self.sink.cases.are_kept() {
            IN_FLIGHT_MAX
        } else {
            1
        };
        while self.in_flight.len() >= waiting {
            self.collect(outputs)?;
        }
        self.batches = self.batches.wrapping_add(1);
        if self.batches.is_multiple_of(BATCHES_PER_LOOK) {
            self.look_at_memory();
        }
        Ok(())
    }

    fn look_at_memory(&mut self) {
        let held = self.held_bytes();
        if let Some(allowed) = self.budget.look(held) {
            let bytes = share(allowed, self.lanes.len());
            self.tell_all(&Task::Memory(bytes));
        }
    }

    /// What flows hold by their own count.
    fn held_bytes(&self) -> usize {
        let lanes = self.lanes.iter();
        let held: u64 = lanes.map(|lane| lane.statistics.memory_bytes).sum();
        usize::try_from(held).unwrap_or(usize::MAX)
    }

    /// Rules are being loaded beside the packets: the memory that this takes is no reason for flows to end.
    pub(crate) fn expect_rules(&mut self) {
        let held = self.held_bytes();
        self.budget.suspend(held);
    }

    /// The memory of rules is settled.
    pub(crate) fn rules_settled(&mut self) {
        let held = self.held_bytes();
        self.budget.resume(held);
    }

    /// So much comes from here on. A change is told, and at its end what was left out.
    pub fn bear(&mut self, load: Load, outputs: &mut dyn Outputs) -> io::Result<()> {
        if load == self.load {
            return Ok(());
        }
        self.load = load;
        self.tell_all(&Task::Load(load));
        let name = match load {
            Load::Ordinary => "load_ordinary",
            Load::Heavy => "load_heavy",
            Load::Overload => "load_overload",
        };
        let flows = self.summary().flows;
        let numbers = [
            ("flows_shed", flows.flows_shed),
            ("packets_shed", flows.packets_shed),
            ("elephants_cut", flows.flows_cut),
        ];
        outputs.event(&internal::event(name, self.dispatcher.now(), &numbers))
    }

    /// What interfaces brought so far; packets that the kernel dropped since the last time are told.
    pub fn note_capture(
        &mut self,
        counters: Vec<Counters>,
        outputs: &mut dyn Outputs,
    ) -> io::Result<()> {
        let drops = |counters: &[Counters]| counters.iter().map(|one| one.drops).sum::<u64>();
        let (total, before) = (drops(&counters), drops(&self.capture));
        self.capture = counters;
        if total <= before {
            return Ok(());
        }
        let numbers = [("count", total - before), ("total", total)];
        let now = self.dispatcher.now();
        outputs.event(&internal::event("kernel_drops", now, &numbers))
    }

    /// Tells what was counted so far.
    pub fn tell_stats(&mut self, outputs: &mut dyn Outputs) -> io::Result<()> {
        let counted = stats::Counted {
            summary: &self.summary(),
            report: self.sink.load_report(),
            capture: &self.capture,
            memory_bytes_max: self.budget.bytes() as u64,
        };
        outputs.event(&stats::event(&counted, self.dispatcher.now()))
    }

    /// Goes on with other rules and lists, from the next packet on. No packet is left out and no flow forgotten:
    /// bits and counters of flows are known again by name; thresholds and alerts, by gid and sid.
    pub fn reload(&mut self, detectors: &Arc<Detectors>) {
        let translation = Arc::new(Translation::between(
            &self.detectors.ruleset,
            &detectors.ruleset,
        ));
        let scans = scan_door(detectors, self.lanes.len());
        let reload = Task::Reload {
            rules: Arc::clone(&detectors.ruleset),
            translation,
            digests: detectors.digests(),
            indicators: Arc::clone(&detectors.indicators),
            scans,
        };
        let tasks = vec![vec![reload]; self.lanes.len()];
        self.detectors = Arc::clone(detectors);
        self.send(Batch::default(), tasks, Some(Arc::clone(detectors)));
    }

    /// The indicators in force.
    pub(crate) fn indicators(&self) -> Arc<intelligence::Indicators> {
        Arc::clone(&self.detectors.indicators)
    }

    fn tell_all(&mut self, task: &Task) {
        let tasks = vec![vec![task.clone()]; self.lanes.len()];
        self.send(Batch::default(), tasks, None);
    }

    /// Nothing came until `now`: what is on its way is brought to its end, and time goes on.
    pub fn idle(&mut self, now: Timestamp, outputs: &mut dyn Outputs) -> io::Result<()> {
        if let Some(tick) = self.dispatcher.tick(now) {
            self.tell_all(&tick);
        }
        self.flush(outputs)?;
        self.sink.advance(self.dispatcher.now());
        self.conclude(outputs)
    }

    /// What is on its way is brought to its end.
    pub fn flush(&mut self, outputs: &mut dyn Outputs) -> io::Result<()> {
        while !self.in_flight.is_empty() {
            self.collect(outputs)?;
        }
        Ok(())
    }

    /// The world ends: every flow ends, every story is told. Nothing may be taken after it.
    pub fn end(&mut self, outputs: &mut dyn Outputs) -> io::Result<()> {
        self.flush(outputs)?;
        // In steps, so that what flows say at their end is never in memory all at once.
        let steps = self.summary().flows.flows_active / FLOWS_ENDED_AT_ONCE + 1;
        for step in 1..=steps {
            let below = if step == steps {
                u64::MAX
            } else {
                (FLOW_IDS / steps).saturating_mul(step)
            };
            let finish = self.dispatcher.finish(below);
            self.tell_all(&finish);
            self.flush(outputs)?;
        }
        self.sink.brain.finish(self.dispatcher.now());
        // What was found last is asked for last.
        self.sink.open_cases();
        let nothing = vec![Vec::new(); self.lanes.len()];
        self.send(Batch::default(), nothing, None);
        self.flush(outputs)?;
        self.sink.settle_files();
        self.sink.write_held(outputs)?;
        self.tell_stats(outputs)?;
        self.save_datasets();
        self.conclude(outputs)
    }

    /// Keeps the data sets that rules changed, where they are to be kept.
    pub fn save_datasets(&self) {
        self.sink.save_datasets();
    }

    /// The same, with what was seen and found.
    pub fn finish(mut self, outputs: &mut dyn Outputs) -> io::Result<Summary> {
        self.end(outputs)?;
        Ok(self.summary())
    }

    /// What was seen and found so far.
    pub fn summary(&self) -> Summary {
        let mut flows = self.dispatcher.statistics();
        for lane in &self.lanes {
            flows.add(&lane.statistics);
        }
        let files = self.sink.file_counts();
        let Found {
            events,
            alerts,
            indicators,
            yara,
            sigma,
            ..
        } = self.sink.found.clone();
        Summary {
            flows,
            events,
            alerts,
            indicators,
            yara,
            sigma,
            files,
            evidence: self.sink.cases.counts(),
            tags: self.sink.tag_counts(),
            listed: self.sink.listed_counts(),
            endpoints: self.sink.brain.endpoints().count(),
            detections: self.sink.brain.detections(),
        }
    }

    /// The brain's state, to be taken up after a restart.
    pub fn snapshot(&self) -> Result<Vec<u8>, RestoreError> {
        self.sink.brain.snapshot()
    }

    fn send(&mut self, batch: Batch, mut tasks: Vec<Vec<Task>>, detectors: Option<Arc<Detectors>>) {
        let batch = Arc::new(batch);
        for flow in self.sink.cases.take_wishes() {
            // Whichever worker has the flow.
            for list in &mut tasks {
                list.insert(0, Task::Want(flow));
            }
        }
        for (lane, tasks) in self.lanes.iter_mut().zip(tasks) {
            lane.give(Work {
                batch: Arc::clone(&batch),
                tasks,
                detectors: detectors.clone(),
            });
        }
        self.in_flight.push_back((batch, detectors));
    }

    /// Takes what every worker has to tell of the oldest batch, in the order of packets.
    fn collect(&mut self, outputs: &mut dyn Outputs) -> io::Result<()> {
        let mut told = Vec::new();
        for lane in &mut self.lanes {
            if let Some(done) = lane.take() {
                if told.is_empty() {
                    told = done.told;
                } else {
                    told.extend(done.told);
                }
                lane.statistics = done.statistics;
            }
        }
        let (batch, detectors) = self.in_flight.pop_front().unzip();
        let batch = batch.unwrap_or_default();
        let first = self.frames_collected + 1;
        self.frames_collected += batch.len() as u64;
        self.sink.take(in_order(told), &batch, first, outputs)?;
        // The workers and the sink are done with it: nobody else holds it.
        if let Some(mut batch) = Arc::into_inner(batch)
            && self.spare.len() < IN_FLIGHT_MAX
        {
            batch.clear();
            self.spare.push(batch);
        }
        if let Some(detectors) = detectors.flatten() {
            self.sink.replace(detectors);
        }
        self.sink.cases.write();
        self.conclude(outputs)
    }

    fn conclude(&mut self, outputs: &mut dyn Outputs) -> io::Result<()> {
        for incident in self.sink.changed() {
            outputs.incident(&incident)?;
        }
        Ok(())
    }
}

/// Threads for the YARA rules, if there are any.
fn scan_door(detectors: &Detectors, workers: usize) -> Option<ScanDoor> {
    let yara = detectors.yara.as_ref()?;
    Some(scan_threads(yara, workers))
}

impl Crew {
    fn new(settings: &Settings, detectors: &Arc<Detectors>, scans: Option<ScanDoor>) -> Box<Self> {
        Box::new(Self {
            settings: settings.clone(),
            detectors: Arc::clone(detectors),
            worker: Worker::new(settings, detectors, scans.as_ref()),
            scans,
        })
    }

    fn work(&mut self, work: Work) -> Done {
        let Work { batch, tasks, .. } = work;
        if let Some(new) = work.detectors {
            self.detectors = new;
        }
        let worker = &mut self.worker;
        let told = catch_unwind(AssertUnwindSafe(|| worker.work(&batch, &tasks)));
        let told = told.unwrap_or_else(|_| {
            // A bug of ours must not end the watch: the worker's flows are lost, and an event
            // says so.
            self.worker = Worker::new(&self.settings, &self.detectors, self.scans.as_ref());
            vec![(Order::default(), Told::Event(restarted(&tasks)))]
        });
        Done {
            told,
            statistics: self.worker.statistics(),
        }
    }
}

impl Lane {
    fn start(mut crew: Box<Crew>, threads: bool) -> Self {
        let kind = if threads {
            let (to, tasks) = sync_channel::<Work>(IN_FLIGHT_MAX + 1);
            let (results, from) = sync_channel(IN_FLIGHT_MAX + 1);
            let thread = std::thread::spawn(move || {
                for work in tasks {
                    if results.send(crew.work(work)).is_err() {
                        return;
                    }
                }
            });
            LaneKind::Thread {
                to: Some(to),
                from,
                thread: Some(thread),
            }
        } else {
            LaneKind::Here {
                crew,
                done: VecDeque::new(),
            }
        };
        Self {
            kind,
            statistics: flow::Statistics::default(),
        }
    }

    fn give(&mut self, work: Work) {
        match &mut self.kind {
            LaneKind::Here { crew, done } => done.push_back(crew.work(work)),
            LaneKind::Thread { to, .. } => {
                if let Some(to) = to {
                    // A worker outlives its sender, and restarts itself when it fails.
                    let _ = to.send(work);
                }
            }
        }
    }

    /// What was told of the oldest batch, waited for if need be.
    fn take(&mut self) -> Option<Done> {
        match &mut self.kind {
            LaneKind::Here { done, .. } => done.pop_front(),
            LaneKind::Thread { from, .. } => from.recv().ok(),
        }
    }
}

impl Drop for LaneKind {
    fn drop(&mut self) {
        let Self::Thread { to, from, thread } = self else {
            return;
        };
        *to = None;
        // A worker that waits to tell must find somebody who listens, or nobody at all.
        while from.recv().is_ok() {}
        if let Some(thread) = thread.take() {
            let _ = thread.join();
        }
    }
}

fn restarted(tasks: &[Task]) -> Event {
    let time = tasks.iter().find_map(|task| match task {
        Task::Tick { now, .. } | Task::Finish { now, .. } => Some(*now),
        _ => None,
    });
    internal::event("worker_restarted", time.unwrap_or_default(), &[])
}
