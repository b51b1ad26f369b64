//! The front of this crate: everything that judges, behind one object.

use crate::claims;
use crate::correlate::{Aftermath, Relays};
use crate::crowd::Crowds;
use crate::inventory::{EndpointSeen, Inventory};
use crate::limits;
use crate::model::Context;
use crate::sigma::{self, SigmaRules, SigmaState};
use crate::{ArpFact, Correlator, FlowFact, IndicatorHit, Settings, SignatureAlert, YaraHit};
use crate::{behaviour::Behaviour, scan::Scans};
use event::{Communication, Detection, Event, Incident, Stage, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// How often models and stories are asked whether their time is over; packet time.
const TICK_NS: u64 = 1_000_000_000;
/// Below this a claim of an attack is not worth waiting for what comes of it.
const ATTACK_CONFIDENCE: f32 = 0.3;

/// Events, alerts, hits and flow facts in; incidents out.
///
/// Give it everything in one order, sorted by time, whatever the number of workers. It reads no
/// clock: time is what the events say and what [`Brain::advance`] is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Brain {
    settings: Settings,
    inventory: Inventory,
    scans: Scans,
    behaviour: Behaviour,
    relays: Relays,
    aftermath: Aftermath,
    crowds: Crowds,
    correlator: Correlator,
    ticked: Timestamp,
    /// What Sigma rules remember.
    #[serde(default)]
    sigma: SigmaState,
    #[serde(skip)]
    sigma_rules: Option<Arc<SigmaRules>>,
    /// Matches of Sigma rules since they were asked for.
    #[serde(skip)]
    sigma_told: Vec<Event>,
    /// Flows of detections since they were asked for.
    #[serde(skip)]
    detected: Vec<(u64, Timestamp)>,
    /// Detections since the start of the process.
    #[serde(skip)]
    detections: u64,
}

/// Why a saved state cannot be taken up again.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It was not written by this version, or is damaged.
    #[error("the saved state of the analysis cannot be read; delete it to begin anew")]
    Unreadable(#[from] serde_json::Error),
}

