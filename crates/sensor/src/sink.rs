//! The end of the pipeline: everything that workers tell, in the order of packets.

use crate::acknowledged::{Held, Ticket};
use crate::datasets;
use crate::detectors::{Detectors, LoadReport};
use crate::evidence::Cases;
use crate::files::{
    EndedFile, FileCounts, FileStore, StoredFile, note_stored, yara_event, yara_hit,
};
use crate::indicators;
use crate::listed::{Listed, ListedCounts};
use crate::outputs::Outputs;
use crate::settings::Settings;
use crate::tags::{TagCounts, Tags};
use crate::told::{Order, Told};
use analyze::{Brain, SignatureAlert};
use capture::Batch;
use detect::signature::{Alert, Thresholds, Verdict};
use event::{Event, Incident, Timestamp};
use intelligence::Hit;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wire::protocol::Direction;

/// Counts for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Events by kind.
    pub events: BTreeMap<String, u64>,
    /// Alerts by rule (gid, sid), with the rule's message.
    pub alerts: BTreeMap<(u32, u32), (String, u64)>,
    /// Indicators seen, by value.
    pub indicators: BTreeMap<String, u64>,
    /// YARA rules that matched, with how many files.
    pub yara: BTreeMap<String, u64>,
    /// Sigma rules that matched, by title, with how often.
    pub sigma: BTreeMap<String, u64>,
    /// What was done with files, without the store.
    pub files: FileCounts,
}

pub(crate) struct Sink {
    detectors: Arc<Detectors>,
    thresholds: Thresholds,
    /// That of the beginning: it stays when rules are exchanged.
    store: Option<Arc<Mutex<FileStore>>>,
    alert_payload: bool,
    datasets: Option<PathBuf>,
    /// Flows whose packets are kept.
    pub(crate) cases: Cases,
    pub(crate) brain: Brain,
    pub(crate) found: Found,
    /// Anomalies of packets without flow since the last second, by name.
    anomalies: BTreeMap<String, u32>,
    /// Flows with listed addresses.
    listed: Listed,
    /// Whose packets rules want to be told.
    tags: Tags,
    /// Lines that wait for a packet.
    held: Held,
    /// With what the line of what is in work waits.
    ticket: Option<Ticket>,
}

impl Sink {
    pub(crate) fn new(settings: &Settings, detectors: Arc<Detectors>, mut brain: Brain) -> Self {
        brain.set_sigma(detectors.sigma.clone());
        Self {
            thresholds: Thresholds::with(Arc::clone(&detectors.thinning)),
            store: detectors.store.clone(),
            alert_payload: settings.alert_payload,
            datasets: settings.datasets.clone(),
            cases: Cases::new(detectors.evidence.clone()),
            detectors,
            brain,
            found: Found::default(),
            anomalies: BTreeMap::new(),
            listed: Listed::default(),
            tags: Tags::default(),
            held: Held::default(),
            ticket: None,
        }
    }

    /// Keeps the data sets that rules changed for the next run.
    pub(crate) fn save_datasets(&self) {
        let Some(folder) = &self.datasets else { return };
        for set in self.thresholds.saved_sets() {
            if let Err(error) = datasets::save(folder, &set) {
                tracing::error!(%error, file = set.file, "a data set cannot be kept");
            }
        }
    }

    /// What the detectors were loaded from.
    pub(crate) fn load_report(&self) -> &LoadReport {
        &self.detectors.report
    }

    /// Goes on with other rules and lists; what was counted across flows stays.
    pub(crate) fn replace(&mut self, detectors: Arc<Detectors>) {
        self.thresholds
            .replace_thinning(Arc::clone(&detectors.thinning));
        self.brain.set_sigma(detectors.sigma.clone());
        self.detectors = detectors;
    }

