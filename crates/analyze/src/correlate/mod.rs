//! Detections join into incidents: one story per affected host.
//!
//! A story begins with its first detection and is told (has a revision) once something in it is
//! believed. It grows instead of multiplying, and is closed when nothing new comes.

mod assess;
mod story;

pub(crate) use assess::Assessment;

use crate::{Settings, limits, table::Table};
use event::{Detection, Host, Incident, Status, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;
use story::Story;

/// Japan Standard Time; the product's customers live by it.
pub(crate) const UTC_OFFSET_MINUTES: i32 = 9 * 60;

/// Joins detections into incidents. The same detections in the same order give the same
/// incidents; how often incidents are taken does not show in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Correlator {
    settings: Settings,
    stories: Table<IpAddr, Story>,
    changed: BTreeSet<IpAddr>,
    closed: Vec<Incident>,
}

impl Correlator {
    /// Without any story.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            stories: Table::new(limits::STORIES_MAX),
            changed: BTreeSet::new(),
            closed: Vec::new(),
        }
    }

    /// Takes other settings from here on.
    pub(crate) fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Adds a detection to the story of the host it affects. `describe` says what is known of a host.
    pub fn detection(&mut self, detection: &Detection, describe: &dyn Fn(IpAddr) -> Host) {
        let host = self.affected(detection);
        let stale = self
            .stories
            .at(&host)
            .is_some_and(|story| detection.time.since(story.last_seen) > self.idle_close_ns());
        if stale {
            self.close(host, detection.time, describe);
        }
        let story = self
            .stories
            .touch(host, detection.time, || Story::new(host, detection));
        let news = story.add(detection, host);
        if news
            && story
                .assess(detection.time, self.settings.weak_half_life_s)
                .is_some()
        {
            story.revision = story.revision.saturating_add(1);
            self.changed.insert(host);
        }
    }

    /// Time passes: closes stories that stopped growing.
    pub fn advance(&mut self, now: Timestamp, describe: &dyn Fn(IpAddr) -> Host) {
        let idle = self.idle_close_ns();
        let mut over: Vec<IpAddr> = self
            .stories
            .iter()
            .filter(|(_, story)| now.since(story.last_seen) > idle)
            .map(|(host, _)| *host)
            .collect();
        over.sort();
        for host in over {
            self.close(host, now, describe);
        }
    }

    /// The world ends (a capture was read to its end): every story is closed.
    pub fn finish(&mut self, now: Timestamp, describe: &dyn Fn(IpAddr) -> Host) {
        let stories = self.stories.sorted();
        let all: Vec<IpAddr> = stories.into_iter().map(|(host, _)| *host).collect();
        for host in all {
            self.close(host, now, describe);
        }
    }

    /// The incidents that changed since the last call, each in its latest form.
    pub fn take_incidents(&mut self, describe: &dyn Fn(IpAddr) -> Host) -> Vec<Incident> {
        let mut incidents = std::mem::take(&mut self.closed);
        for host in std::mem::take(&mut self.changed) {
            incidents.extend(self.told(host, Status::Open, describe));
        }
        incidents
    }

    /// Which machine's story a detection belongs to: the customer's; where both or neither are
    /// the customer's, the one that the detector speaks about.
    fn affected(&self, detection: &Detection) -> IpAddr {
        let home = &self.settings.home_net;
        let subject = detection.subject.ip;
        match detection.peer {
            Some(peer) if !home.contains(subject) && home.contains(peer.ip) => peer.ip,
            _ => subject,
        }
    }

    fn idle_close_ns(&self) -> u64 {
        self.settings.idle_close_s.saturating_mul(1_000_000_000)
    }

    fn close(&mut self, host: IpAddr, _now: Timestamp, describe: &dyn Fn(IpAddr) -> Host) {
        if let Some(story) = self.stories.at_mut(&host)
            && story.revision > 0
        {
            story.revision = story.revision.saturating_add(1);
        }
        let incident = self.told(host, Status::Closed, describe);
        self.closed.extend(incident);
        self.changed.remove(&host);
        self.stories.take(&host);
    }

    fn told(
        &self,
        host: IpAddr,
        status: Status,
        describe: &dyn Fn(IpAddr) -> Host,
    ) -> Option<Incident> {
        let story = self.stories.at(&host)?;
        if story.revision == 0 {
            return None;
        }
        let assessment = story.assess(story.last_seen, self.settings.weak_half_life_s)?;
        Some(story.incident(&assessment, describe(host), status, UTC_OFFSET_MINUTES))
    }
}
