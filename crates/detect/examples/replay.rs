//! Runs rules over captures and writes the events, alerts among them, as JSON lines: the engine by itself, for
//! comparisons with other engines.
//!
//! usage: cargo run -p detect --example replay -- [replay] [--rules FILE]... --out DIR
//!        [--ignore-checksums] [--midstream] [--async] CAPTURE...

use capture::{Batch, CaptureFile, Filled, Source};
use detect::rule::{Collection, Variables};
use detect::signature::{Alert, Engine, EngineState, Ruleset, Thresholds, Verdict};
use event::{Event, Timestamp};
use flow::{
    Conversation, File, FilePhase, Frame, Moment, Observer, PacketContext, Settings, StreamWindow,
    Tracker,
};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wire::packet::LinkType;
use wire::protocol::{Direction, Transaction};

struct Watcher<W> {
    engine: Engine,
    thresholds: Thresholds,
    alerts: Vec<Alert>,
    name: String,
    out: W,
}

impl<W: Write> Watcher<W> {
    fn write(&mut self, event: &Event) {
        let mut record = event.to_record();
        record.push("pcap_filename", self.name.clone());
        let line = serde_json::to_string(&record).expect("events are plain values");
        writeln!(self.out, "{line}").expect("the file can be written");
    }

    fn tell_alerts(&mut self) {
        for alert in std::mem::take(&mut self.alerts) {
            if self.thresholds.decide(&alert) == Verdict::Alert {
                self.write(&alert.event());
            }
        }
    }
}

impl<W: Write> Observer<EngineState> for Watcher<W> {
    fn flow_begins(&mut self, _: &mut Conversation<EngineState>, _: Moment) {}

    fn packet(
        &mut self,
        flow: Option<&mut Conversation<EngineState>>,
        context: &PacketContext<'_, '_>,
    ) {
        self.engine.packet(flow, context, &mut self.alerts);
        self.tell_alerts();
    }

    fn stream(&mut self, flow: &mut Conversation<EngineState>, window: &StreamWindow<'_>) {
        self.engine.stream(flow, window);
    }

    fn side_complete(
        &mut self,
        flow: &mut Conversation<EngineState>,
        transaction: &dyn Transaction,
        direction: Direction,
        moment: Moment,
    ) {
        self.engine
            .side_complete(flow, transaction, direction, moment);
    }

    fn file(
        &mut self,
        flow: &mut Conversation<EngineState>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        moment: Moment,
    ) {
        self.engine.file(flow, file, phase, transaction, moment);
    }

    fn anomaly(
        &mut self,
        flow: Option<&mut Conversation<EngineState>>,
        layer: &'static str,
        name: &'static str,
        direction: Direction,
        moment: Moment,
    ) {
        self.engine.anomaly(flow, layer, name, direction, moment);
    }

    fn event(&mut self, event: Event) {
        self.write(&event);
    }

    fn flow_ends(&mut self, flow: &mut Conversation<EngineState>, moment: Moment) {
        self.engine.flow_ends(flow, moment, &mut self.alerts);
        self.tell_alerts();
    }
}

#[derive(Default)]
struct Arguments {
    rules: Vec<PathBuf>,
    out: Option<PathBuf>,
    captures: Vec<String>,
    settings: Settings,
}

fn arguments() -> Arguments {
    let mut found = Arguments::default();
    let mut words = std::env::args().skip(1).peekable();
    words.next_if(|word| word == "replay");
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rules" => found.rules.extend(words.next().map(PathBuf::from)),
            "--out" => found.out = words.next().map(PathBuf::from),
            "--ignore-checksums" => found.settings.ignore_checksums = true,
            "--midstream" => found.settings.midstream = true,
            "--async" => found.settings.one_sided = true,
            _ => found.captures.push(word),
        }
    }
    found
}

fn main() {
    let arguments = arguments();
    let collection = Collection::load(&arguments.rules);
    for problem in collection.problems.iter().take(20) {
        eprintln!("{problem:?}");
    }
    let folders = arguments
        .rules
        .iter()
        .filter_map(|path| path.parent())
        .map(Path::to_path_buf)
        .collect();
    let settings = detect::signature::Settings {
        list_folders: folders,
        ..Default::default()
    };
    let rules = collection.rules.iter().map(|placed| &placed.rule);
    let (ruleset, refused) = Ruleset::compile(rules, &Variables::default(), &settings);
    for rule in refused.iter().take(20) {
        eprintln!(
            "sid {} cannot run: {} ({})",
            rule.sid,
            rule.missing,
            rule.detail.as_deref().unwrap_or("-")
        );
    }
    eprintln!("{} rules run, {} do not", ruleset.len(), refused.len());
    let ruleset = Arc::new(ruleset);
    let folder = arguments.out.unwrap_or_else(|| PathBuf::from("."));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let file = std::fs::File::create(folder.join("events.jsonl")).expect("the file can be made");
    let mut out = BufWriter::new(file);
    for capture in &arguments.captures {
        let watcher = Watcher {
            engine: Engine::new(Arc::clone(&ruleset)),
            thresholds: Thresholds::new(),
            alerts: Vec::new(),
            name: capture.clone(),
            out: &mut out,
        };
        replay(Path::new(capture), arguments.settings, watcher);
    }
}

fn replay(path: &Path, settings: Settings, mut watcher: Watcher<impl Write>) {
    let mut source = match CaptureFile::open(path) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return;
        }
    };
    let mut tracker = Tracker::new(settings);
    let mut batch = Batch::new();
    let mut last = (Timestamp::default(), 0);
    loop {
        batch.clear();
        let filled = source.fill(&mut batch);
        for frame in batch.iter() {
            let time = Timestamp::from_nanos(frame.time_nanos);
            if time.seconds() > last.0.seconds() && last.1 > 0 {
                tracker.tick(Timestamp::new(time.seconds(), 0), last.1, &mut watcher);
            }
            last = (last.0.max(time), frame.number);
            let frame = Frame {
                time,
                number: frame.number,
                link: LinkType::from_number(frame.link),
                bytes: frame.bytes,
                original_len: frame.original_len,
                checksums_ready: frame.checksums_ready,
            };
            tracker.packet(&frame, &mut watcher);
        }
        if let Filled::End(damage) = filled {
            if let Some(damage) = damage {
                eprintln!("{}: {damage}", path.display());
            }
            break;
        }
    }
    tracker.finish(last.0, last.1, &mut watcher);
}