    /// Takes what was told of a batch, in order; its first frame has this number.
    pub(crate) fn take(
        &mut self,
        told: Vec<(Order, Told)>,
        batch: &Arc<Batch>,
        first: u64,
        outputs: &mut dyn Outputs,
    ) -> io::Result<()> {
        self.tags.begin(batch, first);
        for (order, told) in told {
            let packets = self.tags.before(order.packet_number);
            self.tell_packets(packets, outputs)?;
            let judged = self.judge(told, outputs);
            self.open_cases();
            judged?;
        }
        let packets = self.tags.end();
        self.tell_packets(packets, outputs)
    }

    fn tell_packets(&mut self, packets: Vec<Event>, outputs: &mut dyn Outputs) -> io::Result<()> {
        for event in packets {
            self.count(&event);
            outputs.event(&event)?;
        }
        Ok(())
    }

    /// What of listed addresses went beyond limits so far.
    pub(crate) const fn listed_counts(&self) -> ListedCounts {
        self.listed.counts()
    }

    /// What became of tags so far.
    pub(crate) const fn tag_counts(&self) -> TagCounts {
        self.tags.counts()
    }

    /// Flows in which the brain found something: their packets are kept.
    pub(crate) fn open_cases(&mut self) {
        for (flow, time) in self.brain.take_detected() {
            self.cases.open(flow, time);
        }
    }

    /// Something was found: the event says where the packets of its flow are.
    fn refer(&mut self, event: &mut Event) {
        let flow = event.flow.map(|flow| flow.id);
        if let Some(name) = flow.and_then(|flow| self.cases.open(flow, event.time)) {
            event.body.set("capture_file", name.to_owned());
        }
    }

    fn judge(&mut self, told: Told, outputs: &mut dyn Outputs) -> io::Result<()> {
        match told {
            Told::Packets(flow, frames) => {
                self.cases.packets(flow, frames);
                Ok(())
            }
            Told::Event(event) => {
                self.held.learn(&event);
                self.event(event, outputs)
            }
            Told::Held(ticket, told) => {
                self.ticket = Some(ticket);
                let taken = self.judge(*told, outputs);
                self.ticket = None;
                taken
            }
            Told::Released(ticket, release) => {
                let lines = self.held.release(ticket, &release);
                lines.iter().try_for_each(|event| outputs.event(event))
            }
            Told::Alert(alert) => self.alert(&alert, outputs),
            Told::File(ended) => self.file(*ended, outputs),
            Told::FileRest(rest) => {
                if let Some(mut store) = self.open_store() {
                    store.rest(&rest);
                }
                Ok(())
            }
            Told::Flow(fact) => {
                self.brain.flow(&fact);
                Ok(())
            }
            Told::Listed(fact, has_content) => {
                let lists = Arc::clone(&self.detectors.indicators);
                let found = self.listed.flow(*fact, has_content, &lists);
                self.tell_listed(found, outputs)
            }
            Told::Sighting(ip, mac, time) => {
                self.brain.sighting(ip, mac, time);
                Ok(())
            }
            Told::Arp(fact) => {
                self.brain.arp(&fact);
                Ok(())
            }
            Told::Tick(now) => {
                self.anomalies.clear();
                let due = self.listed.due(now);
                self.tell_listed(due, outputs)
            }
        }
    }

    /// A file ended: YARA rules have their say, and it is kept if somebody wants it.
    fn file(&mut self, mut ended: EndedFile, outputs: &mut dyn Outputs) -> io::Result<()> {
        let mut matches = Vec::new();
        if let Some(answer) = ended.scan.take() {
            let counts = &mut self.found.files;
            counts.scanned += 1;
            counts.scanned_in_part += u64::from(!ended.is_whole);
            // No answer: a scan of ours failed, and found nothing.
            let scan = answer.recv().unwrap_or_default();
            counts.scan_timeouts += u64::from(scan.timed_out);
            counts.yara_matches += scan.matches.len() as u64;
            matches = scan.matches;
        }
        if let Some(stored) = self.keep(&ended, !matches.is_empty()) {
            note_stored(&mut ended.event, &stored);
        }
        let is_put = ended.wished.direction == Direction::ToServer;
        let yara_events: Vec<Event> = matches
            .iter()
            .map(|found| yara_event(&ended, found))
            .collect();
        if ended.is_told {
            self.event(ended.event, outputs)?;
        }
        for (found, mut event) in matches.iter().zip(yara_events) {
            self.refer(&mut event);
            self.count(&event);
            *self.found.yara.entry(found.rule.clone()).or_default() += 1;
            self.brain.yara(&yara_hit(&event, is_put, found));
            outputs.event(&event)?;
        }
        Ok(())
    }

