//! Detections join into incidents: one story per affected host, or of several hosts that one attack goes over.
//!
//! A story begins with its first detection and is told (has a revision) once something in it is
//! believed. It grows instead of multiplying, and is closed when nothing new comes. What is closed rests for some days:
//! when the same comes again, the same incident goes on.

mod aftermath;
mod assess;
mod line;
mod link;
mod relay;
mod story;

pub(crate) use aftermath::Aftermath;
pub(crate) use assess::Assessment;
#[cfg(test)]
pub(crate) use assess::Sureness;
pub(crate) use link::Link;
pub(crate) use relay::Relays;

use crate::{Settings, limits, table::Table};
use event::{Detection, Host, Incident, Status, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;
use story::Story;

/// Japan Standard Time; the product's customers live by it.
pub(crate) const UTC_OFFSET_MINUTES: i32 = 9 * 60;
/// So long a closed story waits for more of the same; nanoseconds.
const REST_NS: u64 = 7 * 86_400 * 1_000_000_000;

/// Joins detections into incidents. The same detections in the same order give the same
/// incidents; how often incidents are taken does not show in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Correlator {
    settings: Settings,
    /// By the host that each began with.
    stories: Table<IpAddr, Story>,
    /// Hosts whose story became part of another one, and that one's host.
    joined: Table<IpAddr, IpAddr>,
    /// Told and closed.
    resting: Table<IpAddr, Story>,
    changed: BTreeSet<IpAddr>,
    closed: Vec<Incident>,
}

impl Correlator {
    /// Without any story.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            stories: Table::new(limits::STORIES_MAX),
            joined: Table::new(limits::STORIES_MAX),
            resting: Table::new(limits::STORIES_RESTING_MAX),
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
        let mut main = self.main_of(host);
        let stale = self
            .stories
            .at(&main)
            .is_some_and(|story| detection.time.since(story.last_seen) > self.idle_close_ns());
        if stale {
            self.close(main, describe);
            main = host;
        }
        self.make_room(main, describe);
        let resumed = self.resume(main, detection);
        let home = &self.settings.home_net;
        let story = self
            .stories
            .touch(main, detection.time, || Story::new(host, detection));
        let news = story.add(detection, host, home) || resumed;
        let believed = story
            .assess(detection.time, self.settings.weak_half_life_s)
            .is_some();
        if !news || !believed {
            return;
        }
        if story.revision == 0
            && let Some((leader, link)) = self.leader_of(main)
        {
            self.join(main, leader, link, detection.time);
            main = leader;
        }
        if let Some(story) = self.stories.at_mut(&main) {
            story.revision = story.revision.saturating_add(1);
            self.changed.insert(main);
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
            self.close(host, describe);
        }
    }

    /// The world ends (a capture was read to its end): every story is closed.
    pub fn finish(&mut self, _now: Timestamp, describe: &dyn Fn(IpAddr) -> Host) {
        let stories = self.stories.sorted();
        let all: Vec<IpAddr> = stories.into_iter().map(|(host, _)| *host).collect();
        for host in all {
            self.close(host, describe);
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

    /// The host whose story a host's evidence goes to.
    fn main_of(&self, host: IpAddr) -> IpAddr {
        let main = self.joined.at(&host).copied();
        main.filter(|main| self.stories.at(main).is_some())
            .unwrap_or(host)
    }

    /// Takes a resting story up again when more of the same comes.
    fn resume(&mut self, host: IpAddr, detection: &Detection) -> bool {
        if self.stories.at(&host).is_some() {
            return false;
        }
        let goes_on = self.resting.at(&host).is_some_and(|story| {
            detection.time.since(story.last_seen) <= REST_NS && story.knows(detection, host)
        });
        if goes_on && let Some(story) = self.resting.take(&host) {
            for other in story.others() {
                self.joined.touch(other, detection.time, || host);
            }
            self.stories.touch(host, detection.time, || story);
        }
        goes_on
    }

    /// The told story that an untold one is part of, and why: the oldest, where there are several.
    fn leader_of(&self, host: IpAddr) -> Option<(IpAddr, Link)> {
        let story = self.stories.at(&host)?;
        self.stories
            .iter()
            .filter(|(other, told)| **other != host && told.revision > 0 && told.has_room())
            .filter_map(|(other, told)| Some((told.first_seen, *other, told.link_to(story)?)))
            .min_by_key(|(first_seen, other, _)| (*first_seen, *other))
            .map(|(_, other, link)| (other, link))
    }

    fn join(&mut self, host: IpAddr, leader: IpAddr, link: Link, now: Timestamp) {
        let Some(story) = self.stories.take(&host) else {
            return;
        };
        if let Some(told) = self.stories.at_mut(&leader) {
            told.take_in(story, link);
            *self.joined.touch(host, now, || leader) = leader;
        }
    }

    /// At the bound the least telling eighth is closed, so that what was told is not left open for ever.
    fn make_room(&mut self, host: IpAddr, describe: &dyn Fn(IpAddr) -> Host) {
        if self.stories.len() < limits::STORIES_MAX || self.stories.at(&host).is_some() {
            return;
        }
        let mut order: Vec<(bool, Timestamp, IpAddr)> = self
            .stories
            .iter()
            .map(|(host, story)| (story.revision > 0, story.last_seen, *host))
            .collect();
        order.sort();
        for (_, _, host) in order.into_iter().take(limits::STORIES_MAX / 8) {
            self.close(host, describe);
        }
    }

    fn idle_close_ns(&self) -> u64 {
        self.settings.idle_close_s.saturating_mul(1_000_000_000)
    }

    fn close(&mut self, host: IpAddr, describe: &dyn Fn(IpAddr) -> Host) {
        if let Some(story) = self.stories.at_mut(&host)
            && story.revision > 0
        {
            story.revision = story.revision.saturating_add(1);
        }
        let incident = self.told(host, Status::Closed, describe);
        self.closed.extend(incident);
        self.changed.remove(&host);
        let Some(story) = self.stories.take(&host) else {
            return;
        };
        for other in story.others() {
            self.joined.take(&other);
        }
        if story.revision > 0 {
            let last_seen = story.last_seen;
            self.resting.take(&host);
            self.resting.touch(host, last_seen, || story);
        }
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
        Some(story.incident(&assessment, describe, status, &self.settings))
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