impl Brain {
    /// Knows nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            inventory: Inventory::new(),
            scans: Scans::new(),
            behaviour: Behaviour::new(),
            relays: Relays::new(),
            aftermath: Aftermath::new(),
            crowds: Crowds::new(),
            correlator: Correlator::new(settings.clone()),
            settings,
            ticked: Timestamp::default(),
            sigma: SigmaState::default(),
            sigma_rules: None,
            sigma_told: Vec::new(),
            detected: Vec::new(),
            detections: 0,
        }
    }

    /// Takes an event of any kind: `flow`, `dns`, `http`, `tls`, `ssh`, `fileinfo`, `anomaly`, `dhcp`,
    /// `mdns`, `llmnr`, `nbns` ... A `flow` event is also its [`FlowFact`] of moment `Ended`.
    /// Leave `alert` events out: [`Brain::alert`] takes them.
    pub fn event(&mut self, event: &Event) {
        self.tick(event.time);
        let fact = FlowFact::from_event(event);
        match &fact {
            Some(fact) => self.inventory.flow(&self.settings.home_net, fact),
            None => self.inventory.event(&self.settings.home_net, event),
        }
        self.relays.event(&self.settings.home_net, event);
        self.crowds.event(&self.settings.home_net, event);
        let mut found = Vec::new();
        let context = Context {
            home: &self.settings.home_net,
        };
        self.behaviour.event(&context, event, &mut found);
        self.claim(found);
        self.sigma(event);
        if let Some(fact) = fact {
            self.flow(&fact);
        }
    }

    /// Goes on with these Sigma rules; what they remember stays, by the ids of rules.
    pub fn set_sigma(&mut self, rules: Option<Arc<SigmaRules>>) {
        self.sigma_rules = rules;
    }

    /// Shows an event to the Sigma rules. [`Brain::event`] does so by itself; events that it does not take, such as
    /// `alert`, are shown by this.
    pub fn sigma(&mut self, event: &Event) {
        let Some(rules) = self.sigma_rules.clone() else {
            return;
        };
        for found in rules.event(&mut self.sigma, event, &self.settings.home_net) {
            let told = sigma::event(&found, event);
            let detection = sigma::detection(&found, event, &told, &self.settings.home_net);
            self.claim(detection);
            if self.sigma_told.len() < sigma::limits::UNTOLD_MAX {
                self.sigma_told.push(told);
            }
        }
    }

    /// The matches of Sigma rules since the last call, as events of type `sigma`.
    pub fn take_sigma(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.sigma_told)
    }

    /// Takes a signature alert.
    pub fn alert(&mut self, alert: &SignatureAlert) {
        self.tick(alert.time);
        let found = claims::from_alert(alert, &self.settings.home_net);
        if let Some(found) = &found
            && self.settings.home_net.contains(alert.server.ip)
            && is_attack_on_service(found)
        {
            let (victim, attacker) = (alert.server.ip, alert.client.ip);
            self.aftermath
                .attacked(victim, attacker, &found.name, alert.time);
        }
        self.claim(found);
    }

    /// Takes an indicator hit.
    pub fn indicator(&mut self, hit: &IndicatorHit) {
        self.tick(hit.time);
        let found = claims::from_indicator(hit);
        self.claim(found);
    }

    /// Takes a match of a YARA rule.
    pub fn yara(&mut self, hit: &YaraHit) {
        self.tick(hit.time);
        let found = claims::from_yara(hit, &self.settings.home_net);
        self.claim(found);
    }

    /// Takes a fact about a flow: give `Opened` and `Answered` live, so that scans show while they
    /// run; `Ended` comes by itself from `flow` events.
    pub fn flow(&mut self, fact: &FlowFact) {
        self.tick(fact.time);
        let context = Context {
            home: &self.settings.home_net,
        };
        let mut found = Vec::new();
        self.scans.flow(&context, fact, &mut found);
        self.behaviour.flow(&context, fact, &mut found);
        self.aftermath
            .flow(&self.settings.home_net, fact, &mut found);
        self.claim(found);
    }

    /// Takes an ARP packet: who asks for whom.
    pub fn arp(&mut self, fact: &ArpFact) {
        self.tick(fact.time);
        self.sighting(fact.sender_ip, fact.sender_mac, fact.time);
        let mut found = Vec::new();
        self.scans.arp(fact, &mut found);
        self.claim(found);
    }

    /// A frame with this hardware address and source address was seen.
    pub fn sighting(&mut self, ip: IpAddr, mac: [u8; 6], time: Timestamp) {
        self.inventory
            .sighting(&self.settings.home_net, ip, mac, time);
    }

    /// Time passes without events.
    pub fn advance(&mut self, now: Timestamp) {
        self.tick(now);
    }

    /// The world ends: a capture was read to its end. A sensor that stops only for a while takes a
    /// [`Brain::snapshot`] instead.
    pub fn finish(&mut self, now: Timestamp) {
        let context = Context {
            home: &self.settings.home_net,
        };
        let mut found = Vec::new();
        self.scans.finish(&context, now, &mut found);
        self.claim(found);
        let inventory = &self.inventory;
        self.correlator.finish(now, &|ip| inventory.host(ip));
    }

    /// The incidents that are new or grew since the last call, each in its latest form.
    pub fn changed_incidents(&mut self) -> Vec<Incident> {
        let inventory = &self.inventory;
        self.correlator.take_incidents(&|ip| inventory.host(ip))
    }

    /// The flows on which detections rested since the last call, with the time of each detection.
    pub fn take_detected(&mut self) -> Vec<(u64, Timestamp)> {
        std::mem::take(&mut self.detected)
    }

    /// How many detections there were, of all detectors, since this was made or taken up.
    pub const fn detections(&self) -> u64 {
        self.detections
    }

    /// The customer's endpoints seen so far, by address.
    pub fn endpoints(&self) -> impl Iterator<Item = &EndpointSeen> {
        self.inventory.endpoints()
    }

    /// The whole state as JSON, to be taken up by [`Brain::restore`] after a restart.
    pub fn snapshot(&self) -> Result<Vec<u8>, RestoreError> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Takes up a saved state; the settings are those given now.
    pub fn restore(settings: Settings, state: &[u8]) -> Result<Self, RestoreError> {
        let mut brain: Self = serde_json::from_slice(state)?;
        brain.correlator.set(settings.clone());
        brain.settings = settings;
        Ok(brain)
    }

    fn claim(&mut self, found: impl IntoIterator<Item = Detection>) {
        let inventory = &self.inventory;
        for mut detection in found {
            self.detections = self.detections.saturating_add(1);
            self.relays
                .attribute(&self.settings.home_net, &mut detection);
            self.settings.known.weigh(&mut detection);
            self.crowds.weigh(&mut detection);
            if let Some(flow) = detection.event.number("flow_id")
                && self.detected.len() < limits::DETECTED_FLOWS_MAX
            {
                self.detected.push((flow, detection.time));
            }
            self.correlator
                .detection(&detection, &|ip| inventory.host(ip));
        }
    }

    fn tick(&mut self, now: Timestamp) {
        // A capture may jump back in time; then ticking goes on from there.
        if now >= self.ticked && now.since(self.ticked) < TICK_NS {
            return;
        }
        self.ticked = now;
        let context = Context {
            home: &self.settings.home_net,
        };
        let mut found = Vec::new();
        self.scans.advance(&context, now, &mut found);
        self.claim(found);
        let inventory = &self.inventory;
        self.correlator.advance(now, &|ip| inventory.host(ip));
    }
}

/// Whether a claim says that a service was attacked, as opposed to a browser.
fn is_attack_on_service(claim: &Detection) -> bool {
    let attack = matches!(claim.stage, Stage::Exploitation | Stage::LateralMovement);
    let on_service = matches!(
        claim.communication,
        None | Some(Communication::LateralMovement)
    );
    attack && on_service && claim.confidence >= ATTACK_CONFIDENCE
}

#[cfg(test)]
#[path = "brain_tests.rs"]
mod tests;