    fn keep(&self, ended: &EndedFile, matched: bool) -> Option<StoredFile> {
        let mut store = self.open_store()?;
        let is_wanted = store.all
            || matched
            || ended.is_wanted
            || !self
                .detectors
                .indicators
                .match_event(&ended.event)
                .is_empty();
        if !is_wanted || ended.has_gaps {
            store.forget(ended.key);
            return None;
        }
        let body = ended.is_whole.then_some(ended.body.as_slice());
        store.keep(ended.key, body)
    }

    fn open_store(&self) -> Option<MutexGuard<'_, FileStore>> {
        let store = self.store.as_ref()?;
        // Worlds follow one another: nobody else holds it now.
        Some(store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Packets come when they come: what cannot follow leaves out rather than waits.
    pub(crate) fn never_wait(&self) {
        if let Some(mut store) = self.open_store() {
            store.waits = false;
        }
    }

    /// Waits until what is kept of files is on disk.
    pub(crate) fn settle_files(&self) {
        if let Some(mut store) = self.open_store() {
            store.take_note(true);
        }
    }

    /// What was done with files so far.
    pub(crate) fn file_counts(&self) -> FileCounts {
        FileCounts {
            store: self
                .open_store()
                .map(|store| store.counts())
                .unwrap_or_default(),
            ..self.found.files
        }
    }

    fn event(&mut self, mut event: Event, outputs: &mut dyn Outputs) -> io::Result<()> {
        if self.is_too_much(&event) {
            return Ok(());
        }
        if event.kind == "flow" {
            self.tags.flow_ends(&event);
        }
        self.count(&event);
        let lists = Arc::clone(&self.detectors.indicators);
        let mut hits = lists.match_event(&event);
        let is_end = event.kind == "flow";
        let answered = is_end && self.listed.flow_ends(&event, &mut hits, &lists);
        let named = self.listed.learn(&event, &hits);
        if !hits.is_empty() {
            self.refer(&mut event);
        }
        let told = self.claim_hits(&event, hits, answered);
        self.brain.event(&event);
        self.write(event, outputs)?;
        for hit in told {
            self.write(hit, outputs)?;
        }
        self.tell_sigma(outputs)?;
        self.tell_listed(named, outputs)
    }

    /// Tells the brain of hits; the events that say the same.
    fn claim_hits(&mut self, carrier: &Event, hits: Vec<Hit>, answered: bool) -> Vec<Event> {
        let mut told = Vec::new();
        for hit in hits {
            *self.found.indicators.entry(hit.value.clone()).or_default() += 1;
            let record = indicators::record(&hit);
            let event = indicators::event(carrier, record.clone());
            self.count(&event);
            told.push(event);
            let hit = indicators::hit(carrier, hit, record, answered);
            self.brain.indicator(&hit);
        }
        told
    }

    /// Flows with listed addresses that speak before they end.
    fn tell_listed(
        &mut self,
        carriers: impl IntoIterator<Item = Event>,
        outputs: &mut dyn Outputs,
    ) -> io::Result<()> {
        for mut carrier in carriers {
            let hits = self.listed.hits(&carrier, &self.detectors.indicators);
            if hits.is_empty() {
                continue;
            }
            self.refer(&mut carrier);
            for event in self.claim_hits(&carrier, hits, true) {
                self.write(event, outputs)?;
            }
        }
        Ok(())
    }

    /// Matches of Sigma rules, after the event that they rest on.
    fn tell_sigma(&mut self, outputs: &mut dyn Outputs) -> io::Result<()> {
        for mut event in self.brain.take_sigma() {
            self.refer(&mut event);
            self.count(&event);
            let title = event.text("sigma.title").unwrap_or_default().to_owned();
            *self.found.sigma.entry(title).or_default() += 1;
            self.write(event, outputs)?;
        }
        Ok(())
    }

    /// The line goes out, or waits.
    fn write(&mut self, event: Event, outputs: &mut dyn Outputs) -> io::Result<()> {
        match self.ticket {
            Some(ticket) => {
                self.held.keep(ticket, event);
                Ok(())
            }
            None => outputs.event(&event),
        }
    }

    /// Nothing more comes: nothing waits any longer.
    pub(crate) fn write_held(&mut self, outputs: &mut dyn Outputs) -> io::Result<()> {
        let lines = self.held.take_all();
        lines.iter().try_for_each(|event| outputs.event(event))
    }

    fn alert(&mut self, alert: &Alert, outputs: &mut dyn Outputs) -> io::Result<()> {
        let verdict = self.thresholds.decide(alert);
        if verdict != Verdict::Suppress {
            self.tags.matched(alert);
        }
        if verdict != Verdict::Alert {
            return Ok(());
        }
        let mut event = alert.event();
        if self.alert_payload {
            alert.tell_payload(&mut event);
        }
        self.refer(&mut event);
        self.count(&event);
        let rule = &alert.rule;
        self.found
            .alerts
            .entry((rule.gid, rule.sid))
            .or_insert_with(|| (rule.message.clone(), 0))
            .1 += 1;
        self.brain.sigma(&event);
        if let (Some(source), Some(dest)) = (alert.source, alert.dest) {
            self.brain.alert(&SignatureAlert {
                time: alert.moment.time,
                gid: rule.gid,
                sid: rule.sid,
                rev: rule.revision,
                msg: rule.message.clone(),
                classtype: rule.classtype.clone().unwrap_or_default(),
                priority: rule.priority,
                metadata: rule.metadata.clone(),
                references: rule.references.clone(),
                source,
                dest,
                client: alert.client.unwrap_or(source),
                server: alert.server.unwrap_or(dest),
                peer_name: peer_name(&event),
                event: (&event).into(),
            });
        }
        if self.detectors.own_rules.contains(&(rule.gid, rule.sid)) {
            // Beside other rules ours add to the incidents, not to what those rules say.
            let event = Event {
                kind: "detection".into(),
                ..event
            };
            self.write(event, outputs)?;
            return self.tell_sigma(outputs);
        }
        self.write(event, outputs)?;
        self.tell_sigma(outputs)
    }

    /// Workers limit anomalies of packets without flow each for itself; together they tell no more than one would.
    fn is_too_much(&mut self, event: &Event) -> bool {
        if event.flow.is_some() || event.kind != "anomaly" {
            return false;
        }
        let Some(name) = event.text("anomaly.event") else {
            return false;
        };
        let times = match self.anomalies.get_mut(name) {
            Some(times) => times,
            None => self.anomalies.entry(name.to_owned()).or_default(),
        };
        *times += 1;
        *times > flow::limits::ANOMALY_EVENTS_PER_TICK_MAX
    }

    fn count(&mut self, event: &Event) {
        match self.found.events.get_mut(event.kind.as_ref()) {
            Some(count) => *count += 1,
            None => {
                self.found.events.insert(event.kind.to_string(), 1);
            }
        }
    }

    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.brain.advance(now);
    }

    pub(crate) fn changed(&mut self) -> Vec<Incident> {
        self.brain.changed_incidents()
    }
}

fn peer_name(event: &Event) -> Option<String> {
    ["http.hostname", "tls.sni", "dns.query.0.rrname"]
        .iter()
        .find_map(|path| event.text(path))
        .map(str::to_owned)
}
