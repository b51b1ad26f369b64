//! The end of the pipeline: everything that workers tell, in the order of packets.

use crate::detectors::{Detectors, LoadReport};
use crate::outputs::Outputs;
use crate::told::Told;
use analyze::{Brain, IndicatorHit, SignatureAlert};
use detect::signature::{Alert, Thresholds, Verdict};
use event::{Event, Incident, Timestamp};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// Counts for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Events by kind.
    pub events: BTreeMap<String, u64>,
    /// Alerts by rule (gid, sid), with the rule's message.
    pub alerts: BTreeMap<(u32, u32), (String, u64)>,
    /// Indicators seen, by value.
    pub indicators: BTreeMap<String, u64>,
}

pub(crate) struct Sink {
    detectors: Arc<Detectors>,
    thresholds: Thresholds,
    pub(crate) brain: Brain,
    pub(crate) found: Found,
    /// Anomalies of packets without flow since the last second, by name.
    anomalies: BTreeMap<String, u32>,
}

impl Sink {
    pub(crate) fn new(detectors: Arc<Detectors>, brain: Brain) -> Self {
        Self {
            thresholds: Thresholds::with(Arc::clone(&detectors.thinning)),
            detectors,
            brain,
            found: Found::default(),
            anomalies: BTreeMap::new(),
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
        self.detectors = detectors;
    }

    pub(crate) fn take(&mut self, told: Told, outputs: &mut dyn Outputs) -> io::Result<()> {
        match told {
            Told::Event(event) => self.event(&event, outputs),
            Told::Alert(alert) => self.alert(&alert, outputs),
            Told::Flow(fact) => {
                self.brain.flow(&fact);
                Ok(())
            }
            Told::Sighting(ip, mac, time) => {
                self.brain.sighting(ip, mac, time);
                Ok(())
            }
            Told::Tick => {
                self.anomalies.clear();
                Ok(())
            }
        }
    }

    fn event(&mut self, event: &Event, outputs: &mut dyn Outputs) -> io::Result<()> {
        if self.is_too_much(event) {
            return Ok(());
        }
        self.count(event);
        for hit in self.detectors.indicators.match_event(event) {
            *self.found.indicators.entry(hit.value.clone()).or_default() += 1;
            self.brain.indicator(&IndicatorHit {
                time: event.time,
                kind: indicator_kind(hit.kind),
                value: hit.value,
                list: hit.list.to_string(),
                event: event.clone(),
            });
        }
        self.brain.event(event);
        outputs.event(event)
    }

    fn alert(&mut self, alert: &Alert, outputs: &mut dyn Outputs) -> io::Result<()> {
        if self.thresholds.decide(alert) == Verdict::Suppress {
            return Ok(());
        }
        let event = alert.event();
        self.count(&event);
        let rule = &alert.rule;
        self.found
            .alerts
            .entry((rule.gid, rule.sid))
            .or_insert_with(|| (rule.message.clone(), 0))
            .1 += 1;
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
            return outputs.event(&event);
        }
        outputs.event(&event)
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

fn indicator_kind(kind: detect::indicator::IndicatorKind) -> analyze::IndicatorKind {
    use analyze::IndicatorKind as To;
    use detect::indicator::IndicatorKind as From;
    match kind {
        From::Address => To::Address,
        From::Domain => To::Domain,
        From::Url => To::Url,
        From::FileHash | From::Certificate => To::FileHash,
        // The brain tells fingerprints of clients apart by their form.
        From::Ja3 | From::Ja4 => To::Ja3,
    }
}
