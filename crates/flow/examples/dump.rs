//! Prints the events of captures as JSON lines.
//!
//! usage: cargo run -p flow --example dump -- [--ignore-checksums] [--midstream] [--async]
//!        [--calls] [--statistics] CAPTURE...

use capture::{Batch, CaptureFile, Filled, Source};
use event::{Event, Timestamp};
use flow::{
    Conversation, File, FilePhase, Frame, Moment, Observer, PacketContext, Settings, StreamWindow,
    Tracker,
};
use std::io::{BufWriter, Write};
use std::path::Path;
use wire::packet::LinkType;
use wire::protocol::{Direction, Transaction};

struct Printer<W> {
    out: W,
    /// Print what the observer is told too.
    calls: bool,
}

impl<W: Write> Printer<W> {
    fn call(&mut self, line: impl FnOnce() -> String) {
        if self.calls {
            let _ = writeln!(self.out, "# {}", line());
        }
    }
}

impl<W: Write> Observer<()> for Printer<W> {
    fn flow_begins(&mut self, flow: &mut Conversation<()>, moment: Moment) {
        self.call(|| {
            let (from, to) = (flow.client, flow.server);
            format!(
                "{} flow {}:{} > {}:{}",
                moment.packet_number, from.ip, from.port, to.ip, to.port
            )
        });
    }

    fn packet(&mut self, _: Option<&mut Conversation<()>>, context: &PacketContext<'_, '_>) {
        self.call(|| {
            format!(
                "{} packet {:?} {} bytes, in stream: {}",
                context.moment.packet_number,
                context.direction,
                context.packet.payload.len(),
                context.in_stream
            )
        });
    }

    fn stream(&mut self, _: &mut Conversation<()>, window: &StreamWindow<'_>) {
        self.call(|| {
            format!(
                "{} stream {:?} at {} {} bytes, {} fresh, after gap: {}, ends: {}",
                window.moment.packet_number,
                window.direction,
                window.offset,
                window.bytes.len(),
                window.fresh,
                window.after_gap,
                window.ends
            )
        });
    }

    fn side_complete(
        &mut self,
        _: &mut Conversation<()>,
        transaction: &dyn Transaction,
        direction: Direction,
        moment: Moment,
    ) {
        self.call(|| {
            let name = transaction.protocol().name;
            format!(
                "{} {name} {} {direction:?}",
                moment.packet_number,
                transaction.id()
            )
        });
    }

    fn file(
        &mut self,
        _: &mut Conversation<()>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        moment: Moment,
    ) {
        self.call(|| {
            let carried = transaction.is_some();
            format!(
                "{} file {} {phase:?}, with transaction: {carried}",
                moment.packet_number, file.id
            )
        });
    }

    fn anomaly(
        &mut self,
        _: Option<&mut Conversation<()>>,
        layer: &'static str,
        name: &'static str,
        _: Direction,
        moment: Moment,
    ) {
        self.call(|| format!("{} anomaly {layer} {name}", moment.packet_number));
    }

    fn event(&mut self, event: Event) {
        let line = serde_json::to_string(&event).expect("events are plain values");
        let _ = writeln!(self.out, "{line}");
    }

    fn flow_ends(&mut self, _: &mut Conversation<()>, _: Moment) {}
}

fn main() {
    let mut settings = Settings::default();
    let mut files = Vec::new();
    let mut calls = false;
    let mut statistics = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--ignore-checksums" => settings.ignore_checksums = true,
            "--midstream" => settings.midstream = true,
            "--async" => settings.one_sided = true,
            "--calls" => calls = true,
            "--statistics" => statistics = true,
            _ => files.push(argument),
        }
    }
    let out = BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer { out, calls };
    for file in &files {
        let mut source = match CaptureFile::open(Path::new(file)) {
            Ok(source) => source,
            Err(error) => {
                eprintln!("{error}");
                continue;
            }
        };
        let mut tracker = Tracker::<()>::new(settings);
        run(&mut source, &mut tracker, &mut printer);
        if statistics {
            eprintln!("{file}: {:#?}", tracker.statistics());
        }
    }
}

fn run(source: &mut CaptureFile, tracker: &mut Tracker<()>, printer: &mut Printer<impl Write>) {
    let mut batch = Batch::new();
    let mut now = Timestamp::from_nanos(i64::MIN);
    let mut last = 0;
    loop {
        batch.clear();
        let filled = source.fill(&mut batch);
        for frame in batch.iter() {
            let time = Timestamp::from_nanos(frame.time_nanos);
            if time.seconds() > now.seconds() {
                let second = Timestamp::new(time.seconds(), 0);
                tracker.tick(second, last, printer);
            }
            now = now.max(time);
            last = frame.number;
            let frame = Frame {
                time,
                number: frame.number,
                link: LinkType::from_number(frame.link),
                bytes: frame.bytes,
                original_len: frame.original_len,
                checksums_ready: frame.checksums_ready,
            };
            tracker.packet(&frame, printer);
        }
        if let Filled::End(damage) = filled {
            tracker.finish(now, last, printer);
            if let Some(damage) = damage {
                eprintln!("damaged: {damage}");
            }
            return;
        }
    }
}
